import { ofType } from "../support/api";
import { expect, test } from "../support/test";

/** Nothing in the guides answers this. */
const UNANSWERABLE = "Which planets have rings made of frozen ammonia?";

test("H3: the offer of a person follows the operator's switch live, and what nobody could take is suppressed", async ({
  api,
  desk,
  visit,
}) => {
  const operator = await desk();
  const visitor = await visit();
  await visitor.open();
  await visitor.say("Hello!");
  await expect(visitor.answers).toHaveCount(1);
  await expect(visitor.offer).toBeVisible();

  await test.step("Away: the offer goes, and a question without an answer is not handed over", async () => {
    await operator.availability.click();
    await expect(operator.availability).not.toBeChecked();
    await expect(visitor.offer).toBeHidden();
    await visitor.say(UNANSWERABLE);
    await expect(visitor.answers).toHaveCount(2);
    await expect(visitor.header).toContainText("AI assistant");
    await expect(visitor.answers.last()).not.toContainText(/connect you|team will/);
    const { entries } = await api.only("live");
    expect(ofType(entries, "ai_message").at(-1)).toMatchObject({ kind: "abstain", offers_person: false });
    expect(ofType(entries, "handoff_suppressed")).toMatchObject([{ reason: "no_answer" }]);
    expect(ofType(entries, "handoff_requested")).toEqual([]);
    await operator.view("AI is answering").click();
    await operator.openFirst("AI is answering");
    await expect(operator.log).toContainText("Not handed over, because nobody was there");
    await expect(visitor.log).not.toContainText("Not handed over");
  });

  await test.step("Available again: the offer is back, and the next such question is handed over", async () => {
    await operator.availability.click();
    await expect(operator.availability).toBeChecked();
    await expect(visitor.offer).toBeVisible();
    await visitor.say("And which planets have rings of frozen methane?");
    await expect(visitor.header).toContainText("Connecting you…");
    await operator.view("Needs human").click();
    await expect(operator.rows("Needs human")).toContainText("No answer in the docs");
  });
});

test("H3: when the last operator closes the browser the offer goes; who asks anyway waits, and is told so honestly", async ({
  api,
  desk,
  visit,
}) => {
  const operator = await desk();
  const visitor = await visit();
  await visitor.open();
  await visitor.say("Hello!");
  await expect(visitor.offer).toBeVisible();
  await operator.page.context().close();
  await expect(visitor.offer).toBeHidden({ timeout: 20_000 });

  await visitor.say("Can I talk to a human?");
  await expect(visitor.header).toContainText("Waiting for the team");
  await expect(visitor.log).toContainText("No one is online right now");
  await expect(visitor.log).not.toContainText("Let me connect you");
  const { entries } = await api.only("waiting");
  expect(ofType(entries, "handoff_requested")).toMatchObject([{ reason: "asked", someone_there: false }]);
  expect(ofType(entries, "system_line")).toMatchObject([{ line: "nobody_there" }]);
  await visitor.say("Are you there?");
  await expect(visitor.own.last()).toContainText("Sent");

  const later = await desk();
  await expect(later.rows("Needs human")).toContainText("Asked for a person");
  await later.openFirst("Needs human");
  await expect(later.log).toContainText("Nobody was available, and the visitor was told so.");
  await later.press("t");
  await later.press("r");
  await later.say("Now I am, sorry for the wait.");
  await expect(visitor.messages(/^Dana Reyes/)).toContainText("Now I am, sorry for the wait.");
  expect(ofType((await api.only("mine")).entries, "handoff_requested")).toHaveLength(1);
});

test("H3: a visitor who has not written yet sees the offer come and go live", async ({ desk, visit }) => {
  const visitor = await visit();
  await visitor.open();
  await expect(visitor.chat.getByRole("button", { name: "How do I add my docs?" })).toBeVisible();
  await expect(visitor.offer).toBeHidden();
  const operator = await desk();
  await expect(operator.availability).toBeChecked();
  await expect(visitor.offer).toBeVisible();
  await operator.availability.click();
  await expect(visitor.offer).toBeHidden();
});

test("H2 H3: with the queue as the rule for nobody there, a question without an answer waits", async ({
  api,
  demo,
  visit,
}) => {
  const { settings } = await api.agent(demo.agentId);
  await api.change(demo.agentId, { handoff: { ...settings.handoff, nobody_there: "queue" } });
  const visitor = await visit();
  await visitor.open();
  await visitor.say(UNANSWERABLE);
  await expect(visitor.header).toContainText("Waiting for the team");
  await expect(visitor.log).toContainText("No one is online right now");
  const { entries } = await api.only("waiting");
  expect(ofType(entries, "handoff_requested")).toMatchObject([{ reason: "no_answer", someone_there: false }]);
});
