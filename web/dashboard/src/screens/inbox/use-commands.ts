import type { ConversationSummary, Outcome } from "@baton/wire";
import { useCallback, useMemo, useState } from "react";
import { useInboxClient, useMe, useMembers, useServices } from "../../app/hooks";
import type { Command, CommandResult } from "../../store/inbox-client";
import { commandsBackTo } from "../../store/undo";
import { agoText } from "../../text/times";
import { OUTCOME_NAMES } from "../../text/words";

/** What a member can do with a conversation; `busy` names the command under way. */
export type Commands = {
  busy: Command["type"] | null;
  run: (summary: ConversationSummary, command: Command) => Promise<CommandResult>;
};

/** Carries out commands, says what happened, and offers to undo it. */
export function useCommands(): Commands {
  const client = useInboxClient();
  const { toasts, clock } = useServices();
  const me = useMe().member.id;
  const members = useMembers();
  const [busy, setBusy] = useState<Command["type"] | null>(null);
  const carryOut = useCallback(
    async (summary: ConversationSummary, command: Command): Promise<CommandResult> => {
      setBusy(command.type);
      const result = await client.run(summary.id, command);
      setBusy(null);
      switch (result.kind) {
        case "done": {
          const back = commandsBackTo(summary.owner, result.response.summary.owner, me);
          const undo = async () => {
            for (const step of back) {
              const undone = await client.run(summary.id, step);
              if (undone.kind !== "done") {
                toasts.show(`It could not be undone. ${whyNot(undone, clock.now())}`, { tone: "error" });
                return;
              }
            }
            toasts.show("Undone.");
          };
          const text = doneText(
            summary,
            command,
            me,
            (id) => members.find((one) => one.id === id)?.name ?? "a colleague",
          );
          toasts.show(text, back.length === 0 ? {} : { undo: () => void undo() });
          break;
        }
        case "taken":
        case "failed":
          toasts.show(whyNot(result, clock.now()), { tone: "error" });
          break;
        default:
          result satisfies never;
      }
      return result;
    },
    [client, toasts, clock, me, members],
  );
  const run = useCallback(
    (summary: ConversationSummary, command: Command): Promise<CommandResult> => {
      const result = carryOut(summary, command);
      toasts.during(result);
      return result;
    },
    [carryOut, toasts],
  );
  return useMemo(() => ({ busy, run }), [busy, run]);
}

/** Why a command was refused, in a sentence. */
export function whyNot(result: Exclude<CommandResult, { kind: "done" }>, now: number): string {
  return result.kind === "taken"
    ? `${result.by.member_name} took this ${agoText(result.by.since, now)}.`
    : result.failure.message;
}

function doneText(
  summary: ConversationSummary,
  command: Command,
  me: string,
  nameOf: (memberId: string) => string,
): string {
  const who = summary.visitor.label;
  switch (command.type) {
    case "take_over":
      return `You have ${who}. The AI is paused.`;
    case "assign":
      return command.member_id === me ? `You have ${who}.` : `${nameOf(command.member_id)} has ${who} now.`;
    case "return_to_queue":
      return `${who} waits in the queue again.`;
    case "return_to_ai":
      return `The AI answers ${who} again.`;
    case "close":
      return `Closed as ${OUTCOME_NAMES[command.outcome].toLowerCase()}.`;
    case "reopen":
      return `Reopened. You have ${who}.`;
    default:
      command satisfies never;
      return "Done.";
  }
}

/** The outcomes that a member may choose, in the order of the menu. */
export const CLOSING_OUTCOMES = ["solved", "not_solved", "spam"] as const satisfies readonly Outcome[];
