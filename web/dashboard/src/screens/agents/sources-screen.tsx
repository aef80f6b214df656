import type { Source } from "@baton/wire";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useReducer, useRef, useState } from "react";
import { LoadFailed } from "../../app/failures";
import { useActions, usePageTitle, useServices } from "../../app/hooks";
import { Button } from "../../components/button";
import { cx } from "../../components/cx";
import { PlusIcon, UploadIcon } from "../../components/icons";
import { Notice } from "../../components/notice";
import { Skeleton } from "../../components/skeleton";
import { toFailure } from "../../store/inbox-client";
import { KEYS } from "../../store/keys";
import { loads } from "../../store/queries";
import { draftReducer, EMPTY_DRAFT, type SourceChoice } from "../../store/source-draft";
import { ACCEPTED } from "../../store/uploads";
import { meaningText } from "../../text/golden";
import { sizeText } from "../../text/sizes";
import { count } from "../../text/words";
import { AddSource, CHOICES } from "./add-source";
import { useAgent } from "./agent-layout";
import { PassagesDialog } from "./passages-dialog";
import { SourceTable } from "./source-table";
import { useSourceNews } from "./use-source-news";
import { useDrop, useUpload } from "./use-upload";

/** What the agent answers from. */
export function SourcesScreen() {
  const agent = useAgent();
  usePageTitle(`${agent.name}: sources`);
  const { api } = useServices();
  const sources = useQuery(loads.sources(api, agent.id));
  useSourceNews(sources.data);
  const upload = useUpload(agent.id);
  const picker = useRef<HTMLInputElement>(null);
  const addButton = useRef<HTMLButtonElement>(null);
  const [adding, setAdding] = useState(false);
  const drop = useDrop((files) => {
    setAdding(false);
    upload.send(files);
  });
  const [draft, change] = useReducer(draftReducer, EMPTY_DRAFT);
  const [reading, setReading] = useState<Source | null>(null);
  useActions(
    useMemo(
      () => [
        {
          id: "source.add",
          title: "Add a source",
          section: "View" as const,
          keys: KEYS.add_source,
          run: () => setAdding(true),
        },
      ],
      [],
    ),
  );
  const add = (choice: SourceChoice) => {
    change({ type: "chosen", choice });
    setAdding(true);
  };

  if (sources.isError) return <LoadFailed error={sources.error} reset={() => void sources.refetch()} />;
  const empty = sources.data?.length === 0;
  const meaning = meaningText(agent.knowledge.meaning);
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
              <Button
                ref={addButton}
                tone="primary"
                keys={KEYS.add_source}
                icon={<PlusIcon size={14} strokeWidth={1.75} aria-hidden />}
                onClick={() => setAdding(true)}
              >
                Add a source
              </Button>
            )}
          </header>
          <input
            ref={picker}
            type="file"
            multiple
            accept={ACCEPTED}
            className="sr-only"
            tabIndex={-1}
            aria-label="Files to upload"
            onChange={(event) => {
              setAdding(false);
              upload.send([...(event.target.files ?? [])]);
              event.target.value = "";
            }}
          />
          <Uploads upload={upload} />
          {sources.data === undefined ? (
            <Skeleton rows={4} label="Loading the sources" />
          ) : empty ? (
            <FirstSource onChoose={add} over={drop.over} />
          ) : (
            <SourceTable sources={sources.data} onRead={setReading} />
          )}
          {!empty && (
            <p className="text-meta text-t3">
              Drop files anywhere on this page. PDF, Word, Markdown, HTML, plain text, CSV and JSON Lines.
            </p>
          )}
          {sources.data !== undefined && !empty && meaning !== null && (
            <p className="-mt-2 text-meta text-t3">{meaning}</p>
          )}
        </div>
      </div>
      {drop.over && !empty && (
        <div className="pointer-events-none absolute inset-3 flex animate-fade items-center justify-center rounded-card border-2 border-accent border-dashed bg-accent-tint">
          <p className="font-medium text-accent text-large">Drop the files to add them</p>
        </div>
      )}
      <AddSource
        agentId={agent.id}
        open={adding}
        onOpenChange={setAdding}
        draft={draft}
        change={change}
        onPickFiles={() => picker.current?.click()}
        over={drop.over}
        returnTo={addButton}
      />
      <PassagesDialog source={reading} onClose={() => setReading(null)} />
    </div>
  );
}

/** How far the upload is, and what did not arrive. */
function Uploads({ upload }: { upload: ReturnType<typeof useUpload> }) {
  const { total, left, tooLarge, busy, error } = upload;
  return (
    <>
      {tooLarge.length > 0 && (
        <Notice
          tone="warn"
          action={
            <Button size="small" onClick={upload.dismissTooLarge}>
              Dismiss
            </Button>
          }
        >
          Not uploaded, because a file may have 99 MB at most:{" "}
          {tooLarge.map((file) => `${file.name} (${sizeText(file.size)})`).join(", ")}. Split it, or leave
          pictures out.
        </Notice>
      )}
      {error !== null && (
        <Notice
          tone="err"
          action={
            <Button size="small" onClick={upload.again}>
              Try again
            </Button>
          }
        >
          {count(left.length, "file")} not uploaded. {toFailure(error).message} Sources already here are as
          they were.
        </Notice>
      )}
      {busy && (
        <Notice tone="info">
          Uploading {count(total, "file")}
          {total > 1 && `, ${String(left.length)} left`} (
          {sizeText(left.reduce((sum, file) => sum + file.size, 0))})…
        </Notice>
      )}
    </>
  );
}

/** What stands here before there is a source: every way to add one, and the place to drop files. */
function FirstSource({ onChoose, over }: { onChoose: (choice: SourceChoice) => void; over: boolean }) {
  return (
    <div
      className={cx(
        "flex flex-col items-center gap-5 rounded-card border border-dashed px-4 py-10 transition-colors duration-120 sm:px-6",
        over ? "border-accent bg-accent-tint" : "border-line-strong bg-s1",
      )}
    >
      <div className="text-center">
        <UploadIcon size={28} strokeWidth={1.25} aria-hidden className="mx-auto mb-3 text-t3" />
        <h2 className="font-semibold text-large">Where are your docs?</h2>
        <p className="text-body text-t2">Choose where they are, or drop files here.</p>
      </div>
      <ul className="grid w-full max-w-2xl gap-2 sm:grid-cols-2">
        {CHOICES.map(({ choice, name, text, icon }) => (
          <li key={choice} className={choice === "site" ? "sm:col-span-2" : undefined}>
            <button
              type="button"
              onClick={() => onChoose(choice)}
              className="flex min-h-14 w-full items-center gap-3 rounded-card border border-line bg-bg px-4 py-2.5 text-left transition-colors duration-120 hover:border-line-strong hover:bg-s2"
            >
              <span className={choice === "site" ? "text-accent" : "text-t3"}>{icon}</span>
              <span>
                <span className="block font-medium text-body">
                  {choice === "qa" ? "Questions and answers" : name}
                </span>
                <span className="block text-meta text-t2">{text}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
