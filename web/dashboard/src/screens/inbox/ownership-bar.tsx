import type { ConversationSummary } from "@baton/wire";
import type { ReactNode } from "react";
import { useMe, useNow } from "../../app/hooks";
import { Button } from "../../components/button";
import { cx } from "../../components/cx";
import {
  CircleCheckIcon,
  HandIcon,
  SparklesIcon,
  SquareIcon,
  UserCheckIcon,
  UsersIcon,
} from "../../components/icons";
import { WaitChip } from "../../components/wait-chip";
import { KEYS } from "../../store/keys";
import { agoText } from "../../text/times";
import { OUTCOME_NAMES } from "../../text/words";
import type { Commands } from "./use-commands";

const ICON = { size: 14, strokeWidth: 1.75, "aria-hidden": true, className: "shrink-0" } as const;

/** Says who answers right now, with the one step that changes it. */
export function OwnershipBar({
  summary,
  writing,
  confidence,
  commands,
}: {
  summary: ConversationSummary;
  /** The AI is writing an answer at this moment. */
  writing: boolean;
  /** How sure the AI was of its last answer. */
  confidence: number | null;
  commands: Commands;
}) {
  const me = useMe().member.id;
  const { owner } = summary;
  const take = (label: string, tone: "primary" | "ai", icon?: ReactNode) => (
    <Button
      tone={tone}
      size="small"
      keys={KEYS.take_over}
      busy={commands.busy === "take_over"}
      icon={icon}
      onClick={() => void commands.run(summary, { type: "take_over" })}
    >
      {label}
    </Button>
  );
  const toAi = (tone: "plain" | "ghost") => (
    <Button
      tone={tone}
      size="small"
      keys={KEYS.return_to_ai}
      busy={commands.busy === "return_to_ai"}
      onClick={() => void commands.run(summary, { type: "return_to_ai" })}
    >
      Hand back to the AI
    </Button>
  );
  switch (owner.kind) {
    case "ai":
      return (
        <Bar
          tone="ai"
          icon={<SparklesIcon {...ICON} />}
          action={
            writing
              ? take("Stop and take over", "ai", <SquareIcon size={12} aria-hidden fill="currentColor" />)
              : take("Take over", "ai")
          }
        >
          <strong className="font-medium">{writing ? "The AI is writing" : "The AI is answering"}</strong>
          {confidence !== null && (
            <span className="tabular"> · last answer {Math.round(confidence * 100)} % sure</span>
          )}
        </Bar>
      );
    case "queue":
      return (
        <Bar
          tone="queue"
          icon={<HandIcon {...ICON} />}
          action={
            <>
              <span className="max-lg:hidden">{toAi("ghost")}</span>
              {take("Take over", "primary")}
            </>
          }
        >
          <strong className="font-medium">Waiting for a person</strong> <WaitChip since={owner.since} />
        </Bar>
      );
    case "member":
      return owner.member_id === me ? (
        <Bar tone="mine" icon={<UserCheckIcon {...ICON} />} action={toAi("plain")}>
          <strong className="font-medium">You own this</strong> · AI paused
        </Bar>
      ) : (
        <Bar
          tone="other"
          icon={<UsersIcon {...ICON} />}
          action={
            <Button
              size="small"
              keys={KEYS.assign_to_me}
              busy={commands.busy === "assign"}
              onClick={() => void commands.run(summary, { type: "assign", member_id: me })}
            >
              Assign to me
            </Button>
          }
        >
          <strong className="font-medium">{owner.member_name} owns this</strong>
          {!owner.spoken && " · has not written yet"}
        </Bar>
      );
    case "closed":
      return (
        <Bar
          tone="other"
          icon={<CircleCheckIcon {...ICON} />}
          action={
            <Button
              size="small"
              keys={KEYS.reopen}
              busy={commands.busy === "reopen"}
              onClick={() => void commands.run(summary, { type: "reopen" })}
            >
              Reopen
            </Button>
          }
        >
          <strong className="font-medium">{OUTCOME_NAMES[owner.outcome]}</strong>
          <ClosedBy name={owner.by_name} at={owner.at} />
        </Bar>
      );
    default:
      owner satisfies never;
      return null;
  }
}

function ClosedBy({ name, at }: { name: string | null; at: number }) {
  const now = useNow();
  return (
    <span>
      {" "}
      · closed{name === null ? "" : ` by ${name}`} {agoText(at, now)}
    </span>
  );
}

const TONES = {
  ai: "bg-ai-tint text-ai border-ai-line",
  queue: "bg-warn-tint text-t1 border-warn-line [&>svg]:text-warn",
  mine: "bg-accent-tint text-accent border-accent-line",
  other: "bg-s1 text-t2 border-line",
} as const;

function Bar({
  tone,
  icon,
  action,
  children,
}: {
  tone: keyof typeof TONES;
  icon: ReactNode;
  action: ReactNode;
  children: ReactNode;
}) {
  return (
    <div
      className={cx(
        "flex min-h-9 shrink-0 flex-wrap items-center gap-2 border-y py-1 pr-2 pl-4 text-body",
        TONES[tone],
      )}
    >
      {icon}
      <p className="min-w-0 flex-1 basis-40">{children}</p>
      <div className="flex items-center gap-1">{action}</div>
    </div>
  );
}
