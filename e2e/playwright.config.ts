import { defineConfig } from "@playwright/test";
import { chromium } from "./support/chromium";

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  fullyParallel: true,
  workers: 2,
  retries: 2,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [["list"], ["html", { outputFolder: "report", open: "never" }]],
  use: { ...chromium, screenshot: "only-on-failure", trace: "off" },
});
