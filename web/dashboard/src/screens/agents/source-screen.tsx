import type { PageState, Source, SourceProblem, SyncReport, WebSource } from "@baton/wire";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { LoadFailed, NotFound } from "../../app/failures";
import { useMinute, usePageTitle, useServices } from "../../app/hooks";
import { ArrowLeftIcon, ExternalLinkIcon } from "../../components/icons";
import { Notice } from "../../components/notice";
import { Card } from "../../components/page";
import { Skeleton } from "../../components/skeleton";
import { loads } from "../../store/queries";
import { lookOf } from "../../store/sources";
import { safeHref } from "../../text/markdown";
import { sizeText } from "../../text/sizes";
import { addressText, dueText, EVERY_NAMES, kindText, reportText } from "../../text/sources";
import { calmAgoText, fullText } from "../../text/times";
import { count } from "../../text/words";
import { useAgent } from "./agent-layout";
import { PassagesDialog } from "./passages-dialog";
import { SourceActions } from "./source-actions";
import { SourcePages } from "./source-pages";
import { LookLabel, SyncProgress } from "./source-state";
import { useSourceNews } from "./use-source-news";

/** One source from the web: its pages, and what its syncs came to. */
export function SourceScreen() {
  const agent = useAgent();
  const { sourceId } = useParams({ from: "/desk/agents/$agentId/sources/$sourceId" });
  const { pages } = useSearch({ from: "/desk/agents/$agentId/sources/$sourceId" });
  const navigate = useNavigate();
  const { api } = useServices();
  const sources = useQuery(loads.sources(api, agent.id));
  useSourceNews(sources.data);
  const source = sources.data?.find((one) => one.id === sourceId);
  usePageTitle(source === undefined ? `${agent.name}: source` : source.name);
  if (sources.isError) return <LoadFailed error={sources.error} reset={() => void sources.refetch()} />;
  if (sources.data === undefined) return <Skeleton rows={4} label="Loading the source" />;
  if (source === undefined) return <NotFound />;
  const toList = () =>
    void navigate({ to: "/agents/$agentId/sources", params: { agentId: agent.id }, replace: true });
  return (
    <div className="scroll-quiet h-full overflow-y-auto">
      <div className="mx-auto flex max-w-5xl flex-col gap-6 px-4 py-6 sm:px-8">
        <Head source={source} onGone={toList} />
        <Standing source={source} />
        {source.web !== null && (
          <SourcePages
            source={source}
            web={source.web}
            state={pages ?? null}
            onState={(state: PageState | null) =>
              void navigate({
                to: "/agents/$agentId/sources/$sourceId",
                params: { agentId: agent.id, sourceId },
                search: state === null ? {} : { pages: state },
                replace: true,
              })
            }
          />
        )}
      </div>
    </div>
  );
}

function Head({ source, onGone }: { source: Source; onGone: () => void }) {
  const [reading, setReading] = useState<Source | null>(null);
  const href = source.web === null ? null : safeHref(source.web.url);
  return (
    <header className="flex flex-col gap-3">
      <Link
        to="/agents/$agentId/sources"
        params={{ agentId: source.agent_id }}
        className="inline-flex items-center gap-1 self-start rounded-control text-body text-t2 hover:text-t1"
      >
        <ArrowLeftIcon size={14} strokeWidth={1.75} aria-hidden />
        All sources
      </Link>
      <div className="flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-1 basis-60">
          <h1 className="font-semibold text-page [overflow-wrap:anywhere]">{source.name}</h1>
          <p className="text-body text-t2 [overflow-wrap:anywhere]">
            {kindText(source)}
            {source.web !== null && (
              <>
                {" · "}
                {href === null ? (
                  addressText(source.web.url)
                ) : (
                  <a
                    href={href}
                    target="_blank"
                    rel="noreferrer noopener"
                    className="text-accent underline-offset-2 hover:underline"
                  >
                    {addressText(source.web.url)}
                    <ExternalLinkIcon
                      size={12}
                      strokeWidth={1.75}
                      aria-hidden
                      className="ml-1 inline align-baseline"
                    />
                    <span className="sr-only"> (opens in a new tab)</span>
                  </a>
                )}
              </>
            )}
          </p>
        </div>
        <SourceActions source={source} size="page" onRead={() => setReading(source)} onGone={onGone} />
      </div>
      <PassagesDialog source={reading} onClose={() => setReading(null)} />
    </header>
  );
}

/** Where a source stands: its state, what it holds, the sync under way, and what the last one came to. */
function Standing({ source }: { source: Source }) {
  const now = useMinute();
  const look = lookOf(source);
  const { web } = source;
  const last = web?.last_synced_at ?? source.synced_at;
  return (
    <section aria-label="State" className="flex flex-col gap-3">
      <Card>
        <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-t-card bg-line last:rounded-b-card sm:grid-cols-4">
          <Fact name="State">
            <LookLabel look={look} />
          </Fact>
          <Fact name="Contents">
            {source.passages === 0 ? "Nothing yet" : count(source.passages, "passage")}
            {source.passages > 0 && (
              <Under>
                {count(source.documents, web === null ? "document" : "page")}, {sizeText(source.bytes)}
              </Under>
            )}
          </Fact>
          <Fact name="Last read">
            <span title={last === null ? undefined : fullText(last)}>
              {last === null ? "Not yet" : calmAgoText(last, now)}
            </span>
          </Fact>
          {web !== null && (
            <Fact name="Next">
              <span title={web.next_sync_at === null ? undefined : fullText(web.next_sync_at)}>
                {nextText(web, now)}
              </span>
              <Under>{EVERY_NAMES[web.sync_every]}</Under>
            </Fact>
          )}
        </dl>
        {web?.last_sync != null && (
          <p className="tabular border-line border-t px-4 py-2.5 text-body [overflow-wrap:anywhere]">
            <span className="text-t3">{web.sync === null ? "Last sync: " : "The sync before: "}</span>
            {reportText(web.last_sync)}.
          </p>
        )}
        {look.kind === "syncing" && (
          <div className="border-line border-t px-4 py-3">
            <SyncProgress name={source.name} sync={look.sync} />
            <p className="mt-1 text-meta text-t3">
              {look.answers
                ? "Answers come from the last sync until this one is whole."
                : "It answers as soon as it is read."}
            </p>
          </div>
        )}
      </Card>
      <Problems source={source} web={web} />
    </section>
  );
}

function nextText({ sync, sync_every, next_sync_at }: WebSource, now: number): string {
  if (sync !== null) return "Now";
  if (next_sync_at !== null) return dueText(next_sync_at, now);
  return sync_every === "off" ? "Not planned" : "Once it was read";
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0 bg-bg px-4 py-3">
      <dt className="text-meta text-t3">{name}</dt>
      <dd className="tabular text-body [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

function Under({ children }: { children: ReactNode }) {
  return <span className="block text-meta text-t3">{children}</span>;
}

/** What went wrong with the source as a whole, with what to do; single pages say it themselves. */
function Problems({ source, web }: { source: Source; web: WebSource | null }) {
  if (web?.sync != null) return null;
  const failed = source.state === "failed" ? source.error : null;
  return (
    <>
      {failed !== null && <Problem tone="err" problem={failed} />}
      {failed === null && web?.last_sync?.error != null && (
        <Problem tone="warn" problem={web.last_sync.error} />
      )}
      {warningsOf(web?.last_sync ?? null).map((problem) => (
        <Problem key={problem.cause} tone="warn" problem={problem} />
      ))}
    </>
  );
}

function warningsOf(report: SyncReport | null): readonly SourceProblem[] {
  return report === null ? [] : report.warnings;
}

function Problem({ tone, problem }: { tone: "err" | "warn"; problem: SourceProblem }) {
  return (
    <Notice tone={tone}>
      {problem.cause} <span className="text-t2">{problem.fix}</span>
    </Notice>
  );
}
