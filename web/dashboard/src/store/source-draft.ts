import type { QuestionAnswer, SiteOptions, SyncEvery } from "@baton/wire";
import type { NewPage, NewSite } from "../wire/api";

/** The ways to add a source. */
export type SourceChoice = "site" | "page" | "files" | "text" | "qa";

/** The limits of a site that are numbers. */
export type LimitKey = Exclude<keyof SiteOptions, "path_prefix">;

export type Limit = { key: LimitKey; label: string; least: number; most: number; preset: number };

/** What each limit may be, as the server has it, and what it is unless somebody says otherwise. */
export const LIMITS: readonly Limit[] = [
  { key: "max_pages", label: "Pages at most", least: 1, most: 10_000, preset: 2_000 },
  { key: "max_depth", label: "Links away from the start", least: 0, most: 50, preset: 10 },
  { key: "max_page_mb", label: "One page at most (MB)", least: 1, most: 20, preset: 5 },
  { key: "max_total_mb", label: "Whole site at most (MB)", least: 1, most: 2_000, preset: 200 },
  { key: "max_minutes", label: "Minutes for one sync", least: 1, most: 240, preset: 30 },
];

/** The limits as they are being typed. */
export type LimitsText = Record<LimitKey, string> & { path_prefix: string };

/** What is wrong with fields of a form, under their names in the API. */
export type DraftErrors = Readonly<Record<string, string>>;

export function limitsAsText(options: SiteOptions): LimitsText {
  return {
    max_pages: String(options.max_pages),
    max_depth: String(options.max_depth),
    max_page_mb: String(options.max_page_mb),
    max_total_mb: String(options.max_total_mb),
    max_minutes: String(options.max_minutes),
    path_prefix: options.path_prefix ?? "",
  };
}

const PRESET_LIMITS: LimitsText = limitsAsText(
  Object.fromEntries([...LIMITS.map((one) => [one.key, one.preset]), ["path_prefix", null]]) as SiteOptions,
);

/** The limits as the server takes them, or what is wrong with which. */
export function readLimits(
  text: LimitsText,
): { kind: "fine"; options: SiteOptions } | { kind: "wrong"; errors: DraftErrors } {
  const errors: Record<string, string> = {};
  const numbers: Partial<Record<LimitKey, number>> = {};
  for (const { key, least, most } of LIMITS) {
    const value = /^\d+$/.test(text[key].trim()) ? Number(text[key]) : Number.NaN;
    if (value >= least && value <= most) numbers[key] = value;
    else errors[`options.${key}`] = `Between ${least.toLocaleString("en")} and ${most.toLocaleString("en")}.`;
  }
  const prefix = text.path_prefix.trim();
  if (prefix !== "" && !prefix.startsWith("/"))
    errors["options.path_prefix"] = "A path that begins with a slash, such as /docs/.";
  if (Object.keys(errors).length > 0) return { kind: "wrong", errors };
  return {
    kind: "fine",
    options: { ...(numbers as Record<LimitKey, number>), path_prefix: prefix === "" ? null : prefix },
  };
}

/** Whether two sets of limits allow the same. */
export function areSame(one: SiteOptions, other: SiteOptions): boolean {
  return one.path_prefix === other.path_prefix && LIMITS.every(({ key }) => one[key] === other[key]);
}

/** A pair as it is being typed; the key tells it from the others. */
export type DraftPair = QuestionAnswer & { key: number };

/** Everything typed into the dialog that adds a source, for all ways at once, so that none of it is lost. */
export type SourceDraft = {
  choice: SourceChoice;
  /** Shared by page and site, so that who picked the wrong one types it once. */
  url: string;
  name: string;
  sync_every: SyncEvery;
  limits: LimitsText;
  text: { title: string; text: string };
  qa: { title: string; pairs: readonly DraftPair[] };
};

const EMPTY_PAIR: DraftPair = { key: 0, question: "", answer: "" };

export const EMPTY_DRAFT: SourceDraft = {
  choice: "site",
  url: "",
  name: "",
  sync_every: "daily",
  limits: PRESET_LIMITS,
  text: { title: "", text: "" },
  qa: { title: "", pairs: [EMPTY_PAIR] },
};

export type DraftChange =
  | { type: "chosen"; choice: SourceChoice }
  | { type: "web"; part: Partial<Pick<SourceDraft, "url" | "name" | "sync_every">> }
  | { type: "limits"; part: Partial<LimitsText> }
  | { type: "text"; part: Partial<SourceDraft["text"]> }
  | { type: "qa_titled"; title: string }
  | { type: "pair"; key: number; part: Partial<QuestionAnswer> }
  | { type: "pair_added" }
  | { type: "pair_removed"; key: number }
  /** It is a source now: what was typed for it goes, the rest stays. */
  | { type: "added"; choice: SourceChoice };

export function draftReducer(draft: SourceDraft, change: DraftChange): SourceDraft {
  switch (change.type) {
    case "chosen":
      return { ...draft, choice: change.choice };
    case "web":
      return { ...draft, ...change.part };
    case "limits":
      return { ...draft, limits: { ...draft.limits, ...change.part } };
    case "text":
      return { ...draft, text: { ...draft.text, ...change.part } };
    case "qa_titled":
      return { ...draft, qa: { ...draft.qa, title: change.title } };
    case "pair":
      return withPairs(
        draft,
        draft.qa.pairs.map((pair) => (pair.key === change.key ? { ...pair, ...change.part } : pair)),
      );
    case "pair_added": {
      const key = Math.max(...draft.qa.pairs.map((pair) => pair.key)) + 1;
      return withPairs(draft, [...draft.qa.pairs, { ...EMPTY_PAIR, key }]);
    }
    case "pair_removed": {
      const rest = draft.qa.pairs.filter((pair) => pair.key !== change.key);
      return withPairs(draft, rest.length === 0 ? [EMPTY_PAIR] : rest);
    }
    case "added":
      return withoutAdded(draft, change.choice);
    default:
      change satisfies never;
      return draft;
  }
}

function withPairs(draft: SourceDraft, pairs: readonly DraftPair[]): SourceDraft {
  return { ...draft, qa: { ...draft.qa, pairs } };
}

function withoutAdded(draft: SourceDraft, choice: SourceChoice): SourceDraft {
  switch (choice) {
    case "site":
    case "page":
      return { ...draft, url: "", name: "", sync_every: EMPTY_DRAFT.sync_every, limits: PRESET_LIMITS };
    case "text":
      return { ...draft, text: EMPTY_DRAFT.text };
    case "qa":
      return { ...draft, qa: EMPTY_DRAFT.qa };
    case "files":
      return draft;
    default:
      choice satisfies never;
      return draft;
  }
}

/** The pairs that have both parts. */
export function completePairs(draft: SourceDraft): QuestionAnswer[] {
  return draft.qa.pairs
    .filter((pair) => pair.question.trim() !== "" && pair.answer.trim() !== "")
    .map(({ question, answer }) => ({ question, answer }));
}

/** The page to add, as the server takes it. */
export function newPage(draft: SourceDraft): NewPage {
  const name = draft.name.trim();
  return { url: draft.url.trim(), title: name === "" ? null : name, sync_every: draft.sync_every };
}

/** The site to add, with limits that were read already. */
export function newSite(draft: SourceDraft, options: SiteOptions): NewSite {
  return { ...newPage(draft), options };
}
