import { describe, expect, it } from "vitest";
import { addressText, browserText, localeText } from "./browser";
import { contrast, inkOn } from "./contrast";
import { toOrigin } from "./origins";
import { sizeText } from "./sizes";
import { ageText, agoText, calmAgoText, waitSpoken, waitText, waitUrgency } from "./times";
import { sentence } from "./words";

const MINUTE = 60_000;

describe("waiting times", () => {
  it.each([
    [-5, "0:00", "calm"],
    [42_000, "0:42", "calm"],
    [2 * MINUTE, "2:00", "calm"],
    [2 * MINUTE + 1, "2:00", "late"],
    [4 * MINUTE, "4:00", "late"],
    [4 * MINUTE + 1_000, "4:01", "overdue"],
    [72 * MINUTE, "1 h 12 m", "overdue"],
    [49 * 60 * MINUTE, "2 d", "overdue"],
  ])("%d ms", (ms, text, urgency) => {
    expect(waitText(ms)).toBe(text);
    expect(waitUrgency(ms)).toBe(urgency);
  });

  it("are spoken by the minute, so that they do not change every second", () => {
    expect(waitSpoken(61_000)).toBe(waitSpoken(119_000));
    expect(waitSpoken(30_000)).toBe("waiting less than a minute");
    expect(waitSpoken(3 * 60 * MINUTE)).toBe("waiting 3 hours");
  });
});

describe("ages", () => {
  const now = new Date(2026, 4, 20, 12).getTime();
  it("are short in lists and in words elsewhere", () => {
    expect([0, 4 * MINUTE, 3 * 60 * MINUTE, 50 * 60 * MINUTE].map((age) => ageText(now - age, now))).toEqual([
      "now",
      "4m",
      "3h",
      "2d",
    ]);
    expect(ageText(now - 9 * 24 * 60 * MINUTE, now)).toBe("11 May");
    expect(agoText(now - 2_000, now)).toBe("just now");
    expect(agoText(now - 30_000, now)).toBe("30 s ago");
    expect(calmAgoText(now - 30_000, now)).toBe("just now");
    expect(calmAgoText(now - 2 * MINUTE, now)).toBe("2 minutes ago");
    expect(agoText(now - MINUTE, now)).toBe("1 minute ago");
    expect(agoText(new Date(2024, 2, 12).getTime(), now)).toBe("12 Mar 2024");
  });
});

describe("browsers", () => {
  it.each([
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
      "Chrome 141 on Windows",
    ],
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
      "Edge 141 on Windows",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
      "Safari 18 on iPhone",
    ],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0", "Firefox 131 on Linux"],
    ["curl/8.0", null],
  ])("%s", (userAgent, text) => {
    expect(browserText(userAgent)).toBe(text);
  });

  it("have a language and an address for people", () => {
    expect(localeText("de-DE")).toBe("German (de-DE)");
    expect(localeText("!!")).toBe("!!");
    expect(localeText(null)).toBeNull();
    expect(addressText("https://www.shop.example/help/")).toBe("shop.example/help");
  });
});

describe("sites", () => {
  it.each([
    ["https://www.example.com/some/page?x=1", "https://www.example.com"],
    ["example.com", "https://example.com"],
    ["http://localhost:3000", "http://localhost:3000"],
    ["http://[::1]:3000/", "http://[::1]:3000"],
    ["javascript:alert(1)", null],
    ["ftp://example.com", null],
    ["not a site", null],
    ["word", null],
    ["", null],
  ])("%s", (text, origin) => {
    expect(toOrigin(text)).toBe(origin);
  });
});

describe("colours", () => {
  it("get the ink that reads best", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 1);
    expect(inkOn("#3b55d9").ink).toBe("#ffffff");
    expect(inkOn("#f5d90a").ink).toBe("#17171c");
    for (const color of ["#808080", "#ff0000", "#00ff00", "#0000ff", "#777777"])
      expect(inkOn(color).ratio).toBeGreaterThan(4);
  });
});

describe("sizes", () => {
  it("are rounded for people", () => {
    expect([820, 4_210, 88_120, 1_310_000].map(sizeText)).toEqual(["820 B", "4.2 KB", "88 KB", "1.3 MB"]);
  });
});

it("begins a reason that stands alone with a capital letter", () => {
  expect(sentence("wrote “a human”")).toBe("Wrote “a human”");
  expect(sentence("")).toBe("");
});
