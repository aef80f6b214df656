import type { PersonState, Rating, WidgetConfig } from "@baton/wire";
import type { ConnectionState } from "./connection";
import type { OutboxItem } from "./outbox";
import type { ThreadState } from "./thread";

/** Everything that the view shows; a new object after each change. */
export type ChatState = {
  /** `unreachable`: the thread could not be loaded yet; it is tried again by itself. */
  phase: "starting" | "ready" | "unreachable";
  config: WidgetConfig;
  thread: ThreadState | null;
  /** The conversation before this one, if this page showed it. */
  earlier: ThreadState | null;
  outbox: readonly OutboxItem[];
  person: PersonState;
  /** Name of the member who is typing. */
  typing: string | null;
  connection: ConnectionState;
  /** Lost for longer than the grace time. */
  reconnecting: boolean;
  online: boolean;
  /** The server takes no message before this time. */
  limitedUntil: number | null;
  /** Ratings that the server has not confirmed, by the message's `seq`. */
  pendingRatings: ReadonlyMap<number, Rating | null>;
  unread: number;
  /** The first message that was unread when the widget was shown. */
  newFrom: number | null;
};
