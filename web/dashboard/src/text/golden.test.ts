import type { Coverage, GoldenChange, GoldenQuestions } from "@baton/wire";
import { describe, expect, it } from "vitest";
import {
  basisText,
  calibrationText,
  importedText,
  meaningText,
  reachText,
  rightText,
  runText,
  standingText,
} from "./golden";

const changes = (many: number): GoldenChange[] =>
  Array.from({ length: many }, (_, index) => ({ question_id: String(index), question: "Why?", why: null }));

describe("golden questions in words", () => {
  it("put confidence beside the threshold", () => {
    expect(reachText(0.41, 0.5)).toBe("0.41, below 0.50");
    expect(reachText(0.93, 0.5)).toBe("0.93, above 0.50");
    expect(reachText(0.5, 0.5)).toBe("0.50, just enough");
  });

  it("say what a run came to", () => {
    const run = { passed: 12, total: 14 };
    expect(runText({ ...run, better: [], worse: [] }, 0)).toBe("12 of 14 pass");
    expect(runText({ ...run, better: changes(1), worse: changes(2) }, 14)).toBe(
      "12 of 14 pass; 1 better, 2 worse than when last asked",
    );
    expect(runText({ ...run, better: [], worse: changes(1) }, 14)).toBe(
      "12 of 14 pass; 1 worse than when last asked",
    );
    expect(runText({ ...run, better: [], worse: [] }, 14)).toBe("12 of 14 pass; none changed");
  });

  it("say how they stand", () => {
    const list = (many: number, asked: number, passed: number) =>
      ({ questions: Array.from({ length: many }), asked, passed }) as unknown as GoldenQuestions;
    expect(standingText(list(3, 0, 0))).toBe("3 questions, not asked yet");
    expect(standingText(list(3, 2, 1))).toBe("1 of 2 pass, 1 not asked yet");
    expect(standingText(list(3, 3, 3))).toBe("3 of 3 pass");
  });

  it("say what an import changed", () => {
    expect(importedText({ added: 3, changed: 0, unchanged: 1 })).toBe("3 added, 1 as before.");
    expect(importedText({ added: 0, changed: 0, unchanged: 0 })).toBe("Nothing was imported.");
  });
});

describe("a threshold in words", () => {
  it("is not more exact than it can be", () => {
    const right = (share: number) => rightText({ kind: "expected", share });
    expect([right(0.78), right(0.97), right(0.02)]).toEqual([
      "about 8 in 10 right",
      "nearly all right",
      "hardly any right",
    ]);
  });

  it("says where the figures come from, in the server's words where they are not visitors'", () => {
    const coverage = (over: Partial<Coverage>) => ({ questions: 214, note: null, ...over }) as Coverage;
    expect(basisText(coverage({ basis: "visitors" }))).toBe("From 214 questions of the last 90 days.");
    expect(basisText(coverage({ basis: "public_sets", note: "Others'." }))).toBe("Others'.");
  });
});

describe("calibration", () => {
  it("names what moved the confidence, and nothing that did not", () => {
    const of = (shift: number, golden: number, ratings: number) =>
      calibrationText({ shift, golden, ratings, fitted_at: 1 });
    expect(of(0.2, 10, 1)).toBe("Confidence is fitted to 10 golden questions and 1 rating.");
    expect(of(-0.2, 0, 31)).toBe("Confidence is fitted to 31 ratings.");
    expect([of(0, 10, 0), of(0.2, 0, 0)]).toEqual([null, null]);
  });
});

describe("meaning", () => {
  it("is spoken of only where it is missing", () => {
    expect(meaningText("ready")).toBeNull();
    expect(meaningText("off")).toContain("no embedding model");
    expect(meaningText("preparing")).toContain("being prepared");
  });
});
