import type { Event, LogEntry } from "@baton/wire";
import { describe, expect, it } from "vitest";
import { DANA, events, ME } from "./testing/log";
import { addDelta, addEntries, addProgress, EMPTY_THREAD, loadThread, type Thread } from "./thread";

function entries(...happened: readonly Event[]): LogEntry[] {
  return happened.map((event, index) => ({ seq: index + 1, at: index, ...event }));
}

function delta(thread: Thread, over: Partial<Parameters<typeof addDelta>[1]>): Thread {
  return addDelta(thread, { turn_id: "t1", epoch: 1, offset: 0, text: "You can", ...over });
}

const writing = addEntries(EMPTY_THREAD, entries(events.started(), events.said("hi"), events.turn("t1")));

describe("a streaming answer", () => {
  it("grows by pieces that fit", () => {
    const thread = delta(delta(writing, {}), { offset: 7, text: " return it." });
    expect(thread.turn).toMatchObject({ text: "You can return it.", phase: "writing" });
  });

  it("drops pieces of another epoch, another turn, or at the wrong offset", () => {
    expect(delta(writing, { epoch: 2 })).toBe(writing);
    expect(delta(writing, { turn_id: "t0" })).toBe(writing);
    expect(delta(writing, { offset: 3 })).toBe(writing);
    const twice = delta(writing, {});
    expect(delta(twice, {})).toBe(twice);
  });

  it("is whole for whoever comes in the middle, and goes on from there", () => {
    const all = delta(writing, { text: "You can return" });
    expect(all.turn?.text).toBe("You can return");
    expect(delta(all, { offset: 8, text: "return" })).toBe(all);
    const behind = delta(delta(writing, {}), { text: "You can return" });
    expect(delta(behind, { offset: 14, text: " it." }).turn?.text).toBe("You can return it.");
  });

  it("counts characters as the server does", () => {
    const wave = delta(writing, { text: "👋🏽 Hi" });
    expect(delta(wave, { offset: 5, text: "!" }).turn?.text).toBe("👋🏽 Hi!");
  });

  it("is withdrawn when the AI searches anew", () => {
    const started = delta(writing, {});
    const again = addProgress(started, { turn_id: "t1", epoch: 1, phase: "searching", title: null });
    expect(again.turn?.text).toBe("");
    expect(delta(again, { text: "Orders" }).turn?.text).toBe("Orders");
  });

  it("vanishes at a takeover, and nothing late brings it back", () => {
    const started = delta(writing, {});
    const taken = addEntries(started, [{ seq: 4, at: 9, ...events.taken(DANA) }]);
    expect(taken.turn).toBeNull();
    expect(taken.epoch).toBe(2);
    expect(delta(taken, { offset: 7 })).toBe(taken);
    expect(delta(taken, { epoch: 2 })).toBe(taken);
    expect(addProgress(taken, { turn_id: "t1", epoch: 1, phase: "writing", title: null })).toBe(taken);
  });

  it("gives way to the message that was stored", () => {
    const done = addEntries(delta(writing, {}), [{ seq: 4, at: 9, ...events.answered("t1") }]);
    expect(done.turn).toBeNull();
    expect(done.entries).toHaveLength(4);
  });

  it("starts anew when a newer turn opens", () => {
    const newer = addEntries(delta(writing, {}), [{ seq: 4, at: 9, ...events.turn("t2") }]);
    expect(newer.turn).toMatchObject({ turn_id: "t2", text: "" });
    expect(delta(newer, { offset: 7 })).toBe(newer);
  });

  it("survives loading the conversation again", () => {
    const streamed = delta(writing, {});
    expect(loadThread(streamed.entries, streamed, []).turn?.text).toBe("You can");
  });
});

describe("entries", () => {
  const all = entries(
    events.started(),
    events.said("a"),
    events.handoff(),
    events.taken(ME),
    events.wrote(ME, "m"),
  );

  it("are put in order, each once, however they arrive", () => {
    const shuffled = [...all.slice(3), ...all.slice(0, 2), ...all.slice(1, 4)];
    const one = shuffled.reduce((thread, entry) => addEntries(thread, [entry]), EMPTY_THREAD);
    expect(one.entries).toEqual(all);
    expect(one.early).toEqual([]);
    expect(one.epoch).toBe(3);
  });

  it("wait behind a gap", () => {
    const gap = addEntries(EMPTY_THREAD, [...all.slice(0, 1), ...all.slice(2)]);
    expect(gap.seq).toBe(1);
    expect(gap.early.map((entry) => entry.seq)).toEqual([3, 4, 5]);
  });
});
