import type { Locator, Page } from "@playwright/test";
import type { Demo } from "../support/server";
import { expect, test } from "../support/test";
import { Visitor } from "../support/visitor";
import type { LoaderMessage } from "../support/wire";

const NONCE = "r4nd0mPerResponse";

test.describe("W1: under a strict Content Security Policy the widget works without a violation", () => {
  const policies: { name: string; policy: (widget: string) => string }[] = [
    {
      name: "nonce, strict-dynamic and Trusted Types",
      policy: (widget) =>
        `default-src 'none'; script-src 'nonce-${NONCE}' 'strict-dynamic'; style-src 'self'; img-src 'self'; ` +
        `connect-src 'self' ${widget}; frame-src ${widget}; base-uri 'none'; ` +
        `require-trusted-types-for 'script'; trusted-types 'none'`,
    },
    {
      name: "what the dashboard says to add",
      policy: (widget) =>
        `default-src 'none'; style-src 'self'; script-src ${widget}; frame-src ${widget}; ` +
        `connect-src ${widget}; img-src ${widget}; require-trusted-types-for 'script'`,
    },
  ];
  for (const { name, policy } of policies) {
    test(name, async ({ api, demo, site, browserOf }) => {
      await api.change(demo.agentId, { allowed_origins: [site.origin] });
      site.page("/", host(demo, { inlineStyle: true }), policy(demo.url));
      const page = await (await browserOf()).newPage();
      const violations = await collectViolations(page);
      const visitor = new Visitor(page);
      await page.goto(site.origin);
      await visitor.open();
      await visitor.say("What is confidence?");
      await visitor.answers.getByRole("list", { name: "Sources" }).getByRole("button").first().click();
      await expect(visitor.chat.getByRole("dialog", { name: /^Source 1/ })).toBeVisible();
      await visitor.chat.getByRole("button", { name: "Close source" }).click();
      await visitor.chat.getByRole("button", { name: "Close chat" }).click();
      await expect(visitor.panel).toBeHidden();
      await visitor.open();
      await expect(visitor.answers).toHaveCount(1);
      await page.reload();
      await expect(visitor.answers).toHaveCount(1);
      // The page's own inline style, once for each load, shows that violations are heard.
      expect(await violations()).toEqual(["style-src-elem inline", "style-src-elem inline"]);
    });
  }
});

test("W3: on a site that is not allowed there is no widget; the owner allows it with one click", async ({
  demo,
  desk,
  site,
  browserOf,
}) => {
  site.page("/", host(demo));
  const page = await (await browserOf()).newPage();
  const visitor = new Visitor(page);
  const line = page.waitForEvent("console", (message) => message.text().includes("[baton]"));
  await page.goto(site.origin);
  const { host: name } = new URL(site.origin);
  expect((await line).text()).toBe(
    `[baton] ${name} is not an allowed origin for agent ${demo.agentId}. Settings → Widget → Allowed sites`,
  );
  await expect(visitor.launcher).toHaveCount(0);
  const framed = await page.request.get(`${demo.url}/widget/frame/${demo.agentId}`);
  expect(framed.headers()["content-security-policy"]).not.toContain(site.origin);

  const owner = await desk(`/agents/${demo.agentId}/widget`);
  const blocked = owner.page.getByRole("listitem").filter({ hasText: site.origin });
  await expect(blocked).toContainText("1 time");
  await blocked.getByRole("button", { name: `Allow ${site.origin}` }).click();
  await expect(owner.page.getByText(`The widget now shows on ${site.origin}.`)).toBeVisible();
  await expect(owner.page.getByRole("button", { name: `Remove ${site.origin}` })).toBeVisible();
  await expect(owner.page.getByRole("heading", { name: "Blocked sites" })).toBeHidden();

  await page.reload();
  await visitor.open();
  await visitor.say("What is confidence?");
  await expect(visitor.answers).toHaveCount(1);
});

test("W3: an unknown agent shows nothing and says so on the console", async ({ demo, site, browserOf }) => {
  const stranger = { ...demo, agentId: "00000000-0000-7000-8000-000000000000" };
  site.page("/", host(stranger));
  const page = await (await browserOf()).newPage();
  const line = page.waitForEvent("console", (message) => message.text().includes("[baton]"));
  await page.goto(site.origin);
  expect((await line).text()).toContain("There is no agent with this id.");
  await expect(new Visitor(page).launcher).toHaveCount(0);
});

test.describe("T34: messages from elsewhere change nothing", () => {
  test("to the chat, from another frame of the page and from a page that claims another origin", async ({
    api,
    demo,
    site,
    browserOf,
  }) => {
    await api.change(demo.agentId, { allowed_origins: [site.origin] });
    site.page("/", host(demo, { more: '<iframe src="/other.html" title="Other"></iframe>' }));
    site.page("/other.html", '<script src="/other.js"></script>');
    site.script(
      "/other.js",
      "addEventListener('attack', ({ detail }) => detail.at.postMessage(detail.say, '*'));",
    );
    const page = await (await browserOf()).newPage();
    const visitor = new Visitor(page);
    await page.goto(site.origin);
    await visitor.open();
    await visitor.say("What is confidence?");
    await expect(visitor.answers).toHaveCount(1);
    const before = await visitor.log.ariaSnapshot();

    await page.evaluate((messages) => {
      const chat = chatWindow();
      const other = document.querySelector<HTMLIFrameElement>("iframe[title=Other]")?.contentWindow;
      if (other === null || other === undefined) throw new Error("the other frame is not there");
      const { CustomEvent: Event } = other as Window & typeof globalThis;
      for (const say of messages) other.dispatchEvent(new Event("attack", { detail: { at: chat, say } }));

      function chatWindow(): Window {
        for (const element of document.querySelectorAll("body > div")) {
          const frame = element.shadowRoot?.querySelector("iframe");
          if (frame?.contentWindow) return frame.contentWindow;
        }
        throw new Error("the chat's frame is not there");
      }
    }, hostileMessages());
    // Messages arrive in order: when the page's own has, the others have been read.
    await page.evaluate("Baton.open({ prefill: 'From the page itself' })");
    await expect(visitor.composer).toHaveValue("From the page itself");
    expect(await visitor.log.ariaSnapshot()).toBe(before);
    await expect(visitor.header.getByRole("heading")).toHaveText("Brindlecove Assistant");
    await expect(visitor.panel).toBeVisible();
    await visitor.say("Still me.");
    await expect(visitor.own).toHaveCount(2);

    // A frame that is told another origin listens to that origin alone.
    const address = `${demo.url}/widget/frame/${demo.agentId}#${encodeURIComponent("http://other.example")}`;
    await page.evaluate(
      async ({ address, messages }) => {
        const frame = document.createElement("iframe");
        frame.title = "Forged";
        frame.src = address;
        await new Promise((loaded) => {
          frame.onload = loaded;
          document.body.append(frame);
        });
        for (const message of messages) frame.contentWindow?.postMessage(message, "*");
      },
      { address, messages: hostileMessages() },
    );
    const forged = page.frameLocator("iframe[title=Forged]");
    await expect(forged.locator("#app")).toBeAttached();
    await expect(forged.getByRole("textbox")).toHaveCount(0);
    await expect(forged.getByText("Hijacked")).toHaveCount(0);
  });

  test("to the page, from the page itself and from another frame", async ({ api, demo, site, browserOf }) => {
    await api.change(demo.agentId, { allowed_origins: [site.origin] });
    site.page("/", host(demo, { more: '<iframe src="/other.html" title="Other"></iframe>' }));
    site.page("/other.html", '<script src="/other.js"></script>');
    site.script(
      "/other.js",
      "addEventListener('attack', ({ detail }) => { for (const say of detail) parent.postMessage(say, '*'); });",
    );
    const page = await (await browserOf()).newPage();
    const visitor = new Visitor(page);
    await page.goto(site.origin);
    await visitor.open();
    await visitor.say("Hello!");
    await expect(visitor.answers).toHaveCount(1);
    const key = `baton:${demo.agentId}`;
    const token = await page.evaluate((name) => localStorage.getItem(name), key);
    expect(token, "the page keeps the visitor's token").not.toBeNull();
    const heard = await page.evaluate(
      async (messages) => {
        const events: string[] = [];
        for (const name of ["unread", "close", "hijacked"]) {
          addEventListener(`baton:${name}`, () => events.push(name));
        }
        for (const message of messages) postMessage(message, "*");
        const other = document.querySelector<HTMLIFrameElement>("iframe[title=Other]")?.contentWindow;
        const { CustomEvent: Event } = other as Window & typeof globalThis;
        other?.dispatchEvent(new Event("attack", { detail: [...messages, "the last"] }));
        await new Promise<void>((read) => {
          addEventListener("message", ({ data }) => data === "the last" && read());
        });
        return events;
      },
      [
        { baton: 1, type: "token", token: "stolen" },
        { baton: 1, type: "token", token: null },
        { baton: 1, type: "unread", count: 99 },
        { baton: 1, type: "event", name: "hijacked", detail: null },
        { baton: 1, type: "need_config" },
        { baton: 1, type: "ready" },
        { baton: 1, type: "close" },
      ],
    );
    expect(heard).toEqual([]);
    expect(await page.evaluate((name) => localStorage.getItem(name), key)).toBe(token);
    await expect(visitor.panel).toBeVisible();
  });
});

test("W2: before the first interaction nothing is stored and next to nothing is loaded", async ({
  api,
  demo,
  site,
  browserOf,
}) => {
  await api.change(demo.agentId, { allowed_origins: [site.origin] });
  site.page("/", host(demo));
  const context = await browserOf();
  const page = await context.newPage();
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().startsWith(demo.url)) asked.push(new URL(request.url()).pathname);
  });
  const visitor = new Visitor(page);
  await page.goto(site.origin);
  await expect(visitor.launcher).toBeVisible();
  await page.waitForLoadState("networkidle");
  expect(asked).toEqual(["/widget.js", `/api/widget/v1/agents/${demo.agentId}/config`]);
  expect(await stored(page)).toEqual({ local: [], session: [], cookie: "" });
  expect(await context.storageState()).toEqual({ cookies: [], origins: [] });

  await visitor.open();
  await visitor.say("Hello!");
  await expect(visitor.answers).toHaveCount(1);
  const after = await stored(page);
  expect(after, "what is stored is seen, and there are still no cookies").toEqual({
    local: [`baton:${demo.agentId}`],
    session: [`baton:${demo.agentId}`],
    cookie: "",
  });
  expect((await context.storageState()).cookies).toEqual([]);
});

test("W2: one global, and the page stays as it was", async ({ api, demo, site, browserOf }) => {
  await api.change(demo.agentId, { allowed_origins: [site.origin] });
  site.page("/plain.html", host(null));
  site.page("/", host(demo));
  const page = await (await browserOf()).newPage();
  const visitor = new Visitor(page);
  const globals = () => page.evaluate(() => Object.getOwnPropertyNames(window).sort());
  await page.goto(`${site.origin}/plain.html`);
  const plain = await globals();
  const box = await page.getByRole("main").boundingBox();

  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.defineProperty(document, "shifts", { value: shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        shifts.push((entry as PerformanceEntry & { value: number }).value);
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(site.origin);
  await visitor.open();
  await visitor.say("What is confidence?");
  await expect(visitor.answers).toHaveCount(1);
  expect((await globals()).filter((name) => !plain.includes(name))).toEqual(["Baton"]);
  expect(await page.getByRole("main").boundingBox()).toEqual(box);
  await visitor.chat.getByRole("button", { name: "Close chat" }).click();
  await expect(visitor.panel).toBeHidden();
  expect(await page.evaluate(() => (document as Document & { shifts: number[] }).shifts)).toEqual([]);
  expect(await page.getByRole("main").boundingBox()).toEqual(box);
  await expect(page.getByRole("main").getByRole("button", { name: "The page's own" })).toHaveCSS(
    "color",
    "rgb(200, 0, 0)",
  );

  await page.evaluate("Baton.destroy()");
  await expect(visitor.launcher).toHaveCount(0);
  expect(await page.evaluate(() => "Baton" in window && window.Baton !== undefined)).toBe(false);
});

test("W8: the page opens the chat with words of its own, by script and by link", async ({
  api,
  demo,
  site,
  browserOf,
}) => {
  await api.change(demo.agentId, { allowed_origins: [site.origin] });
  site.page(
    "/",
    host(demo, {
      more: ASK_US,
    }),
  );
  const page = await (await browserOf()).newPage();
  const visitor = new Visitor(page);
  await page.goto(site.origin);
  await expect(visitor.launcher).toBeVisible();
  await page.getByRole("link", { name: "Ask us" }).click();
  await expect(visitor.composer).toHaveValue("Where is my order?");
  await expect(page).toHaveURL(`${site.origin}/`);
  await visitor.chat.getByRole("button", { name: "Close chat" }).click();
  await page.evaluate("Baton('open', { prefill: 'Something else' })");
  await expect(visitor.composer).toHaveValue("Something else");
  await page.evaluate("Baton.close()");
  await expect(visitor.panel).toBeHidden();
});

test("W8: a link that opens the chat does so as soon as it can, however slow the settings are", async ({
  api,
  demo,
  site,
  browserOf,
}) => {
  await api.change(demo.agentId, { allowed_origins: [site.origin] });
  site.page("/", host(demo, { more: ASK_US }));
  const page = await (await browserOf()).newPage();
  const visitor = new Visitor(page);
  const settings = await held(page, "**/config");
  await page.goto(site.origin);
  await settings.asked;
  await page.getByRole("link", { name: "Ask us" }).click();
  await settings.release();
  await expect(visitor.composer).toHaveValue("Where is my order?");
  await expect(page).toHaveURL(`${site.origin}/`);
});

test("W3 W8: where the widget may not be shown such a link leads where it leads, also if pressed too early", async ({
  demo,
  site,
  browserOf,
}) => {
  site.page("/", host(demo, { more: ASK_US }));
  site.page("/contact", "<h1>Write to us</h1>");
  const page = await (await browserOf()).newPage();
  const settings = await held(page, "**/config");
  await page.goto(site.origin);
  await settings.asked;
  await page.getByRole("link", { name: "Ask us" }).click();
  await settings.release();
  await expect(page.getByRole("heading", { name: "Write to us" })).toBeVisible();
  await page.goBack();
  await page.getByRole("link", { name: "Ask us" }).click();
  await expect(page.getByRole("heading", { name: "Write to us" })).toBeVisible();
});

test("W7: on a phone buttons are wide enough, the header is not cut, and a source leaves the answer readable", async ({
  demo,
  browserOf,
  desk,
}) => {
  await desk();
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const page = await (await browserOf(phone)).newPage();
  const visitor = new Visitor(page);
  await page.goto(demo.siteUrl);
  await visitor.open();
  await expect(visitor.chat.getByText("join any time"), "nobody may be there").toHaveCount(0);
  const state = visitor.header.getByRole("paragraph");
  await expect(state).toContainText("AI assistant");
  expect(await state.evaluate((line) => line.scrollWidth - line.clientWidth), "cut by").toBe(0);
  await visitor.say("Can I add PDF or Word files?");
  await visitor.answers.getByRole("list", { name: "Sources" }).getByRole("button").first().click();
  const source = visitor.chat.getByRole("dialog", { name: /^Source 1/ });
  const words = visitor.answers.getByRole("paragraph").filter({ hasText: "reads PDF and Word files" });
  const box = async (of: Locator) => (await of.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const answer = await box(words);
  expect((await box(source)).y).toBeGreaterThanOrEqual(answer.y + answer.height);
  for (const name of ["Close source", "Send message", "Talk to a human", "More options", "Close chat"]) {
    const button = visitor.chat.getByRole("button", { name });
    // Polled, because what opens grows to its size.
    const narrow = async () => {
      const { width, height } = await box(button);
      return Math.round(Math.min(width, height));
    };
    await expect.poll(narrow, name).toBeGreaterThanOrEqual(44);
  }
});

test("W5: on a site whose storage is blocked the chat works as long as the page lives", async ({
  api,
  demo,
  site,
  browserOf,
}) => {
  await api.change(demo.agentId, { allowed_origins: [site.origin] });
  site.page("/", host(demo));
  const page = await (await browserOf()).newPage();
  await page.addInitScript(() => {
    for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, name, {
        get: () => {
          throw new DOMException("blocked", "SecurityError");
        },
      });
    }
  });
  const visitor = new Visitor(page);
  await page.goto(site.origin);
  await visitor.open();
  await visitor.say("What is confidence?");
  await expect(visitor.answers).toHaveCount(1);
});

/** A link of the owner's that opens the chat where there is one. */
const ASK_US = '<a href="/contact" data-baton-open data-baton-prefill="Where is my order?">Ask us</a>';

/** Holds a request back: `asked` is when it was made, and `release` lets it through. */
async function held(
  page: Page,
  address: string,
): Promise<{ asked: Promise<unknown>; release: () => Promise<void> }> {
  let letGo = () => {};
  const released = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route(address, async (route) => {
    await released;
    await route.continue();
  });
  return {
    asked: page.waitForRequest(address),
    release: async () => {
      const answered = page.waitForResponse(address);
      letGo();
      await answered;
    },
  };
}

type HostOptions = { inlineStyle?: boolean; more?: string };

/** A page of somebody's site, with the snippet of an agent or without. */
function host(demo: Demo | null, { inlineStyle = false, more = "" }: HostOptions = {}): string {
  const tag =
    demo === null
      ? ""
      : `<script nonce="${NONCE}" async src="${demo.url}/widget.js" data-agent-id="${demo.agentId}"></script>`;
  return `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>Somebody's shop</title>
  ${inlineStyle ? "<style>main { color: red }</style>" : ""}</head>
  <body>
    <main><h1>Somebody's shop</h1><button style="color: rgb(200, 0, 0)">The page's own</button>${more}</main>
    ${tag}
  </body>
</html>`.replace(inlineStyle ? ' style="color: rgb(200, 0, 0)"' : "", "");
}

/** Everything that the loader may say to the chat, with content that would be seen. */
function hostileMessages(): LoaderMessage[] {
  const config = {
    agent_id: "00000000-0000-7000-8000-000000000000",
    name: "Hijacked",
    welcome: "Hijacked",
    suggestions: ["Hijacked"],
    accent_color: "#ff0000",
    position: "left",
    announcement: "silent",
    actions: [],
    person: { someone_there: true, offered: true },
    ticket: "forged",
    team_name: "Hijacked",
  } as const satisfies Extract<LoaderMessage, { type: "config" }>["config"];
  const page = { url: "http://hijacked.example/", title: "Hijacked" };
  return [
    {
      baton: 1,
      type: "init",
      config: { ...config, suggestions: [...config.suggestions], actions: [] },
      token: "stolen",
      page,
      trail: [page],
      referrer: null,
      scheme: "dark",
      locale: "ar",
      fullscreen: true,
    },
    { baton: 1, type: "config", config: { ...config, suggestions: [], actions: [] } },
    { baton: 1, type: "page", page },
    { baton: 1, type: "visible", visible: false },
    { baton: 1, type: "prefill", text: "Hijacked" },
  ];
}

/** Listens for violations of the page's policy from its first moment on; the result reads them. */
async function collectViolations(page: Page): Promise<() => Promise<string[]>> {
  const violations: string[] = [];
  await page.exposeFunction("violated", (what: string) => violations.push(what));
  await page.addInitScript(() => {
    if (window !== window.top) return;
    const tell = (window as Window & { violated?: (what: string) => void }).violated;
    document.addEventListener("securitypolicyviolation", (event) => {
      tell?.(`${event.effectiveDirective} ${event.blockedURI}`);
    });
  });
  return async () => {
    // Reported before this is answered.
    await page.evaluate(() => new Promise(requestAnimationFrame));
    return violations;
  };
}

function stored(page: Page): Promise<{ local: string[]; session: string[]; cookie: string }> {
  return page.evaluate(() => ({
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    cookie: document.cookie,
  }));
}
