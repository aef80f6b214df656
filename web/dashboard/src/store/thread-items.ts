import type {
  AiMessage,
  Citation,
  HandoffRequested,
  LogEntry,
  MemberMessage,
  Page,
  Rating,
  SystemLineSaid,
  VisitorMessage,
} from "@baton/wire";
import { isSameDay } from "../text/times";
import { OUTCOME_NAMES, REASON_NAMES } from "../text/words";
import type { Pending } from "./inbox-state";
import type { Thread, Turn } from "./thread";

/** An entry of one type, with its place in the log. */
export type Logged<E> = E & { seq: number; at: number };

/** Whether a message continues the one above it, and whether the next one continues it. */
export type Grouping = { continues: boolean; continued: boolean };

/** What is known at the moment of a handoff, so that the person's first line can be the right one. */
export type HandoffContext = {
  /** The visitor's last words before it. */
  wants: string | null;
  /** How often the AI had answered since the conversation began or was last closed. */
  answers: number;
  /** What the AI's answers rested on, best first. */
  tried: readonly Citation[];
  page: Page | null;
  /** The pages before, newest first. */
  trail: readonly Page[];
};

/** One thing that the thread shows. `key` stays the same as long as the thing does. */
export type ThreadItem = { key: string } & (
  | { kind: "day"; at: number }
  | ({ kind: "visitor"; entry: Logged<VisitorMessage> } & Grouping)
  | ({
      kind: "member";
      entry: Logged<MemberMessage>;
      mine: boolean;
      receipt: "sent" | "seen" | null;
    } & Grouping)
  | { kind: "ai"; entry: Logged<AiMessage>; rating: Rating | null; comment: string | null }
  | { kind: "system"; entry: Logged<SystemLineSaid> }
  | { kind: "handoff"; entry: Logged<HandoffRequested>; context: HandoffContext }
  | { kind: "divider"; at: number; text: string }
  | { kind: "aside"; at: number; text: string; evidence: string }
  | { kind: "turn"; turn: Turn }
  | { kind: "pending"; pending: Pending }
);

/** Messages by the same author stand together when they are this close. */
const GROUP_MS_MAX = 3 * 60_000;
const TRAIL_MAX = 10;
const TRIED_MAX = 6;

/** Turns a conversation's log into what the thread shows, for member `me`. */
export function threadItems(thread: Thread, pending: readonly Pending[], me: string): ThreadItem[] {
  const ratings = new Map<number, { rating: Rating | null; comment: string | null }>();
  let seenUpTo = 0;
  let lastMemberSeq = 0;
  for (const entry of thread.entries) {
    if (entry.type === "rated") ratings.set(entry.message_seq, entry);
    if (entry.type === "seen" && entry.by === "visitor") seenUpTo = Math.max(seenUpTo, entry.up_to);
    if (entry.type === "member_message") lastMemberSeq = entry.seq;
  }
  const items: ThreadItem[] = [];
  let day: number | null = null;
  for (const [index, entry] of thread.entries.entries()) {
    const item = toItem(entry, { thread, index, me, ratings, seenUpTo, lastMemberSeq });
    if (item === null) continue;
    if (day === null || !isSameDay(day, entry.at))
      items.push({ key: `day-${entry.seq}`, kind: "day", at: entry.at });
    day = entry.at;
    items.push(item);
  }
  if (thread.turn !== null)
    items.push({ key: `turn-${thread.turn.turn_id}`, kind: "turn", turn: thread.turn });
  for (const one of pending) items.push({ key: `message-${one.client_id}`, kind: "pending", pending: one });
  return grouped(items);
}

type ItemContext = {
  thread: Thread;
  index: number;
  me: string;
  ratings: ReadonlyMap<number, { rating: Rating | null; comment: string | null }>;
  seenUpTo: number;
  lastMemberSeq: number;
};

function toItem(entry: LogEntry, context: ItemContext): ThreadItem | null {
  const key = `entry-${entry.seq}`;
  const divider = (text: string): ThreadItem => ({ key, kind: "divider", at: entry.at, text });
  const name = (id: string, named: string) => (id === context.me ? "You" : named);
  switch (entry.type) {
    case "visitor_message":
      return { key, kind: "visitor", entry, continues: false, continued: false };
    case "member_message": {
      const last = entry.seq === context.lastMemberSeq;
      const receipt = last ? (context.seenUpTo >= entry.seq ? "seen" : "sent") : null;
      // The same key as the unconfirmed message had, so that confirming it does not redraw it.
      const messageKey = `message-${entry.client_id}`;
      const mine = entry.member_id === context.me;
      return { key: messageKey, kind: "member", entry, mine, receipt, continues: false, continued: false };
    }
    case "ai_message": {
      const rated = context.ratings.get(entry.seq);
      return { key, kind: "ai", entry, rating: rated?.rating ?? null, comment: rated?.comment ?? null };
    }
    case "system_line":
      return { key, kind: "system", entry };
    case "handoff_requested":
      return { key, kind: "handoff", entry, context: handoffContext(context.thread.entries, context.index) };
    case "handoff_suppressed":
      return {
        key,
        kind: "aside",
        at: entry.at,
        text: `Not handed over, because nobody was there: ${REASON_NAMES[entry.reason].toLowerCase()}`,
        evidence: entry.evidence,
      };
    case "handoff_repeated":
      return {
        key,
        kind: "aside",
        at: entry.at,
        text: "Asked again while waiting",
        evidence: entry.evidence,
      };
    case "taken_over": {
      const who = name(entry.member_id, entry.member_name);
      if (entry.from === "ai") return divider(`${who} took over from the AI`);
      return divider(entry.from === "queue" ? `${who} joined` : `${who} joined again`);
    }
    case "assigned": {
      const to = entry.member_id === context.me ? "you" : entry.member_name;
      if (entry.member_id === entry.by_member_id)
        return divider(`${name(entry.member_id, entry.member_name)} took this`);
      return divider(`${name(entry.by_member_id, entry.by_name)} assigned this to ${to}`);
    }
    case "returned_to_queue":
      return divider(`${name(entry.by_member_id, entry.by_name)} put this back in the queue`);
    case "returned_to_ai":
      return divider(`${name(entry.by_member_id, entry.by_name)} handed back to the AI`);
    case "closed": {
      const outcome = OUTCOME_NAMES[entry.outcome].toLowerCase();
      if (entry.by.kind !== "member") return divider("Closed after nobody wrote any more");
      return divider(`${name(entry.by.member_id, entry.by.name)} closed this as ${outcome}`);
    }
    case "reopened":
      return divider(
        entry.by.kind === "member"
          ? `${name(entry.by.member_id, entry.by.name)} reopened this`
          : "The visitor wrote again",
      );
    case "conversation_started":
    case "turn_opened":
    case "seen":
    case "rated":
    case "page_visited":
    case "hidden":
      return null;
    default:
      entry satisfies never;
      return null;
  }
}

function handoffContext(entries: readonly LogEntry[], index: number): HandoffContext {
  const before = entries.slice(0, index);
  const lastClose = before.findLastIndex((entry) => entry.type === "closed");
  const episode = before.slice(lastClose + 1);
  const { page, trail } = visitedPages(before);
  return {
    wants: lastBurst(episode),
    answers: episode.filter((entry) => entry.type === "ai_message").length,
    tried: usedSources(episode),
    page,
    trail,
  };
}

/** The visitor's last words: everything they wrote without an answer in between. */
function lastBurst(entries: readonly LogEntry[]): string | null {
  const texts: string[] = [];
  for (const entry of entries.toReversed()) {
    if (entry.type === "visitor_message") texts.unshift(entry.text);
    else if (texts.length > 0 && (entry.type === "ai_message" || entry.type === "member_message")) break;
  }
  return texts.length === 0 ? null : texts.join("\n");
}

/** The page a visitor is on and those before, newest first. */
export function visitedPages(entries: readonly LogEntry[]): { page: Page | null; trail: Page[] } {
  const pages: Page[] = [];
  for (const entry of entries) {
    if (entry.type === "conversation_started") {
      pages.push(...entry.trail);
      if (entry.page !== null && pages.at(-1)?.url !== entry.page.url) pages.push(entry.page);
    } else if (entry.type === "page_visited" && pages.at(-1)?.url !== entry.page.url) {
      pages.push(entry.page);
    }
  }
  return { page: pages.at(-1) ?? null, trail: pages.slice(0, -1).reverse().slice(0, TRAIL_MAX) };
}

/** The passages that AI messages cited, each once, best first. */
export function usedSources(entries: readonly LogEntry[]): Citation[] {
  const best = new Map<string, Citation>();
  for (const entry of entries) {
    if (entry.type !== "ai_message") continue;
    for (const citation of entry.citations) {
      const known = best.get(citation.passage_id);
      if (known === undefined || known.score < citation.score) best.set(citation.passage_id, citation);
    }
  }
  return [...best.values()].sort((a, b) => b.score - a.score).slice(0, TRIED_MAX);
}

/** Marks messages that follow one by the same author within a few minutes. */
function grouped(items: readonly ThreadItem[]): ThreadItem[] {
  const continues = (item: ThreadItem | undefined, above: ThreadItem | undefined): boolean => {
    if (item === undefined || above === undefined) return false;
    if (item.kind === "visitor" && above.kind === "visitor")
      return item.entry.at - above.entry.at < GROUP_MS_MAX;
    if (item.kind !== "member" || above.kind !== "member") return false;
    return item.entry.member_id === above.entry.member_id && item.entry.at - above.entry.at < GROUP_MS_MAX;
  };
  return items.map((item, index) =>
    item.kind === "visitor" || item.kind === "member"
      ? {
          ...item,
          continues: continues(item, items[index - 1]),
          continued: continues(items[index + 1], item),
        }
      : item,
  );
}
