import type { OutboxItem } from "./outbox";
import type { ThreadItem, ThreadState } from "./thread";

/** Messages of one author within this time stand together. */
export const GROUP_MS = 3 * 60_000;
/** A pause this long shows the time above what follows. */
export const TIME_GAP_MS = 10 * 60_000;

/** Where a message stands in its group: the first shows the author, the last shows the receipt. */
export type InGroup = { first: boolean; last: boolean };

/** How far the visitor's last message got. */
export type Receipt = "sent" | "seen";

/** One line of the thread, ready to be drawn. */
export type Row =
  | { kind: "day"; key: string; at: number }
  | { kind: "time"; key: string; at: number }
  | { kind: "new"; key: string }
  | { kind: "conversation"; key: string }
  | { kind: "item"; key: string; item: ThreadItem; group: InGroup; receipt: Receipt | null }
  | { kind: "pending"; key: string; item: OutboxItem; group: InGroup };

export type RowsInput = {
  /** The conversation before this one, if it is still on screen. */
  earlier: ThreadState | null;
  thread: ThreadState | null;
  outbox: readonly OutboxItem[];
  /** Unread messages begin at this `seq` of `thread`. */
  newFrom: number | null;
  /** The visitor's local day of a time, for example "2026-05-12". */
  dayOf: (at: number) => string;
};

type Entry =
  | { at: number; key: string; author: string | null; item: ThreadItem; current: boolean }
  | { at: number; key: string; author: string | null; pending: OutboxItem; current: true };

/** Arranges the thread and what waits to be sent into rows with day, time and unread dividers. */
export function buildRows(input: RowsInput): Row[] {
  const entries = listEntries(input);
  const receipt = lastReceipt(input);
  const rows: Row[] = [];
  const firstNew =
    input.newFrom === null
      ? -1
      : entries.findIndex(
          (entry) => "item" in entry && entry.current && entry.item.seq >= (input.newFrom ?? 0),
        );
  for (const [index, entry] of entries.entries()) {
    const before = entries[index - 1];
    const after = entries[index + 1];
    const newDay = before === undefined || input.dayOf(before.at) !== input.dayOf(entry.at);
    if (before !== undefined && !before.current && entry.current) {
      rows.push({ kind: "conversation", key: `conversation-${entry.key}` });
    }
    if (newDay) rows.push({ kind: "day", key: `day-${entry.key}`, at: entry.at });
    else if (entry.at - before.at >= TIME_GAP_MS) {
      rows.push({ kind: "time", key: `time-${entry.key}`, at: entry.at });
    }
    if (index === firstNew) rows.push({ kind: "new", key: "new" });
    const group = {
      first: index === firstNew || !together(before, entry, input.dayOf),
      last: index + 1 === firstNew || !together(entry, after, input.dayOf),
    };
    if ("item" in entry) {
      const { item, key } = entry;
      const own = entry.current && receipt?.seq === item.seq ? receipt.receipt : null;
      rows.push({ kind: "item", key, item, group, receipt: own });
    } else {
      rows.push({ kind: "pending", key: entry.key, item: entry.pending, group });
    }
  }
  return rows;
}

function listEntries({ earlier, thread, outbox }: RowsInput): Entry[] {
  const committed = (state: ThreadState | null, current: boolean): Entry[] =>
    state === null
      ? []
      : state.items.map((item) => ({
          at: item.at,
          // A message keeps its key from the outbox, so that being stored does not redraw it.
          key:
            item.kind === "visitor_message"
              ? item.clientId
              : `${state.conversationId.slice(0, 8)}-${item.seq}`,
          author: authorOf(item),
          item,
          current,
        }));
  const waiting: Entry[] = outbox
    .filter((item) => thread === null || !thread.clientIds.has(item.clientId))
    .map((pending) => ({
      at: pending.createdAt,
      key: pending.clientId,
      author: "visitor",
      pending,
      current: true,
    }));
  return [...committed(earlier, false), ...committed(thread, true), ...waiting];
}

function authorOf(item: ThreadItem): string | null {
  switch (item.kind) {
    case "visitor_message":
    case "action":
      return "visitor";
    case "ai_message":
      return "ai";
    case "member_message":
      return `member-${item.memberId}`;
    case "system_line":
    case "joined":
    case "returned_to_queue":
    case "returned_to_ai":
    case "closed":
    case "reopened":
      return null;
    default:
      return item satisfies never;
  }
}

function together(one: Entry | undefined, two: Entry | undefined, dayOf: (at: number) => string): boolean {
  if (one === undefined || two === undefined || one.author === null) return false;
  return (
    one.author === two.author &&
    one.current === two.current &&
    two.at - one.at < GROUP_MS &&
    dayOf(one.at) === dayOf(two.at)
  );
}

/** Only the visitor's last message carries a receipt, and only until somebody answers. */
function lastReceipt({ thread, outbox }: RowsInput): { seq: number; receipt: Receipt } | null {
  if (thread === null || outbox.some((item) => !thread.clientIds.has(item.clientId))) return null;
  for (let at = thread.items.length - 1; at >= 0; at -= 1) {
    const item = thread.items[at];
    if (item === undefined || item.kind === "ai_message" || item.kind === "member_message") return null;
    if (item.kind === "visitor_message") {
      return { seq: item.seq, receipt: thread.seenByTeam >= item.seq ? "seen" : "sent" };
    }
  }
  return null;
}

/** The messages for the visitor after `mark`: what an unread badge counts. */
export function unreadAfter(thread: ThreadState | null, mark: number): number[] {
  if (thread === null) return [];
  return thread.items
    .filter(
      (item) =>
        item.seq > mark &&
        (item.kind === "ai_message" || item.kind === "member_message" || item.kind === "system_line"),
    )
    .map((item) => item.seq);
}
