import type { ComponentProps, ReactNode } from "react";
import { cx } from "./cx";
import { LoaderIcon } from "./icons";
import { ariaKeys, Kbd } from "./kbd";
import { Tooltip } from "./tooltip";

/** `primary` is the one thing to do here; `danger` cannot be undone. */
export type ButtonTone = "primary" | "plain" | "ghost" | "accent" | "danger" | "ai";

const TONES: Record<ButtonTone, string> = {
  primary: "bg-accent text-accent-ink enabled:hover:bg-accent-press enabled:active:bg-accent-press",
  plain: "border border-line bg-bg text-t1 enabled:hover:bg-s2 enabled:active:bg-s3",
  ghost: "text-t2 enabled:hover:bg-s2 enabled:hover:text-t1 enabled:active:bg-s3 data-[state=open]:bg-s2",
  accent: "text-accent enabled:hover:bg-s2 enabled:active:bg-s3",
  danger: "border border-err-line bg-bg text-err enabled:hover:bg-err-tint enabled:active:bg-err-tint",
  ai: "border border-ai-line bg-bg text-ai enabled:hover:bg-ai-tint enabled:active:bg-ai-tint",
};

const SIZES = {
  small: "h-7 px-2 pointer-coarse:h-9 pointer-coarse:px-3",
  medium: "h-8 px-3 pointer-coarse:h-10 pointer-coarse:px-4",
} as const;

export type ButtonProps = Omit<ComponentProps<"button">, "children"> & {
  tone?: ButtonTone;
  size?: keyof typeof SIZES;
  icon?: ReactNode;
  keys?: string;
  /** The action is under way: the button stays in place and cannot be pressed again. */
  busy?: boolean;
  children: ReactNode;
};

/** A button with words. */
export function Button({
  tone = "plain",
  size = "medium",
  icon,
  keys,
  busy = false,
  className,
  disabled,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      aria-busy={busy || undefined}
      aria-keyshortcuts={ariaKeys(keys)}
      disabled={disabled === true || busy}
      className={cx(
        "inline-flex shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded-control font-medium text-body transition-colors duration-120",
        "disabled:opacity-50",
        TONES[tone],
        SIZES[size],
        className,
      )}
      {...rest}
    >
      {busy ? <LoaderIcon size={14} strokeWidth={1.75} aria-hidden className="animate-spin" /> : icon}
      {children}
      {keys !== undefined && (
        <span className="pointer-coarse:hidden">
          <Kbd keys={keys} tone={tone === "primary" ? "inverse" : "quiet"} />
        </span>
      )}
    </button>
  );
}

/** A button that shows an icon only; its label is spoken and shown on hover. */
export function IconButton({
  label,
  icon,
  keys,
  side,
  size = "medium",
  className,
  ...rest
}: Omit<ComponentProps<"button">, "children"> & {
  label: string;
  icon: ReactNode;
  keys?: string;
  side?: "top" | "bottom" | "left" | "right";
  size?: "small" | "medium";
}) {
  return (
    <Tooltip text={label} keys={keys} {...(side === undefined ? {} : { side })}>
      <button
        type="button"
        aria-label={label}
        aria-keyshortcuts={ariaKeys(keys)}
        className={cx(
          "inline-flex shrink-0 items-center justify-center rounded-control text-t2 transition-colors duration-120",
          "enabled:hover:bg-s2 enabled:hover:text-t1 enabled:active:bg-s3 disabled:opacity-40 data-[state=open]:bg-s2",
          size === "small" ? "size-6 pointer-coarse:size-9" : "size-8 pointer-coarse:size-10",
          className,
        )}
        {...rest}
      >
        {icon}
      </button>
    </Tooltip>
  );
}
