import type { Page } from "@playwright/test";
import { ofType } from "../support/api";
import { Desk } from "../support/desk";
import { expect, test } from "../support/test";

test.describe("while an answer is being written", () => {
  test.use({ modelKind: "scripted" });

  test("H7 I1 A2: a takeover in the middle of an answer silences the AI at once", async ({
    api,
    desk,
    model,
    visit,
  }) => {
    const operator = await desk("/inbox/live");
    const visitor = await visit();
    await visitor.open();
    await visitor.say("Hello!");
    await expect(visitor.answers).toHaveCount(1);
    await operator.openFirst("AI is answering");
    model.hold();
    await visitor.say("What is confidence?");
    const words = /Confidence is a number from 0 to 1 [a-z ]+/;
    await expect(visitor.answers.last()).toContainText(words);
    await expect(operator.thread).toContainText("The AI is writing");
    await expect(operator.log).toContainText(words);
    await expect(operator.thread.getByRole("button", { name: /^Stop and take over/ })).toBeVisible();
    await operator.press("t");
    await expect(operator.thread).toContainText("You own this · AI paused");

    await expect(visitor.log).toContainText("Dana Reyes joined");
    await expect(visitor.log).not.toContainText(words);
    await expect(operator.log).not.toContainText(words);
    await expect.poll(() => model.cutOff, { message: "the server hung up on the model" }).toBe(1);
    model.release();

    await operator.press("r");
    await operator.say("I am here now. Confidence is explained in the guides.");
    await expect(visitor.messages(/^Dana Reyes/)).toContainText("I am here now.");
    await visitor.say("Good, thank you for stepping in.");
    await expect(operator.log).toContainText("Good, thank you for stepping in.");
    await expect(visitor.answers, "only the greeting").toHaveCount(1);

    const { entries } = await api.only("mine");
    expect(ofType(entries, "turn_opened")).toHaveLength(2);
    expect(ofType(entries, "ai_message")).toMatchObject([{ kind: "small_talk" }]);
    expect(ofType(entries, "taken_over")).toMatchObject([{ from: "ai", member_name: "Dana Reyes" }]);
    await visitor.page.reload();
    await expect(visitor.messages(/^Dana Reyes/)).toContainText("I am here now.");
    await expect(visitor.answers).toHaveCount(1);
  });

  test("H7 I2: a reply in the middle of an answer is a takeover too", async ({ api, desk, model, visit }) => {
    model.hold();
    const operator = await desk("/inbox/live");
    const visitor = await visit();
    await visitor.open();
    await visitor.say("What is confidence?");
    await expect(visitor.answers).toContainText("Confidence is a number from 0 to 1");
    await operator.openFirst("AI is answering");
    await operator.reply.fill("One moment, I am looking at it.");
    await operator.thread.getByRole("button", { name: /^Take over and send/ }).click();
    await expect(visitor.messages(/^Dana Reyes/)).toContainText("One moment, I am looking at it.");
    await expect(visitor.answers).toHaveCount(0);
    await expect.poll(() => model.cutOff).toBe(1);
    const { entries } = await api.only("mine");
    expect(ofType(entries, "ai_message")).toEqual([]);
    const said = entries.map(({ type }) => type).filter((type) => type !== "seen");
    expect(said.slice(-2)).toEqual(["taken_over", "member_message"]);
  });

  test("A2 A4 W4: an answer streams, and what is left standing is the same with its sources", async ({
    model,
    visit,
  }) => {
    model.hold();
    const visitor = await visit();
    await visitor.open();
    await visitor.say("What is confidence?");
    const answer = visitor.answers.last();
    const first = "Confidence is a number from 0 to 1";
    await expect(answer).toContainText(first);
    await expect(answer.getByRole("list", { name: "Sources" })).toHaveCount(0);
    model.release();
    await expect(answer.getByRole("list", { name: "Sources" })).toBeVisible();
    await expect(answer).toContainText(first);
    await expect(visitor.answers).toHaveCount(1);
  });
});

test("H8 P4: two members take over at once; one gets it, the other reads who has it", async ({
  api,
  demo,
  desk,
  browserOf,
  visit,
}) => {
  const dana = await desk("/team");
  const sam = await test.step("a colleague joins by invitation", async () => {
    await dana.page.getByRole("button", { name: "Invite" }).click();
    const dialog = dana.page.getByRole("dialog");
    await dialog.getByLabel("Email").fill("sam@brindlecove.example");
    await dialog.getByRole("button", { name: "Create the link" }).click();
    const link = (await dialog.getByRole("status").textContent()) ?? "";
    const page = await (await browserOf()).newPage();
    await page.goto(link);
    await expect(page.getByRole("heading", { name: "Join Brindlecove" })).toBeVisible();
    await page.getByLabel("Your name").fill("Sam Okoro");
    await page.getByLabel("Password").fill("a long enough password");
    await page.getByRole("button", { name: "Join" }).click();
    await expect(page.getByText("Needs human is clear")).toBeVisible();
    return new Desk(page);
  });
  await dana.page.goto(`${demo.url}/inbox/waiting`);

  const visitor = await visit();
  await visitor.open();
  await visitor.offer.click();
  await expect(visitor.header).toContainText("Connecting you…");
  for (const member of [dana, sam]) {
    await member.openFirst("Needs human");
    await expect(member.thread).toContainText("Waiting for a person");
  }
  await expect(dana.thread.getByRole("list", { name: "Also viewing" })).toContainText("S");

  const together = meeting(2);
  for (const { page } of [dana, sam]) await holdTakeOver(page, together);
  await dana.press("t");
  await sam.press("t");

  const owns = "You own this · AI paused";
  await expect
    .poll(async () =>
      (await Promise.all([dana, sam].map((one) => one.thread.getByText(owns).count()))).sort(),
    )
    .toEqual([0, 1]);
  const danaWon = (await dana.thread.getByText(owns).count()) === 1;
  const [winner, loser] = danaWon ? [dana, sam] : [sam, dana];
  const name = danaWon ? "Dana Reyes" : "Sam Okoro";
  await expect(loser.page.getByText(new RegExp(`^${name} took this`)).first()).toBeVisible();
  await expect(loser.thread).toContainText(`${name} owns this`);
  await expect(visitor.log).toContainText(`${name} joined`);
  await winner.press("r");
  await winner.say("You have one of us now.");
  await expect(visitor.messages(new RegExp(`^${name}`))).toContainText("You have one of us now.");
  const { entries } = await api.only("team");
  expect(ofType(entries, "taken_over")).toMatchObject([{ member_name: name, from: "queue" }]);
});

/** Lets nobody go on before everybody is there. */
function meeting(people: number): () => Promise<void> {
  let arrived = 0;
  let open = () => {};
  const all = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    arrived += 1;
    if (arrived === people) open();
    return all;
  };
}

async function holdTakeOver(page: Page, together: () => Promise<void>): Promise<void> {
  await page.route("**/take-over", async (route) => {
    await together();
    await route.continue();
  });
}
