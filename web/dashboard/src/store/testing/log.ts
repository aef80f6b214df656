import type {
  ConversationDetail,
  ConversationSummary,
  Event,
  FeedItem,
  Inbox,
  InboxView,
  LogEntry,
  Place,
} from "@baton/wire";
import { compareIn, viewsOf } from "../places";
import { changesOwner } from "../thread";

/** The member that the tests look through. */
export const ME = "member-me";
export const DANA = "member-dana";
export const AGENT = "agent-1";

/** A server in miniature: it commits events by the contract's rules, and can be asked for snapshots at any moment. */
export class ModelServer {
  feed = 0;
  private readonly entries = new Map<string, LogEntry[]>();
  private readonly summaries = new Map<string, ConversationSummary>();

  commit(id: string, events: readonly Event[], at: number): FeedItem {
    const known = this.summaries.get(id);
    const before = known?.place ?? null;
    let summary = known ?? emptySummary(id, at);
    const log = this.entries.get(id) ?? [];
    const added: LogEntry[] = [];
    for (const event of events) {
      const entry: LogEntry = { seq: summary.seq + 1, at, ...event };
      summary = fold(summary, entry);
      added.push(entry);
    }
    this.entries.set(id, [...log, ...added]);
    this.summaries.set(id, summary);
    this.feed += 1;
    return { feed: this.feed, conversation_id: id, entries: added, summary, before };
  }

  placeOf(id: string): Place | null {
    return this.summaries.get(id)?.place ?? null;
  }

  inbox(view: InboxView, options: { limit?: number; agent?: string | null } = {}): Inbox {
    const agent = options.agent ?? null;
    const all = [...this.summaries.values()].filter((one) => agent === null || one.agent_id === agent);
    const counts = { live: 0, waiting: 0, mine: 0, team: 0, resolved: 0 };
    for (const summary of all) for (const one of viewsOf(summary.place, ME)) counts[one] += 1;
    const listed = all
      .filter((summary) => viewsOf(summary.place, ME).includes(view))
      .sort((a, b) => compareIn(view, a, b));
    const limit = options.limit ?? 100;
    const conversations = listed.slice(0, limit);
    return {
      feed: this.feed,
      counts,
      conversations,
      next: listed.length > limit ? String(limit) : null,
      marks: {},
    };
  }

  detail(id: string): ConversationDetail {
    const summary = this.summaries.get(id);
    if (summary === undefined) throw new Error(`there is no conversation ${id}`);
    return {
      feed: this.feed,
      summary,
      entries: this.entries.get(id) ?? [],
      visitor: { id: "visitor", label: summary.visitor.label, first_seen_at: 0, conversations: 1 },
      mark: 0,
      viewers: [],
    };
  }
}

function emptySummary(id: string, at: number): ConversationSummary {
  return {
    id,
    agent_id: AGENT,
    agent_name: "Agent",
    visitor: { id: `visitor-${id}`, label: `Visitor ${id}` },
    seq: 0,
    epoch: 1,
    place: { view: "live" },
    owner: { kind: "ai" },
    handoff: null,
    last_message: null,
    last_visitor_seq: 0,
    page: null,
    started_at: at,
    active_at: at,
  };
}

function fold(summary: ConversationSummary, entry: LogEntry): ConversationSummary {
  const next = { ...summary, seq: entry.seq, epoch: summary.epoch + (changesOwner(entry) ? 1 : 0) };
  switch (entry.type) {
    case "visitor_message":
      return {
        ...next,
        last_visitor_seq: entry.seq,
        active_at: entry.at,
        last_message: { author: "visitor", text: entry.text, at: entry.at, seq: entry.seq },
      };
    case "handoff_requested":
      return {
        ...next,
        place: { view: "waiting" },
        owner: { kind: "queue", since: entry.at, reason: entry.reason },
        last_visitor_seq: entry.seq,
        active_at: entry.at,
      };
    case "taken_over":
    case "assigned":
      return {
        ...next,
        place: { view: "held", member_id: entry.member_id },
        owner: {
          kind: "member",
          member_id: entry.member_id,
          member_name: entry.member_name,
          since: entry.at,
          spoken: false,
        },
      };
    case "returned_to_ai":
      return { ...next, place: { view: "live" }, owner: { kind: "ai" } };
    case "closed":
      return {
        ...next,
        place: { view: "resolved" },
        owner: { kind: "closed", at: entry.at, outcome: entry.outcome, by_name: null },
        active_at: entry.at,
      };
    default:
      return next;
  }
}

export const events = {
  started: (): Event => ({
    type: "conversation_started",
    page: null,
    trail: [],
    referrer: null,
    locale: null,
    user_agent: null,
    previous_conversation_id: null,
  }),
  said: (text: string): Event => ({ type: "visitor_message", client_id: `v-${text}`, text }),
  turn: (turn_id: string): Event => ({ type: "turn_opened", turn_id }),
  answered: (turn_id: string, text = "An answer."): Event => ({
    type: "ai_message",
    turn_id,
    kind: "answer",
    text,
    citations: [],
    confidence: 0.9,
    offers_person: false,
  }),
  handoff: (): Event => ({
    type: "handoff_requested",
    handoff_id: "handoff",
    reason: "asked",
    evidence: "",
    turn_id: null,
    action: null,
    someone_there: true,
  }),
  taken: (member_id: string): Event => ({
    type: "taken_over",
    member_id,
    member_name: member_id,
    from: "queue",
    handoff_id: "handoff",
  }),
  wrote: (member_id: string, client_id: string, text = "Hello"): Event => ({
    type: "member_message",
    member_id,
    member_name: member_id,
    client_id,
    text,
  }),
  toAi: (): Event => ({ type: "returned_to_ai", by_member_id: ME, by_name: ME }),
  closed: (): Event => ({ type: "closed", by: { kind: "system" }, outcome: "lapsed" }),
};

/** Numbers from 0 to 1 that are the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
