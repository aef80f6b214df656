import type { KeyValueStore } from "./drafts";

/** What a member likes in this browser. */
export type Preferences = {
  scheme: "system" | "light" | "dark";
  /** What Enter does in the composer; Ctrl or Cmd with Enter always sends. */
  enter: "send" | "newline";
  single_keys: "on" | "off";
  /** `unset` until the member says they are available for the first time: that gesture turns the sound on. */
  sound: "unset" | "on" | "off";
  nav: "wide" | "narrow";
  details: "shown" | "hidden";
};

export const DEFAULT_PREFERENCES: Preferences = {
  scheme: "system",
  enter: "send",
  single_keys: "on",
  sound: "unset",
  nav: "wide",
  details: "shown",
};

const ALLOWED: { [K in keyof Preferences]: readonly Preferences[K][] } = {
  scheme: ["system", "light", "dark"],
  enter: ["send", "newline"],
  single_keys: ["on", "off"],
  sound: ["unset", "on", "off"],
  nav: ["wide", "narrow"],
  details: ["shown", "hidden"],
};

const KEY = "baton.preferences";

/** Keeps the preferences in this browser and tells the views when they change. */
export class PreferenceStore {
  private readonly listeners = new Set<() => void>();
  private value: Preferences;

  constructor(private readonly storage: KeyValueStore | null) {
    this.value = parse(read(storage));
  }

  snapshot = (): Preferences => this.value;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(change: Partial<Preferences>): void {
    this.value = { ...this.value, ...change };
    try {
      this.storage?.setItem(KEY, JSON.stringify(this.value));
    } catch {
      // Storage is full or blocked; the choice lasts as long as this tab.
    }
    for (const listener of this.listeners) listener();
  }
}

function read(storage: KeyValueStore | null): unknown {
  try {
    return JSON.parse(storage?.getItem(KEY) ?? "null");
  } catch {
    return null;
  }
}

function parse(stored: unknown): Preferences {
  if (typeof stored !== "object" || stored === null) return DEFAULT_PREFERENCES;
  const candidate = stored as Record<string, unknown>;
  const pick = <K extends keyof Preferences>(key: K): Preferences[K] =>
    ALLOWED[key].find((allowed) => allowed === candidate[key]) ?? DEFAULT_PREFERENCES[key];
  return {
    scheme: pick("scheme"),
    enter: pick("enter"),
    single_keys: pick("single_keys"),
    sound: pick("sound"),
    nav: pick("nav"),
    details: pick("details"),
  };
}
