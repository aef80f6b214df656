import type { Action, Field } from "@baton/wire";
import { Button, IconButton } from "../../components/button";
import { SelectField, TextField } from "../../components/field";
import { PlusIcon, XIcon } from "../../components/icons";
import { fieldName } from "../../store/settings-draft";
import type { FieldErrors } from "../auth/use-entry";

const ACTIONS_MAX = 6;
const FIELDS_MAX = 6;
const KINDS: readonly { value: Field["kind"]; label: string }[] = [
  { value: "text", label: "Short text" },
  { value: "long_text", label: "Long text" },
  { value: "email", label: "Email" },
];

/** The buttons that hand a conversation to people, with the fields each asks for. */
export function ActionsEditor({
  value,
  errors,
  onChange,
}: {
  value: readonly Action[];
  errors: FieldErrors;
  onChange: (value: Action[]) => void;
}) {
  const change = (id: string, part: Partial<Action>) => {
    onChange(value.map((action) => (action.action_id === id ? { ...action, ...part } : action)));
  };
  return (
    <div className="flex flex-col gap-3">
      {value.map((action, index) => (
        <fieldset key={action.action_id} className="flex flex-col gap-3 rounded-card border border-line p-3">
          <legend className="sr-only">Button {index + 1}</legend>
          <div className="flex items-start gap-1">
            <div className="min-w-0 flex-1">
              <TextField
                label="Button"
                maxLength={60}
                value={action.label}
                error={errors[`actions.${index}.label`]}
                onChange={(event) => change(action.action_id, { label: event.target.value })}
              />
            </div>
            <IconButton
              label={`Remove the button ${action.label}`}
              className="mt-6"
              icon={<XIcon size={14} aria-hidden />}
              onClick={() => onChange(value.filter((one) => one.action_id !== action.action_id))}
            />
          </div>
          <Fields action={action} onChange={(fields) => change(action.action_id, { fields })} />
        </fieldset>
      ))}
      {errors.actions !== undefined && <p className="text-err text-meta">{errors.actions}</p>}
      {value.length < ACTIONS_MAX && (
        <Button
          size="small"
          className="self-start"
          icon={<PlusIcon size={14} aria-hidden />}
          onClick={() => onChange([...value, { action_id: crypto.randomUUID(), label: "", fields: [] }])}
        >
          Add a button
        </Button>
      )}
    </div>
  );
}

function Fields({ action, onChange }: { action: Action; onChange: (fields: Field[]) => void }) {
  const { fields } = action;
  const change = (at: number, part: Partial<Field>) => {
    onChange(fields.map((field, index) => (index === at ? { ...field, ...part } : field)));
  };
  return (
    <>
      {fields.map((field, index) => (
        // A row is its position: the names follow the labels while they are written.
        <div
          key={`field-${String(index)}`}
          className="flex flex-wrap items-end gap-2 border-line border-t pt-3"
        >
          <div className="min-w-0 flex-[2] basis-40">
            <TextField
              label="It asks for"
              placeholder="Order number"
              maxLength={60}
              value={field.label}
              onChange={(event) => {
                const others = fields.filter((_one, at) => at !== index).map((one) => one.name);
                change(index, { label: event.target.value, name: fieldName(event.target.value, others) });
              }}
            />
          </div>
          <div className="min-w-0 flex-1 basis-28">
            <SelectField
              label="As"
              value={field.kind}
              choices={KINDS}
              onChange={(event) => {
                const kind = KINDS.find((one) => one.value === event.target.value)?.value;
                if (kind !== undefined) change(index, { kind });
              }}
            />
          </div>
          <label className="flex h-9 items-center gap-2 text-body pointer-coarse:h-11">
            <input
              type="checkbox"
              checked={field.required}
              onChange={(event) => change(index, { required: event.target.checked })}
              className="size-3.5 accent-accent"
            />
            Required
          </label>
          <IconButton
            label={`Remove the field ${field.label}`}
            icon={<XIcon size={14} aria-hidden />}
            onClick={() => onChange(fields.filter((_one, at) => at !== index))}
          />
        </div>
      ))}
      {fields.length < FIELDS_MAX && (
        <Button
          tone="ghost"
          size="small"
          className="-ml-1 self-start"
          icon={<PlusIcon size={14} aria-hidden />}
          onClick={() =>
            onChange([
              ...fields,
              {
                name: fieldName(
                  "field",
                  fields.map((one) => one.name),
                ),
                label: "",
                kind: "text",
                required: true,
              },
            ])
          }
        >
          Ask for something
        </Button>
      )}
    </>
  );
}
