import type { DashboardFrame } from "@baton/wire";

/** How the connection to the event stream stands. */
export type StreamStatus = "idle" | "connecting" | "open" | "reconnecting" | "revoked";

/** The part of EventSource that the transport uses. */
export type EventSourceLike = {
  addEventListener(type: string, listener: (event: { data?: string; lastEventId?: string }) => void): void;
  close(): void;
};

/** What the transport needs from the world around it. */
export type StreamOptions = {
  open: (url: string) => EventSourceLike;
  base: string;
  setTimer: (run: () => void, ms: number) => number;
  clearTimer: (timer: number) => void;
  /** A number from 0 to 1, to spread reconnects. */
  random: () => number;
  onFrame: (frame: DashboardFrame) => void;
  onStatus: (status: StreamStatus) => void;
  /** EventSource hides the status of a refused request, so the app asks whether the session still stands. */
  onRefused: () => void;
};

/** A stream that says nothing for this long after connecting is given up. */
const HELLO_MS_MAX = 15_000;
const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 30_000;
/** After so many failures in a row, the session may be the cause. */
const FAILURES_BEFORE_ASKING = 2;

const FRAME_NAMES = [
  "hello",
  "change",
  "delta",
  "progress",
  "typing",
  "presence",
  "source",
  "agent",
  "reset",
  "bye",
] as const satisfies readonly DashboardFrame["event"][];

/**
 * Keeps one connection to `/stream` and resumes it at its cursor.
 *
 * It reconnects by itself instead of leaving that to EventSource, so that the cursor travels in the address, the waiting
 * time has jitter, and `bye` means what the contract says.
 */
export class StreamTransport {
  private source: EventSourceLike | null = null;
  private timer: number | null = null;
  private failures = 0;
  private after = 0;

  constructor(private readonly options: StreamOptions) {}

  /** The last feed number that was received. */
  get cursor(): number {
    return this.after;
  }

  /** Connects, or connects again, so that everything after feed number `after` arrives. */
  connect(after: number): void {
    this.stop();
    this.after = after;
    this.failures = 0;
    this.options.onStatus("connecting");
    this.openSource();
  }

  /** Connects again at once, such as after the machine slept. */
  reconnect(): void {
    this.stop();
    this.options.onStatus("reconnecting");
    this.openSource();
  }

  close(): void {
    this.stop();
    this.options.onStatus("idle");
  }

  private stop(): void {
    if (this.timer !== null) this.options.clearTimer(this.timer);
    this.timer = null;
    this.source?.close();
    this.source = null;
  }

  private openSource(): void {
    const source = this.options.open(`${this.options.base}/stream?after=${this.after}`);
    this.source = source;
    this.timer = this.options.setTimer(() => this.retry(source), HELLO_MS_MAX);
    for (const name of FRAME_NAMES) {
      source.addEventListener(name, (event) => {
        if (this.source === source) this.receive(name, event.data ?? "{}");
      });
    }
    source.addEventListener("error", () => this.retry(source));
  }

  private receive(name: DashboardFrame["event"], data: string): void {
    const frame = { event: name, data: JSON.parse(data) } as DashboardFrame;
    switch (frame.event) {
      case "hello":
        if (this.timer !== null) this.options.clearTimer(this.timer);
        this.timer = null;
        this.failures = 0;
        this.options.onStatus("open");
        break;
      case "change":
        this.after = Math.max(this.after, frame.data.feed);
        break;
      case "reset":
        // The app loads the snapshot and connects again at its feed number.
        this.stop();
        this.options.onStatus("reconnecting");
        break;
      case "bye":
        this.leave(frame.data.reason === "revoked");
        break;
      case "delta":
      case "progress":
      case "typing":
      case "presence":
      case "source":
      case "agent":
        break;
      default:
        frame satisfies never;
    }
    this.options.onFrame(frame);
  }

  private leave(revoked: boolean): void {
    if (!revoked) {
      this.schedule();
      return;
    }
    this.stop();
    this.options.onStatus("revoked");
    this.options.onRefused();
  }

  private retry(source: EventSourceLike): void {
    if (this.source !== source) return;
    this.failures += 1;
    if (this.failures >= FAILURES_BEFORE_ASKING) this.options.onRefused();
    this.schedule();
  }

  private schedule(): void {
    this.stop();
    this.options.onStatus("reconnecting");
    const ceiling = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** this.failures);
    this.timer = this.options.setTimer(() => this.openSource(), ceiling * (0.5 + this.options.random() / 2));
  }
}
