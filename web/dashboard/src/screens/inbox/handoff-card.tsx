import type { Citation, HandoffRequested, Page } from "@baton/wire";
import { Fragment, type ReactNode } from "react";
import { CopyButton } from "../../components/copy-button";
import type { HandoffContext, Logged } from "../../store/thread-items";
import { addressText } from "../../text/browser";
import { safeHref } from "../../text/markdown";
import { timeText } from "../../text/times";
import { REASON_SENTENCES } from "../../text/words";
import { CitationChip, scoreText } from "./citation-chip";
import { REASON_ICONS } from "./reason";

/** Everything a person needs for their first line, at the point where the conversation came to people. */
export function HandoffCard({
  entry,
  context,
}: {
  entry: Logged<HandoffRequested>;
  context: HandoffContext;
}) {
  const { action } = entry;
  const fields = action?.fields ?? [];
  return (
    <section
      aria-label={`Handed to the team: ${REASON_SENTENCES[entry.reason]}`}
      className="mt-5 overflow-hidden rounded-card border border-line bg-bg"
    >
      <header className="flex items-start gap-2.5 border-line border-b bg-s1 px-4 py-2.5">
        <span className="mt-[3px] text-t2">{REASON_ICONS[entry.reason]}</span>
        <div className="min-w-0 flex-1">
          <h2 className="font-semibold text-body">{REASON_SENTENCES[entry.reason]}</h2>
          <p className="text-meta text-t2">
            {entry.someone_there
              ? "Someone was available, and the visitor was told so."
              : "Nobody was available, and the visitor was told so."}
          </p>
        </div>
        <time dateTime={new Date(entry.at).toISOString()} className="tabular text-meta text-t3">
          {timeText(entry.at)}
        </time>
      </header>
      <dl className="grid grid-cols-[88px_minmax(0,1fr)] gap-x-3 gap-y-2 px-4 py-3 text-body max-sm:grid-cols-1 max-sm:gap-y-0.5 max-sm:[&>dd]:mb-2">
        {context.wants !== null && (
          <Line name="They want">
            <span className="whitespace-pre-line font-medium [overflow-wrap:anywhere]">{context.wants}</span>
          </Line>
        )}
        {entry.evidence !== "" && <Line name="Because">{entry.evidence}</Line>}
        {action !== null && <Line name="Button">{action.label}</Line>}
        {fields.map((field) => (
          <Line key={field.name} name={field.label}>
            <span className="flex flex-wrap items-center gap-2">
              <span className="min-w-0 [overflow-wrap:anywhere]">{field.value}</span>
              <CopyButton text={field.value} tone="ghost" />
            </span>
          </Line>
        ))}
        {context.answers > 0 && (
          <Line name="AI tried">
            {context.tried.length === 0 ? (
              <span className="text-t2">No source fitted.</span>
            ) : (
              <Tried citations={context.tried} />
            )}
          </Line>
        )}
        {context.page !== null && (
          <Line name="Page">
            <PageLink page={context.page} />
          </Line>
        )}
        {context.trail.length > 0 && (
          <Line name="Before">
            <Trail pages={context.trail} />
          </Line>
        )}
      </dl>
    </section>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="truncate text-t3">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}

function Tried({ citations }: { citations: readonly Citation[] }) {
  return (
    <ul className="flex flex-col gap-1">
      {citations.map((citation) => (
        <li key={citation.passage_id} className="flex min-w-0 items-center gap-2">
          <CitationChip citation={citation} name="heading" />
          <span className="tabular text-meta text-t3">{scoreText(citation.score)}</span>
        </li>
      ))}
    </ul>
  );
}

/** A page of the owner's site, by its title, as a link. */
export function PageLink({ page }: { page: Page }) {
  const href = safeHref(page.url);
  const address = addressText(page.url);
  const text = page.title ?? address;
  return (
    <span className="flex min-w-0 flex-col">
      {href === null ? (
        <span className="truncate">{text}</span>
      ) : (
        <a
          href={href}
          target="_blank"
          rel="noreferrer noopener"
          className="truncate text-t1 underline decoration-line-strong underline-offset-2 hover:decoration-current"
        >
          {text}
        </a>
      )}
      {page.title !== null && <span className="truncate text-meta text-t3">{address}</span>}
    </span>
  );
}

function Trail({ pages }: { pages: readonly Page[] }) {
  return (
    <span className="text-t2">
      {pages.slice(0, 4).map((page, index) => (
        <Fragment key={`${page.url}-${String(index)}`}>
          {index > 0 && <span className="text-t3"> ← </span>}
          {page.title ?? addressText(page.url)}
        </Fragment>
      ))}
    </span>
  );
}
