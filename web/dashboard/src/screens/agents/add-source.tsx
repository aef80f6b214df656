import type { Source } from "@baton/wire";
import { useMutation } from "@tanstack/react-query";
import { Tabs } from "radix-ui";
import {
  type Dispatch,
  type FormEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from "react";
import { useServices } from "../../app/hooks";
import { Button, IconButton } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { TextArea, TextField } from "../../components/field";
import {
  AppWindowIcon,
  GlobeIcon,
  PlusIcon,
  QuestionIcon,
  TextIcon,
  UploadIcon,
  XIcon,
} from "../../components/icons";
import { Notice } from "../../components/notice";
import { toFailure } from "../../store/inbox-client";
import { kept } from "../../store/queries";
import {
  completePairs,
  type DraftChange,
  type DraftErrors,
  newPage,
  newSite,
  readLimits,
  type SourceChoice,
  type SourceDraft,
} from "../../store/source-draft";
import { readAddress } from "../../text/address";
import type { Api } from "../../wire/api";
import { fieldErrors } from "../auth/use-entry";
import { AddWeb } from "./add-web";

const ICON = { size: 16, strokeWidth: 1.5, "aria-hidden": true } as const;

/** The ways to add a source, in the order of how much they bring. */
export const CHOICES: readonly { choice: SourceChoice; name: string; text: string; icon: ReactNode }[] = [
  {
    choice: "site",
    name: "Website",
    text: "All pages of a site, kept up to date",
    icon: <GlobeIcon {...ICON} />,
  },
  { choice: "page", name: "Page", text: "One page, by its address", icon: <AppWindowIcon {...ICON} /> },
  { choice: "files", name: "Files", text: "PDF, Word, Markdown and more", icon: <UploadIcon {...ICON} /> },
  { choice: "text", name: "Text", text: "Typed or pasted", icon: <TextIcon {...ICON} /> },
  {
    choice: "qa",
    name: "Questions",
    text: "Short facts, in pairs",
    icon: <QuestionIcon {...ICON} />,
  },
];

type Props = {
  agentId: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  draft: SourceDraft;
  change: Dispatch<DraftChange>;
  onPickFiles: () => void;
  /** Files are being dragged over the screen. */
  over: boolean;
  returnTo: RefObject<HTMLElement | null>;
};

/** What a part of the dialog gets: the draft, how to change it, and what was wrong with it. */
export type AddPart = { draft: SourceDraft; change: Dispatch<DraftChange>; errors: DraftErrors };

/** Adds a source of any kind. What was typed stays until it is a source, also when the dialog is closed. */
export function AddSource({
  agentId,
  open,
  onOpenChange,
  draft,
  change,
  onPickFiles,
  over,
  returnTo,
}: Props) {
  const { api, queries, toasts } = useServices();
  const form = useRef<HTMLFormElement>(null);
  const [found, setFound] = useState<DraftErrors>({});
  const addition = useMutation({
    mutationFn: (sent: SourceDraft) => send(api, agentId, sent),
    onSuccess: (source, sent) => {
      kept.putSource(queries, source);
      change({ type: "added", choice: sent.choice });
      onOpenChange(false);
      toasts.show(`“${source.name}” is added.`);
    },
  });
  const about = addition.variables?.choice === draft.choice ? addition.error : null;
  const refused = fieldErrors(about);
  const errors = { ...refused, ...found };
  const touch: Dispatch<DraftChange> = (next) => {
    setFound({});
    if (addition.isError) addition.reset();
    change(next);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wrong = problemsOf(draft);
    setFound(wrong);
    if (Object.keys(wrong).length === 0) addition.mutate(draft);
  };
  const wrongFields = Object.keys(errors).join();
  useEffect(() => {
    if (wrongFields !== "") form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [wrongFields]);
  const part: AddPart = { draft, change: touch, errors };
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Add a source" width="wide" returnTo={returnTo}>
      <Tabs.Root
        value={draft.choice}
        onValueChange={(value) => {
          const chosen = CHOICES.find((one) => one.choice === value);
          if (chosen !== undefined) change({ type: "chosen", choice: chosen.choice });
        }}
      >
        <Tabs.List
          aria-label="What to add"
          className="mb-4 grid grid-cols-3 gap-1 rounded-card border border-line bg-s1 p-1 sm:grid-cols-5"
        >
          {CHOICES.map(({ choice, name, icon }) => (
            <Tabs.Trigger
              key={choice}
              value={choice}
              className="focus-inset inline-flex h-8 items-center justify-center gap-1.5 rounded-control text-body text-t2 hover:text-t1 data-[state=active]:bg-bg data-[state=active]:font-medium data-[state=active]:text-t1 data-[state=active]:shadow-float pointer-coarse:h-10"
            >
              {icon}
              {name}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <form ref={form} onSubmit={submit} noValidate className="flex flex-col gap-4">
          {about !== null && Object.keys(refused).length === 0 && (
            <Notice tone="err">Not added. {toFailure(about).message} What you typed is still here.</Notice>
          )}
          <Panel choice="site">
            <AddWeb kind="site" {...part} />
          </Panel>
          <Panel choice="page">
            <AddWeb kind="page" {...part} />
          </Panel>
          <Panel choice="files">
            <AddFiles onPick={onPickFiles} over={over} />
          </Panel>
          <Panel choice="text">
            <AddText {...part} />
          </Panel>
          <Panel choice="qa">
            <AddQuestions {...part} />
          </Panel>
          <div className="flex justify-end gap-2">
            <Button onClick={() => onOpenChange(false)}>Cancel</Button>
            {draft.choice !== "files" && (
              <Button tone="primary" type="submit" busy={addition.isPending}>
                Add
              </Button>
            )}
          </div>
        </form>
      </Tabs.Root>
    </Dialog>
  );
}

function Panel({ choice, children }: { choice: SourceChoice; children: ReactNode }) {
  return (
    <Tabs.Content value={choice} tabIndex={-1} className="flex flex-col gap-4 outline-none">
      {children}
    </Tabs.Content>
  );
}

/** What is wrong with a draft before anybody is asked. */
function problemsOf(draft: SourceDraft): DraftErrors {
  switch (draft.choice) {
    case "site":
    case "page": {
      const address = readAddress(draft.url);
      const limits = draft.choice === "site" ? readLimits(draft.limits) : { kind: "fine" };
      return {
        ...(address.kind === "empty" ? { url: "Type the address, such as docs.example.com." } : {}),
        ...(address.kind === "wrong" ? { url: address.why } : {}),
        ...("errors" in limits ? limits.errors : {}),
      };
    }
    case "text":
      return {
        ...(draft.text.title.trim() === "" ? { title: "Give it a title; answers name it." } : {}),
        ...(draft.text.text.trim() === "" ? { text: "There is no text yet." } : {}),
      };
    case "qa":
      return {
        ...(draft.qa.title.trim() === "" ? { title: "Give it a title; answers name it." } : {}),
        ...(completePairs(draft).length === 0
          ? { pairs: "Write at least one question and its answer." }
          : {}),
      };
    case "files":
      return {};
    default:
      draft.choice satisfies never;
      return {};
  }
}

function send(api: Api, agentId: string, draft: SourceDraft): Promise<Source> {
  switch (draft.choice) {
    case "site": {
      const limits = readLimits(draft.limits);
      if (limits.kind === "wrong") throw new Error("limits are checked before they are sent");
      return api.addSite(agentId, newSite(draft, limits.options));
    }
    case "page":
      return api.addPage(agentId, newPage(draft));
    case "text":
      return api.addText(agentId, draft.text.title.trim(), draft.text.text);
    case "qa":
      return api.addQuestions(agentId, draft.qa.title.trim(), completePairs(draft));
    case "files":
      throw new Error("files are uploaded as they are chosen");
    default:
      draft.choice satisfies never;
      throw new Error("no such choice");
  }
}

/** Files dropped here are taken by the screen, which takes them anywhere. */
function AddFiles({ onPick, over }: { onPick: () => void; over: boolean }) {
  return (
    <div
      data-over={over || undefined}
      className="flex flex-col items-center gap-3 rounded-card border border-line-strong border-dashed bg-s1 px-6 py-10 text-center data-over:border-accent data-over:bg-accent-tint"
    >
      <UploadIcon size={24} strokeWidth={1.25} aria-hidden className="text-t3" />
      <div>
        <p className="font-medium text-body">Drop files here, many at once</p>
        <p className="text-meta text-t2">
          PDF, Word (.docx), Markdown, HTML, plain text, CSV and JSON Lines, up to 99 MB each.
        </p>
      </div>
      <Button tone="primary" data-focus="first" onClick={onPick}>
        Choose files
      </Button>
    </div>
  );
}

function AddText({ draft, change, errors }: AddPart) {
  return (
    <>
      <TextField
        label="Title"
        maxLength={200}
        placeholder="Refund policy"
        error={errors.title}
        value={draft.text.title}
        onChange={(event) => change({ type: "text", part: { title: event.target.value } })}
      />
      <TextArea
        label="Text"
        rows={9}
        hint="Markdown works: headings help visitors find the spot that an answer cites."
        error={errors.text}
        value={draft.text.text}
        onChange={(event) => change({ type: "text", part: { text: event.target.value } })}
      />
    </>
  );
}

function AddQuestions({ draft, change, errors }: AddPart) {
  const { title, pairs } = draft.qa;
  return (
    <>
      <TextField
        label="Title"
        maxLength={200}
        placeholder="Frequent questions"
        error={errors.title}
        value={title}
        onChange={(event) => change({ type: "qa_titled", title: event.target.value })}
      />
      <ol className="flex flex-col gap-3">
        {pairs.map((pair, index) => (
          <li key={pair.key} className="flex flex-col gap-3 rounded-card border border-line p-3">
            <div className="flex items-start gap-2">
              <div className="min-w-0 flex-1">
                <TextField
                  label={`Question ${index + 1}`}
                  value={pair.question}
                  onChange={(event) =>
                    change({ type: "pair", key: pair.key, part: { question: event.target.value } })
                  }
                />
              </div>
              {pairs.length > 1 && (
                <IconButton
                  label={`Remove question ${index + 1}`}
                  size="small"
                  icon={<XIcon size={14} aria-hidden />}
                  onClick={() => change({ type: "pair_removed", key: pair.key })}
                />
              )}
            </div>
            <TextArea
              label="Answer"
              rows={2}
              value={pair.answer}
              onChange={(event) =>
                change({ type: "pair", key: pair.key, part: { answer: event.target.value } })
              }
            />
          </li>
        ))}
      </ol>
      {errors.pairs !== undefined && <Notice tone="err">{errors.pairs}</Notice>}
      <Button
        className="self-start"
        icon={<PlusIcon size={14} aria-hidden />}
        onClick={() => change({ type: "pair_added" })}
      >
        Add another
      </Button>
    </>
  );
}
