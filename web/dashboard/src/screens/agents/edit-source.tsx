import type { Source } from "@baton/wire";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, type RefObject, useEffect, useRef, useState } from "react";
import { useServices } from "../../app/hooks";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { SelectField, TextField } from "../../components/field";
import { Notice } from "../../components/notice";
import { toFailure } from "../../store/inbox-client";
import { kept } from "../../store/queries";
import { areSame, type DraftErrors, limitsAsText, readLimits } from "../../store/source-draft";
import { addressText, EVERY, EVERY_NAMES } from "../../text/sources";
import type { SourcePatch } from "../../wire/api";
import { fieldErrors } from "../auth/use-entry";
import { LimitsFields } from "./limits-fields";

type Props = {
  source: Source;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  returnTo: RefObject<HTMLElement | null>;
};

/** Changes a source's name and, for what is fetched from the web, how often and how much. */
export function EditSource({ source, open, onOpenChange, returnTo }: Props) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={source.web === null ? "Rename" : "Edit source"}
      description={source.web === null ? undefined : addressText(source.web.url)}
      returnTo={returnTo}
    >
      <EditForm source={source} onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

function EditForm({ source, onDone }: { source: Source; onDone: () => void }) {
  const { api, queries, toasts } = useServices();
  const { web } = source;
  const [name, setName] = useState(source.name);
  const [every, setEvery] = useState(web?.sync_every ?? "off");
  const [limits, setLimits] = useState(web === null ? null : limitsAsText(web.options));
  const [found, setFound] = useState<DraftErrors>({});
  const saving = useMutation({
    mutationFn: (patch: SourcePatch) => api.changeSource(source.id, patch),
    onSuccess: (changed) => {
      kept.putSource(queries, changed);
      onDone();
      toasts.show("Saved.");
    },
  });
  const refused = fieldErrors(saving.error);
  const errors = { ...refused, ...found };
  const form = useRef<HTMLFormElement>(null);
  const wrongFields = Object.keys(errors).join();
  useEffect(() => {
    if (wrongFields !== "") form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [wrongFields]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const read = limits === null ? null : readLimits(limits);
    const wrong = {
      ...(name.trim() === "" ? { name: "Give it a name; answers name it." } : {}),
      ...(read?.kind === "wrong" ? read.errors : {}),
    };
    setFound(wrong);
    if (Object.keys(wrong).length > 0) return;
    const patch: SourcePatch = {};
    if (name.trim() !== source.name) patch.name = name.trim();
    if (web !== null && every !== web.sync_every) patch.sync_every = every;
    if (web !== null && read?.kind === "fine" && !areSame(read.options, web.options))
      patch.options = read.options;
    if (Object.keys(patch).length === 0) onDone();
    else saving.mutate(patch);
  };
  return (
    <form ref={form} onSubmit={submit} noValidate className="flex flex-col gap-4 pt-1">
      {saving.isError && Object.keys(refused).length === 0 && (
        <Notice tone="err">Not saved. {toFailure(saving.error).message} Your changes are still here.</Notice>
      )}
      <TextField
        label="Name"
        maxLength={200}
        hint="Answers name it as their source."
        error={errors.name}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      {web !== null && (
        <SelectField
          label="Read again"
          value={every}
          error={errors.sync_every}
          hint="Pages that did not change are not indexed again."
          onChange={(event) => setEvery(EVERY.find((one) => one === event.target.value) ?? every)}
          choices={EVERY.map((value) => ({ value, label: EVERY_NAMES[value] }))}
        />
      )}
      {source.kind === "site" && limits !== null && (
        <>
          <LimitsFields
            values={limits}
            errors={errors}
            onChange={(part) => {
              setFound({});
              setLimits({ ...limits, ...part });
            }}
          />
          <p className="text-meta text-t3">Limits count from the next sync on.</p>
        </>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button tone="primary" type="submit" busy={saving.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
