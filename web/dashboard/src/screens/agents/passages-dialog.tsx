import type { Source } from "@baton/wire";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useServices } from "../../app/hooks";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { ExternalLinkIcon } from "../../components/icons";
import { Notice } from "../../components/notice";
import { Skeleton } from "../../components/skeleton";
import { toFailure } from "../../store/inbox-client";
import { safeHref } from "../../text/markdown";
import { count } from "../../text/words";
import { HeadingPath } from "../inbox/citation-chip";

/** The pieces that a source was cut into: what an answer can cite. */
export function PassagesDialog({ source, onClose }: { source: Source | null; onClose: () => void }) {
  return (
    <Dialog
      open={source !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={source?.name ?? ""}
      description={
        source === null
          ? undefined
          : `${count(source.documents, source.web === null ? "document" : "page")}, ${count(source.passages, "passage")}`
      }
      width="wide"
      body="reading"
    >
      {source !== null && <Passages key={source.id} sourceId={source.id} />}
    </Dialog>
  );
}

function Passages({ sourceId }: { sourceId: string }) {
  const { api } = useServices();
  const query = useInfiniteQuery({
    queryKey: ["passages", sourceId],
    queryFn: ({ pageParam }) => api.passages(sourceId, pageParam),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
  });
  if (query.isError) {
    return (
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
    );
  }
  if (query.data === undefined) return <Skeleton rows={4} label="Loading the passages" />;
  const passages = query.data.pages.flatMap((page) => page.passages);
  return (
    <>
      <ol className="flex flex-col pt-1">
        {passages.map((passage) => (
          <li key={passage.id} className="border-line border-t py-3">
            <div className="mb-1 flex items-start gap-3">
              <HeadingPath
                path={[passage.document_title, ...passage.heading_path]}
                className="min-w-0 flex-1"
              />
              <OpenPage url={passage.url} />
            </div>
            <p className="whitespace-pre-line text-body text-t1 [overflow-wrap:anywhere]">{passage.text}</p>
          </li>
        ))}
      </ol>
      {query.hasNextPage && (
        <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  );
}

/** The way to the page that a passage is from, if it has an address. */
function OpenPage({ url }: { url: string | null }) {
  const href = url === null ? null : safeHref(url);
  if (href === null) return null;
  return (
    <a
      href={href}
      target="_blank"
      rel="noreferrer noopener"
      className="inline-flex shrink-0 items-center gap-1 text-accent text-meta underline-offset-2 hover:underline"
    >
      Open the page
      <ExternalLinkIcon size={12} strokeWidth={1.75} aria-hidden />
      <span className="sr-only">(opens in a new tab)</span>
    </a>
  );
}
