import {
  ApiError,
  type PersonState,
  POLL_WAIT_SECONDS,
  readVisitorFrame,
  SseParser,
  type VisitorEntry,
  type VisitorFrame,
} from "@baton/wire";
import type { Effects } from "./effects";

/** A stream that shows no byte for this long after its opening is held back by something in between. */
export const FIRST_BYTE_MS = 10_000;
/** The server sends a heartbeat every 15 s; a stream that is silent for longer than two of them is dead. */
export const SILENCE_MS = 40_000;
/** So many openings in a row that gave nothing, and long polls take over. */
export const FAILED_OPENS = 2;
/** Long polls that work are given up for another try at streaming after this time. */
export const STREAM_AGAIN_MS = 5 * 60_000;
/** A long poll's answer that is later than this will not come. */
export const POLL_LIMIT_MS = 40_000;
/** Longest pause between attempts. */
export const BACKOFF_MAX_MS = 30_000;
/** A connection that lasted this long was a good one: the next pause is short again. */
const STEADY_MS = 5000;
const POLL_LOOK_SECONDS = 1;
const BACKOFF_MIN_MS = 500;

export type ConnectionState =
  | { kind: "idle" }
  | { kind: "connecting" }
  | { kind: "open"; by: "stream" | "poll" }
  /** Lost, and being looked for since the given time. */
  | { kind: "reconnecting"; since: number };

/** What is followed: each call goes on from what was applied last. */
export type Source = {
  /** Tells one source from another. */
  key: string;
  stream: (signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;
  poll: (
    waitSeconds: number,
    signal: AbortSignal,
  ) => Promise<{ entries: readonly VisitorEntry[]; person: PersonState }>;
};

export type ConnectionOptions = {
  effects: Effects;
  onFrame: (frame: VisitorFrame) => void;
  onState: (state: ConnectionState) => void;
  /** The server will not serve this source to this visitor any more. */
  onRefused: (error: ApiError | null) => void;
};

/** Statuses that another attempt does not change. */
const REFUSALS: ReadonlySet<number> = new Set([401, 403, 404, 410]);

/** How one attempt ended. */
type Ending =
  | { kind: "stopped" }
  | { kind: "refused"; error: ApiError | null }
  | { kind: "polled"; empty: boolean }
  | ({ kind: "lost" } & Loss);

type Loss = {
  /** At least one byte came. */
  heard: boolean;
  /** The server asked for a reconnect. */
  again: boolean;
  /** Nothing came within the time allowed, though nothing refused the connection. */
  held: boolean;
};

/**
 * Follows one source: a stream where the network lets it through, long polls elsewhere.
 *
 * It reconnects, with growing pauses and jitter, until it is closed or refused.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  #state: ConnectionState = { kind: "idle" };
  #mode: "stream" | "poll" = "stream";
  #pollSince = 0;
  /** Something between here and the server keeps streams back; another try at once would not help. */
  #held = false;
  #failedOpens = 0;
  #attempt = 0;
  #lastHeard = 0;
  #run: { source: Source; abort: AbortController } | null = null;
  #skipPause: (() => void) | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Follows the source; the same one again changes nothing. */
  open(source: Source): void {
    if (this.#run?.source.key === source.key) return;
    this.close();
    this.#attempt = 0;
    this.#start(source);
  }

  close(): void {
    this.#run?.abort.abort();
    this.#run = null;
    this.#setState({ kind: "idle" });
  }

  /** Looks at once whether anything was missed: the page is visible again, the network is back. */
  wake(): void {
    if (this.#run === null) return;
    this.#attempt = 0;
    if (!this.#held) this.#useStream();
    if (this.#skipPause !== null) this.#skipPause();
    else if (this.#options.effects.now() - this.#lastHeard > SILENCE_MS / 2) this.reopen();
  }

  /** Drops the connection and opens it anew: an entry is missing. */
  reopen(): void {
    const run = this.#run;
    if (run === null) return;
    run.abort.abort();
    this.#start(run.source);
  }

  #start(source: Source): void {
    const run = { source, abort: new AbortController() };
    this.#run = run;
    this.#lastHeard = this.#options.effects.now();
    if (this.#state.kind === "idle") this.#setState({ kind: "connecting" });
    void this.#follow(source, run.abort.signal);
  }

  async #follow(source: Source, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#mode === "poll" && this.#options.effects.now() - this.#pollSince > STREAM_AGAIN_MS) {
        this.#useStream();
      }
      const startedAt = this.#options.effects.now();
      const ending =
        this.#mode === "stream" ? await this.#stream(source, signal) : await this.#poll(source, signal);
      if (signal.aborted || ending.kind === "stopped") return;
      if (ending.kind === "refused") {
        this.close();
        this.#options.onRefused(ending.error);
        return;
      }
      const tookMs = this.#options.effects.now() - startedAt;
      if (tookMs >= STEADY_MS) this.#attempt = 0;
      if (ending.kind === "polled") {
        this.#attempt = 0;
        if (ending.empty && tookMs < 500) await this.#sleep(1000, signal);
        continue;
      }
      this.#noteLoss(ending);
      await this.#pause(ending, signal);
    }
  }

  #useStream(): void {
    this.#mode = "stream";
    this.#failedOpens = 0;
    this.#held = false;
  }

  #noteLoss(loss: Loss): void {
    const { effects } = this.#options;
    if (this.#state.kind !== "reconnecting") this.#setState({ kind: "reconnecting", since: effects.now() });
    if (this.#mode !== "stream") return;
    this.#failedOpens = loss.heard ? 0 : this.#failedOpens + 1;
    if (loss.held || this.#failedOpens >= FAILED_OPENS) {
      this.#mode = "poll";
      this.#held = loss.held;
      this.#pollSince = effects.now();
    }
  }

  #pause(loss: Loss, signal: AbortSignal): Promise<void> {
    const { effects } = this.#options;
    // A stream that is held back is no outage: the first long poll need not wait.
    if (loss.held) return Promise.resolve();
    const full = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** this.#attempt);
    this.#attempt += 1;
    // A server that goes away asks all its visitors at once: they come back spread over three seconds.
    return this.#sleep(loss.again ? effects.random() * 3000 : full * (0.5 + effects.random() / 2), signal);
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        signal.removeEventListener("abort", done);
        this.#skipPause = null;
        resolve();
      };
      const cancel = this.#options.effects.after(ms, done);
      signal.addEventListener("abort", done);
      this.#skipPause = done;
    });
  }

  /** One stream, from its opening to its end. */
  async #stream(source: Source, outer: AbortSignal): Promise<Ending> {
    const attempt = new Attempt(this.#options.effects, outer);
    let bytesSeen = false;
    try {
      attempt.expectWithin(FIRST_BYTE_MS);
      const body = await source.stream(attempt.signal);
      const reader = body.getReader();
      attempt.onAbort(() => void reader.cancel().catch(() => {}));
      const parser = new SseParser();
      for (;;) {
        const { done, value } = await reader.read();
        if (outer.aborted) return { kind: "stopped" };
        if (done || attempt.signal.aborted) break;
        bytesSeen = true;
        this.#heard("stream");
        attempt.expectWithin(SILENCE_MS);
        for (const raw of parser.push(value)) {
          const frame = readVisitorFrame(raw);
          if (frame === null) continue;
          if (frame.event === "bye") {
            return frame.data.reason === "revoked"
              ? { kind: "refused", error: null }
              : { kind: "lost", heard: true, again: true, held: false };
          }
          this.#options.onFrame(frame);
          if (outer.aborted) return { kind: "stopped" };
        }
      }
      return { kind: "lost", heard: bytesSeen, again: false, held: attempt.expired && !bytesSeen };
    } catch (error) {
      return this.#failed(error, outer, bytesSeen, attempt.expired);
    } finally {
      attempt.end();
    }
  }

  /** One long poll. */
  async #poll(source: Source, outer: AbortSignal): Promise<Ending> {
    const { onFrame } = this.#options;
    const attempt = new Attempt(this.#options.effects, outer);
    try {
      attempt.expectWithin(POLL_LIMIT_MS);
      // The first one only looks whether the way is open; the visitor should not wait half a minute to learn that it is.
      const wait = this.#state.kind === "open" ? POLL_WAIT_SECONDS : POLL_LOOK_SECONDS;
      const polled = await source.poll(wait, attempt.signal);
      if (outer.aborted) return { kind: "stopped" };
      this.#heard("poll");
      for (const entry of polled.entries) onFrame({ event: "entry", data: entry });
      onFrame({ event: "person", data: polled.person });
      return { kind: "polled", empty: polled.entries.length === 0 };
    } catch (error) {
      return this.#failed(error, outer, false, false);
    } finally {
      attempt.end();
    }
  }

  #failed(error: unknown, outer: AbortSignal, heard: boolean, expired: boolean): Ending {
    if (outer.aborted) return { kind: "stopped" };
    if (error instanceof ApiError && REFUSALS.has(error.status)) {
      return { kind: "refused", error };
    }
    return { kind: "lost", heard, again: false, held: expired && !heard };
  }

  #heard(by: "stream" | "poll"): void {
    this.#lastHeard = this.#options.effects.now();
    if (this.#state.kind !== "open" || this.#state.by !== by) this.#setState({ kind: "open", by });
  }

  #setState(state: ConnectionState): void {
    if (this.#state.kind === "idle" && state.kind === "idle") return;
    this.#state = state;
    this.#options.onState(state);
  }
}

/** The abort signal and the deadline of one attempt. */
class Attempt {
  /** The deadline passed. */
  expired = false;
  readonly #effects: Effects;
  readonly #outer: AbortSignal;
  readonly #inner = new AbortController();
  #cancelDeadline: () => void = () => {};
  readonly #outerAborted = () => this.#inner.abort();

  constructor(effects: Effects, outer: AbortSignal) {
    this.#effects = effects;
    this.#outer = outer;
    outer.addEventListener("abort", this.#outerAborted);
  }

  get signal(): AbortSignal {
    return this.#inner.signal;
  }

  expectWithin(ms: number): void {
    this.#cancelDeadline();
    this.#cancelDeadline = this.#effects.after(ms, () => {
      this.expired = true;
      this.#inner.abort();
    });
  }

  onAbort(stop: () => void): void {
    this.#inner.signal.addEventListener("abort", stop, { once: true });
  }

  /** Closes whatever of the attempt is still open. */
  end(): void {
    this.#cancelDeadline();
    this.#outer.removeEventListener("abort", this.#outerAborted);
    this.#inner.abort();
  }
}
