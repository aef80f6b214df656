import { ApiError, type Posted, type WidgetApi, type WidgetConfig } from "@baton/wire";
import type { Effects } from "./effects";
import type { Outbox, OutboxItem, SendFailure } from "./outbox";
import type { SessionKeeper } from "./session";

/** A request without an answer for this long counts as unsent; sending it again stores it once. */
export const SEND_LIMIT_MS = 20_000;
/** Attempts without an answer before the visitor is told. */
export const SEND_ATTEMPTS = 3;
const RETRY_MIN_MS = 1000;

export type SenderOptions = {
  api: WidgetApi;
  effects: Effects;
  outbox: Outbox;
  session: SessionKeeper;
  agentId: string;
  /** Same for all tabs of this visitor and agent. */
  lockName: string;
  online: () => boolean;
  /** The conversation on screen; what is written goes there. */
  conversationId: () => string | null;
  /** The settings with a ticket that the server takes; called again when it refused the last one. */
  config: (fresh: boolean) => Promise<WidgetConfig>;
  onPosted: (posted: Posted) => void;
  /** The server no longer knows the session or the conversation: what is written next starts anew. */
  onGone: () => void;
  /** The outbox or the rate limit changed. */
  onChange: () => void;
};

/** What to do after one attempt. */
type Next = "go_on" | "stop";

/** Sends what is in the outbox, one after the other, once. */
export class Sender {
  readonly #options: SenderOptions;
  #running = false;
  #again = false;
  #cancelTimer: (() => void) | null = null;
  /** The server takes nothing before this time. */
  limitedUntil: number | null = null;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Sends everything that is due. Calls while it runs are joined into one more round. */
  async flush(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    try {
      do {
        this.#again = false;
        const { effects, lockName } = this.#options;
        if (this.#due() !== null) await effects.exclusive(lockName, () => this.#sendAll());
      } while (this.#again);
    } finally {
      this.#running = false;
    }
    this.#schedule();
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #due(): OutboxItem | null {
    const { effects, outbox, online } = this.#options;
    const now = effects.now();
    if (!online() || (this.limitedUntil !== null && this.limitedUntil > now)) return null;
    return outbox.next(now);
  }

  async #sendAll(): Promise<void> {
    const { effects, outbox, onChange } = this.#options;
    // Another tab may have sent or deleted something while this one waited for its turn.
    outbox.load(effects.now());
    onChange();
    for (;;) {
      const item = this.#due();
      if (item === null) return;
      outbox.setStatus(item.clientId, { kind: "sending" });
      onChange();
      const next = await this.#sendOne(item);
      onChange();
      if (next === "stop") return;
    }
  }

  async #sendOne(item: OutboxItem): Promise<Next> {
    const { effects } = this.#options;
    const limit = new AbortController();
    const cancel = effects.after(SEND_LIMIT_MS, () => limit.abort());
    let posted: Posted;
    try {
      await this.#ensureSession(limit.signal);
      posted = await this.#post(item, limit.signal);
    } catch (error) {
      return error instanceof ApiError && error.status < 500
        ? this.#refused(item, error)
        : this.#unanswered(item);
    } finally {
      cancel();
    }
    this.limitedUntil = null;
    this.#options.outbox.confirm(item.clientId, posted.conversation_id, posted.cursor);
    this.#options.onPosted(posted);
    effects.tabs.tell({ type: "outbox" });
    return "go_on";
  }

  #post(item: OutboxItem, signal: AbortSignal): Promise<Posted> {
    const { api, agentId, conversationId } = this.#options;
    const { body, clientId, context } = item;
    const common = {
      agent_id: agentId,
      client_id: clientId,
      conversation_id: conversationId() ?? item.conversationId,
      context,
    };
    switch (body.kind) {
      case "message":
        return api.postMessage({ ...common, text: body.text }, signal);
      case "action": {
        const fields = Object.fromEntries(body.fields.map(({ name, value }) => [name, value]));
        return api.runAction(body.actionId, { ...common, fields }, signal);
      }
      default:
        return body satisfies never;
    }
  }

  async #ensureSession(signal: AbortSignal): Promise<void> {
    const { api, session, agentId, config, effects } = this.#options;
    session.adopt();
    if (session.token !== null) return;
    const open = async (fresh: boolean) =>
      session.keep((await api.openSession(agentId, (await config(fresh)).ticket, signal)).visitor_token);
    try {
      await open(false);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === "bad_ticket")) throw error;
      await open(true);
    }
    effects.tabs.tell({ type: "session" });
  }

  /** The server answered no: mend what can be mended, tell the visitor the rest. */
  #refused(item: OutboxItem, error: ApiError): Next {
    const { effects, outbox, session } = this.#options;
    switch (error.code) {
      case "session_unknown":
        session.forget();
        return this.#startAnew(item);
      case "unknown_conversation":
        return this.#startAnew(item);
      case "too_many_messages": {
        const wait = error.details.retry_after_ms;
        this.limitedUntil = effects.now() + (typeof wait === "number" && wait > 0 ? wait : 10_000);
        outbox.setStatus(item.clientId, { kind: "queued" });
        return "stop";
      }
      case "client_id_reused":
        this.#fail(item, error, false);
        outbox.readdress(item.clientId, { conversationId: item.conversationId, clientId: effects.newId() });
        return "go_on";
      default:
        this.#fail(item, error, false);
        return "go_on";
    }
  }

  /** The same message once more, as the first of a new conversation. */
  #startAnew(item: OutboxItem): Next {
    const { effects, outbox, onGone } = this.#options;
    onGone();
    outbox.readdress(item.clientId, { conversationId: null, clientId: item.clientId });
    return this.#tryAgain(item, effects.now());
  }

  #unanswered(item: OutboxItem): Next {
    const { effects, online } = this.#options;
    if (!online()) return this.#tryAgain(item, effects.now());
    const pause = RETRY_MIN_MS * 3 ** (attemptsOf(item) - 1);
    return this.#tryAgain(item, effects.now() + pause * (0.5 + effects.random()));
  }

  #tryAgain(item: OutboxItem, at: number): Next {
    const attempts = attemptsOf(item);
    if (attempts >= SEND_ATTEMPTS) {
      this.#fail(item, { code: "unanswered", message: "", details: {} }, true);
    } else {
      this.#options.outbox.setStatus(item.clientId, { kind: "waiting", at, attempts });
    }
    return "go_on";
  }

  #fail(item: OutboxItem, { code, message, details }: SendFailure, retryWhenBack: boolean): void {
    const failure = { code, message, details };
    this.#options.outbox.setStatus(item.clientId, { kind: "failed", failure, retryWhenBack });
    this.#options.effects.tabs.tell({ type: "outbox" });
  }

  /** Comes back when the next waiting item or the end of the rate limit is due; that may have become now. */
  #schedule(): void {
    const { effects, outbox, online } = this.#options;
    this.stop();
    const { first } = outbox;
    if (first === null || !online()) return;
    const due = Math.max(this.limitedUntil ?? 0, first.status.kind === "waiting" ? first.status.at : 0);
    this.#cancelTimer = effects.after(Math.max(0, due - effects.now()), () => void this.flush());
  }
}

/** Attempts that were made, this one included. */
function attemptsOf(item: OutboxItem): number {
  return item.status.kind === "waiting" ? item.status.attempts + 1 : 1;
}
