import type { Owner } from "@baton/wire";
import { describe, expect, it } from "vitest";
import { DANA, ME } from "./testing/log";
import { commandsBackTo } from "./undo";

const ai: Owner = { kind: "ai" };
const queue: Owner = { kind: "queue", since: 0, reason: "asked" };
const mine: Owner = { kind: "member", member_id: ME, member_name: "Me", since: 0, spoken: true };
const danas: Owner = { ...mine, member_id: DANA, member_name: "Dana" };
const closed: Owner = { kind: "closed", at: 0, outcome: "solved", by_name: "Me" };
const types = (before: Owner, after: Owner) =>
  commandsBackTo(before, after, ME).map((command) => command.type);

describe("undoing", () => {
  it("gives the conversation back to whoever had it", () => {
    expect(types(ai, mine)).toEqual(["return_to_ai"]);
    expect(types(queue, mine)).toEqual(["return_to_queue"]);
    expect(types(mine, ai)).toEqual(["take_over"]);
    expect(types(mine, queue)).toEqual(["take_over"]);
    expect(commandsBackTo(mine, danas, ME)).toEqual([{ type: "assign", member_id: ME }]);
    expect(commandsBackTo(danas, mine, ME)).toEqual([{ type: "assign", member_id: DANA }]);
  });

  it("opens a closed conversation first", () => {
    expect(types(mine, closed)).toEqual(["reopen"]);
    expect(types(ai, closed)).toEqual(["reopen", "return_to_ai"]);
    expect(types(danas, closed)).toEqual(["reopen", "assign"]);
  });

  it("closes again as it was, except what lapsed by itself", () => {
    expect(commandsBackTo(closed, mine, ME)).toEqual([{ type: "close", outcome: "solved" }]);
    expect(commandsBackTo({ ...closed, outcome: "lapsed" }, mine, ME)).toEqual([]);
  });
});
