import { useSyncExternalStore } from "react";
import { useServices } from "../app/hooks";
import { Button, IconButton } from "../components/button";
import { cx } from "../components/cx";
import { CircleAlertIcon, XIcon } from "../components/icons";

/** The toasts, bottom left. They wait while the pointer or the focus is on them. */
export function Toaster() {
  const { toasts } = useServices();
  const all = useSyncExternalStore(toasts.subscribe, toasts.snapshot);
  return (
    <section
      aria-label="Notifications"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-3 bottom-16 z-40 flex flex-col items-start gap-2 md:bottom-4 md:left-4"
    >
      {all.map((toast) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: resting on a toast only keeps it from going away
        <div
          key={toast.id}
          onPointerEnter={() => toasts.hold(toast.id)}
          onPointerLeave={() => toasts.start(toast.id)}
          onFocus={() => toasts.hold(toast.id)}
          onBlur={() => toasts.start(toast.id)}
          className="pointer-events-auto flex max-w-full animate-rise items-center gap-2 rounded-card bg-float py-2 pr-2 pl-3 shadow-float sm:max-w-md"
        >
          {toast.tone === "error" && <CircleAlertIcon size={16} aria-hidden className="shrink-0 text-err" />}
          <span className={cx("min-w-0 flex-1 text-body", toast.tone === "error" ? "text-err" : "text-t1")}>
            {toast.text}
          </span>
          {toast.action !== null && (
            <Button
              size="small"
              tone="accent"
              {...(toast.action.keys === null ? {} : { keys: toast.action.keys })}
              onClick={() => {
                toasts.dismiss(toast.id);
                toast.action?.run();
              }}
            >
              {toast.action.label}
            </Button>
          )}
          <IconButton
            label="Dismiss"
            size="small"
            icon={<XIcon size={14} aria-hidden />}
            onClick={() => toasts.dismiss(toast.id)}
          />
        </div>
      ))}
    </section>
  );
}
