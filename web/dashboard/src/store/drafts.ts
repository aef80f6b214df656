import type { Pending } from "./inbox-state";

/** The part of localStorage in use; it may be missing or full, and then nothing is kept. */
export type KeyValueStore = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Drafts kept; the one written longest ago goes first. */
const DRAFTS_MAX = 100;
const DRAFTS_KEY = "baton.drafts";
const OUTBOX_KEY = "baton.outbox";

/** Unsent text by conversation. A draft outlives reloads; the newest text of any tab counts. */
export class Drafts {
  private readonly listeners = new Set<() => void>();
  private all: Readonly<Record<string, string>>;

  constructor(private readonly storage: KeyValueStore | null) {
    this.all = readRecord(storage, DRAFTS_KEY);
  }

  /** All drafts; a new object after each change. */
  snapshot = (): Readonly<Record<string, string>> => this.all;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get(conversationId: string): string {
    return this.all[conversationId] ?? "";
  }

  set(conversationId: string, text: string): void {
    if (this.get(conversationId) === text) return;
    const { [conversationId]: _old, ...others } = readRecord(this.storage, DRAFTS_KEY);
    const kept = Object.fromEntries(Object.entries(others).slice(-(DRAFTS_MAX - 1)));
    this.all = text === "" ? kept : { ...kept, [conversationId]: text };
    write(this.storage, DRAFTS_KEY, this.all);
    for (const listener of this.listeners) listener();
  }
}

/** Reads the messages that were not confirmed when the tab went away; whether they arrived is not known. */
export function restoreOutbox(storage: KeyValueStore | null): Pending[] {
  return Object.values(readRecord(storage, OUTBOX_KEY)).flatMap((line) => {
    try {
      const { client_id, conversation_id, text, at } = JSON.parse(line) as Pending;
      const failure = { code: "interrupted", message: "The page was closed while this was being sent." };
      return [{ client_id, conversation_id, text, at, status: "failed" as const, failure }];
    } catch {
      return [];
    }
  });
}

export function keepOutbox(storage: KeyValueStore | null, pending: readonly Pending[]): void {
  write(storage, OUTBOX_KEY, Object.fromEntries(pending.map((one) => [one.client_id, JSON.stringify(one)])));
}

function readRecord(storage: KeyValueStore | null, key: string): Record<string, string> {
  try {
    const value: unknown = JSON.parse(storage?.getItem(key) ?? "{}");
    if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
    const texts = Object.entries(value).filter(
      (pair): pair is [string, string] => typeof pair[1] === "string",
    );
    return Object.fromEntries(texts);
  } catch {
    return {};
  }
}

function write(storage: KeyValueStore | null, key: string, value: Readonly<Record<string, string>>): void {
  try {
    if (Object.keys(value).length === 0) storage?.removeItem(key);
    else storage?.setItem(key, JSON.stringify(value));
  } catch {
    // Storage is full or blocked; the text stays in this tab.
  }
}
