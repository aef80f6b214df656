import type { Owner } from "@baton/wire";
import type { Command } from "./inbox-client";

/** The commands that give a conversation back to its owner of before, in order; empty when that is not possible. */
export function commandsBackTo(before: Owner, after: Owner, me: string): readonly Command[] {
  const reopen: readonly Command[] = after.kind === "closed" ? [{ type: "reopen" }] : [];
  switch (before.kind) {
    case "ai":
      return [...reopen, { type: "return_to_ai" }];
    case "queue":
      return [...reopen, { type: "return_to_queue" }];
    case "member":
      if (before.member_id !== me) return [...reopen, { type: "assign", member_id: before.member_id }];
      if (after.kind === "closed") return reopen;
      return after.kind === "member" ? [{ type: "assign", member_id: me }] : [{ type: "take_over" }];
    case "closed":
      // A conversation that lapsed by itself cannot lapse by hand.
      return before.outcome === "lapsed" ? [] : [{ type: "close", outcome: before.outcome }];
    default:
      before satisfies never;
      return [];
  }
}
