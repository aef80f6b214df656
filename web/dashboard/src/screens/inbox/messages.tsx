import type { AiMessage, MemberMessage, Phase, Rating, SystemLineSaid, VisitorMessage } from "@baton/wire";
import { type ReactNode, useCallback } from "react";
import { useNow } from "../../app/hooks";
import { Button } from "../../components/button";
import { cx } from "../../components/cx";
import {
  CheckIcon,
  CircleAlertIcon,
  SparklesIcon,
  ThumbsDownIcon,
  ThumbsUpIcon,
} from "../../components/icons";
import { Markdown } from "../../components/markdown";
import { Tooltip } from "../../components/tooltip";
import type { Pending } from "../../store/inbox-state";
import type { Turn } from "../../store/thread";
import type { Grouping, Logged } from "../../store/thread-items";
import { dayText, fullText, timeText } from "../../text/times";
import { CitationChip, CitationMark, PromisedMark } from "./citation-chip";

const BUBBLE = "max-w-[min(62ch,88%)] rounded-bubble px-3 py-2 text-read";

/** A moment, with the full date on hover and for machines. */
function Time({ at }: { at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={fullText(at)} className="tabular text-micro text-t3">
      {timeText(at)}
    </time>
  );
}

/** Who wrote it and when, above the first message of a group; always there for screen readers. */
function Byline({
  name,
  at,
  hidden,
  align,
}: {
  name: string;
  at: number;
  hidden: boolean;
  align: "start" | "end";
}) {
  if (hidden) {
    return (
      <span className="sr-only">
        {name}, {timeText(at)}
      </span>
    );
  }
  return (
    <div className={cx("mb-1 flex items-baseline gap-2 px-1", align === "end" && "justify-end")}>
      <span className="font-medium text-meta text-t2">{name}</span>
      <Time at={at} />
    </div>
  );
}

export function VisitorBubble({
  entry,
  name,
  continues,
  continued,
}: { entry: Logged<VisitorMessage>; name: string } & Grouping) {
  return (
    <article className={cx("flex flex-col items-start", continues ? "mt-1" : "mt-4")}>
      <Byline name={name} at={entry.at} hidden={continues} align="start" />
      <div className={cx(BUBBLE, "bg-s2 text-t1", !continued && "rounded-bl-chip")}>
        <Markdown text={entry.text} />
      </div>
    </article>
  );
}

export function MemberBubble({
  entry,
  mine,
  receipt,
  continues,
  continued,
}: { entry: Logged<MemberMessage>; mine: boolean; receipt: "sent" | "seen" | null } & Grouping) {
  return (
    <article className={cx("flex flex-col items-end", continues ? "mt-1" : "mt-4")}>
      <Byline name={mine ? "You" : entry.member_name} at={entry.at} hidden={continues} align="end" />
      <div className={cx(BUBBLE, "bg-accent-tint text-t1", !continued && "rounded-br-chip")}>
        <Markdown text={entry.text} />
      </div>
      {receipt !== null && (
        <span className="mt-1 inline-flex items-center gap-1 px-1 text-micro text-t3">
          <CheckIcon size={12} aria-hidden />
          {receipt === "seen" ? "Seen" : "Sent"}
        </span>
      )}
    </article>
  );
}

/** A message of mine that is on its way, or did not arrive. */
export function PendingBubble({
  pending,
  onRetry,
  onEdit,
}: {
  pending: Pending;
  onRetry: (clientId: string) => void;
  onEdit: (clientId: string) => void;
}) {
  const failed = pending.status === "failed";
  return (
    <article className="mt-4 flex flex-col items-end">
      <Byline name="You" at={pending.at} hidden={false} align="end" />
      <div
        className={cx(
          BUBBLE,
          "rounded-br-chip text-t1",
          failed ? "border border-err bg-bg" : "bg-accent-tint opacity-70",
        )}
      >
        <Markdown text={pending.text} />
      </div>
      {pending.status === "failed" ? (
        <div
          role="alert"
          className="mt-1 flex max-w-[min(62ch,88%)] flex-wrap items-center justify-end gap-x-2 gap-y-1"
        >
          <span className="inline-flex items-center gap-1 text-err text-meta">
            <CircleAlertIcon size={14} aria-hidden className="shrink-0" />
            Not sent. {pending.failure.message}
          </span>
          <span className="inline-flex gap-1">
            <Button size="small" onClick={() => onRetry(pending.client_id)}>
              Retry
            </Button>
            <Button size="small" tone="ghost" onClick={() => onEdit(pending.client_id)}>
              Edit
            </Button>
          </span>
        </div>
      ) : (
        <span className="mt-1 animate-later px-1 text-micro text-t3">Sending…</span>
      )}
    </article>
  );
}

function AiFrame({ head, at, children }: { head: ReactNode; at: number | null; children: ReactNode }) {
  return (
    <article className="mt-4 flex flex-col items-end">
      <div className="mb-1 flex flex-wrap items-center justify-end gap-x-2 px-1">
        <span className="inline-flex items-center gap-1 font-medium text-ai text-meta">
          <SparklesIcon size={12} strokeWidth={1.75} aria-hidden />
          AI
        </span>
        {head}
        {at !== null && <Time at={at} />}
      </div>
      {children}
    </article>
  );
}

const KIND_NOTES: Record<AiMessage["kind"], string | null> = {
  answer: null,
  small_talk: "small talk",
  abstain: "said the docs do not answer this",
};

export function AiBubble({
  entry,
  rating,
  comment,
}: {
  entry: Logged<AiMessage>;
  rating: Rating | null;
  comment: string | null;
}) {
  const citation = useCallback(
    (index: number): ReactNode => {
      const cited = entry.citations.find((one) => one.index === index);
      return cited === undefined ? `[${index}]` : <CitationMark citation={cited} />;
    },
    [entry.citations],
  );
  const note = KIND_NOTES[entry.kind];
  return (
    <AiFrame
      at={entry.at}
      head={
        <>
          {note !== null && <span className="text-meta text-t2">{note}</span>}
          {entry.confidence !== null && <Confidence confidence={entry.confidence} />}
        </>
      }
    >
      <div className={cx(BUBBLE, "rounded-br-chip bg-ai-tint text-t1")}>
        <Markdown text={entry.text} citation={citation} />
      </div>
      {entry.citations.length > 0 && (
        <ul aria-label="Sources" className="mt-1.5 flex max-w-[min(62ch,88%)] flex-wrap justify-end gap-1">
          {entry.citations.map((one) => (
            <li key={one.index} className="flex min-w-0">
              <CitationChip citation={one} />
            </li>
          ))}
        </ul>
      )}
      {rating !== null && (
        <p className="mt-1 inline-flex max-w-[min(62ch,88%)] items-center gap-1.5 px-1 text-meta text-t2">
          {rating === "up" ? (
            <ThumbsUpIcon size={12} aria-hidden className="shrink-0 text-ok" />
          ) : (
            <ThumbsDownIcon size={12} aria-hidden className="shrink-0 text-err" />
          )}
          {rating === "up" ? "The visitor found this helpful" : "The visitor did not find this helpful"}
          {comment === null || comment === "" ? "" : `: “${comment}”`}
        </p>
      )}
      {entry.offers_person && <p className="mt-1 px-1 text-micro text-t3">Offered a person</p>}
    </AiFrame>
  );
}

/** How sure the AI was, in percent, as a word and a number. */
export function Confidence({ confidence }: { confidence: number }) {
  const percent = Math.round(confidence * 100);
  return (
    <Tooltip text={`Of the answers given at this confidence, about ${percent} in 100 are right.`} side="top">
      <button type="button" className="tabular rounded-chip text-meta text-t2">
        {percent} % sure
      </button>
    </Tooltip>
  );
}

const PHASES: Record<Phase, string> = {
  searching: "Searching the docs…",
  reading: "Reading…",
  writing: "Writing…",
};

/** The beginning of a citation's mark, whose end is still to come. */
const UNFINISHED_MARK = /\s*\[\d*$/;
const promised = (index: number): ReactNode => <PromisedMark index={index} />;

/** The answer that the AI is writing, word by word. */
export function TurnBubble({ turn }: { turn: Turn }) {
  const phase =
    turn.phase === "reading" && turn.title !== null
      ? `Reading “${turn.title}”…`
      : turn.phase === null
        ? "Working on an answer…"
        : PHASES[turn.phase];
  return (
    <AiFrame
      at={null}
      head={<span className="text-meta text-t2">{turn.text === "" ? "" : "is writing"}</span>}
    >
      <div className={cx(BUBBLE, "rounded-br-chip bg-ai-tint text-t1")}>
        {turn.text === "" ? (
          <span className="text-t2">{phase}</span>
        ) : (
          <span className="[&>div]:inline [&_p:last-child]:inline">
            <Markdown text={turn.text.replace(UNFINISHED_MARK, "")} citation={promised} />
            <span
              aria-hidden
              className="ml-0.5 inline-block h-[1em] w-[7px] translate-y-[2px] animate-blink rounded-[1px] bg-ai"
            />
          </span>
        )}
      </div>
    </AiFrame>
  );
}

/** Words that Baton itself said to the visitor. */
export function SystemLine({ entry }: { entry: Logged<SystemLineSaid> }) {
  return (
    <article className="mt-4 flex flex-col items-end">
      <Byline name="Baton told the visitor" at={entry.at} hidden={false} align="end" />
      <div className={cx(BUBBLE, "rounded-br-chip border border-line bg-bg text-t2")}>
        <Markdown text={entry.text} />
      </div>
    </article>
  );
}

/** A turn in the conversation: who joined, gave it back, closed it. */
export function Divider({ text, at }: { text: string; at: number }) {
  return (
    <div className="mt-5 mb-1 flex items-center gap-3">
      <span className="h-px flex-1 bg-line" />
      <span className="text-center text-meta text-t2">
        {text} <Time at={at} />
      </span>
      <span className="h-px flex-1 bg-line" />
    </div>
  );
}

export function DayDivider({ at }: { at: number }) {
  const now = useNow();
  return (
    <div className="mt-5 mb-1 flex justify-center first:mt-1">
      <span className="text-meta text-t3">{dayText(at, now)}</span>
    </div>
  );
}

/** Something for the team only. */
export function Aside({ text, evidence, at }: { text: string; evidence: string; at: number }) {
  return (
    <div className="mt-4 rounded-r-control border-note-bar border-l-2 bg-note px-3 py-2 text-body text-note-ink">
      <p className="font-medium">
        {text} <span className="tabular font-normal text-micro">{timeText(at)}</span>
      </p>
      {evidence !== "" && <p className="text-meta">{evidence}</p>}
      <p className="sr-only">Only the team sees this.</p>
    </div>
  );
}
