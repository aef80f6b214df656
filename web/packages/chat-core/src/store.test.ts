import type { VisitorEvent } from "@baton/wire";
import { afterEach, describe, expect, it } from "vitest";
import { type ChatStore, LINGER_MS } from "./store";
import { chatting, stopAll, world } from "./testing/chat";
import { randomLog } from "./testing/logs";
import { seeded, settle } from "./testing/world";
import { applyEntries, emptyThread } from "./thread";

afterEach(stopAll);

const texts = (store: ChatStore) =>
  (store.getSnapshot().thread?.items ?? []).flatMap((item) => ("text" in item ? [item.text] : []));
const answer = (turn_id: string, text: string): VisitorEvent => ({
  type: "ai_message",
  turn_id,
  kind: "answer",
  text,
  citations: [],
  confidence: 1,
  offers_person: false,
});
const said = (text: string): VisitorEvent => ({
  type: "member_message",
  member_id: "m1",
  member_name: "Dana",
  client_id: text,
  text,
});
const taken: VisitorEvent = {
  type: "taken_over",
  member_id: "m1",
  member_name: "Dana",
  from: "ai",
  handoff_id: "h",
};

describe("the first message", () => {
  it("asks the server for nothing before it but whether a person is there, and stores nothing", async () => {
    const { browser, server, tab } = world();
    const store = tab();
    await store.start();
    expect(server.requests).toEqual([]);
    store.setPanelVisible(true);
    await settle();
    const asked = { method: "GET", path: "/agents/agent-1/person", body: null, token: null };
    expect(server.requests).toEqual([asked]);
    expect(browser.storage.keys()).toEqual([]);
    expect(store.getSnapshot().phase).toBe("ready");
  });

  it("opens a session, is stored, and the stream goes on from it", async () => {
    const { server, tab } = world();
    const store = tab();
    await store.start();
    expect(store.send("  How do refunds work?  ")).toBe(true);
    await settle();
    const { thread, outbox, connection } = store.getSnapshot();
    expect(thread?.conversationId).toBe("conversation-1");
    expect(texts(store)).toEqual(["How do refunds work?"]);
    expect(outbox).toEqual([]);
    expect(connection).toEqual({ kind: "open", by: "stream" });
    server.append("conversation-1", { type: "turn_opened", turn_id: "t1" });
    server.delta("conversation-1", { turn_id: "t1", epoch: 1, offset: 0, text: "Within" });
    await settle();
    expect(store.getSnapshot().thread?.turn?.text).toBe("Within");
    server.append("conversation-1", answer("t1", "Within five days."));
    await settle();
    expect(texts(store)).toEqual(["How do refunds work?", "Within five days."]);
  });

  it("gets a fresh ticket when the old one is over", async () => {
    const { server, tab } = world();
    server.ticket = "ticket-2";
    const store = tab();
    await store.start();
    store.send("Hi");
    await settle();
    expect(server.stored).toHaveLength(1);
    expect(server.requestsTo(/sessions/)).toBe(2);
  });

  it("does not wait for ever for a page that sends no fresh ticket", async () => {
    const { server, tab, time } = world();
    server.ticket = "ticket-2";
    const store = tab(null, () => new Promise(() => {}));
    await store.start();
    store.send("Hi");
    await time.pass(60_000);
    expect(store.getSnapshot().outbox[0]?.status).toMatchObject({ kind: "failed" });
    expect(server.stored).toEqual([]);
  });

  it("is refused when it is empty or too long", async () => {
    const { tab } = world();
    const store = tab();
    expect(store.send("   ")).toBe(false);
    expect(store.send("🎈".repeat(4001))).toBe(false);
    expect(store.send("🎈".repeat(4000))).toBe(true);
  });
});

describe("sending", () => {
  it("sends what was typed offline once, in order, when the network is back", async () => {
    const { server, store } = await chatting();
    store.setOnline(false);
    store.send("one");
    store.send("two");
    await settle();
    expect(server.stored).toEqual([]);
    expect(store.getSnapshot().outbox.map((item) => item.status.kind)).toEqual(["queued", "queued"]);
    store.setOnline(true);
    await settle();
    expect(texts(store)).toEqual(["one", "two"]);
    expect(store.getSnapshot().outbox).toEqual([]);
  });

  it("stores once what it had to send twice because the answer was lost", async () => {
    const { server, store, time } = await chatting();
    server.next(/POST \/messages/, { kind: "answer_lost" });
    store.send("Hi");
    await time.pass(5000);
    expect(server.requestsTo(/POST \/messages/)).toBe(2);
    expect(server.stored).toHaveLength(1);
    expect(texts(store)).toEqual(["Hi"]);
    expect(store.getSnapshot().outbox).toEqual([]);
  });

  it("fails after three attempts, keeps the text, and tries once more when the network is back", async () => {
    const { server, store, time } = await chatting();
    for (let attempt = 0; attempt < 3; attempt += 1) server.next(/POST \/messages/, { kind: "unreachable" });
    store.send("Hi");
    await time.pass(20_000);
    expect(store.getSnapshot().outbox[0]?.status).toMatchObject({
      kind: "failed",
      failure: { code: "unanswered" },
    });
    expect(server.requestsTo(/POST \/messages/)).toBe(3);
    store.setOnline(false);
    store.setOnline(true);
    await settle();
    expect(texts(store)).toEqual(["Hi"]);
  });

  it("tries again even if an attempt falls due between two looks at the clock", async () => {
    for (let step = 1; step <= 40; step += 1) {
      const { browser, server, tab, time } = world();
      server.next(/POST \/messages/, { kind: "unreachable" });
      const store = tab();
      const clock = browser.clock;
      await store.start();
      store.send("Hi");
      await settle();
      const status = store.getSnapshot().outbox[0]?.status;
      if (status?.kind !== "waiting") throw new Error("expected a second attempt to be due later");
      const { at } = status;
      // The timer fires a little early, and the clock reaches the due time at the read number `step`.
      let reads = 0;
      clock.read = () => {
        reads += 1;
        return reads < step ? at - 1 : at;
      };
      await time.pass(at - time.now);
      clock.read = null;
      await time.pass(10);
      expect(server.stored, `due at read ${step}`).toHaveLength(1);
      store.stop();
    }
  });

  it("can be retried and deleted by hand after a refusal", async () => {
    const { server, store } = await chatting();
    const trouble = { kind: "status", status: 422, code: "message_empty" } as const;
    server.next(/POST \/messages/, trouble);
    store.send("one");
    await settle();
    const [failed] = store.getSnapshot().outbox;
    expect(failed?.status).toMatchObject({ kind: "failed", failure: { code: "message_empty" } });
    store.retry(failed?.clientId ?? "");
    await settle();
    expect(texts(store)).toEqual(["one"]);
    server.next(/POST \/messages/, trouble);
    store.send("two");
    await settle();
    store.discard(store.getSnapshot().outbox[0]?.clientId ?? "");
    expect(store.getSnapshot().outbox).toEqual([]);
    expect(server.stored).toHaveLength(1);
  });

  it("waits as long as the server asks it to", async () => {
    const { server, store, time } = await chatting();
    server.next(/POST \/messages/, {
      kind: "status",
      status: 429,
      code: "too_many_messages",
      details: { retry_after_ms: 12_000 },
    });
    store.send("Hi");
    await settle();
    expect(store.getSnapshot().limitedUntil).toBe(time.now + 12_000);
    await time.pass(11_000);
    expect(server.stored).toEqual([]);
    await time.pass(2000);
    expect(texts(store)).toEqual(["Hi"]);
    expect(store.getSnapshot().limitedUntil).toBeNull();
  });

  it("starts anew when the server forgot the session", async () => {
    const { server, store, time } = await chatting();
    server.tokens.clear();
    server.current = null;
    store.send("Hi again");
    await time.pass(3000);
    expect(store.getSnapshot().thread?.conversationId).toBe("conversation-2");
    expect(store.getSnapshot().earlier?.conversationId).toBe("c1");
    expect(texts(store)).toEqual(["Hi again"]);
    expect(server.stored).toHaveLength(1);
  });

  it("shows the new conversation when the old one could not be continued", async () => {
    const { server, store } = await chatting();
    server.current = null;
    store.send("Next day");
    await settle();
    expect(store.getSnapshot().thread?.conversationId).toBe("conversation-2");
    expect(texts(store)).toEqual(["Next day"]);
  });

  it("does not let a sent message vanish while entries before it are on their way", async () => {
    const { server, store, time } = await chatting();
    server.dropStreams();
    server.append("c1", { type: "hidden" });
    store.send("Hi");
    await settle();
    expect(store.getSnapshot().outbox.map((item) => item.status.kind)).toEqual(["sent"]);
    expect(texts(store)).toEqual([]);
    await time.pass(3000);
    expect(texts(store)).toEqual(["Hi"]);
    expect(store.getSnapshot().outbox).toEqual([]);
  });

  it("keeps unsent messages over a reload", async () => {
    const { store, tab, server } = await chatting();
    store.setOnline(false);
    store.send("before the reload");
    store.stop();
    const reloaded = tab("token-1");
    await reloaded.start();
    await settle();
    expect(server.stored).toHaveLength(1);
    expect(texts(reloaded)).toEqual(["before the reload"]);
  });

  it("does not send by itself what lay there since yesterday", async () => {
    const { store, tab, server, time } = await chatting();
    store.setOnline(false);
    store.send("yesterday");
    store.stop();
    await time.pass(24 * 3_600_000);
    const reloaded = tab("token-1");
    await reloaded.start();
    await settle();
    expect(server.stored).toEqual([]);
    expect(reloaded.getSnapshot().outbox[0]?.status).toMatchObject({
      kind: "failed",
      failure: { code: "stale" },
    });
  });
});

describe("two tabs", () => {
  it("send each message once and share one session", async () => {
    const { server, tab } = world();
    const [one, two] = [tab(), tab()];
    await one.start();
    await two.start();
    one.send("from one");
    two.send("from two");
    await settle();
    await settle();
    expect(server.requestsTo(/sessions/)).toBe(1);
    expect(server.stored).toHaveLength(2);
    expect(new Set(server.stored).size).toBe(2);
    expect(texts(one)).toEqual(["from one", "from two"]);
    expect(texts(two)).toEqual(["from one", "from two"]);
    expect(two.getSnapshot().outbox).toEqual([]);
  });
});

describe("following the conversation", () => {
  it("comes to the same thread wherever the stream is cut", async () => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const { server, store, time } = await chatting();
      const random = seeded(seed);
      const log = randomLog(random, 40).slice(1);
      server.cutAfter = () => 1 + Math.floor(random() * 900);
      server.dropStreams();
      for (const entry of log) {
        const { seq: _seq, at: _at, ...event } = entry;
        server.append("c1", event as VisitorEvent);
        server.delta("c1", { turn_id: "none", epoch: 1, offset: 0, text: "é🎈" });
        if (random() < 0.3) await time.pass(Math.floor(random() * 3000));
      }
      await time.pass(120_000);
      server.cutAfter = null;
      await time.pass(60_000);
      const whole = applyEntries(emptyThread("c1"), server.conversations.get("c1")?.log ?? []);
      expect(store.getSnapshot().thread, `seed ${seed}`).toEqual(whole);
      store.stop();
    }
  });

  it("turns to long polls after two openings that failed, and back after a while", async () => {
    const { server, store, time } = await chatting();
    server.next(/GET .*events/, { kind: "unreachable" });
    server.next(/GET .*events/, { kind: "unreachable" });
    server.dropStreams();
    await time.pass(4000);
    server.append("c1", said("over the poll"));
    await settle();
    expect(store.getSnapshot().connection).toEqual({ kind: "open", by: "poll" });
    expect(texts(store)).toEqual(["over the poll"]);
    await time.pass(6 * 60_000);
    expect(store.getSnapshot().connection).toEqual({ kind: "open", by: "stream" });
  });

  it("turns to long polls when a stream shows no byte within ten seconds", async () => {
    const { server, store, time } = await chatting();
    server.holdStreams = true;
    server.dropStreams();
    await time.pass(2000);
    server.append("c1", said("held back"));
    server.holdStreams = true;
    await time.pass(12_000);
    expect(texts(store)).toEqual(["held back"]);
    expect(server.requestsTo(/wait=25/)).toBeGreaterThan(0);
  });

  it("notices a stream that went silent", async () => {
    const { server, store, time } = await chatting();
    const streams = server.requestsTo(/events\?after=\d+$/);
    await time.pass(45_000);
    expect(server.requestsTo(/events\?after=\d+$/)).toBe(streams + 1);
    expect(store.getSnapshot().connection.kind).toBe("open");
  });

  it("shows that it reconnects only after the grace time", async () => {
    const { server, store, time } = await chatting();
    server.down = true;
    server.dropStreams();
    await time.pass(1000);
    expect(store.getSnapshot().reconnecting).toBe(false);
    await time.pass(1000);
    expect(store.getSnapshot().reconnecting).toBe(true);
    server.down = false;
    store.wake();
    await time.pass(1);
    expect(store.getSnapshot().reconnecting).toBe(false);
  });

  it("fetches what is missing when an entry jumps ahead", async () => {
    const { server, store } = await chatting();
    const log = server.conversations.get("c1")?.log ?? [];
    log.push({ seq: 2, at: 0, ...said("missed") } as (typeof log)[number]);
    server.append("c1", said("came through"));
    await settle();
    expect(texts(store)).toEqual(["missed", "came through"]);
  });

  it("closes when it is hidden and nothing goes on, and catches up when shown", async () => {
    const { server, store, time } = await chatting();
    store.setPanelVisible(false);
    await time.pass(LINGER_MS - 10_000);
    expect(server.streams()).toBe(1);
    await time.pass(20_000);
    expect(server.streams()).toBe(0);
    server.append("c1", said("while away"));
    store.setPanelVisible(true);
    await settle();
    expect(texts(store)).toEqual(["while away"]);
  });

  it("stays connected while a person has the conversation", async () => {
    const { server, store, time } = await chatting();
    server.append("c1", taken);
    await settle();
    store.setPanelVisible(false);
    store.setTabVisible(false);
    await time.pass(LINGER_MS * 3);
    expect(store.getSnapshot().connection.kind).toBe("open");
    server.append("c1", said("Hi"));
    await settle();
    expect(store.getSnapshot().unread).toBe(1);
  });

  it("gives up a conversation that was erased", async () => {
    const { server, store } = await chatting();
    server.conversations.delete("c1");
    server.current = null;
    store.setOnline(false);
    store.setOnline(true);
    await settle();
    expect(store.getSnapshot().thread).toBeNull();
    expect([server.streams(), server.watches.size]).toEqual([0, 1]);
  });

  it("tries to load the thread again until it gets it", async () => {
    const { server, tab, time } = world();
    server.tokens.add("token-1");
    server.openConversation("c1");
    server.down = true;
    const store = tab("token-1");
    await store.start();
    expect(store.getSnapshot().phase).toBe("unreachable");
    server.down = false;
    await time.pass(3000);
    expect(store.getSnapshot()).toMatchObject({ phase: "ready", thread: { conversationId: "c1" } });
  });
});

describe("people", () => {
  it("shows typing until it ends, expires, or the message is there", async () => {
    const { server, store, time } = await chatting();
    server.send("c1", "typing", { name: "Dana", typing: true });
    await settle();
    expect(store.getSnapshot().typing).toBe("Dana");
    await time.pass(7000);
    expect(store.getSnapshot().typing).toBeNull();
    server.send("c1", "typing", { name: "Dana", typing: true });
    server.append("c1", said("Hi"));
    await settle();
    expect(store.getSnapshot().typing).toBeNull();
  });

  it("tells its own typing to people only, and not at every key", async () => {
    const { server, store, time } = await chatting();
    store.setTyping(true);
    expect(server.requestsTo(/typing/)).toBe(0);
    server.append("c1", taken);
    await settle();
    store.setTyping(true);
    store.setTyping(true);
    expect(server.requestsTo(/typing/)).toBe(1);
    await time.pass(10_000);
    expect(server.requests.filter(({ path }) => path.endsWith("/typing")).map(({ body }) => body)).toEqual([
      { typing: true },
      { typing: false },
    ]);
  });

  it("follows the offer of a person live", async () => {
    const { server, store } = await chatting();
    server.send("c1", "person", { someone_there: false, offered: false });
    await settle();
    expect(store.getSnapshot().person).toEqual({ someone_there: false, offered: false });
  });

  it("tells the team what was seen, once it is on screen", async () => {
    const { server, store, time } = await chatting();
    server.append("c1", taken);
    store.setPanelVisible(false);
    server.append("c1", said("Hi"), said("Are you there?"));
    await settle();
    expect(store.getSnapshot().unread).toBe(2);
    expect(server.requestsTo(/seen/)).toBe(0);
    store.setPanelVisible(true);
    await time.pass(1000);
    expect(store.getSnapshot()).toMatchObject({ unread: 0, newFrom: 3 });
    expect(server.requests.filter(({ path }) => path.endsWith("/seen")).map(({ body }) => body)).toEqual([
      { up_to: 4 },
    ]);
  });

  it("shows a rating at once and takes it back when the server refuses it", async () => {
    const { server, store } = await chatting();
    server.append("c1", answer("t", "Yes."));
    await settle();
    server.next(/ratings/, { kind: "status", status: 422, code: "not_possible" });
    const rated = store.rate(2, "up", null);
    expect(store.getSnapshot().pendingRatings.get(2)).toBe("up");
    await rated;
    expect(store.getSnapshot().pendingRatings.has(2)).toBe(false);
    await store.rate(2, "down", "outdated");
    server.append("c1", { type: "rated", message_seq: 2, rating: "down", comment: "outdated" });
    await settle();
    expect(store.getSnapshot().pendingRatings.size).toBe(0);
    expect(store.getSnapshot().thread?.items[0]).toMatchObject({ rating: "down" });
  });

  it("sends an action with its fields", async () => {
    const { server, store } = await chatting();
    store.runAction("talk", "Talk to a human", [{ name: "email", label: "Email", value: "a@b.test" }]);
    await settle();
    expect(server.requests.find(({ path }) => path === "/actions/talk")?.body).toMatchObject({
      fields: { email: "a@b.test" },
      conversation_id: "c1",
    });
    expect(store.getSnapshot().thread?.owner.kind).toBe("queue");
    expect(store.getSnapshot().outbox).toEqual([]);
  });

  it("keeps the trail of pages for the team", async () => {
    const { server, store } = await chatting();
    store.setPage({ url: "https://shop.test/plans", title: "Plans" });
    await settle();
    expect(server.requests.filter(({ path }) => path.endsWith("/pages")).at(-1)?.body).toEqual({
      page: { url: "https://shop.test/plans", title: "Plans" },
    });
    store.send("Hi");
    await settle();
    expect(server.requests.find(({ path }) => path === "/messages")?.body).toMatchObject({
      context: {
        page: { url: "https://shop.test/plans", title: "Plans" },
        trail: [{ url: "https://shop.test/", title: "Shop" }],
      },
    });
  });
});
