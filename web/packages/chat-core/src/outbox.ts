import type { Context, FieldValue } from "@baton/wire";
import type { KeyValues } from "./effects";

/** What the visitor did that the server must hear of. */
export type OutboxBody =
  | { kind: "message"; text: string }
  | { kind: "action"; actionId: string; label: string; fields: FieldValue[] };

/** Why something was not sent. */
export type SendFailure = { code: string; message: string; details: Record<string, unknown> };

export type OutboxStatus =
  | { kind: "queued" }
  | { kind: "sending" }
  /** The last attempt met no server; the next one is due at `at`. */
  | { kind: "waiting"; at: number; attempts: number }
  | { kind: "failed"; failure: SendFailure; retryWhenBack: boolean }
  /** Stored by the server; shown from here until the thread has been read up to `cursor`. */
  | { kind: "sent"; conversationId: string; cursor: number };

export type OutboxItem = {
  clientId: string;
  createdAt: number;
  conversationId: string | null;
  context: Context;
  body: OutboxBody;
  status: OutboxStatus;
};

/** More than this is not typed by a person; further messages are refused. */
export const OUTBOX_LIMIT = 50;
/** What is older is not sent by itself any more: it waits, failed, for the visitor's word. */
export const OUTBOX_STALE_MS = 12 * 3_600_000;

/**
 * What the visitor wrote and the server has not confirmed.
 *
 * Each item has its own key in storage, so that two tabs never overwrite each other's items, and keeps its client id until it is confirmed or
 * deleted: sending twice stores once.
 */
export class Outbox {
  readonly #storage: KeyValues;
  readonly #prefix: string;
  #items: readonly OutboxItem[] = [];

  constructor(storage: KeyValues, prefix: string) {
    this.#storage = storage;
    this.#prefix = `${prefix}:outbox:`;
  }

  /** Oldest first. */
  get items(): readonly OutboxItem[] {
    return this.#items;
  }

  /** Reads what this and other tabs kept. */
  load(now: number): void {
    const known = new Map(this.#items.map((item) => [item.clientId, item]));
    const items: OutboxItem[] = [];
    for (const key of this.#storage.keys()) {
      if (!key.startsWith(this.#prefix)) continue;
      const stored = readItem(this.#storage.get(key));
      if (stored === null) this.#storage.remove(key);
      else {
        const here = known.get(stored.clientId);
        items.push(here !== undefined && keptHere(here) ? here : settle(stored, now));
      }
    }
    for (const item of this.#items) {
      // What this tab sends or sent stays on screen even if another tab or the visitor emptied the storage.
      if (keptHere(item) && !items.some((other) => other.clientId === item.clientId)) {
        items.push(item);
      }
    }
    this.#items = items.sort(byAge);
  }

  /** False when the outbox is full. */
  add(item: OutboxItem): boolean {
    if (this.#items.length >= OUTBOX_LIMIT) return false;
    this.#write(item);
    this.#items = [...this.#items, item].sort(byAge);
    return true;
  }

  get(clientId: string): OutboxItem | null {
    return this.#items.find((item) => item.clientId === clientId) ?? null;
  }

  setStatus(clientId: string, status: OutboxStatus): void {
    this.#replace(clientId, (item) => ({ ...item, status }));
  }

  /** Gives an item another conversation, or a new client id when the old one is spent. */
  readdress(clientId: string, to: { conversationId: string | null; clientId: string }): void {
    const item = this.get(clientId);
    if (item === null) return;
    this.remove(clientId);
    this.add({ ...item, ...to });
  }

  /** The server has it: no tab may send it again. */
  confirm(clientId: string, conversationId: string, cursor: number): void {
    this.#storage.remove(this.#prefix + clientId);
    this.#items = this.#items.map((item) =>
      item.clientId === clientId ? { ...item, status: { kind: "sent", conversationId, cursor } } : item,
    );
  }

  /** Lets go of what the thread shows by now. */
  settleUpTo(conversationId: string, cursor: number): void {
    const shown = ({ status }: OutboxItem) =>
      status.kind === "sent" && (status.conversationId !== conversationId || status.cursor <= cursor);
    if (this.#items.some(shown)) this.#items = this.#items.filter((item) => !shown(item));
  }

  remove(clientId: string): void {
    this.#storage.remove(this.#prefix + clientId);
    this.#items = this.#items.filter((item) => item.clientId !== clientId);
  }

  /** The oldest item that is still to be sent. */
  get first(): OutboxItem | null {
    return this.#items.find(({ status }) => status.kind !== "failed" && status.kind !== "sent") ?? null;
  }

  /** The item to send next; nothing overtakes an item that waits for its next attempt. */
  next(now: number): OutboxItem | null {
    const item = this.first;
    if (item === null || (item.status.kind === "waiting" && item.status.at > now)) return null;
    return item;
  }

  /** Items that waited for the network are due at once. */
  hurry(): void {
    for (const { clientId, status } of this.#items) {
      if (status.kind === "waiting" || (status.kind === "failed" && status.retryWhenBack)) {
        this.setStatus(clientId, { kind: "queued" });
      }
    }
  }

  #replace(clientId: string, change: (item: OutboxItem) => OutboxItem): void {
    this.#items = this.#items.map((item) => {
      if (item.clientId !== clientId) return item;
      const changed = change(item);
      this.#write(changed);
      return changed;
    });
  }

  #write(item: OutboxItem): void {
    this.#storage.set(this.#prefix + item.clientId, JSON.stringify(item));
  }
}

function byAge(one: OutboxItem, two: OutboxItem): number {
  return one.createdAt - two.createdAt || (one.clientId < two.clientId ? -1 : 1);
}

function keptHere(item: OutboxItem): boolean {
  return item.status.kind === "sending" || item.status.kind === "sent";
}

/** What an item from storage is now: the tab that was sending it may be gone. */
function settle(item: OutboxItem, now: number): OutboxItem {
  if (item.status.kind === "failed") return item;
  if (now - item.createdAt > OUTBOX_STALE_MS) {
    const failure = { code: "stale", message: "", details: {} };
    return { ...item, status: { kind: "failed", failure, retryWhenBack: false } };
  }
  return item.status.kind === "sending" ? { ...item, status: { kind: "queued" } } : item;
}

function readItem(raw: string | null): OutboxItem | null {
  if (raw === null) return null;
  try {
    const value: unknown = JSON.parse(raw);
    return isItem(value) ? value : null;
  } catch {
    return null;
  }
}

function isItem(value: unknown): value is OutboxItem {
  if (typeof value !== "object" || value === null) return false;
  const item = value as Partial<Record<keyof OutboxItem, unknown>>;
  return (
    typeof item.clientId === "string" &&
    typeof item.createdAt === "number" &&
    typeof item.body === "object" &&
    item.body !== null &&
    typeof item.status === "object" &&
    item.status !== null
  );
}
