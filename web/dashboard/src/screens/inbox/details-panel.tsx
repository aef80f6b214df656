import type { ConversationSummary } from "@baton/wire";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useInbox, useNow } from "../../app/hooks";
import { IconButton } from "../../components/button";
import { CopyButton } from "../../components/copy-button";
import { XIcon } from "../../components/icons";
import { ScrollRegion } from "../../components/scroll-region";
import { Skeleton } from "../../components/skeleton";
import { KEYS } from "../../store/keys";
import type { Thread } from "../../store/thread";
import { usedSources, visitedPages } from "../../store/thread-items";
import { addressText, browserText, localeText } from "../../text/browser";
import { agoText, dateText, fullText, timeText } from "../../text/times";
import { count, REASON_NAMES } from "../../text/words";
import { CitationChip, scoreText } from "./citation-chip";
import { PageLink } from "./handoff-card";

/** What is known about the visitor and the conversation. */
export function DetailsPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const summary = useInbox((state) => state.summaries[id]);
  const opened = useInbox((state) => state.opened[id]);
  return (
    <aside aria-label="Details" className="flex h-full flex-col bg-bg">
      <header className="flex h-[52px] shrink-0 items-center pr-2 pl-4">
        <h2 className="flex-1 font-semibold text-body">Details</h2>
        <IconButton
          label="Hide the details"
          keys={KEYS.details}
          icon={<XIcon size={16} strokeWidth={1.5} aria-hidden />}
          onClick={onClose}
        />
      </header>
      <ScrollRegion label="About the visitor" className="min-h-0 flex-1 overflow-y-auto px-4 pb-6">
        {summary === undefined || opened?.status !== "ready" ? (
          <Skeleton rows={3} label="Loading the details" />
        ) : (
          <Details summary={summary} thread={opened.thread} visitor={opened.visitor} />
        )}
      </ScrollRegion>
    </aside>
  );
}

function Details({
  summary,
  thread,
  visitor,
}: {
  summary: ConversationSummary;
  thread: Thread;
  visitor: { label: string; first_seen_at: number; conversations: number };
}) {
  const now = useNow();
  const start = thread.entries.find((entry) => entry.type === "conversation_started");
  const started = start?.type === "conversation_started" ? start : null;
  const { page, trail } = visitedPages(thread.entries);
  const sources = usedSources(thread.entries);
  const handoffs = thread.entries.filter((entry) => entry.type === "handoff_requested");
  const fields = handoffs.flatMap((entry) => entry.action?.fields ?? []);
  const previous = Math.max(0, visitor.conversations - 1);
  return (
    <div className="flex flex-col gap-5">
      <Part title="Visitor">
        <Facts>
          <Fact name="Name">{visitor.label}</Fact>
          {fields.map((field) => (
            <Fact key={`${field.name}-${field.value}`} name={field.label}>
              {field.value}
            </Fact>
          ))}
          <Fact name="First seen">
            <time
              dateTime={new Date(visitor.first_seen_at).toISOString()}
              title={fullText(visitor.first_seen_at)}
            >
              {agoText(visitor.first_seen_at, now)}
            </time>
          </Fact>
          <Fact name="History">
            {previous === 0 ? "Their first conversation" : count(previous, "earlier conversation")}
          </Fact>
          {started?.locale != null && <Fact name="Language">{localeText(started.locale)}</Fact>}
          {started?.user_agent != null && (
            <Fact name="Browser">
              <span title={started.user_agent}>{browserText(started.user_agent) ?? started.user_agent}</span>
            </Fact>
          )}
        </Facts>
        {started?.previous_conversation_id != null && (
          <Link
            to="/inbox/$view/{-$conversationId}"
            params={{ view: "resolved", conversationId: started.previous_conversation_id }}
            className="mt-2 inline-block text-accent underline-offset-2 hover:underline"
          >
            Open the conversation before
          </Link>
        )}
      </Part>
      {page !== null && (
        <Part title="On this page now">
          <PageLink page={page} />
        </Part>
      )}
      {(trail.length > 0 || started?.referrer != null) && (
        <Part title="Pages before">
          <ol className="flex flex-col gap-2">
            {trail.map((one, index) => (
              <li key={`${one.url}-${String(index)}`}>
                <PageLink page={one} />
              </li>
            ))}
            {started?.referrer != null && (
              <li className="text-meta text-t3">Came from {addressText(started.referrer)}</li>
            )}
          </ol>
        </Part>
      )}
      <Part title="Sources the AI used">
        {sources.length === 0 ? (
          <p className="text-t2">None so far.</p>
        ) : (
          <ul className="flex flex-col gap-1.5">
            {sources.map((citation) => (
              <li key={citation.passage_id} className="flex items-center gap-2">
                <CitationChip citation={citation} name="heading" />
                <span className="tabular ml-auto text-meta text-t3">{scoreText(citation.score)}</span>
              </li>
            ))}
          </ul>
        )}
      </Part>
      {handoffs.length > 0 && (
        <Part title="Handed to the team">
          <ul className="flex flex-col gap-1.5">
            {handoffs.map((entry) => (
              <li key={entry.seq} className="flex gap-2">
                <span className="min-w-0 flex-1">{REASON_NAMES[entry.reason]}</span>
                <time
                  dateTime={new Date(entry.at).toISOString()}
                  title={fullText(entry.at)}
                  className="tabular text-meta text-t3"
                >
                  {dateText(entry.at, now)}, {timeText(entry.at)}
                </time>
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Part title="Conversation">
        <Facts>
          <Fact name="Agent">{summary.agent_name}</Fact>
          <Fact name="Started">
            <time dateTime={new Date(summary.started_at).toISOString()} title={fullText(summary.started_at)}>
              {agoText(summary.started_at, now)}
            </time>
          </Fact>
        </Facts>
        <div className="mt-2 -ml-2">
          <CopyButton text={summary.id} label="Copy the conversation's id" tone="ghost" />
        </div>
      </Part>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="border-line border-t pt-3 first:border-t-0 first:pt-0">
      <h3 className="mb-1.5 text-meta text-t3">{title}</h3>
      {children}
    </section>
  );
}

function Facts({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-[88px_minmax(0,1fr)] gap-x-3 gap-y-1.5">{children}</dl>;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="truncate text-t3" title={name}>
        {name}
      </dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
    </>
  );
}
