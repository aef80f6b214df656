import { useEffect, useState, useSyncExternalStore } from "react";
import { useDesk } from "../app/hooks";
import { CloudOffIcon } from "../components/icons";

/** A short loss of the stream is not worth a word. */
const GRACE_MS = 1_500;

/** Says when the inbox is not live, and that nothing is lost. */
export function ConnectionBanner() {
  const { hub, status } = useDesk();
  const stream = useSyncExternalStore(status.subscribe, status.snapshot);
  const online = useOnline();
  useEffect(() => {
    if (online) hub.wake();
  }, [online, hub]);
  const lost = stream === "reconnecting" || !online;
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!lost) {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), GRACE_MS);
    return () => clearTimeout(timer);
  }, [lost]);
  if (!shown) return null;
  return (
    <div
      role="status"
      className="flex h-7 shrink-0 items-center justify-center gap-2 bg-note px-3 text-meta text-note-ink"
    >
      <CloudOffIcon size={14} strokeWidth={1.75} aria-hidden />
      {online ? "Reconnecting… What you write is kept." : "You are offline. What you write is kept."}
    </div>
  );
}

function useOnline(): boolean {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener("online", listener);
      window.addEventListener("offline", listener);
      return () => {
        window.removeEventListener("online", listener);
        window.removeEventListener("offline", listener);
      };
    },
    () => navigator.onLine,
  );
}
