import { describe, expect, it } from "vitest";
import { type EventSourceLike, type StreamStatus, StreamTransport } from "./stream";

class FakeSource implements EventSourceLike {
  closed = false;
  private readonly listeners = new Map<string, (event: { data?: string }) => void>();
  constructor(readonly url: string) {}
  addEventListener(type: string, listener: (event: { data?: string }) => void): void {
    this.listeners.set(type, listener);
  }
  emit(type: string, data: unknown = {}): void {
    this.listeners.get(type)?.({ data: JSON.stringify(data) });
  }
  close(): void {
    this.closed = true;
  }
}

function start(after: number) {
  const sources: FakeSource[] = [];
  const statuses: StreamStatus[] = [];
  const frames: string[] = [];
  const timers = new Map<number, { run: () => void; ms: number }>();
  let refused = 0;
  let lastTimer = 0;
  const transport = new StreamTransport({
    open: (url) => {
      const source = new FakeSource(url);
      sources.push(source);
      return source;
    },
    base: "/api/v1",
    setTimer: (run, ms) => {
      lastTimer += 1;
      timers.set(lastTimer, { run, ms });
      return lastTimer;
    },
    clearTimer: (timer) => timers.delete(timer),
    random: () => 0,
    onFrame: (frame) => frames.push(frame.event),
    onStatus: (status) => statuses.push(status),
    onRefused: () => {
      refused += 1;
    },
  });
  transport.connect(after);
  const source = () => {
    const last = sources.at(-1);
    if (last === undefined) throw new Error("nothing was opened");
    return last;
  };
  const passTime = () => {
    const due = [...timers];
    timers.clear();
    for (const [, timer] of due) timer.run();
    return due.map(([, timer]) => timer.ms);
  };
  return { transport, sources, statuses, frames, source, passTime, refused: () => refused };
}

const change = (feed: number) => ({ feed, conversation_id: "c", entries: [], summary: {}, before: null });

describe("the stream", () => {
  it("resumes after the last change it received", () => {
    const { sources, source, passTime, statuses } = start(4);
    expect(source().url).toBe("/api/v1/stream?after=4");
    source().emit("hello", { stream_id: "s", feed: 6 });
    source().emit("change", change(5));
    source().emit("change", change(6));
    source().emit("error");
    expect(sources[0]?.closed).toBe(true);
    passTime();
    expect(source().url).toBe("/api/v1/stream?after=6");
    expect(statuses).toEqual(["connecting", "open", "reconnecting"]);
  });

  it("waits longer after each failure, and starts over once it is open", () => {
    const { source, passTime } = start(1);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 9; attempt += 1) {
      source().emit("error");
      waits.push(...passTime());
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 15_000]);
    source().emit("hello", { stream_id: "s", feed: 1 });
    source().emit("error");
    expect(passTime()).toEqual([500]);
  });

  it("gives up a connection that says nothing", () => {
    const { sources, passTime } = start(1);
    expect(passTime()).toEqual([15_000]);
    passTime();
    expect(sources).toHaveLength(2);
  });

  it("asks whether the session stands after repeated refusals", () => {
    const { source, passTime, refused } = start(1);
    source().emit("error");
    expect(refused()).toBe(0);
    passTime();
    source().emit("error");
    expect(refused()).toBe(1);
  });

  it("comes back after bye, unless it was revoked", () => {
    const gone = start(1);
    gone.source().emit("hello", { stream_id: "s", feed: 1 });
    gone.source().emit("bye", { reason: "shutdown" });
    gone.passTime();
    expect(gone.sources).toHaveLength(2);

    const revoked = start(1);
    revoked.source().emit("hello", { stream_id: "s", feed: 1 });
    revoked.source().emit("bye", { reason: "revoked" });
    expect(revoked.passTime()).toEqual([]);
    expect(revoked.sources).toHaveLength(1);
    expect(revoked.statuses.at(-1)).toBe("revoked");
    expect(revoked.refused()).toBe(1);
  });

  it("stops at reset until the app has loaded the snapshot again", () => {
    const { transport, sources, source, passTime, frames } = start(1);
    source().emit("hello", { stream_id: "s", feed: 900 });
    source().emit("reset");
    expect(frames).toEqual(["hello", "reset"]);
    expect(sources[0]?.closed).toBe(true);
    passTime();
    expect(sources).toHaveLength(1);
    transport.connect(900);
    expect(source().url).toBe("/api/v1/stream?after=900");
  });

  it("hears nothing from a connection that was given up", () => {
    const { transport, sources, frames } = start(1);
    transport.connect(2);
    sources[0]?.emit("change", change(2));
    expect(frames).toEqual([]);
    expect(transport.cursor).toBe(2);
  });
});
