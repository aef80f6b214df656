import type { Source } from "@baton/wire";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { LoadFailed } from "../../app/failures";
import { useNow, usePageTitle, useServices } from "../../app/hooks";
import { Button, IconButton } from "../../components/button";
import { cx } from "../../components/cx";
import { ConfirmDialog } from "../../components/dialog";
import {
  FileTextIcon,
  GlobeIcon,
  LoaderIcon,
  QuestionIcon,
  RetryIcon,
  TextIcon,
  TrashIcon,
  UploadIcon,
} from "../../components/icons";
import { Notice } from "../../components/notice";
import { Card } from "../../components/page";
import { Skeleton } from "../../components/skeleton";
import { toFailure } from "../../store/inbox-client";
import { kept, loads } from "../../store/queries";
import { sizeText } from "../../text/sizes";
import { agoText } from "../../text/times";
import { count, SOURCE_STATE_NAMES } from "../../text/words";
import { AddQuestions, AddText } from "./add-source";
import { useAgent } from "./agent-layout";
import { PassagesDialog } from "./passages-dialog";

const ICON = { size: 16, strokeWidth: 1.5, "aria-hidden": true } as const;

/** What the agent answers from. */
export function SourcesScreen() {
  const agent = useAgent();
  usePageTitle(`${agent.name}: sources`);
  const { api } = useServices();
  const sources = useQuery(loads.sources(api, agent.id));
  const upload = useUpload(agent.id);
  const picker = useRef<HTMLInputElement>(null);
  const [form, setForm] = useState<"none" | "text" | "qa">("none");
  const [reading, setReading] = useState<Source | null>(null);
  const drop = useDrop(upload.mutate);

  if (sources.isError) return <LoadFailed error={sources.error} reset={() => void sources.refetch()} />;
  const empty = sources.data?.length === 0;
  return (
    <div {...drop.handlers} className="relative h-full">
      <div className="scroll-quiet h-full overflow-y-auto">
        <div className="mx-auto flex max-w-5xl flex-col gap-4 px-4 py-6 sm:px-8">
          <header className="flex flex-wrap items-center gap-2">
            <div className="min-w-0 flex-1 basis-60">
              <h1 className="font-semibold text-large">Sources</h1>
              <p className="text-body text-t2">The agent answers from these alone, and names them.</p>
            </div>
            {!empty && (
              <>
                <Button icon={<QuestionIcon {...ICON} size={14} />} onClick={() => setForm("qa")}>
                  Questions and answers
                </Button>
                <Button icon={<TextIcon {...ICON} size={14} />} onClick={() => setForm("text")}>
                  Type a text
                </Button>
                <Button
                  tone="primary"
                  icon={<UploadIcon {...ICON} size={14} />}
                  busy={upload.isPending}
                  onClick={() => picker.current?.click()}
                >
                  Upload files
                </Button>
              </>
            )}
          </header>
          <input
            ref={picker}
            type="file"
            multiple
            className="sr-only"
            tabIndex={-1}
            aria-label="Files to upload"
            onChange={(event) => {
              upload.mutate([...(event.target.files ?? [])]);
              event.target.value = "";
            }}
          />
          {upload.isError && (
            <Notice
              tone="err"
              action={
                <Button size="small" onClick={() => upload.mutate(upload.variables)}>
                  Try again
                </Button>
              }
            >
              {count(upload.variables.length, "file")} not uploaded. {toFailure(upload.error).message} Sources
              already here are as they were.
            </Notice>
          )}
          {upload.isPending && (
            <Notice tone="info">
              Uploading {count(upload.variables.length, "file")},{" "}
              {sizeText(upload.variables.reduce((sum, file) => sum + file.size, 0))}…
            </Notice>
          )}
          {sources.data === undefined ? (
            <Skeleton rows={4} label="Loading the sources" />
          ) : empty ? (
            <FirstSource onPick={() => picker.current?.click()} onForm={setForm} over={drop.over} />
          ) : (
            <SourceTable sources={sources.data} onRead={setReading} />
          )}
          {!empty && (
            <p className="text-meta text-t3">
              Drop files anywhere on this page. PDF, Word, Markdown, HTML, plain text, CSV and JSON Lines.
            </p>
          )}
        </div>
      </div>
      {drop.over && !empty && (
        <div className="pointer-events-none absolute inset-3 flex animate-fade items-center justify-center rounded-card border-2 border-accent border-dashed bg-accent-tint">
          <p className="font-medium text-accent text-large">Drop the files to add them</p>
        </div>
      )}
      <AddText
        agentId={agent.id}
        open={form === "text"}
        onOpenChange={(open) => setForm(open ? "text" : "none")}
      />
      <AddQuestions
        agentId={agent.id}
        open={form === "qa"}
        onOpenChange={(open) => setForm(open ? "qa" : "none")}
      />
      <PassagesDialog source={reading} onClose={() => setReading(null)} />
    </div>
  );
}

function useUpload(agentId: string) {
  const { api, queries } = useServices();
  return useMutation({
    mutationFn: (files: readonly File[]) =>
      files.length === 0 ? Promise.resolve({ sources: [] }) : api.uploadFiles(agentId, files),
    onSuccess: ({ sources }) => kept.putSources(queries, sources),
  });
}

/** Takes files dropped anywhere on the page. */
function useDrop(onFiles: (files: File[]) => void) {
  const [depth, setDepth] = useState(0);
  const holdsFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");
  const handlers = {
    onDragEnter: (event: DragEvent) => {
      if (holdsFiles(event)) setDepth((known) => known + 1);
    },
    onDragLeave: (event: DragEvent) => {
      if (holdsFiles(event)) setDepth((known) => Math.max(0, known - 1));
    },
    onDragOver: (event: DragEvent) => {
      if (holdsFiles(event)) event.preventDefault();
    },
    onDrop: (event: DragEvent) => {
      setDepth(0);
      if (!holdsFiles(event)) return;
      event.preventDefault();
      onFiles([...event.dataTransfer.files]);
    },
  };
  return { over: depth > 0, handlers };
}

function FirstSource({
  onPick,
  onForm,
  over,
}: {
  onPick: () => void;
  onForm: (form: "text" | "qa") => void;
  over: boolean;
}) {
  return (
    <div
      className={cx(
        "flex flex-col items-center gap-4 rounded-card border border-dashed px-6 py-14 text-center transition-colors duration-120",
        over ? "border-accent bg-accent-tint" : "border-line-strong bg-s1",
      )}
    >
      <UploadIcon size={28} strokeWidth={1.25} aria-hidden className="text-t3" />
      <div>
        <h2 className="font-semibold text-large">Drop your docs here</h2>
        <p className="text-body text-t2">Many files at once: PDF, Word, Markdown, HTML, plain text, CSV, JSON Lines.</p>
      </div>
      <Button tone="primary" onClick={onPick}>
        Choose files
      </Button>
      <p className="text-body text-t2">
        or{" "}
        <button
          type="button"
          className="text-accent underline underline-offset-2"
          onClick={() => onForm("text")}
        >
          type a text
        </button>{" "}
        or{" "}
        <button
          type="button"
          className="text-accent underline underline-offset-2"
          onClick={() => onForm("qa")}
        >
          questions and answers
        </button>
      </p>
    </div>
  );
}

const KIND_ICONS: Record<Source["kind"], ReactNode> = {
  file: <FileTextIcon {...ICON} />,
  text: <TextIcon {...ICON} />,
  qa: <QuestionIcon {...ICON} />,
  page: <GlobeIcon {...ICON} />,
  site: <GlobeIcon {...ICON} />,
};

const KIND_NAMES: Record<Source["kind"], string> = {
  file: "File",
  text: "Text",
  qa: "Questions and answers",
  page: "Page",
  site: "Site",
};

function SourceTable({ sources, onRead }: { sources: readonly Source[]; onRead: (source: Source) => void }) {
  const { api, queries, toasts } = useServices();
  const [doomed, setDoomed] = useState<Source | null>(null);
  const retry = useMutation({
    mutationFn: (source: Source) => api.retrySource(source.id),
    onSuccess: (source) => kept.putSource(queries, source),
    onError: (error) => toasts.show(toFailure(error).message, { tone: "error" }),
  });
  const removal = useMutation({
    mutationFn: (source: Source) => api.deleteSource(source.id),
    onSuccess: (_nothing, source) => {
      kept.dropSource(queries, source);
      setDoomed(null);
      toasts.show(`“${source.name}” is deleted.`);
    },
    onError: (error) => toasts.show(`Nothing was deleted. ${toFailure(error).message}`, { tone: "error" }),
  });
  const newestFirst = [...sources].sort((a, b) => b.created_at - a.created_at);
  return (
    <Card className="overflow-hidden">
      <table className="w-full table-fixed text-left text-body">
        <thead className="border-line border-b text-meta text-t3">
          <tr>
            <th scope="col" className="px-4 py-2 font-normal">
              Name
            </th>
            <th scope="col" className="w-[34%] px-2 py-2 font-normal max-sm:hidden">
              State
            </th>
            <th scope="col" className="w-24 px-2 py-2 text-right font-normal max-md:hidden">
              Passages
            </th>
            <th scope="col" className="w-20 px-2 py-2 text-right font-normal max-lg:hidden">
              Size
            </th>
            <th scope="col" className="w-32 px-2 py-2 font-normal max-lg:hidden">
              Last read
            </th>
            <th scope="col" className="w-14 px-2 py-2">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {newestFirst.map((source) => (
            <tr key={source.id} className="border-line border-b align-top last:border-b-0 hover:bg-s1">
              <td className="px-4 py-2.5">
                <div className="flex items-start gap-2.5">
                  <span title={KIND_NAMES[source.kind]} className="mt-0.5 text-t3">
                    {KIND_ICONS[source.kind]}
                  </span>
                  <div className="min-w-0 flex-1">
                    {source.state === "ready" ? (
                      <button
                        type="button"
                        onClick={() => onRead(source)}
                        className="block max-w-full truncate text-left font-medium underline-offset-2 hover:underline"
                      >
                        {source.name}
                      </button>
                    ) : (
                      <span className="block truncate font-medium">{source.name}</span>
                    )}
                    <span className="sr-only">{KIND_NAMES[source.kind]}</span>
                    <div className="sm:hidden">
                      <State
                        source={source}
                        onRetry={retry.mutate}
                        busy={retry.isPending && retry.variables.id === source.id}
                      />
                    </div>
                  </div>
                </div>
              </td>
              <td className="px-2 py-2.5 max-sm:hidden">
                <State
                  source={source}
                  onRetry={retry.mutate}
                  busy={retry.isPending && retry.variables.id === source.id}
                />
              </td>
              <td className="tabular px-2 py-2.5 text-right text-t2 max-md:hidden">
                {source.passages === 0 ? "–" : source.passages.toLocaleString("en")}
              </td>
              <td className="tabular px-2 py-2.5 text-right text-t2 max-lg:hidden">
                {sizeText(source.bytes)}
              </td>
              <td className="px-2 py-2.5 text-t2 max-lg:hidden">
                <SyncedAt at={source.synced_at} />
              </td>
              <td className="px-2 py-1.5 text-right">
                <IconButton
                  label={`Delete ${source.name}`}
                  icon={<TrashIcon {...ICON} />}
                  onClick={() => setDoomed(source)}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <ConfirmDialog
        open={doomed !== null}
        onOpenChange={(open) => {
          if (!open) setDoomed(null);
        }}
        title={`Delete “${doomed?.name ?? ""}”?`}
        text={`The agent forgets ${count(doomed?.passages ?? 0, "passage")}. Conversations that cite them keep the quoted text. This cannot be undone.`}
        action="Delete"
        busy={removal.isPending}
        onConfirm={() => {
          if (doomed !== null) removal.mutate(doomed);
        }}
      />
    </Card>
  );
}

function SyncedAt({ at }: { at: number | null }) {
  const now = useNow();
  return at === null ? "–" : agoText(at, now);
}

/** A source's state in words, with real numbers while it is read, and with cause and fix when it failed. */
function State({
  source,
  onRetry,
  busy,
}: {
  source: Source;
  onRetry: (source: Source) => void;
  busy: boolean;
}) {
  const { state, progress, error } = source;
  switch (state) {
    case "queued":
      return <span className="text-t2">{SOURCE_STATE_NAMES.queued}</span>;
    case "reading":
    case "indexing":
      return (
        <div className="flex flex-col gap-1.5">
          <span className="tabular inline-flex items-center gap-1.5 text-t2">
            <LoaderIcon size={14} strokeWidth={1.75} aria-hidden className="animate-spin" />
            {SOURCE_STATE_NAMES[state]}
            {progress !== null &&
              ` ${progress.done.toLocaleString("en")} of ${progress.total.toLocaleString("en")}`}
          </span>
          {progress !== null && (
            <progress
              aria-label={`${SOURCE_STATE_NAMES[state]} ${source.name}`}
              value={progress.done}
              max={Math.max(1, progress.total)}
              className="h-1 w-full max-w-48 appearance-none overflow-hidden rounded-full bg-s3 [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-s3 [&::-webkit-progress-value]:bg-accent [&::-webkit-progress-value]:transition-[width]"
            />
          )}
        </div>
      );
    case "ready":
      return (
        <span className="inline-flex items-center gap-1.5 text-t2">
          <span aria-hidden className="size-1.5 rounded-full bg-ok" />
          {SOURCE_STATE_NAMES.ready}
          <span className="tabular text-t3 md:hidden">· {count(source.passages, "passage")}</span>
        </span>
      );
    case "failed":
      return (
        <div className="flex flex-col items-start gap-1.5">
          <p className="[overflow-wrap:anywhere]">
            <span className="font-medium text-err">{SOURCE_STATE_NAMES.failed}:</span>{" "}
            {error?.cause ?? "the reason is not known."}
            {error !== null && <span className="text-t2"> {error.fix}</span>}
          </p>
          <Button
            size="small"
            icon={<RetryIcon size={14} strokeWidth={1.75} aria-hidden />}
            busy={busy}
            onClick={() => onRetry(source)}
          >
            Retry
          </Button>
        </div>
      );
    default:
      state satisfies never;
      return null;
  }
}
