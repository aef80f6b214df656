import type { Citation, Event } from "@baton/wire";
import { describe, expect, it } from "vitest";
import { DANA, events, ME } from "./testing/log";
import { addEntries, EMPTY_THREAD } from "./thread";
import { threadItems, usedSources, visitedPages } from "./thread-items";

const MINUTE = 60_000;
const NOON = new Date(2026, 4, 4, 12).getTime();

function items(happened: readonly (readonly [minute: number, event: Event])[]) {
  const thread = addEntries(
    EMPTY_THREAD,
    happened.map(([minute, event], index) => ({ seq: index + 1, at: NOON + minute * MINUTE, ...event })),
  );
  return threadItems(thread, [], ME);
}

function citation(passage_id: string, score: number): Citation {
  return {
    index: 1,
    title: passage_id,
    url: null,
    source_name: "s",
    heading_path: [],
    quote: "",
    passage_id,
    score,
  };
}

describe("what the thread shows", () => {
  it("groups messages of one author within three minutes", () => {
    const shown = items([
      [0, events.said("a")],
      [1, events.said("b")],
      [8, events.said("c")],
      [9, events.wrote(ME, "m1")],
      [9, events.wrote(DANA, "m2")],
    ]).filter((item) => item.kind === "visitor" || item.kind === "member");
    expect(shown.map(({ continues, continued }) => [continues, continued])).toEqual([
      [false, true],
      [true, false],
      [false, false],
      [false, false],
      [false, false],
    ]);
  });

  it("marks the last own message as seen once the visitor has seen it", () => {
    const before = items([
      [0, events.wrote(ME, "m1")],
      [1, events.wrote(ME, "m2")],
    ]);
    const receipts = (shown: typeof before) =>
      shown.flatMap((item) => (item.kind === "member" ? [item.receipt] : []));
    expect(receipts(before)).toEqual([null, "sent"]);
    const after = items([
      [0, events.wrote(ME, "m1")],
      [1, events.wrote(ME, "m2")],
      [2, { type: "seen", by: "visitor", up_to: 2 }],
    ]);
    expect(receipts(after)).toEqual([null, "seen"]);
  });

  it("separates days", () => {
    const shown = items([
      [0, events.said("today")],
      [24 * 60, events.said("tomorrow")],
    ]);
    expect(shown.map((item) => item.kind)).toEqual(["day", "visitor", "day", "visitor"]);
  });

  it("tells who did what, with the reader as you", () => {
    const texts = items([
      [0, events.taken(ME)],
      [1, events.taken(DANA)],
      [2, { type: "assigned", member_id: ME, member_name: "Me", by_member_id: DANA, by_name: "Dana" }],
      [3, { type: "assigned", member_id: ME, member_name: "Me", by_member_id: ME, by_name: "Me" }],
      [4, events.toAi()],
      [5, { type: "closed", by: { kind: "member", member_id: DANA, name: "Dana" }, outcome: "not_solved" }],
      [6, { type: "reopened", by: { kind: "visitor" }, to: "ai" }],
    ]).flatMap((item) => (item.kind === "divider" ? [item.text] : []));
    expect(texts).toEqual([
      "You joined",
      `${DANA} joined`,
      "Dana assigned this to you",
      "You took this",
      "You handed back to the AI",
      "Dana closed this as not solved",
      "The visitor wrote again",
    ]);
  });

  it("gives the handoff what the visitor last wrote, since the last close", () => {
    const answer = events.answered("t");
    const shown = items([
      [0, events.said("old question")],
      [1, events.closed()],
      [2, events.said("first part")],
      [3, events.said("second part")],
      [4, answer],
      [5, events.handoff()],
    ]);
    const handoff = shown.find((item) => item.kind === "handoff");
    expect(handoff?.kind === "handoff" ? handoff.context : null).toMatchObject({
      wants: "first part\nsecond part",
      answers: 1,
      tried: [],
    });
  });
});

describe("sources used", () => {
  it("are listed once, best first", () => {
    const answer = (citations: Citation[]): Event => ({
      type: "ai_message",
      turn_id: "t",
      kind: "answer",
      text: "",
      citations,
      confidence: null,
      offers_person: false,
    });
    const log = [answer([citation("a", 0.3), citation("b", 0.5)]), answer([citation("a", 0.9)])].map(
      (event, index) => ({
        seq: index + 1,
        at: 0,
        ...event,
      }),
    );
    expect(usedSources(log).map((one) => [one.passage_id, one.score])).toEqual([
      ["a", 0.9],
      ["b", 0.5],
    ]);
  });
});

describe("pages", () => {
  it("give the page now and those before, newest first", () => {
    const page = (url: string) => ({ url, title: null });
    const start: Event = {
      type: "conversation_started",
      page: page("/b"),
      trail: [page("/a"), page("/b")],
      referrer: null,
      locale: null,
      user_agent: null,
      previous_conversation_id: null,
    };
    const visit: Event = { type: "page_visited", page: page("/c") };
    const log = [start, visit, visit].map((event, index) => ({ seq: index + 1, at: 0, ...event }));
    expect(visitedPages(log)).toEqual({ page: page("/c"), trail: [page("/b"), page("/a")] });
  });
});
