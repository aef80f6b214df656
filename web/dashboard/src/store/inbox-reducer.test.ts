import type { Event, FeedItem } from "@baton/wire";
import { describe, expect, it } from "vitest";
import { reduceInbox } from "./inbox-reducer";
import { type InboxEvent, type InboxState, initialInbox } from "./inbox-state";
import { VIEWS } from "./places";
import { DANA, events, ME, ModelServer, seededRandom } from "./testing/log";

function run(state: InboxState, ...happened: readonly InboxEvent[]): InboxState {
  return happened.reduce(reduceInbox, state);
}

function loadAll(state: InboxState, server: ModelServer): InboxState {
  return VIEWS.reduce(
    (known, view) =>
      run(known, { type: "list_requested", view }, { type: "list_loaded", view, inbox: server.inbox(view) }),
    state,
  );
}

/** What the views show: lists in order, counts, and every loaded conversation's log. */
function shown(state: InboxState) {
  const lists = VIEWS.map((view) => {
    const list = state.lists[view];
    return [view, list?.status === "ready" ? list.ids.map((id) => [id, state.summaries[id]?.seq]) : null];
  });
  const logs = Object.entries(state.opened).map(([id, opened]) => [
    id,
    opened.status === "ready" ? opened.thread.entries.map((entry) => entry.seq) : opened.status,
  ]);
  return { feed: state.feed, counts: state.counts?.value, lists, logs };
}

/** A random walk over conversations, as a feed. */
function randomFeed(server: ModelServer, seed: number, length: number): FeedItem[] {
  const random = seededRandom(seed);
  const items: FeedItem[] = [];
  for (let index = 0; index < length; index += 1) {
    const at = 1_000 + index;
    const id = `c${Math.floor(random() * 6)}`;
    const place = server.placeOf(id);
    items.push(server.commit(id, nextEvents(place?.view ?? null, random(), index), at));
  }
  return items;
}

function nextEvents(view: string | null, dice: number, index: number): Event[] {
  if (view === null) return [events.started(), events.said("first")];
  if (dice < 0.4) return [events.said(`word ${index}`)];
  switch (view) {
    case "live":
      return dice < 0.8 ? [events.handoff()] : [events.closed()];
    case "waiting":
      return [events.taken(dice < 0.7 ? ME : DANA)];
    case "held":
      return dice < 0.7 ? [events.toAi()] : [events.closed()];
    default:
      return [events.said(`again ${index}`)];
  }
}

describe("snapshot and feed", () => {
  it("gives what a later snapshot gives, wherever the first one was taken", () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const server = new ModelServer();
      randomFeed(server, seed, 15);
      let followed = loadAll(initialInbox(ME), server);
      const opened = Object.keys(followed.summaries)[0] ?? "c0";
      followed = run(
        followed,
        { type: "opened", id: opened },
        { type: "conversation_loaded", detail: server.detail(opened) },
      );
      for (const item of randomFeed(server, seed + 100, 25))
        followed = run(followed, { type: "changed", item });
      const fresh = run(
        loadAll(initialInbox(ME), server),
        { type: "opened", id: opened },
        { type: "conversation_loaded", detail: server.detail(opened) },
      );
      expect(followed.behind).toBe(false);
      expect(shown(followed)).toEqual(shown(fresh));
    }
  });

  it("completes a snapshot that is older than the stream", () => {
    const server = new ModelServer();
    server.commit("a", [events.started(), events.said("hello")], 1);
    let state = run(initialInbox(ME), {
      type: "list_loaded",
      view: "waiting",
      inbox: server.inbox("waiting"),
    });
    const old = server.inbox("live");
    const oldDetail = server.detail("a");
    state = run(state, { type: "changed", item: server.commit("a", [events.handoff()], 2) });
    state = run(state, { type: "changed", item: server.commit("b", [events.started()], 3) });
    state = run(state, { type: "list_loaded", view: "live", inbox: old });
    expect(state.lists.live).toMatchObject({ ids: ["b"] });
    expect(state.counts?.value).toEqual(server.inbox("live").counts);
    state = run(state, { type: "opened", id: "a" }, { type: "conversation_loaded", detail: oldDetail });
    expect(shown(state).logs).toEqual([["a", [1, 2, 3]]]);
  });

  it("keeps feed items that arrive before the first snapshot", () => {
    const server = new ModelServer();
    const first = server.commit("a", [events.started()], 1);
    let state = run(initialInbox(ME), { type: "changed", item: first });
    const snapshot = server.inbox("live");
    state = run(state, { type: "changed", item: server.commit("b", [events.started()], 2) });
    state = run(state, { type: "list_loaded", view: "live", inbox: snapshot });
    expect(shown(state)).toEqual(shown(run(loadOne(server))));
  });

  function loadOne(server: ModelServer): InboxState {
    return run(initialInbox(ME), { type: "list_loaded", view: "live", inbox: server.inbox("live") });
  }

  it("drops what it has already applied", () => {
    const server = new ModelServer();
    server.commit("a", [events.started()], 1);
    const loaded = loadAll(initialInbox(ME), server);
    const item = server.commit("a", [events.handoff()], 2);
    const once = run(loaded, { type: "changed", item });
    expect(run(once, { type: "changed", item })).toBe(once);
  });

  it("notices a gap and loads again", () => {
    const server = new ModelServer();
    server.commit("a", [events.started()], 1);
    const loaded = loadAll(initialInbox(ME), server);
    server.commit("a", [events.said("lost")], 2);
    const after = server.commit("a", [events.said("seen")], 3);
    const gap = run(loaded, { type: "changed", item: after });
    expect(gap.behind).toBe(true);
    expect(gap.feed).toBe(1);
    const reloaded = loadAll(run(gap, { type: "reload_started", keep: null }), server);
    expect(reloaded.behind).toBe(false);
    expect(shown(reloaded)).toEqual(shown(loadAll(initialInbox(ME), server)));
  });

  it("notices that the stream was opened beyond what this tab knows", () => {
    const server = new ModelServer();
    server.commit("a", [events.started()], 1);
    const loaded = loadAll(initialInbox(ME), server);
    expect(run(loaded, { type: "connected", after: 1 }).behind).toBe(false);
    expect(run(loaded, { type: "connected", after: 4 }).behind).toBe(true);
  });

  it("does not put a row into a list whose end is not loaded, when its place is beyond", () => {
    const server = new ModelServer();
    for (const [index, id] of ["a", "b", "c"].entries())
      server.commit(id, [events.started(), events.said("hi")], 100 - index);
    let state = run(initialInbox(ME), {
      type: "list_loaded",
      view: "live",
      inbox: server.inbox("live", { limit: 2 }),
    });
    expect(state.lists.live).toMatchObject({ ids: ["a", "b"], next: "2" });
    state = run(state, {
      type: "changed",
      item: server.commit("c", [{ type: "seen", by: "team", up_to: 2 }], 200),
    });
    expect(state.lists.live).toMatchObject({ ids: ["a", "b"] });
    state = run(state, { type: "changed", item: server.commit("c", [events.said("now")], 300) });
    expect(state.lists.live).toMatchObject({ ids: ["c", "a", "b"] });
  });
});

describe("counts", () => {
  it("follow each conversation from place to place", () => {
    const server = new ModelServer();
    let state = loadAll(initialInbox(ME), server);
    const steps: [Event[], Partial<Record<(typeof VIEWS)[number], number>>][] = [
      [[events.started()], { live: 1 }],
      [[events.handoff()], { waiting: 1 }],
      [[events.taken(DANA)], { team: 1 }],
      [[events.taken(ME)], { team: 1, mine: 1 }],
      [[events.closed()], { resolved: 1 }],
    ];
    for (const [index, [committed, expected]] of steps.entries()) {
      state = run(state, { type: "changed", item: server.commit("a", committed, index) });
      expect(state.counts?.value).toEqual({
        live: 0,
        waiting: 0,
        mine: 0,
        team: 0,
        resolved: 0,
        ...expected,
      });
    }
  });

  it("leave out what a filter by agent hides", () => {
    const server = new ModelServer();
    let state = run(initialInbox(ME), { type: "agent_chosen", agent: "another" });
    state = run(state, {
      type: "list_loaded",
      view: "live",
      inbox: server.inbox("live", { agent: "another" }),
    });
    state = run(state, { type: "changed", item: server.commit("a", [events.started()], 1) });
    expect(state.counts?.value.live).toBe(0);
    expect(state.lists.live).toMatchObject({ ids: [] });
  });
});

describe("my own messages", () => {
  const server = new ModelServer();
  server.commit("a", [events.started()], 1);
  const open = run(
    loadAll(initialInbox(ME), server),
    { type: "opened", id: "a" },
    { type: "conversation_loaded", detail: server.detail("a") },
    { type: "send_started", client_id: "m1", conversation_id: "a", text: "Hello", at: 5 },
  );

  it("are on screen at once and go when the log has them", () => {
    expect(open.pending).toMatchObject([{ client_id: "m1", status: "sending" }]);
    const item = server.commit("a", [events.taken(ME), events.wrote(ME, "m1")], 6);
    const confirmed = run(open, { type: "changed", item });
    expect(confirmed.pending).toEqual([]);
    expect(shown(confirmed).logs).toEqual([["a", [1, 2, 3]]]);
  });

  it("keep their text and reason when sending fails, and can be tried again", () => {
    const failure = { code: "offline", message: "No network." };
    const failed = run(open, { type: "send_failed", client_id: "m1", failure });
    expect(failed.pending).toMatchObject([{ text: "Hello", status: "failed", failure }]);
    const again = run(failed, {
      type: "send_started",
      client_id: "m1",
      conversation_id: "a",
      text: "Hello",
      at: 9,
    });
    expect(again.pending).toMatchObject([{ client_id: "m1", status: "sending" }]);
  });

  it("join the log in order when the answer overtakes the stream", () => {
    const own = new ModelServer();
    own.commit("b", [events.started()], 1);
    const loaded = run(
      loadAll(initialInbox(ME), own),
      { type: "opened", id: "b" },
      { type: "conversation_loaded", detail: own.detail("b") },
    );
    const first = own.commit("b", [events.said("meanwhile")], 2);
    const second = own.commit("b", [events.taken(ME), events.wrote(ME, "m2")], 3);
    const answered = run(loaded, {
      type: "command_answered",
      summary: second.summary,
      entries: second.entries,
    });
    expect(shown(answered).logs).toEqual([["b", [1]]]);
    const caughtUp = run(answered, { type: "changed", item: first }, { type: "changed", item: second });
    expect(shown(caughtUp).logs).toEqual([["b", [1, 2, 3, 4]]]);
    expect(caughtUp.counts?.value).toEqual(own.inbox("live").counts);
  });
});

describe("typing", () => {
  it("ends with the message, and by itself", () => {
    const server = new ModelServer();
    server.commit("a", [events.started()], 1);
    const typing = { conversation_id: "a", who: "visitor", name: "Maya", until: 50 } as const;
    const state = run(loadAll(initialInbox(ME), server), { type: "typing", typing, on: true });
    expect(state.typing).toHaveLength(1);
    expect(run(state, { type: "typing_expired", now: 49 }).typing).toHaveLength(1);
    expect(run(state, { type: "typing_expired", now: 50 }).typing).toHaveLength(0);
    const item = server.commit("a", [events.said("there")], 2);
    expect(run(state, { type: "changed", item }).typing).toHaveLength(0);
  });
});

describe("words of an answer", () => {
  it("that arrive while their conversation is being loaded are there when it is", () => {
    const server = new ModelServer();
    server.commit("a", [events.started(), events.said("How?"), events.turn("t1")], 1);
    const piece = (offset: number, text: string, turn_id = "t1"): InboxEvent => ({
      type: "delta",
      delta: { conversation_id: "a", turn_id, epoch: 1, offset, text },
    });
    const loading = run(
      loadAll(initialInbox(ME), server),
      { type: "opened", id: "a" },
      piece(0, "You can"),
      piece(7, " return"),
      piece(20, " lost"),
    );
    const words = (state: InboxState) => {
      const opened = state.opened.a;
      return opened?.status === "ready" ? opened.thread.turn?.text : opened?.status;
    };
    const loaded = run(loading, { type: "conversation_loaded", detail: server.detail("a") });
    expect(words(loaded)).toBe("You can return");
    expect(words(run(loaded, piece(14, " it.")))).toBe("You can return it.");
    expect(loaded.early_words).toBeNull();

    server.commit("a", [events.answered("t1"), events.said("And?"), events.turn("t2")], 2);
    const newer = run(loading, { type: "conversation_loaded", detail: server.detail("a") });
    expect(words(newer), "words of an answer that is in the log").toBe("");
  });
});
