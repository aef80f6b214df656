import type { LogEntry, Phase, StreamDelta, StreamProgress } from "@baton/wire";

/** An answer that the AI is writing right now. */
export type Turn = { turn_id: string; text: string; phase: Phase | null; title: string | null };

/** One conversation's log as far as it is known without a gap, with the answer being written. */
export type Thread = {
  entries: readonly LogEntry[];
  /** Entries that arrived before the ones in front of them. */
  early: readonly LogEntry[];
  seq: number;
  epoch: number;
  turn: Turn | null;
};

/** Entries beyond a gap that are kept; a longer gap is closed by loading the conversation again. */
const EARLY_MAX = 200;

export const EMPTY_THREAD: Thread = { entries: [], early: [], seq: 0, epoch: 1, turn: null };

/** Whether an entry changes who owns the conversation; each such entry raises the epoch by one. */
export function changesOwner(entry: LogEntry): boolean {
  switch (entry.type) {
    case "handoff_requested":
    case "taken_over":
    case "assigned":
    case "returned_to_queue":
    case "returned_to_ai":
    case "closed":
    case "reopened":
      return true;
    case "conversation_started":
    case "visitor_message":
    case "turn_opened":
    case "ai_message":
    case "member_message":
    case "system_line":
    case "handoff_suppressed":
    case "handoff_repeated":
    case "seen":
    case "rated":
    case "page_visited":
    case "hidden":
      return false;
    default:
      entry satisfies never;
      return false;
  }
}

/** Adds entries in any order, with repeats; those behind a gap wait until it is filled. */
export function addEntries(thread: Thread, added: readonly LogEntry[]): Thread {
  const waiting = new Map<number, LogEntry>();
  for (const entry of [...thread.early, ...added]) if (entry.seq > thread.seq) waiting.set(entry.seq, entry);
  if (waiting.size === 0) return thread;
  const entries = [...thread.entries];
  let { seq, epoch, turn } = thread;
  for (let next = waiting.get(seq + 1); next !== undefined; next = waiting.get(seq + 1)) {
    waiting.delete(next.seq);
    entries.push(next);
    seq = next.seq;
    if (changesOwner(next)) {
      epoch += 1;
      turn = null;
    } else if (next.type === "turn_opened") {
      turn = { turn_id: next.turn_id, text: "", phase: null, title: null };
    } else if (next.type === "ai_message" && next.turn_id === turn?.turn_id) {
      turn = null;
    }
  }
  const early = [...waiting.values()].sort((a, b) => a.seq - b.seq).slice(0, EARLY_MAX);
  return { entries, early, seq, epoch, turn };
}

/** Builds a thread from a snapshot and keeps what an older copy knew beyond it, such as words already streamed. */
export function loadThread(
  snapshot: readonly LogEntry[],
  older: Thread | null,
  alsoKnown: readonly LogEntry[],
): Thread {
  const thread = addEntries(EMPTY_THREAD, [
    ...snapshot,
    ...(older?.entries ?? []),
    ...(older?.early ?? []),
    ...alsoKnown,
  ]);
  const streamed = older?.turn ?? null;
  return streamed !== null && streamed.turn_id === thread.turn?.turn_id
    ? { ...thread, turn: streamed }
    : thread;
}

/**
 * Adds a piece of the answer being written, unless it belongs to another turn or epoch or does not fit.
 *
 * A piece at the beginning can be all the words so far, for whoever came in the middle: then it stands for what was there.
 */
export function addDelta(thread: Thread, delta: StreamDelta): Thread {
  const { turn } = thread;
  if (turn === null || delta.turn_id !== turn.turn_id || delta.epoch !== thread.epoch) return thread;
  if (delta.offset === 0 && !turn.text.startsWith(delta.text))
    return { ...thread, turn: { ...turn, phase: "writing", text: delta.text } };
  // The server counts characters, not the units that JavaScript counts.
  if (delta.offset !== [...turn.text].length) return thread;
  return { ...thread, turn: { ...turn, phase: "writing", text: turn.text + delta.text } };
}

/** Notes what the AI is doing, under the same conditions as a delta. When it searches anew, what it had written is withdrawn. */
export function addProgress(thread: Thread, progress: StreamProgress): Thread {
  const { turn } = thread;
  if (turn === null || progress.turn_id !== turn.turn_id || progress.epoch !== thread.epoch) return thread;
  const text = progress.phase === "searching" ? "" : turn.text;
  return { ...thread, turn: { ...turn, phase: progress.phase, title: progress.title, text } };
}
