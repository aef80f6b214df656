import { applyEntries, type ChatState, emptyThread, type OutboxItem } from "@baton/chat-core";
import type { Announcement, VisitorEntry, VisitorEvent } from "@baton/wire";
import { describe, expect, it } from "vitest";
import { extrasEn } from "../../locale/en";
import { addStrings } from "./i18n";
import { noticesBetween } from "./notices";
import { transcript } from "./transcript";

addStrings(extrasEn);

const citation = {
  index: 1,
  title: "Refund policy",
  url: "https://a.test/refunds",
  source_name: "Help",
  heading_path: [],
  quote: "Five days.",
  passage_id: "p",
};
const said: VisitorEvent = { type: "visitor_message", client_id: "m1", text: "Refund?" };
const answered = (text: string): VisitorEvent => ({
  type: "ai_message",
  turn_id: "t",
  kind: "answer",
  text,
  citations: [citation],
  confidence: 1,
  offers_person: false,
});
const requested: VisitorEvent = {
  type: "handoff_requested",
  handoff_id: "h",
  reason: "asked",
  turn_id: null,
  action: null,
  someone_there: true,
};
const joined: VisitorEvent = {
  type: "taken_over",
  member_id: "d",
  member_name: "Dana",
  from: "queue",
  handoff_id: "h",
};
const reply: VisitorEvent = {
  type: "member_message",
  member_id: "d",
  member_name: "Dana",
  client_id: "x",
  text: "It is **on its way**.",
};
const closed: VisitorEvent = {
  type: "closed",
  by: { kind: "member", member_id: "d", name: "Dana" },
  outcome: "solved",
};

function state(events: VisitorEvent[] | null, more: Partial<ChatState> = {}): ChatState {
  const entries = (events ?? []).map((event, at) => ({ seq: at + 1, at: 0, ...event }) as VisitorEntry);
  return {
    phase: "ready",
    config: {
      agent_id: "a",
      name: "Acme",
      welcome: "",
      suggestions: [],
      accent_color: "#3b55d9",
      position: "right",
      announcement: "named",
      actions: [],
      person: { someone_there: true, offered: true },
      ticket: "",
      team_name: "Acme Support",
    },
    thread: events === null ? null : applyEntries(emptyThread("c"), entries),
    earlier: null,
    outbox: [],
    person: { someone_there: true, offered: true },
    typing: null,
    connection: { kind: "idle" },
    reconnecting: false,
    online: true,
    limitedUntil: null,
    pendingRatings: new Map(),
    unread: 0,
    newFrom: null,
    ...more,
  };
}

const outboxItem = (clientId: string, failed = false): OutboxItem => ({
  clientId,
  createdAt: 0,
  conversationId: null,
  context: { page: null, trail: [], referrer: null, locale: null },
  body: { kind: "message", text: "x" },
  status: failed
    ? { kind: "failed", failure: { code: "unanswered", message: "", details: {} }, retryWhenBack: true }
    : { kind: "queued" },
});

const told = (before: ChatState, after: ChatState) =>
  noticesBetween(before, after).map(({ event, announcement, audible }) =>
    [event?.name ?? "-", announcement ?? "-", audible ? "sound" : ""].join(" | ").trim(),
  );

describe("noticesBetween", () => {
  it("tells each new thing once, without its text in the event", () => {
    const before = state([said]);
    const after = state([said, answered("Within **five days** [1].")]);
    expect(told(before, after)).toEqual(["answer:done | Assistant: Within five days. 1 source. | sound"]);
    expect(noticesBetween(before, after)[0]?.event?.detail).toEqual({ kind: "answer", sources: 1 });
    expect(told(after, after)).toEqual([]);
  });

  it("follows a conversation from the AI to a person and to its end", () => {
    expect(told(state([said]), state([said, requested, joined, reply, closed]))).toEqual([
      "handoff:joined | Dana joined |",
      "message:received | Dana: It is on its way. | sound",
      "conversation:closed | Dana closed this conversation |",
    ]);
    expect(told(state([said]), state([said, requested]))).toEqual([
      "handoff:requested | Connecting you with Acme Support |",
    ]);
  });

  it("keeps to the announcement that the owner chose", () => {
    const join = (announcement: Announcement) => {
      const config = { ...state(null).config, announcement };
      return told(state([requested], { config }), state([requested, joined], { config }));
    };
    expect(join("brief")).toEqual(["handoff:joined | Acme Support joined |"]);
    expect(join("silent")).toEqual(["handoff:joined | - |"]);
  });

  it("is silent about history that was only loaded", () => {
    expect(told(state(null), state([said, answered("Yes.")]))).toEqual([]);
    expect(told(state(null, { phase: "starting" }), state([said, answered("Yes.")]))).toEqual([]);
  });

  it("tells what followed the visitor's own first words, and not what was there before", () => {
    const before = state(null, { outbox: [outboxItem("m1")] });
    expect(told(before, state([answered("Old."), said, answered("New.")]))).toEqual([
      "message:sent | Sent |",
      "answer:done | Assistant: New. 1 source. | sound",
    ]);
  });

  it("shortens long answers to their first sentence", () => {
    const [notice] = noticesBetween(state([said]), state([said, answered(`Yes. ${"word ".repeat(100)}`)]));
    expect(notice?.announcement).toBe(
      "Assistant answered. Yes. Press Alt and arrow up to read on. 1 source.",
    );
  });

  it("tells about the network and about what was not sent", () => {
    expect(told(state([said]), state([said], { online: false }))).toEqual(["- | You're offline |"]);
    expect(told(state([said]), state([said], { outbox: [outboxItem("m2", true)] }))).toEqual([
      "- | Not sent |",
    ]);
  });
});

describe("transcript", () => {
  it("has every word, its author and the sources", () => {
    const text = transcript(state([said, answered("Five days [1]."), requested, joined, reply, closed]));
    for (const part of [
      "You, ",
      "Refund?",
      "Assistant, ",
      "[1] Refund policy https://a.test/refunds",
      "Dana, ",
      "It is **on its way**.",
      "Dana closed this conversation",
    ]) {
      expect(text).toContain(part);
    }
  });
});
