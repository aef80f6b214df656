import type { PageState, SiteOptions, Source, SourceSync, SyncEvery, SyncReport } from "@baton/wire";
import { pagesDone, type SourceLook, type SourceNews } from "../store/sources";
import { count } from "./words";

const FORMAT_NAMES: Record<string, string> = {
  pdf: "PDF",
  docx: "Word",
  markdown: "Markdown",
  html: "HTML",
  text: "Plain text",
  csv: "CSV",
  jsonl: "JSON Lines",
};

/** What a source is: `Website`, `PDF file`, `Questions and answers`. */
export function kindText({ kind, format }: Pick<Source, "kind" | "format">): string {
  switch (kind) {
    case "site":
      return "Website";
    case "page":
      return "Page";
    case "text":
      return "Text";
    case "qa":
      return "Questions and answers";
    case "file": {
      const name = format === null ? undefined : FORMAT_NAMES[format];
      return name === undefined ? "File" : name === "Plain text" ? "Plain text file" : `${name} file`;
    }
    default:
      kind satisfies never;
      return "Source";
  }
}

/** An address without what every address has: `docs.example.com/guide`. */
export function addressText(url: string): string {
  return url.replace(/^https?:\/\//i, "").replace(/\/+$/, "");
}

/** The part of a page's address that tells it from the other pages of its site. */
export function pathText(url: string): string {
  if (!URL.canParse(url)) return url;
  const { pathname, search } = new URL(url);
  return `${readable(pathname)}${search}`;
}

function readable(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** How often a source is fetched again. */
export const EVERY_NAMES: Record<SyncEvery, string> = {
  off: "Only by hand",
  hourly: "Every hour",
  daily: "Every day",
  weekly: "Every week",
  monthly: "Every 30 days",
};

export const EVERY: readonly SyncEvery[] = ["off", "hourly", "daily", "weekly", "monthly"];

/** When something planned is due: `in 4 minutes`, `in 3 hours`, `in 2 days`, `any moment now`. */
export function dueText(at: number, now: number): string {
  const minutes = Math.ceil((at - now) / 60_000);
  if (minutes <= 0) return "any moment now";
  if (minutes < 60) return `in ${count(minutes, "minute")}`;
  if (minutes < 60 * 48) return `in ${count(Math.round(minutes / 60), "hour")}`;
  return `in ${count(Math.round(minutes / (60 * 24)), "day")}`;
}

/** A source's state in words. */
export function lookText(look: SourceLook): string {
  switch (look.kind) {
    case "queued":
      return "Queued";
    case "working":
      return look.step === "reading" ? "Reading" : "Indexing";
    case "syncing":
      return look.answers ? "Ready, syncing" : "Reading";
    case "ready":
      return "Ready";
    case "warned":
      return "Ready, with warnings";
    case "failed":
      return "Failed";
    default:
      look satisfies never;
      return "";
  }
}

/** How far a sync is. */
export function syncText(sync: SourceSync): string {
  switch (sync.phase) {
    case "waiting":
      return "Waiting for its turn";
    case "fetching":
      return sync.found === 0
        ? "Looking for pages"
        : `${pagesDone(sync).toLocaleString("en")} of ${count(sync.found, "page")} so far`;
    case "finishing":
      return `Putting ${count(pagesDone(sync), "page")} together`;
    default:
      sync.phase satisfies never;
      return "";
  }
}

/** What came of the pages of a sync so far; null as long as there is nothing to say. */
export function syncCountsText(sync: SourceSync): string | null {
  const parts = [
    sync.fetched > 0 && `${number(sync.fetched)} fetched`,
    sync.unchanged > 0 && `${number(sync.unchanged)} unchanged`,
    sync.skipped > 0 && `${number(sync.skipped)} skipped`,
    sync.failed > 0 && `${number(sync.failed)} failed`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? null : parts.join(", ");
}

/** What a sync came to: `4 new, 2 changed, 520 unchanged, 1 gone`. */
export function reportText(report: SyncReport): string {
  const parts = [
    report.added > 0 && `${number(report.added)} new`,
    report.changed > 0 && `${number(report.changed)} changed`,
    report.unchanged > 0 && `${number(report.unchanged)} unchanged`,
    report.missing > 0 && `${number(report.missing)} missing (kept for now)`,
    report.removed > 0 && `${number(report.removed)} gone`,
    report.skipped > 0 && `${number(report.skipped)} skipped`,
    report.failed > 0 && `${number(report.failed)} failed`,
  ].filter((part) => part !== false);
  if (parts.length > 0) return parts.join(", ");
  return report.ended === "failed" ? "Nothing was fetched" : "No pages";
}

/** What a look at a source with warnings shows first: `12 pages could not be read`. */
export function warningText(look: Extract<SourceLook, { kind: "warned" }>): string {
  if (look.failed > 0) {
    const others = look.warnings.length;
    return `${count(look.failed, "page")} could not be read${others > 0 ? `, ${count(others, "more warning")}` : ""}`;
  }
  const [first] = look.warnings;
  if (first !== undefined) return first.cause;
  return `${count(look.missing, "page")} ${look.missing === 1 ? "is" : "are"} missing on the site`;
}

export const PAGE_STATE_NAMES: Record<PageState, string> = {
  read: "Read",
  failed: "Failed",
  skipped: "Skipped",
  missing: "Missing",
};

/** What a state means for the pages in it. */
export const PAGE_STATE_SENTENCES: Record<PageState, string> = {
  read: "Their text answers questions.",
  failed: "Could not be fetched or read the last time. What was read of them before still answers.",
  skipped:
    "Left out on purpose: by robots.txt, by the page itself, or because there is no text or another page has it.",
  missing: "Not on the site any more. What was read of them answers for a while, then it is removed.",
};

/** What is said to screen readers about a change of the list. */
export function newsText(news: readonly SourceNews[]): string | null {
  if (news.length === 0) return null;
  const failed = news.filter((one) => one.kind === "failed");
  if (failed.length > 1) return `${count(failed.length, "source")} failed.`;
  return news.map(oneNewsText).join(" ");
}

function oneNewsText(news: SourceNews): string {
  const { name } = news.source;
  switch (news.kind) {
    case "started":
      return `${name}: fetching has begun.`;
    case "failed":
      return `${name} failed. ${news.source.error?.cause ?? ""}`.trim();
    case "ended": {
      if (news.report === null) return `${name} is ready. All files are read.`;
      return `${name} is ready: ${reportText(news.report)}.`;
    }
    default:
      news satisfies never;
      return "";
  }
}

/** What will be read from an address, in a sentence; null while the address cannot be read. */
export function scopeText(kind: "page" | "site", url: URL | null, prefix: string | null): string | null {
  if (url === null) return null;
  if (kind === "page") return `This one page of ${url.host}.`;
  const path = prefix ?? scopePath(url);
  const where = path === "/" ? `All of ${url.host}` : `${url.host}, below ${readable(path)}`;
  return `${where}, as its links and its sitemap name the pages.`;
}

/** The path below which pages belong to a site that begins at an address. */
function scopePath(url: URL): string {
  const last = url.pathname.split("/").at(-1) ?? "";
  if (last === "llms.txt" || /sitemap[^/]*\.xml(\.gz)?$/i.test(last)) return "/";
  return last.includes(".") ? url.pathname.slice(0, -last.length) : url.pathname;
}

/** How much of a site is fetched at most. */
export function limitsText({ max_pages, max_depth, max_total_mb, max_minutes }: SiteOptions): string {
  return `At most ${count(max_pages, "page")}, ${count(max_depth, "link")} deep, ${number(max_total_mb)} MB, ${count(max_minutes, "minute")}.`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}
