import type { VisitorEntry, VisitorEvent } from "@baton/wire";
import { describe, expect, it } from "vitest";
import type { OutboxItem } from "./outbox";
import { buildRows, type RowsInput, unreadAfter } from "./rows";
import { applyEntries, emptyThread } from "./thread";

const MINUTE = 60_000;
const say = (client_id: string): VisitorEvent => ({ type: "visitor_message", client_id, text: client_id });
const answer: VisitorEvent = {
  type: "ai_message",
  turn_id: "t",
  kind: "answer",
  text: "Yes.",
  citations: [],
  confidence: 1,
  offers_person: false,
};
const seen: VisitorEvent = { type: "seen", by: "team", up_to: 1 };

function thread(...events: [number, VisitorEvent][]) {
  const entries = events.map(([at, event], index) => ({ seq: index + 1, at, ...event }) as VisitorEntry);
  return applyEntries(emptyThread("conversation"), entries);
}

function rows(input: Partial<RowsInput>): string[] {
  const all: RowsInput = {
    earlier: null,
    thread: null,
    outbox: [],
    newFrom: null,
    dayOf: (at) => String(Math.floor(at / 86_400_000)),
    ...input,
  };
  return buildRows(all).map((row) => {
    if (row.kind === "item") {
      const ends = `${row.group.first ? "[" : ""}${row.group.last ? "]" : ""}`;
      return `${row.item.kind}${ends}${row.receipt === null ? "" : ` ${row.receipt}`}`;
    }
    return row.kind === "pending" ? `pending ${row.item.clientId}` : row.kind;
  });
}

const pending = (clientId: string, createdAt: number): OutboxItem => ({
  clientId,
  createdAt,
  conversationId: null,
  context: { page: null, trail: [], referrer: null, locale: null },
  body: { kind: "message", text: clientId },
  status: { kind: "queued" },
});

describe("buildRows", () => {
  it("groups one author's messages within three minutes and shows pauses of ten", () => {
    const shown = rows({
      thread: thread([0, say("a")], [MINUTE, say("b")], [5 * MINUTE, say("c")], [15 * MINUTE, answer]),
    });
    expect(shown).toEqual([
      "day",
      "visitor_message[",
      "visitor_message]",
      "visitor_message[]",
      "time",
      "ai_message[]",
    ]);
  });

  it("begins each day with its date", () => {
    const day = 86_400_000;
    expect(rows({ thread: thread([day - MINUTE, say("a")], [day, say("b")]) })).toEqual([
      "day",
      "visitor_message[]",
      "day",
      "visitor_message[] sent",
    ]);
  });

  it("marks the last own message as sent or seen until it is answered", () => {
    expect(rows({ thread: thread([0, say("a")]) }).at(-1)).toBe("visitor_message[] sent");
    expect(rows({ thread: thread([0, say("a")], [1, seen]) }).at(-1)).toBe("visitor_message[] seen");
    expect(rows({ thread: thread([0, say("a")], [1, answer]) })[1]).toBe("visitor_message[]");
  });

  it("shows what waits behind the thread, and not what the thread has already", () => {
    const shown = rows({ thread: thread([0, say("a")]), outbox: [pending("a", 0), pending("b", 1)] });
    expect(shown).toEqual(["day", "visitor_message[", "pending b"]);
  });

  it("keeps the conversation before above the present one", () => {
    const shown = rows({ earlier: thread([0, say("a")]), thread: thread([1, say("b")]) });
    expect(shown).toEqual(["day", "visitor_message[]", "conversation", "visitor_message[] sent"]);
  });

  it("draws one line above the first unread message", () => {
    const shown = rows({ thread: thread([0, answer], [1, answer], [2, answer]), newFrom: 2 });
    expect(shown).toEqual(["day", "ai_message[]", "new", "ai_message[", "ai_message]"]);
  });
});

describe("unreadAfter", () => {
  it("counts what others said after the mark", () => {
    expect(unreadAfter(thread([0, say("a")], [1, answer], [2, answer]), 2)).toEqual([3]);
    expect(unreadAfter(null, 0)).toEqual([]);
  });
});
