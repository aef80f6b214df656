import type {
  AcceptInvitationRequest,
  Agent,
  AgentSettings,
  AskResponse,
  Availability,
  BlockedOrigin,
  ConversationDetail,
  Coverage,
  CreatedInvitation,
  Expectation,
  GoldenQuestion,
  GoldenQuestions,
  GoldenRun,
  ImportedGoldenQuestions,
  Inbox,
  InboxView,
  Invitation,
  InvitationLookup,
  Me,
  Member,
  MemberPosted,
  MemberSession,
  ModelCheck,
  ModelSettings,
  ModelState,
  Outcome,
  PageState,
  QuestionAnswer,
  Role,
  SetupRequest,
  SetupState,
  SignInRequest,
  SiteOptions,
  Source,
  SourceDetail,
  SourcePages,
  SourcePassages,
  SummaryResponse,
  SyncEvery,
  Training,
  TrainingDetails,
} from "@baton/wire";
import type { Http } from "./http";

/** A change of some of an agent's settings, of its name, or of both. What it does not name stays, within `handoff` and `model` too. */
export type AgentPatch = Partial<Omit<AgentSettings, "handoff" | "model">> & {
  name?: string;
  handoff?: Partial<AgentSettings["handoff"]>;
  model?: Partial<AgentSettings["model"]>;
};

/** One page of a website, by its address. */
export type NewPage = { url: string; title: string | null; sync_every: SyncEvery };

/** A site, by the address where it begins. */
export type NewSite = NewPage & { options: SiteOptions };

/** A change of a source. What it does not name stays; `options` are given whole. */
export type SourcePatch = { name?: string; sync_every?: SyncEvery; options?: SiteOptions };

/** A question with what is to come of it. */
export type NewGolden = { question: string; expect: Expectation };

/** Which pages of a source are asked for, and after which one. */
export type PagesQuery = { state: PageState | null; after: string | null };

/** Where a page of the inbox begins. */
export type InboxQuery = { view: InboxView; agent_id: string | null; before: string | null };

/** Every endpoint of the dashboard API, one function each. */
export type Api = ReturnType<typeof createApi>;

const part = encodeURIComponent;

export function createApi(http: Http) {
  return {
    setupState: () => http.get<SetupState>("/setup"),
    setUp: (request: SetupRequest) => http.post<Me>("/setup", request),
    signIn: (request: SignInRequest) => http.post<Me>("/sign-in", request),
    signOut: () => http.post<void>("/sign-out"),
    me: () => http.get<Me>("/me"),
    setAvailability: (availability: Availability) => http.put<Me>("/me/availability", { availability }),
    mySessions: () => http.get<{ sessions: MemberSession[] }>("/me/sessions"),
    revokeSession: (id: string) => http.delete<void>(`/me/sessions/${part(id)}`),

    members: () => http.get<{ members: Member[] }>("/members"),
    changeMember: (id: string, change: { role?: Role; suspended?: boolean }) =>
      http.patch<Member>(`/members/${part(id)}`, change),
    invitations: () => http.get<{ invitations: Invitation[] }>("/invitations"),
    invite: (email: string, role: Role) => http.post<CreatedInvitation>("/invitations", { email, role }),
    revokeInvitation: (id: string) => http.delete<void>(`/invitations/${part(id)}`),
    lookUpInvitation: (token: string) => http.post<InvitationLookup>("/invitations/lookup", { token }),
    acceptInvitation: (request: AcceptInvitationRequest) => http.post<Me>("/invitations/accept", request),

    agents: () => http.get<{ agents: Agent[] }>("/agents"),
    createAgent: (name: string) => http.post<Agent>("/agents", { name }),
    changeAgent: (id: string, patch: AgentPatch) => http.patch<Agent>(`/agents/${part(id)}`, patch),
    blockedOrigins: (id: string) =>
      http.get<{ blocked: BlockedOrigin[] }>(`/agents/${part(id)}/blocked-origins`),
    allowOrigin: (id: string, origin: string) =>
      http.post<Agent>(`/agents/${part(id)}/allowed-origins`, { origin }),
    model: (id: string) => http.get<ModelState>(`/agents/${part(id)}/model`),
    setModelKey: (id: string, key: string) => http.put<ModelState>(`/agents/${part(id)}/model-key`, { key }),
    forgetModelKey: (id: string) => http.delete<ModelState>(`/agents/${part(id)}/model-key`),
    checkModel: (id: string, model: ModelSettings) =>
      http.post<ModelCheck>(`/agents/${part(id)}/model/check`, { model }),
    ask: (id: string, question: string) => http.post<AskResponse>(`/agents/${part(id)}/ask`, { question }),

    golden: (agentId: string) => http.get<GoldenQuestions>(`/agents/${part(agentId)}/golden-questions`),
    addGolden: (agentId: string, golden: NewGolden) =>
      http.post<GoldenQuestion>(`/agents/${part(agentId)}/golden-questions`, golden),
    changeGolden: (agentId: string, id: string, change: Partial<NewGolden>) =>
      http.patch<GoldenQuestion>(`/agents/${part(agentId)}/golden-questions/${part(id)}`, change),
    deleteGolden: (agentId: string, id: string) =>
      http.delete<void>(`/agents/${part(agentId)}/golden-questions/${part(id)}`),
    importGolden: (agentId: string, text: string) =>
      http.post<ImportedGoldenQuestions>(`/agents/${part(agentId)}/golden-questions/import`, { text }),
    runGolden: (agentId: string) => http.post<GoldenRun>(`/agents/${part(agentId)}/golden-questions/run`),
    trainings: (agentId: string) => http.get<{ trainings: Training[] }>(`/agents/${part(agentId)}/trainings`),
    training: (agentId: string, id: string) =>
      http.get<TrainingDetails>(`/agents/${part(agentId)}/trainings/${part(id)}`),
    publishTraining: (agentId: string, id: string) =>
      http.post<Training>(`/agents/${part(agentId)}/trainings/${part(id)}/publish`),
    coverage: (agentId: string) => http.get<Coverage>(`/agents/${part(agentId)}/coverage`),

    sources: (agentId: string) => http.get<{ sources: Source[] }>(`/agents/${part(agentId)}/sources`),
    uploadFiles: (agentId: string, files: readonly File[]) => {
      const form = new FormData();
      for (const file of files) form.append("file", file, file.name);
      return http.post<{ sources: Source[] }>(`/agents/${part(agentId)}/sources/files`, form);
    },
    addText: (agentId: string, title: string, text: string) =>
      http.post<Source>(`/agents/${part(agentId)}/sources/text`, { title, text }),
    addQuestions: (agentId: string, title: string, pairs: QuestionAnswer[]) =>
      http.post<Source>(`/agents/${part(agentId)}/sources/qa`, { title, pairs }),
    addPage: (agentId: string, page: NewPage) =>
      http.post<Source>(`/agents/${part(agentId)}/sources/page`, page),
    addSite: (agentId: string, site: NewSite) =>
      http.post<Source>(`/agents/${part(agentId)}/sources/site`, site),
    changeSource: (id: string, patch: SourcePatch) => http.patch<Source>(`/sources/${part(id)}`, patch),
    syncSource: (id: string) => http.post<Source>(`/sources/${part(id)}/sync`),
    stopSource: (id: string) => http.post<Source>(`/sources/${part(id)}/stop`),
    retrySource: (id: string) => http.post<Source>(`/sources/${part(id)}/retry`),
    deleteSource: (id: string) => http.delete<void>(`/sources/${part(id)}`),
    source: (id: string) => http.get<SourceDetail>(`/sources/${part(id)}`),
    sourcePages: (id: string, { state, after }: PagesQuery) => {
      const query = new URLSearchParams();
      if (state !== null) query.set("state", state);
      if (after !== null) query.set("after", after);
      return http.get<SourcePages>(`/sources/${part(id)}/pages?${query}`);
    },
    passages: (id: string, after: number | null) =>
      http.get<SourcePassages>(`/sources/${part(id)}/passages${after === null ? "" : `?after=${after}`}`),

    inbox: ({ view, agent_id, before }: InboxQuery) => {
      const query = new URLSearchParams({ view });
      if (agent_id !== null) query.set("agent_id", agent_id);
      if (before !== null) query.set("before", before);
      return http.get<Inbox>(`/inbox?${query}`);
    },
    conversation: (id: string) => http.get<ConversationDetail>(`/conversations/${part(id)}`),
    setViewing: (streamId: string, conversationId: string | null) =>
      http.put<void>(`/stream/${part(streamId)}/viewing`, { conversation_id: conversationId }),
    takeOver: (id: string) => http.post<SummaryResponse>(`/conversations/${part(id)}/take-over`),
    sendMessage: (id: string, clientId: string, text: string) =>
      http.post<MemberPosted>(`/conversations/${part(id)}/messages`, { client_id: clientId, text }),
    assign: (id: string, memberId: string) =>
      http.post<SummaryResponse>(`/conversations/${part(id)}/assign`, { member_id: memberId }),
    returnToQueue: (id: string) => http.post<SummaryResponse>(`/conversations/${part(id)}/return-to-queue`),
    returnToAi: (id: string) => http.post<SummaryResponse>(`/conversations/${part(id)}/return-to-ai`),
    close: (id: string, outcome: Outcome) =>
      http.post<SummaryResponse>(`/conversations/${part(id)}/close`, { outcome }),
    reopen: (id: string) => http.post<SummaryResponse>(`/conversations/${part(id)}/reopen`),
    setTyping: (id: string, typing: boolean) =>
      http.post<void>(`/conversations/${part(id)}/typing`, { typing }),
    markSeen: (id: string, upTo: number) =>
      http.post<void>(`/conversations/${part(id)}/seen`, { up_to: upTo }),
  };
}
