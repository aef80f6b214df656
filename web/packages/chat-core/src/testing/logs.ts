import type { VisitorEntry, VisitorEvent } from "@baton/wire";

/** A log that any server could have written: random events that are possible where they stand. */
export function randomLog(random: () => number, length: number): VisitorEntry[] {
  const log: VisitorEntry[] = [];
  let owner: "ai" | "queue" | "member" | "closed" = "ai";
  let turn: string | null = null;
  const pick = <T>(options: readonly T[]): T => {
    const option = options[Math.floor(random() * options.length)];
    if (option === undefined) throw new Error("nothing to pick from");
    return option;
  };
  const add = (event: VisitorEvent) =>
    log.push({ seq: log.length + 1, at: 1_760_000_000_000 + log.length * 60_000, ...event } as VisitorEntry);
  add({
    type: "conversation_started",
    page: null,
    trail: [],
    referrer: null,
    locale: null,
    previous_conversation_id: null,
  });
  const member = () => ({ member_id: pick(["m1", "m2"]), member_name: "Dana" });
  while (log.length < length) {
    const id = String(log.length);
    const choice = pick(["say", "answer", "person", "meta", "meta"] as const);
    if (choice === "say") {
      if (owner === "closed") {
        owner = pick(["ai", "queue", "member"] as const);
        add({ type: "reopened", by: { kind: "visitor" }, to: owner });
      }
      add({ type: "visitor_message", client_id: `c${id}`, text: `question ${id}` });
    } else if (choice === "answer" && owner === "ai") {
      if (turn === null || random() < 0.3) {
        turn = `t${id}`;
        add({ type: "turn_opened", turn_id: turn });
      } else {
        add({
          type: "ai_message",
          turn_id: turn,
          kind: pick(["answer", "small_talk", "abstain"] as const),
          text: `answer ${id}`,
          citations: [],
          confidence: 0.9,
          offers_person: false,
        });
        turn = null;
      }
    } else if (choice === "person") {
      turn = null;
      if (owner === "ai") {
        add({
          type: "handoff_requested",
          handoff_id: `h${id}`,
          reason: "asked",
          turn_id: null,
          action: random() < 0.5 ? { action_id: "talk", label: "Talk to a human", fields: [] } : null,
          someone_there: true,
        });
        add({ type: "system_line", line: "handoff", text: "Let me connect you." });
        owner = "queue";
      } else if (owner === "queue") {
        add({ type: "taken_over", ...member(), from: "queue", handoff_id: "h" });
        owner = "member";
      } else if (owner === "member") {
        const what = pick(["message", "message", "assign", "queue", "ai", "close"] as const);
        const by = { by_member_id: "m1", by_name: "Dana" };
        if (what === "message") add({ type: "member_message", ...member(), client_id: `m${id}`, text: "Hi" });
        if (what === "assign") add({ type: "assigned", ...member(), ...by });
        if (what === "queue") add({ type: "returned_to_queue", ...by });
        if (what === "ai") add({ type: "returned_to_ai", ...by });
        if (what === "close") {
          add({ type: "closed", by: { kind: "member", member_id: "m1", name: "Dana" }, outcome: "solved" });
          if (random() < 0.5) add({ type: "system_line", line: "closed", text: "Dana closed it." });
        }
        owner = ({ message: "member", assign: "member", queue: "queue", ai: "ai", close: "closed" } as const)[
          what
        ];
      }
    } else if (choice === "meta") {
      const up_to = Math.ceil(random() * log.length);
      add(
        pick<VisitorEvent>([
          { type: "hidden" },
          { type: "seen", by: "team", up_to },
          { type: "seen", by: "visitor", up_to },
          { type: "rated", message_seq: up_to, rating: pick(["up", "down", null] as const), comment: null },
        ]),
      );
    }
  }
  return log;
}
