import type { FeedItem } from "@baton/wire";
import { browserTabs } from "../store/browser-tabs";
import { InboxClient } from "../store/inbox-client";
import { newlyWaiting } from "../store/places";
import { kept } from "../store/queries";
import { StreamHub } from "../store/stream-hub";
import { type StreamStatus, StreamTransport } from "../wire/stream";
import type { Services } from "./services";

/** What exists while a member is signed in: the inbox and its stream. */
export type Desk = {
  inbox: InboxClient;
  hub: StreamHub;
  status: { snapshot: () => StreamStatus; subscribe: (listener: () => void) => () => void };
  /** Conversations that newly need a human, for those who announce it. */
  arrivals: { subscribe: (listener: (item: FeedItem) => void) => () => void };
};

/** Opens the stream and the inbox for one signed-in member of one workspace. */
export function openDesk(services: Services, workspaceId: string, memberId: string): Desk {
  const { api, queries, clock, storage, signedOut } = services;
  const statusListeners = new Set<() => void>();
  const arrivalListeners = new Set<(item: FeedItem) => void>();
  let status: StreamStatus = "idle";
  const inbox = new InboxClient({
    me: memberId,
    api,
    storage,
    now: clock.now,
    newId: () => crypto.randomUUID(),
    setTimer: (run, ms) => window.setTimeout(run, ms),
    onChanged: (item) => {
      if (newlyWaiting(item)) for (const listener of arrivalListeners) listener(item);
    },
    onOther: (frame) => {
      switch (frame.event) {
        case "agent":
          kept.putAgent(queries, frame.data);
          return;
        case "source":
          kept.putSource(queries, frame.data);
          return;
        case "presence":
          kept.noteTeam(
            queries,
            frame.data.members.map((one) => one.member_id),
          );
          return;
        default:
          frame satisfies never;
      }
    },
  });
  const hub = new StreamHub({
    transport: (on) =>
      new StreamTransport({
        open: (url) => new EventSource(url),
        base: "/api/v1",
        setTimer: (run, ms) => window.setTimeout(run, ms),
        clearTimer: (timer) => window.clearTimeout(timer),
        random: Math.random,
        onFrame: on.frame,
        onStatus: on.status,
        onRefused: () => {
          // A refused stream hides why; asking who I am tells whether the session is over.
          api.me().catch(() => {});
        },
      }),
    tabs: browserTabs(`baton:${workspaceId}:${memberId}`),
    now: () => Date.now(),
    setRepeating: (run, ms) => window.setInterval(run, ms),
    clearRepeating: (timer) => window.clearInterval(timer),
    setViewing: (streamId, conversationId) => {
      api.setViewing(streamId, conversationId).catch(() => {
        // The stream that is named may be gone already; the next one is told again.
      });
    },
    onFrame: (frame) => inbox.receive(frame),
    onStatus: (next) => {
      status = next;
      for (const listener of statusListeners) listener();
    },
    onConnected: (after) => inbox.connected(after),
    onMarked: (id, upTo) => inbox.marked(id, upTo),
    onSignedOut: () => signedOut.handle(),
  });
  return {
    inbox,
    hub,
    status: {
      snapshot: () => status,
      subscribe: (listener) => {
        statusListeners.add(listener);
        return () => statusListeners.delete(listener);
      },
    },
    arrivals: {
      subscribe: (listener) => {
        arrivalListeners.add(listener);
        return () => arrivalListeners.delete(listener);
      },
    },
  };
}
