import type { InboxView } from "@baton/wire";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useAgents, useInbox, useIsAdmin, useMe, usePreferences, useServices } from "../app/hooks";
import { keepAgent } from "../app/links";
import { Avatar } from "../components/avatar";
import { IconButton } from "../components/button";
import { cx } from "../components/cx";
import {
  ArchiveIcon,
  CircleUserIcon,
  HandIcon,
  KeyboardIcon,
  MonitorIcon,
  MoonIcon,
  PanelLeftIcon,
  PlusIcon,
  SearchIcon,
  SparklesIcon,
  SunIcon,
  UserPlusIcon,
  UsersIcon,
} from "../components/icons";
import { Kbd } from "../components/kbd";
import { Tooltip } from "../components/tooltip";
import { WaitChip } from "../components/wait-chip";
import { KEYS } from "../store/keys";
import { VIEWS } from "../store/places";
import type { Preferences } from "../store/preferences";
import { VIEW_NAMES } from "../text/words";
import { AvailabilityDot, AvailabilityToggle } from "./availability";
import { Mark } from "./mark";

const ICON = { size: 16, strokeWidth: 1.5, "aria-hidden": true } as const;

export const VIEW_ICONS: Record<InboxView, ReactNode> = {
  waiting: <HandIcon {...ICON} />,
  mine: <CircleUserIcon {...ICON} />,
  team: <UsersIcon {...ICON} />,
  live: <SparklesIcon {...ICON} />,
  resolved: <ArchiveIcon {...ICON} />,
};

export const VIEW_KEYS: Record<InboxView, string> = {
  waiting: KEYS.go_waiting,
  mine: KEYS.go_mine,
  team: KEYS.go_team,
  live: KEYS.go_live,
  resolved: KEYS.go_resolved,
};

const ITEM =
  "focus-inset group flex h-8 items-center gap-2 rounded-control px-2 text-body text-t2 transition-colors duration-120 hover:bg-s2 hover:text-t1 aria-[current=page]:bg-s3 aria-[current=page]:font-medium aria-[current=page]:text-t1";

/** The navigation at the left, wide or as a rail of icons. */
export function Nav({
  narrow,
  onSearch,
  onHelp,
}: {
  narrow: boolean;
  onSearch: () => void;
  onHelp: () => void;
}) {
  const me = useMe();
  const { preferences } = useServices();
  const toggle = () => preferences.set({ nav: narrow ? "wide" : "narrow" });
  return (
    <nav
      aria-label="Main"
      className={cx(
        "hidden shrink-0 flex-col gap-3 border-line border-r bg-s1 p-2 md:flex",
        narrow ? "w-[52px] items-center" : "w-[220px]",
      )}
    >
      <div className={cx("flex items-center", narrow ? "flex-col gap-2 pt-2" : "gap-2 py-1 pr-0 pl-2")}>
        <Mark />
        {!narrow && (
          <span className="min-w-0 flex-1 truncate font-semibold text-body">{me.workspace.name}</span>
        )}
        <IconButton
          label={narrow ? "Widen the navigation" : "Narrow the navigation"}
          keys={KEYS.nav}
          size="small"
          side="right"
          className="max-xl:hidden"
          icon={<PanelLeftIcon {...ICON} />}
          onClick={toggle}
        />
      </div>
      {narrow ? (
        <div className="flex flex-col items-center gap-1">
          <AvailabilityDot />
          <IconButton
            label="Search or jump to"
            keys={KEYS.palette}
            side="right"
            icon={<SearchIcon {...ICON} />}
            onClick={onSearch}
          />
        </div>
      ) : (
        <div className="flex flex-col gap-1">
          <AvailabilityToggle />
          <button
            type="button"
            onClick={onSearch}
            className="flex h-8 items-center gap-2 rounded-control border border-line bg-bg px-2 text-left text-body text-t3 hover:border-line-strong"
          >
            <SearchIcon size={14} strokeWidth={1.5} aria-hidden />
            <span className="min-w-0 flex-1 truncate">Jump to…</span>
            <Kbd keys={KEYS.palette} />
          </button>
        </div>
      )}
      <div className="scroll-quiet -mx-2 flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-2 py-0.5">
        <Views narrow={narrow} />
        <Administration narrow={narrow} />
      </div>
      <div className={cx("flex items-center gap-1", narrow && "flex-col")}>
        <Tooltip text={`${me.member.name}: your account`} side="right">
          <Link
            to="/account"
            className={cx(
              "focus-inset flex min-w-0 items-center gap-2 rounded-control text-body hover:bg-s2 aria-[current=page]:bg-s3",
              narrow ? "p-1" : "h-9 flex-1 px-1.5",
            )}
          >
            <Avatar name={me.member.name} size={24} tone="member" />
            <span className={narrow ? "sr-only" : "truncate"}>{me.member.name}</span>
          </Link>
        </Tooltip>
        <SchemeButton />
        <IconButton
          label="Keyboard shortcuts"
          keys={KEYS.help}
          side="right"
          icon={<KeyboardIcon {...ICON} />}
          onClick={onHelp}
        />
      </div>
    </nav>
  );
}

function Views({ narrow }: { narrow: boolean }) {
  const counts = useInbox((state) => state.counts?.value ?? null);
  return (
    <ul className="flex flex-col gap-px">
      {VIEWS.map((view) => {
        const number = counts?.[view] ?? 0;
        const counted = view !== "resolved" && number > 0;
        return (
          <li key={view}>
            <Tooltip text={VIEW_NAMES[view]} keys={VIEW_KEYS[view]} side="right">
              <Link
                to="/inbox/$view/{-$conversationId}"
                params={{ view, conversationId: undefined }}
                search={keepAgent}
                activeOptions={{ includeSearch: false, exact: false }}
                className={cx(ITEM, narrow && "relative w-9 justify-center px-0")}
              >
                {VIEW_ICONS[view]}
                <span className={narrow ? "sr-only" : "min-w-0 flex-1 truncate"}>{VIEW_NAMES[view]}</span>
                {view === "waiting" && !narrow && <OldestWait />}
                {counted && <Count view={view} number={number} narrow={narrow} />}
              </Link>
            </Tooltip>
          </li>
        );
      })}
    </ul>
  );
}

function Count({ view, number, narrow }: { view: InboxView; number: number; narrow: boolean }) {
  const urgent = view === "waiting";
  if (narrow && !urgent) return <span className="sr-only">{number}</span>;
  return (
    <span
      className={cx(
        "tabular text-meta",
        urgent &&
          "inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-full bg-badge px-1 font-semibold text-micro text-white",
        !urgent && "text-t3",
        narrow && "absolute -top-0.5 -right-0.5 h-4 min-w-4",
      )}
    >
      {number > 999 ? "999+" : number}
    </span>
  );
}

/** How long the visitor who waits longest has waited. */
function OldestWait() {
  const since = useInbox((state) => {
    const list = state.lists.waiting;
    const first = list?.status === "ready" ? state.summaries[list.ids[0] ?? ""] : undefined;
    return first?.owner.kind === "queue" ? first.owner.since : null;
  });
  return since === null ? null : <WaitChip since={since} />;
}

function Administration({ narrow }: { narrow: boolean }) {
  const admin = useIsAdmin();
  const agents = useAgents();
  if (!admin) return null;
  return (
    <div className="flex flex-col gap-px">
      {!narrow && (
        <div className="flex h-7 items-center pl-2">
          <h2 className="flex-1 text-meta text-t3">Agents</h2>
          <Tooltip text="New agent" side="right">
            <Link
              to="/agents"
              search={{ create: true }}
              aria-label="New agent"
              className="inline-flex size-6 items-center justify-center rounded-control text-t3 hover:bg-s2 hover:text-t1"
            >
              <PlusIcon size={14} strokeWidth={1.75} aria-hidden />
            </Link>
          </Tooltip>
        </div>
      )}
      <ul className="flex flex-col gap-px">
        {agents.map((agent) => (
          <li key={agent.id}>
            <Tooltip text={agent.name} side="right">
              <Link
                to="/agents/$agentId"
                params={{ agentId: agent.id }}
                className={cx(ITEM, narrow && "w-9 justify-center px-0")}
              >
                <span
                  aria-hidden="true"
                  className="inline-flex size-4 shrink-0 items-center justify-center rounded-chip bg-ai-tint font-semibold text-[9px] text-ai"
                >
                  {[...agent.name][0]?.toUpperCase()}
                </span>
                <span className={narrow ? "sr-only" : "min-w-0 flex-1 truncate"}>{agent.name}</span>
              </Link>
            </Tooltip>
          </li>
        ))}
        <li className="mt-2">
          <Tooltip text="Members" side="right">
            <Link to="/team" className={cx(ITEM, narrow && "w-9 justify-center px-0")}>
              <UserPlusIcon {...ICON} />
              <span className={narrow ? "sr-only" : ""}>Members</span>
            </Link>
          </Tooltip>
        </li>
      </ul>
    </div>
  );
}

const SCHEMES: Record<
  Preferences["scheme"],
  { label: string; next: Preferences["scheme"]; icon: ReactNode }
> = {
  system: {
    label: "Colours: as the system. Switch to light",
    next: "light",
    icon: <MonitorIcon {...ICON} />,
  },
  light: { label: "Colours: light. Switch to dark", next: "dark", icon: <SunIcon {...ICON} /> },
  dark: { label: "Colours: dark. Follow the system", next: "system", icon: <MoonIcon {...ICON} /> },
};

function SchemeButton() {
  const { preferences } = useServices();
  const { scheme } = usePreferences();
  const { label, next, icon } = SCHEMES[scheme];
  return (
    <IconButton label={label} side="right" icon={icon} onClick={() => preferences.set({ scheme: next })} />
  );
}
