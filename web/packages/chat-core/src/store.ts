import {
  type ApiError,
  type Context,
  type FieldValue,
  NetworkError,
  type Page,
  type Posted,
  type Rating,
  type VisitorFrame,
  WidgetApi,
  type WidgetConfig,
} from "@baton/wire";
import { Connection, type ConnectionState } from "./connection";
import type { Effects } from "./effects";
import { Outbox, type OutboxBody } from "./outbox";
import { unreadAfter } from "./rows";
import { Sender } from "./sender";
import { SessionKeeper } from "./session";
import { personSource, threadSource } from "./sources";
import type { ChatState } from "./state";
import {
  applyDelta,
  applyEntries,
  applyProgress,
  characters,
  emptyThread,
  orderOf,
  type ThreadState,
  threadFromSnapshot,
} from "./thread";

/** Longest message. Unicode characters; the server has the same limit. */
export const MESSAGE_LIMIT = 4000;
/** Pages before the present one that are told to the team. */
export const TRAIL_LIMIT = 20;
/** A lost connection is shown after this time: most come back at once. */
export const RECONNECT_GRACE_MS = 1500;
/** A hidden widget in which nothing is going on stays connected for this long. */
export const LINGER_MS = 5 * 60_000;
/** A typing sign without news is over. */
export const TYPING_EXPIRY_MS = 6000;
/** The visitor's own typing is told at most this often. */
export const TYPING_EVERY_MS = 3000;
/** What was stored before an answer should have come through the stream by this time after it. */
const EXPECT_MS = 1500;
/** The embedding page should have answered with fresh settings by this time. */
const CONFIG_LIMIT_MS = 10_000;
const LOAD_RETRY_MIN_MS = 2000;
const LOAD_RETRY_MAX_MS = 30_000;

export type ChatStoreOptions = {
  effects: Effects;
  config: WidgetConfig;
  /** The token that the host page kept, if any. */
  mirroredToken: string | null;
  context: Context;
  online: boolean;
  /** Origin of the server; empty for the page's own. */
  origin: string;
  /** Asks for settings with a ticket that is not yet over. */
  freshConfig: () => Promise<WidgetConfig>;
  onToken: (token: string | null) => void;
};

/** One visitor's chat with one agent: the only place that changes what the view shows. */
export class ChatStore {
  readonly #effects: Effects;
  readonly #options: ChatStoreOptions;
  readonly #api: WidgetApi;
  readonly #session: SessionKeeper;
  readonly #outbox: Outbox;
  readonly #sender: Sender;
  readonly #connection: Connection;
  readonly #prefix: string;
  readonly #listeners = new Set<() => void>();
  readonly #timers = new Map<string, () => void>();
  readonly #stopTabs: () => void;
  #context: Context;
  /** Address of the page that the team was told last. */
  #pageTold: string | null = null;
  #state: ChatState;
  #panelVisible = false;
  #tabVisible = true;
  #readUpTo = 0;
  #activeAt: number;
  #typingToldAt = 0;
  #loadAttempt = 0;
  #loading = false;

  constructor(options: ChatStoreOptions) {
    const { effects, config } = options;
    this.#options = options;
    this.#effects = effects;
    this.#context = options.context;
    this.#activeAt = effects.now();
    this.#prefix = `baton:${config.agent_id}`;
    this.#session = new SessionKeeper(effects.storage, this.#prefix, options.onToken);
    this.#api = new WidgetApi({
      fetch: effects.fetch,
      origin: options.origin,
      token: () => this.#session.token,
    });
    this.#outbox = new Outbox(effects.storage, this.#prefix);
    this.#sender = new Sender({
      api: this.#api,
      effects,
      outbox: this.#outbox,
      session: this.#session,
      agentId: config.agent_id,
      lockName: `${this.#prefix}:send`,
      online: () => this.#state.online,
      conversationId: () => this.#state.thread?.conversationId ?? null,
      config: (fresh) => this.#configWithTicket(fresh),
      onPosted: (posted) => this.#posted(posted),
      onGone: () => this.#setThread(null),
      onChange: () => this.#outboxChanged(),
    });
    this.#connection = new Connection({
      effects,
      onFrame: (frame) => this.#frame(frame),
      onState: (state) => this.#connectionChanged(state),
      onRefused: (error) => this.#refused(error),
    });
    this.#state = {
      phase: "starting",
      config,
      thread: null,
      earlier: null,
      outbox: [],
      person: config.person,
      typing: null,
      connection: { kind: "idle" },
      reconnecting: false,
      online: options.online,
      limitedUntil: null,
      pendingRatings: new Map(),
      unread: 0,
      newFrom: null,
    };
    this.#stopTabs = effects.tabs.listen((notice) => {
      if (notice.type === "session") this.#session.adopt();
      this.#outbox.load(this.#effects.now());
      this.#outboxChanged();
      const { thread } = this.#state;
      if (thread === null || thread.owner.kind === "closed") void this.#load();
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): ChatState => this.#state;

  /** Restores what this device knows and loads the thread, if there is one. */
  start(): Promise<void> {
    this.#session.restore(this.#options.mirroredToken);
    this.#outbox.load(this.#effects.now());
    this.#outboxChanged();
    return this.#load();
  }

  /** Ends every connection and timer. */
  stop(): void {
    this.#connection.close();
    this.#sender.stop();
    this.#stopTabs();
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#listeners.clear();
  }

  /** Puts a message into the outbox; false when it is empty, too long, or the outbox is full. */
  send(text: string): boolean {
    const message = text.trim();
    if (message === "" || characters(message) > MESSAGE_LIMIT) return false;
    this.setTyping(false);
    return this.#enqueue({ kind: "message", text: message }) !== null;
  }

  /** Puts an action into the outbox and returns its client id; null when the outbox is full. */
  runAction(actionId: string, label: string, fields: FieldValue[]): string | null {
    return this.#enqueue({ kind: "action", actionId, label, fields });
  }

  retry(clientId: string): void {
    const item = this.#outbox.get(clientId);
    if (item?.status.kind !== "failed") return;
    this.#outbox.setStatus(clientId, { kind: "queued" });
    this.#outboxChanged();
    void this.#flush();
  }

  /** Deletes what was not sent. */
  discard(clientId: string): void {
    this.#outbox.remove(clientId);
    this.#effects.tabs.tell({ type: "outbox" });
    this.#outboxChanged();
  }

  /** Rates an answer of this conversation; shown at once, taken back if the server refuses. */
  async rate(messageSeq: number, rating: Rating | null, comment: string | null): Promise<void> {
    const { thread } = this.#state;
    if (thread === null) return;
    const set = (change: (ratings: Map<number, Rating | null>) => void) => {
      const ratings = new Map(this.#state.pendingRatings);
      change(ratings);
      this.#set({ pendingRatings: ratings });
    };
    set((ratings) => ratings.set(messageSeq, rating));
    try {
      await this.#api.rate(thread.conversationId, messageSeq, rating, comment);
    } catch {
      set((ratings) => ratings.delete(messageSeq));
    }
  }

  /** The visitor is typing, or stopped. Told to people only, and not at every key. */
  setTyping(typing: boolean): void {
    const { thread, online } = this.#state;
    if (thread === null || !online) return;
    if (thread.owner.kind !== "member" && thread.owner.kind !== "queue") return;
    const now = this.#effects.now();
    if (typing) {
      this.#timer("typing-end", TYPING_EXPIRY_MS - 1000, () => this.setTyping(false));
      if (now - this.#typingToldAt < TYPING_EVERY_MS) return;
      this.#typingToldAt = now;
    } else {
      if (this.#typingToldAt === 0) return;
      this.#cancel("typing-end");
      this.#typingToldAt = 0;
    }
    // Nobody misses a typing sign that did not get through.
    this.#api.typing(thread.conversationId, typing).catch(() => {});
  }

  setConfig(config: WidgetConfig): void {
    // What the connection says is newer than settings that a cache may have kept.
    const { thread, connection } = this.#state;
    const known = thread !== null || connection.kind === "open";
    this.#set({ config, ...(known ? {} : { person: config.person }) });
  }

  /** The visitor went to another page of the site. */
  setPage(page: Page): void {
    const before = this.#context.page;
    if (before?.url === page.url) {
      this.#context = { ...this.#context, page };
      return;
    }
    const trail =
      before === null ? this.#context.trail : [...this.#context.trail, before].slice(-TRAIL_LIMIT);
    this.#context = { ...this.#context, page, trail };
    this.#tellPage();
  }

  setPanelVisible(visible: boolean): void {
    this.#panelVisible = visible;
    this.#shownChanged();
  }

  setTabVisible(visible: boolean): void {
    this.#tabVisible = visible;
    this.#shownChanged();
    if (visible) this.wake();
  }

  setOnline(online: boolean): void {
    if (online === this.#state.online) return;
    this.#set({ online });
    if (online) {
      this.#outbox.hurry();
      this.#outboxChanged();
      this.wake();
    } else {
      this.#followPolicy();
    }
  }

  /** Catches up at once: the page came back from sleep, cache or background. */
  wake(): void {
    if (this.#state.phase === "unreachable") void this.#load();
    this.#connection.wake();
    this.#followPolicy();
    this.#tellPage();
    void this.#flush();
  }

  /** This device has a session: there may be a thread to come. Known after `start`. */
  get returning(): boolean {
    return this.#session.token !== null;
  }

  get draft(): string {
    return this.#effects.storage.get(`${this.#prefix}:draft`) ?? "";
  }

  saveDraft(text: string): void {
    const key = `${this.#prefix}:draft`;
    if (text === "") this.#effects.storage.remove(key);
    else this.#effects.storage.set(key, text);
  }

  /** The team sees where the visitor is, once there is a conversation to see it in. */
  #tellPage(): void {
    const { thread, online } = this.#state;
    const { page } = this.#context;
    if (page === null || page.url === this.#pageTold) return;
    if (thread === null || thread.owner.kind === "closed" || !online) return;
    this.#pageTold = page.url;
    // The next message carries the page in any case.
    this.#api.pageVisited(thread.conversationId, page).catch(() => {
      this.#pageTold = null;
    });
  }

  #enqueue(body: OutboxBody): string | null {
    const clientId = this.#effects.newId();
    const added = this.#outbox.add({
      clientId,
      createdAt: this.#effects.now(),
      conversationId: this.#state.thread?.conversationId ?? null,
      context: this.#context,
      body,
      status: { kind: "queued" },
    });
    if (!added) return null;
    this.#activeAt = this.#effects.now();
    this.#set({ newFrom: null });
    this.#effects.tabs.tell({ type: "outbox" });
    this.#outboxChanged();
    void this.#flush();
    return clientId;
  }

  async #flush(): Promise<void> {
    await this.#sender.flush();
    this.#outboxChanged();
  }

  #outboxChanged(): void {
    this.#set({ outbox: this.#outbox.items, limitedUntil: this.#sender.limitedUntil });
    this.#followPolicy();
  }

  async #configWithTicket(fresh: boolean): Promise<WidgetConfig> {
    if (!fresh) return this.#state.config;
    const config = await new Promise<WidgetConfig>((resolve, reject) => {
      const late = () => reject(new NetworkError(new Error("no settings came")));
      const cancel = this.#effects.after(CONFIG_LIMIT_MS, late);
      this.#options.freshConfig().then(resolve, reject).finally(cancel);
    });
    this.setConfig(config);
    return config;
  }

  async #load(): Promise<void> {
    if (this.#session.token === null) {
      this.#set({ phase: "ready" });
      return this.#flush();
    }
    if (this.#loading) return;
    this.#loading = true;
    this.#cancel("load");
    try {
      const { thread } = await this.#api.thread(this.#state.config.agent_id);
      this.#loadAttempt = 0;
      this.#set({
        phase: "ready",
        ...(thread === null ? {} : { person: thread.person, typing: thread.team_typing }),
      });
      if (thread !== null) this.#takeSnapshot(threadFromSnapshot(thread));
      this.#tellPage();
    } catch (error) {
      if (error instanceof NetworkError || (error as ApiError).status >= 500) return this.#loadLater();
      if ((error as ApiError).status === 401) this.#session.forget();
      this.#set({ phase: "ready" });
    } finally {
      this.#loading = false;
    }
    return this.#flush();
  }

  #loadLater(): void {
    this.#set({ phase: "unreachable" });
    const pause = Math.min(LOAD_RETRY_MAX_MS, LOAD_RETRY_MIN_MS * 2 ** this.#loadAttempt);
    this.#loadAttempt += 1;
    this.#timer("load", pause * (0.5 + this.#effects.random() / 2), () => void this.#load());
  }

  #takeSnapshot(snapshot: ThreadState): void {
    const { thread } = this.#state;
    if (thread?.conversationId === snapshot.conversationId && thread.cursor >= snapshot.cursor) return;
    this.#setThread(snapshot);
  }

  #posted(posted: Posted): void {
    this.#activeAt = this.#effects.now();
    const { thread } = this.#state;
    const same = thread?.conversationId === posted.conversation_id;
    const next = applyEntries(same ? thread : emptyThread(posted.conversation_id), posted.entries);
    this.#setThread(next);
    if (next.cursor < posted.cursor) this.#expect(posted.conversation_id, posted.cursor);
  }

  /** Something was stored in between and is on its way; a stream that does not bring it is opened anew. */
  #expect(conversationId: string, cursor: number): void {
    this.#timer("expect", EXPECT_MS, () => {
      const { thread } = this.#state;
      if (thread?.conversationId === conversationId && thread.cursor < cursor) this.#connection.reopen();
    });
  }

  #frame(frame: VisitorFrame): void {
    const { thread } = this.#state;
    if (frame.event === "person") this.#set({ person: frame.data });
    if (thread === null) return;
    switch (frame.event) {
      case "hello":
        this.#set({ person: frame.data.person });
        return;
      case "entry":
        this.#activeAt = this.#effects.now();
        if (orderOf(thread, frame.data) === "later") this.#connection.reopen();
        else this.#setThread(applyEntries(thread, [frame.data]));
        return;
      case "delta":
        this.#set({ thread: applyDelta(thread, frame.data) });
        return;
      case "progress":
        this.#set({ thread: applyProgress(thread, frame.data) });
        return;
      case "typing":
        this.#setTypingOf(frame.data.typing ? frame.data.name : null);
        return;
      case "person":
      case "bye":
        return;
      default:
        frame satisfies never;
    }
  }

  #setTypingOf(name: string | null): void {
    if (name !== null) this.#timer("typing", TYPING_EXPIRY_MS, () => this.#set({ typing: null }));
    else this.#cancel("typing");
    if (name !== this.#state.typing) this.#set({ typing: name });
  }

  /** Puts another state of the thread, or another thread, on screen. */
  #setThread(next: ThreadState | null): void {
    const { thread, pendingRatings } = this.#state;
    if (next !== null) this.#outbox.settleUpTo(next.conversationId, next.cursor);
    if (next === thread) return;
    if (next?.conversationId !== thread?.conversationId) {
      this.#connection.close();
      this.#readUpTo = next === null ? 0 : this.#loadMark(next.conversationId);
      this.#set({
        earlier: thread ?? this.#state.earlier,
        thread: next,
        newFrom: null,
        typing: null,
        pendingRatings: new Map(),
      });
    } else {
      const newest = next?.items.at(-1);
      if (newest?.kind === "member_message" && newest !== thread?.items.at(-1)) this.#setTypingOf(null);
      this.#set({
        thread: next,
        ...(pendingRatings.size === 0 ? {} : { pendingRatings: unconfirmed(next, pendingRatings) }),
      });
    }
    this.#countUnread();
    this.#outboxChanged();
  }

  #connectionChanged(connection: ConnectionState): void {
    this.#set({ connection, ...(connection.kind === "reconnecting" ? {} : { reconnecting: false }) });
    // Without a conversation there is nothing that a visitor could miss.
    if (connection.kind === "reconnecting" && this.#state.thread !== null) {
      this.#timer("grace", RECONNECT_GRACE_MS, () => this.#set({ reconnecting: true }));
    } else {
      this.#cancel("grace");
    }
    if (connection.kind === "open") {
      this.#outbox.hurry();
      void this.#flush();
    }
  }

  /** This visitor may not follow the conversation any more: a lost session or an erased conversation. */
  #refused(error: ApiError | null): void {
    if (this.#state.thread === null) return;
    if (error === null || error.status === 401) this.#session.forget();
    this.#setThread(null);
    if (this.#session.token !== null) void this.#load();
  }

  get #shown(): boolean {
    return this.#panelVisible && this.#tabVisible;
  }

  #shownChanged(): void {
    if (this.#shown) {
      const first = unreadAfter(this.#state.thread, this.#mark)[0];
      this.#set({ newFrom: first ?? null });
    }
    this.#countUnread();
    this.#followPolicy();
  }

  /** A widget that nobody sees and in which nothing is going on needs no connection. */
  #followPolicy(): void {
    const { thread, online, phase } = this.#state;
    this.#cancel("linger");
    if (!online || thread === null) {
      const wanted = online && this.#shown && phase === "ready";
      if (wanted) this.#connection.open(personSource(this.#api, this.#state.config.agent_id));
      else this.#connection.close();
      return;
    }
    const { kind } = thread.owner;
    const live = thread.turn !== null || kind === "queue" || kind === "member" || this.#outbox.first !== null;
    const lingerMs = this.#activeAt + LINGER_MS - this.#effects.now();
    const cursor = () => this.#state.thread?.cursor ?? 0;
    const source = threadSource(this.#api, thread.conversationId, cursor);
    if (this.#shown || live || lingerMs > 0) this.#connection.open(source);
    else this.#connection.close();
    if (!this.#shown && !live && lingerMs > 0) this.#timer("linger", lingerMs, () => this.#followPolicy());
  }

  get #mark(): number {
    return Math.max(this.#readUpTo, this.#state.thread?.seenByVisitor ?? 0);
  }

  #countUnread(): void {
    const { thread } = this.#state;
    const unread = unreadAfter(thread, this.#mark);
    const last = unread.at(-1);
    if (this.#shown && thread !== null && last !== undefined) {
      this.#readUpTo = last;
      this.#effects.storage.set(`${this.#prefix}:read`, `${thread.conversationId} ${last}`);
      if (thread.owner.kind === "member" || thread.owner.kind === "queue") {
        this.#timer("seen", 400, () => {
          this.#api.seen(thread.conversationId, this.#readUpTo).catch(() => {});
        });
      }
      unread.length = 0;
    }
    if (unread.length !== this.#state.unread) this.#set({ unread: unread.length });
  }

  #loadMark(conversationId: string): number {
    const [id, mark] = (this.#effects.storage.get(`${this.#prefix}:read`) ?? "").split(" ");
    return id === conversationId ? Number(mark) || 0 : 0;
  }

  #timer(name: string, ms: number, due: () => void): void {
    this.#cancel(name);
    this.#timers.set(
      name,
      this.#effects.after(ms, () => {
        this.#timers.delete(name);
        due();
      }),
    );
  }

  #cancel(name: string): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }

  #set(change: Partial<ChatState>): void {
    const changed = (Object.keys(change) as (keyof ChatState)[]).some(
      (key) => change[key] !== this.#state[key],
    );
    if (!changed) return;
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function unconfirmed(
  thread: ThreadState | null,
  pending: ReadonlyMap<number, Rating | null>,
): ReadonlyMap<number, Rating | null> {
  const left = new Map(pending);
  for (const item of thread?.items ?? []) {
    if (item.kind === "ai_message" && left.get(item.seq) === item.rating) left.delete(item.seq);
  }
  return left;
}
