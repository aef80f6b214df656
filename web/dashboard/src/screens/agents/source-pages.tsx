import type { PageState, Source, SourcePage, WebSource } from "@baton/wire";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useMinute, useServices } from "../../app/hooks";
import { Button } from "../../components/button";
import { cx } from "../../components/cx";
import { ExternalLinkIcon } from "../../components/icons";
import { Notice } from "../../components/notice";
import { Card } from "../../components/page";
import { Skeleton } from "../../components/skeleton";
import { toFailure } from "../../store/inbox-client";
import { safeHref } from "../../text/markdown";
import { sizeText } from "../../text/sizes";
import { PAGE_STATE_NAMES, PAGE_STATE_SENTENCES, pathText } from "../../text/sources";
import { calmAgoText, fullText } from "../../text/times";
import { count } from "../../text/words";
import { PageStateLabel } from "./source-state";

const STATES: readonly PageState[] = ["read", "failed", "skipped", "missing"];

type Props = {
  source: Source;
  web: WebSource;
  /** Which pages are shown; all if null. */
  state: PageState | null;
  onState: (state: PageState | null) => void;
};

/** The pages of a source, by address, with what became of each. */
export function SourcePages({ source, web, state, onState }: Props) {
  const { api } = useServices();
  const now = useMinute();
  const query = useInfiniteQuery({
    queryKey: ["pages", source.id, state],
    queryFn: ({ pageParam }) => api.sourcePages(source.id, { state, after: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: (known) => known,
  });
  useFreshPages(source.id, web);
  const pages = query.data?.pages.flatMap((page) => page.pages);
  return (
    <section aria-labelledby="pages" className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 id="pages" className="font-semibold text-large">
          Pages
        </h2>
        <Filter web={web} state={state} onState={onState} />
      </div>
      {state !== null && <p className="-mt-1 text-meta text-t3">{PAGE_STATE_SENTENCES[state]}</p>}
      {query.isError ? (
        <Notice
          tone="err"
          action={
            <Button size="small" onClick={() => void query.refetch()}>
              Try again
            </Button>
          }
        >
          {toFailure(query.error).message}
        </Notice>
      ) : pages === undefined ? (
        <Skeleton rows={5} label="Loading the pages" />
      ) : pages.length === 0 ? (
        <Card className="px-4 py-8 text-center text-body text-t2">
          {state !== null
            ? `No page is ${PAGE_STATE_NAMES[state].toLowerCase()}.`
            : web.sync !== null
              ? "Pages appear here once they are read."
              : "No page was read. Sync it again once the cause above is gone."}
        </Card>
      ) : (
        <>
          <Card className={cx("overflow-hidden", query.isPlaceholderData && "opacity-60")}>
            <ul>
              {pages.map((page) => (
                <PageRow key={page.id} page={page} now={now} />
              ))}
            </ul>
          </Card>
          {query.hasNextPage && (
            <Button
              className="self-center"
              busy={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              Show more pages
            </Button>
          )}
        </>
      )}
    </section>
  );
}

/** Loads the pages again when the stream says that something about them changed. */
function useFreshPages(sourceId: string, web: WebSource): void {
  const queries = useQueryClient();
  const { read, failed, skipped, missing } = web.pages;
  const mark = [read, failed, skipped, missing, web.last_synced_at, web.sync === null].join();
  const known = useRef(mark);
  useEffect(() => {
    if (known.current === mark) return;
    known.current = mark;
    void queries.invalidateQueries({ queryKey: ["pages", sourceId] });
  }, [mark, queries, sourceId]);
}

function Filter({ web, state, onState }: Pick<Props, "web" | "state" | "onState">) {
  const all = STATES.reduce((sum, one) => sum + web.pages[one], 0);
  // A state that no page is in is left out, unless it is what is shown.
  const choices = [
    { value: null, name: "All", number: all },
    ...STATES.filter((one) => web.pages[one] > 0 || one === state).map((one) => ({
      value: one,
      name: PAGE_STATE_NAMES[one],
      number: web.pages[one],
    })),
  ];
  return (
    <fieldset className="flex flex-wrap gap-1.5">
      <legend className="sr-only">Which pages</legend>
      {choices.map(({ value, name, number }) => (
        <button
          key={name}
          type="button"
          aria-pressed={value === state}
          onClick={() => onState(value)}
          className="tabular inline-flex h-7 items-center gap-1.5 rounded-full border border-line px-2.5 text-body text-t2 hover:border-line-strong hover:text-t1 aria-pressed:border-t1 aria-pressed:bg-s2 aria-pressed:font-medium aria-pressed:text-t1 pointer-coarse:h-9"
        >
          {name}
          <span className="text-t3">{number.toLocaleString("en")}</span>
        </button>
      ))}
    </fieldset>
  );
}

function PageRow({ page, now }: { page: SourcePage; now: number }) {
  const href = safeHref(page.url);
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-0.5 border-line border-b px-4 py-2.5 last:border-b-0 hover:bg-s1">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex items-baseline gap-1.5 text-body">
          {href === null ? (
            <span className="truncate font-medium">{page.title ?? pathText(page.url)}</span>
          ) : (
            <a
              href={href}
              target="_blank"
              rel="noreferrer noopener"
              className="inline-flex min-w-0 items-baseline gap-1.5 font-medium underline-offset-2 hover:underline"
            >
              <span className="truncate">{page.title ?? pathText(page.url)}</span>
              <ExternalLinkIcon size={12} strokeWidth={1.75} aria-hidden className="shrink-0 text-t3" />
              <span className="sr-only">(opens in a new tab)</span>
            </a>
          )}
        </p>
        {page.title !== null && <p className="truncate text-meta text-t3">{pathText(page.url)}</p>}
        {page.error !== null && (
          <p className="mt-1 text-meta [overflow-wrap:anywhere]">
            {page.error.cause} <span className="text-t2">{page.error.fix}</span>
          </p>
        )}
      </div>
      <div className="tabular flex shrink-0 flex-wrap items-center gap-x-4 text-meta text-t3 leading-5 sm:w-72 sm:justify-end">
        <span className="flex sm:mr-auto sm:w-20">
          <PageStateLabel state={page.state} />
        </span>
        <span className="sm:w-24 sm:text-right">
          {page.passages > 0
            ? count(page.passages, "passage")
            : page.bytes > 0 && page.state === "read"
              ? sizeText(page.bytes)
              : ""}
        </span>
        <span title={fullText(page.fetched_at)} className="sm:w-20 sm:text-right">
          {page.missing_since === null
            ? calmAgoText(page.fetched_at, now)
            : `since ${calmAgoText(page.missing_since, now)}`}
        </span>
      </div>
    </li>
  );
}
