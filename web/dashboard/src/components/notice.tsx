import type { ReactNode } from "react";
import { cx } from "./cx";
import { CircleAlertIcon } from "./icons";

const TONES = {
  err: "border-err-line bg-err-tint [&>svg]:text-err",
  warn: "border-warn-line bg-warn-tint [&>svg]:text-warn",
  info: "border-line bg-s1 [&>svg]:text-t3",
} as const;

/** Says beside the thing what happened, what was kept and what to do. */
export function Notice({
  tone,
  children,
  action,
  className,
}: {
  tone: keyof typeof TONES;
  children: ReactNode;
  action?: ReactNode;
  className?: string;
}) {
  return (
    <div
      role={tone === "err" ? "alert" : "status"}
      className={cx(
        "flex flex-wrap items-center gap-2 rounded-control border px-3 py-2",
        TONES[tone],
        className,
      )}
    >
      <CircleAlertIcon size={16} strokeWidth={1.75} aria-hidden className="shrink-0 self-start mt-0.5" />
      <div className="min-w-0 flex-1 basis-48 text-body text-t1">{children}</div>
      {action}
    </div>
  );
}
