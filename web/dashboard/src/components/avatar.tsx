import { cx } from "./cx";

/** Who owns the conversation, shown as a ring: the AI, a person, or nobody. */
export type Ring = "ai" | "member" | "none";

const RINGS: Record<Ring, string> = {
  ai: "ring-2 ring-ai ring-offset-1 ring-offset-bg",
  member: "ring-2 ring-accent ring-offset-1 ring-offset-bg",
  none: "",
};

const SIZES = {
  16: "size-4 text-[8px]",
  20: "size-5 text-[9px]",
  24: "size-6 text-micro",
  28: "size-7 text-micro",
  40: "size-10 text-body",
} as const;

/** One or two letters that stand for a name. */
export function initials(name: string): string {
  const words = name
    .trim()
    .split(/[\s@._-]+/)
    .filter((word) => word !== "");
  const first = [...(words[0] ?? "?")][0] ?? "?";
  const second = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return (first + second).toUpperCase();
}

/** A person's letters in a circle. Decoration: the name stands beside it or is its label. */
export function Avatar({
  name,
  size = 28,
  ring = "none",
  label,
  tone = "neutral",
}: {
  name: string;
  size?: keyof typeof SIZES;
  ring?: Ring;
  label?: string;
  tone?: "neutral" | "member" | "ai";
}) {
  const spoken = label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label };
  return (
    <span
      {...spoken}
      title={label}
      className={cx(
        "inline-flex shrink-0 select-none items-center justify-center rounded-full font-medium",
        tone === "neutral" && "bg-s3 text-t2",
        tone === "member" && "bg-accent-tint text-accent",
        tone === "ai" && "bg-ai-tint text-ai",
        SIZES[size],
        RINGS[ring],
      )}
    >
      {initials(name)}
    </span>
  );
}

const DOTS = { available: "bg-ok", away: "bg-note-bar", offline: "border border-line-strong" } as const;

/** A colleague's presence as a dot; the word stands beside it or is its label. */
export function PresenceDot({ presence, label }: { presence: keyof typeof DOTS; label?: string }) {
  const spoken = label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label };
  return <span {...spoken} className={cx("inline-block size-2 shrink-0 rounded-full", DOTS[presence])} />;
}
