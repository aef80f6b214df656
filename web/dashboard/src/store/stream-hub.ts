import type { DashboardFrame } from "@baton/wire";
import type { StreamStatus } from "../wire/stream";

/** The part of StreamTransport that the hub uses. */
export type HubTransport = {
  readonly cursor: number;
  connect(after: number): void;
  reconnect(): void;
  close(): void;
};

/** What one tab of this browser says to the others. */
export type TabMessage =
  | { kind: "frame"; frame: DashboardFrame }
  | { kind: "connected"; after: number }
  | { kind: "status"; status: StreamStatus }
  | { kind: "beat" }
  | { kind: "hello" }
  | { kind: "viewing"; conversation_id: string | null }
  | { kind: "marked"; conversation_id: string; up_to: number }
  | { kind: "signed_out" };

/** A way to all other tabs of this browser, such as a BroadcastChannel. */
export type TabChannel = {
  post(message: TabMessage): void;
  listen(on: (message: TabMessage) => void): void;
  close(): void;
};

/** Calls `lead` once this tab is the only leader; the tab leads until `release` is called or it goes away. */
export type Election = { run(lead: () => void): void; release(): void };

export type HubOptions = {
  transport: (on: {
    frame: (frame: DashboardFrame) => void;
    status: (status: StreamStatus) => void;
  }) => HubTransport;
  /** Null where the browser has no BroadcastChannel or Web Locks: then each tab has its own stream. */
  tabs: { channel: TabChannel; election: Election } | null;
  now: () => number;
  setRepeating: (run: () => void, ms: number) => number;
  clearRepeating: (timer: number) => void;
  setViewing: (streamId: string, conversationId: string | null) => void;
  onFrame: (frame: DashboardFrame) => void;
  onStatus: (status: StreamStatus) => void;
  /** The stream was opened so that everything after `after` arrives. */
  onConnected: (after: number) => void;
  onMarked: (conversationId: string, upTo: number) => void;
  onSignedOut: () => void;
};

const BEAT_MS = 10_000;
/** Hidden tabs may run timers only once a minute, so that a leader must be missing for longer than that. */
const SILENCE_MS_MAX = 90_000;

/**
 * One event stream for all tabs of a browser.
 *
 * The tab that holds the lock reads the stream and repeats every frame to the others.
 * A tab that hears nothing from a leader for too long reads a stream of its own until one is back.
 */
export class StreamHub {
  private role: "follower" | "leader" | "alone" = "follower";
  private readonly transport: HubTransport;
  private feed: number | null = null;
  private streamId: string | null = null;
  private status: StreamStatus = "idle";
  private viewing: string | null = null;
  private told: { stream_id: string; conversation_id: string | null } | null = null;
  private heardAt: number;
  private tickedAt: number;
  private timer: number | null = null;

  constructor(private readonly options: HubOptions) {
    this.heardAt = options.now();
    this.tickedAt = options.now();
    this.transport = options.transport({
      frame: (frame) => this.receive(frame),
      status: (status) => this.setStatus(status),
    });
  }

  /** Begins to listen; call it before the first snapshot is fetched, so that nothing falls in between. */
  join(): void {
    const { tabs } = this.options;
    this.timer = this.options.setRepeating(() => this.tick(), BEAT_MS);
    if (tabs === null) {
      this.role = "alone";
      return;
    }
    tabs.channel.listen((message) => this.hear(message));
    tabs.channel.post({ kind: "hello" });
    tabs.election.run(() => {
      this.role = "leader";
      if (this.feed !== null) this.connect(this.feed);
    });
  }

  /** Tells the hub that this tab now holds a snapshot as of `feed`. */
  resume(feed: number): void {
    this.feed = feed;
    if (this.role !== "follower" && (this.status !== "open" || this.transport.cursor !== feed))
      this.connect(feed);
  }

  /** Notes how far this tab has applied the feed, for the day it becomes the leader. */
  reached(feed: number): void {
    this.feed = feed;
  }

  /** Says which conversation this browser looks at; with several windows the last one that said so counts. */
  look(conversationId: string | null): void {
    if (this.role === "follower" && conversationId !== this.viewing)
      this.options.tabs?.channel.post({ kind: "viewing", conversation_id: conversationId });
    this.viewing = conversationId;
    this.tellViewing();
  }

  /** Shares with the other tabs how far a conversation was read. */
  mark(conversationId: string, upTo: number): void {
    this.options.tabs?.channel.post({ kind: "marked", conversation_id: conversationId, up_to: upTo });
  }

  /** The network is back, or the machine woke up. */
  wake(): void {
    if (this.role !== "follower" && this.feed !== null) this.transport.reconnect();
  }

  /** Leaves for good. `everywhere` takes the other tabs along, after signing out. */
  leave(everywhere: boolean): void {
    if (this.timer !== null) this.options.clearRepeating(this.timer);
    this.transport.close();
    const { tabs } = this.options;
    if (tabs === null) return;
    if (everywhere) tabs.channel.post({ kind: "signed_out" });
    tabs.election.release();
    tabs.channel.close();
  }

  private connect(after: number): void {
    this.transport.connect(after);
    this.post({ kind: "connected", after });
    this.options.onConnected(after);
  }

  private receive(frame: DashboardFrame): void {
    if (frame.event === "hello") {
      this.streamId = frame.data.stream_id;
      this.tellViewing();
    }
    this.post({ kind: "frame", frame });
    this.options.onFrame(frame);
  }

  private setStatus(status: StreamStatus): void {
    this.status = status;
    if (status !== "open") this.streamId = null;
    this.post({ kind: "status", status });
    this.options.onStatus(status);
  }

  private post(message: TabMessage): void {
    if (this.role === "leader") this.options.tabs?.channel.post(message);
  }

  private tellViewing(): void {
    if (this.streamId === null) return;
    if (this.told?.stream_id === this.streamId && this.told.conversation_id === this.viewing) return;
    this.told = { stream_id: this.streamId, conversation_id: this.viewing };
    this.options.setViewing(this.streamId, this.viewing);
  }

  private hear(message: TabMessage): void {
    switch (message.kind) {
      case "frame":
        if (this.heardLeader()) this.options.onFrame(message.frame);
        return;
      case "connected":
        if (this.heardLeader()) this.options.onConnected(message.after);
        return;
      case "status":
        if (this.heardLeader()) this.options.onStatus(message.status);
        return;
      case "beat":
        this.heardLeader();
        return;
      case "hello":
        this.post({ kind: "status", status: this.status });
        return;
      case "viewing":
        if (this.role !== "leader") return;
        this.viewing = message.conversation_id;
        // Also when it is looked at here already: the other tab lacks the words that were streamed so far.
        this.told = null;
        this.tellViewing();
        return;
      case "marked":
        this.options.onMarked(message.conversation_id, message.up_to);
        return;
      case "signed_out":
        this.options.onSignedOut();
        return;
      default:
        message satisfies never;
    }
  }

  /** Notes a sign of life from the leader; false when this tab is the leader itself. */
  private heardLeader(): boolean {
    if (this.role === "leader") return false;
    this.heardAt = this.options.now();
    if (this.role === "alone") {
      this.role = "follower";
      this.transport.close();
    }
    return true;
  }

  private tick(): void {
    const now = this.options.now();
    const slept = now - this.tickedAt > SILENCE_MS_MAX;
    this.tickedAt = now;
    if (slept) {
      this.heardAt = now;
      this.wake();
      return;
    }
    this.post({ kind: "beat" });
    if (this.role === "follower" && this.feed !== null && now - this.heardAt > SILENCE_MS_MAX) {
      this.role = "alone";
      this.connect(this.feed);
    }
  }
}
