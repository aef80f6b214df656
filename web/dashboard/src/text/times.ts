const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A waiting time that ticks: `0:42`, `3:07`, `1 h 12 m`, `2 d`. */
export function waitText(ms: number): string {
  const waited = Math.max(0, ms);
  if (waited < HOUR) return `${Math.floor(waited / MINUTE)}:${pad(Math.floor(waited / SECOND) % 60)}`;
  if (waited < DAY) return `${Math.floor(waited / HOUR)} h ${Math.floor(waited / MINUTE) % 60} m`;
  return `${Math.floor(waited / DAY)} d`;
}

/** The same for screen readers, to the minute so that it does not change every second. */
export function waitSpoken(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / MINUTE);
  if (minutes < 1) return "waiting less than a minute";
  if (minutes < 60) return `waiting ${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
  const hours = Math.floor(minutes / 60);
  return `waiting ${hours} ${hours === 1 ? "hour" : "hours"}`;
}

/** How urgent a wait is: past two minutes it is late, past four it is overdue. */
export function waitUrgency(ms: number): "calm" | "late" | "overdue" {
  if (ms > 4 * MINUTE) return "overdue";
  return ms > 2 * MINUTE ? "late" : "calm";
}

/** A short age for lists: `now`, `4m`, `3h`, `2d`, `12 Mar`. */
export function ageText(at: number, now: number): string {
  const age = now - at;
  if (age < MINUTE) return "now";
  if (age < HOUR) return `${Math.floor(age / MINUTE)}m`;
  if (age < DAY) return `${Math.floor(age / HOUR)}h`;
  if (age < 7 * DAY) return `${Math.floor(age / DAY)}d`;
  return dateText(at, now);
}

/** An age in words: `just now`, `4 minutes ago`, `3 hours ago`, `2 days ago`, else the date. */
export function agoText(at: number, now: number): string {
  const age = now - at;
  if (age < MINUTE) return age < 5 * SECOND ? "just now" : `${Math.floor(age / SECOND)} s ago`;
  if (age < HOUR) return ago(Math.floor(age / MINUTE), "minute");
  if (age < DAY) return ago(Math.floor(age / HOUR), "hour");
  if (age < 7 * DAY) return ago(Math.floor(age / DAY), "day");
  return dateText(at, now);
}

/** The same without seconds, for lists in which nothing should tick. */
export function calmAgoText(at: number, now: number): string {
  return now - at < MINUTE ? "just now" : agoText(at, now);
}

function ago(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? "" : "s"} ago`;
}

/** The time of day: `14:02`. */
export function timeText(at: number): string {
  const date = new Date(at);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

/** A date without needless parts: `12 Mar`, or `12 Mar 2024` in another year. */
export function dateText(at: number, now: number): string {
  const date = new Date(at);
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  return date.toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    ...(sameYear ? {} : { year: "numeric" }),
  });
}

/** The heading of a day in a thread: `Today`, `Yesterday`, `Tuesday 12 March`. */
export function dayText(at: number, now: number): string {
  if (isSameDay(at, now)) return "Today";
  if (isSameDay(at, now - DAY)) return "Yesterday";
  return new Date(at).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long" });
}

/** Date and time in full, for tooltips. */
export function fullText(at: number): string {
  return new Date(at).toLocaleString("en-GB", { dateStyle: "full", timeStyle: "short" });
}

export function isSameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}
