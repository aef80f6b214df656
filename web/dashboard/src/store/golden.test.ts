import type { AskPassage, AskResponse, Citation, Expectation, GoldenQuestion, Training } from "@baton/wire";
import { describe, expect, it } from "vitest";
import {
  draftOfGolden,
  expectAnswer,
  importErrors,
  inOrder,
  isSameExpectation,
  lookOf,
  readGolden,
  savedFor,
  trainingLook,
} from "./golden";

const document = (over: Partial<Extract<Expectation, { kind: "document" }>> = {}): Expectation => ({
  kind: "document",
  title: "Refunds",
  ...over,
});

function golden(question: string, passed: boolean | null, wanted: Expectation = document()): GoldenQuestion {
  const last =
    passed === null
      ? null
      : {
          question_id: question,
          question,
          expect: wanted,
          passed,
          would_answer: passed,
          confidence: 0.6,
          why: passed ? null : "Nothing was found.",
        };
  return { id: question, question, expect: wanted, created_at: 1, changed_at: 1, last };
}

describe("golden questions", () => {
  it("say what came of them last, in the server's words", () => {
    expect(lookOf(golden("a", true))).toEqual({ kind: "passed", confidence: 0.6 });
    expect(lookOf(golden("a", false))).toEqual({ kind: "failed", why: "Nothing was found." });
    expect(lookOf(golden("a", null))).toEqual({ kind: "not_asked" });
  });

  it("come in the order of what they need, and else as they were added", () => {
    const all = [golden("1", true), golden("2", false), golden("3", null), golden("4", false)];
    expect(inOrder(all).map((one) => one.id)).toEqual(["2", "4", "3", "1"]);
  });

  it("are known again whatever the case and the spaces around", () => {
    const all = [golden("How long?", true)];
    expect(savedFor(all, "  how LONG? ")?.id).toBe("How long?");
    expect(savedFor(all, "How long is it?")).toBeNull();
  });
});

describe("an expectation", () => {
  it("is the same by key before address before title", () => {
    const keyed = document({ source_id: "s", document_key: "k" });
    expect(isSameExpectation(keyed, document({ source_id: "s", document_key: "other" }))).toBe(false);
    expect(isSameExpectation(keyed, document({ source_id: "s", document_key: "k", title: "New" }))).toBe(
      true,
    );
    const [a, b] = [document({ url: "https://a.example/x#y" }), document({ url: "https://a.example/x" })];
    expect(isSameExpectation(a, b)).toBe(true);
    expect(isSameExpectation(keyed, document({ title: " refunds" }))).toBe(true);
    expect(isSameExpectation(keyed, { kind: "hand_off" })).toBe(false);
    expect(isSameExpectation({ kind: "hand_off" }, { kind: "hand_off" })).toBe(true);
  });

  it("of an answer is the document that it cites first", () => {
    const passage = (title: string, heading: string, key: string): AskPassage => ({
      source_id: "s",
      document_key: key,
      title,
      heading_path: [heading],
      text: "",
      score: 1,
    });
    const citation = {
      index: 1,
      title: "Refunds",
      url: "https://a.example/refunds#how",
      heading_path: ["How"],
    } as Citation;
    const passages = [passage("Refunds", "When", "old/refunds"), passage("Refunds", "How", "refunds")];
    const answer = (citations: Citation[]) => ({ citations, passages }) as AskResponse;
    expect(expectAnswer(answer([citation]))).toEqual({
      kind: "document",
      source_id: "s",
      document_key: "refunds",
      title: "Refunds",
      url: "https://a.example/refunds",
    });
    expect(expectAnswer(answer([{ ...citation, title: "Plans", url: null }]))).toEqual({
      kind: "document",
      title: "Plans",
    });
    expect(expectAnswer(answer([]))).toBeNull();
  });
});

describe("a draft", () => {
  it("names what is missing", () => {
    expect(readGolden({ question: " ", kind: "document", document: "" }, null)).toMatchObject({
      kind: "wrong",
      errors: { question: expect.any(String), expect: expect.any(String) },
    });
    expect(readGolden({ question: "Why?", kind: "hand_off", document: "" }, null)).toEqual({
      kind: "fine",
      golden: { question: "Why?", expect: { kind: "hand_off" } },
    });
  });

  it("tells an address from a title", () => {
    const of = (name: string) => readGolden({ question: "Why?", kind: "document", document: name }, null);
    expect(of("https://a.example/x")).toMatchObject({ golden: { expect: { url: "https://a.example/x" } } });
    expect(of("returns.md")).toMatchObject({ golden: { expect: { title: "returns.md" } } });
  });

  it("keeps the surest name of a document that is not renamed", () => {
    const before = golden("Why?", true, document({ source_id: "s", document_key: "k" }));
    const draft = draftOfGolden(before);
    expect(readGolden({ ...draft, question: "Why not?" }, before)).toEqual({
      kind: "fine",
      golden: { question: "Why not?", expect: before.expect },
    });
    expect(readGolden({ ...draft, document: "Plans" }, before)).toMatchObject({
      golden: { expect: { kind: "document", title: "Plans" } },
    });
  });
});

describe("a training", () => {
  const training = (over: Partial<Training>): Training => ({
    id: "t",
    at: 1,
    documents: 1,
    passages: 1,
    state: "published",
    published_at: 1,
    golden: null,
    in_use: false,
    kept: true,
    ...over,
  });

  it("can be published again while it is kept and not in use", () => {
    expect(trainingLook(training({ in_use: true }))).toEqual({ kind: "in_use", can: "nothing" });
    expect(trainingLook(training({}))).toEqual({ kind: "older", can: "go_back" });
    expect(trainingLook(training({ state: "refused" }))).toEqual({ kind: "refused", can: "publish_anyway" });
    expect(trainingLook(training({ kept: false })).can).toBe("nothing");
  });
});

describe("an import", () => {
  it("names its wrong lines from the top, or what is wrong with all of it", () => {
    expect(importErrors({ "line.10": "b", "line.2": "a" })).toEqual({
      lines: [
        { line: 2, message: "a" },
        { line: 10, message: "b" },
      ],
      other: undefined,
    });
    expect(importErrors({ text: "No table." })).toEqual({ lines: [], other: "No table." });
  });
});
