import type { Election, TabChannel, TabMessage } from "./stream-hub";

/** The other tabs of this browser, or null where it lacks BroadcastChannel or Web Locks. */
export function browserTabs(name: string): { channel: TabChannel; election: Election } | null {
  if (
    typeof BroadcastChannel === "undefined" ||
    typeof navigator === "undefined" ||
    !("locks" in navigator)
  ) {
    return null;
  }
  return { channel: broadcastChannel(name), election: lockElection(name) };
}

function broadcastChannel(name: string): TabChannel {
  const channel = new BroadcastChannel(name);
  return {
    post: (message) => channel.postMessage(message),
    listen: (on) => {
      channel.onmessage = (event: MessageEvent<TabMessage>) => on(event.data);
    },
    close: () => channel.close(),
  };
}

function lockElection(name: string): Election {
  const waiting = new AbortController();
  let release: (() => void) | null = null;
  return {
    run: (lead) => {
      const held = (): Promise<void> =>
        new Promise((resolve) => {
          release = resolve;
          lead();
        });
      navigator.locks.request(`${name}:leader`, { signal: waiting.signal }, held).catch(() => {
        // The wait was given up because the tab leaves; there is nothing to undo.
      });
    },
    release: () => {
      if (release === null) waiting.abort();
      else release();
    },
  };
}
