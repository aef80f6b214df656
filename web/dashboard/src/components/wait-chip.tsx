import { useNow } from "../app/hooks";
import { waitSpoken, waitText, waitUrgency } from "../text/times";
import { cx } from "./cx";

const TONES = { calm: "text-t2", late: "text-warn", overdue: "text-err" } as const;

/** How long a visitor waits, ticking; amber past two minutes, red past four. */
export function WaitChip({ since, className }: { since: number; className?: string }) {
  const waited = useNow() - since;
  return (
    <span className={cx("tabular shrink-0 font-medium text-meta", TONES[waitUrgency(waited)], className)}>
      <span className="sr-only">{waitSpoken(waited)}</span>
      <span aria-hidden="true">{waitText(waited)}</span>
    </span>
  );
}
