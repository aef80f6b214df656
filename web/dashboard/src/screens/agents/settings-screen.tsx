import type { Agent } from "@baton/wire";
import { useMutation } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { usePageTitle, useServices } from "../../app/hooks";
import { ChoiceField, SelectField, TextArea, TextField } from "../../components/field";
import { kept } from "../../store/queries";
import {
  changesOf,
  draftOf,
  edited,
  NO_EDITS,
  type SettingsDraft,
  type SettingsEdits,
  unsaved,
  without,
} from "../../store/settings-draft";
import { inkOn, isHexColor } from "../../text/contrast";
import type { AgentPatch } from "../../wire/api";
import { type FieldErrors, fieldErrors } from "../auth/use-entry";
import { ActionsEditor } from "./actions-editor";
import { useAgent } from "./agent-layout";
import { CoverageTable } from "./coverage-table";
import { ModelSection } from "./model-section";
import { SaveBar } from "./save-bar";
import { SuggestionsEditor } from "./suggestions-editor";
import { ThresholdsField } from "./thresholds-field";

/** How the agent greets, answers, hands over and looks. */
export function SettingsScreen() {
  const agent = useAgent();
  usePageTitle(`${agent.name}: settings`);
  return <SettingsForm key={agent.id} agent={agent} />;
}

export type FormPart = {
  draft: SettingsDraft;
  errors: FieldErrors;
  change: (part: AgentPatch) => void;
};

function SettingsForm({ agent }: { agent: Agent }) {
  const { api, queries, toasts } = useServices();
  const [edits, setEdits] = useState(NO_EDITS);
  const draft = useMemo(() => draftOf(agent, edits), [agent, edits]);
  // A mistake is shown until its field is touched.
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const form = useRef<HTMLFormElement>(null);
  const saving = useMutation({
    mutationFn: (sent: SettingsEdits) => api.changeAgent(agent.id, changesOf(agent, sent)),
    onSuccess: (changed, sent) => {
      kept.putAgent(queries, changed);
      setEdits((known) => unsaved(known, sent));
      toasts.show("Saved. It counts from the next message on.");
    },
  });
  const all = fieldErrors(saving.error);
  const errors = Object.fromEntries(
    Object.entries(all).filter(([key]) => !touched.has(key.split(".")[0] ?? key)),
  );
  const dirty = Object.keys(changesOf(agent, edits)).length > 0;
  const change = (part: AgentPatch) => {
    setEdits((known) => edited(agent, known, part));
    setTouched((known) => new Set([...known, ...Object.keys(part)]));
  };
  useBlocker({
    shouldBlockFn: () => dirty && !window.confirm("Leave without saving? Your changes are lost."),
    enableBeforeUnload: dirty,
  });
  useEffect(() => {
    if (saving.isError) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [saving.isError]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!dirty) return;
    setTouched(new Set());
    saving.mutate(edits);
  };
  const part: FormPart = { draft, errors, change };
  return (
    <form ref={form} onSubmit={submit} noValidate className="flex h-full flex-col">
      <div className="scroll-quiet relative min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-5xl flex-col px-4 py-6 sm:px-8">
          <h1 className="sr-only">Settings</h1>
          <Part title="Greeting" text="What visitors see before they write.">
            <TextField
              label="Name"
              value={draft.name}
              error={errors.name}
              maxLength={80}
              onChange={(event) => change({ name: event.target.value })}
            />
            <TextArea
              label="Welcome message"
              rows={2}
              value={draft.welcome}
              error={errors.welcome}
              onChange={(event) => change({ welcome: event.target.value })}
            />
            <SuggestionsEditor
              value={draft.suggestions}
              error={errors.suggestions}
              onChange={(suggestions) => change({ suggestions })}
            />
          </Part>
          <Part title="Look" text="The chat follows the visitor's light or dark colours by itself.">
            <AccentField {...part} />
            <ChoiceField
              label="Side of the window"
              value={draft.position}
              onChange={(position) => change({ position })}
              choices={[
                { value: "right", label: "Right" },
                { value: "left", label: "Left" },
              ]}
            />
          </Part>
          <Answers {...part} />
          <Part title="Language model" text="Optional. Without one, answers are quoted from your docs.">
            <ModelSection agent={agent} {...part} />
          </Part>
          <Handoff {...part} />
          <Part
            title="Buttons"
            text="Each hands the conversation to your team, with what the visitor fills in."
          >
            <ActionsEditor
              value={draft.actions}
              errors={errors}
              onChange={(actions) => change({ actions })}
            />
          </Part>
          <Afterwards {...part} />
        </div>
      </div>
      <SaveBar
        agent={agent}
        edits={edits}
        dirty={dirty}
        busy={saving.isPending}
        error={saving.error}
        errors={errors}
        aboutFields={Object.keys(all).length > 0}
        onTakeTheirs={(keys) => setEdits((known) => without(known, keys))}
        onDiscard={() => {
          setEdits(NO_EDITS);
          saving.reset();
        }}
      />
    </form>
  );
}

function Part({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <section className="grid gap-x-10 gap-y-4 border-line border-b py-7 first-of-type:pt-0 last:border-b-0 lg:grid-cols-[240px_minmax(0,1fr)]">
      <div>
        <h2 className="font-semibold text-large">{title}</h2>
        <p className="text-body text-t2">{text}</p>
      </div>
      <div className="flex max-w-xl flex-col gap-5">{children}</div>
    </section>
  );
}

function AccentField({ draft, errors, change }: FormPart) {
  const { accent_color } = draft;
  const valid = isHexColor(accent_color);
  const { ink, ratio } = inkOn(valid ? accent_color : "#3b55d9");
  return (
    <div className="flex items-start gap-3">
      <input
        type="color"
        aria-label="Pick the accent colour"
        value={valid ? accent_color : "#3b55d9"}
        onChange={(event) => change({ accent_color: event.target.value })}
        className="mt-6 size-9 shrink-0 rounded-control border border-line-strong bg-bg p-1 pointer-coarse:size-11"
      />
      <div className="w-36">
        <TextField
          label="Accent colour"
          spellCheck={false}
          maxLength={7}
          value={accent_color}
          error={errors.accent_color ?? (valid ? undefined : "Write it as #rrggbb.")}
          onChange={(event) => change({ accent_color: event.target.value.trim() })}
          className="font-mono"
        />
      </div>
      {valid && (
        <div className="mt-6 flex min-w-0 flex-1 flex-col items-start gap-1">
          <span
            className="rounded-bubble rounded-br-chip px-3 py-1.5 text-read"
            style={{ background: accent_color, color: ink }}
          >
            How do I return it?
          </span>
          <span className="tabular text-meta text-t3">
            Contrast {ratio.toFixed(1)} : 1
            {ratio < 4.5 ? ", which is hard to read. Choose a darker or lighter colour." : ""}
          </span>
        </div>
      )}
    </div>
  );
}

function Answers(part: FormPart) {
  const { draft, errors, change } = part;
  return (
    <Part title="Answers" text="The agent answers from your sources alone, or says that it cannot.">
      <TextArea
        label="Instructions"
        optional
        rows={5}
        placeholder="Keep answers short. Call our customers members."
        hint="How to answer, not what: facts belong into sources."
        value={draft.instructions}
        error={errors.instructions}
        onChange={(event) => change({ instructions: event.target.value })}
      />
      <ThresholdsField {...part} numbers={<CoverageTable threshold={draft.answer_threshold} />} />
      <div className="grid gap-5 sm:grid-cols-2">
        <NumberField
          label="Wait for more messages"
          unit="ms"
          hint="Visitors often write in pieces; they get one answer to all of them."
          value={draft.burst_wait_ms}
          error={errors.burst_wait_ms}
          onChange={(burst_wait_ms) => change({ burst_wait_ms })}
        />
        <NumberField
          label="Latest answer after"
          unit="seconds"
          hint="By then the visitor hears something, whatever happens."
          value={draft.answer_deadline_seconds}
          error={errors.answer_deadline_seconds}
          onChange={(answer_deadline_seconds) => change({ answer_deadline_seconds })}
        />
      </div>
    </Part>
  );
}

function Handoff({ draft, errors, change }: FormPart) {
  const { handoff } = draft;
  const changeHandoff = (part: Partial<typeof handoff>) => change({ handoff: part });
  return (
    <Part title="Handing over" text="When a conversation goes to your team, and what the visitor is told.">
      <ChoiceField
        label="Who decides"
        value={handoff.mode}
        onChange={(mode) => changeHandoff({ mode })}
        choices={[
          {
            value: "auto",
            label: "Baton decides",
            hint: "When someone asks for a person, the docs have no answer, or the visitor is frustrated.",
          },
          {
            value: "manual",
            label: "Only the team",
            hint: "A teammate takes over; visitors who ask are pointed to the button.",
          },
        ]}
      />
      {handoff.mode === "auto" && (
        <NumberField
          label="Hand over after failed answers"
          unit={handoff.no_answer_after === 1 ? "answer" : "answers"}
          hint="How many questions in a row the docs may leave open."
          value={handoff.no_answer_after}
          error={errors["handoff.no_answer_after"]}
          onChange={(no_answer_after) => changeHandoff({ no_answer_after })}
        />
      )}
      <ChoiceField
        label="When nobody of the team is there"
        value={handoff.nobody_there}
        onChange={(nobody_there) => changeHandoff({ nobody_there })}
        choices={[
          {
            value: "suppress",
            label: "The AI carries on",
            hint: "No handoff is offered. You see later who would have come.",
          },
          { value: "queue", label: "They wait in the queue", hint: "Someone answers when they are back." },
        ]}
      />
      <ChoiceField
        label="What the visitor is told"
        value={handoff.announcement}
        onChange={(announcement) => changeHandoff({ announcement })}
        choices={[
          { value: "named", label: "The message below, and who joins" },
          { value: "brief", label: "One short line" },
          { value: "silent", label: "Nothing", hint: "Who wrote a message is still said to screen readers." },
        ]}
      />
      {handoff.announcement !== "silent" && (
        <TextArea
          label="Message at handoff"
          rows={2}
          value={handoff.announcement_text}
          error={errors["handoff.announcement_text"]}
          onChange={(event) => changeHandoff({ announcement_text: event.target.value })}
        />
      )}
    </Part>
  );
}

function Afterwards({ draft, errors, change }: FormPart) {
  return (
    <Part title="Afterwards" text="What happens once a conversation is closed.">
      <SelectField
        label="The AI answers again"
        value={draft.ai_resumes}
        error={errors.ai_resumes}
        onChange={(event) => {
          const chosen = (["after_close", "manual", "never"] as const).find(
            (one) => one === event.target.value,
          );
          if (chosen !== undefined) change({ ai_resumes: chosen });
        }}
        choices={[
          { value: "after_close", label: "After a person closed the conversation" },
          { value: "manual", label: "When a teammate hands it back" },
          { value: "never", label: "Never in the same conversation" },
        ]}
      />
      <NumberField
        label="Same conversation for"
        unit="minutes"
        hint="Who comes back within this time continues the thread; later a new one begins, linked to the old."
        value={draft.session_window_minutes}
        error={errors.session_window_minutes}
        onChange={(session_window_minutes) => change({ session_window_minutes })}
      />
    </Part>
  );
}

function NumberField({
  label,
  unit,
  hint,
  value,
  error,
  onChange,
}: {
  label: string;
  unit: string;
  hint: string;
  value: number;
  error: string | undefined;
  onChange: (value: number) => void;
}) {
  // The text may be empty for a moment, while the number is being written.
  const [text, setText] = useState(String(value));
  useEffect(() => {
    setText((known) => (Number(known) === value && known !== "" ? known : String(value)));
  }, [value]);
  return (
    <div className="relative">
      <TextField
        label={`${label} (${unit})`}
        inputMode="numeric"
        hint={hint}
        error={error}
        value={text}
        onChange={(event) => {
          const digits = event.target.value.replace(/\D/g, "").slice(0, 7);
          setText(digits);
          if (digits !== "") onChange(Number(digits));
        }}
        onBlur={() => setText(String(value))}
        className="tabular max-w-32"
      />
    </div>
  );
}
