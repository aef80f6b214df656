/** The wire contract's types, as both front ends use them. */
export type {
  Agent,
  AgentSettings,
  ConversationDetail,
  Inbox,
  InboxView,
  LoaderMessage,
  LogEntry,
  Source,
} from "../../web/packages/wire/src/types";
