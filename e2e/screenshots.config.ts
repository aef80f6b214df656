import { defineConfig } from "@playwright/test";
import { chromium } from "./support/chromium";

/** Makes the pictures of the documentation from the running product. */
export default defineConfig({
  testDir: ".",
  testMatch: "screenshots.ts",
  outputDir: "test-results",
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  reporter: "list",
  use: chromium,
});
