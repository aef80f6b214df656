import type {
  ConversationDetail,
  ConversationSummary,
  FeedItem,
  Inbox,
  InboxView,
  LogEntry,
  StreamDelta,
} from "@baton/wire";
import type { InboxEvent, InboxState, List, Opened, Pending } from "./inbox-state";
import { compareIn, moveCounts, viewsOf } from "./places";
import { addDelta, addEntries, addProgress, loadThread, type Thread } from "./thread";

/** Feed items kept to complete snapshots that are older than the stream. */
const RECENT_MAX = 300;
/** Conversations kept whole; the one opened longest ago goes first. */
const OPENED_MAX = 20;

/** The inbox after an event. Pure; it returns the same object when nothing changed. */
export function reduceInbox(state: InboxState, event: InboxEvent): InboxState {
  switch (event.type) {
    case "agent_chosen":
      return event.agent === state.agent ? state : { ...state, agent: event.agent, lists: {}, counts: null };
    case "list_requested":
      return state.lists[event.view]?.status === "ready"
        ? state
        : withList(state, event.view, { status: "loading" });
    case "list_loaded":
      return listLoaded(state, event.view, event.inbox);
    case "list_failed":
      return state.lists[event.view]?.status === "ready"
        ? state
        : withList(state, event.view, { status: "failed", failure: event.failure });
    case "more_requested":
      return withMore(state, event.view, "loading");
    case "more_loaded":
      return moreLoaded(state, event.view, event.inbox);
    case "more_failed":
      return withMore(state, event.view, "failed");
    case "opened":
      return opened(state, event.id);
    case "conversation_loaded":
      return conversationLoaded(state, event.detail);
    case "conversation_failed":
      return state.opened[event.id]?.status === "ready"
        ? state
        : withOpened(state, event.id, { status: "failed", failure: event.failure });
    case "reload_started":
      return reloadStarted(state, event.keep);
    case "connected":
      return state.feed !== null && state.feed < event.after ? { ...state, behind: true } : state;
    case "changed":
      return changed(state, event.item);
    case "reset":
      return { ...state, behind: true };
    case "delta":
      return streamed(state, event.delta);
    case "progress":
      return withThread(state, event.progress.conversation_id, (thread) =>
        addProgress(thread, event.progress),
      );
    case "typing": {
      const others = state.typing.filter(
        (typing) =>
          typing.conversation_id !== event.typing.conversation_id || typing.name !== event.typing.name,
      );
      return { ...state, typing: event.on ? [...others, event.typing] : others };
    }
    case "typing_expired": {
      const typing = state.typing.filter((one) => one.until > event.now);
      return typing.length === state.typing.length ? state : { ...state, typing };
    }
    case "presence": {
      const presence = { ...state.presence };
      for (const item of event.members)
        presence[item.member_id] = { presence: item.presence, viewing: item.viewing };
      return { ...state, presence };
    }
    case "marked":
      return (state.marks[event.id] ?? 0) >= event.up_to
        ? state
        : { ...state, marks: { ...state.marks, [event.id]: event.up_to } };
    case "command_answered":
      return commandAnswered(state, event.summary, event.entries);
    case "send_started":
      return sendStarted(state, event);
    case "send_failed":
      return {
        ...state,
        pending: state.pending.map((pending) =>
          pending.client_id === event.client_id
            ? { ...pending, status: "failed", failure: event.failure }
            : pending,
        ),
      };
    case "send_dropped":
      return { ...state, pending: state.pending.filter((pending) => pending.client_id !== event.client_id) };
    case "outbox_restored": {
      const known = new Set(state.pending.map((pending) => pending.client_id));
      return {
        ...state,
        pending: [...state.pending, ...event.pending.filter((one) => !known.has(one.client_id))],
      };
    }
    default:
      event satisfies never;
      return state;
  }
}

// --- Lists ---

function withList(state: InboxState, view: InboxView, list: List): InboxState {
  return { ...state, lists: { ...state.lists, [view]: list } };
}

function withMore(state: InboxState, view: InboxView, more: "loading" | "failed"): InboxState {
  const list = state.lists[view];
  return list?.status === "ready" ? withList(state, view, { ...list, more }) : state;
}

function isListed(state: InboxState, view: InboxView, summary: ConversationSummary): boolean {
  if (state.agent !== null && summary.agent_id !== state.agent) return false;
  return viewsOf(summary.place, state.me).includes(view);
}

/** Takes summaries in, keeping the newer of two versions of the same conversation. */
function withSummaries(state: InboxState, summaries: readonly ConversationSummary[]): InboxState {
  const next = { ...state.summaries };
  for (const summary of summaries) {
    const known = next[summary.id];
    if (known === undefined || known.seq <= summary.seq) next[summary.id] = summary;
  }
  return { ...state, summaries: next };
}

/** The ids of a list, in order, without those that a newer feed item moved away. */
function arrange(state: InboxState, view: InboxView, ids: Iterable<string>): readonly string[] {
  const listed: ConversationSummary[] = [];
  for (const id of new Set(ids)) {
    const summary = state.summaries[id];
    if (summary !== undefined && isListed(state, view, summary)) listed.push(summary);
  }
  return listed.sort((a, b) => compareIn(view, a, b)).map((summary) => summary.id);
}

/** Puts a changed conversation into each list it belongs to and takes it out of the others. */
function relist(state: InboxState, summary: ConversationSummary, feed: number | null): InboxState {
  let lists = state.lists;
  for (const [name, list] of Object.entries(state.lists)) {
    const view = name as InboxView;
    if (list?.status !== "ready" || (feed !== null && feed <= list.feed)) continue;
    const rest = list.ids.filter((id) => id !== summary.id);
    const wasListed = rest.length !== list.ids.length;
    const last = state.summaries[rest.at(-1) ?? ""];
    // A list with more pages must not show a row whose place is among those not loaded.
    const beyond =
      list.next !== null && !wasListed && last !== undefined && compareIn(view, summary, last) > 0;
    const ids =
      !isListed(state, view, summary) || beyond ? rest : arrange(state, view, [...rest, summary.id]);
    if (ids.length === list.ids.length && ids.every((id, index) => id === list.ids[index])) continue;
    lists = { ...lists, [view]: { ...list, ids } };
  }
  return lists === state.lists ? state : { ...state, lists };
}

function withMarks(state: InboxState, marks: Readonly<Record<string, number>>): InboxState {
  const next = { ...state.marks };
  for (const [id, mark] of Object.entries(marks)) next[id] = Math.max(next[id] ?? 0, mark);
  return { ...state, marks: next };
}

function listLoaded(state: InboxState, view: InboxView, inbox: Inbox): InboxState {
  let next = withMarks(withSummaries(state, inbox.conversations), inbox.marks);
  if (next.counts === null || next.counts.feed <= inbox.feed) {
    next = { ...next, counts: { feed: inbox.feed, value: inbox.counts } };
  }
  const later = next.recent.filter((item) => item.feed > inbox.feed).map((item) => item.conversation_id);
  const ids = arrange(next, view, [...inbox.conversations.map((summary) => summary.id), ...later]);
  next = withList(next, view, { status: "ready", ids, next: inbox.next, feed: inbox.feed, more: "idle" });
  if (next.feed !== null) return next;
  const early = next.early;
  return early.reduce(changed, { ...next, feed: inbox.feed, early: [], behind: false });
}

function moreLoaded(state: InboxState, view: InboxView, inbox: Inbox): InboxState {
  const list = state.lists[view];
  if (list?.status !== "ready") return state;
  const next = withMarks(withSummaries(state, inbox.conversations), inbox.marks);
  const ids = arrange(next, view, [...list.ids, ...inbox.conversations.map((summary) => summary.id)]);
  return withList(next, view, { ...list, ids, next: inbox.next, more: "idle" });
}

// --- Conversations ---

function withOpened(state: InboxState, id: string, value: Opened): InboxState {
  return { ...state, opened: { ...state.opened, [id]: value } };
}

function withThread(state: InboxState, id: string, change: (thread: Thread) => Thread): InboxState {
  const known = state.opened[id];
  if (known?.status !== "ready") return state;
  const thread = change(known.thread);
  return thread === known.thread ? state : withOpened(state, id, { ...known, thread });
}

/** Adds words to an answer. Those of a conversation that is still being loaded are kept until it is there. */
function streamed(state: InboxState, delta: StreamDelta & { conversation_id: string }): InboxState {
  const id = delta.conversation_id;
  if (state.opened[id]?.status === "ready") return withThread(state, id, (thread) => addDelta(thread, delta));
  const { turn_id, epoch, offset, text } = delta;
  if (offset === 0) return { ...state, early_words: { conversation_id: id, turn_id, epoch, text } };
  const early = state.early_words;
  if (early === null || early.conversation_id !== id || early.turn_id !== turn_id) return state;
  if (offset !== [...early.text].length) return state;
  return { ...state, early_words: { ...early, text: early.text + text } };
}

function opened(state: InboxState, id: string): InboxState {
  const known = state.opened[id];
  const { [id]: _moved, ...others } = state.opened;
  const kept = Object.entries(others).slice(-(OPENED_MAX - 1));
  const value: Opened = known?.status === "ready" ? known : { status: "loading" };
  return { ...state, opened: { ...Object.fromEntries(kept), [id]: value } };
}

function conversationLoaded(state: InboxState, detail: ConversationDetail): InboxState {
  const id = detail.summary.id;
  const known = state.opened[id];
  const older = known?.status === "ready" ? known.thread : null;
  const later = state.recent.filter((item) => item.conversation_id === id).flatMap((item) => item.entries);
  const early = state.early_words?.conversation_id === id ? state.early_words : null;
  const loaded = loadThread(detail.entries, older, later);
  const thread = early === null ? loaded : addDelta(loaded, { ...early, offset: 0 });
  const presence = { ...state.presence };
  for (const member of detail.viewers) {
    presence[member] = { presence: presence[member]?.presence ?? null, viewing: id };
  }
  const next = withMarks(
    withSummaries({ ...state, presence, early_words: early === null ? state.early_words : null }, [
      detail.summary,
    ]),
    { [id]: detail.mark },
  );
  return withoutConfirmed(
    withOpened(next, id, { status: "ready", thread, visitor: detail.visitor }),
    detail.entries,
  );
}

// --- The feed ---

function reloadStarted(state: InboxState, keep: string | null): InboxState {
  const kept = keep === null ? undefined : state.opened[keep];
  const opened = keep !== null && kept !== undefined ? { [keep]: kept } : {};
  return { ...state, feed: null, behind: false, early: [], recent: [], opened };
}

function changed(state: InboxState, item: FeedItem): InboxState {
  if (state.feed === null) return { ...state, early: [...state.early, item].slice(-RECENT_MAX) };
  if (item.feed <= state.feed) return state;
  if (item.feed !== state.feed + 1) return { ...state, behind: true };
  let next: InboxState = { ...state, feed: item.feed, recent: [...state.recent, item].slice(-RECENT_MAX) };
  next = withSummaries(next, [item.summary]);
  if (next.counts !== null && item.feed > next.counts.feed) {
    const counted = next.agent === null || next.agent === item.summary.agent_id;
    const { value } = next.counts;
    const moved = counted ? moveCounts(value, item.before, item.summary.place, next.me) : value;
    next = { ...next, counts: { feed: item.feed, value: moved } };
  }
  next = relist(next, next.summaries[item.conversation_id] ?? item.summary, item.feed);
  next = withThread(next, item.conversation_id, (thread) => addEntries(thread, item.entries));
  return withoutConfirmed(withoutTyping(next, item), item.entries);
}

/** Whoever sent a message has stopped typing it. */
function withoutTyping(state: InboxState, item: FeedItem): InboxState {
  if (state.typing.length === 0) return state;
  const visitorSpoke = item.entries.some((entry) => entry.type === "visitor_message");
  const memberNames = item.entries.flatMap((entry) =>
    entry.type === "member_message" ? [entry.member_name] : [],
  );
  const typing = state.typing.filter((one) => {
    if (one.conversation_id !== item.conversation_id) return true;
    return one.who === "visitor" ? !visitorSpoke : one.name === null || !memberNames.includes(one.name);
  });
  return typing.length === state.typing.length ? state : { ...state, typing };
}

// --- My own commands ---

function withoutConfirmed(state: InboxState, entries: readonly LogEntry[]): InboxState {
  if (state.pending.length === 0) return state;
  const confirmed = new Set(
    entries.flatMap((entry) => (entry.type === "member_message" ? [entry.client_id] : [])),
  );
  const pending = state.pending.filter((one) => !confirmed.has(one.client_id));
  return pending.length === state.pending.length ? state : { ...state, pending };
}

function commandAnswered(
  state: InboxState,
  summary: ConversationSummary,
  entries: readonly LogEntry[],
): InboxState {
  let next = withSummaries(state, [summary]);
  next = relist(next, next.summaries[summary.id] ?? summary, null);
  next = withThread(next, summary.id, (thread) => addEntries(thread, entries));
  return withoutConfirmed(next, entries);
}

function sendStarted(
  state: InboxState,
  { client_id, conversation_id, text, at }: Extract<InboxEvent, { type: "send_started" }>,
): InboxState {
  const sending: Pending = { client_id, conversation_id, text, at, status: "sending" };
  const known = state.pending.some((pending) => pending.client_id === client_id);
  const pending = known
    ? state.pending.map((one) => (one.client_id === client_id ? sending : one))
    : [...state.pending, sending];
  return { ...state, pending };
}
