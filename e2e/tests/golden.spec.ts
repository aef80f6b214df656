import { expectAccessible } from "../support/axe";
import { expect, test } from "../support/test";

test("K6 K7: a question is kept from the test pane, asked by hand, and counted", async ({ demo, desk }) => {
  const { page } = await desk(`/agents/${demo.agentId}/test`);
  const ask = async (question: string) => {
    await page.getByRole("textbox", { name: "Question" }).fill(question);
    await page.getByRole("button", { name: "Ask", exact: true }).click();
  };
  const kept = page.getByRole("region", { name: "Golden question" });

  await test.step("from an answer, and that a question must go to a person", async () => {
    await ask("How do I add my docs?");
    await kept.getByRole("button", { name: "Save as golden question" }).click();
    await expect(kept.getByRole("status")).toContainText("answered from “Add your docs”");
    await expect(page.getByRole("button", { name: "Expected: Add your docs" }).first()).toBeVisible();
    await ask("What is the weather on the moon?");
    await expect(kept.getByRole("status")).toContainText("Keep this question");
    await kept.getByRole("button", { name: "Must go to a person" }).click();
    await expect(kept.getByRole("status")).toContainText("must go to a person");
  });

  await page.getByRole("link", { name: "Golden questions", exact: true }).click();
  const row = (question: string) => page.getByRole("row").filter({ hasText: question });
  await test.step("an import says which line is wrong, and imports nothing then", async () => {
    await page.getByRole("button", { name: "Import" }).click();
    const dialog = page.getByRole("dialog");
    const lines = dialog.getByRole("textbox", { name: "Lines" });
    await lines.fill("question,expect\nWhere is the harbour?,harbour.md\nWhy?,");
    await dialog.getByRole("button", { name: "Import" }).click();
    await expect(dialog.getByRole("alert")).toContainText("Line 3:");
    await lines.fill("question,expect\nWhere is the harbour?,harbour.md");
    await dialog.getByRole("button", { name: "Import" }).click();
    await expect(dialog).toBeHidden();
    await expect(row("Where is the harbour?")).toContainText("Not asked yet");
  });

  await test.step("a run says what passes, and why one does not", async () => {
    await page.getByRole("button", { name: "Run now" }).click();
    await expect(page.getByText("2 of 3 pass.")).toBeVisible();
    await expect(row("How do I add my docs?")).toContainText("Passed");
    await expect(row("Where is the harbour?")).toContainText("The expected page is not in the docs.");
    await expect(page.getByRole("list", { name: "Trainings" })).toContainText(
      "Golden questions: 2 of 3 pass",
    );
    await expectAccessible(page, "golden questions");
  });

  await test.step("what is deleted can be brought back", async () => {
    await row("Where is the harbour?")
      .getByRole("button", { name: /^Delete/ })
      .click();
    await expect(row("Where is the harbour?")).toHaveCount(0);
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(row("Where is the harbour?")).toContainText("harbour.md");
  });

  await test.step("A3: the settings show what the threshold does, as the slider moves", async () => {
    await page.getByRole("link", { name: "Settings", exact: true }).click();
    const table = page.getByRole("table", { name: "What each answer threshold does" });
    await expect(table.getByRole("row", { name: /0\.50 \(chosen\)/ })).toBeVisible();
    await page.getByRole("slider", { name: "Answer threshold" }).fill("65");
    await expect(table.getByRole("row", { name: /0\.65 \(chosen\)/ })).toBeVisible();
    await expect(page.getByText(/^At 0\.65: \d+ % answered, \d+ % to people/)).toBeVisible();
  });
});
