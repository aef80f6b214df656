import type { Thread, VisitorEntry, VisitorEvent } from "@baton/wire";
import { describe, expect, it } from "vitest";
import { randomLog } from "./testing/logs";
import { seeded } from "./testing/world";
import {
  applyDelta,
  applyEntries,
  applyProgress,
  characters,
  emptyThread,
  orderOf,
  type ThreadState,
  threadFromSnapshot,
} from "./thread";

const snapshot = (entries: VisitorEntry[]): Thread => ({
  conversation_id: "c",
  cursor: entries.length,
  epoch: 1,
  entries,
  person: { someone_there: true, offered: true },
  team_typing: null,
});

/** A thread after these events, one second apart. */
function after(...events: VisitorEvent[]): ThreadState {
  const entries = events.map(
    (event, index) => ({ seq: index + 1, at: index * 1000, ...event }) as VisitorEntry,
  );
  return applyEntries(emptyThread("c"), entries);
}

const handoff: VisitorEvent = {
  type: "handoff_requested",
  handoff_id: "h",
  reason: "asked",
  turn_id: null,
  action: null,
  someone_there: true,
};
const taken: VisitorEvent = {
  type: "taken_over",
  member_id: "m1",
  member_name: "Dana",
  from: "queue",
  handoff_id: "h",
};
const closed: VisitorEvent = {
  type: "closed",
  by: { kind: "member", member_id: "m1", name: "Dana" },
  outcome: "solved",
};
const opened = (turn_id: string): VisitorEvent => ({ type: "turn_opened", turn_id });
const answered = (turn_id: string, text = "Yes."): VisitorEvent => ({
  type: "ai_message",
  turn_id,
  kind: "answer",
  text,
  citations: [],
  confidence: 0.9,
  offers_person: false,
});

describe("the log as a whole", () => {
  it("gives the same state however it was cut, repeated and taken up again", () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const random = seeded(seed);
      const log = randomLog(random, 60);
      const whole = applyEntries(emptyThread("c"), log);
      expect(whole.cursor).toBe(log.length);
      const cut = Math.floor(random() * log.length);
      const from = Math.floor(random() * (cut + 1));
      let state = threadFromSnapshot(snapshot(log.slice(0, cut)));
      state = applyEntries(state, log.slice(from));
      expect(state, `seed ${seed}, cut ${cut}, again from ${from}`).toEqual(whole);
      expect(applyEntries(state, log)).toBe(state);
    }
  });

  it("takes nothing after a hole, and says that something is missing", () => {
    const log = randomLog(seeded(3), 20);
    const state = applyEntries(emptyThread("c"), log.slice(0, 5));
    const later = log[7];
    const next = log[5];
    if (later === undefined || next === undefined) throw new Error("log is too short");
    expect(orderOf(state, later)).toBe("later");
    expect(orderOf(state, next)).toBe("next");
    expect(applyEntries(state, log.slice(7))).toBe(state);
  });

  it("raises the epoch with each change of owner and with nothing else", () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      let state = emptyThread("c");
      for (const entry of randomLog(seeded(seed), 60)) {
        const { epoch } = state;
        state = applyEntries(state, [entry]);
        const raises = [
          "handoff_requested",
          "taken_over",
          "assigned",
          "returned_to_queue",
          "returned_to_ai",
          "closed",
          "reopened",
        ].includes(entry.type);
        expect(state.epoch).toBe(raises ? epoch + 1 : epoch);
        if (raises) expect(state.turn).toBeNull();
      }
    }
  });

  it("keeps the place of an entry that a newer server wrote", () => {
    const unknown = { seq: 1, at: 0, type: "confetti" } as unknown as VisitorEntry;
    expect(applyEntries(emptyThread("c"), [unknown])).toEqual({ ...emptyThread("c"), cursor: 1 });
  });
});

describe("owner", () => {
  it("goes from the AI to the queue, a member, closed and back", () => {
    expect(after(handoff).owner).toEqual({ kind: "queue", since: 0, reason: "asked", someoneThere: true });
    expect(after(handoff, taken).owner).toEqual({
      kind: "member",
      memberId: "m1",
      name: "Dana",
      since: 1000,
      spoken: false,
    });
    const spoken = {
      type: "member_message",
      member_id: "m1",
      member_name: "Dana",
      client_id: "x",
      text: "Hi",
    };
    expect(after(handoff, taken, spoken as VisitorEvent).owner).toMatchObject({ spoken: true });
    expect(after(handoff, taken, closed).owner).toEqual({
      kind: "closed",
      at: 2000,
      outcome: "solved",
      byName: "Dana",
    });
    expect(
      after(handoff, taken, closed, { type: "reopened", by: { kind: "visitor" }, to: "ai" }).owner,
    ).toEqual({
      kind: "ai",
    });
  });

  it("gives a thread that the visitor reopens back to the member it had", () => {
    const reopened: VisitorEvent = { type: "reopened", by: { kind: "visitor" }, to: "member" };
    expect(after(handoff, taken, closed, reopened).owner).toMatchObject({ kind: "member", name: "Dana" });
  });

  it("shows once that a member joined who was already there", () => {
    const again: VisitorEvent = {
      type: "assigned",
      member_id: "m1",
      member_name: "Dana",
      by_member_id: "m2",
      by_name: "Priya",
    };
    expect(after(handoff, taken, again).items.map((item) => item.kind)).toEqual(["joined"]);
  });

  it("shows a close and its line as one item, whichever was first", () => {
    const line: VisitorEvent = { type: "system_line", line: "closed", text: "Dana closed this." };
    for (const state of [after(closed, line), after(line, closed)]) {
      expect(state.items).toHaveLength(1);
      expect(state.items[0]).toMatchObject({ kind: "closed", byName: "Dana", text: "Dana closed this." });
    }
  });
});

describe("streamed text", () => {
  const piece = (offset: number, text: string, turn_id = "t1", epoch = 1) => ({
    turn_id,
    epoch,
    offset,
    text,
  });

  it("joins pieces whose offset fits, counted in characters", () => {
    let state = after(opened("t1"));
    state = applyDelta(state, piece(0, "Grün "));
    state = applyDelta(state, piece(5, "🎈 "));
    state = applyDelta(state, piece(7, "fliegt"));
    expect(state.turn?.text).toBe("Grün 🎈 fliegt");
    expect(characters("Grün 🎈 ")).toBe(7);
  });

  it("ignores pieces that came twice, came too early, or belong to another turn or epoch", () => {
    const state = applyDelta(applyDelta(after(opened("t1")), piece(0, "He")), piece(2, "llo"));
    for (const wrong of [
      piece(0, "He"),
      piece(2, "llo"),
      piece(6, "x"),
      piece(0, "x", "t0"),
      piece(0, "x", "t1", 2),
      piece(5, "x", "t0"),
      piece(5, "x", "t1", 2),
      piece(5, "x", "t1", 0),
    ]) {
      expect(applyDelta(state, wrong)).toBe(state);
    }
  });

  it("begins anew with a piece at the beginning, whatever was shown", () => {
    let state = after(opened("t1"));
    for (const [offset, text] of [
      [0, "Refunds take "],
      [13, "a year"],
      [0, "They take "],
      [10, "five days."],
    ] as const) {
      state = applyDelta(state, piece(offset, text));
    }
    expect(state.turn).toMatchObject({ text: "They take five days.", length: 20 });
  });

  it("is withdrawn when the AI searches again", () => {
    let state = applyDelta(after(opened("t1")), piece(0, "Refunds take a year"));
    state = applyProgress(state, { turn_id: "t1", epoch: 1, phase: "writing", title: null });
    expect(state.turn?.text).toBe("Refunds take a year");
    state = applyProgress(state, { turn_id: "t1", epoch: 1, phase: "searching", title: null });
    expect(state.turn).toMatchObject({ text: "", length: 0, progress: { phase: "searching" } });
    expect(applyDelta(state, piece(0, "Five days.")).turn?.text).toBe("Five days.");
  });

  it("ends with the turn's message, a newer turn, or another owner", () => {
    expect(after(opened("t1"), answered("t1")).turn).toBeNull();
    expect(after(opened("t1"), opened("t2")).turn?.turnId).toBe("t2");
    expect(after(opened("t1"), opened("t2"), answered("t1")).turn?.turnId).toBe("t2");
    expect(after(opened("t1"), handoff).turn).toBeNull();
    const late = after(opened("t1"), handoff);
    expect(applyDelta(late, piece(0, "too late"))).toBe(late);
  });

  it("keeps the progress of the open turn only", () => {
    const state = applyProgress(after(opened("t1")), {
      turn_id: "t1",
      epoch: 1,
      phase: "reading",
      title: "Plans",
    });
    expect(state.turn?.progress).toEqual({ phase: "reading", title: "Plans" });
    expect(applyProgress(state, { turn_id: "t0", epoch: 1, phase: "writing", title: null })).toBe(state);
  });

  it("comes to the committed message whatever was lost of the stream", () => {
    const text = "Refunds take five days. 🎉 Really.";
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = seeded(seed);
      let state = after(opened("t1"));
      let offset = 0;
      while (offset < characters(text)) {
        const size = 1 + Math.floor(random() * 5);
        const part = [...text].slice(offset, offset + size).join("");
        const copies = random() < 0.2 ? 0 : random() < 0.2 ? 2 : 1;
        for (let copy = 0; copy < copies; copy += 1) state = applyDelta(state, piece(offset, part));
        offset += size;
      }
      expect(text.startsWith(state.turn?.text ?? "")).toBe(true);
      const done = applyEntries(state, [{ seq: 2, at: 9, ...answered("t1", text) } as VisitorEntry]);
      expect(done.turn).toBeNull();
      expect(done.items.at(-1)).toMatchObject({ kind: "ai_message", text });
    }
  });
});

describe("ratings and seen marks", () => {
  it("are kept with the message and never go back", () => {
    const rated: VisitorEvent = { type: "rated", message_seq: 2, rating: "up", comment: null };
    expect(after(opened("t1"), answered("t1"), rated).items[0]).toMatchObject({ rating: "up" });
    const seen = (up_to: number): VisitorEvent => ({ type: "seen", by: "team", up_to });
    expect(after(seen(5), seen(3)).seenByTeam).toBe(5);
  });
});
