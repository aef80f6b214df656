import { expectAccessible } from "../support/axe";
import type { Site } from "../support/site";
import { expect, test } from "../support/test";

test("K1 K2: a whole site by its address, with the cause beside each page that was not read", async ({
  demo,
  desk,
  site,
}) => {
  harbour(site);
  const { page } = await desk(`/agents/${demo.agentId}/sources`);
  await expect(page.getByRole("heading", { name: "Sources", level: 1 })).toBeVisible();
  const dialog = page.getByRole("dialog", { name: "Add a source" });
  const row = page.getByRole("row").filter({ hasText: "Harbour docs" });

  await test.step("what is wrong with an address is said beside it, and nothing typed is lost", async () => {
    await page.keyboard.press("c");
    const address = dialog.getByRole("textbox", { name: "Address of the site" });
    await expect(address).toBeFocused();
    await address.fill("http://10.1.2.3/docs");
    await dialog.getByRole("textbox", { name: "Name" }).fill("Harbour docs");
    await page.keyboard.press("Enter");
    await expect(dialog).toContainText("private");
    await expect(address).toBeFocused();
    await expect(address).toHaveAttribute("aria-invalid", "true");
    await page.keyboard.press("Escape");
    await page.keyboard.press("c");
    await expect(dialog.getByRole("textbox", { name: "Name" })).toHaveValue("Harbour docs");
    await expect(dialog).toContainText("10.1.2.3, below /docs");
    await address.fill(site.origin);
    await page.keyboard.press("Enter");
    await expect(dialog).toBeHidden();
  });

  await test.step("it is read without a reload, and warns of what could not be", async () => {
    await expect(row).toContainText("Ready, with warnings", { timeout: 25_000 });
    await expect(row).toContainText("2 pages");
    await expect(row).toContainText("Next in 24 hours");
    await row.getByRole("link", { name: "1 page could not be read" }).last().click();
    await expect(page.getByRole("heading", { name: "Harbour docs", level: 1 })).toBeVisible();
  });

  const pages = page.getByRole("region", { name: "Pages" });
  await test.step("each page says what became of it", async () => {
    await expect(pages.getByRole("button", { name: "Failed 1" })).toHaveAttribute("aria-pressed", "true");
    await expect(pages.getByRole("listitem")).toHaveCount(1);
    await expect(pages.getByRole("listitem")).toContainText(/\/closed.*refuses.*Allow/);
    await pages.getByRole("button", { name: "Skipped 1" }).click();
    await expect(pages.getByRole("listitem")).toContainText(/\/private.*robots\.txt/);
    await pages.getByRole("button", { name: "Read 2" }).click();
    await expect(pages.getByRole("link", { name: /^Tides/ })).toHaveAttribute("href", `${site.origin}/tides`);
    await expectAccessible(page, "a source");
  });

  await test.step("a second sync says what changed", async () => {
    site.page("/tides", "<title>Tides</title><main><h1>Tides</h1><p>High tide is at nine.</p></main>");
    await page.getByRole("button", { name: "Sync now" }).click();
    const state = page.getByRole("region", { name: "State" });
    await expect(state).toContainText("1 changed, 1 unchanged, 1 skipped, 1 failed", { timeout: 25_000 });
    await expect(
      page.getByRole("status").filter({ hasText: "Harbour docs is ready: 1 changed" }),
    ).toHaveCount(1);
    await page.getByRole("button", { name: "More for Harbour docs" }).click();
    await page.getByRole("menuitem", { name: "Show passages" }).click();
    await expect(page.getByRole("dialog")).toContainText("High tide is at nine.");
    await page.keyboard.press("Escape");
  });

  await test.step("its schedule can be changed, and it can be deleted", async () => {
    const more = page.getByRole("button", { name: "More for Harbour docs" });
    await more.click();
    await page.getByRole("menuitem", { name: "Edit" }).click();
    await page.getByLabel("Read again").selectOption("Every week");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("region", { name: "State" })).toContainText("Every week");
    await expect(more).toBeFocused();
    await more.click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await expect(page.getByRole("heading", { name: "Sources", level: 1 })).toBeVisible();
    await expect(row).toHaveCount(0);
  });
});

/** A site of two pages, with one that robots.txt keeps and one that nobody is shown. */
function harbour(site: Site): void {
  site.plain("/robots.txt", "User-agent: *\nDisallow: /private\n");
  site.page(
    "/",
    `<!doctype html><title>Harbour</title><main><h1>Harbour</h1><p>Boats lie in the harbour of Eastmere.</p>
    <a href="/tides">Tides</a> <a href="/private">Private</a> <a href="/closed">Closed</a></main>`,
  );
  site.page("/tides", "<title>Tides</title><main><h1>Tides</h1><p>High tide is at seven.</p></main>");
  site.refuse("/closed");
}
