import type { ChatState, ChatStore } from "@baton/chat-core";
import { useEffect, useRef, useState } from "preact/hooks";

/** The store's present state; draws again after each change. */
export function useChat(store: ChatStore): ChatState {
  const [state, setState] = useState(store.getSnapshot);
  useEffect(() => {
    const update = () => setState(store.getSnapshot());
    update();
    return store.subscribe(update);
  }, [store]);
  return state;
}

/** Calls `leave` on Escape and on a press outside of the element. */
export function useLayer<E extends HTMLElement>(leave: (by: "escape" | "outside") => void) {
  const ref = useRef<E>(null);
  const latest = useRef(leave);
  latest.current = leave;
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      // The top layer takes the key; the panel below stays open.
      event.stopImmediatePropagation();
      event.preventDefault();
      latest.current("escape");
    };
    const press = (event: PointerEvent) => {
      if (event.target instanceof Node && !ref.current?.contains(event.target)) latest.current("outside");
    };
    addEventListener("keydown", key, true);
    addEventListener("pointerdown", press, true);
    return () => {
      removeEventListener("keydown", key, true);
      removeEventListener("pointerdown", press, true);
    };
  }, []);
  return ref;
}

/** The time, again and again while `running`. Milliseconds. */
export function useNow(everyMs: number, running: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, running]);
  return now;
}
