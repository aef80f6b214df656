import type { HandoffReason, InboxView, Outcome, Presence, Role, SourceState } from "@baton/wire";

/** What each view of the inbox is called. */
export const VIEW_NAMES: Record<InboxView, string> = {
  waiting: "Needs human",
  mine: "Mine",
  team: "Team",
  live: "AI is answering",
  resolved: "Resolved",
};

/** Why a conversation came to people, in two or three words. */
export const REASON_NAMES: Record<HandoffReason, string> = {
  asked: "Asked for a person",
  no_answer: "No answer in the docs",
  frustrated: "Frustrated",
  keyword: "Keyword",
  action: "Pressed a button",
  topic: "Topic for people",
  taken_over: "Taken over",
  no_credit: "Credit used up",
  model_down: "AI unavailable",
};

/** The same in a sentence, as the head of the handoff card. */
export const REASON_SENTENCES: Record<HandoffReason, string> = {
  asked: "The visitor asked for a person",
  no_answer: "The docs did not answer the question",
  frustrated: "The visitor sounds frustrated",
  keyword: "The message holds one of your keywords",
  action: "The visitor pressed a button",
  topic: "This topic always goes to a person",
  taken_over: "A teammate took over",
  no_credit: "The credit for AI answers is used up",
  model_down: "The AI could not answer",
};

export const OUTCOME_NAMES: Record<Outcome, string> = {
  solved: "Solved",
  not_solved: "Not solved",
  spam: "Spam",
  lapsed: "Lapsed",
};

export const PRESENCE_NAMES: Record<Presence, string> = {
  available: "Available",
  away: "Away",
  offline: "Offline",
};

export const ROLE_NAMES: Record<Role, string> = { owner: "Owner", admin: "Admin", operator: "Operator" };

export const ROLE_SENTENCES: Record<Role, string> = {
  owner: "Everything, including other owners",
  admin: "Inbox, agents, knowledge, team",
  operator: "Inbox and their own account",
};

export const SOURCE_STATE_NAMES: Record<SourceState, string> = {
  queued: "Queued",
  reading: "Reading",
  indexing: "Indexing",
  ready: "Ready",
  failed: "Failed",
};

/** A reason as the server notes it, such as `wrote “a human”`, where it stands alone. */
export function sentence(text: string): string {
  const [first = ""] = text;
  return first.toUpperCase() + text.slice(first.length);
}

/** `1 passage`, `3 passages`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
