import type { Agent, GoldenQuestion, GoldenQuestions, Me, Member, ModelState, Source } from "@baton/wire";
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
  golden: (api: Api, agentId: string) => ({
    queryKey: ["golden", agentId],
    queryFn: () => api.golden(agentId),
  }),
  trainings: (api: Api, agentId: string) => ({
    queryKey: ["trainings", agentId],
    queryFn: async () => (await api.trainings(agentId)).trainings,
  }),
  coverage: (api: Api, agentId: string) => ({
    queryKey: ["coverage", agentId],
    queryFn: () => api.coverage(agentId),
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
    const before = queries.getQueryData<Agent[]>(["agents"])?.find((one) => one.id === agent.id);
    if (before !== undefined && wasJudgedAnew(before, agent)) kept.noteTrained(queries, agent.id);
    queries.setQueryData<Agent[]>(["agents"], (agents) => agents && replaceOrAdd(agents, agent));
    // A colleague deleted or added a source: the stream tells of sources that are there only.
    const sources = queries.getQueryData<Source[]>(["sources", agent.id]);
    if (sources !== undefined && sources.length !== agent.knowledge.sources)
      void queries.invalidateQueries({ queryKey: ["sources", agent.id] });
  },
  /** The docs in use changed, or what they are judged by: what golden questions came to is loaded again. */
  noteTrained(queries: QueryClient, agentId: string): void {
    for (const key of ["golden", "trainings", "coverage"])
      void queries.invalidateQueries({ queryKey: [key, agentId] });
  },
  putGolden(queries: QueryClient, agentId: string, golden: GoldenQuestion): void {
    queries.setQueryData<GoldenQuestions>(
      ["golden", agentId],
      (known) => known && { ...known, questions: replaceOrAdd(known.questions, golden) },
    );
    void queries.invalidateQueries({ queryKey: ["golden", agentId] });
  },
  dropGolden(queries: QueryClient, agentId: string, id: string): void {
    queries.setQueryData<GoldenQuestions>(
      ["golden", agentId],
      (known) => known && { ...known, questions: known.questions.filter((one) => one.id !== id) },
    );
    void queries.invalidateQueries({ queryKey: ["golden", agentId] });
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

function wasJudgedAnew(before: Agent, now: Agent): boolean {
  return (
    before.knowledge.trained_at !== now.knowledge.trained_at ||
    before.knowledge.state !== now.knowledge.state ||
    before.settings.answer_threshold !== now.settings.answer_threshold
  );
}

function replaceOrAdd<T extends { id: string }>(values: readonly T[], value: T): T[] {
  return values.some((one) => one.id === value.id)
    ? values.map((one) => (one.id === value.id ? value : one))
    : [...values, value];
}
