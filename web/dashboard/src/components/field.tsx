import { type ComponentProps, type ReactNode, useId } from "react";
import { cx } from "./cx";
import { ChevronDownIcon, CircleAlertIcon } from "./icons";

const CONTROL =
  "w-full rounded-control border border-line-strong bg-bg px-2.5 text-t1 transition-colors duration-120 hover:border-t3 aria-invalid:border-err disabled:opacity-60";

type FieldProps = { label: string; hint?: ReactNode; error?: string | undefined; optional?: boolean };

/** A label with its control, a hint below, and what is wrong with the value. */
function Field({
  label,
  hint,
  error,
  optional = false,
  id,
  children,
}: FieldProps & { id: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium text-body text-t1">
        {label}
        {optional && <span className="font-normal text-t3"> (optional)</span>}
      </label>
      {children}
      {error !== undefined && (
        <p id={`${id}-error`} className="flex items-start gap-1 text-err text-meta">
          <CircleAlertIcon size={14} aria-hidden className="mt-px shrink-0" />
          {error}
        </p>
      )}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-meta text-t3">
          {hint}
        </p>
      )}
    </div>
  );
}

function describedBy(id: string, { hint, error }: Pick<FieldProps, "hint" | "error">) {
  const ids = [error === undefined ? null : `${id}-error`, hint === undefined ? null : `${id}-hint`];
  const joined = ids.filter((one) => one !== null).join(" ");
  return {
    "aria-describedby": joined === "" ? undefined : joined,
    "aria-invalid": error !== undefined || undefined,
  };
}

export function TextField({
  label,
  hint,
  error,
  optional,
  className,
  ...rest
}: FieldProps & ComponentProps<"input">) {
  const id = useId();
  return (
    <Field label={label} hint={hint} error={error} id={id} optional={optional ?? false}>
      <input
        id={id}
        className={cx(CONTROL, "h-9 pointer-coarse:h-11", className)}
        {...describedBy(id, { hint, error })}
        {...rest}
      />
    </Field>
  );
}

export function TextArea({
  label,
  hint,
  error,
  optional,
  className,
  ...rest
}: FieldProps & ComponentProps<"textarea">) {
  const id = useId();
  return (
    <Field label={label} hint={hint} error={error} id={id} optional={optional ?? false}>
      <textarea
        id={id}
        rows={3}
        className={cx(CONTROL, "scroll-quiet resize-y py-2 leading-5", className)}
        {...describedBy(id, { hint, error })}
        {...rest}
      />
    </Field>
  );
}

export function SelectField({
  label,
  hint,
  error,
  optional,
  choices,
  className,
  ...rest
}: FieldProps & ComponentProps<"select"> & { choices: readonly { value: string; label: string }[] }) {
  const id = useId();
  return (
    <Field label={label} hint={hint} error={error} id={id} optional={optional ?? false}>
      <span className="relative">
        <select
          id={id}
          className={cx(CONTROL, "h-9 appearance-none pr-8 pointer-coarse:h-11", className)}
          {...describedBy(id, { hint, error })}
          {...rest}
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
        <ChevronDownIcon
          size={16}
          aria-hidden
          className="pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 text-t3"
        />
      </span>
    </Field>
  );
}

/** A choice of one among a few, each explained in a line. */
export function ChoiceField<V extends string>({
  label,
  value,
  onChange,
  choices,
  disabled = false,
}: {
  label: string;
  value: V;
  onChange: (value: V) => void;
  choices: readonly { value: V; label: string; hint?: string }[];
  disabled?: boolean;
}) {
  const name = useId();
  return (
    <fieldset className="flex flex-col gap-1" disabled={disabled}>
      <legend className="mb-1 font-medium text-body text-t1">{label}</legend>
      {choices.map((choice) => (
        <label
          key={choice.value}
          className="flex items-start gap-2.5 rounded-control px-2 py-1.5 hover:bg-s1 has-checked:bg-s2"
        >
          <input
            type="radio"
            name={name}
            value={choice.value}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
            className="mt-[3px] size-3.5 shrink-0 accent-accent"
          />
          <span>
            <span className="block text-body text-t1">{choice.label}</span>
            {choice.hint !== undefined && <span className="block text-meta text-t2">{choice.hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
