import { cx } from "./cx";

const SYMBOLS: Record<string, string> = {
  shift: "⇧",
  enter: "↵",
  escape: "Esc",
  arrowup: "↑",
  arrowdown: "↓",
};

/** Whether this machine's main modifier is Cmd. */
export function isApple(): boolean {
  return typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);
}

/** Writes a chord such as `mod+k`, `shift+e` or `g n` as this machine's keys. */
export function keyLabels(keys: string): string[][] {
  return keys.split(" ").map((chord) =>
    chord.split("+").map((key) => {
      if (key === "mod") return isApple() ? "⌘" : "Ctrl";
      return SYMBOLS[key] ?? (key.length === 1 ? key.toUpperCase() : key);
    }),
  );
}

/** A keyboard shortcut. Screen readers skip it: the shortcut is also in `aria-keyshortcuts` or in the help. */
export function Kbd({ keys, tone = "quiet" }: { keys: string; tone?: "quiet" | "inverse" }) {
  const chords = keyLabels(keys);
  return (
    <span aria-hidden="true" className="inline-flex shrink-0 items-center gap-1">
      {chords.map((chord, index) => (
        <kbd
          // The chords of one shortcut never change their order.
          key={`${chord.join()}-${String(index)}`}
          className={cx(
            "inline-flex h-4 min-w-4 items-center justify-center rounded-chip px-1 font-sans text-micro",
            tone === "quiet"
              ? "bg-[color-mix(in_srgb,currentColor_9%,transparent)] text-t2"
              : "border border-current opacity-75",
          )}
        >
          {chord.join(isApple() ? "" : "+")}
        </kbd>
      ))}
    </span>
  );
}

/** A chord as `aria-keyshortcuts` wants it; sequences such as `g n` have no such form. */
export function ariaKeys(keys: string | undefined): string | undefined {
  if (keys === undefined || keys.includes(" ")) return undefined;
  return keys
    .split("+")
    .map((key) =>
      key === "mod" ? (isApple() ? "Meta" : "Control") : key === "shift" ? "Shift" : key.toUpperCase(),
    )
    .join("+");
}
