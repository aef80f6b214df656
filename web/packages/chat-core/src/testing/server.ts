import type {
  PersonState,
  PostMessageRequest,
  StreamDelta,
  VisitorEntry,
  VisitorEvent,
  WidgetConfig,
} from "@baton/wire";
import type { ManualTime } from "./world";

export const CONFIG: WidgetConfig = {
  agent_id: "agent-1",
  name: "Acme",
  welcome: "Hello, how can I help?",
  suggestions: ["How do refunds work?"],
  accent_color: "#3b55d9",
  position: "right",
  announcement: "named",
  actions: [{ action_id: "talk", label: "Talk to a human", fields: [] }],
  person: { someone_there: true, offered: true },
  ticket: "ticket-1",
  team_name: "Acme Support",
};

/** What may go wrong with a request. */
export type Trouble =
  /** No network: the request reaches nobody. */
  | { kind: "unreachable" }
  /** The request is carried out, and the answer is lost. */
  | { kind: "answer_lost" }
  | { kind: "status"; status: number; code: string; details?: Record<string, unknown> };

type Conversation = { id: string; log: VisitorEntry[]; streams: Set<Stream> };
type Stream = { write: (text: string) => void; end: () => void; error: () => void };
type Waiter = { conversation: Conversation; after: number; answer: () => void };

/** The widget API in memory, with troubles on order. */
export class FakeServer {
  readonly conversations = new Map<string, Conversation>();
  readonly requests: { method: string; path: string; body: unknown; token: string | null }[] = [];
  /** Client ids in the order in which they were stored. */
  readonly stored: string[] = [];
  person: PersonState = { someone_there: true, offered: true };
  /** Streams of visitors without a conversation. */
  readonly watches = new Set<Stream>();
  tokens = new Set<string>();
  ticket = "ticket-1";
  /** The conversation that a visitor continues; null starts a new one with the next message. */
  current: string | null = null;
  /** Streams answer with headers and never with a byte, as behind a proxy that buffers. */
  holdStreams = false;
  /** Cuts each stream after so many bytes. */
  cutAfter: (() => number) | null = null;
  down = false;
  readonly #time: ManualTime;
  readonly #troubles: { path: RegExp; trouble: Trouble }[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #posted = new Map<string, { conversationId: string; entry: VisitorEntry }>();

  constructor(time: ManualTime) {
    this.#time = time;
  }

  /** The next request to `path` meets this trouble. */
  next(path: RegExp, trouble: Trouble): void {
    this.#troubles.push({ path, trouble });
  }

  openConversation(id: string): Conversation {
    const conversation = { id, log: [], streams: new Set<Stream>() };
    this.conversations.set(id, conversation);
    this.current = id;
    this.append(id, {
      type: "conversation_started",
      page: null,
      trail: [],
      referrer: null,
      locale: null,
      previous_conversation_id: null,
    });
    return conversation;
  }

  append(id: string, ...events: VisitorEvent[]): VisitorEntry[] {
    const conversation = this.#conversation(id);
    const entries = events.map((event) => {
      const entry = { seq: conversation.log.length + 1, at: this.#time.now, ...event } as VisitorEntry;
      conversation.log.push(entry);
      return entry;
    });
    for (const stream of [...conversation.streams])
      for (const entry of entries) stream.write(entryFrame(entry));
    for (const waiter of [...this.#waiters]) if (waiter.conversation === conversation) waiter.answer();
    return entries;
  }

  delta(id: string, delta: StreamDelta): void {
    for (const stream of [...this.#conversation(id).streams]) stream.write(frame("delta", delta));
  }

  send(id: string, event: string, data: unknown): void {
    for (const stream of [...this.#conversation(id).streams]) stream.write(frame(event, data));
  }

  /** A person comes or goes. */
  setPerson(person: PersonState): void {
    this.person = person;
    const all = [...this.conversations.values()].flatMap(({ streams }) => [...streams]);
    for (const stream of [...all, ...this.watches]) stream.write(frame("person", person));
  }

  dropStreams(): void {
    for (const { streams } of this.conversations.values()) {
      for (const stream of [...streams]) stream.error();
    }
  }

  streams(): number {
    return [...this.conversations.values()].reduce((sum, { streams }) => sum + streams.size, 0);
  }

  requestsTo(path: RegExp): number {
    return this.requests.filter((request) => path.test(`${request.method} ${request.path}`)).length;
  }

  readonly fetch = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const path = url.replace(/^.*\/api\/widget\/v1/, "");
    const method = init.method ?? "GET";
    const headers = init.headers as Record<string, string>;
    const token = headers.authorization?.replace("Bearer ", "") ?? null;
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : null;
    this.requests.push({ method, path, body, token });
    const at = this.#troubles.findIndex((trouble) => trouble.path.test(`${method} ${path}`));
    const trouble = at < 0 ? null : (this.#troubles.splice(at, 1)[0]?.trouble ?? null);
    if (this.down || trouble?.kind === "unreachable") throw new TypeError("fetch failed");
    if (trouble?.kind === "status") return refusal(trouble.status, trouble.code, trouble.details);
    const response = await this.#answer(method, path, body, token, headers, init.signal ?? null);
    if (trouble?.kind === "answer_lost") throw new TypeError("fetch failed");
    return response;
  };

  async #answer(
    method: string,
    path: string,
    body: unknown,
    token: string | null,
    headers: Record<string, string>,
    signal: AbortSignal | null,
  ): Promise<Response> {
    if (path.endsWith("/sessions")) {
      if ((body as { ticket: string }).ticket !== this.ticket) return refusal(403, "bad_ticket");
      const fresh = `token-${this.tokens.size + 1}`;
      this.tokens.add(fresh);
      return json(201, { visitor_token: fresh, visitor_id: "visitor-1" });
    }
    if (path.startsWith("/agents/")) return this.#watch(path, headers, signal);
    if (token === null || !this.tokens.has(token)) return refusal(401, "session_unknown");
    if (path.startsWith("/thread")) return json(200, { thread: this.#thread() });
    if (path === "/messages" || path.startsWith("/actions/")) {
      return this.#post(path, body as PostMessageRequest & { fields: Record<string, string> });
    }
    const events = /^\/conversations\/([^/]+)\/events\?after=(\d+)(?:&wait=(\d+))?$/.exec(path);
    if (events !== null) {
      const conversation = this.conversations.get(events[1] ?? "");
      if (conversation === undefined) return refusal(404, "unknown_conversation");
      const after = Number(events[2]);
      return headers.accept === "text/event-stream"
        ? this.#stream(conversation, after, signal)
        : this.#poll(conversation, after, Number(events[3]) * 1000, signal);
    }
    return method === "POST" ? new Response(null, { status: 204 }) : refusal(404, "not_found");
  }

  #conversation(id: string): Conversation {
    const conversation = this.conversations.get(id);
    if (conversation === undefined) throw new Error(`no conversation ${id}`);
    return conversation;
  }

  #thread(): unknown {
    const conversation = this.current === null ? undefined : this.conversations.get(this.current);
    if (conversation === undefined) return null;
    return {
      conversation_id: conversation.id,
      cursor: conversation.log.length,
      epoch: 1,
      entries: conversation.log,
      person: this.person,
      team_typing: null,
    };
  }

  #post(path: string, request: PostMessageRequest & { fields: Record<string, string> }): Response {
    const again = this.#posted.get(request.client_id);
    if (again !== undefined) {
      const cursor = this.#conversation(again.conversationId).log.length;
      return json(200, { conversation_id: again.conversationId, entries: [again.entry], cursor });
    }
    const fresh = this.current === null;
    const id = this.current ?? this.openConversation(`conversation-${this.conversations.size + 1}`).id;
    const before = fresh ? 0 : this.#conversation(id).log.length;
    const event: VisitorEvent = path.startsWith("/actions/")
      ? {
          type: "handoff_requested",
          handoff_id: "h1",
          reason: "action",
          turn_id: null,
          action: { action_id: "talk", label: "Talk to a human", fields: [] },
          someone_there: true,
        }
      : { type: "visitor_message", client_id: request.client_id, text: request.text };
    const [entry] = this.append(id, event);
    if (entry !== undefined) this.#posted.set(request.client_id, { conversationId: id, entry });
    this.stored.push(request.client_id);
    const { log } = this.#conversation(id);
    return json(200, { conversation_id: id, entries: log.slice(before), cursor: log.length });
  }

  #stream(conversation: Conversation, after: number, signal: AbortSignal | null): Response {
    return this.#open(conversation.streams, signal, (stream) => {
      const hello = { cursor: conversation.log.length, epoch: 1, person: this.person };
      stream.write(frame("hello", hello));
      for (const entry of conversation.log.slice(after)) stream.write(entryFrame(entry));
    });
  }

  async #watch(path: string, headers: Record<string, string>, signal: AbortSignal | null): Promise<Response> {
    if (headers.accept === "text/event-stream") {
      return this.#open(this.watches, signal, (stream) => stream.write(frame("person", this.person)));
    }
    const waitMs = Number(/wait=(\d+)/.exec(path)?.[1]) * 1000;
    await new Promise<void>((resolve) => this.#time.after(waitMs, resolve));
    return json(200, this.person);
  }

  #open(streams: Set<Stream>, signal: AbortSignal | null, begin: (stream: Stream) => void): Response {
    const { holdStreams } = this;
    let left = this.cutAfter?.() ?? Number.POSITIVE_INFINITY;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const gone = () => streams.delete(stream);
        const stream: Stream = {
          write: (text) => {
            if (holdStreams || left <= 0) return;
            const bytes = new TextEncoder().encode(text);
            const cut = bytes.slice(0, left);
            left -= cut.length;
            controller.enqueue(cut);
            if (left <= 0) {
              gone();
              controller.close();
            }
          },
          end: () => {
            gone();
            controller.close();
          },
          error: () => {
            gone();
            controller.error(new TypeError("network error"));
          },
        };
        signal?.addEventListener("abort", () => {
          if (gone()) controller.error(new TypeError("aborted"));
        });
        streams.add(stream);
        begin(stream);
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }

  #poll(
    conversation: Conversation,
    after: number,
    waitMs: number,
    signal: AbortSignal | null,
  ): Promise<Response> {
    const answer = () =>
      json(200, {
        entries: conversation.log.slice(after),
        cursor: conversation.log.length,
        person: this.person,
      });
    if (conversation.log.length > after) return Promise.resolve(answer());
    return new Promise((resolve, reject) => {
      const done = () => {
        cancel();
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        conversation,
        after,
        answer: () => {
          done();
          resolve(answer());
        },
      };
      const cancel = this.#time.after(waitMs, waiter.answer);
      signal?.addEventListener("abort", () => {
        done();
        reject(new TypeError("aborted"));
      });
      this.#waiters.add(waiter);
    });
  }
}

function frame(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function entryFrame(entry: VisitorEntry): string {
  return `event: entry\nid: ${entry.seq}\ndata: ${JSON.stringify(entry)}\n\n`;
}

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}

function refusal(status: number, code: string, details: Record<string, unknown> = {}): Response {
  return json(status, { code, message: code, details });
}
