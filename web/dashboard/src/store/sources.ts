import type { Source, SourceProblem, SourceSync, SyncReport } from "@baton/wire";

/** How a source looks in a list: what its state means for who reads it. */
export type SourceLook =
  | { kind: "queued" }
  /** Being read or indexed for the first time, or a file. `progress` is null until it is known. */
  | { kind: "working"; step: "reading" | "indexing"; progress: { done: number; total: number } | null }
  /** A site or page is being fetched; `answers` tells whether an earlier state answers meanwhile. */
  | { kind: "syncing"; sync: SourceSync; answers: boolean }
  | { kind: "ready" }
  /** It answers, and something of it needs a look. */
  | { kind: "warned"; failed: number; missing: number; warnings: readonly SourceProblem[] }
  | { kind: "failed"; error: SourceProblem | null };

/** What a source's state comes to. */
export function lookOf(source: Source): SourceLook {
  const { state, web } = source;
  if (web?.sync != null) return { kind: "syncing", sync: web.sync, answers: state === "ready" };
  switch (state) {
    case "queued":
      return { kind: "queued" };
    case "reading":
    case "indexing":
      return { kind: "working", step: state, progress: source.progress };
    case "failed":
      return { kind: "failed", error: source.error };
    case "ready":
      return readyLook(source);
    default:
      state satisfies never;
      return { kind: "queued" };
  }
}

function readyLook({ web }: Source): SourceLook {
  if (web === null) return { kind: "ready" };
  const problem = web.last_sync?.error ?? null;
  const warnings = [...(problem === null ? [] : [problem]), ...(web.last_sync?.warnings ?? [])];
  const { failed, missing } = web.pages;
  return failed > 0 || missing > 0 || warnings.length > 0
    ? { kind: "warned", failed, missing, warnings }
    : { kind: "ready" };
}

/** How many of the pages found so far are dealt with, whatever came of them. */
export function pagesDone(sync: SourceSync): number {
  return sync.fetched + sync.unchanged + sync.failed + sync.skipped;
}

/** What can be done with a source now. */
export type SourceActions = { sync: boolean; stop: boolean; retry: boolean; schedule: boolean };

export function actionsOf(source: Source): SourceActions {
  const web = source.web !== null;
  const syncing = source.web?.sync != null;
  return {
    sync: web && !syncing,
    stop: syncing,
    retry: !web && source.state === "failed",
    schedule: web,
  };
}

/** The newest first: rows keep their place while their states change. */
export function inOrder(sources: readonly Source[]): Source[] {
  return [...sources].sort((a, b) => b.created_at - a.created_at);
}

/** What happened to one source between two looks at the list. */
export type SourceNews =
  | { kind: "started"; source: Source }
  | { kind: "ended"; source: Source; report: SyncReport | null }
  | { kind: "failed"; source: Source };

/**
 * What is worth saying aloud about a change of the list: the start and the end of a sync, and every failure.
 *
 * Pages and steps in between are not, and neither is a file that was read: the last of those under way is.
 */
export function newsOf(before: readonly Source[], after: readonly Source[]): SourceNews[] {
  const news: SourceNews[] = [];
  const othersWork = after.some((one) => one.web === null && isUnderWay(one));
  for (const source of after) {
    const old = before.find((one) => one.id === source.id);
    if (old === undefined || old === source) continue;
    const was = isUnderWay(old);
    const is = isUnderWay(source);
    if (!was && is && source.web !== null) news.push({ kind: "started", source });
    if (!was || is) continue;
    if (source.state === "failed") news.push({ kind: "failed", source });
    else if (source.web !== null) news.push({ kind: "ended", source, report: source.web.last_sync });
    else if (!othersWork) news.push({ kind: "ended", source, report: null });
  }
  return news;
}

/** Whether something happens to a source right now. */
export function isUnderWay(source: Source): boolean {
  const { kind } = lookOf(source);
  return kind === "queued" || kind === "working" || kind === "syncing";
}
