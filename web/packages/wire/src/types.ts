/**
 * The wire contract as types: the log, the widget API and the dashboard API.
 *
 * Ids are UUID strings; `at`, `since` and `..._at` are integer milliseconds since the Unix epoch.
 */

import type { Source } from "./knowledge";

export type * from "./knowledge";

// ---------------------------------------------------------------------------------------------
// The log
// ---------------------------------------------------------------------------------------------

/** A page of the owner's site, as the visitor's browser reported it. */
export type Page = { url: string; title: string | null };

/** A passage that an answer rests on; `index` matches `[1]` in the answer's text. */
export type Citation = {
  index: number;
  title: string;
  /** Opens the right spot: an anchor or text fragment is already included. */
  url: string | null;
  source_name: string;
  heading_path: string[];
  quote: string;
  passage_id: string;
  score: number;
};

/** A field of an action as the visitor filled it in. */
export type FieldValue = { name: string; label: string; value: string };

/** Why a conversation went to people. */
export type HandoffReason =
  | "asked"
  | "no_answer"
  | "frustrated"
  | "keyword"
  | "action"
  | "topic"
  | "taken_over"
  | "no_credit"
  | "model_down";

/** What an AI message is: an answer from the docs, small talk, or an honest "not in the docs". */
export type AiMessageKind = "answer" | "small_talk" | "abstain";

/** Which words Baton itself says to the visitor. */
export type SystemLine = "handoff" | "nobody_there" | "holding" | "closed" | "use_button" | "failed";

/** How a conversation ended. */
export type Outcome = "solved" | "not_solved" | "spam" | "lapsed";

/** A visitor's verdict on one AI message. */
export type Rating = "up" | "down";

/** Who did something that people and Baton itself can do. */
export type By =
  | { kind: "visitor" }
  | { kind: "member"; member_id: string; name: string }
  | { kind: "system" };

export type ConversationStarted = {
  type: "conversation_started";
  page: Page | null;
  trail: Page[];
  referrer: string | null;
  locale: string | null;
  user_agent: string | null;
  previous_conversation_id: string | null;
};
export type VisitorMessage = { type: "visitor_message"; client_id: string; text: string };
/** The AI begins to work on everything unanswered; a newer one supersedes an older one. */
export type TurnOpened = { type: "turn_opened"; turn_id: string };
export type AiMessage = {
  type: "ai_message";
  turn_id: string;
  kind: AiMessageKind;
  text: string;
  citations: Citation[];
  confidence: number | null;
  offers_person: boolean;
};
export type MemberMessage = {
  type: "member_message";
  member_id: string;
  member_name: string;
  client_id: string;
  text: string;
};
export type SystemLineSaid = { type: "system_line"; line: SystemLine; text: string };
export type HandoffRequested = {
  type: "handoff_requested";
  handoff_id: string;
  reason: HandoffReason;
  evidence: string;
  turn_id: string | null;
  action: { action_id: string; label: string; fields: FieldValue[] } | null;
  someone_there: boolean;
};
/** Kept for the team, hidden from the visitor. */
export type HandoffSuppressed = {
  type: "handoff_suppressed";
  reason: HandoffReason;
  evidence: string;
  turn_id: string | null;
};
/** Asked again while already waiting. */
export type HandoffRepeated = { type: "handoff_repeated"; reason: HandoffReason; evidence: string };
export type TakenOver = {
  type: "taken_over";
  member_id: string;
  member_name: string;
  from: "ai" | "queue" | "closed";
  handoff_id: string;
};
export type Assigned = {
  type: "assigned";
  member_id: string;
  member_name: string;
  by_member_id: string;
  by_name: string;
};
export type ReturnedToQueue = { type: "returned_to_queue"; by_member_id: string; by_name: string };
export type ReturnedToAi = { type: "returned_to_ai"; by_member_id: string; by_name: string };
export type Closed = { type: "closed"; by: By; outcome: Outcome };
export type Reopened = { type: "reopened"; by: By; to: "ai" | "queue" | "member" };
export type Seen = { type: "seen"; by: "visitor" | "team"; up_to: number };
export type Rated = { type: "rated"; message_seq: number; rating: Rating | null; comment: string | null };
export type PageVisited = { type: "page_visited"; page: Page };
/** Only in the visitor's projection: an entry they may not see; it keeps `seq` gapless. */
export type Hidden = { type: "hidden" };

/** One thing that happened in a conversation. */
export type Event =
  | ConversationStarted
  | VisitorMessage
  | TurnOpened
  | AiMessage
  | MemberMessage
  | SystemLineSaid
  | HandoffRequested
  | HandoffSuppressed
  | HandoffRepeated
  | TakenOver
  | Assigned
  | ReturnedToQueue
  | ReturnedToAi
  | Closed
  | Reopened
  | Seen
  | Rated
  | PageVisited
  | Hidden;

/** One entry of a conversation's append-only log, as the team sees it. */
export type LogEntry = { seq: number; at: number } & Event;

/** A citation as the visitor sees it: without its score. */
export type VisitorCitation = Omit<Citation, "score">;

/** An event as the visitor sees it: no evidence, no scores, no user agent. */
export type VisitorEvent =
  | Omit<ConversationStarted, "user_agent">
  | VisitorMessage
  | TurnOpened
  | (Omit<AiMessage, "citations"> & { citations: VisitorCitation[] })
  | MemberMessage
  | SystemLineSaid
  | Omit<HandoffRequested, "evidence">
  | TakenOver
  | Assigned
  | ReturnedToQueue
  | ReturnedToAi
  | Closed
  | Reopened
  | Seen
  | Rated
  | Hidden;

/** One entry of a conversation's log in the visitor's projection. */
export type VisitorEntry = { seq: number; at: number } & VisitorEvent;

/** The body of every answer that is not 2xx. */
export type ErrorEnvelope = { code: string; message: string; details?: Record<string, unknown> };

// ---------------------------------------------------------------------------------------------
// Widget API
// ---------------------------------------------------------------------------------------------

/** How much the visitor is told when a person joins. */
export type Announcement = "named" | "brief" | "silent";

/** The side of the window that the launcher sits on. */
export type Position = "right" | "left";

/** A field that an action asks for. */
export type Field = { name: string; label: string; kind: "text" | "long_text" | "email"; required: boolean };

/** A button that hands the conversation to people, with what it asks for first. */
export type Action = { action_id: string; label: string; fields: Field[] };

/** Whether someone is there, and whether "Talk to a human" is offered now. */
export type PersonState = { someone_there: boolean; offered: boolean };

/** Everything a page needs to show one agent's widget. */
export type WidgetConfig = {
  agent_id: string;
  name: string;
  welcome: string;
  suggestions: string[];
  /** `#rrggbb`. */
  accent_color: string;
  position: Position;
  announcement: Announcement;
  actions: Action[];
  person: PersonState;
  /** Short-lived signed proof that this origin may embed; needed to open a session. */
  ticket: string;
  team_name: string;
};

/** A visitor's session with one agent. */
export type VisitorSession = { visitor_token: string; visitor_id: string };

/** The conversation that a visitor would continue. */
export type Thread = {
  conversation_id: string;
  /** The last `seq` of `entries`. */
  cursor: number;
  epoch: number;
  entries: VisitorEntry[];
  person: PersonState;
  team_typing: string | null;
};
export type ThreadResponse = { thread: Thread | null };

/** Where the visitor is: the page they are on, the pages before (newest last, at most 20). */
export type Context = { page: Page | null; trail: Page[]; referrer: string | null; locale: string | null };

export type PostMessageRequest = {
  agent_id: string;
  client_id: string;
  text: string;
  conversation_id?: string | null;
  context: Context;
};
export type PostActionRequest = {
  agent_id: string;
  client_id: string;
  fields: Record<string, string>;
  conversation_id?: string | null;
  context: Context;
};
/** What a commit appended. A `conversation_id` other than the one sent means that a new one began. */
export type Posted = { conversation_id: string; entries: VisitorEntry[]; cursor: number };

/** The answer to a long poll. */
export type PolledEvents = { entries: VisitorEntry[]; cursor: number; person: PersonState };

/** What the AI is doing before its first word. */
export type Phase = "searching" | "reading" | "writing";

export type StreamHello = { cursor: number; epoch: number; person: PersonState };
/** A piece of the answer being written; `offset` counts the characters before it. */
export type StreamDelta = { turn_id: string; epoch: number; offset: number; text: string };
export type StreamProgress = { turn_id: string; epoch: number; phase: Phase; title: string | null };
export type StreamTyping = { name: string; typing: boolean };
export type ByeReason = "slow" | "shutdown" | "revoked";
export type StreamBye = { reason: ByeReason };

/** One frame of a visitor's event stream. */
export type VisitorFrame =
  | { event: "hello"; data: StreamHello }
  | { event: "entry"; data: VisitorEntry }
  | { event: "delta"; data: StreamDelta }
  | { event: "progress"; data: StreamProgress }
  | { event: "typing"; data: StreamTyping }
  | { event: "person"; data: PersonState }
  | { event: "bye"; data: StreamBye };

// ---------------------------------------------------------------------------------------------
// postMessage between the loader (host page) and the frame
// ---------------------------------------------------------------------------------------------

/** Which colours the widget shows; `auto` follows the visitor's system. */
export type Scheme = "auto" | "light" | "dark";

export type LoaderMessage =
  | {
      baton: 1;
      type: "init";
      config: WidgetConfig;
      token: string | null;
      page: Page | null;
      trail: Page[];
      referrer: string | null;
      scheme: Scheme;
      locale: string | null;
      fullscreen: boolean;
    }
  | { baton: 1; type: "config"; config: WidgetConfig }
  | { baton: 1; type: "page"; page: Page }
  | { baton: 1; type: "visible"; visible: boolean }
  | { baton: 1; type: "prefill"; text: string };

export type FrameMessage =
  | { baton: 1; type: "ready" }
  | { baton: 1; type: "close" }
  | { baton: 1; type: "token"; token: string | null }
  | { baton: 1; type: "unread"; count: number }
  | { baton: 1; type: "need_config" }
  | { baton: 1; type: "event"; name: string; detail: unknown };

// ---------------------------------------------------------------------------------------------
// Dashboard API
// ---------------------------------------------------------------------------------------------

export type Role = "owner" | "admin" | "operator";
export type Availability = "available" | "away";
export type Presence = "available" | "away" | "offline";

export type Member = {
  id: string;
  name: string;
  email: string;
  role: Role;
  availability: Availability;
  presence: Presence;
  suspended: boolean;
};
export type Me = { member: Member; workspace: { id: string; name: string } };

export type SetupState = { needs_setup: boolean };
export type SetupRequest = {
  setup_token: string;
  workspace_name: string;
  name: string;
  email: string;
  password: string;
};
export type SignInRequest = { email: string; password: string };
export type MemberSession = {
  id: string;
  created_at: number;
  last_used_at: number;
  user_agent: string | null;
  current: boolean;
};

export type Invitation = {
  id: string;
  email: string;
  role: Role;
  created_at: number;
  expires_at: number;
  invited_by: string;
};
export type CreatedInvitation = Invitation & { url: string };
export type InvitationLookup = { email: string; workspace_name: string; role: Role };
export type AcceptInvitationRequest = { token: string; name: string; password: string };

export type HandoffMode = "auto" | "manual";
export type NobodyThere = "suppress" | "queue";
export type AiResumes = "after_close" | "manual" | "never";
export type HandoffSettings = {
  mode: HandoffMode;
  no_answer_after: number;
  nobody_there: NobodyThere;
  announcement: Announcement;
  announcement_text: string;
};
export type ModelChoice = "installation" | "none" | "own";
export type ModelProvider = "open_ai" | "anthropic" | "gemini" | "ollama";
/** Which language model writes an agent's answers. */
export type ModelSettings = {
  choice: ModelChoice;
  provider: ModelProvider;
  /** Empty for the provider's own address. */
  base_url: string;
  name: string;
  temperature: number | null;
};
/** What can be told about an agent's language model. The key itself never is. */
export type ModelState = {
  installation: string | null;
  key: { hint: string; set_at: number; origin: string; usable: boolean } | null;
};
export type ModelProblem =
  | "no_model"
  | "no_answer"
  | "too_slow"
  | "key_refused"
  | "no_such_model"
  | "wrong_address"
  | "request_refused"
  | "over_limit"
  | "provider_down"
  | "unusable";
export type ModelCheck = {
  model: string | null;
  problem: ModelProblem | null;
  message: string;
  said: string | null;
  took_ms: number;
  first_text_ms: number | null;
};
/** What a model's part in an answer cost. */
export type Spend = {
  model: string;
  input_tokens: number;
  output_tokens: number;
  estimated: boolean;
  cost_micro_usd: number | null;
};
export type WrittenBy =
  | { kind: "fixed" }
  | { kind: "documents" }
  | { kind: "model"; name: string }
  | { kind: "documents_instead"; why: string };
export type AgentSettings = {
  welcome: string;
  suggestions: string[];
  accent_color: string;
  position: Position;
  allowed_origins: string[];
  instructions: string;
  model: ModelSettings;
  handoff: HandoffSettings;
  answer_threshold: number;
  /** An answer less sure than this comes with the offer of a person. */
  offer_person_below: number;
  /** A training after which a golden question fails that passed before is not published. */
  refuse_worse_training: boolean;
  ai_resumes: AiResumes;
  session_window_minutes: number;
  burst_wait_ms: number;
  answer_deadline_seconds: number;
  actions: Action[];
};
export type KnowledgeState = "empty" | "training" | "ready" | "failed";
/** Whether passages are found by their meaning too, or by their words alone. */
export type Meaning = "off" | "preparing" | "ready";
export type Knowledge = {
  state: KnowledgeState;
  meaning: Meaning;
  sources: number;
  documents: number;
  passages: number;
  trained_at: number | null;
  error: string | null;
};
export type Agent = {
  id: string;
  name: string;
  settings: AgentSettings;
  knowledge: Knowledge;
  snippet: string;
};
export type BlockedOrigin = { origin: string; times: number; last_at: number };

export type AskPassage = {
  /** With `document_key`, the document that it is of. */
  source_id: string;
  document_key: string;
  title: string;
  heading_path: string[];
  text: string;
  score: number;
};
/** What the policy does with a turn. */
export type PolicyAction =
  | "answer"
  | "answer_and_offer"
  | "abstain"
  | "hand_off"
  | "suppress"
  | "point_to_button";
export type AskResponse = {
  kind: AiMessageKind;
  text: string;
  citations: Citation[];
  confidence: number | null;
  would: {
    action: PolicyAction;
    reason: HandoffReason | null;
    why: string;
  };
  passages: AskPassage[];
  written_by: WrittenBy;
  spend: Spend | null;
};

export type InboxView = "live" | "waiting" | "mine" | "team" | "resolved";
export type Place =
  | { view: "live" }
  | { view: "waiting" }
  | { view: "held"; member_id: string }
  | { view: "resolved" };

/** Who answers in a conversation now. */
export type Owner =
  | { kind: "ai" }
  | { kind: "queue"; since: number; reason: HandoffReason }
  | { kind: "member"; member_id: string; member_name: string; since: number; spoken: boolean }
  | { kind: "closed"; at: number; outcome: Outcome; by_name: string | null };

export type MessageAuthor = "visitor" | "ai" | "member";
export type ConversationSummary = {
  id: string;
  agent_id: string;
  agent_name: string;
  visitor: { id: string; label: string };
  seq: number;
  epoch: number;
  place: Place;
  owner: Owner;
  handoff: { reason: HandoffReason; at: number; evidence: string } | null;
  /** `text` is at most 160 characters. */
  last_message: { author: MessageAuthor; text: string; at: number; seq: number } | null;
  last_visitor_seq: number;
  page: Page | null;
  started_at: number;
  active_at: number;
};
/** `team` counts all that anyone holds, `mine` those that I hold. */
export type Counts = { live: number; waiting: number; mine: number; team: number; resolved: number };
export type Inbox = {
  feed: number;
  counts: Counts;
  conversations: ConversationSummary[];
  next: string | null;
  /** My read marks, by conversation. */
  marks: Record<string, number>;
};
export type ConversationDetail = {
  feed: number;
  summary: ConversationSummary;
  entries: LogEntry[];
  visitor: { id: string; label: string; first_seen_at: number; conversations: number };
  mark: number;
  /** Ids of the members who look at it now. */
  viewers: string[];
};
export type FeedItem = {
  feed: number;
  conversation_id: string;
  entries: LogEntry[];
  /** The conversation after this commit. */
  summary: ConversationSummary;
  /** Where it was before this commit. */
  before: Place | null;
};
export type PresenceItem = { member_id: string; presence: Presence; viewing: string | null };

/** One frame of a member's event stream. */
export type DashboardFrame =
  | { event: "hello"; data: { stream_id: string; feed: number } }
  | { event: "change"; data: FeedItem }
  | { event: "delta"; data: StreamDelta & { conversation_id: string } }
  | { event: "progress"; data: StreamProgress & { conversation_id: string } }
  | {
      event: "typing";
      data: { conversation_id: string; who: "visitor" | "member"; name: string | null; typing: boolean };
    }
  | { event: "presence"; data: { members: PresenceItem[] } }
  | { event: "source"; data: Source }
  | { event: "agent"; data: Agent }
  | { event: "reset"; data: Record<string, never> }
  | { event: "bye"; data: StreamBye };

export type SummaryResponse = { summary: ConversationSummary };
export type MemberPosted = { entries: LogEntry[]; summary: ConversationSummary };
/** Details of the 409 `already_taken` error. */
export type AlreadyTaken = { member_id: string; member_name: string; since: number };
