import type { PageState, Source, SourceSync } from "@baton/wire";
import type { ReactNode } from "react";
import { cx } from "../../components/cx";
import {
  CircleCheckIcon,
  CircleMinusIcon,
  CircleXIcon,
  ClockIcon,
  FileXIcon,
  LoaderIcon,
  WarningIcon,
} from "../../components/icons";
import { lookOf, pagesDone, type SourceLook } from "../../store/sources";
import {
  addressText,
  lookText,
  PAGE_STATE_NAMES,
  syncCountsText,
  syncText,
  warningText,
} from "../../text/sources";

const ICON = { size: 14, strokeWidth: 1.75, "aria-hidden": true, className: "shrink-0" } as const;

const LOOK_SIGNS: Record<SourceLook["kind"], { icon: ReactNode; tone: string }> = {
  queued: { icon: <ClockIcon {...ICON} />, tone: "text-t2" },
  working: { icon: <LoaderIcon {...ICON} className="shrink-0 animate-spin" />, tone: "text-t2" },
  syncing: { icon: <LoaderIcon {...ICON} className="shrink-0 animate-spin" />, tone: "text-t2" },
  ready: { icon: <CircleCheckIcon {...ICON} />, tone: "text-ok" },
  warned: { icon: <WarningIcon {...ICON} />, tone: "text-warn" },
  failed: { icon: <CircleXIcon {...ICON} />, tone: "text-err" },
};

const PAGE_SIGNS: Record<PageState, { icon: ReactNode; tone: string }> = {
  read: { icon: <CircleCheckIcon {...ICON} />, tone: "text-ok" },
  failed: { icon: <CircleXIcon {...ICON} />, tone: "text-err" },
  skipped: { icon: <CircleMinusIcon {...ICON} />, tone: "text-t3" },
  missing: { icon: <FileXIcon {...ICON} />, tone: "text-warn" },
};

/** A source's state as a sign and words. */
export function LookLabel({ look }: { look: SourceLook }) {
  const { icon, tone } = LOOK_SIGNS[look.kind];
  return <Sign icon={icon} tone={tone} text={lookText(look)} />;
}

/** A page's state as a sign and a word. */
export function PageStateLabel({ state }: { state: PageState }) {
  const { icon, tone } = PAGE_SIGNS[state];
  return <Sign icon={icon} tone={tone} text={PAGE_STATE_NAMES[state]} />;
}

function Sign({ icon, tone, text }: { icon: ReactNode; tone: string; text: string }) {
  return (
    <span className={cx("inline-flex items-center gap-1.5 whitespace-nowrap", tone)}>
      {icon}
      <span className={tone === "text-ok" ? "text-t2" : undefined}>{text}</span>
    </span>
  );
}

/** A bar that shows how much of a known total is done. */
export function ProgressBar({ label, done, total }: { label: string; done: number; total: number }) {
  return (
    <progress
      aria-label={label}
      value={Math.min(done, total)}
      max={Math.max(1, total)}
      className="block h-1 w-full appearance-none overflow-hidden rounded-full bg-s3 [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-s3 [&::-webkit-progress-value]:bg-accent [&::-webkit-progress-value]:transition-[width]"
    />
  );
}

/** A sync under way: how far, what came of it so far, and the page that is being read. Its height stays the same. */
export function SyncProgress({ name, sync }: { name: string; sync: SourceSync }) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <span className="tabular truncate text-meta text-t2">{syncText(sync)}</span>
      <ProgressBar label={`Pages of ${name}`} done={pagesDone(sync)} total={sync.found} />
      <span className="tabular truncate text-meta text-t3">{syncCountsText(sync) ?? "Nothing read yet"}</span>
      <span className="truncate text-meta text-t3" title={sync.current ?? undefined}>
        {sync.current === null ? "\u00a0" : addressText(sync.current)}
      </span>
    </div>
  );
}

/**
 * A source's state in words, with real numbers while something happens to it, and with cause and fix when it failed.
 *
 * `warning` draws the words that lead to what needs a look.
 */
export function SourceState({ source, warning }: { source: Source; warning: (text: string) => ReactNode }) {
  const look = lookOf(source);
  switch (look.kind) {
    case "queued":
    case "ready":
      return <LookLabel look={look} />;
    case "working":
      return (
        <div className="flex min-w-0 flex-col gap-1.5">
          <span className="tabular inline-flex items-center gap-1.5 text-t2">
            <LookLabel look={look} />
            {look.progress !== null &&
              `${look.progress.done.toLocaleString("en")} of ${look.progress.total.toLocaleString("en")}`}
          </span>
          {look.progress !== null && (
            <div className="max-w-48">
              <ProgressBar
                label={`${lookText(look)} ${source.name}`}
                done={look.progress.done}
                total={look.progress.total}
              />
            </div>
          )}
        </div>
      );
    case "syncing":
      return (
        <div className="flex min-w-0 flex-col gap-1">
          <LookLabel look={look} />
          <SyncProgress name={source.name} sync={look.sync} />
        </div>
      );
    case "warned":
      return (
        <div className="flex min-w-0 flex-col items-start gap-0.5">
          <LookLabel look={look} />
          {warning(warningText(look))}
        </div>
      );
    case "failed":
      return (
        <div className="flex min-w-0 flex-col items-start gap-0.5">
          <LookLabel look={look} />
          <p className="text-meta [overflow-wrap:anywhere]">
            {look.error?.cause ?? "The reason is not known."}
            {look.error !== null && <span className="text-t2"> {look.error.fix}</span>}
          </p>
        </div>
      );
    default:
      look satisfies never;
      return null;
  }
}
