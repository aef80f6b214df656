import type {
  AlreadyTaken,
  DashboardFrame,
  FeedItem,
  InboxView,
  Outcome,
  SummaryResponse,
} from "@baton/wire";
import type { Api } from "../wire/api";
import { ApiError, OfflineError } from "../wire/http";
import { type KeyValueStore, keepOutbox, restoreOutbox } from "./drafts";
import { reduceInbox } from "./inbox-reducer";
import { type Failure, type InboxEvent, type InboxState, initialInbox } from "./inbox-state";

/** The part of StreamHub that the inbox uses. */
export type InboxHub = {
  join(): void;
  resume(feed: number): void;
  reached(feed: number): void;
  look(conversationId: string | null): void;
  mark(conversationId: string, upTo: number): void;
};

export type InboxApi = Pick<
  Api,
  | "inbox"
  | "conversation"
  | "takeOver"
  | "sendMessage"
  | "assign"
  | "returnToQueue"
  | "returnToAi"
  | "close"
  | "reopen"
  | "setTyping"
  | "markSeen"
>;

export type InboxClientOptions = {
  me: string;
  api: InboxApi;
  storage: KeyValueStore | null;
  now: () => number;
  newId: () => string;
  setTimer: (run: () => void, ms: number) => number;
  /** Called after a feed item was applied, such as to ring a bell. */
  onChanged: (item: FeedItem) => void;
  /** Called for the frames that are not about conversations alone. */
  onOther: (frame: Extract<DashboardFrame, { event: "source" | "agent" | "presence" }>) => void;
};

/** What came of a command: the change, a colleague who was first, or a failure in words. */
export type CommandResult =
  | { kind: "done"; response: SummaryResponse }
  | { kind: "taken"; by: AlreadyTaken }
  | { kind: "failed"; failure: Failure };

/** A change of a conversation's owner that a member asks for. */
export type Command =
  | { type: "take_over" }
  | { type: "assign"; member_id: string }
  | { type: "return_to_queue" }
  | { type: "return_to_ai" }
  | { type: "close"; outcome: Outcome }
  | { type: "reopen" };

/** A typing sign is over after this long unless it is said again. */
const TYPING_MS = 6_000;
const TYPING_SENT_EVERY_MS = 3_000;
const RELOAD_RETRY_MS = 3_000;

/** Holds the inbox: applies the stream, loads snapshots, carries out commands. The views subscribe to its state. */
export class InboxClient {
  private state: InboxState;
  private readonly listeners = new Set<() => void>();
  private hub: InboxHub | null = null;
  private looking: string | null = null;
  private reloading = false;
  /** How often the stream was opened, to notice that it came back while something was being asked for. */
  private greetings = 0;
  private typing: { conversation_id: string; at: number } | null = null;

  constructor(private readonly options: InboxClientOptions) {
    this.state = initialInbox(options.me);
    this.dispatch({ type: "outbox_restored", pending: restoreOutbox(options.storage) });
  }

  snapshot = (): InboxState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Connects the stream. Call it once, before anything is loaded. */
  start(hub: InboxHub): void {
    this.hub = hub;
    hub.join();
  }

  // --- Snapshots ---

  /** Loads a view unless it is there; the stream keeps it current from then on. */
  openView(view: InboxView): void {
    if (this.state.lists[view]?.status === "ready" || this.state.lists[view]?.status === "loading") return;
    void this.loadView(view);
  }

  async loadView(view: InboxView): Promise<void> {
    this.dispatch({ type: "list_requested", view });
    const { agent } = this.state;
    const { greetings } = this;
    try {
      const inbox = await this.options.api.inbox({ view, agent_id: agent, before: null });
      if (this.state.agent !== agent) return;
      const first = this.state.feed === null;
      this.dispatch({ type: "list_loaded", view, inbox });
      if (first && this.state.feed !== null) this.hub?.resume(this.state.feed);
    } catch (error) {
      this.dispatch({ type: "list_failed", view, failure: toFailure(error) });
      if (this.greetings !== greetings) this.loadFailed();
    }
  }

  async loadMore(view: InboxView): Promise<void> {
    const list = this.state.lists[view];
    if (list?.status !== "ready" || list.next === null || list.more === "loading") return;
    const { agent } = this.state;
    this.dispatch({ type: "more_requested", view });
    try {
      const inbox = await this.options.api.inbox({ view, agent_id: agent, before: list.next });
      if (this.state.agent === agent) this.dispatch({ type: "more_loaded", view, inbox });
    } catch {
      this.dispatch({ type: "more_failed", view });
    }
  }

  /** Lists only one agent's conversations, or all. */
  chooseAgent(agent: string | null, view: InboxView): void {
    if (agent === this.state.agent) return;
    this.dispatch({ type: "agent_chosen", agent });
    this.openView("waiting");
    this.openView(view);
  }

  /** Opens a conversation and keeps it current. */
  open(id: string): void {
    const known = this.state.opened[id];
    this.dispatch({ type: "opened", id });
    if (known?.status !== "ready") void this.loadConversation(id);
  }

  async loadConversation(id: string): Promise<void> {
    const { greetings } = this;
    try {
      this.dispatch({ type: "conversation_loaded", detail: await this.options.api.conversation(id) });
    } catch (error) {
      this.dispatch({ type: "conversation_failed", id, failure: toFailure(error) });
      if (this.greetings !== greetings) this.loadFailed();
    }
  }

  /** The server can be had again: loads what could not be loaded without it. */
  private loadFailed(): void {
    for (const [view, list] of Object.entries(this.state.lists)) {
      if (list?.status === "failed") void this.loadView(view as InboxView);
    }
    for (const [id, opened] of Object.entries(this.state.opened)) {
      if (opened.status !== "failed" || opened.failure.code === "not_found") continue;
      this.dispatch({ type: "opened", id });
      void this.loadConversation(id);
    }
  }

  /** Says which conversation is on screen, or null when none is or the tab is hidden. */
  look(id: string | null): void {
    this.looking = id;
    this.hub?.look(id);
  }

  // --- The stream ---

  receive(frame: DashboardFrame): void {
    switch (frame.event) {
      case "change":
        this.receiveChange(frame.data);
        return;
      case "delta":
        this.dispatch({ type: "delta", delta: frame.data });
        return;
      case "progress":
        this.dispatch({ type: "progress", progress: frame.data });
        return;
      case "typing": {
        const { typing, ...who } = frame.data;
        this.dispatch({
          type: "typing",
          typing: { ...who, until: this.options.now() + TYPING_MS },
          on: typing,
        });
        if (typing) {
          this.options.setTimer(
            () => this.dispatch({ type: "typing_expired", now: this.options.now() }),
            TYPING_MS + 50,
          );
        }
        return;
      }
      case "presence":
        this.dispatch({ type: "presence", members: frame.data.members });
        this.options.onOther(frame);
        return;
      case "source":
      case "agent":
        this.options.onOther(frame);
        return;
      case "reset":
        this.dispatch({ type: "reset" });
        return;
      case "hello":
        this.greetings += 1;
        this.loadFailed();
        return;
      case "bye":
        return;
      default:
        frame satisfies never;
    }
  }

  /** The stream was opened at `after`; a tab that is further behind must load again. */
  connected(after: number): void {
    this.dispatch({ type: "connected", after });
  }

  marked(id: string, upTo: number): void {
    this.dispatch({ type: "marked", id, up_to: upTo });
  }

  private receiveChange(item: FeedItem): void {
    const before = this.state.feed;
    this.dispatch({ type: "changed", item });
    if (this.state.feed === null || this.state.feed === before) return;
    this.hub?.reached(this.state.feed);
    this.options.onChanged(item);
    const opened = this.state.opened[item.conversation_id];
    if (opened?.status === "ready" && opened.thread.early.length > 0)
      void this.loadConversation(item.conversation_id);
  }

  /** Something was missed: loads every open list and the open conversation again. */
  private async reload(): Promise<void> {
    if (this.reloading) return;
    this.reloading = true;
    const open = this.looking ?? Object.keys(this.state.opened).at(-1) ?? null;
    this.dispatch({ type: "reload_started", keep: open });
    const views = Object.keys(this.state.lists) as InboxView[];
    await Promise.all(
      (views.length === 0 ? (["waiting"] as const) : views).map((view) => this.loadView(view)),
    );
    if (open !== null) await this.loadConversation(open);
    this.reloading = false;
    if (this.state.feed === null) this.options.setTimer(() => void this.reload(), RELOAD_RETRY_MS);
  }

  // --- Commands ---

  async run(id: string, command: Command): Promise<CommandResult> {
    try {
      const response = await this.request(id, command);
      this.dispatch({ type: "command_answered", summary: response.summary, entries: [] });
      return { kind: "done", response };
    } catch (error) {
      return toResult(error);
    }
  }

  private request(id: string, command: Command): Promise<SummaryResponse> {
    const { api } = this.options;
    switch (command.type) {
      case "take_over":
        return api.takeOver(id);
      case "assign":
        return api.assign(id, command.member_id);
      case "return_to_queue":
        return api.returnToQueue(id);
      case "return_to_ai":
        return api.returnToAi(id);
      case "close":
        return api.close(id, command.outcome);
      case "reopen":
        return api.reopen(id);
      default:
        command satisfies never;
        return Promise.reject(new Error("unknown command"));
    }
  }

  /** Sends a message; it is on screen at once and stays, with Retry, when sending fails. */
  send(conversationId: string, text: string): Promise<CommandResult> {
    return this.deliver(this.options.newId(), conversationId, text);
  }

  retry(clientId: string): Promise<CommandResult> | null {
    const pending = this.state.pending.find((one) => one.client_id === clientId);
    if (pending === undefined || pending.status === "sending") return null;
    return this.deliver(clientId, pending.conversation_id, pending.text);
  }

  /** Gives an unsent message up and returns its text. */
  discard(clientId: string): string {
    const pending = this.state.pending.find((one) => one.client_id === clientId);
    this.dispatch({ type: "send_dropped", client_id: clientId });
    this.keepPending();
    return pending?.text ?? "";
  }

  private async deliver(clientId: string, conversationId: string, text: string): Promise<CommandResult> {
    const at = this.options.now();
    this.typing = null;
    this.dispatch({ type: "send_started", client_id: clientId, conversation_id: conversationId, text, at });
    this.keepPending();
    try {
      const { entries, summary } = await this.options.api.sendMessage(conversationId, clientId, text);
      this.dispatch({ type: "command_answered", summary, entries });
      // The answer to a resend may lack the entry when it is already in the log.
      this.dispatch({ type: "send_dropped", client_id: clientId });
      return { kind: "done", response: { summary } };
    } catch (error) {
      const result = toResult(error);
      if (result.kind === "taken") this.dispatch({ type: "send_dropped", client_id: clientId });
      if (result.kind === "failed") {
        this.dispatch({ type: "send_failed", client_id: clientId, failure: result.failure });
      }
      return result;
    } finally {
      this.keepPending();
    }
  }

  private keepPending(): void {
    keepOutbox(this.options.storage, this.state.pending);
  }

  /** Tells the others that this member types, at most once in three seconds. */
  type(conversationId: string, typing: boolean): void {
    const now = this.options.now();
    const same = this.typing?.conversation_id === conversationId ? this.typing : null;
    if (typing ? same !== null && now - same.at < TYPING_SENT_EVERY_MS : same === null) return;
    this.typing = typing ? { conversation_id: conversationId, at: now } : null;
    this.options.api.setTyping(conversationId, typing).catch(() => {
      // A lost typing sign is not worth a word.
    });
  }

  /** Notes that this member has read what the visitor wrote up to an entry. */
  markSeen(id: string, upTo: number): void {
    if (upTo <= (this.state.marks[id] ?? 0)) return;
    this.dispatch({ type: "marked", id, up_to: upTo });
    this.hub?.mark(id, upTo);
    this.options.api.markSeen(id, upTo).catch(() => {
      // The mark is set again when the conversation is opened the next time.
    });
  }

  private dispatch(event: InboxEvent): void {
    const next = reduceInbox(this.state, event);
    if (next === this.state) return;
    this.state = next;
    for (const listener of this.listeners) listener();
    if (next.behind) void this.reload();
  }
}

/** A failure in words, whatever was thrown. */
export function toFailure(error: unknown): Failure {
  if (error instanceof ApiError) return { code: error.code, message: error.message };
  if (error instanceof OfflineError) return { code: "offline", message: error.message };
  return { code: "unexpected", message: "Something unexpected happened. Nothing was lost; try again." };
}

function toResult(error: unknown): CommandResult {
  if (error instanceof ApiError && error.code === "already_taken" && isAlreadyTaken(error.details)) {
    return { kind: "taken", by: error.details };
  }
  return { kind: "failed", failure: toFailure(error) };
}

function isAlreadyTaken(details: unknown): details is AlreadyTaken {
  if (typeof details !== "object" || details === null) return false;
  const candidate = details as Record<string, unknown>;
  return typeof candidate.member_id === "string" && typeof candidate.member_name === "string";
}
