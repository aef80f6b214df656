import { Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import {
  useActions,
  useAgents,
  useDesk,
  useInbox,
  useIsAdmin,
  useMinWidth,
  usePreferences,
  useServices,
} from "../app/hooks";
import { keepAgent } from "../app/links";
import type { Action } from "../store/actions";
import { KEYS } from "../store/keys";
import { VIEWS } from "../store/places";
import { REASON_NAMES, VIEW_NAMES } from "../text/words";
import { useAvailability } from "./availability";
import { BottomBar } from "./bottom-bar";
import { ConnectionBanner } from "./connection-banner";
import { LazyPalette } from "./lazy-palette";
import { Nav, VIEW_KEYS } from "./nav";

// It is not there when the app opens, so it is not in the first load.
const KeyHelp = lazy(async () => ({ default: (await import("./key-help")).KeyHelp }));

/** Everything around the screens for a signed-in member. */
export function Shell() {
  const [layer, setLayer] = useState<"none" | "palette" | "help">("none");
  const { nav } = usePreferences();
  const wideEnough = useMinWidth(1280);
  const narrow = !wideEnough || nav === "narrow";
  const inbox = useDesk().inbox;
  // The navigation shows the counts and the longest wait on every screen.
  useEffect(() => inbox.openView("waiting"), [inbox]);
  useTitleAndBell();
  useShellActions(setLayer);
  return (
    <>
      <a
        href="#main"
        className="sr-only z-50 rounded-control bg-accent px-3 py-2 text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <div className="flex h-dvh flex-col">
        <ConnectionBanner />
        <div className="flex min-h-0 flex-1">
          <Nav narrow={narrow} onSearch={() => setLayer("palette")} onHelp={() => setLayer("help")} />
          <main id="main" tabIndex={-1} className="min-w-0 flex-1 bg-bg outline-none">
            <Outlet />
          </main>
        </div>
        <ShownBottomBar onSearch={() => setLayer("palette")} />
      </div>
      {layer === "palette" && <LazyPalette onClose={() => setLayer("none")} />}
      {layer === "help" && (
        <Suspense fallback={null}>
          <KeyHelp open onOpenChange={() => setLayer("none")} />
        </Suspense>
      )}
    </>
  );
}

/** An open conversation needs the room at the bottom of a phone for writing. */
function ShownBottomBar({ onSearch }: { onSearch: () => void }) {
  const path = useRouterState({ select: (state) => state.location.pathname });
  return /^\/inbox\/[^/]+\/[^/]+/.test(path) ? null : <BottomBar onSearch={onSearch} />;
}

/** Counts in the title; a bell, a toast and a word for screen readers when a conversation newly needs a human. */
function useTitleAndBell(): void {
  const { title, bell, preferences, announcer, toasts, queries } = useServices();
  const { arrivals } = useDesk();
  const navigate = useNavigate();
  const { availability } = useAvailability();
  const waiting = useInbox((state) => state.counts?.value.waiting ?? 0);
  const viewing = useRouterState({ select: (state) => state.location.pathname.split("/")[2] ?? "" });
  useEffect(() => title.setWaiting(waiting), [title, waiting]);
  useEffect(() => {
    if (availability !== "available") return;
    // After a reload the browser wants a new gesture before it lets the bell ring.
    const unlock = () => {
      if (preferences.snapshot().sound === "on") bell.unlock();
    };
    window.addEventListener("pointerdown", unlock, { once: true });
    window.addEventListener("keydown", unlock, { once: true });
    return () => {
      window.removeEventListener("pointerdown", unlock);
      window.removeEventListener("keydown", unlock);
    };
  }, [availability, bell, preferences]);
  useEffect(
    () =>
      arrivals.subscribe((item) => {
        const { visitor, owner, id } = item.summary;
        const reason = owner.kind === "queue" ? REASON_NAMES[owner.reason].toLowerCase() : "waiting";
        announcer.say(`${visitor.label} needs a human: ${reason}.`);
        if (availability === "available" && preferences.snapshot().sound === "on") bell.ring();
        if (viewing === "waiting") return;
        toasts.show(`${visitor.label} needs a human: ${reason}`, {
          action: {
            label: "Open",
            run: () => {
              void navigate({
                to: "/inbox/$view/{-$conversationId}",
                params: { view: "waiting", conversationId: id },
                search: {},
              });
            },
          },
        });
      }),
    [arrivals, announcer, availability, bell, navigate, preferences, toasts, viewing],
  );
  const { status } = useDesk();
  const stream = useSyncExternalStore(status.subscribe, status.snapshot);
  useEffect(() => {
    // What the stream does not carry may have changed while it was down.
    if (stream === "open")
      void queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "me" });
  }, [stream, queries]);
}

function useShellActions(setLayer: (layer: "palette" | "help") => void): void {
  const navigate = useNavigate();
  const { preferences, toasts } = useServices();
  const { availability, change } = useAvailability();
  const agents = useAgents();
  const admin = useIsAdmin();
  const actions = useMemo((): Action[] => {
    const views = VIEWS.map(
      (view): Action => ({
        id: `go-${view}`,
        title: VIEW_NAMES[view],
        section: "Go to",
        keys: VIEW_KEYS[view],
        run: () => {
          void navigate({
            to: "/inbox/$view/{-$conversationId}",
            params: { view, conversationId: undefined },
            search: keepAgent,
          });
        },
      }),
    );
    const screens = admin
      ? [
          ...agents.flatMap((agent) =>
            (["sources", "test", "golden", "settings", "widget"] as const).map(
              (screen): Action => ({
                id: `go-${agent.id}-${screen}`,
                title: `${agent.name}: ${AGENT_SCREENS[screen]}`,
                section: "Go to",
                keys: null,
                run: () => {
                  void navigate({ to: `/agents/$agentId/${screen}`, params: { agentId: agent.id } });
                },
              }),
            ),
          ),
          go("team", "Members", () => void navigate({ to: "/team" })),
        ]
      : [];
    const { scheme, single_keys: _keys, nav } = preferences.snapshot();
    return [
      ...views,
      ...screens,
      go("account", "Your account", () => void navigate({ to: "/account" })),
      {
        id: "availability",
        title: availability === "available" ? "Set yourself away" : "Set yourself available",
        section: "View",
        keys: null,
        run: () => change(availability !== "available"),
      },
      ...(["light", "dark", "system"] as const)
        .filter((one) => one !== scheme)
        .map(
          (one): Action => ({
            id: `scheme-${one}`,
            title:
              one === "system" ? "Colours as the system" : `${one === "dark" ? "Dark" : "Light"} colours`,
            section: "View",
            keys: null,
            run: () => preferences.set({ scheme: one }),
          }),
        ),
      {
        id: "nav",
        title: nav === "narrow" ? "Widen the navigation" : "Narrow the navigation",
        section: "View",
        keys: KEYS.nav,
        run: () => preferences.set({ nav: preferences.snapshot().nav === "narrow" ? "wide" : "narrow" }),
      },
      {
        id: "help",
        title: "Keyboard shortcuts",
        section: "View",
        keys: KEYS.help,
        run: () => setLayer("help"),
      },
      {
        id: "palette",
        title: "Search or jump to",
        section: "View",
        keys: KEYS.palette,
        palette: "hidden",
        run: () => setLayer("palette"),
      },
      {
        id: "undo",
        title: "Undo the last action",
        section: "View",
        keys: KEYS.undo,
        run: () => {
          toasts.undo();
        },
      },
    ];
  }, [navigate, preferences, toasts, availability, change, agents, admin, setLayer]);
  useActions(actions);
}

const AGENT_SCREENS = {
  sources: "Sources",
  test: "Test",
  golden: "Golden questions",
  settings: "Settings",
  widget: "Widget",
} as const;

function go(id: string, title: string, run: () => void): Action {
  return { id: `go-${id}`, title, section: "Go to", keys: null, run };
}
