import type { FeedItem } from "@baton/wire";
import { describe, expect, it } from "vitest";
import { ApiError, OfflineError } from "../wire/http";
import { type InboxApi, InboxClient, type InboxHub } from "./inbox-client";
import { DANA, events, ME, ModelServer } from "./testing/log";

class MemoryStore {
  private readonly values = new Map<string, string>();
  getItem = (key: string): string | null => this.values.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.values.set(key, value);
  removeItem = (key: string): void => void this.values.delete(key);
}

/** Lets every promise that can settle do so. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

function open(server: ModelServer, over: Partial<InboxApi> = {}, storage = new MemoryStore()) {
  const requests: string[] = [];
  const resumed: number[] = [];
  const changed: FeedItem[] = [];
  const seen: string[] = [];
  const hub: InboxHub = {
    join: () => {},
    resume: (feed) => resumed.push(feed),
    reached: () => {},
    look: () => {},
    mark: (id, upTo) => seen.push(`${id} ${upTo}`),
  };
  const refuse = () => Promise.reject(new ApiError(500, "unexpected", "not in this test", {}));
  const api: InboxApi = {
    inbox: async ({ view, agent_id }) => {
      requests.push(`inbox ${view}`);
      return server.inbox(view, { agent: agent_id });
    },
    conversation: async (id) => {
      requests.push(`conversation ${id}`);
      return server.detail(id);
    },
    takeOver: refuse,
    sendMessage: refuse,
    assign: refuse,
    returnToQueue: refuse,
    returnToAi: refuse,
    close: refuse,
    reopen: refuse,
    setTyping: async () => {},
    markSeen: async () => {},
    ...over,
  };
  let ids = 0;
  const client = new InboxClient({
    me: ME,
    api,
    storage,
    now: () => 1_000,
    newId: () => {
      ids += 1;
      return `id-${ids}`;
    },
    setTimer: () => 0,
    onChanged: (item) => changed.push(item),
    onOther: () => {},
  });
  client.start(hub);
  return { client, requests, resumed, changed, seen };
}

function serverWith(id: string): ModelServer {
  const server = new ModelServer();
  server.commit(id, [events.started(), events.said("hi")], 1);
  return server;
}

describe("loading", () => {
  it("starts the stream where the first snapshot ends", async () => {
    const server = serverWith("a");
    const { client, resumed } = open(server);
    client.openView("waiting");
    client.openView("live");
    await settled();
    expect(resumed).toEqual([1]);
    expect(client.snapshot().lists.live).toMatchObject({ ids: ["a"] });
  });

  it("loads every open list and the conversation again after a gap, and resumes there", async () => {
    const server = serverWith("a");
    const { client, requests, resumed } = open(server);
    client.openView("live");
    client.open("a");
    await settled();
    requests.length = 0;
    server.commit("a", [events.said("lost")], 2);
    client.receive({ event: "change", data: server.commit("a", [events.said("seen")], 3) });
    await settled();
    expect(requests.sort()).toEqual(["conversation a", "inbox live"]);
    expect(resumed).toEqual([1, 3]);
    const opened = client.snapshot().opened.a;
    expect(opened?.status === "ready" ? opened.thread.seq : null).toBe(4);
  });

  it("does the same when the server resets the stream", async () => {
    const server = serverWith("a");
    const { client, requests } = open(server);
    client.openView("live");
    await settled();
    requests.length = 0;
    client.receive({ event: "reset", data: {} });
    await settled();
    expect(requests).toEqual(["inbox live"]);
    expect(client.snapshot().behind).toBe(false);
  });

  it("loads what failed once the stream is back, but not what does not exist", async () => {
    const server = serverWith("a");
    let away = true;
    const asked: string[] = [];
    const hello = { event: "hello", data: { stream_id: "s", feed: 1 } } as const;
    const { client } = open(server, {
      inbox: async ({ view }) => {
        if (away) throw new OfflineError();
        return server.inbox(view);
      },
      conversation: async (id) => {
        asked.push(id);
        if (id === "gone") throw new ApiError(404, "not_found", "", {});
        if (away) throw new OfflineError();
        return server.detail(id);
      },
    });
    client.openView("live");
    client.open("gone");
    client.open("a");
    await settled();
    expect(client.snapshot().opened.a?.status).toBe("failed");
    away = false;
    client.receive(hello);
    await settled();
    expect(client.snapshot().opened.a?.status).toBe("ready");
    expect(client.snapshot().lists.live).toMatchObject({ ids: ["a"] });
    expect(asked).toEqual(["gone", "a", "a"]);
  });

  it("loads again what failed after the stream was back already", async () => {
    const server = serverWith("a");
    const fails: (() => void)[] = [];
    const { client } = open(server, {
      conversation: (id) =>
        fails.length === 0
          ? new Promise((_done, failed) => fails.push(() => failed(new OfflineError())))
          : Promise.resolve(server.detail(id)),
    });
    client.open("a");
    client.receive({ event: "hello", data: { stream_id: "s", feed: 1 } });
    fails[0]?.();
    await settled();
    expect(client.snapshot().opened.a?.status).toBe("ready");
  });

  it("says in words when a list cannot be loaded", async () => {
    const { client } = open(new ModelServer(), { inbox: () => Promise.reject(new OfflineError()) });
    client.openView("mine");
    await settled();
    expect(client.snapshot().lists.mine).toMatchObject({ status: "failed", failure: { code: "offline" } });
  });
});

describe("commands", () => {
  const taken = new ApiError(409, "already_taken", "Dana has it.", {
    member_id: DANA,
    member_name: "Dana",
    since: 990,
  });

  it("tell who was faster", async () => {
    const { client } = open(serverWith("a"), { takeOver: () => Promise.reject(taken) });
    expect(await client.run("a", { type: "take_over" })).toEqual({
      kind: "taken",
      by: { member_id: DANA, member_name: "Dana", since: 990 },
    });
  });

  it("move the conversation at once, before the stream does", async () => {
    const server = serverWith("a");
    const { client } = open(server, {
      takeOver: async () => ({ summary: server.commit("a", [events.taken(ME)], 5).summary }),
    });
    client.openView("live");
    await settled();
    client.openView("mine");
    await settled();
    await client.run("a", { type: "take_over" });
    expect(client.snapshot().lists.live).toMatchObject({ ids: [] });
    expect(client.snapshot().lists.mine).toMatchObject({ ids: ["a"] });
  });
});

describe("sending", () => {
  it("keeps a message that failed, over a reload too, and sends it once with the same id", async () => {
    const server = serverWith("a");
    const storage = new MemoryStore();
    const first = open(server, { sendMessage: () => Promise.reject(new OfflineError()) }, storage);
    await first.client.send("a", "Hello");
    expect(first.client.snapshot().pending).toMatchObject([
      { client_id: "id-1", text: "Hello", status: "failed" },
    ]);

    const sent: string[] = [];
    const second = open(
      server,
      {
        sendMessage: async (id, clientId) => {
          sent.push(clientId);
          const item = server.commit(id, [events.taken(ME), events.wrote(ME, clientId)], 9);
          return { entries: item.entries, summary: item.summary };
        },
      },
      storage,
    );
    expect(second.client.snapshot().pending).toMatchObject([{ client_id: "id-1", status: "failed" }]);
    await second.client.retry("id-1");
    expect(sent).toEqual(["id-1"]);
    expect(second.client.snapshot().pending).toEqual([]);
    expect(open(server, {}, storage).client.snapshot().pending).toEqual([]);
  });

  it("gives the text back when a colleague was faster", async () => {
    const refusal = new ApiError(409, "already_taken", "", {
      member_id: DANA,
      member_name: "Dana",
      since: 1,
    });
    const { client } = open(serverWith("a"), { sendMessage: () => Promise.reject(refusal) });
    expect(await client.send("a", "Hello")).toMatchObject({ kind: "taken", by: { member_name: "Dana" } });
    expect(client.snapshot().pending).toEqual([]);
  });
});

describe("reading", () => {
  it("marks forward only, and tells the other tabs", () => {
    const { client, seen } = open(serverWith("a"));
    client.markSeen("a", 2);
    client.markSeen("a", 2);
    client.markSeen("a", 1);
    client.markSeen("a", 5);
    expect(seen).toEqual(["a 2", "a 5"]);
  });
});

describe("typing", () => {
  it("is told once in a while, and when it ends", () => {
    const told: boolean[] = [];
    const { client } = open(serverWith("a"), {
      setTyping: async (_id, typing) => {
        told.push(typing);
      },
    });
    client.type("a", true);
    client.type("a", true);
    client.type("a", false);
    client.type("a", false);
    expect(told).toEqual([true, false]);
  });
});
