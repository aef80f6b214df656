import { type ReactNode, useId } from "react";
import { cx } from "../../components/cx";
import { withAnswerThreshold, withOfferBelow, zonesOf } from "../../store/thresholds";
import type { FormPart } from "./settings-screen";

const ZONES = [
  { key: "none", name: "No answer", look: "bg-line-strong" },
  { key: "offer", name: "Answers, and offers a person", look: "bg-note-bar" },
  { key: "answer", name: "Answers", look: "bg-ok" },
] as const;

/** At a whole hundred nothing would ever be answered. */
const LEAST_MAX = 99;

/** How sure the agent must be to answer, and how sure to answer without offering a person. */
export function ThresholdsField({ draft, errors, change, numbers }: FormPart & { numbers: ReactNode }) {
  const zones = zonesOf(draft);
  const least = Math.round(draft.answer_threshold * 100);
  const offer = Math.max(least, Math.round(draft.offer_person_below * 100));
  return (
    <div className="flex flex-col gap-4">
      <Slider
        label="Answer threshold"
        percent={least}
        error={errors.answer_threshold}
        hint={`The agent answers only when it expects at least ${least} in 100 such answers to be right. Higher means fewer answers and more people.`}
        onChange={(percent) => change(withAnswerThreshold(draft, Math.min(percent, LEAST_MAX) / 100))}
      />
      {numbers}
      <Slider
        label="Offer a person below"
        percent={offer}
        error={errors.offer_person_below}
        hint="Answers less sure than this come with the offer of a person. It cannot lie below the answer threshold."
        onChange={(percent) => change(withOfferBelow(draft, percent / 100))}
      />
      <div>
        <div aria-hidden className="flex h-1.5 gap-0.5 overflow-hidden rounded-full">
          {ZONES.map(({ key, look }) => (
            <span key={key} className={look} style={{ width: `${String(zones[key])}%` }} />
          ))}
        </div>
        <ul aria-label="What happens at which confidence" className="mt-2 flex flex-wrap gap-x-5 gap-y-1">
          {ZONES.map(({ key, name, look }) => (
            <li key={key} className="inline-flex items-center gap-1.5 text-meta text-t2">
              <span aria-hidden className={cx("size-2 rounded-full", look)} />
              {name}
              <span className="tabular text-t3">
                {key === "none"
                  ? `below ${least} %`
                  : key === "offer"
                    ? zones.offer === 0
                      ? "never"
                      : `${least} to ${offer} %`
                    : zones.answer === 0
                      ? "never alone"
                      : `from ${offer} %`}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function Slider({
  label,
  percent,
  hint,
  error,
  onChange,
}: {
  label: string;
  percent: number;
  hint: string;
  error: string | undefined;
  onChange: (percent: number) => void;
}) {
  const id = useId();
  return (
    <div>
      <div className="flex items-baseline justify-between">
        <label htmlFor={id} className="font-medium text-body">
          {label}
        </label>
        <span className="tabular font-medium text-body">{percent} %</span>
      </div>
      <input
        id={id}
        type="range"
        min={0}
        max={100}
        value={percent}
        aria-valuetext={`${String(percent)} %`}
        aria-describedby={`${id}-hint`}
        aria-invalid={error !== undefined || undefined}
        onChange={(event) => onChange(Number(event.target.value))}
        className="mt-1 h-6 w-full accent-accent"
      />
      {error !== undefined && <p className="text-err text-meta">{error}</p>}
      <p id={`${id}-hint`} className="text-meta text-t3">
        {hint}
      </p>
    </div>
  );
}
