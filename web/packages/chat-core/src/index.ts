export { Connection, type ConnectionOptions, type ConnectionState, type Source } from "./connection";
export type { Effects, KeyValues, TabNotice, Tabs } from "./effects";
export { Outbox, type OutboxBody, type OutboxItem, type OutboxStatus, type SendFailure } from "./outbox";
export { buildRows, type InGroup, type Receipt, type Row, type RowsInput, unreadAfter } from "./rows";
export type { ChatState } from "./state";
export { ChatStore, type ChatStoreOptions, MESSAGE_LIMIT, TRAIL_LIMIT } from "./store";
export {
  applyDelta,
  applyEntries,
  applyProgress,
  characters,
  type EntryOrder,
  emptyThread,
  orderOf,
  type ThreadItem,
  type ThreadOwner,
  type ThreadState,
  type Turn,
  threadFromSnapshot,
} from "./thread";
