import type { Fetch } from "@baton/wire";

/** Strings kept on the visitor's device; a blocked storage behaves as an empty one that forgets. */
export interface KeyValues {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  keys(): string[];
}

/** What one tab tells the others of the same visitor and agent. */
export type TabNotice = { type: "outbox" } | { type: "session" };

/** The other tabs of the same visitor. */
export interface Tabs {
  tell(notice: TabNotice): void;
  /** Returns how to stop listening. */
  listen(heard: (notice: TabNotice) => void): () => void;
}

/** Everything that chat-core needs from its surroundings; a test gives its own. */
export interface Effects {
  fetch: Fetch;
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** At least 0, less than 1. */
  random(): number;
  newId(): string;
  /** Runs `due` once after `ms`; the result cancels it. */
  after(ms: number, due: () => void): () => void;
  storage: KeyValues;
  tabs: Tabs;
  /** Runs `task` while no other tab runs one under the same name. */
  exclusive(name: string, task: () => Promise<void>): Promise<void>;
}
