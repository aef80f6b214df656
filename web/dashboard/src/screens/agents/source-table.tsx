import type { Source } from "@baton/wire";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMinute } from "../../app/hooks";
import { AppWindowIcon, FileTextIcon, GlobeIcon, QuestionIcon, TextIcon } from "../../components/icons";
import { Card } from "../../components/page";
import { inOrder } from "../../store/sources";
import { sizeText } from "../../text/sizes";
import { addressText, dueText, EVERY_NAMES, kindText } from "../../text/sources";
import { calmAgoText, fullText } from "../../text/times";
import { count } from "../../text/words";
import { SourceActions } from "./source-actions";
import { SourceState } from "./source-state";

const ICON = { size: 16, strokeWidth: 1.5, "aria-hidden": true } as const;

const KIND_ICONS: Record<Source["kind"], ReactNode> = {
  file: <FileTextIcon {...ICON} />,
  text: <TextIcon {...ICON} />,
  qa: <QuestionIcon {...ICON} />,
  page: <AppWindowIcon {...ICON} />,
  site: <GlobeIcon {...ICON} />,
};

const LINK = "text-left underline-offset-2 hover:underline";

/** Every source of an agent with its state, what it holds, and when it was read. */
export function SourceTable({
  sources,
  onRead,
}: {
  sources: readonly Source[];
  onRead: (source: Source) => void;
}) {
  return (
    <Card className="overflow-hidden">
      <table className="w-full table-fixed text-left text-body">
        <thead className="border-line border-b text-meta text-t3">
          <tr>
            <th scope="col" className="px-4 py-2 font-normal">
              Name
            </th>
            <th scope="col" className="w-[31%] px-2 py-2 font-normal max-sm:hidden">
              State
            </th>
            <th scope="col" className="w-40 px-2 py-2 font-normal max-md:hidden">
              Contents
            </th>
            <th scope="col" className="w-32 px-2 py-2 font-normal max-lg:hidden">
              Last read
            </th>
            <th scope="col" className="w-[84px] px-2 py-2 pointer-coarse:w-[104px]">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {inOrder(sources).map((source) => (
            <Row key={source.id} source={source} onRead={() => onRead(source)} />
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function Row({ source, onRead }: { source: Source; onRead: () => void }) {
  const state = (
    <SourceState
      source={source}
      warning={(text) => (
        <Link
          to="/agents/$agentId/sources/$sourceId"
          params={{ agentId: source.agent_id, sourceId: source.id }}
          search={source.web !== null && source.web.pages.failed > 0 ? { pages: "failed" } : {}}
          className="max-w-full text-left text-meta text-t2 underline decoration-line-strong underline-offset-2 hover:text-t1 hover:decoration-t1"
        >
          {text}
        </Link>
      )}
    />
  );
  return (
    <tr className="border-line border-b align-top last:border-b-0 hover:bg-s1">
      <td className="px-4 py-2.5">
        <div className="flex items-start gap-2.5">
          <span title={kindText(source)} className="mt-0.5 text-t3">
            {KIND_ICONS[source.kind]}
          </span>
          <div className="min-w-0 flex-1">
            <Name source={source} onRead={onRead} />
            <p className="truncate text-meta text-t3">
              {source.web === null || addressText(source.web.url) === source.name ? (
                kindText(source)
              ) : (
                <>
                  <span className="sr-only">{kindText(source)}: </span>
                  <span title={source.web.url}>{addressText(source.web.url)}</span>
                </>
              )}
            </p>
            <div className="mt-1 sm:hidden">{state}</div>
            <p className="tabular mt-1 text-meta text-t3 md:hidden">
              {source.passages > 0 && `${count(source.passages, "passage")}, ${sizeText(source.bytes)}`}
            </p>
          </div>
        </div>
      </td>
      <td className="px-2 py-2.5 max-sm:hidden">{state}</td>
      <td className="tabular px-2 py-2.5 max-md:hidden">
        <Contents source={source} />
      </td>
      <td className="px-2 py-2.5 max-lg:hidden">
        <ReadAt source={source} />
      </td>
      <td className="px-2 py-1.5 text-right">
        <SourceActions source={source} size="row" onRead={onRead} onGone={() => {}} />
      </td>
    </tr>
  );
}

/** The name, which leads to what is inside. */
function Name({ source, onRead }: { source: Source; onRead: () => void }) {
  const look = `block max-w-full truncate font-medium ${LINK}`;
  if (source.web !== null) {
    return (
      <Link
        to="/agents/$agentId/sources/$sourceId"
        params={{ agentId: source.agent_id, sourceId: source.id }}
        className={look}
      >
        {source.name}
      </Link>
    );
  }
  return source.passages > 0 ? (
    <button type="button" onClick={onRead} className={look}>
      {source.name}
    </button>
  ) : (
    <span className="block truncate font-medium">{source.name}</span>
  );
}

function Contents({ source }: { source: Source }) {
  if (source.passages === 0)
    return <span className="text-t3">{source.bytes > 0 ? sizeText(source.bytes) : "–"}</span>;
  const unit = source.web === null ? "document" : "page";
  return (
    <>
      <span className="block text-t2">{count(source.passages, "passage")}</span>
      <span className="block truncate text-meta text-t3">
        {count(source.documents, unit)}, {sizeText(source.bytes)}
      </span>
    </>
  );
}

/** When a source was last read, and when it will be again. */
export function ReadAt({ source }: { source: Source }) {
  const now = useMinute();
  const last = source.web?.last_synced_at ?? source.synced_at;
  const { web } = source;
  return (
    <>
      <span className="block text-t2" title={last === null ? undefined : fullText(last)}>
        {last === null ? "Not yet" : calmAgoText(last, now)}
      </span>
      {web !== null && (
        <span
          className="block truncate text-meta text-t3"
          title={web.next_sync_at === null ? undefined : fullText(web.next_sync_at)}
        >
          {web.next_sync_at === null
            ? EVERY_NAMES[web.sync_every]
            : web.sync === null
              ? `Next ${dueText(web.next_sync_at, now)}`
              : EVERY_NAMES[web.sync_every]}
        </span>
      )}
    </>
  );
}
