import { describe, expect, it } from "vitest";
import { ranked } from "./ranking";

const names = [
  "Northwind Help: Sources",
  "Noor Aziz",
  "Take over",
  "Hand back to the AI",
  "Assign to me",
  "Colours",
];
const found = (typed: string) => ranked(names, (name) => name, typed);

describe("what was typed", () => {
  it("finds the start of a text first, then words, then letters with gaps", () => {
    expect(found("noor")).toEqual(["Noor Aziz", "Northwind Help: Sources"]);
    expect(found("over")[0]).toBe("Take over");
    expect(found("hbai")).toEqual(["Hand back to the AI"]);
  });

  it("must fit with every word, in any order", () => {
    expect(found("me assign")).toEqual(["Assign to me"]);
    expect(found("assign zebra")).toEqual([]);
  });

  it("leaves everything in place when there is nothing typed", () => {
    expect(found("  ")).toEqual(names);
  });
});
