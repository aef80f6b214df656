import type { DashboardFrame } from "@baton/wire";
import { describe, expect, it } from "vitest";
import type { StreamStatus } from "../wire/stream";
import { type HubOptions, StreamHub, type TabChannel, type TabMessage } from "./stream-hub";

/** Tabs of one browser without a browser: messages arrive at once, one tab holds the lock, time stands until moved. */
class Browser {
  now = 0;
  private readonly listeners = new Map<symbol, (message: TabMessage) => void>();
  private readonly queue: { tab: symbol; lead: () => void }[] = [];
  private leader: symbol | null = null;

  channel(tab: symbol): TabChannel {
    return {
      post: (message) => {
        for (const [other, listener] of this.listeners) if (other !== tab) listener(message);
      },
      listen: (on) => this.listeners.set(tab, on),
      close: () => this.listeners.delete(tab),
    };
  }

  elect(tab: symbol, lead: () => void): void {
    this.queue.push({ tab, lead });
    this.next();
  }

  /** The tab is gone: its lock is free and nobody hears it. */
  remove(tab: symbol): void {
    this.listeners.delete(tab);
    const at = this.queue.findIndex((one) => one.tab === tab);
    if (at !== -1) this.queue.splice(at, 1);
    if (this.leader === tab) this.leader = null;
    this.next();
  }

  private next(): void {
    const first = this.queue[0];
    if (this.leader !== null || first === undefined) return;
    this.queue.shift();
    this.leader = first.tab;
    first.lead();
  }
}

function openTab(browser: Browser, feed: number | null, together = true) {
  const id = Symbol("tab");
  const seen = {
    frames: [] as string[],
    connected: [] as number[],
    viewing: [] as (string | null)[],
    marked: [] as string[],
  };
  const calls: string[] = [];
  let tick = () => {};
  let emit: { frame: (frame: DashboardFrame) => void; status: (status: StreamStatus) => void } | null = null;
  let cursor = 0;
  const options: HubOptions = {
    transport: (on) => {
      emit = on;
      return {
        get cursor() {
          return cursor;
        },
        connect: (after) => {
          cursor = after;
          calls.push(`connect ${after}`);
          on.status("open");
        },
        reconnect: () => calls.push("reconnect"),
        close: () => {
          calls.push("close");
          on.status("idle");
        },
      };
    },
    tabs: together
      ? {
          channel: browser.channel(id),
          election: { run: (lead) => browser.elect(id, lead), release: () => browser.remove(id) },
        }
      : null,
    now: () => browser.now,
    setRepeating: (run) => {
      tick = run;
      return 1;
    },
    clearRepeating: () => {
      tick = () => {};
    },
    setViewing: (_stream, conversation) => seen.viewing.push(conversation),
    onFrame: (frame) => seen.frames.push(frame.event),
    onStatus: () => {},
    onConnected: (after) => seen.connected.push(after),
    onMarked: (conversation) => seen.marked.push(conversation),
    onSignedOut: () => calls.push("signed out"),
  };
  const hub = new StreamHub(options);
  hub.join();
  if (feed !== null) hub.resume(feed);
  return { id, hub, calls, seen, tick: () => tick(), emit: (frame: DashboardFrame) => emit?.frame(frame) };
}

const hello: DashboardFrame = { event: "hello", data: { stream_id: "s1", feed: 9 } };
const presence: DashboardFrame = { event: "presence", data: { members: [] } };

describe("one stream per browser", () => {
  it("has one tab read and repeat every frame to the others", () => {
    const browser = new Browser();
    const first = openTab(browser, 5);
    const second = openTab(browser, 5);
    expect(first.calls).toEqual(["connect 5"]);
    expect(second.calls).toEqual([]);
    first.emit(presence);
    expect(first.seen.frames).toEqual(["presence"]);
    expect(second.seen.frames).toEqual(["presence"]);
  });

  it("connects only once the tab that leads has a snapshot", () => {
    const browser = new Browser();
    const tab = openTab(browser, null);
    expect(tab.calls).toEqual([]);
    tab.hub.resume(3);
    expect(tab.calls).toEqual(["connect 3"]);
    tab.hub.resume(3);
    expect(tab.calls).toEqual(["connect 3"]);
    tab.hub.resume(7);
    expect(tab.calls).toEqual(["connect 3", "connect 7"]);
  });

  it("hands over to another tab, which says where it goes on", () => {
    const browser = new Browser();
    const first = openTab(browser, 5);
    const second = openTab(browser, 5);
    const third = openTab(browser, 5);
    second.hub.reached(8);
    first.hub.leave(false);
    browser.remove(first.id);
    expect(second.calls).toEqual(["connect 8"]);
    expect(third.seen.connected).toEqual([8]);
  });

  it("reads a stream of its own when the leader falls silent, until it is back", () => {
    const browser = new Browser();
    const first = openTab(browser, 5);
    const second = openTab(browser, 5);
    for (const now of [30_000, 60_000, 89_000]) {
      browser.now = now;
      second.tick();
    }
    expect(second.calls).toEqual([]);
    browser.now = 95_000;
    second.tick();
    expect(second.calls).toEqual(["connect 5"]);
    first.emit(presence);
    expect(second.calls).toEqual(["connect 5", "close"]);
  });

  it("connects anew after the machine slept", () => {
    const browser = new Browser();
    const tab = openTab(browser, 5);
    browser.now = 3_600_000;
    tab.tick();
    expect(tab.calls).toEqual(["connect 5", "reconnect"]);
  });

  it("looks at what the tab used last looks at", () => {
    const browser = new Browser();
    const first = openTab(browser, 5);
    const second = openTab(browser, 5);
    first.hub.look("a");
    expect(first.seen.viewing).toEqual([]);
    first.emit(hello);
    expect(first.seen.viewing).toEqual(["a"]);
    second.hub.look("b");
    expect(first.seen.viewing).toEqual(["a", "b"]);
    second.hub.look("b");
    expect(first.seen.viewing).toEqual(["a", "b"]);
    first.hub.look("c");
    second.hub.look("c");
    expect(first.seen.viewing, "a tab that comes to it later lacks the words so far").toEqual([
      "a",
      "b",
      "c",
      "c",
    ]);
  });

  it("shares read marks and signing out", () => {
    const browser = new Browser();
    const first = openTab(browser, 5);
    const second = openTab(browser, 5);
    second.hub.mark("a", 4);
    expect(first.seen.marked).toEqual(["a"]);
    second.hub.leave(true);
    expect(first.calls).toContain("signed out");
  });

  it("works without the others where the browser cannot bring tabs together", () => {
    const tab = openTab(new Browser(), 5, false);
    expect(tab.calls).toEqual(["connect 5"]);
  });
});
