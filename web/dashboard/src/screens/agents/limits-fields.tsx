import { useState } from "react";
import { TextField } from "../../components/field";
import { ChevronRightIcon } from "../../components/icons";
import { type DraftErrors, LIMITS, type LimitsText, readLimits } from "../../store/source-draft";
import { limitsText } from "../../text/sources";

/** How much of a site is fetched, folded until somebody wants to know; open at once when something of it is wrong. */
export function LimitsFields({
  values,
  errors,
  onChange,
}: {
  values: LimitsText;
  errors: DraftErrors;
  onChange: (part: Partial<LimitsText>) => void;
}) {
  const [opened, setOpened] = useState(false);
  const wrong = Object.keys(errors).some((field) => field.startsWith("options."));
  const read = readLimits(values);
  return (
    <details
      open={opened || wrong}
      onToggle={(event) => setOpened(event.currentTarget.open)}
      className="group rounded-control border border-line"
    >
      <summary className="focus-inset flex cursor-pointer list-none items-start gap-2 rounded-control px-3 py-2 hover:bg-s1 [&::-webkit-details-marker]:hidden">
        <ChevronRightIcon
          size={16}
          strokeWidth={1.5}
          aria-hidden
          className="mt-0.5 shrink-0 text-t3 transition-transform duration-120 group-open:rotate-90"
        />
        <span>
          <span className="block font-medium text-body">Limits</span>
          <span className="tabular block text-meta text-t3">
            {read.kind === "fine" ? limitsText(read.options) : "Some values need another look."}
          </span>
        </span>
      </summary>
      <div className="grid gap-4 border-line border-t p-3 sm:grid-cols-2">
        {LIMITS.map(({ key, label, least, most }) => (
          <TextField
            key={key}
            label={label}
            inputMode="numeric"
            autoComplete="off"
            hint={
              errors[`options.${key}`] === undefined
                ? `${least.toLocaleString("en")} to ${most.toLocaleString("en")}`
                : undefined
            }
            error={errors[`options.${key}`]}
            value={values[key]}
            onChange={(event) => onChange({ [key]: event.target.value.replace(/\D/g, "").slice(0, 5) })}
            className="tabular"
          />
        ))}
        <TextField
          label="Only below this path"
          autoComplete="off"
          spellCheck={false}
          placeholder="/docs/"
          hint="Empty: below the address above."
          error={errors["options.path_prefix"]}
          value={values.path_prefix}
          onChange={(event) => onChange({ path_prefix: event.target.value })}
        />
      </div>
    </details>
  );
}
