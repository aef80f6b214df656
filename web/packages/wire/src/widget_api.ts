import { NetworkError, readError } from "./errors";
import type {
  Page,
  PersonState,
  PolledEvents,
  PostActionRequest,
  Posted,
  PostMessageRequest,
  Rating,
  ThreadResponse,
  VisitorSession,
  WidgetConfig,
} from "./types";

/** The part of `fetch` that the client uses, so that tests can stand in for it. */
export type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

export type WidgetApiOptions = {
  fetch: Fetch;
  /** Origin of the Baton server; empty for the page's own origin. */
  origin: string;
  /** The visitor's token at the time of a call, null before the first interaction. */
  token: () => string | null;
};

/** How long a long poll may wait on the server. Seconds. */
export const POLL_WAIT_SECONDS = 25;

/** Typed calls of the widget API. Each rejects with `ApiError` or `NetworkError` and nothing else. */
export class WidgetApi {
  readonly #options: WidgetApiOptions;

  constructor(options: WidgetApiOptions) {
    this.#options = options;
  }

  config(agentId: string, signal?: AbortSignal): Promise<WidgetConfig> {
    return this.#json("GET", `/agents/${encodeURIComponent(agentId)}/config`, undefined, signal);
  }

  openSession(agentId: string, ticket: string, signal?: AbortSignal): Promise<VisitorSession> {
    return this.#json("POST", `/agents/${encodeURIComponent(agentId)}/sessions`, { ticket }, signal);
  }

  thread(agentId: string, signal?: AbortSignal): Promise<ThreadResponse> {
    return this.#json("GET", `/thread?agent_id=${encodeURIComponent(agentId)}`, undefined, signal);
  }

  postMessage(request: PostMessageRequest, signal?: AbortSignal): Promise<Posted> {
    return this.#json("POST", "/messages", request, signal);
  }

  runAction(actionId: string, request: PostActionRequest, signal?: AbortSignal): Promise<Posted> {
    return this.#json("POST", `/actions/${encodeURIComponent(actionId)}`, request, signal);
  }

  typing(conversationId: string, typing: boolean): Promise<void> {
    return this.#nothing(conversationPath(conversationId, "typing"), { typing });
  }

  seen(conversationId: string, upTo: number): Promise<void> {
    return this.#nothing(conversationPath(conversationId, "seen"), { up_to: upTo });
  }

  pageVisited(conversationId: string, page: Page): Promise<void> {
    return this.#nothing(conversationPath(conversationId, "pages"), { page });
  }

  rate(
    conversationId: string,
    messageSeq: number,
    rating: Rating | null,
    comment: string | null,
  ): Promise<void> {
    return this.#nothing(conversationPath(conversationId, "ratings"), {
      message_seq: messageSeq,
      rating,
      ...(comment === null ? {} : { comment }),
    });
  }

  /** Opens the event stream after `after`; the body is the stream itself. */
  stream(conversationId: string, after: number, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    return this.#stream(`${conversationPath(conversationId, "events")}?after=${after}`, signal);
  }

  /** Opens the stream of whether a person can be had, for a visitor without a conversation. */
  personStream(agentId: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    return this.#stream(personPath(agentId), signal);
  }

  /** Waits on the server until that changes, or the wait is over. */
  personPoll(agentId: string, waitSeconds: number, signal: AbortSignal): Promise<PersonState> {
    return this.#json("GET", `${personPath(agentId)}?wait=${waitSeconds}`, undefined, signal);
  }

  async #stream(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const response = await this.#call("GET", path, undefined, signal, "text/event-stream");
    const kind = response.headers.get("content-type") ?? "";
    if (response.body === null || !kind.startsWith("text/event-stream")) {
      throw new NetworkError(new Error(`expected an event stream, got ${kind || "nothing"}`));
    }
    return response.body;
  }

  /** Waits on the server until something follows `after`, or the wait is over. */
  poll(
    conversationId: string,
    after: number,
    waitSeconds: number,
    signal: AbortSignal,
  ): Promise<PolledEvents> {
    const path = `${conversationPath(conversationId, "events")}?after=${after}&wait=${waitSeconds}`;
    return this.#json("GET", path, undefined, signal);
  }

  async #json<T>(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    const response = await this.#call(method, path, body, signal, "application/json");
    try {
      return (await response.json()) as T;
    } catch (error) {
      throw new NetworkError(error);
    }
  }

  async #nothing(path: string, body: unknown): Promise<void> {
    await this.#call("POST", path, body, undefined, "application/json");
  }

  async #call(
    method: string,
    path: string,
    body: unknown,
    signal: AbortSignal | undefined,
    accept: string,
  ): Promise<Response> {
    const token = this.#options.token();
    const headers: Record<string, string> = { accept };
    if (token !== null) headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    let response: Response;
    try {
      response = await this.#options.fetch(`${this.#options.origin}/api/widget/v1${path}`, {
        method,
        headers,
        credentials: "omit",
        cache: "no-store",
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      throw new NetworkError(error);
    }
    if (!response.ok) throw await readError(response);
    return response;
  }
}

function personPath(agentId: string): string {
  return `/agents/${encodeURIComponent(agentId)}/person`;
}

function conversationPath(conversationId: string, what: string): string {
  return `/conversations/${encodeURIComponent(conversationId)}/${what}`;
}
