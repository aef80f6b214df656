import type { Agent, ModelChoice, ModelProvider } from "@baton/wire";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useServices } from "../../app/hooks";
import { Button } from "../../components/button";
import { ChoiceField, SelectField, TextField } from "../../components/field";
import { CircleCheckIcon } from "../../components/icons";
import { Notice } from "../../components/notice";
import { toFailure } from "../../store/inbox-client";
import { kept, loads } from "../../store/queries";
import { checkText, keyText, originOf, PROVIDERS } from "../../text/models";
import { fieldErrors } from "../auth/use-entry";
import type { FormPart } from "./settings-screen";

const KINDS = Object.keys(PROVIDERS) as ModelProvider[];

/** Which language model writes the agent's answers, its key, and whether it works. */
export function ModelSection({ agent, draft, errors, change }: FormPart & { agent: Agent }) {
  const { api } = useServices();
  const state = useQuery(loads.model(api, agent.id));
  const { model } = draft;
  const changeModel = (part: Partial<typeof model>) => change({ model: part });
  const installation = state.data?.installation ?? null;
  const choices: { value: ModelChoice; label: string; hint: string }[] = [
    {
      value: "installation",
      label: "The model of this server",
      hint:
        installation === null
          ? "This server has none, so answers are quoted from your docs."
          : `Answers are written by ${installation}.`,
    },
    {
      value: "own",
      label: "A model of its own",
      hint: "Answers are written from the passages that were found, in the visitor's language.",
    },
    {
      value: "none",
      label: "No model",
      hint: "Answers are quoted from your docs, word for word. Nothing leaves this server.",
    },
  ];
  return (
    <>
      <ChoiceField
        label="Who writes the answers"
        value={model.choice}
        onChange={(choice) => changeModel({ choice })}
        choices={choices}
      />
      {model.choice === "own" && (
        <OwnModel agent={agent} draft={draft} errors={errors} changeModel={changeModel} />
      )}
      {model.choice !== "none" && (
        <>
          <TryOut key={JSON.stringify(model)} agent={agent} draft={draft} />
          <p className="text-meta text-t3">
            To the model go the question, the conversation since its last close, the passages found and your
            instructions; no names, addresses or pages of visitors. Each sentence is checked against the
            passages before a visitor reads it. If the model fails, the answer is quoted from your docs.
          </p>
        </>
      )}
    </>
  );
}

type OwnProps = Pick<FormPart, "draft" | "errors"> & {
  agent: Agent;
  changeModel: (part: Partial<FormPart["draft"]["model"]>) => void;
};

function OwnModel({ agent, draft, errors, changeModel }: OwnProps) {
  const { model } = draft;
  const about = PROVIDERS[model.provider];
  return (
    <>
      <SelectField
        label="Provider"
        value={model.provider}
        error={errors["model.provider"]}
        onChange={(event) => {
          const provider = KINDS.find((kind) => kind === event.target.value);
          if (provider !== undefined) changeModel({ provider });
        }}
        choices={KINDS.map((kind) => ({ value: kind, label: PROVIDERS[kind].label }))}
      />
      <TextField
        label="Model"
        value={model.name}
        error={errors["model.name"]}
        hint={about.nameHint}
        maxLength={200}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => changeModel({ name: event.target.value })}
      />
      <TextField
        label="Address"
        optional
        value={model.base_url}
        error={errors["model.base_url"]}
        placeholder={about.address}
        hint={about.addressHint}
        maxLength={500}
        spellCheck={false}
        autoComplete="off"
        inputMode="url"
        onChange={(event) => changeModel({ base_url: event.target.value })}
      />
      <KeyField agent={agent} draft={draft} needsKey={about.needsKey} />
    </>
  );
}

function KeyField({ agent, draft, needsKey }: Pick<FormPart, "draft"> & { agent: Agent; needsKey: boolean }) {
  const { api, queries, toasts } = useServices();
  const state = useQuery(loads.model(api, agent.id));
  const [typed, setTyped] = useState("");
  const [replacing, setReplacing] = useState(false);
  const saving = useMutation({
    mutationFn: (key: string) => api.setModelKey(agent.id, key),
    onSuccess: (known) => {
      kept.putModel(queries, agent.id, known);
      setTyped("");
      setReplacing(false);
      toasts.show("The key is saved. Nobody can read it again, not even you.");
    },
  });
  const removing = useMutation({
    mutationFn: () => api.forgetModelKey(agent.id),
    onSuccess: (known) => kept.putModel(queries, agent.id, known),
  });
  if (state.data === undefined) return null;
  const { key } = state.data;
  const saved = agent.settings.model;
  // A key belongs to the address that is saved, so that a change of the address cannot carry it elsewhere.
  const isElsewhere =
    originOf(draft.model.provider, draft.model.base_url) !== originOf(saved.provider, saved.base_url);
  const isWriting = replacing || key === null || !key.usable;
  const failure = saving.isError
    ? (fieldErrors(saving.error).key ?? toFailure(saving.error).message)
    : undefined;
  const save = () => {
    if (typed.trim() !== "") saving.mutate(typed.trim());
  };
  return (
    <div className="flex flex-col gap-2">
      {key !== null && (
        <div className="flex flex-wrap items-center gap-2">
          <span className="min-w-0 flex-1 basis-48 text-body">
            <span className="font-medium">API key</span>
            <span className="block text-t2 [overflow-wrap:anywhere]">{keyText(key)}</span>
          </span>
          {!isWriting && (
            <Button size="small" onClick={() => setReplacing(true)}>
              Replace
            </Button>
          )}
          <Button size="small" tone="danger" busy={removing.isPending} onClick={() => removing.mutate()}>
            Remove
          </Button>
        </div>
      )}
      {isWriting &&
        (isElsewhere ? (
          <p className="text-meta text-t2">Save the new address first; then enter its key here.</p>
        ) : (
          <div className="flex flex-wrap items-end gap-2">
            <div className="min-w-0 flex-1 basis-48">
              <TextField
                label={key === null ? "API key" : "New API key"}
                optional={!needsKey}
                type="password"
                value={typed}
                error={failure}
                maxLength={500}
                spellCheck={false}
                autoComplete="new-password"
                onChange={(event) => {
                  setTyped(event.target.value);
                  if (saving.isError) saving.reset();
                }}
                onKeyDown={(event) => {
                  if (event.key !== "Enter") return;
                  event.preventDefault();
                  save();
                }}
              />
            </div>
            <Button
              className="h-9 pointer-coarse:h-11"
              busy={saving.isPending}
              disabled={typed.trim() === ""}
              onClick={save}
            >
              Save key
            </Button>
            {replacing && key?.usable === true && (
              <Button tone="ghost" className="h-9 pointer-coarse:h-11" onClick={() => setReplacing(false)}>
                Cancel
              </Button>
            )}
          </div>
        ))}
    </div>
  );
}

function TryOut({ agent, draft }: Pick<FormPart, "draft"> & { agent: Agent }) {
  const { api } = useServices();
  const trying = useMutation({ mutationFn: () => api.checkModel(agent.id, draft.model) });
  const result = trying.data;
  const wrong = trying.isError ? Object.values(fieldErrors(trying.error))[0] : undefined;
  return (
    <div className="flex flex-col items-start gap-2" aria-live="polite">
      <Button busy={trying.isPending} onClick={() => trying.mutate()}>
        Check the model
      </Button>
      {trying.isError ? (
        <Notice tone="err" className="w-full">
          {wrong ?? toFailure(trying.error).message}
        </Notice>
      ) : (
        result !== undefined &&
        (result.problem === null ? (
          <p className="tabular flex items-start gap-1.5 text-body text-ok">
            <CircleCheckIcon size={16} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0" />
            {checkText(result)}
          </p>
        ) : (
          <Notice tone="warn" className="w-full">
            {checkText(result)}
            {result.said !== null && (
              <span className="mt-1 block text-meta text-t2 [overflow-wrap:anywhere]">
                The provider says: {result.said}
              </span>
            )}
          </Notice>
        ))
      )}
    </div>
  );
}
