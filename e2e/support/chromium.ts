import type { PlaywrightTestOptions, PlaywrightWorkerOptions } from "@playwright/test";

/** The browser that is installed, quiet: it asks nobody for anything while the tests run. */
export const chromium = {
  browserName: "chromium",
  viewport: { width: 1280, height: 800 },
  locale: "en-GB",
  timezoneId: "Europe/Lisbon",
  colorScheme: "light",
  launchOptions: {
    executablePath: process.env.BATON_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  },
} as const satisfies Partial<PlaywrightTestOptions & PlaywrightWorkerOptions>;
