import type { Effects, KeyValues, TabNotice, Tabs } from "@baton/chat-core";

/** Effects of a real browser, each with what to do where the browser forbids it. */
export function browserEffects(agentId: string): Effects {
  return {
    fetch: (input, init) => fetch(input, init),
    now: () => Date.now(),
    random: () => Math.random(),
    newId,
    after: (ms, due) => {
      const timer = setTimeout(due, ms);
      return () => clearTimeout(timer);
    },
    storage: deviceStorage(),
    tabs: otherTabs(`baton:${agentId}`),
    exclusive,
  };
}

/**
 * Runs `task` in one tab at a time.
 *
 * Browsers that block a frame's storage deny it locks as well; two tabs may then both send, and the client id makes the server store it once.
 */
async function exclusive(name: string, task: () => Promise<void>): Promise<void> {
  let begun = false;
  try {
    await navigator.locks.request(name, () => {
      begun = true;
      return task();
    });
  } catch (error) {
    if (begun) throw error;
    await task();
  }
}

/** `randomUUID` is missing on pages without TLS. */
function newId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The frame's own storage, or memory where it is blocked or full. */
export function deviceStorage(): KeyValues {
  const memory = new Map<string, string>();
  const device = <T>(use: (storage: Storage) => T): T | null => {
    try {
      return use(localStorage);
    } catch {
      return null;
    }
  };
  return {
    get: (key) => memory.get(key) ?? device((storage) => storage.getItem(key)),
    set: (key, value) => {
      const kept = device((storage) => {
        storage.setItem(key, value);
        return true;
      });
      if (kept === null) memory.set(key, value);
      else memory.delete(key);
    },
    remove: (key) => {
      memory.delete(key);
      device((storage) => storage.removeItem(key));
    },
    keys: () => [...new Set([...memory.keys(), ...(device((storage) => Object.keys(storage)) ?? [])])],
  };
}

function otherTabs(name: string): Tabs {
  let channel: BroadcastChannel | null = null;
  try {
    channel = new BroadcastChannel(name);
  } catch {
    // Blocked with storage; each tab then learns from the server alone.
  }
  return {
    tell: (notice) => channel?.postMessage(notice),
    listen: (heard) => {
      const listener = (event: MessageEvent<TabNotice>) => heard(event.data);
      channel?.addEventListener("message", listener);
      return () => channel?.removeEventListener("message", listener);
    },
  };
}
