import type { AskPassage, AskResponse, Expectation, GoldenQuestion, Training } from "@baton/wire";
import type { NewGolden } from "../wire/api";

/** A document that is to answer. */
export type ExpectedDocument = Extract<Expectation, { kind: "document" }>;

/** What came of a golden question the last time. */
export type GoldenLook =
  | { kind: "passed"; confidence: number }
  | { kind: "failed"; why: string }
  | { kind: "not_asked" };

export function lookOf({ last }: GoldenQuestion): GoldenLook {
  if (last === null) return { kind: "not_asked" };
  if (last.passed) return { kind: "passed", confidence: last.confidence };
  return { kind: "failed", why: last.why ?? "It did not come to what is expected." };
}

const ORDER: Record<GoldenLook["kind"], number> = { failed: 0, not_asked: 1, passed: 2 };

/** What needs somebody first: failed, then not asked yet, then passed; each as they were added. */
export function inOrder(questions: readonly GoldenQuestion[]): GoldenQuestion[] {
  return [...questions].sort((a, b) => ORDER[lookOf(a).kind] - ORDER[lookOf(b).kind]);
}

/** The golden question that asks this already; the server compares them in the same way. */
export function savedFor(questions: readonly GoldenQuestion[], text: string): GoldenQuestion | null {
  const plain = plainText(text);
  return questions.find((one) => plainText(one.question) === plain) ?? null;
}

function plainText(text: string): string {
  return text.trim().toLowerCase();
}

/** The document of a passage, as what is to answer. */
export function expectPassage({ source_id, document_key, title }: AskPassage): ExpectedDocument {
  return { kind: "document", source_id, document_key, title };
}

/** The document that an answer cites first; null if it cites none. */
export function expectAnswer({ citations, passages }: AskResponse): ExpectedDocument | null {
  const [first] = citations;
  if (first === undefined) return null;
  const passage =
    passages.find((one) => one.title === first.title && isSameList(one.heading_path, first.heading_path)) ??
    passages.find((one) => one.title === first.title);
  const named: ExpectedDocument =
    passage === undefined ? { kind: "document", title: first.title } : expectPassage(passage);
  return first.url === null ? named : { ...named, url: withoutAnchor(first.url) };
}

function withoutAnchor(url: string): string {
  return url.split("#")[0] ?? url;
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index]);
}

/** Whether two expectations mean the same, told from the surest name that both have. */
export function isSameExpectation(a: Expectation, b: Expectation): boolean {
  if (a.kind === "hand_off" || b.kind === "hand_off") return a.kind === b.kind;
  if (a.source_id != null && b.source_id != null && a.document_key != null && b.document_key != null)
    return a.source_id === b.source_id && a.document_key === b.document_key;
  if (a.url != null && b.url != null) return withoutAnchor(a.url) === withoutAnchor(b.url);
  return a.title != null && b.title != null && plainText(a.title) === plainText(b.title);
}

/** A golden question while it is written. */
export type GoldenDraft = { question: string; kind: Expectation["kind"]; document: string };

export const EMPTY_GOLDEN: GoldenDraft = { question: "", kind: "document", document: "" };

export function draftOfGolden({ question, expect }: GoldenQuestion): GoldenDraft {
  return expect.kind === "hand_off"
    ? { question, kind: "hand_off", document: "" }
    : { question, kind: "document", document: nameOf(expect) };
}

/** How a document is called where it is expected. */
export function nameOf(expect: ExpectedDocument): string {
  return expect.title ?? expect.url ?? expect.document_key ?? "";
}

/** What a draft asks for, or what is missing, by field. A document that was not renamed stays known by its surest name. */
export function readGolden(
  draft: GoldenDraft,
  before: GoldenQuestion | null,
): { kind: "fine"; golden: NewGolden } | { kind: "wrong"; errors: { question?: string; expect?: string } } {
  const question = draft.question.trim();
  const document = draft.document.trim();
  const errors = {
    ...(question === "" ? { question: "Write the question as a visitor would." } : {}),
    ...(draft.kind === "document" && document === "" ? { expect: "Name the document that answers it." } : {}),
  };
  if (Object.keys(errors).length > 0) return { kind: "wrong", errors };
  return { kind: "fine", golden: { question, expect: expectOf(draft.kind, document, before) } };
}

function expectOf(kind: Expectation["kind"], document: string, before: GoldenQuestion | null): Expectation {
  if (kind === "hand_off") return { kind: "hand_off" };
  if (before?.expect.kind === "document" && nameOf(before.expect) === document) return before.expect;
  return /^https?:\/\//.test(document)
    ? { kind: "document", url: document }
    : { kind: "document", title: document };
}

/** Where a training stands, and whether it can be published. */
export type TrainingLook = {
  kind: "in_use" | "refused" | "older";
  can: "go_back" | "publish_anyway" | "nothing";
};

export function trainingLook({ in_use, state, kept }: Training): TrainingLook {
  if (in_use) return { kind: "in_use", can: "nothing" };
  switch (state) {
    case "refused":
      return { kind: "refused", can: kept ? "publish_anyway" : "nothing" };
    case "published":
      return { kind: "older", can: kept ? "go_back" : "nothing" };
    default:
      state satisfies never;
      return { kind: "older", can: "nothing" };
  }
}

/** What is wrong with an import: single lines, lowest first, or the whole text. */
export function importErrors(fields: Readonly<Record<string, string>>): {
  lines: { line: number; message: string }[];
  other: string | undefined;
} {
  const lines = [];
  let other: string | undefined;
  for (const [field, message] of Object.entries(fields)) {
    const line = /^line\.(\d+)$/.exec(field)?.[1];
    if (line === undefined) other ??= message;
    else lines.push({ line: Number(line), message });
  }
  return { lines: lines.sort((a, b) => a.line - b.line), other };
}
