import type { ConversationSummary, InboxView } from "@baton/wire";
import { Link } from "@tanstack/react-router";
import { memo, useSyncExternalStore } from "react";
import { useInbox, useMe, useMembers, useNow, useServices } from "../../app/hooks";
import { keepAgent } from "../../app/links";
import { Avatar, type Ring } from "../../components/avatar";
import { Button } from "../../components/button";
import { cx } from "../../components/cx";
import { CircleCheckIcon } from "../../components/icons";
import { WaitChip } from "../../components/wait-chip";
import { isUnread, viewsOf } from "../../store/places";
import { ageText } from "../../text/times";
import { OUTCOME_NAMES, sentence } from "../../text/words";
import { Reason } from "./reason";

/** The height of a row, in pixels; the list relies on it. */
export const ROW_HEIGHT = 64;

const RINGS: Record<ConversationSummary["owner"]["kind"], Ring> = {
  ai: "ai",
  member: "member",
  queue: "none",
  closed: "none",
};

type RowProps = {
  id: string;
  view: InboxView;
  open: boolean;
  /** Where the row stands in the list, in pixels. */
  top: number;
  position: number;
  total: number;
  severalAgents: boolean;
  onTakeOver: (summary: ConversationSummary) => void;
};

/** One conversation in the list, as a real link. */
export const ConversationRow = memo(function ConversationRow(props: RowProps) {
  const summary = useInbox((state) => state.summaries[props.id]);
  return summary === undefined ? null : <Row {...props} summary={summary} />;
});

function Row({
  summary,
  view,
  open,
  top,
  position,
  total,
  severalAgents,
  onTakeOver,
}: RowProps & { summary: ConversationSummary }) {
  const me = useMe().member.id;
  const marks = useInbox((state) => state.marks);
  // The AI's conversations never ask for attention.
  const unread = summary.owner.kind !== "ai" && summary.owner.kind !== "closed" && isUnread(summary, marks);
  const left = !viewsOf(summary.place, me).includes(view);
  const takeable = summary.owner.kind === "queue" || summary.owner.kind === "ai";
  return (
    <li
      aria-setsize={total}
      aria-posinset={position}
      className="group/row absolute inset-x-0 top-0 h-16"
      style={{ transform: `translateY(${top}px)` }}
    >
      <Link
        to="/inbox/$view/{-$conversationId}"
        params={{ view, conversationId: summary.id }}
        search={keepAgent}
        data-row={summary.id}
        aria-current={open ? "true" : undefined}
        className={cx(
          "focus-inset relative flex h-full gap-2.5 px-3 py-2 transition-colors duration-120",
          open ? "bg-s3" : "hover:bg-s2",
          left && !open && "opacity-60",
        )}
      >
        {open && <span aria-hidden className="absolute inset-y-0 left-0 w-0.5 bg-accent" />}
        <Avatar name={summary.visitor.label} ring={RINGS[summary.owner.kind]} />
        <span className="flex min-w-0 flex-1 flex-col">
          <span className="flex h-4 items-center gap-2">
            <span
              className={cx("min-w-0 truncate text-body leading-4", unread ? "font-semibold" : "font-medium")}
            >
              {summary.visitor.label}
            </span>
            {severalAgents && (
              <span className="min-w-0 shrink-[4] truncate text-meta text-t3">{summary.agent_name}</span>
            )}
            <span className="ml-auto shrink-0 pl-1">
              {summary.owner.kind === "queue" ? (
                <WaitChip since={summary.owner.since} />
              ) : (
                <Age at={summary.active_at} />
              )}
            </span>
          </span>
          <span className="flex h-4 items-center gap-2">
            <LastLine summary={summary} me={me} strong={unread} />
            {unread && (
              <span className="ml-auto size-2 shrink-0 rounded-full bg-accent">
                <span className="sr-only">Unread</span>
              </span>
            )}
          </span>
          <span className="flex h-4 items-center gap-2 text-meta text-t3">
            <OwnerLine summary={summary} me={me} />
            <Viewers id={summary.id} me={me} />
          </span>
        </span>
      </Link>
      {takeable && !open && (
        // The pointer's short cut; by keyboard it is T. An open conversation has the button above it.
        <span className="absolute right-2 bottom-1.5 hidden group-hover/row:block pointer-coarse:hidden!">
          <Button size="small" tabIndex={-1} className="h-6 shadow-float" onClick={() => onTakeOver(summary)}>
            Take over
          </Button>
        </span>
      )}
    </li>
  );
}

function Age({ at }: { at: number }) {
  const now = useNow();
  return <span className="tabular text-meta text-t3">{ageText(at, now)}</span>;
}

/** Who said the last words; the visitor's stand for themselves. */
function authorText(summary: ConversationSummary, me: string): string {
  const { last_message, owner } = summary;
  if (last_message === null || last_message.author === "visitor") return "";
  if (last_message.author === "ai") return "AI: ";
  if (owner.kind !== "member") return "Team: ";
  return owner.member_id === me ? "You: " : `${owner.member_name.split(" ")[0]}: `;
}

function LastLine({ summary, me, strong }: { summary: ConversationSummary; me: string; strong: boolean }) {
  const { drafts } = useServices();
  const draft = useSyncExternalStore(drafts.subscribe, () => drafts.get(summary.id));
  const typing = useInbox((state) => state.typing.find((one) => one.conversation_id === summary.id));
  if (typing !== undefined) {
    const who = typing.who === "visitor" ? "" : `${typing.name} is `;
    return <span className="truncate text-accent text-meta">{who}typing…</span>;
  }
  if (draft.trim() !== "") {
    return (
      <span className="truncate text-meta text-t2">
        <span className="text-warn">Draft:</span> {draft}
      </span>
    );
  }
  const last = summary.last_message;
  return (
    <span className={cx("truncate text-meta", strong ? "text-t1" : "text-t2")}>
      {last === null
        ? sentence(summary.handoff?.evidence ?? "No message yet")
        : `${authorText(summary, me)}${last.text}`}
    </span>
  );
}

function OwnerLine({ summary, me }: { summary: ConversationSummary; me: string }) {
  const { owner } = summary;
  switch (owner.kind) {
    case "queue":
      return <Reason reason={owner.reason} />;
    case "ai":
      return (
        <span className="truncate">{summary.page?.title ?? summary.page?.url ?? "The AI is answering"}</span>
      );
    case "member":
      return (
        <span className="truncate">
          {owner.member_id === me ? "You have this" : `${owner.member_name} has this`}
        </span>
      );
    case "closed":
      return (
        <span className="inline-flex min-w-0 items-center gap-1">
          <CircleCheckIcon size={14} strokeWidth={1.5} aria-hidden className="shrink-0" />
          <span className="truncate">
            {OUTCOME_NAMES[owner.outcome]}
            {owner.by_name === null ? "" : ` · ${owner.by_name}`}
          </span>
        </span>
      );
    default:
      owner satisfies never;
      return null;
  }
}

/** Colleagues who look at the conversation right now. */
function Viewers({ id, me }: { id: string; me: string }) {
  const members = useMembers();
  const presence = useInbox((state) => state.presence);
  const viewing = members.filter((one) => one.id !== me && presence[one.id]?.viewing === id);
  if (viewing.length === 0) return null;
  return (
    <span className="ml-auto inline-flex shrink-0 -space-x-1 group-hover/row:invisible">
      {viewing.slice(0, 3).map((one) => (
        <Avatar key={one.id} name={one.name} size={16} tone="member" label={`${one.name} is viewing this`} />
      ))}
    </span>
  );
}
