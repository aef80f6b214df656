/** Icons of 20 px, 1.5 px lines; decoration only, the words stand beside them. */
const PATHS = {
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  close: "m5 5 10 10M15 5 5 15",
  send: "M10 16V4.5M5 9.5l5-5 5 5",
  person: "M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 16.5c.6-2.9 3-4.5 6-4.5s5.4 1.6 6 4.5",
  chevron: "m8 5 5 5-5 5",
  arrowDown: "M10 4.5V15M5.5 10.5l4.5 4.5 4.5-4.5",
  clock: "M10 16.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM10 6.5V10l2.5 1.5",
  alert: "M10 6.5v4M10 13.3v.01M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14z",
} as const;

export type IconName = keyof typeof PATHS | MoreIcons;
type MoreIcons = "up" | "down" | "copy" | "check" | "external" | "muted" | "download";

/** Parts that are fetched later bring their icons with them. */
export function addIcons(more: Record<MoreIcons, string>): void {
  Object.assign(PATHS, more);
}

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class={`icon icon-${name}`} width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <path d={(PATHS as Record<string, string>)[name] ?? ""} />
    </svg>
  );
}

/** The sign of AI authorship: a square with a spark, where people have a round picture. */
export function AiMark({ size = 20 }: { size?: number }) {
  return (
    <span class="ai-mark" aria-hidden="true" data-size={size}>
      <svg width={size * 0.7} height={size * 0.7} viewBox="0 0 20 20" aria-hidden="true">
        <path d="M10 2c.7 4.6 3.4 7.3 8 8-4.6.7-7.3 3.4-8 8-.7-4.6-3.4-7.3-8-8 4.6-.7 7.3-3.4 8-8z" />
      </svg>
    </span>
  );
}

export function Initials({ name, size = 28 }: { name: string; size?: number }) {
  const initials = name
    .trim()
    .split(/\s+/)
    .slice(0, 2)
    .map((part) => [...part][0]?.toUpperCase() ?? "")
    .join("");
  return (
    <span class="initials" aria-hidden="true" data-size={size}>
      {initials === "" ? <Icon name="person" size={16} /> : initials}
    </span>
  );
}
