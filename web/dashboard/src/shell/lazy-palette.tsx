import { lazy, Suspense, useState } from "react";
import { SearchIcon } from "../components/icons";
import { Kbd } from "../components/kbd";
import { PALETTE_FIELD, PALETTE_HEAD, PALETTE_PLACE } from "./palette-looks";

// It is not there when the app opens, so it is not in the first load.
const Palette = lazy(async () => ({ default: (await import("./palette")).Palette }));

/** The palette from the moment it is asked for: what is typed while it is still being loaded is its search. */
export function LazyPalette({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [before] = useState(() => document.activeElement);
  return (
    <Suspense fallback={<FieldAlone typed={typed} onType={setTyped} onClose={onClose} />}>
      <Palette open typed={typed} before={before} onOpenChange={onClose} />
    </Suspense>
  );
}

/** The palette's field, in its place, without what it finds. */
function FieldAlone({
  typed,
  onType,
  onClose,
}: {
  typed: string;
  onType: (text: string) => void;
  onClose: () => void;
}) {
  return (
    <div role="dialog" aria-label="Jump to" data-state="open" className={PALETTE_PLACE}>
      <div className={PALETTE_HEAD}>
        <SearchIcon size={16} aria-hidden className="shrink-0 text-t3" />
        <input
          // biome-ignore lint/a11y/noAutofocus: it was asked for, and the next key is meant for it
          autoFocus
          aria-label="Actions and conversations"
          value={typed}
          onChange={(event) => onType(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.preventDefault();
            onClose();
          }}
          onBlur={onClose}
          className={PALETTE_FIELD}
        />
        <Kbd keys="escape" />
      </div>
    </div>
  );
}
