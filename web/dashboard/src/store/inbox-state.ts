import type {
  ConversationDetail,
  ConversationSummary,
  Counts,
  FeedItem,
  Inbox,
  InboxView,
  LogEntry,
  Presence,
  PresenceItem,
  StreamDelta,
  StreamProgress,
} from "@baton/wire";
import type { Thread } from "./thread";

/** What went wrong, in words for people. */
export type Failure = { code: string; message: string };

/** One view of the inbox. A list that failed to reload keeps the rows it had. */
export type List =
  | { status: "loading" }
  | { status: "failed"; failure: Failure }
  | {
      status: "ready";
      ids: readonly string[];
      next: string | null;
      feed: number;
      more: "idle" | "loading" | "failed";
    };

/** A visitor as the details panel shows them. */
export type VisitorDetail = ConversationDetail["visitor"];

/** One conversation as the thread shows it. */
export type Opened =
  | { status: "loading" }
  | { status: "failed"; failure: Failure }
  | { status: "ready"; thread: Thread; visitor: VisitorDetail };

/** A message of mine that the server has not confirmed. */
export type Pending = { client_id: string; conversation_id: string; text: string; at: number } & (
  | { status: "sending" }
  | { status: "failed"; failure: Failure }
);

/** Somebody who writes right now; it is over at `until` unless it is said again. */
export type Typing = {
  conversation_id: string;
  who: "visitor" | "member";
  name: string | null;
  until: number;
};

/** Words of an answer that arrived before the conversation they belong to was loaded. */
export type EarlyWords = { conversation_id: string; turn_id: string; epoch: number; text: string };

/** Where a colleague is. */
export type Whereabouts = { presence: Presence | null; viewing: string | null };

/** Everything the inbox shows. */
export type InboxState = {
  me: string;
  /** Only this agent's conversations are listed; null means all. */
  agent: string | null;
  /** The last feed item applied, or null while a snapshot is being loaded. */
  feed: number | null;
  /** Something was missed: the snapshot must be loaded again. */
  behind: boolean;
  /** Feed items that arrived while no snapshot was there. */
  early: readonly FeedItem[];
  /** The last feed items applied, to complete a snapshot that is older than the stream. */
  recent: readonly FeedItem[];
  counts: { feed: number; value: Counts } | null;
  summaries: Readonly<Record<string, ConversationSummary>>;
  lists: Readonly<Partial<Record<InboxView, List>>>;
  marks: Readonly<Record<string, number>>;
  opened: Readonly<Record<string, Opened>>;
  early_words: EarlyWords | null;
  pending: readonly Pending[];
  typing: readonly Typing[];
  presence: Readonly<Record<string, Whereabouts>>;
};

/** Everything that can happen to the inbox. */
export type InboxEvent =
  | { type: "agent_chosen"; agent: string | null }
  | { type: "list_requested"; view: InboxView }
  | { type: "list_loaded"; view: InboxView; inbox: Inbox }
  | { type: "list_failed"; view: InboxView; failure: Failure }
  | { type: "more_requested"; view: InboxView }
  | { type: "more_loaded"; view: InboxView; inbox: Inbox }
  | { type: "more_failed"; view: InboxView }
  | { type: "opened"; id: string }
  | { type: "conversation_loaded"; detail: ConversationDetail }
  | { type: "conversation_failed"; id: string; failure: Failure }
  | { type: "reload_started"; keep: string | null }
  | { type: "connected"; after: number }
  | { type: "changed"; item: FeedItem }
  | { type: "reset" }
  | { type: "delta"; delta: StreamDelta & { conversation_id: string } }
  | { type: "progress"; progress: StreamProgress & { conversation_id: string } }
  | { type: "typing"; typing: Typing; on: boolean }
  | { type: "typing_expired"; now: number }
  | { type: "presence"; members: readonly PresenceItem[] }
  | { type: "marked"; id: string; up_to: number }
  | { type: "command_answered"; summary: ConversationSummary; entries: readonly LogEntry[] }
  | { type: "send_started"; client_id: string; conversation_id: string; text: string; at: number }
  | { type: "send_failed"; client_id: string; failure: Failure }
  | { type: "send_dropped"; client_id: string }
  | { type: "outbox_restored"; pending: readonly Pending[] };

export function initialInbox(me: string): InboxState {
  return {
    me,
    agent: null,
    feed: null,
    behind: false,
    early: [],
    recent: [],
    counts: null,
    summaries: {},
    lists: {},
    marks: {},
    opened: {},
    early_words: null,
    pending: [],
    typing: [],
    presence: {},
  };
}
