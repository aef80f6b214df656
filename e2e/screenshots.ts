import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "@playwright/test";
import type { Desk } from "./support/desk";
import { smaller } from "./support/png";
import { expect, test } from "./support/test";
import type { Visitor } from "./support/visitor";

const FOLDER = join(import.meta.dirname, "../docs/images");
const BYTES_MAX = 200_000;

const SITE = { viewport: { width: 1100, height: 760 } } as const;
const DESK = { viewport: { width: 1440, height: 860 } } as const;
const PHONE = {
  viewport: { width: 390, height: 800 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
} as const satisfies BrowserContextOptions;

const QUESTION = "Can I add PDF or Word files?";

test.beforeAll(async () => {
  await mkdir(FOLDER, { recursive: true });
});

test("widget", async ({ desk, visit }) => {
  const operator = await desk("/inbox/waiting", DESK);
  const visitor = await visit("/", SITE);
  await expect(visitor.launcher).toBeVisible();
  await picture(visitor.page, "widget-closed");
  await visitor.open();
  await answer(visitor, QUESTION);
  await picture(visitor.page, "widget-answer");
  await talk(visitor, operator);
  await picture(visitor.page, "widget-joined");
});

test("widget, dark", async ({ desk, visit }) => {
  await desk();
  const visitor = await visit("/pricing.html", { ...SITE, colorScheme: "dark" });
  await visitor.open();
  await answer(visitor, QUESTION);
  await picture(visitor.page, "widget-dark");
});

test("widget, phone", async ({ desk, visit }) => {
  await desk();
  const visitor = await visit("/", PHONE);
  await visitor.open();
  await answer(visitor, QUESTION);
  await picture(visitor.page, "widget-phone");
});

for (const scheme of ["light", "dark"] as const) {
  test(`inbox, ${scheme}`, async ({ desk, visit }) => {
    const operator = await desk("/inbox/waiting", { ...DESK, colorScheme: scheme });
    await people(visit);
    await expect(operator.rows("Needs human")).toHaveCount(3);
    if (scheme === "light") await picture(operator.page, "inbox-waiting");
    await operator
      .rows("Needs human")
      .filter({ hasText: "Asked for a person" })
      .first()
      .getByRole("link")
      .click();
    await expect(operator.log.getByRole("region", { name: /^Handed to the team/ })).toBeVisible();
    await operator.page.mouse.move(900, 500);
    await picture(operator.page, scheme === "dark" ? "inbox-dark" : "inbox-handoff");
  });
}

test.describe(() => {
  test.use({ modelKind: "scripted" });

  test("inbox, live", async ({ desk, model, visit }) => {
    const operator = await desk("/inbox/live", DESK);
    const other = await visit("/pricing.html");
    await other.open();
    await answer(other, "What is the answer threshold?");
    const visitor = await visit("/help.html");
    await visitor.open();
    await visitor.say("Hello!");
    await expect(visitor.answers).toHaveCount(1);
    await operator.openFirst("AI is answering");
    model.hold();
    await visitor.say("What is confidence?");
    await expect(operator.thread).toContainText("The AI is writing");
    await expect(operator.log).toContainText("Confidence is a number from 0 to 1");
    await picture(operator.page, "inbox-live");
  });
});

test("inbox, phone", async ({ desk, visit }) => {
  const operator = await desk("/inbox/waiting", PHONE);
  await people(visit);
  await expect(operator.rows("Needs human")).toHaveCount(3);
  await picture(operator.page, "inbox-phone");
});

/** Three visitors who need a person, each for another reason. */
async function people(visit: (path: string) => Promise<Visitor>): Promise<void> {
  const first = await visit("/help.html");
  await first.open();
  await first.say("Which planets have rings made of frozen ammonia?");
  await expect(first.header).toContainText("Connecting you…");
  const second = await visit("/index.html");
  await second.open();
  await second.offer.click();
  await expect(second.header).toContainText("Connecting you…");
  const third = await visit("/pricing.html");
  await third.open();
  await answer(third, QUESTION);
  await third.say("Ours are all scanned. Can I talk to somebody about that?");
  await expect(third.header).toContainText("Connecting you…");
}

async function answer(visitor: Visitor, question: string): Promise<void> {
  const before = await visitor.answers.count();
  await visitor.say(question);
  await expect(visitor.answers).toHaveCount(before + 1);
  await expect(visitor.answers.last().getByRole("list", { name: "Sources" })).toBeVisible();
}

async function talk(visitor: Visitor, operator: Desk): Promise<void> {
  await visitor.say("Ours are all scanned. Can I talk to somebody?");
  await operator.openFirst("Needs human");
  await operator.press("t");
  await operator.press("r");
  await operator.say("Hi, I have read the above. How many pages are they?");
  await expect(visitor.messages(/^Dana Reyes/)).toBeVisible();
  await visitor.say("About forty.");
  await expect(visitor.own.last()).toContainText("Seen");
}

/** Takes a picture once nothing moves any more. */
async function picture(page: Page, name: string): Promise<void> {
  const path = join(FOLDER, `${name}.png`);
  await writeFile(path, smaller(await page.screenshot({ animations: "disabled", caret: "hide" })));
  expect((await stat(path)).size, `size of ${name}`).toBeLessThan(BYTES_MAX);
}
