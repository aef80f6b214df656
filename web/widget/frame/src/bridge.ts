import type { FrameMessage, LoaderMessage } from "@baton/wire";

/** The way between the frame and the page that embeds it. */
export type Bridge = {
  post: (message: FrameMessage) => void;
  /** Returns how to stop listening. */
  listen: (heard: (message: LoaderMessage) => void) => () => void;
};

/**
 * Speaks with the embedding page, and with nobody else.
 *
 * The loader names its origin in the address; the browser holds every message to it, and only allowed origins may embed the frame at all.
 */
export function connectBridge(frame: Window, parent: Window, origin: string): Bridge {
  return {
    post: (message) => parent.postMessage(message, origin),
    listen: (heard) => {
      const listener = (event: MessageEvent<LoaderMessage | null>) => {
        if (event.source !== parent || event.origin !== origin || event.data?.baton !== 1) return;
        heard(event.data);
      };
      frame.addEventListener("message", listener);
      return () => frame.removeEventListener("message", listener);
    },
  };
}

/** The embedding page's origin from the frame's `#fragment`; null when it is none. */
export function originFromHash(hash: string): string | null {
  try {
    const origin = decodeURIComponent(hash.slice(1));
    return new URL(origin).origin === origin ? origin : null;
  } catch {
    return null;
  }
}
