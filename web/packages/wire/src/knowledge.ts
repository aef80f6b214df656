/** What agents answer from: sources, golden questions, trainings, and what a threshold does. */

export type SourceKind = "file" | "text" | "qa" | "page" | "site";
/** `markdown`, `html`, `text`, `csv`, `jsonl` or `qa`. */
export type SourceFormat = string;
export type SourceState = "queued" | "reading" | "indexing" | "ready" | "failed";
export type Source = {
  id: string;
  agent_id: string;
  name: string;
  kind: SourceKind;
  format: SourceFormat | null;
  state: SourceState;
  progress: { done: number; total: number } | null;
  error: { cause: string; fix: string } | null;
  documents: number;
  passages: number;
  bytes: number;
  created_at: number;
  synced_at: number | null;
  /** Only pages and sites have it. */
  web: WebSource | null;
};

export type SyncEvery = "off" | "hourly" | "daily" | "weekly" | "monthly";
export type SiteOptions = {
  max_pages: number;
  max_depth: number;
  max_page_mb: number;
  max_total_mb: number;
  max_minutes: number;
  path_prefix: string | null;
};
/** What happened, and what to do. */
export type SourceProblem = { cause: string; fix: string };
/** A sync that waits or is under way. */
export type SourceSync = {
  phase: "waiting" | "fetching" | "finishing";
  started_at: number | null;
  found: number;
  fetched: number;
  unchanged: number;
  failed: number;
  skipped: number;
  current: string | null;
};
export type SyncReport = {
  added: number;
  changed: number;
  unchanged: number;
  missing: number;
  removed: number;
  failed: number;
  skipped: number;
  ended: "whole" | "pages_limit" | "bytes_limit" | "time_limit" | "stopped" | "site_down" | "failed";
  error: SourceProblem | null;
  warnings: SourceProblem[];
};
export type WebSource = {
  url: string;
  options: SiteOptions;
  sync_every: SyncEvery;
  next_sync_at: number | null;
  last_synced_at: number | null;
  sync: SourceSync | null;
  last_sync: SyncReport | null;
  pages: { read: number; skipped: number; missing: number; failed: number };
};
export type PageState = "read" | "skipped" | "missing" | "failed";
export type SourcePage = {
  id: string;
  url: string;
  title: string | null;
  state: PageState;
  error: SourceProblem | null;
  format: SourceFormat | null;
  passages: number;
  bytes: number;
  fetched_at: number;
  missing_since: number | null;
};
export type SourcePages = { pages: SourcePage[]; next: string | null };
export type SourceDocument = { id: string; title: string; url: string | null; passages: number };
export type SourceDetail = {
  source: Source;
  documents: SourceDocument[];
  pages: SourcePage[];
  pages_next: string | null;
};
export type SourcePassage = {
  id: string;
  document_title: string;
  url: string | null;
  heading_path: string[];
  text: string;
};
export type SourcePassages = { passages: SourcePassage[]; next: number | null };
export type QuestionAnswer = { question: string; answer: string };

/** What is to come of a golden question. A document is named in one way at least; what is surest counts. */
export type Expectation =
  | {
      kind: "document";
      source_id?: string | null;
      document_key?: string | null;
      url?: string | null;
      /** Its title, or the name of its file. */
      title?: string | null;
    }
  | { kind: "hand_off" };
/** What came of a golden question. `why` says in a sentence why it did not pass. */
export type GoldenResult = {
  question_id: string;
  question: string;
  expect: Expectation;
  passed: boolean;
  would_answer: boolean;
  confidence: number;
  why: string | null;
};
export type GoldenQuestion = {
  id: string;
  question: string;
  expect: Expectation;
  created_at: number;
  changed_at: number;
  /** `null` if it was not asked since it was changed. */
  last: GoldenResult | null;
};
export type GoldenQuestions = {
  questions: GoldenQuestion[];
  passed: number;
  asked: number;
  asked_at: number | null;
  limit: number;
};
export type ImportedGoldenQuestions = { added: number; changed: number; unchanged: number };
export type GoldenChange = { question_id: string; question: string; why: string | null };
export type GoldenSummary = {
  passed: number;
  total: number;
  better: GoldenChange[];
  worse: GoldenChange[];
  asked_at: number;
};
export type GoldenRun = GoldenSummary & { results: GoldenResult[] };
export type TrainingState = "published" | "refused";
export type Training = {
  id: string;
  at: number;
  documents: number;
  passages: number;
  state: TrainingState;
  published_at: number | null;
  golden: GoldenSummary | null;
  in_use: boolean;
  /** Its snapshot is still there, so that it can be published. */
  kept: boolean;
};
export type TrainingDetails = { training: Training; results: GoldenResult[] };

export type CoverageBasis = "visitors" | "golden_questions" | "public_sets";
/** What one threshold does. Shares are from 0 to 1. */
export type CoveragePoint = {
  threshold: number;
  answered: number;
  to_people: number;
  expected_right: number | null;
  measured: { known: number; right: number } | null;
  sentence: string;
};
export type Coverage = {
  basis: CoverageBasis;
  questions: number;
  since: number;
  note: string | null;
  calibration: { shift: number; golden: number; ratings: number; fitted_at: number | null };
  current: CoveragePoint;
  points: CoveragePoint[];
};
