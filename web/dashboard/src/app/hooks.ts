import type { Agent, Me, Member } from "@baton/wire";
import { useQuery } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import type { Action } from "../store/actions";
import type { InboxClient } from "../store/inbox-client";
import type { InboxState } from "../store/inbox-state";
import type { Preferences } from "../store/preferences";
import { loads } from "../store/queries";
import type { Desk } from "./desk";
import type { Services } from "./services";

export const ServicesContext = createContext<Services | null>(null);
export const DeskContext = createContext<Desk | null>(null);
export const MeContext = createContext<Me | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === null) throw new Error("services are used outside the app");
  return services;
}

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error("the desk is used while nobody is signed in");
  return desk;
}

export function useMe(): Me {
  const me = useContext(MeContext);
  if (me === null) throw new Error("nobody is signed in");
  return me;
}

export function useInboxClient(): InboxClient {
  return useDesk().inbox;
}

/** A part of the inbox's state; `select` must return the same object while nothing changed. */
export function useInbox<T>(select: (state: InboxState) => T): T {
  const client = useInboxClient();
  return useSyncExternalStore(client.subscribe, () => select(client.snapshot()));
}

export function usePreferences(): Preferences {
  const { preferences } = useServices();
  return useSyncExternalStore(preferences.subscribe, preferences.snapshot);
}

/** The server's time, renewed every second. */
export function useNow(): number {
  const { clock } = useServices();
  return useSyncExternalStore(clock.subscribe, clock.snapshot);
}

/** The server's time to the minute, for lists that must not be drawn anew every second. */
export function useMinute(): number {
  const { clock } = useServices();
  return useSyncExternalStore(clock.subscribe, () => Math.floor(clock.snapshot() / 60_000) * 60_000);
}

const NO_MEMBERS: readonly Member[] = [];
const NO_AGENTS: readonly Agent[] = [];

/** All members of the team; empty until they are loaded. */
export function useMembers(): readonly Member[] {
  const { api } = useServices();
  return useQuery(loads.members(api)).data ?? NO_MEMBERS;
}

/** Whether this member may change agents, sources and the team. */
export function useIsAdmin(): boolean {
  return useMe().member.role !== "operator";
}

/** All agents that this member may see; empty until they are loaded. */
export function useAgents(): readonly Agent[] {
  const { api } = useServices();
  const admin = useIsAdmin();
  return useQuery({ ...loads.agents(api), enabled: admin }).data ?? NO_AGENTS;
}

/** Offers actions by key and in the palette as long as the component is on screen. */
export function useActions(actions: readonly Action[]): void {
  const { actions: registry } = useServices();
  const group = useRef<symbol>(Symbol("actions"));
  useEffect(() => {
    registry.set(group.current, actions);
  }, [registry, actions]);
  useEffect(() => {
    const own = group.current;
    return () => registry.set(own, []);
  }, [registry]);
}

/** Whether the window is at least so wide; follows changes. */
export function useMinWidth(pixels: number): boolean {
  const query = `(min-width: ${pixels}px)`;
  return useSyncExternalStore(
    (listener) => {
      const list = window.matchMedia(query);
      list.addEventListener("change", listener);
      return () => list.removeEventListener("change", listener);
    },
    () => window.matchMedia(query).matches,
  );
}

/** Names the page in the window's title as long as it is on screen. */
export function usePageTitle(page: string): void {
  const { title } = useServices();
  useEffect(() => title.setPage(page), [title, page]);
}

/** The agents whose conversations the inbox shows; a member who may not read the agents knows them from there. */
export function useInboxAgents(): readonly { id: string; name: string }[] {
  const agents = useAgents();
  const summaries = useInbox((state) => state.summaries);
  return useMemo(() => {
    const names = new Map(agents.map((agent) => [agent.id, agent.name]));
    if (agents.length === 0)
      for (const one of Object.values(summaries)) names.set(one.agent_id, one.agent_name);
    return [...names].map(([id, name]) => ({ id, name }));
  }, [agents, summaries]);
}
