import { expectAccessible } from "../support/axe";
import { Desk } from "../support/desk";
import { expect, test } from "../support/test";

const PASSWORD = "a long enough password";

test("P2 P4: from the set-up link of an empty server to the first answer", async ({ baton, browserOf }) => {
  const { url, setupLink } = await baton.serve();
  const page = await (await browserOf()).newPage();

  await test.step("the set-up link makes the workspace and its owner", async () => {
    await page.goto(url);
    await expect(page).toHaveURL(`${url}/setup`);
    await expect(page.getByText("The set-up link is not complete.")).toBeVisible();
    await page.goto(setupLink);
    await page.reload();
    await page.getByLabel("Workspace").fill("Acme");
    await page.getByLabel("Your name").fill("Ada Park");
    await page.getByLabel("Email").fill("ada@acme.example");
    await page.getByLabel("Password").fill("short");
    await page.getByRole("button", { name: "Create the workspace" }).click();
    expect(
      await page.getByLabel("Password").evaluate((field: HTMLInputElement) => field.validity.tooShort),
    ).toBe(true);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Create the workspace" }).click();
    await expect(page.getByRole("heading", { name: "Agents", level: 1 })).toBeVisible();
    expect(page.url(), "the secret is no longer in the address").not.toContain("#");
  });

  await test.step("a first agent with a typed source answers in the test pane", async () => {
    if (await page.getByText("No agent yet").isVisible()) {
      await page.getByRole("button", { name: "New agent" }).first().click();
      await page.getByRole("dialog").getByLabel("Name").fill("Acme Assistant");
      await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
    }
    await expect(page.getByRole("heading", { name: "Where are your docs?" })).toBeVisible();
    await page.getByRole("button", { name: /^Text/ }).click();
    const dialog = page.getByRole("dialog", { name: "Add a source" });
    await dialog.getByRole("textbox", { name: "Title" }).fill("Returns");
    await dialog
      .getByRole("textbox", { name: "Text" })
      .fill("# Returns\n\n## How long can I return an item?\n\nYou can return every item within 41 days.");
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await expect(page.getByRole("row", { name: /Returns/ })).toContainText("Ready");
    await page.getByRole("link", { name: "Test", exact: true }).click();
    await page.getByRole("textbox", { name: "Question" }).fill("How long can I return an item?");
    await page.getByRole("button", { name: "Ask" }).click();
    await expect(page.getByRole("region", { name: "Answer" })).toContainText("within 41 days");
  });

  await test.step("the set-up link works once", async () => {
    const stranger = await (await browserOf()).newPage();
    await stranger.goto(setupLink);
    await expect(stranger.getByRole("heading", { name: "Already set up" })).toBeVisible();
  });
});

test("I4 P4: a link to a conversation opens it after signing in; signing out ends it", async ({
  demo,
  api,
  browserOf,
  visit,
}) => {
  const visitor = await visit();
  await visitor.open();
  await visitor.say("Can I talk to a human?");
  await expect(visitor.header).toContainText("Waiting for the team");
  const { id } = (await api.only("waiting")).summary;
  const page = await (await browserOf()).newPage();
  const desk = new Desk(page);
  await page.goto(`${demo.url}/inbox/waiting/${id}`);
  await expect(page).toHaveURL(/\/sign-in\?to=/);
  await desk.signIn(demo.email, "not the password");
  await expect(page.getByText("That email and password do not match.")).toBeVisible();
  await desk.signIn(demo.email, demo.password);
  await expect(page).toHaveURL(`${demo.url}/inbox/waiting/${id}`);
  await expect(desk.log).toContainText("Can I talk to a human?");

  await page.goto(`${demo.url}/account`);
  await page.getByRole("button", { name: "Sign out here" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.goto(`${demo.url}/sign-in?to=//evil.example/`);
  await desk.signIn(demo.email, demo.password);
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
  expect(new URL(page.url()).origin).toBe(demo.url);
});

test("P4: an invited operator works in the inbox and sees nothing of the administration", async ({
  demo,
  desk,
  browserOf,
}) => {
  const owner = await desk("/team");
  const link = await test.step("the owner invites", async () => {
    await owner.page.getByRole("button", { name: "Invite" }).click();
    const dialog = owner.page.getByRole("dialog");
    await dialog.getByLabel("Email").fill("sam@brindlecove.example");
    await dialog.getByLabel("Role").selectOption("Operator");
    await dialog.getByRole("button", { name: "Create the link" }).click();
    const url = (await dialog.getByRole("status").textContent()) ?? "";
    await dialog.getByRole("button", { name: "Done" }).click();
    await expect(
      owner.page.getByRole("listitem").filter({ hasText: "sam@brindlecove.example" }),
    ).toContainText(/invited by Dana Reyes/i);
    return url;
  });

  const operator = await (await browserOf()).newPage();
  await test.step("they join with the link, which works once", async () => {
    await operator.goto(link);
    await expect(operator.getByText("As operator, with sam@brindlecove.example.")).toBeVisible();
    await operator.getByLabel("Your name").fill("Sam Okoro");
    await operator.getByLabel("Password").fill(PASSWORD);
    await operator.getByRole("button", { name: "Join" }).click();
    await expect(operator.getByRole("heading", { name: "Needs human", exact: true })).toBeVisible();
    await expect(owner.page.getByRole("listitem").filter({ hasText: "Sam Okoro" })).toContainText("Operator");
    await expect(
      owner.page.getByRole("listitem").filter({ hasText: /invited by/i }),
      "the invitation is used up",
    ).toHaveCount(0);
    const late = await (await browserOf()).newPage();
    await late.goto(link);
    await expect(late.getByRole("heading", { name: "This invitation cannot be used" })).toBeVisible();
  });

  await test.step("an operator sees no agents, settings or team, not by address and not by the API", async () => {
    const nav = operator.getByRole("navigation", { name: "Main" });
    await expect(nav.getByRole("link", { name: "Needs human" })).toBeVisible();
    await expect(nav.getByRole("link", { name: "Members" })).toHaveCount(0);
    await expect(nav.getByRole("heading", { name: "Agents" })).toHaveCount(0);
    for (const path of [`/agents/${demo.agentId}/settings`, "/agents", "/team"]) {
      await operator.goto(demo.url + path);
      await expect(operator.getByRole("navigation", { name: "Main" })).toBeVisible();
      await expect(operator.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
    }
    const refused = await operator.request.patch(`${demo.url}/api/v1/agents/${demo.agentId}`, {
      headers: { "x-baton-client": "dashboard" },
      data: { welcome: "Mine now" },
    });
    expect(refused.status()).toBe(403);
  });

  await test.step("G-S2: a suspension signs them out at once", async () => {
    await operator.goto(`${demo.url}/inbox/waiting`);
    await expect(operator.getByText("Needs human is clear")).toBeVisible();
    await owner.page.getByRole("button", { name: "Change Sam Okoro" }).click();
    await owner.page.getByRole("menuitem", { name: "Suspend" }).click();
    await expect(owner.page.getByText("Sam Okoro is suspended.")).toBeVisible();
    await expect(operator.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await new Desk(operator).signIn("sam@brindlecove.example", PASSWORD);
    await expect(operator.getByText("That email and password do not match.")).toBeVisible();
  });
});

test("K1 K2: many files at once; each says how far it is, and a broken one why and what to do", async ({
  demo,
  desk,
}) => {
  const owner = await desk(`/agents/${demo.agentId}/sources`);
  const { page } = owner;
  await expect(page.getByRole("heading", { name: "Sources" })).toBeVisible();
  const row = (name: string) => page.getByRole("row").filter({ hasText: name });
  await page
    .getByLabel("Files to upload")
    .setInputFiles([
      file("tides.md", "# Tides\n\n## When is high tide?\n\nHigh tide is at a quarter past seven.\n"),
      file(
        "crew.html",
        "<!doctype html><title>Crew</title><nav>Menu</nav><main><h1>Crew</h1><p>The boat sails with a crew of nine.</p></main>",
      ),
      file("faq.csv", "question,answer\nWhere is the harbour?,The harbour is behind the lighthouse.\n"),
      file("log.jsonl", '{"title":"Storms","text":"In a storm we stay in the harbour of Eastmere."}\n'),
      file("scan.pdf", "%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n1 0 obj\n<<>>\nendobj\n"),
      file("broken.jsonl", '{"title":"Half'),
    ]);
  for (const name of ["tides.md", "crew.html", "faq.csv", "log.jsonl"]) {
    await expect(row(name)).toContainText("Ready");
    await expect(row(name).getByRole("cell").nth(2)).toContainText(/^1 passage/);
  }
  await expect(row("scan.pdf")).toContainText(/Failed.*PDF/);
  await expect(row("scan.pdf").getByRole("button", { name: "Retry" })).toBeVisible();
  await expect(row("broken.jsonl")).toContainText("Failed");

  await test.step("K5: what was read can be looked at", async () => {
    await page.getByRole("button", { name: "tides.md", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toContainText("High tide is at a quarter past seven.");
    await expect(dialog).toContainText("When is high tide?");
    await dialog.getByRole("button", { name: "Close" }).click();
  });

  await test.step("K6: the test pane answers from it, with passages, confidence and the decision", async () => {
    await page.getByRole("link", { name: "Test", exact: true }).click();
    await page.getByRole("textbox", { name: "Question" }).fill("When is high tide?");
    await page.getByRole("button", { name: "Ask" }).click();
    const answer = page.getByRole("region", { name: "Answer" });
    await expect(answer).toContainText("quarter past seven");
    await expect(answer.getByRole("list", { name: "Sources" })).toContainText("Tides");
    await expect(page.getByRole("region", { name: "Passages" })).toContainText(
      "High tide is at a quarter past seven.",
    );
    await expect(page.getByRole("region", { name: "Decision" })).toContainText("The agent would answer");
    await expect(page.getByRole("region", { name: "Decision" })).toContainText(
      /Confidence\s*[01]\.\d\d, (above|just)/,
    );
  });

  await test.step("K2: a deleted source is no longer answered from", async () => {
    await page.getByRole("link", { name: "Sources", exact: true }).click();
    await row("tides.md").getByRole("button", { name: "More for tides.md" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page
      .getByRole("alertdialog")
      .or(page.getByRole("dialog"))
      .getByRole("button", { name: "Delete" })
      .click();
    await expect(row("tides.md")).toHaveCount(0);
    await page.getByRole("link", { name: "Test", exact: true }).click();
    await page.getByRole("textbox", { name: "Question" }).fill("When is high tide?");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await expect(page.getByRole("region", { name: "Decision" })).toBeVisible();
    await expect(page.getByRole("region", { name: "Answer" })).not.toContainText("quarter past seven");
    await expect(page.getByRole("region", { name: "Passages" }), "from the first moment").not.toContainText(
      "Tides",
    );
  });
});

test("K2: progress is live, without a reload", async ({ demo, desk }) => {
  const { page } = await desk(`/agents/${demo.agentId}/sources`);
  await expect(page.getByRole("heading", { name: "Sources" })).toBeVisible();
  const states = await page.evaluateHandle(() => {
    const seen = new Set<string>();
    new MutationObserver(() => {
      for (const row of document.querySelectorAll("tr")) {
        if (!row.textContent?.includes("many.csv")) continue;
        for (const state of ["Queued", "Reading", "Indexing", "Ready"]) {
          if (row.textContent.includes(state)) seen.add(state);
        }
      }
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
    return seen;
  });
  const rows = Array.from(
    { length: 800 },
    (_, n) => `What is item ${n}?,Item ${n} is kept in drawer ${n * 7}.`,
  );
  await page
    .getByLabel("Files to upload")
    .setInputFiles([file("many.csv", `question,answer\n${rows.join("\n")}\n`)]);
  await expect(page.getByRole("row").filter({ hasText: "many.csv" })).toContainText("Ready", {
    timeout: 25_000,
  });
  await expect(page.getByRole("row").filter({ hasText: "many.csv" })).toContainText("800");
  const seen = await states.evaluate((all) => [...all]);
  expect(seen.length, `states on the way: ${seen.join(", ")}`).toBeGreaterThan(1);
});

test("H2 A3 W7: settings are checked, kept, and reach the next visitor", async ({ demo, desk, visit }) => {
  const { page } = await desk(`/agents/${demo.agentId}/settings`);
  await page.getByLabel("Welcome message").fill("Welcome aboard. Ask away.");
  await page.getByLabel(/^Latest answer after/).fill("9999");
  await page.getByRole("button", { name: "Save" }).click();
  const deadline = page.getByLabel(/^Latest answer after/);
  await expect(page.getByText("Not saved. One setting needs another look.")).toBeVisible();
  await expect(deadline).toHaveAttribute("aria-invalid", "true");
  await expect(deadline).toBeFocused();
  await deadline.fill("20");
  await page.getByRole("textbox", { name: "Accent colour", exact: true }).fill("#b4412e");
  await page.getByRole("radio", { name: "Left" }).check();
  await page.getByRole("textbox", { name: "Suggestion 1" }).fill("When do you sail?");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved. It counts from the next message on.")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Welcome message")).toHaveValue("Welcome aboard. Ask away.");
  await expect(deadline).toHaveValue("20");

  const visitor = await visit();
  await visitor.open();
  await expect(visitor.log).toContainText("Welcome aboard. Ask away.");
  await expect(visitor.chat.getByRole("button", { name: "When do you sail?" })).toBeVisible();
  await expect(visitor.launcher).toHaveCSS("background-color", "rgb(180, 65, 46)");
  expect((await visitor.launcher.boundingBox())?.x, "at the left").toBeLessThan(100);
});

test("W7: what a colleague changes meanwhile is not shown as my own unsaved change", async ({
  api,
  demo,
  desk,
}) => {
  const { page } = await desk(`/agents/${demo.agentId}/settings`);
  await expect(page.getByLabel("Welcome message")).toBeVisible();
  await api.change(demo.agentId, { welcome: "Changed by a colleague." });
  await expect(page.getByLabel("Welcome message")).toHaveValue("Changed by a colleague.");
  await expect(page.getByText("You have unsaved changes.")).toHaveCount(0);
});

test("W7: of a setting that two change at once, I keep mine, see it, and save nothing else", async ({
  api,
  demo,
  desk,
}) => {
  const { page } = await desk(`/agents/${demo.agentId}/settings`);
  const welcome = page.getByLabel("Welcome message");
  await welcome.fill("Mine.");
  await api.change(demo.agentId, { welcome: "Theirs.", answer_deadline_seconds: 21 });
  await expect(page.getByLabel(/^Latest answer after/)).toHaveValue("21");
  await expect(welcome).toHaveValue("Mine.");
  const both = page.getByText("A colleague changed this too, meanwhile: Welcome message.");
  await expect(both).toBeVisible();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved. It counts from the next message on.")).toBeVisible();
  await expect(both).toHaveCount(0);
  expect((await api.agent(demo.agentId)).settings).toMatchObject({
    welcome: "Mine.",
    answer_deadline_seconds: 21,
  });

  await welcome.fill("Mine again.");
  await api.change(demo.agentId, { welcome: "Theirs again." });
  await page.getByRole("button", { name: "Take theirs" }).click();
  await expect(welcome).toHaveValue("Theirs again.");
  await expect(page.getByText("You have unsaved changes.")).toHaveCount(0);
});

test("W6: a button with fields asks for them, checks them, and the team gets them", async ({
  api,
  demo,
  desk,
  visit,
}) => {
  const operator = await desk();
  await api.change(demo.agentId, {
    actions: [
      {
        action_id: "report",
        label: "Report a fault",
        fields: [
          { name: "email", label: "Email", kind: "email", required: true },
          { name: "what", label: "What happened?", kind: "long_text", required: true },
          { name: "phone", label: "Phone", kind: "text", required: false },
        ],
      },
    ],
  });
  const visitor = await visit("/help.html");
  await visitor.open();
  await visitor.chat.getByRole("button", { name: "Report a fault" }).click();
  const form = visitor.chat.getByRole("form", { name: "Report a fault" });
  const email = form.getByRole("textbox", { name: "Email" });
  await expect(email).toBeFocused();
  await email.fill("not an address");
  await form.getByRole("button", { name: "Send" }).click();
  await expect(form).toContainText("Please enter a whole email address.");
  await expect(form).toContainText("Please fill this in.");
  await expect(email).toBeFocused();
  await email.fill("kim@example.com");
  await form.getByRole("textbox", { name: "What happened?" }).fill("The tiller came off.");
  await form.getByRole("button", { name: "Send" }).click();
  await expect(form).toBeHidden();
  await expect(visitor.own.last()).toContainText("Report a fault");
  await expect(visitor.own.last()).toContainText("The tiller came off.");

  await operator.openFirst("Needs human");
  const card = operator.log.getByRole("region", { name: "Handed to the team: The visitor pressed a button" });
  await expect(card).toContainText("kim@example.com");
  await expect(card).toContainText("The tiller came off.");
  await expect(operator.details).toContainText("kim@example.com");
});

test("P2 W1: the snippet is copied whole, and the site list says what is wrong", async ({
  api,
  demo,
  browserOf,
  desk,
}) => {
  const { page } = await desk(`/agents/${demo.agentId}/widget`, {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await page.getByRole("button", { name: "Copy the snippet" }).click();
  const { snippet } = await api.agent(demo.agentId);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(snippet);
  expect(snippet).toBe(`<script async src="${demo.url}/widget.js" data-agent-id="${demo.agentId}"></script>`);

  await page.getByLabel("Site").fill("not a site");
  await page.getByRole("button", { name: "Allow", exact: true }).click();
  await expect(page.getByText("Write an address such as https://www.example.com.")).toBeVisible();
  await page.getByLabel("Site").fill("https://shop.example/checkout");
  await page.getByRole("button", { name: "Allow", exact: true }).click();
  await expect(page.getByRole("button", { name: "Remove https://shop.example" })).toBeVisible();
  await page.getByRole("button", { name: "Remove https://shop.example" }).click();
  await expect(page.getByRole("button", { name: "Remove https://shop.example" })).toBeHidden();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("button", { name: "Remove https://shop.example" })).toBeVisible();

  // The preview works without any allowed site.
  const preview = await (await browserOf()).newPage();
  await preview.goto(`${demo.url}/c/${demo.agentId}`);
  await preview.getByRole("textbox", { name: /^Message/ }).fill("What is confidence?");
  await preview.getByRole("button", { name: "Send message" }).click();
  await expect(preview.getByRole("list", { name: "Sources" })).toBeVisible();
});

test("P4: sessions are listed, and one that is ended is signed out at once", async ({ desk }) => {
  const here = await desk("/account");
  const there = await desk("/inbox/waiting", { userAgent: firefox() });
  await here.page.reload();
  const other = here.page.getByRole("listitem").filter({ hasText: "Firefox" });
  await expect(here.page.getByRole("listitem").filter({ hasText: "This browser" })).toHaveCount(1);
  await other.getByRole("button", { name: "Sign out" }).click();
  await expect(other).toHaveCount(0);
  await expect(there.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(here.page.getByRole("listitem").filter({ hasText: "This browser" })).toHaveCount(1);
});

test("I1: a row says what the visitor last said, and one that was just handed over is unread", async ({
  desk,
  visit,
}) => {
  const operator = await desk();
  const asking = await visit();
  await asking.open();
  await asking.say("Can I talk to a human, please?");
  const row = operator.rows("Needs human").filter({ hasText: "Can I talk to a human, please?" });
  await expect(row).toContainText("Unread");
  await expect(operator.rows("Needs human").filter({ hasText: "full conversation so far" })).toHaveCount(0);
  await operator.openFirst("Needs human");
  await expect(row).not.toContainText("Unread");

  const pressing = await visit();
  await pressing.open();
  await pressing.offer.click();
  const second = operator.rows("Needs human").nth(1);
  await expect(second).toContainText("Pressed a button");
  await expect(second).toContainText("Unread");
  await second.getByRole("link").click();
  await expect(second).not.toContainText("Unread");
});

test("I3: what is typed right after the palette's key is its search, however slow the palette comes", async ({
  desk,
  visit,
}) => {
  const operator = await desk();
  const visitor = await visit();
  await visitor.open();
  await visitor.offer.click();
  await operator.openFirst("Needs human");
  const { page } = operator;
  let come = () => {};
  const wanted = new Promise<void>((asked) => {
    void page.route(/\/assets\/palette-/, async (route) => {
      asked();
      await new Promise<void>((go) => {
        come = go;
      });
      await route.continue();
    });
  });
  await page.keyboard.press("Control+k");
  await page.keyboard.type("tea");
  await wanted;
  await expect(operator.thread, "T would have taken it over").not.toContainText("You own this");
  come();
  await expect(page.getByRole("option").first()).toBeVisible();
  await page.keyboard.type("m");
  await expect(page.getByRole("combobox")).toHaveValue("team");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/inbox\/team/);
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox")).toHaveValue("");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("combobox")).toHaveCount(0);
});

test.describe("in the middle of an answer", () => {
  test.use({ modelKind: "scripted" });

  test("I1: who opens the conversation reads the answer from its first word to its last", async ({
    desk,
    model,
    visit,
  }) => {
    model.hold();
    const operator = await desk("/inbox/live");
    const visitor = await visit();
    await visitor.open();
    await visitor.say("What is confidence?");
    const words = "Confidence is a number from 0 to 1";
    await expect(visitor.answers).toContainText(words);
    await operator.openFirst("AI is answering");
    await expect(operator.log).toContainText(words);
    await expect(operator.log).toContainText(/is writing/);
    await expect(operator.log, "marks look like in the message").not.toContainText("[1");
    await expectAccessible(operator.page, "an answer being written");

    await test.step("also in a second tab, which shares the stream of the first", async () => {
      const second = await operator.page.context().newPage();
      await second.goto(operator.page.url());
      await expect(new Desk(second).log).toContainText(words);
      await second.close();
    });

    await test.step("also after a reload", async () => {
      await operator.page.reload();
      await expect(operator.log).toContainText(words);
    });
    model.release();
    await expect(operator.log.getByRole("list", { name: "Sources" })).toBeVisible();
    await expect(operator.log).toContainText(words);
    await expect(operator.log).not.toContainText(/is writing/);
  });
});

function file(name: string, text: string): { name: string; mimeType: string; buffer: Buffer } {
  return { name, mimeType: "application/octet-stream", buffer: Buffer.from(text) };
}

function firefox(): string {
  return "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0";
}
