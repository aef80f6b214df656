import type { Agent, Me, Member, ModelState, Source } from "@baton/wire";
import type { QueryClient } from "@tanstack/react-query";
import type { Api } from "../wire/api";
import type { KeyValueStore } from "./drafts";
import { wasTried } from "./first-steps";

/** What is loaded and kept outside the inbox, each with its key and its request. */
export const loads = {
  me: (api: Api) => ({ queryKey: ["me"], queryFn: () => api.me(), staleTime: Number.POSITIVE_INFINITY }),
  setup: (api: Api) => ({ queryKey: ["setup"], queryFn: () => api.setupState() }),
  members: (api: Api) => ({ queryKey: ["members"], queryFn: async () => (await api.members()).members }),
  invitations: (api: Api) => ({
    queryKey: ["invitations"],
    queryFn: async () => (await api.invitations()).invitations,
  }),
  sessions: (api: Api) => ({
    queryKey: ["sessions"],
    queryFn: async () => (await api.mySessions()).sessions,
  }),
  agents: (api: Api) => ({ queryKey: ["agents"], queryFn: async () => (await api.agents()).agents }),
  tried: (storage: KeyValueStore | null, agentId: string) => ({
    queryKey: ["tried", agentId],
    queryFn: () => wasTried(storage, agentId),
  }),
  blocked: (api: Api, agentId: string) => ({
    queryKey: ["blocked", agentId],
    queryFn: async () => (await api.blockedOrigins(agentId)).blocked,
    refetchInterval: 15_000,
  }),
  model: (api: Api, agentId: string) => ({
    queryKey: ["model", agentId],
    queryFn: () => api.model(agentId),
  }),
  sources: (api: Api, agentId: string) => ({
    queryKey: ["sources", agentId],
    queryFn: async () => (await api.sources(agentId)).sources,
  }),
};

/** Changes of what is kept, as the stream or an answer brings them. */
export const kept = {
  putMe(queries: QueryClient, me: Me): void {
    queries.setQueryData(["me"], me);
    void queries.invalidateQueries({ queryKey: ["members"] });
  },
  putModel(queries: QueryClient, agentId: string, state: ModelState): void {
    queries.setQueryData(["model", agentId], state);
  },
  putAgent(queries: QueryClient, agent: Agent): void {
    queries.setQueryData<Agent[]>(["agents"], (agents) => agents && replaceOrAdd(agents, agent));
    // A colleague deleted or added a source: the stream tells of sources that are there only.
    const sources = queries.getQueryData<Source[]>(["sources", agent.id]);
    if (sources !== undefined && sources.length !== agent.knowledge.sources)
      void queries.invalidateQueries({ queryKey: ["sources", agent.id] });
  },
  putMember(queries: QueryClient, member: Member): void {
    queries.setQueryData<Member[]>(["members"], (members) => members && replaceOrAdd(members, member));
  },
  /** Somebody whom this tab does not know is on the team: the team is loaded again, and who is still invited. */
  noteTeam(queries: QueryClient, ids: readonly string[]): void {
    const members = queries.getQueryData<Member[]>(["members"]);
    if (members === undefined || ids.every((id) => members.some((one) => one.id === id))) return;
    void queries.invalidateQueries({ queryKey: ["members"] });
    void queries.invalidateQueries({ queryKey: ["invitations"] });
  },
  putTried(queries: QueryClient, agentId: string): void {
    queries.setQueryData(["tried", agentId], true);
  },
  putSource(queries: QueryClient, source: Source): void {
    queries.setQueryData<Source[]>(
      ["sources", source.agent_id],
      (sources) => sources && replaceOrAdd(sources, source),
    );
  },
  putSources(queries: QueryClient, sources: readonly Source[]): void {
    for (const source of sources) kept.putSource(queries, source);
  },
  dropSource(queries: QueryClient, source: Source): void {
    queries.setQueryData<Source[]>(["sources", source.agent_id], (sources) =>
      sources?.filter((one) => one.id !== source.id),
    );
  },
};

function replaceOrAdd<T extends { id: string }>(values: readonly T[], value: T): T[] {
  return values.some((one) => one.id === value.id)
    ? values.map((one) => (one.id === value.id ? value : one))
    : [...values, value];
}
