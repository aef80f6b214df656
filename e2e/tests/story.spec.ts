import { ofType } from "../support/api";
import { expect, test } from "../support/test";

test("the story: a question, a person, a close, and the AI again", async ({ api, desk, visit }) => {
  const operator = await desk();
  await expect(operator.page.getByText("Needs human is clear")).toBeVisible();
  const visitor = await visit("/pricing.html");

  await test.step("A1 K5: a suggested question is answered, and its source opens at the right heading", async () => {
    await visitor.open();
    await visitor.chat.getByRole("button", { name: "How do I add my docs?" }).click();
    const answer = visitor.answers.last();
    await answer.getByRole("list", { name: "Sources" }).getByRole("button").first().click();
    const source = visitor.chat.getByRole("dialog", { name: /^Source 1: / });
    const quote = (await source.getByRole("blockquote").textContent()) ?? "";
    const [said = quote] = quote.split(". ");
    await expect(answer, "what is said stands in the source").toContainText(said);
    const link = source.getByRole("link", { name: "Open page" });
    await expect(link).toHaveAttribute("href", /\/guides\/[a-z-]+\.html#[a-z-]+/);
    const opening = visitor.page.context().waitForEvent("page");
    await link.click();
    const guide = await opening;
    await guide.waitForLoadState();
    await expect(guide.locator(":target")).toBeInViewport();
    await expect(guide.getByRole("main")).toContainText(said);
    await guide.close();
    await source.getByRole("button", { name: "Close source" }).click();
    await expect(source).toBeHidden();
  });

  await test.step("I1: what the AI answers shows in its list and asks nobody for attention", async () => {
    await expect(operator.view("AI is answering")).toContainText("1");
    await expect(operator.rows("Needs human")).toHaveCount(0);
  });

  await test.step("H1 H4: asking for a person in other words gets the connecting line", async () => {
    await visitor.say("Could I speak to somebody from your team about this?");
    await expect(visitor.log).toContainText("Let me connect you with our team.");
    await expect(visitor.log).toContainText("Connecting you with Brindlecove");
    await expect(visitor.header).toContainText("Connecting you…");
    await expect(visitor.composer).toHaveAttribute("placeholder", "Add details while you wait…");
    await expect(visitor.offer).toBeHidden();
  });

  await test.step("H5: it appears in Needs human at once, whole, with its reason and page", async () => {
    const row = operator.rows("Needs human").first();
    await expect(row).toContainText("Asked for a person");
    await expect(operator.page).toHaveTitle(/^\(1\)/);
    await operator.openFirst("Needs human");
    const log = operator.log;
    await expect(log).toContainText("How do I add my docs?");
    await expect(log.getByRole("list", { name: "Sources" })).toBeVisible();
    await expect(log).toContainText("Could I speak to somebody from your team about this?");
    await expect(log.getByRole("button", { name: /% sure$/ })).toBeVisible();
    const card = log.getByRole("region", { name: "Handed to the team: The visitor asked for a person" });
    await expect(card).toContainText("Could I speak to somebody from your team about this?");
    await expect(card.getByRole("link", { name: /Plans and prices|Pricing/ })).toHaveAttribute(
      "href",
      /\/pricing\.html$/,
    );
    await expect(card.getByRole("button", { name: /^Source\b/ }).first()).toBeVisible();
    await expect(operator.details.getByRole("heading", { name: "On this page now" })).toBeVisible();
    await expect(operator.details).toContainText("/pricing.html");
    await expect(operator.details).toContainText("Chrome");
    await expect(operator.details).toContainText("Brindlecove Assistant");
  });

  await test.step("H4 H8: one key takes it over, and the visitor reads who joined", async () => {
    await operator.press("t");
    await expect(operator.thread).toContainText("You own this · AI paused");
    await expect(visitor.log).toContainText(/Dana Reyes joined/);
    await expect(visitor.header).toContainText("Dana Reyes");
    await expect(visitor.composer).toHaveAttribute("placeholder", "Message Dana Reyes…");
  });

  await test.step("W4 I2: both write in the same thread, with typing signs and seen marks", async () => {
    await operator.press("r");
    await expect(operator.reply).toBeFocused();
    await operator.reply.pressSequentially("Hello, I have read ");
    await expect(visitor.chat.getByTitle("Dana Reyes is typing")).toBeVisible();
    await operator.say("Hello, I have read everything above. Which docs do you want to add?");
    const reply = visitor.messages(/^Dana Reyes/);
    await expect(reply).toContainText("Which docs do you want to add?");
    await expect(visitor.chat.getByTitle("Dana Reyes is typing")).toBeHidden();
    await expect(operator.log.getByText("Seen", { exact: true })).toBeVisible();

    await visitor.composer.pressSequentially("Our price");
    await expect(operator.log).toContainText(/is typing…/);
    await visitor.say("Our price list, it is a spreadsheet.");
    await expect(operator.log).toContainText("Our price list, it is a spreadsheet.");
    await expect(visitor.own.last()).toContainText("Seen");
    await operator.say("Save it as CSV and it will work.");
    await expect(reply.last()).toContainText("Save it as CSV and it will work.");
  });

  await test.step("H9: it is closed with an outcome, and the visitor sees that", async () => {
    await operator.reply.press("Escape");
    await operator.press("e");
    await operator.page.getByRole("menuitem", { name: "Solved", exact: true }).click();
    await expect(operator.thread).toContainText("Solved · closed by Dana Reyes");
    await expect(visitor.log).toContainText("Dana Reyes closed this conversation");
    await expect(visitor.header).toContainText("Conversation closed");
    await operator.view("Resolved").click();
    await expect(operator.rows("Resolved")).toHaveCount(1);
  });

  await test.step("H9: thanks after the close wakes nobody", async () => {
    await visitor.say("Thanks!");
    await expect(visitor.own.last()).toContainText("Sent");
    await expect.poll(async () => (await api.only("resolved")).entries.at(-1)?.type).not.toBe("closed");
    const { entries } = await api.only("resolved");
    expect(ofType(entries, "reopened")).toEqual([]);
    expect(ofType(entries, "handoff_requested")).toHaveLength(1);
    await expect(operator.view("Needs human")).not.toContainText("1");
  });

  await test.step("H9 H10: a new question is answered by the AI in the same thread; the old handoff triggers nothing", async () => {
    await visitor.say("How do I put the widget on my site?");
    const answer = visitor.answers.last();
    await expect(answer.getByRole("list", { name: "Sources" })).toBeVisible();
    await expect(visitor.header).toContainText("AI assistant");
    await expect(visitor.own.first()).toContainText("How do I add my docs?");
    const { entries } = await api.only("live");
    expect(ofType(entries, "handoff_requested")).toHaveLength(1);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
  });
});

test("A2 A5: a second question is answered on its own, and a hello in between is only a hello", async ({
  desk,
  visit,
}) => {
  await desk();
  const visitor = await visit();
  await visitor.open();
  await visitor.say("Can I add PDF or Word files?");
  await expect(visitor.answers).toHaveCount(1);
  await expect(visitor.answers.last()).toContainText("Baton reads PDF and Word files");
  await visitor.say("Hello again!");
  await expect(visitor.answers).toHaveCount(2);
  await expect(visitor.answers.last().getByRole("list", { name: "Sources" })).toHaveCount(0);
  await visitor.say("What is confidence?");
  await expect(visitor.answers).toHaveCount(3);
  await expect(visitor.answers.last()).toContainText("Confidence is a number from 0 to 1");
});

test("A1 P2: each question that the demo suggests is answered from the guide that is about it", async ({
  api,
  demo,
  visit,
}) => {
  const { settings } = await api.agent(demo.agentId);
  const places = [
    /add-docs\.html › How do I add my docs\?/,
    /put-the-widget-on-your-site\.html › How do I put the widget on my site\?/,
    /handoff\.html(?! › How do I turn off)/,
  ];
  for (const [index, question] of settings.suggestions.entries()) {
    const visitor = await visit();
    await visitor.open();
    await visitor.chat.getByRole("button", { name: question }).click();
    await visitor.answers.getByRole("list", { name: "Sources" }).getByRole("button").first().click();
    await expect.soft(visitor.chat.getByRole("dialog"), question).toContainText(places[index] ?? /nowhere/);
  }
});
