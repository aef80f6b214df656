import { describe, expect, it } from "vitest";
import { settle } from "./settle";

describe("a list under the pointer", () => {
  it("moves nothing: rows that left stay, new ones in front are held back", () => {
    expect(settle(["a", "b", "c"], ["new", "c", "b"], true, null)).toEqual({
      shown: ["a", "b", "c"],
      held_back: 1,
    });
  });

  it("takes new rows at its end, because nothing moves", () => {
    expect(settle(["a", "b"], ["a", "b", "c"], true, null)).toEqual({ shown: ["a", "b", "c"], held_back: 0 });
  });

  it("shows everything once the pointer left", () => {
    expect(settle(["a", "b"], ["new", "b"], false, null)).toEqual({ shown: ["new", "b"], held_back: 0 });
  });

  it("fills an empty list at once", () => {
    expect(settle([], ["a"], true, null)).toEqual({ shown: ["a"], held_back: 0 });
  });

  it("never moves a row that was there, whatever arrives", () => {
    const previous = ["a", "b", "c", "d"];
    for (const target of [["d", "c", "b", "a"], ["x", "a", "y", "b"], [], ["z"], ["c", "n1", "n2"]]) {
      const { shown } = settle(previous, target, true, null);
      expect(shown.slice(0, previous.length)).toEqual(previous);
      expect(new Set(shown).size).toBe(shown.length);
    }
  });
});

describe("the open row", () => {
  it("stays where it was when its conversation moves to another view", () => {
    expect(settle(["a", "b", "c"], ["a", "c"], false, "b")).toEqual({ shown: ["a", "b", "c"], held_back: 0 });
  });

  it("is not brought into a list where it never was", () => {
    expect(settle(["a"], ["a"], false, "elsewhere")).toEqual({ shown: ["a"], held_back: 0 });
  });
});
