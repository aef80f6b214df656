import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useInbox } from "../app/hooks";
import { CircleUserIcon, HandIcon, InboxIcon, SearchIcon } from "../components/icons";

const ICON = { size: 20, strokeWidth: 1.5, "aria-hidden": true } as const;
const ITEM =
  "focus-inset relative flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-micro text-t3 aria-[current=page]:text-t1";

/** The bar at the bottom of a phone. */
export function BottomBar({ onSearch }: { onSearch: () => void }) {
  const waiting = useInbox((state) => state.counts?.value.waiting ?? 0);
  const mine = useInbox((state) => state.counts?.value.mine ?? 0);
  return (
    <nav
      aria-label="Main"
      className="flex shrink-0 border-line border-t bg-s1 pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      <Link
        to="/inbox/$view/{-$conversationId}"
        params={{ view: "mine", conversationId: undefined }}
        search={{}}
        className={ITEM}
      >
        <InboxIcon {...ICON} />
        Inbox
        {mine > 0 && <Badge tone="quiet">{mine}</Badge>}
      </Link>
      <Link
        to="/inbox/$view/{-$conversationId}"
        params={{ view: "waiting", conversationId: undefined }}
        search={{}}
        className={ITEM}
      >
        <HandIcon {...ICON} />
        Needs human
        {waiting > 0 && <Badge tone="urgent">{waiting}</Badge>}
      </Link>
      <button type="button" onClick={onSearch} className={ITEM}>
        <SearchIcon {...ICON} />
        Search
      </button>
      <Link to="/account" className={ITEM}>
        <CircleUserIcon {...ICON} />
        Me
      </Link>
    </nav>
  );
}

function Badge({ tone, children }: { tone: "urgent" | "quiet"; children: ReactNode }) {
  const colours = tone === "urgent" ? "bg-badge text-white" : "bg-s3 text-t1";
  return (
    <span
      className={`tabular absolute top-1 left-1/2 ml-1.5 inline-flex h-4 min-w-4 items-center justify-center rounded-full px-1 font-semibold text-micro ${colours}`}
    >
      {children}
    </span>
  );
}
