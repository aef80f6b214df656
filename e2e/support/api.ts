import { type APIRequestContext, expect, request } from "@playwright/test";
import type { Agent, AgentSettings, ConversationDetail, Inbox, InboxView, LogEntry, Source } from "./wire";

/** What every request of the dashboard that changes something says about itself. */
export const DASHBOARD = { "x-baton-client": "dashboard" };

/** The dashboard's API, for setting the scene and for reading what was really stored. */
export class Api {
  readonly #context: APIRequestContext;

  private constructor(context: APIRequestContext) {
    this.#context = context;
  }

  static async signIn(url: string, email: string, password: string): Promise<Api> {
    const context = await request.newContext({ baseURL: `${url}/api/v1/`, extraHTTPHeaders: DASHBOARD });
    const api = new Api(context);
    await api.#call("POST", "sign-in", { email, password });
    return api;
  }

  dispose(): Promise<void> {
    return this.#context.dispose();
  }

  async agent(id: string): Promise<Agent> {
    return (await this.#call("GET", `agents/${id}`)) as Agent;
  }

  async change(id: string, settings: Partial<AgentSettings>): Promise<void> {
    await this.#call("PATCH", `agents/${id}`, settings);
  }

  async addText(id: string, title: string, text: string): Promise<Source> {
    return (await this.#call("POST", `agents/${id}/sources/text`, { title, text })) as Source;
  }

  async untilTrained(id: string): Promise<void> {
    await expect
      .poll(async () => (await this.agent(id)).knowledge.state, { timeout: 20_000, intervals: [100] })
      .toBe("ready");
  }

  async inbox(view: InboxView): Promise<Inbox> {
    return (await this.#call("GET", `inbox?view=${view}`)) as Inbox;
  }

  /** Everything in the one conversation of a view. */
  async only(view: InboxView): Promise<ConversationDetail> {
    const { conversations } = await this.inbox(view);
    expect(conversations, `conversations in ${view}`).toHaveLength(1);
    return (await this.#call("GET", `conversations/${conversations[0]?.id}`)) as ConversationDetail;
  }

  async #call(method: "GET" | "POST" | "PATCH", path: string, body?: unknown): Promise<unknown> {
    const answer = await this.#context.fetch(path, { method, ...(body === undefined ? {} : { data: body }) });
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
    return answer.status() === 204 ? null : await answer.json();
  }
}

/** The entries of one type, in order. */
export function ofType<T extends LogEntry["type"]>(
  entries: readonly LogEntry[],
  type: T,
): Extract<LogEntry, { type: T }>[] {
  return entries.filter((entry): entry is Extract<LogEntry, { type: T }> => entry.type === type);
}
