// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { accentOn } from "../../frame/src/theme";
import { createWidget, type Widget } from "./core";
import { inkOn } from "./launcher";
import { readOptions } from "./options";
import { watchPages } from "./pages";

function tag(attributes: Record<string, string>): HTMLScriptElement {
  const script = document.createElement("script");
  script.setAttribute("src", "https://baton.test/widget.js");
  for (const [name, value] of Object.entries(attributes)) script.setAttribute(`data-${name}`, value);
  return script;
}

describe("readOptions", () => {
  let warned: string[];
  beforeEach(() => {
    warned = [];
    vi.spyOn(console, "warn").mockImplementation((...words) => void warned.push(words.join(" ")));
  });
  afterEach(() => void vi.restoreAllMocks());

  it("takes the defaults", () => {
    expect(readOptions(tag({}), "a1")).toEqual({
      agentId: "a1",
      origin: "https://baton.test",
      position: null,
      scheme: "auto",
      color: null,
      launcher: "show",
      load: "idle",
      open: false,
      lang: null,
      z: "2147483000",
      offsetX: "20",
      offsetY: "20",
    });
    expect(warned).toEqual([]);
  });

  it("takes what the tag says", () => {
    const options = readOptions(
      tag({
        position: "left",
        scheme: "dark",
        color: "#A1b2C3",
        load: "manual",
        open: "",
        "offset-x": "8",
        z: "10",
      }),
      "a1",
    );
    expect(options).toMatchObject({
      position: "left",
      scheme: "dark",
      color: "#A1b2C3",
      load: "manual",
      open: true,
      offsetX: "8",
      z: "10",
    });
  });

  it("names a wrong value and goes on with the default", () => {
    const options = readOptions(
      tag({ position: "top", color: "red", "offset-y": "2em", scheme: "sepia" }),
      "a1",
    );
    expect(options).toMatchObject({ position: null, color: null, offsetY: "20", scheme: "auto" });
    expect(warned).toHaveLength(4);
    expect(warned[0]).toBe('[baton] data-position="top" must match ^(left|right)$');
  });
});

describe("inkOn", () => {
  it("agrees with the frame where the frame keeps the colour", () => {
    for (const color of ["#3b55d9", "#0f6b4f", "#111111", "#ff4fa3", "#c22a2a", "#8a5200"]) {
      const { fill, ink } = accentOn("light", color);
      if (fill === color) expect(inkOn(color), color).toBe(ink === "#ffffff" ? "#fff" : ink);
    }
  });
});

describe("watchPages", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("keeps the pages before the present one and reads the title once it has settled", () => {
    history.replaceState(null, "", "/one");
    document.title = "One";
    const end = new AbortController();
    const told: string[] = [];
    const pages = watchPages([], end.signal, () => told.push(pages.now.title ?? ""));
    history.pushState(null, "", "/two");
    vi.advanceTimersByTime(1000);
    document.title = "Two";
    vi.advanceTimersByTime(400);
    expect(told).toEqual(["Two"]);
    expect(pages.trail.map((page) => page.title)).toEqual(["One"]);
    expect(pages.now.url).toMatch(/\/two$/);
    for (let at = 0; at < 30; at += 1) {
      history.pushState(null, "", `/page-${at}`);
      vi.advanceTimersByTime(1000);
    }
    expect(pages.trail).toHaveLength(20);
    end.abort();
    history.pushState(null, "", "/three");
    vi.advanceTimersByTime(5000);
    expect(pages.now.url).toMatch(/page-29$/);
  });

  it("goes on from the pages of this visit, of which a page loaded again is not one before itself", () => {
    history.replaceState(null, "", "/one");
    const { signal } = new AbortController();
    const page = (path: string) => ({ url: new URL(path, location.href).href, title: null });
    const after = (...paths: string[]) =>
      watchPages(paths.map(page), signal, () => {}).trail.map(({ url }) => new URL(url).pathname);
    expect(after()).toEqual([]);
    expect(after("/zero", "/one")).toEqual(["/zero"]);
    expect(after("/one", "/two")).toEqual(["/one", "/two"]);
    const many = Array.from({ length: 21 }, (_, at) => `/page-${at}`);
    expect(after(...many)).toEqual(many.slice(1));
    expect(after(...many, "/one")).toEqual(many.slice(1));
  });
});

describe("createWidget", () => {
  const KEY = "baton:a1";
  let widget: Widget;
  afterEach(() => {
    widget.destroy();
    sessionStorage.clear();
    vi.unstubAllGlobals();
  });

  /** A widget whose settings come when the test says so. */
  function start() {
    let answer: (response: Response) => void = () => {};
    vi.stubGlobal("fetch", () => new Promise<Response>((resolve) => (answer = resolve)));
    vi.stubGlobal("__PANEL__", "/panel.js");
    vi.spyOn(console, "warn").mockImplementation(() => {});
    widget = createWidget(readOptions(tag({ load: "manual" }), "a1"));
    return { refuse: () => answer(Response.json({ details: {} }, { status: 403 })) };
  }

  it("stores nothing for who has never opened it", () => {
    start();
    widget.setContext({ page: { url: "https://shop.test/", title: "Shop" } });
    expect(sessionStorage.length).toBe(0);
  });

  it("keeps the pages of the visit, the present one last, also while nothing is open", () => {
    const before = { url: "https://shop.test/", title: "Shop" };
    sessionStorage.setItem(KEY, JSON.stringify({ open: false, live: true, trail: [before] }));
    history.replaceState(null, "", "/one");
    start();
    const kept = () => JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    const here = { url: location.href, title: expect.anything() };
    expect(kept()).toEqual({ open: false, live: true, trail: [before, here] });
    const named = { url: "https://shop.test/plans", title: "Plans" };
    widget.setContext({ page: named });
    expect(kept()).toEqual({ open: false, live: true, trail: [before, named] });
  });

  it("lets a link lead where it leads once it is known that the widget may not be shown", async () => {
    const { refuse } = start();
    const link = document.body.appendChild(document.createElement("a"));
    link.setAttribute("data-baton-open", "");
    const followed: boolean[] = [];
    // The last to hear of a click, and what keeps the test on its page.
    const last = (event: Event) => {
      followed.push(!event.defaultPrevented);
      event.preventDefault();
    };
    addEventListener("click", last);
    link.click();
    expect(followed).toEqual([false]);
    refuse();
    await vi.waitFor(() => expect(followed).toEqual([false, true]));
    link.click();
    expect(followed).toEqual([false, true, true]);
    removeEventListener("click", last);
    link.remove();
  });
});
