import type { Action, Field, FieldValue } from "@baton/wire";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { useLayer } from "./hooks";

type Props = {
  action: Action;
  teamName: string;
  /** What the visitor has given before; nobody is asked twice. */
  known: Record<string, string>;
  /** What the server said about fields, by name. */
  refused: Record<string, string>;
  onSubmit: (fields: FieldValue[]) => void;
  onCancel: () => void;
};

export function ActionForm({ action, teamName, known, refused, onSubmit, onCancel }: Props) {
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries(action.fields.map((field) => [field.name, known[field.name] ?? ""])),
  );
  const [errors, setErrors] = useState<Record<string, string>>({});
  const form = useLayer<HTMLFormElement>((by) => {
    if (by === "escape") onCancel();
  });
  const shown = { ...refused, ...errors };
  const firstInput = useRef(true);

  useEffect(() => {
    if (!firstInput.current) return;
    firstInput.current = false;
    const all = [...(form.current?.querySelectorAll<HTMLInputElement>("input, textarea") ?? [])];
    (all.find((input) => input.value === "") ?? all[0])?.focus();
    form.current?.scrollIntoView({ block: "nearest" });
  }, [form]);

  const focusFirstError = (names: Record<string, string>) => {
    const field = action.fields.find(({ name }) => names[name] !== undefined);
    if (field !== undefined)
      form.current?.querySelector<HTMLElement>(`[name="${CSS.escape(field.name)}"]`)?.focus();
  };
  useEffect(() => focusFirstError(refused), [refused]);

  const submit = () => {
    const found: Record<string, string> = {};
    for (const field of action.fields) {
      const problem = problemOf(field, values[field.name] ?? "");
      if (problem !== null) found[field.name] = problem;
    }
    setErrors(found);
    if (Object.keys(found).length > 0) return focusFirstError(found);
    onSubmit(
      action.fields
        .map(({ name, label }) => ({ name, label, value: (values[name] ?? "").trim() }))
        .filter(({ value }) => value !== ""),
    );
  };

  return (
    <form
      class="card form"
      ref={form}
      noValidate
      aria-labelledby="form-title"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <h2 id="form-title">{action.label}</h2>
      <p class="form-explain">{t("form.explain", { team: teamName })}</p>
      {action.fields.map((field) => (
        <FieldInput
          key={field.name}
          field={field}
          value={values[field.name] ?? ""}
          error={shown[field.name] ?? null}
          onValue={(value) => {
            setValues({ ...values, [field.name]: value });
            const { [field.name]: _mended, ...rest } = errors;
            setErrors(rest);
          }}
        />
      ))}
      <div class="form-buttons">
        <button type="submit" class="button button-main">
          {t("form.send")}
        </button>
        <button type="button" class="button" onClick={onCancel}>
          {t("form.cancel")}
        </button>
      </div>
    </form>
  );
}

type FieldProps = { field: Field; value: string; error: string | null; onValue: (value: string) => void };

function FieldInput({ field, value, error, onValue }: FieldProps) {
  const id = `field-${field.name}`;
  const common = {
    id,
    name: field.name,
    value,
    dir: "auto" as const,
    autocomplete: autocompleteOf(field),
    "aria-required": field.required,
    "aria-invalid": error !== null,
    "aria-describedby": error === null ? undefined : `${id}-error`,
  };
  return (
    <div class="field">
      <label for={id}>
        {field.label}
        {field.required ? null : <span class="optional"> ({t("form.optional")})</span>}
      </label>
      {field.kind === "long_text" ? (
        <textarea rows={3} {...common} onInput={(event) => onValue(event.currentTarget.value)} />
      ) : (
        // A field of kind email has its keyboard from `inputMode`; the type would bring the browser's own bubbles.
        <input
          type="text"
          inputMode={field.kind === "email" ? "email" : "text"}
          {...common}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
      {error === null ? null : (
        <p class="error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

function problemOf(field: Field, value: string): string | null {
  const given = value.trim();
  if (given === "") return field.required ? t("form.required") : null;
  return field.kind === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(given) ? t("form.email") : null;
}

function autocompleteOf(field: Field): string {
  if (field.kind === "email") return "email";
  switch (field.name) {
    case "name":
    case "full_name":
      return "name";
    case "phone":
    case "tel":
      return "tel";
    case "company":
    case "organization":
      return "organization";
    default:
      return "off";
  }
}
