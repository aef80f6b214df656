import {
  type BrowserContext,
  type BrowserContextOptions,
  test as base,
  expect,
  type Page,
} from "@playwright/test";
import { Api, DASHBOARD } from "./api";
import { Desk } from "./desk";
import { ScriptedModel } from "./model";
import { Baton, type Demo } from "./server";
import { Site } from "./site";
import { Visitor } from "./visitor";

type People = {
  /** A new browser without any history. */
  browserOf: (options?: BrowserContextOptions) => Promise<BrowserContext>;
  /** A visitor in a browser of their own, on a page of the demo site. */
  visit: (path?: string, options?: BrowserContextOptions) => Promise<Visitor>;
  /** The owner in a browser of their own, signed in, on a screen of the dashboard. */
  desk: (path?: string, options?: BrowserContextOptions) => Promise<Desk>;
};

type Options = {
  /** "scripted" gives the server a language model that the test holds and releases. */
  modelKind: "none" | "scripted";
};

type Fixtures = People & {
  model: ScriptedModel;
  /** A website of somebody else's. */
  site: Site;
  baton: Baton;
  /** A running demo, whose agent answers from the user guides. */
  demo: Demo;
  /** The owner's API. */
  api: Api;
};

export const test = base.extend<Fixtures & Options>({
  modelKind: ["none", { option: true }],

  // biome-ignore lint/correctness/noEmptyPattern: the runner reads from the pattern what a fixture needs
  model: async ({}, use) => {
    const model = await ScriptedModel.start();
    await use(model);
    await model.stop();
  },

  // biome-ignore lint/correctness/noEmptyPattern: see above
  site: async ({}, use) => {
    const site = await Site.start();
    await use(site);
    await site.stop();
  },

  baton: async ({ modelKind, model }, use, testInfo) => {
    const baton = await Baton.create(modelKind === "scripted" ? model : null);
    await use(baton);
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach("server log", { body: baton.log.join("\n"), contentType: "text/plain" });
    }
    await baton.stop();
  },

  demo: async ({ baton }, use) => {
    await use(await baton.demo());
  },

  api: async ({ demo }, use) => {
    const api = await Api.signIn(demo.url, demo.email, demo.password);
    await use(api);
    await api.dispose();
  },

  browserOf: async ({ browser }, use) => {
    const contexts: BrowserContext[] = [];
    const mistakes: string[] = [];
    await use(async (options = {}) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      context.on("weberror", (error) => mistakes.push(String(error.error().stack)));
      return context;
    });
    for (const context of contexts) await context.close();
    expect(mistakes, "errors that no script caught").toEqual([]);
  },

  visit: async ({ demo, browserOf }, use) => {
    await use(async (path = "/", options = {}) => {
      const page = await (await browserOf(options)).newPage();
      await page.goto(demo.siteUrl + path);
      return new Visitor(page);
    });
  },

  desk: async ({ demo, browserOf }, use) => {
    await use(async (path = "/inbox/waiting", options = {}) => {
      const page = await (await browserOf(options)).newPage();
      await signIn(page, demo.url, demo.email, demo.password);
      // From then on the member counts as there.
      const there = page.waitForResponse((answer) => answer.url().includes("/api/v1/stream?"));
      await page.goto(demo.url + path);
      await there;
      return new Desk(page);
    });
  },
});

/** Signs a browser in without the form; the form has tests of its own. */
export async function signIn(page: Page, url: string, email: string, password: string): Promise<void> {
  const answer = await page.request.post(`${url}/api/v1/sign-in`, {
    headers: DASHBOARD,
    data: { email, password },
  });
  expect(answer.ok(), "signed in").toBe(true);
}

export { expect };
