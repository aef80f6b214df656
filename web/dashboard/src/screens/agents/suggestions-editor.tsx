import { useState } from "react";
import { Button, IconButton } from "../../components/button";
import { TextField } from "../../components/field";
import { PlusIcon, XIcon } from "../../components/icons";

/** More suggestions than this do not fit into the chat's first view. */
const SUGGESTIONS_MAX = 5;

/** The questions that visitors can ask with one click. */
export function SuggestionsEditor({
  value,
  error,
  onChange,
}: {
  value: readonly string[];
  error: string | undefined;
  onChange: (value: string[]) => void;
}) {
  const [focusLast, setFocusLast] = useState(false);
  // What is wrong is said beside the first empty question, if there is one.
  const wrong = error === undefined ? -1 : value.findIndex((question) => question.trim() === "");
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium text-body">Suggested questions</legend>
      {value.map((question, index) => (
        // A row is its position: the texts are not unique while they are written.
        <div key={`suggestion-${String(index)}`} className="flex items-start gap-1 [&_label]:sr-only">
          <div className="min-w-0 flex-1">
            <TextField
              label={`Suggestion ${index + 1}`}
              maxLength={120}
              value={question}
              error={index === wrong ? error : undefined}
              autoFocus={focusLast && index === value.length - 1}
              onChange={(event) =>
                onChange(value.map((one, at) => (at === index ? event.target.value : one)))
              }
            />
          </div>
          <IconButton
            label={`Remove suggestion ${index + 1}`}
            icon={<XIcon size={14} aria-hidden />}
            onClick={() => onChange(value.filter((_one, at) => at !== index))}
          />
        </div>
      ))}
      {error !== undefined && wrong === -1 && <p className="text-err text-meta">{error}</p>}
      {value.length < SUGGESTIONS_MAX && (
        <Button
          size="small"
          className="self-start"
          icon={<PlusIcon size={14} aria-hidden />}
          onClick={() => {
            setFocusLast(true);
            onChange([...value, ""]);
          }}
        >
          Add a question
        </Button>
      )}
    </fieldset>
  );
}
