import { describe, expect, it } from "vitest";
import { readAddress } from "../text/address";
import {
  areSame,
  completePairs,
  type DraftChange,
  draftReducer,
  EMPTY_DRAFT,
  LIMITS,
  limitsAsText,
  newPage,
  newSite,
  readLimits,
} from "./source-draft";
import { planUpload, REQUEST_BYTES_MAX } from "./uploads";

const after = (...changes: DraftChange[]) => changes.reduce(draftReducer, EMPTY_DRAFT);

describe("the draft of a source", () => {
  it("keeps what was typed for one choice while another is looked at", () => {
    const draft = after(
      { type: "web", part: { url: "docs.example.com" } },
      { type: "chosen", choice: "text" },
      { type: "text", part: { title: "Hours", text: "Nine to five." } },
      { type: "chosen", choice: "page" },
    );
    expect(draft).toMatchObject({ choice: "page", url: "docs.example.com", text: { title: "Hours" } });
  });

  it("forgets only what became a source", () => {
    const draft = after(
      { type: "web", part: { url: "docs.example.com", name: "Docs" } },
      { type: "limits", part: { max_pages: "5" } },
      { type: "text", part: { title: "Hours" } },
      { type: "qa_titled", title: "FAQ" },
      { type: "added", choice: "site" },
    );
    expect(draft).toMatchObject({ url: "", name: "", text: { title: "Hours" }, qa: { title: "FAQ" } });
    expect(draft.limits).toEqual(EMPTY_DRAFT.limits);
    expect(draftReducer(draft, { type: "added", choice: "text" }).text).toEqual({ title: "", text: "" });
    expect(draftReducer(draft, { type: "added", choice: "qa" }).qa.title).toBe("");
    expect(draftReducer(draft, { type: "added", choice: "files" })).toEqual(draft);
  });

  it("has pairs that come and go, at least one field for one", () => {
    const two = after(
      { type: "pair", key: 0, part: { question: "Where?", answer: "Here." } },
      { type: "pair_added" },
      { type: "pair", key: 1, part: { question: "When?" } },
    );
    expect(two.qa.pairs.map((pair) => pair.key)).toEqual([0, 1]);
    expect(completePairs(two)).toEqual([{ question: "Where?", answer: "Here." }]);
    const one = draftReducer(two, { type: "pair_removed", key: 0 });
    expect(one.qa.pairs.map((pair) => pair.question)).toEqual(["When?"]);
    expect(draftReducer(one, { type: "pair_removed", key: 1 }).qa.pairs).toHaveLength(1);
  });

  it("becomes what the server takes", () => {
    const draft = after({
      type: "web",
      part: { url: " docs.example.com ", name: "  ", sync_every: "weekly" },
    });
    expect(newPage(draft)).toEqual({ url: "docs.example.com", title: null, sync_every: "weekly" });
    const limits = readLimits(draft.limits);
    if (limits.kind === "wrong") throw new Error("the presets are within their bounds");
    expect(newSite({ ...draft, name: " Docs " }, limits.options)).toMatchObject({
      title: "Docs",
      options: { max_pages: 2_000, path_prefix: null },
    });
  });
});

describe("the limits of a site", () => {
  it("are numbers within their bounds", () => {
    for (const { key, least, most } of LIMITS) {
      const read = (value: string) => readLimits({ ...EMPTY_DRAFT.limits, [key]: value });
      expect(read(String(least)).kind).toBe("fine");
      expect(read(String(most)).kind).toBe("fine");
      for (const wrong of ["", String(most + 1), ...(least > 0 ? [String(least - 1)] : [])])
        expect(read(wrong)).toMatchObject({
          kind: "wrong",
          errors: { [`options.${key}`]: expect.any(String) },
        });
    }
  });

  it("have a path that begins with a slash, or none", () => {
    const read = (path_prefix: string) => readLimits({ ...EMPTY_DRAFT.limits, path_prefix });
    expect(read("docs")).toMatchObject({ kind: "wrong" });
    expect(read(" /docs/ ")).toMatchObject({ kind: "fine", options: { path_prefix: "/docs/" } });
  });

  it("are the same when each of them is", () => {
    const read = readLimits(EMPTY_DRAFT.limits);
    if (read.kind === "wrong") throw new Error("the presets are within their bounds");
    expect(limitsAsText(read.options)).toEqual(EMPTY_DRAFT.limits);
    expect(areSame(read.options, { ...read.options })).toBe(true);
    expect(areSame(read.options, { ...read.options, max_depth: 1 })).toBe(false);
    expect(areSame(read.options, { ...read.options, path_prefix: "/a" })).toBe(false);
  });
});

describe("a typed address", () => {
  it("may leave the scheme out", () => {
    for (const text of [
      "docs.example.com",
      " https://docs.example.com/a?b=1 ",
      "localhost:8000",
      "[::1]:80/a",
    ])
      expect(readAddress(text).kind, text).toBe("fine");
    expect(readAddress("  ").kind).toBe("empty");
  });

  it("says what is wrong with it", () => {
    const why = (text: string) => {
      const read = readAddress(text);
      return read.kind === "wrong" ? read.why : read.kind;
    };
    expect(why("docs example com")).toMatch(/no spaces/);
    expect(why("ftp://example.com")).toMatch(/https:\/\//);
    expect(why("https://ana:secret@example.com")).toMatch(/user name/);
    expect(why("https://")).toMatch(/no web address/);
    for (const text of ["docs", "example..com", ".com"]) expect(why(text), text).toMatch(/not whole|no web/);
  });
});

describe("an upload", () => {
  const file = (size: number) => ({ size });

  it("is sent in requests that fit, in order, and leaves out what fits into none", () => {
    const half = REQUEST_BYTES_MAX / 2;
    const files = [file(half), file(half), file(1), file(REQUEST_BYTES_MAX + 1), file(2)];
    const { batches, tooLarge } = planUpload(files);
    expect(batches.map((batch) => batch.map((one) => one.size))).toEqual([
      [half, half],
      [1, 2],
    ]);
    expect(tooLarge.map((one) => one.size)).toEqual([REQUEST_BYTES_MAX + 1]);
  });

  it("lets the first rows appear before the last file is there", () => {
    const { batches } = planUpload(Array.from({ length: 25 }, () => file(1)));
    expect(batches.map((batch) => batch.length)).toEqual([10, 10, 5]);
    expect(planUpload([])).toEqual({ batches: [], tooLarge: [] });
  });
});
