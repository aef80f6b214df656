// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { accentOn } from "../../frame/src/theme";
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
});
