import type { Citation } from "@baton/wire";
import { Popover } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "../../components/cx";
import { ChevronRightIcon, ExternalLinkIcon } from "../../components/icons";
import { safeHref } from "../../text/markdown";

const MARK =
  "tabular ml-0.5 inline-flex h-4 min-w-4 translate-y-[-2px] items-center justify-center rounded-chip border border-ai-line bg-bg px-[3px] align-middle font-medium text-[10px] text-ai leading-none";

/** A citation's number in an answer that is still being written; its source is known once it is whole. */
export function PromisedMark({ index }: { index: number }) {
  return (
    <span className={MARK}>
      <span className="sr-only">Source </span>
      {index}
    </span>
  );
}

/** A citation's number within the text; it opens the source. */
export function CitationMark({ citation }: { citation: Citation }) {
  return (
    <CitationPopover citation={citation}>
      <button
        type="button"
        aria-label={`Source ${citation.index}: ${citation.title}`}
        className={cx(MARK, "hover:bg-ai-tint data-[state=open]:bg-ai data-[state=open]:text-bg")}
      >
        {citation.index}
      </button>
    </CitationPopover>
  );
}

/**
 * A citation as a chip that opens the source.
 *
 * Below an answer it carries the number that the text uses; in a list over many answers numbers mean nothing, and the
 * heading tells two passages of one document apart.
 */
export function CitationChip({
  citation,
  name = "number",
}: {
  citation: Citation;
  name?: "number" | "heading";
}) {
  const heading = citation.heading_path.at(-1);
  return (
    <CitationPopover citation={citation}>
      <button
        type="button"
        className="inline-flex h-6 min-w-0 max-w-60 items-center gap-1.5 rounded-chip border border-line bg-bg px-1.5 text-meta text-t2 hover:border-line-strong hover:text-t1 data-[state=open]:border-ai-line data-[state=open]:text-ai"
      >
        <span className="sr-only">Source </span>
        {name === "number" && <span className="tabular font-medium text-ai">{citation.index}</span>}
        <span className="truncate">
          {name === "number" || heading === undefined ? citation.title : `${citation.title} › ${heading}`}
        </span>
      </button>
    </CitationPopover>
  );
}

function CitationPopover({ citation, children }: { citation: Citation; children: ReactNode }) {
  const href = citation.url === null ? null : safeHref(citation.url);
  return (
    <Popover.Root>
      <Popover.Trigger asChild>{children}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          aria-label={`Source ${citation.index}`}
          side="top"
          sideOffset={6}
          collisionPadding={12}
          className="z-40 flex w-80 max-w-[calc(100vw-24px)] animate-pop flex-col gap-2 rounded-card bg-float p-3 text-body shadow-float"
        >
          <div>
            <p className="font-semibold text-t1">{citation.title}</p>
            <HeadingPath path={[citation.source_name, ...citation.heading_path]} />
          </div>
          <blockquote className="scroll-quiet max-h-40 overflow-y-auto border-ai-line border-l-2 pl-2.5 text-t2 [overflow-wrap:anywhere]">
            {citation.quote}
          </blockquote>
          <div className="flex items-center gap-3">
            <span className="tabular text-meta text-t3">Match {scoreText(citation.score)}</span>
            {href !== null && (
              <a
                href={href}
                target="_blank"
                rel="noreferrer noopener"
                className="ml-auto inline-flex items-center gap-1 text-accent underline-offset-2 hover:underline"
              >
                Open the page
                <ExternalLinkIcon size={14} strokeWidth={1.5} aria-hidden />
                <span className="sr-only">(opens in a new tab)</span>
              </a>
            )}
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** The headings that lead to a passage. */
export function HeadingPath({ path, className }: { path: readonly string[]; className?: string }) {
  return (
    <p className={cx("flex flex-wrap items-center gap-x-1 text-meta text-t3", className)}>
      {path.map((heading, index) => (
        <span key={`${heading}-${String(index)}`} className="inline-flex items-center gap-1">
          {index > 0 && <ChevronRightIcon size={12} aria-hidden className="shrink-0" />}
          {heading}
        </span>
      ))}
    </p>
  );
}

/** A score from 0 to 1 with two places. */
export function scoreText(score: number): string {
  return score.toFixed(2);
}
