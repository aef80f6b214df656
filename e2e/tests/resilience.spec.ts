import { ofType } from "../support/api";
import { expect, test } from "../support/test";
import { Visitor } from "../support/visitor";

/** Wide enough for the page's navigation and the open panel side by side. */
const WIDE = { viewport: { width: 1700, height: 900 } };
const MESSAGES = "**/api/widget/v1/messages";

test("W5: a reload in the middle of a conversation with a person loses nothing and repeats nothing", async ({
  desk,
  visit,
}) => {
  const operator = await desk();
  const visitor = await visit();
  await visitor.open();
  await visitor.say("What is confidence?");
  await expect(visitor.answers.last().getByRole("list", { name: "Sources" })).toBeVisible();
  await visitor.offer.click();
  await operator.openFirst("Needs human");
  await operator.press("t");
  await operator.press("r");
  await operator.say("Dana here. What would you like to know?");
  await expect(visitor.messages(/^Dana Reyes/)).toBeVisible();
  await visitor.composer.fill("A draft that I have not");

  await visitor.page.reload();
  await expect(visitor.messages(/^Dana Reyes/)).toHaveCount(1);
  await expect(visitor.own.filter({ hasText: "What is confidence?" })).toHaveCount(1);
  await expect(visitor.answers).toHaveCount(1);
  await expect(visitor.header).toContainText("Dana Reyes");
  await expect(visitor.composer, "the draft is kept").toHaveValue("A draft that I have not");
  await operator.say("Are you still there?");
  await expect(visitor.messages(/^Dana Reyes/)).toHaveCount(2);
  await visitor.say("Yes, I am.");
  await expect(operator.log).toContainText("Yes, I am.");
});

test("W5 G-R5: two tabs of one visitor are in step, and what is written is stored once", async ({
  api,
  demo,
  visit,
}) => {
  const first = await visit();
  await first.open();
  await first.say("What is confidence?");
  await expect(first.answers).toHaveCount(1);
  const second = new Visitor(await first.page.context().newPage());
  await second.page.goto(`${demo.siteUrl}/help.html`);
  await second.open();
  await expect(second.own.filter({ hasText: "What is confidence?" })).toHaveCount(1);
  await expect(second.answers).toHaveCount(1);

  await second.say("What is the answer threshold?");
  await expect(first.own.filter({ hasText: "What is the answer threshold?" })).toHaveCount(1);
  await expect(first.answers).toHaveCount(2);
  await expect(second.answers).toHaveCount(2);
  await first.say("Thanks!");
  await expect(second.own.filter({ hasText: "Thanks!" })).toHaveCount(1);
  await expect(second.answers).toHaveCount(3);
  const { entries } = await api.only("live");
  expect(ofType(entries, "visitor_message").map(({ text }) => text)).toEqual([
    "What is confidence?",
    "What is the answer threshold?",
    "Thanks!",
  ]);
});

test("W5: another page of the site keeps the thread open", async ({ desk, visit }) => {
  const operator = await desk();
  const visitor = await visit("/index.html", WIDE);
  await visitor.open();
  await visitor.offer.click();
  await operator.openFirst("Needs human");
  await operator.press("t");
  await operator.press("r");
  await operator.say("What can I do for you?");
  await expect(visitor.messages(/^Dana Reyes/)).toBeVisible();
  await goToPrices(visitor);
  await expect(visitor.messages(/^Dana Reyes/)).toHaveCount(1);
  await visitor.say("I was looking at the prices.");
  await expect(operator.log).toContainText("I was looking at the prices.");
});

test("H5 W8: the team sees at once that the visitor went to another page", async ({ desk, visit }) => {
  const operator = await desk();
  const visitor = await visit("/index.html", WIDE);
  await visitor.open();
  await visitor.offer.click();
  await operator.openFirst("Needs human");
  await expect(operator.pageOfVisitor).toHaveAttribute("href", /\/index\.html$/);
  await goToPrices(visitor);
  await expect(operator.pageOfVisitor).toHaveAttribute("href", /\/pricing\.html$/);
  await expect(operator.details).toContainText("/index.html");
});

test("H5: the pages before the first message reach the team", async ({ desk, visit }) => {
  const operator = await desk();
  const visitor = await visit("/index.html", WIDE);
  await visitor.open();
  await goToPrices(visitor);
  await visitor.say("Can I talk to a human?");
  await operator.openFirst("Needs human");
  const card = operator.log.getByRole("region", { name: /^Handed to the team/ });
  await expect(card).toContainText("/pricing.html");
  await expect(card).toContainText("Brindlecove: support desks, kept shipshape");
});

test("H5: pages seen while the chat was closed are among those before, and a reload is no page", async ({
  api,
  desk,
  visit,
}) => {
  const operator = await desk();
  const visitor = await visit("/index.html", WIDE);
  await visitor.open();
  await visitor.chat.getByRole("button", { name: "Close chat" }).click();
  await visitor.page.goto(new URL("/pricing.html", visitor.page.url()).href);
  await expect(visitor.launcher).toBeVisible();
  await visitor.page.goto(new URL("/help.html", visitor.page.url()).href);
  await expect(visitor.launcher).toBeVisible();
  await visitor.page.reload();
  await visitor.open();
  await visitor.say("Can I talk to a human?");
  await operator.openFirst("Needs human");
  await expect(operator.pageOfVisitor).toHaveAttribute("href", /\/help\.html$/);
  const started = ofType((await api.only("waiting")).entries, "conversation_started")[0];
  expect(started?.trail.map(({ url }) => new URL(url).pathname)).toEqual(["/index.html", "/pricing.html"]);
});

test("H5 W8: the team sees at once that a single-page site shows another view", async ({ desk, visit }) => {
  const operator = await desk();
  const visitor = await visit("/index.html", WIDE);
  await visitor.open();
  await visitor.offer.click();
  await operator.openFirst("Needs human");
  await expect(operator.pageOfVisitor).toHaveAttribute("href", /\/index\.html$/);
  await visitor.page.evaluate(() => {
    history.pushState(null, "", "/orders/1042");
    document.title = "Order 1042";
  });
  await expect(operator.pageOfVisitor).toHaveAttribute("href", /\/orders\/1042$/);
  await expect(operator.pageOfVisitor).toHaveText("Order 1042");
  await expect(operator.details).toContainText("/index.html");
});

async function goToPrices(visitor: Visitor): Promise<void> {
  await visitor.page
    .getByRole("navigation", { name: "Pages" })
    .getByRole("link", { name: "Pricing" })
    .click();
  await expect(visitor.page).toHaveURL(/\/pricing\.html$/);
  await expect(visitor.composer).toBeVisible();
}

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  test.describe("a server that goes away in the middle of an answer", () => {
    test.use({ modelKind: "scripted" });

    test(`A9 W5 G-R8: after ${signal} the visitor still gets the answer, once`, async ({
      api,
      baton,
      demo,
      model,
      visit,
    }) => {
      test.setTimeout(90_000);
      const visitor = await visit();
      await visitor.open();
      model.hold();
      await visitor.say("What is confidence?");
      await expect(visitor.answers).toContainText("Confidence is a number from 0 to 1");
      await baton.restart(demo, signal);
      model.release();
      const sources = visitor.answers.getByRole("list", { name: "Sources" });
      await expect(sources).toBeVisible({ timeout: 40_000 });
      await expect(visitor.answers).toHaveCount(1);
      await expect(visitor.own).toHaveCount(1);
      const { entries } = await api.only("live");
      expect(ofType(entries, "visitor_message")).toHaveLength(1);
      expect(ofType(entries, "ai_message")).toMatchObject([{ kind: "answer" }]);
      await visitor.say("What is the answer threshold?");
      await expect(visitor.answers).toHaveCount(2);
    });
  });
}

test("W5: what is written offline is sent once when the network is back", async ({ api, desk, visit }) => {
  const operator = await desk();
  const visitor = await visit();
  await visitor.open();
  await visitor.offer.click();
  await operator.openFirst("Needs human");
  await expect(visitor.header).toContainText("Connecting you…");

  await visitor.page.context().setOffline(true);
  await expect(visitor.chat.getByText("You're offline. Messages send when you're back.")).toBeVisible();
  await visitor.say("First, written in a tunnel.");
  await visitor.say("Second, still in the tunnel.");
  await expect(visitor.own.filter({ hasText: "in the tunnel" })).not.toContainText("Sent");
  await operator.press("t");
  await operator.press("r");
  await operator.say("I am here when you are back.");

  await visitor.page.context().setOffline(false);
  await expect(visitor.chat.getByText("You're offline.")).toBeHidden();
  await expect(operator.log).toContainText("First, written in a tunnel.");
  await expect(operator.log).toContainText("Second, still in the tunnel.");
  await expect(visitor.messages(/^Dana Reyes/)).toContainText("I am here when you are back.");
  await expect(visitor.own.filter({ hasText: "tunnel" })).toHaveCount(2);
  await expect(visitor.own.last()).toContainText(/Sent|Seen/);
  const { entries } = await api.only("mine");
  expect(ofType(entries, "visitor_message").map(({ text }) => text)).toEqual([
    "First, written in a tunnel.",
    "Second, still in the tunnel.",
  ]);
});

test("W5 G-R4: a message whose receipt is lost every time fails with Retry, and is stored once", async ({
  api,
  visit,
}) => {
  const visitor = await visit();
  await visitor.open();
  let attempts = 0;
  await visitor.page.route(MESSAGES, async (route) => {
    attempts += 1;
    // The server stores it; the visitor never hears so.
    await route.fetch();
    await route.abort();
  });
  await visitor.say("What is confidence?");
  const retry = visitor.own.getByRole("button", { name: "Retry" });
  await expect(retry).toBeVisible({ timeout: 20_000 });
  await expect(visitor.own).toContainText("Not sent.");
  expect(attempts).toBe(3);

  await visitor.page.unroute(MESSAGES);
  await retry.click();
  await expect(visitor.own).not.toContainText("Not sent.");
  await expect(visitor.own).toHaveCount(1);
  await expect(visitor.answers).toHaveCount(1);
  const { entries } = await api.only("live");
  expect(ofType(entries, "visitor_message")).toHaveLength(1);
  expect(ofType(entries, "ai_message")).toHaveLength(1);
});

test("W5: a message that the server refuses says why, and can be deleted", async ({ visit }) => {
  const visitor = await visit();
  await visitor.open();
  await visitor.page.route(MESSAGES, (route) =>
    route.fulfill({
      status: 422,
      json: { code: "message_refused", message: "Please write something else." },
    }),
  );
  await visitor.say("Something the server does not take.");
  await expect(visitor.own).toContainText("Not sent. Please write something else.");
  await visitor.own.getByRole("button", { name: "Delete" }).click();
  await expect(visitor.own).toHaveCount(0);
});

test("W5: the operator's inbox goes on where it was after the server was restarted", async ({
  baton,
  demo,
  desk,
  visit,
}) => {
  test.setTimeout(60_000);
  const operator = await desk();
  const visitor = await visit();
  await visitor.open();
  await visitor.offer.click();
  await operator.openFirst("Needs human");
  await baton.restart(demo, "SIGKILL");
  await visitor.say("Is somebody coming?");
  await expect(operator.log).toContainText("Is somebody coming?", { timeout: 20_000 });
  await operator.press("t");
  await expect(visitor.log).toContainText("Dana Reyes joined");
  await operator.press("r");
  await operator.say("Yes, I am.");
  await expect(visitor.messages(/^Dana Reyes/)).toHaveCount(1);
  await expect(operator.log.getByText("Is somebody coming?", { exact: true })).toHaveCount(1);
});

test("W5: a conversation that could not be loaded while the server was away is there when it is back", async ({
  baton,
  demo,
  desk,
  visit,
}) => {
  test.setTimeout(60_000);
  const operator = await desk();
  const visitor = await visit();
  await visitor.open();
  await visitor.offer.click();
  await expect(operator.rows("Needs human")).toHaveCount(1);
  const conversations = /\/api\/v1\/conversations\/[^/]+$/;
  await operator.page.route(conversations, (route) => route.abort());
  await operator.press("j");
  await expect(operator.page.getByText("The conversation could not be loaded")).toBeVisible();
  await operator.page.unroute(conversations);
  await baton.restart(demo, "SIGTERM");
  await expect(operator.log).toBeVisible({ timeout: 20_000 });
});
