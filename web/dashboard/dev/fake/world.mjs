import { randomUUID } from "node:crypto";

const TYPES_THAT_CHANGE_OWNER = new Set([
  "handoff_requested",
  "taken_over",
  "assigned",
  "returned_to_queue",
  "returned_to_ai",
  "closed",
  "reopened",
]);

/** Everything the fake server knows, in memory, with the rules of the log that the dashboard relies on. */
export class World {
  feed = 0;
  conversations = new Map();
  streams = new Set();
  recent = [];
  marks = new Map();
  /** Conversation id → member who will be first at the next command on it. */
  traps = new Map();
  /** The next requests that match are refused: `{ path, times }`. */
  outages = [];

  constructor(members, agents) {
    this.members = members;
    this.agents = agents;
    this.sources = new Map();
    this.invitations = [];
    this.blocked = [];
  }

  member(id) {
    return this.members.find((member) => member.id === id);
  }

  agent(id) {
    return this.agents.find((agent) => agent.id === id);
  }

  startConversation({ id = randomUUID(), agent, label, at, start, firstSeenAt = at, conversations = 1 }) {
    const conversation = {
      id,
      entries: [],
      visitor: { id: randomUUID(), label, first_seen_at: firstSeenAt, conversations },
      agent,
      summary: {
        id,
        agent_id: agent.id,
        agent_name: agent.name,
        visitor: { id: randomUUID(), label },
        seq: 0,
        epoch: 1,
        place: { view: "live" },
        owner: { kind: "ai" },
        handoff: null,
        last_message: null,
        last_visitor_seq: 0,
        page: start.page,
        started_at: at,
        active_at: at,
      },
    };
    this.conversations.set(id, conversation);
    this.commit(conversation, [{ type: "conversation_started", ...start }], at, null);
    return conversation;
  }

  /** Appends events, updates the summary and tells every stream. */
  commit(conversation, events, at = Date.now(), before = { ...conversation.summary.place }) {
    const entries = events.map((event) => {
      const entry = { seq: conversation.summary.seq + 1, at, ...event };
      conversation.entries.push(entry);
      conversation.summary = this.fold(conversation.summary, entry);
      return entry;
    });
    this.feed += 1;
    const item = {
      feed: this.feed,
      conversation_id: conversation.id,
      entries,
      summary: conversation.summary,
      before,
    };
    this.recent.push(item);
    this.broadcast("change", item, this.feed);
    return entries;
  }

  fold(summary, entry) {
    const next = { ...summary, seq: entry.seq };
    if (TYPES_THAT_CHANGE_OWNER.has(entry.type)) next.epoch += 1;
    const said = (author, text) => {
      next.last_message = {
        author,
        text: text.replace(/\s+/g, " ").slice(0, 160),
        at: entry.at,
        seq: entry.seq,
      };
      next.active_at = entry.at;
    };
    const hold = (member_id, member_name) => {
      next.owner = { kind: "member", member_id, member_name, since: entry.at, spoken: false };
      next.place = { view: "held", member_id };
    };
    switch (entry.type) {
      case "visitor_message":
        said("visitor", entry.text);
        next.last_visitor_seq = entry.seq;
        break;
      case "ai_message":
        said("ai", entry.text);
        break;
      case "member_message":
        said("member", entry.text);
        if (next.owner.kind === "member") next.owner = { ...next.owner, spoken: true };
        break;
      case "handoff_requested":
        next.owner = { kind: "queue", since: entry.at, reason: entry.reason };
        next.place = { view: "waiting" };
        next.handoff = { reason: entry.reason, at: entry.at, evidence: entry.evidence };
        next.active_at = entry.at;
        break;
      case "taken_over":
      case "assigned":
        hold(entry.member_id, entry.member_name);
        break;
      case "returned_to_queue":
        next.owner = { kind: "queue", since: entry.at, reason: next.handoff?.reason ?? "taken_over" };
        next.place = { view: "waiting" };
        break;
      case "returned_to_ai":
        next.owner = { kind: "ai" };
        next.place = { view: "live" };
        break;
      case "closed":
        next.owner = {
          kind: "closed",
          at: entry.at,
          outcome: entry.outcome,
          by_name: entry.by.kind === "member" ? entry.by.name : null,
        };
        next.place = { view: "resolved" };
        next.active_at = entry.at;
        break;
      case "reopened":
        if (entry.to === "member") hold(entry.by.member_id, entry.by.name);
        else {
          next.owner = { kind: "ai" };
          next.place = { view: "live" };
        }
        break;
      case "page_visited":
        next.page = entry.page;
        break;
      default:
        break;
    }
    return next;
  }

  views(place, me) {
    if (place.view === "held") return place.member_id === me ? ["team", "mine"] : ["team"];
    return [place.view];
  }

  inbox(view, agentId, me) {
    const all = [...this.conversations.values()].map((conversation) => conversation.summary);
    const scoped = agentId === null ? all : all.filter((summary) => summary.agent_id === agentId);
    const counts = { live: 0, waiting: 0, mine: 0, team: 0, resolved: 0 };
    for (const summary of scoped) for (const one of this.views(summary.place, me)) counts[one] += 1;
    const conversations = scoped
      .filter((summary) => this.views(summary.place, me).includes(view))
      .sort((a, b) => (view === "waiting" ? a.owner.since - b.owner.since : b.active_at - a.active_at));
    return { counts, conversations };
  }

  broadcast(event, data, id = null, only = () => true) {
    for (const stream of this.streams) if (only(stream)) stream.send(event, data, id);
  }

  presence() {
    return this.members.map((member) => ({
      member_id: member.id,
      presence: member.presence,
      viewing: member.viewing ?? null,
    }));
  }
}
