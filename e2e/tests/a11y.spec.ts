import type { Frame } from "@playwright/test";
import { expectAccessible } from "../support/axe";
import { expect, test } from "../support/test";
import type { Visitor } from "../support/visitor";

const SCREENS = [
  { name: "desktop, light", options: { colorScheme: "light" } },
  { name: "desktop, dark", options: { colorScheme: "dark" } },
  {
    name: "phone, light",
    options: { colorScheme: "light", viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  },
  {
    name: "phone, dark",
    options: { colorScheme: "dark", viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  },
] as const;

for (const { name, options } of SCREENS) {
  test(`W7: the widget keeps to WCAG 2.2 AA: ${name}`, async ({ api, demo, desk, visit }) => {
    const { settings } = await api.agent(demo.agentId);
    const report = {
      action_id: "report",
      label: "Report a fault",
      fields: [
        { name: "email", label: "Email", kind: "email" as const, required: true },
        { name: "what", label: "What happened?", kind: "long_text" as const, required: true },
      ],
    };
    await api.change(demo.agentId, { actions: [...settings.actions, report] });
    const operator = await desk();
    const visitor = await visit("/", options);
    await expect(visitor.launcher).toBeVisible();
    await expectAccessible(visitor.page, "closed");
    await visitor.open();
    const chat = await frameOf(visitor);
    await expect(visitor.offer).toBeVisible();
    await expectAccessible(visitor.page, "open, the page around it");
    await expectAccessible(chat, "open");

    await visitor.chat.getByRole("button", { name: "How do I add my docs?" }).click();
    const sources = visitor.answers.getByRole("list", { name: "Sources" });
    await expect(sources).toBeVisible();
    await expectAccessible(chat, "an answer");
    await sources.getByRole("button").first().click();
    await expect(visitor.chat.getByRole("dialog", { name: /^Source 1/ })).toBeVisible();
    await expectAccessible(chat, "a source");
    await visitor.chat.getByRole("button", { name: "Close source" }).click();
    await visitor.answers.getByRole("button", { name: "Bad answer" }).click();
    await expect(visitor.chat.getByText("What was wrong with it?")).toBeVisible();
    await expectAccessible(chat, "why an answer was bad");
    await visitor.chat.getByRole("button", { name: "Skip" }).click();

    await visitor.chat.getByRole("button", { name: "More options" }).click();
    await expect(visitor.chat.getByRole("menu")).toBeVisible();
    await expectAccessible(chat, "the menu");
    await visitor.chat.getByRole("menu").press("Escape");
    await expect(visitor.chat.getByRole("menu")).toBeHidden();

    await visitor.chat.getByRole("button", { name: "Report a fault" }).click();
    const form = visitor.chat.getByRole("form", { name: "Report a fault" });
    await form.getByRole("button", { name: "Send" }).click();
    await expect(form).toContainText("Please fill this in.");
    await expectAccessible(chat, "a form with mistakes");
    await form.getByRole("button", { name: "Cancel" }).click();

    await visitor.offer.click();
    await expect(visitor.header).toContainText("Connecting you…");
    await expectAccessible(chat, "waiting for a person");
    await operator.openFirst("Needs human");
    await operator.press("t");
    await operator.press("r");
    await operator.say("Hello, how can I help?");
    await expect(visitor.messages(/^Dana Reyes/)).toBeVisible();
    await visitor.say("With the docs, please.");
    await expect(visitor.own.last()).toContainText(/Sent|Seen/);
    await expectAccessible(chat, "with a person");
    await operator.reply.press("Escape");
    await operator.press("e");
    await operator.page.getByRole("menuitem", { name: "Not solved" }).click();
    await expect(visitor.header).toContainText("Conversation closed");
    await expectAccessible(chat, "closed by a person");
    await visitor.page.context().setOffline(true);
    await visitor.say("Written offline.");
    await expect(visitor.chat.getByText("You're offline.")).toBeVisible();
    await expectAccessible(chat, "offline");
  });

  test(`I3: the dashboard keeps to WCAG 2.2 AA: ${name}`, async ({ demo, desk, browserOf, visit }) => {
    test.setTimeout(90_000);
    const stranger = await (await browserOf(options)).newPage();
    await stranger.goto(`${demo.url}/sign-in`);
    await expect(stranger.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await expectAccessible(stranger, "sign-in");
    await stranger.getByLabel("Email").fill("nobody@example.com");
    await stranger.getByLabel("Password").fill("wrong password");
    await stranger.getByRole("button", { name: "Sign in" }).click();
    await expect(stranger.getByText("do not match")).toBeVisible();
    await expectAccessible(stranger, "sign-in with a mistake");

    const operator = await desk("/inbox/waiting", options);
    const { page } = operator;
    await expect(page.getByText("Needs human is clear")).toBeVisible();
    await expectAccessible(page, "an empty list");
    const visitor = await visit();
    await visitor.open();
    await visitor.say("How do I add my docs?");
    await expect(visitor.answers).toHaveCount(1);
    await visitor.say("Can I talk to a human?");
    await expect(operator.rows("Needs human")).toHaveCount(1);
    await expectAccessible(page, "a list");
    await operator.rows("Needs human").getByRole("link").click();
    await expect(operator.log.getByRole("region", { name: /^Handed to the team/ })).toBeVisible();
    await expectAccessible(page, "a thread that waits");
    await operator.thread
      .getByRole("button", { name: /^Take over/ })
      .first()
      .click();
    await operator.say("Hello, I am here.");
    await expectAccessible(page, "a thread of mine");
    await operator.thread
      .getByRole("button", { name: /^Close/ })
      .first()
      .click();
    await expect(page.getByRole("menu")).toBeVisible();
    await expectAccessible(page, "a menu");
    await page.keyboard.press("Escape");

    const agent = `${demo.url}/agents/${demo.agentId}`;
    for (const [path, heading] of [
      ["sources", "Sources"],
      ["test", "Test"],
      ["golden", "Golden questions"],
      ["settings", "Settings"],
      ["widget", "Widget"],
    ] as const) {
      await page.goto(`${agent}/${path}`);
      await expect(page.getByRole("heading", { name: heading, level: 1 })).toBeAttached();
      if (path === "sources") await expect(page.getByRole("row").nth(3)).toBeVisible();
      if (path === "test") {
        await page.getByRole("button", { name: "How do I add my docs?" }).click();
        await expect(page.getByRole("region", { name: "Decision" })).toBeVisible();
      }
      await expectAccessible(page, path);
      if (path !== "sources") continue;
      await page.keyboard.press("c");
      await expect(page.getByRole("textbox", { name: "Address of the site" })).toBeFocused();
      await expectAccessible(page, "adding a source");
      await page.keyboard.press("Escape");
      await expect(page.getByRole("button", { name: "Add a source" })).toBeFocused();
    }
    await page.goto(`${demo.url}/team`);
    await expect(page.getByText("demo@brindlecove.example")).toBeVisible();
    await expectAccessible(page, "team");
    await page.getByRole("button", { name: "Invite" }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await expectAccessible(page, "a dialog");
    await page.goto(`${demo.url}/account`);
    await expect(page.getByText(/^This browser · /)).toBeVisible();
    await expectAccessible(page, "account");
  });
}

test("W7: the widget is used by keyboard alone", async ({ visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  await expect(visitor.launcher).toBeVisible();
  await visitor.launcher.focus();
  await expect(visitor.launcher).toHaveAttribute("aria-expanded", "false");
  await page.keyboard.press("Enter");
  await expect(visitor.composer).toBeFocused();
  await expect(visitor.launcher).toHaveAttribute("aria-expanded", "true");
  await page.keyboard.type("Hello,");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("what is confidence?");
  await expect(visitor.composer).toHaveValue("Hello,\nwhat is confidence?");
  await page.keyboard.press("Enter");
  await expect(visitor.own).toContainText("what is confidence?");
  await expect(visitor.composer).toBeFocused();
  await expect(visitor.answers.getByRole("list", { name: "Sources" })).toBeVisible();
  await expect(visitor.announcer).toContainText(/^Assistant: .*source/s);

  await page.keyboard.press("Alt+ArrowUp");
  await expect(visitor.answers.last()).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(visitor.own.last()).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(visitor.answers.last()).toBeFocused();
  await page.keyboard.press("Tab");
  const source = visitor.chat.getByRole("button", { name: /^Source 1: / }).first();
  await expect(source).toBeFocused();
  await page.keyboard.press("Enter");
  const dialog = visitor.chat.getByRole("dialog", { name: /^Source 1: / });
  await expect(dialog.getByRole("button", { name: "Close source" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(source, "the topmost layer closes first").toBeFocused();
  await expect(visitor.panel).toBeVisible();

  await page.keyboard.press("Escape");
  await expect(visitor.panel).toBeHidden();
  await expect(visitor.launcher).toBeFocused();
  await expect(visitor.launcher).toHaveAttribute("aria-expanded", "false");
});

test("W7: the thread's structure says who wrote what", async ({ desk, visit }) => {
  const operator = await desk();
  const visitor = await visit();
  await visitor.open();
  await visitor.say("What is confidence?");
  await expect(visitor.answers.getByRole("list", { name: "Sources" })).toBeVisible();
  await visitor.offer.click();
  await operator.openFirst("Needs human");
  await operator.press("t");
  await operator.press("r");
  await operator.say("Hello, Dana here.");
  await expect(visitor.messages(/^Dana Reyes/)).toBeVisible();
  await expect(visitor.log).toMatchAriaSnapshot(`
    - log "Conversation":
      - article:
        - heading /You \\d+:\\d+/ [level=2]
        - text: What is confidence?
      - article:
        - heading /Assistant \\d+:\\d+/ [level=2]
        - paragraph: /Confidence is a number/
        - list "Sources":
          - listitem:
            - button /Source 1. .+/
        - button "Good answer"
        - button "Bad answer"
        - button "Copy answer"
      - article:
        - heading /You \\d+:\\d+/ [level=2]
        - strong: Talk to a human
      - paragraph: /Let me connect you with our team/
      - paragraph: /Dana Reyes joined/
      - article:
        - heading /Dana Reyes \\d+:\\d+/ [level=2]
        - paragraph: Hello, Dana here.
  `);
});

test("W7: on a phone the panel is modal, fills the screen, and Back closes it", async ({ visit }) => {
  const visitor = await visit("/pricing.html", {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await visitor.page.evaluate(() => scrollTo(0, 300));
  await visitor.page.getByRole("button", { name: /^Open support chat/ }).tap();
  await expect(visitor.composer).toBeVisible();
  await expect(visitor.panel).toHaveAttribute("aria-modal", "true");
  await expect.poll(() => visitor.panel.boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 844 });
  await expect(visitor.header.getByRole("heading")).toBeFocused();
  for (const name of ["Close chat", "More options"]) {
    const box = await visitor.chat.getByRole("button", { name }).boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0), `size of ${name}`).toBeGreaterThanOrEqual(44);
  }
  await visitor.page.goBack();
  await expect(visitor.panel).toBeHidden();
  await expect(visitor.page).toHaveURL(/\/pricing\.html$/);
  expect(await visitor.page.evaluate(() => scrollY), "the page is where it was").toBe(300);
});

test("I3: the inbox is worked by keyboard alone", async ({ desk, visit }) => {
  const operator = await desk();
  const { page } = operator;
  const first = await visit("/pricing.html");
  await first.open();
  await first.say("Can I talk to a human?");
  await expect(operator.rows("Needs human")).toHaveCount(1);
  const second = await visit("/help.html");
  await second.open();
  await second.say("A person, please.");
  await expect(operator.rows("Needs human")).toHaveCount(2);

  await operator.press("j");
  await expect(operator.log).toContainText("Can I talk to a human?");
  await operator.press("j");
  await expect(operator.log).toContainText("A person, please.");
  await operator.press("k");
  await expect(operator.log).toContainText("Can I talk to a human?");
  await operator.press("Enter");
  await expect(operator.log).toBeFocused();
  await operator.press("t");
  await expect(operator.thread).toContainText("You own this");
  await operator.press("r");
  await expect(operator.reply).toBeFocused();
  await page.keyboard.type("The t and e in here are only letters.");
  await page.keyboard.press("Enter");
  await expect(first.messages(/^Dana Reyes/)).toContainText("are only letters.");
  await page.keyboard.press("Escape");
  await expect(operator.reply).not.toBeFocused();

  await operator.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
  await operator.press("t");
  await page.keyboard.press("Escape");
  await operator.press("q");
  await expect(operator.thread).toContainText("Waiting for a person");
  await operator.press("Control+z");
  await expect(operator.thread).toContainText("You own this");

  await operator.press("Control+k");
  await expect(page.getByRole("combobox", { name: "Actions and conversations" })).toBeFocused();
  await page.keyboard.type("close");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("option", { name: "Solved", exact: true })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(operator.thread).toContainText("Solved · closed by Dana Reyes");

  await operator.press("g");
  await operator.press("n");
  await expect(page).toHaveURL(/\/inbox\/waiting$/);
  await expect(operator.rows("Needs human")).toHaveCount(1);
  await operator.press("/");
  await expect(page.getByRole("searchbox", { name: "Search this list" })).toBeFocused();
  await page.keyboard.type("nothing like that");
  await expect(page.getByText("Nothing found")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(operator.rows("Needs human")).toHaveCount(1);
});

async function frameOf(visitor: Visitor): Promise<Frame> {
  const frame = visitor.page.frames().find((one) => one.url().includes("/widget/frame/"));
  if (frame === undefined) throw new Error("the chat's frame is not there");
  return frame;
}
