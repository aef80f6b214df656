import { frameEn, type Strings } from "../../locale/en";

/** Languages that are written from right to left. */
const RIGHT_TO_LEFT = new Set(["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"]);

export type StringKey = keyof Strings;

const strings: Partial<Strings> = { ...frameEn };
let locale = "en";

/** The words for `key`, with `{name}` replaced by `values.name`. */
export function t(key: StringKey, values: Record<string, string | number> = {}): string {
  return (strings[key] ?? "").replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Parts that are fetched later bring their words with them. */
export function addStrings(more: Partial<Strings>): void {
  Object.assign(strings, more);
}

/** The visitor's locale decides how times and days are written; one that is unknown to the browser is left out. */
export function setLocale(wanted: string | null): void {
  const language = wanted?.split("-")[0]?.toLowerCase();
  // A page in "en" says nothing about clocks; the visitor's own English does.
  const own = navigator.languages.find((other) => other.toLowerCase().split("-")[0] === language);
  try {
    locale =
      Intl.getCanonicalLocales((wanted === language && own) || wanted || navigator.language)[0] ?? "en";
  } catch {
    locale = navigator.language;
  }
}

export function direction(): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.has(locale.split("-")[0] ?? "") ? "rtl" : "ltr";
}

/** Making a formatter costs far more than using it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function format(at: number, options: Intl.DateTimeFormatOptions): string {
  const key = locale + Object.values(options).join();
  const formatter = formatters.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formatters.set(key, formatter);
  return formatter.format(at);
}

export function clockTime(at: number): string {
  return format(at, { hour: "numeric", minute: "2-digit" });
}

export function fullTime(at: number): string {
  return format(at, { dateStyle: "medium", timeStyle: "short" });
}

/** The visitor's local day, for comparing. */
export function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

export function dayName(at: number, now: number): string {
  if (dayOf(at) === dayOf(now)) return t("thread.today");
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (dayOf(at) === dayOf(yesterday.getTime())) return t("thread.yesterday");
  return format(at, { weekday: "long", day: "numeric", month: "long" });
}
