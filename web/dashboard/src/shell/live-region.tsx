import { useSyncExternalStore } from "react";
import { useServices } from "../app/hooks";

/** The one place that screen readers listen to; it is there from the first moment on. */
export function LiveRegion() {
  const { announcer } = useServices();
  const text = useSyncExternalStore(announcer.subscribe, announcer.snapshot);
  return (
    <div role="status" aria-live="polite" aria-atomic="true" className="sr-only">
      {text}
    </div>
  );
}
