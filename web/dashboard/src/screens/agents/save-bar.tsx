import type { Agent } from "@baton/wire";
import { Button } from "../../components/button";
import { Notice } from "../../components/notice";
import { toFailure } from "../../store/inbox-client";
import type { Failure } from "../../store/inbox-state";
import { conflictsOf, type SettingKey, type SettingsEdits } from "../../store/settings-draft";
import type { FieldErrors } from "../auth/use-entry";

/** What each setting is called in the form. */
const NAMES: Record<SettingKey, string> = {
  name: "Name",
  welcome: "Welcome message",
  suggestions: "Suggestions",
  accent_color: "Accent colour",
  position: "Side of the window",
  allowed_origins: "Allowed sites",
  instructions: "Instructions",
  answer_threshold: "Answer threshold",
  offer_person_below: "Offer a person below",
  refuse_worse_training: "Do not publish a training that makes golden questions worse",
  burst_wait_ms: "Wait for more messages",
  answer_deadline_seconds: "Latest answer after",
  ai_resumes: "The AI answers again",
  session_window_minutes: "Same conversation for",
  actions: "Buttons",
  "model.choice": "Who writes the answers",
  "model.provider": "Provider",
  "model.base_url": "Address of the model",
  "model.name": "Model",
  "model.temperature": "Temperature",
  "handoff.mode": "Who decides",
  "handoff.no_answer_after": "Hand over after failed answers",
  "handoff.nobody_there": "When nobody of the team is there",
  "handoff.announcement": "What the visitor is told",
  "handoff.announcement_text": "Message at handoff",
};

type Props = {
  agent: Agent;
  edits: SettingsEdits;
  dirty: boolean;
  busy: boolean;
  /** Why the last save failed, or null. */
  error: Error | null;
  errors: FieldErrors;
  /** The failure is about single settings, which say so themselves. */
  aboutFields: boolean;
  onTakeTheirs: (keys: readonly SettingKey[]) => void;
  onDiscard: () => void;
};

/** What stands below the form while something is not saved. */
export function SaveBar(props: Props) {
  const { agent, edits, dirty, busy, error } = props;
  const conflicts = conflictsOf(agent, edits);
  if (!dirty && error === null) return null;
  return (
    <div className="shrink-0 animate-rise border-line border-t bg-s1 py-3">
      <div className="mx-auto flex max-w-5xl flex-col gap-3 px-4 sm:px-8">
        {conflicts.length > 0 && (
          <Notice
            tone="warn"
            action={
              <Button size="small" onClick={() => props.onTakeTheirs(conflicts)}>
                Take theirs
              </Button>
            }
          >
            A colleague changed this too, meanwhile: {conflicts.map((key) => NAMES[key]).join(", ")}. Saving
            replaces what they wrote with yours.
          </Notice>
        )}
        <div className="flex flex-wrap items-center justify-end gap-3">
          <div className="min-w-0 flex-1 basis-full sm:basis-60">
            <Said {...props} failure={error === null ? null : toFailure(error)} />
          </div>
          <Button onClick={props.onDiscard}>Discard</Button>
          <Button tone="primary" type="submit" busy={busy} disabled={!dirty}>
            Save
          </Button>
        </div>
      </div>
    </div>
  );
}

function Said({ failure, errors, aboutFields }: Props & { failure: Failure | null }) {
  if (failure !== null && !aboutFields)
    return <Notice tone="err">Not saved. {failure.message} Your changes are still here.</Notice>;
  const wrong = Object.keys(errors).length;
  if (wrong > 0)
    return (
      <p role="alert" className="text-body text-err">
        Not saved. {wrong === 1 ? "One setting needs" : "Some settings need"} another look.
      </p>
    );
  return <p className="text-body text-t2">You have unsaved changes.</p>;
}
