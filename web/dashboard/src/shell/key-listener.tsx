import { useEffect } from "react";
import { useServices } from "../app/hooks";
import { KeyReader } from "../store/keys";

/** Turns key presses into actions. While a dialog or a menu is open, the keys belong to it. */
export function KeyListener() {
  const { actions, preferences } = useServices();
  useEffect(() => {
    const reader = new KeyReader();
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const chord = reader.read(
        {
          key: event.key,
          mod: event.metaKey || event.ctrlKey,
          shift: event.shiftKey,
          alt: event.altKey,
          writing: isWriting(event.target),
          repeat: event.repeat,
        },
        event.timeStamp,
        preferences.snapshot().single_keys,
      );
      if (chord === null || isLayerOpen()) return;
      if (chord === "enter" || chord.startsWith("arrow")) {
        // These belong to whatever has the focus, when that can use them.
        if (hasUseFor(chord, event.target)) return;
      }
      const action = actions.find(chord);
      if (action === null) return;
      event.preventDefault();
      action.run();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [actions, preferences]);
  return null;
}

function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  )
    return true;
  return (
    target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit"].includes(target.type)
  );
}

function hasUseFor(chord: string, target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const row = target.closest("[data-row]");
  // On a row the arrows move on, and Enter opens it; on the open row Enter moves into the conversation.
  if (row !== null) return chord === "enter" && row.getAttribute("aria-current") === null;
  return target.closest("a, button, input, [role=log], section[tabindex='0']") !== null;
}

function isLayerOpen(): boolean {
  return (
    document.querySelector(
      "[role=dialog][data-state=open], [role=alertdialog], [role=menu][data-state=open]",
    ) !== null
  );
}
