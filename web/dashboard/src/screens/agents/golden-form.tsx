import type { GoldenQuestion } from "@baton/wire";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, type RefObject, useEffect, useId, useRef, useState } from "react";
import { useServices } from "../../app/hooks";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { ChoiceField, TextArea, TextField } from "../../components/field";
import { Notice } from "../../components/notice";
import { draftOfGolden, EMPTY_GOLDEN, type GoldenDraft, readGolden } from "../../store/golden";
import { toFailure } from "../../store/inbox-client";
import { kept, loads } from "../../store/queries";
import type { NewGolden } from "../../wire/api";
import { type FieldErrors, fieldErrors } from "../auth/use-entry";

type Props = {
  agentId: string;
  /** The one that is edited; null for a new one. */
  golden: GoldenQuestion | null;
  open: boolean;
  onClose: () => void;
  returnTo: RefObject<HTMLElement | null>;
};

/** Adds a golden question, or changes one. */
export function GoldenDialog({ agentId, golden, open, onClose, returnTo }: Props) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
      title={golden === null ? "Add a golden question" : "Edit golden question"}
      returnTo={returnTo}
    >
      <GoldenForm agentId={agentId} golden={golden} onDone={onClose} />
    </Dialog>
  );
}

function GoldenForm({
  agentId,
  golden,
  onDone,
}: {
  agentId: string;
  golden: GoldenQuestion | null;
  onDone: () => void;
}) {
  const { api, queries, toasts } = useServices();
  const [draft, setDraft] = useState<GoldenDraft>(golden === null ? EMPTY_GOLDEN : draftOfGolden(golden));
  const [found, setFound] = useState<FieldErrors>({});
  const sources = useQuery(loads.sources(api, agentId));
  const names = useId();
  const form = useRef<HTMLFormElement>(null);
  const saving = useMutation({
    mutationFn: (next: NewGolden) =>
      golden === null ? api.addGolden(agentId, next) : api.changeGolden(agentId, golden.id, next),
    onSuccess: (saved) => {
      kept.putGolden(queries, agentId, saved);
      onDone();
      toasts.show(golden === null ? "Added. The next run asks it." : "Saved. The next run asks it anew.");
    },
  });
  const refused = fieldErrors(saving.error);
  const errors: FieldErrors = { ...refused, ...found };
  const wrongFields = Object.keys(errors).join();
  useEffect(() => {
    if (wrongFields !== "") form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [wrongFields]);
  const change = (part: Partial<GoldenDraft>) => {
    setDraft({ ...draft, ...part });
    setFound({});
    if (saving.isError) saving.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const read = readGolden(draft, golden);
    setFound(read.kind === "wrong" ? read.errors : {});
    if (read.kind === "fine") saving.mutate(read.golden);
  };
  return (
    <form ref={form} onSubmit={submit} noValidate className="flex flex-col gap-4 pt-1">
      {saving.isError && Object.keys(refused).length === 0 && (
        <Notice tone="err">Not saved. {toFailure(saving.error).message} Your words are still here.</Notice>
      )}
      <TextArea
        label="Question"
        rows={2}
        maxLength={1_000}
        hint="In a visitor's words."
        error={errors.question}
        value={draft.question}
        onChange={(event) => change({ question: event.target.value })}
      />
      <ChoiceField
        label="What is to come of it"
        value={draft.kind}
        onChange={(kind) => change({ kind })}
        choices={[
          { value: "document", label: "An answer from a document" },
          { value: "hand_off", label: "Must go to a person", hint: "The docs must not answer it." },
        ]}
      />
      {draft.kind === "document" && (
        <>
          <TextField
            label="Document"
            maxLength={2_000}
            list={names}
            hint="Its title, its file or its address."
            error={errors.expect}
            value={draft.document}
            onChange={(event) => change({ document: event.target.value })}
          />
          <datalist id={names}>
            {sources.data
              ?.filter((source) => source.kind !== "site")
              .map((source) => (
                <option key={source.id} value={source.web?.url ?? source.name} />
              ))}
          </datalist>
        </>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button tone="primary" type="submit" busy={saving.isPending}>
          {golden === null ? "Add" : "Save"}
        </Button>
      </div>
    </form>
  );
}
