import type {
  AiMessageKind,
  FieldValue,
  HandoffReason,
  Outcome,
  Phase,
  Rating,
  StreamDelta,
  StreamProgress,
  SystemLine,
  Thread,
  VisitorCitation,
  VisitorEntry,
} from "@baton/wire";

/** Who answers in this conversation now. */
export type ThreadOwner =
  | { kind: "ai" }
  | { kind: "queue"; since: number; reason: HandoffReason; someoneThere: boolean }
  | { kind: "member"; memberId: string; name: string; since: number; spoken: boolean }
  | { kind: "closed"; at: number; outcome: Outcome; byName: string | null };

/** The AI's work on an answer, from `turn_opened` until its message is stored or somebody else takes over. */
export type Turn = {
  turnId: string;
  epoch: number;
  openedAt: number;
  /** What was streamed so far. */
  text: string;
  /** Unicode characters in `text`: the offset that the next piece must have. */
  length: number;
  progress: { phase: Phase; title: string | null } | null;
};

/** Something in the thread that a visitor can see. */
export type ThreadItem = { seq: number; at: number } & (
  | { kind: "visitor_message"; clientId: string; text: string }
  | {
      kind: "ai_message";
      message: AiMessageKind;
      text: string;
      citations: VisitorCitation[];
      offersPerson: boolean;
      rating: Rating | null;
    }
  | { kind: "member_message"; memberId: string; name: string; text: string }
  | { kind: "system_line"; line: SystemLine; text: string }
  | { kind: "action"; label: string; fields: FieldValue[] }
  | { kind: "joined"; memberId: string; name: string }
  | { kind: "returned_to_queue" }
  | { kind: "returned_to_ai" }
  | { kind: "closed"; byName: string | null; outcome: Outcome; text: string | null }
  | { kind: "reopened"; byName: string }
);

/** Everything that a conversation's log says, as far as this client has read it. */
export type ThreadState = {
  conversationId: string;
  /** The last `seq` applied. */
  cursor: number;
  epoch: number;
  owner: ThreadOwner;
  turn: Turn | null;
  items: readonly ThreadItem[];
  /** Client ids of messages that are in the log. */
  clientIds: ReadonlySet<string>;
  seenByTeam: number;
  seenByVisitor: number;
  previousConversationId: string | null;
};

/** How an entry relates to what was applied: `later` means that entries in between are missing. */
export type EntryOrder = "next" | "duplicate" | "later";

export function orderOf(state: ThreadState, entry: VisitorEntry): EntryOrder {
  if (entry.seq <= state.cursor) return "duplicate";
  return entry.seq === state.cursor + 1 ? "next" : "later";
}

/** A thread of which nothing is known yet. */
export function emptyThread(conversationId: string): ThreadState {
  return {
    conversationId,
    cursor: 0,
    epoch: 1,
    owner: { kind: "ai" },
    turn: null,
    items: [],
    clientIds: new Set(),
    seenByTeam: 0,
    seenByVisitor: 0,
    previousConversationId: null,
  };
}

export function threadFromSnapshot(thread: Thread): ThreadState {
  return applyEntries(emptyThread(thread.conversation_id), thread.entries);
}

/** Applies entries in order; duplicates change nothing, and what follows a hole is left out. */
export function applyEntries(state: ThreadState, entries: readonly VisitorEntry[]): ThreadState {
  let next = state;
  for (const entry of entries) {
    if (orderOf(next, entry) === "next") next = { ...applyNext(next, entry), cursor: entry.seq };
  }
  return next;
}

/**
 * Adds a streamed piece; a piece of an older epoch, of another turn or at another place changes nothing.
 *
 * A piece at the beginning stands for what was there: the AI began anew, or those are all its words so far.
 */
export function applyDelta(state: ThreadState, { offset, text, ...of }: StreamDelta): ThreadState {
  const turn = openTurn(state, of);
  if (turn === null) return state;
  if (offset === 0 ? turn.text.startsWith(text) : offset !== turn.length) return state;
  const whole = offset === 0 ? text : turn.text + text;
  return { ...state, turn: { ...turn, text: whole, length: offset + characters(text) } };
}

/** Says what the AI does; one that searches again has withdrawn what it wrote. */
export function applyProgress(state: ThreadState, { phase, title, ...of }: StreamProgress): ThreadState {
  const turn = openTurn(state, of);
  if (turn === null) return state;
  const anew = phase === "searching" ? { text: "", length: 0 } : {};
  return { ...state, turn: { ...turn, ...anew, progress: { phase, title } } };
}

/** The number of Unicode characters, which is how the wire counts text. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function openTurn(state: ThreadState, piece: { turn_id: string; epoch: number }): Turn | null {
  const { turn } = state;
  if (turn === null || piece.epoch !== state.epoch || piece.turn_id !== turn.turnId) return null;
  return turn;
}

function applyNext(state: ThreadState, entry: VisitorEntry): ThreadState {
  const { seq, at } = entry;
  switch (entry.type) {
    case "conversation_started":
      return { ...state, previousConversationId: entry.previous_conversation_id };
    case "visitor_message":
      return {
        ...withItem(state, { kind: "visitor_message", seq, at, clientId: entry.client_id, text: entry.text }),
        clientIds: new Set(state.clientIds).add(entry.client_id),
      };
    case "turn_opened":
      return {
        ...state,
        turn: {
          turnId: entry.turn_id,
          epoch: state.epoch,
          openedAt: at,
          text: "",
          length: 0,
          progress: null,
        },
      };
    case "ai_message":
      return {
        ...withItem(state, {
          kind: "ai_message",
          seq,
          at,
          message: entry.kind,
          text: entry.text,
          citations: entry.citations,
          offersPerson: entry.offers_person,
          rating: null,
        }),
        turn: state.turn?.turnId === entry.turn_id ? null : state.turn,
      };
    case "member_message":
      return {
        ...withItem(state, {
          kind: "member_message",
          seq,
          at,
          memberId: entry.member_id,
          name: entry.member_name,
          text: entry.text,
        }),
        owner: state.owner.kind === "member" ? { ...state.owner, spoken: true } : state.owner,
      };
    case "system_line":
      return applySystemLine(state, entry);
    case "handoff_requested": {
      const owner: ThreadOwner = {
        kind: "queue",
        since: at,
        reason: entry.reason,
        someoneThere: entry.someone_there,
      };
      const { action } = entry;
      return withOwner(
        action === null
          ? state
          : withItem(state, { kind: "action", seq, at, label: action.label, fields: action.fields }),
        owner,
      );
    }
    case "taken_over":
    case "assigned":
      return applyJoined(state, seq, at, entry.member_id, entry.member_name);
    case "returned_to_queue":
      return withOwner(withItem(state, { kind: "returned_to_queue", seq, at }), {
        kind: "queue",
        since: at,
        reason: state.owner.kind === "queue" ? state.owner.reason : "asked",
        someoneThere: true,
      });
    case "returned_to_ai":
      return withOwner(withItem(state, { kind: "returned_to_ai", seq, at }), { kind: "ai" });
    case "closed":
      return applyClosed(state, entry);
    case "reopened":
      return applyReopened(state, entry);
    case "seen":
      return entry.by === "team"
        ? { ...state, seenByTeam: Math.max(state.seenByTeam, entry.up_to) }
        : { ...state, seenByVisitor: Math.max(state.seenByVisitor, entry.up_to) };
    case "rated":
      return {
        ...state,
        items: state.items.map((item) =>
          item.kind === "ai_message" && item.seq === entry.message_seq
            ? { ...item, rating: entry.rating }
            : item,
        ),
      };
    case "hidden":
      return state;
    default:
      return unknownEntry(state, entry);
  }
}

/** An entry of a newer server: it keeps its place in the log and shows nothing. */
function unknownEntry(state: ThreadState, _entry: never): ThreadState {
  return state;
}

type EntryOf<T extends VisitorEntry["type"]> = Extract<VisitorEntry, { type: T }>;

function applySystemLine(state: ThreadState, entry: EntryOf<"system_line">): ThreadState {
  const last = state.items.at(-1);
  if (entry.line === "closed" && last?.kind === "closed" && last.text === null) {
    return { ...state, items: [...state.items.slice(0, -1), { ...last, text: entry.text }] };
  }
  const { seq, at, line, text } = entry;
  return withItem(state, { kind: "system_line", seq, at, line, text });
}

function applyJoined(
  state: ThreadState,
  seq: number,
  at: number,
  memberId: string,
  name: string,
): ThreadState {
  const already = state.owner.kind === "member" && state.owner.memberId === memberId;
  return withOwner(already ? state : withItem(state, { kind: "joined", seq, at, memberId, name }), {
    kind: "member",
    memberId,
    name,
    since: at,
    spoken: false,
  });
}

function applyClosed(state: ThreadState, entry: EntryOf<"closed">): ThreadState {
  const { seq, at, outcome } = entry;
  const byName = entry.by.kind === "member" ? entry.by.name : null;
  const last = state.items.at(-1);
  const said = last?.kind === "system_line" && last.line === "closed" ? last : null;
  const items = said === null ? state.items : state.items.slice(0, -1);
  return withOwner(
    { ...state, items: [...items, { kind: "closed", seq, at, byName, outcome, text: said?.text ?? null }] },
    { kind: "closed", at, outcome, byName },
  );
}

function applyReopened(state: ThreadState, entry: EntryOf<"reopened">): ThreadState {
  const { seq, at, by, to } = entry;
  const shown =
    by.kind === "member" ? withItem(state, { kind: "reopened", seq, at, byName: by.name }) : state;
  switch (to) {
    case "ai":
      return withOwner(shown, { kind: "ai" });
    case "queue":
      return withOwner(shown, { kind: "queue", since: at, reason: "asked", someoneThere: true });
    case "member": {
      const holder = by.kind === "member" ? { memberId: by.member_id, name: by.name } : lastMember(state);
      return withOwner(shown, { kind: "member", ...holder, since: at, spoken: false });
    }
    default:
      return to satisfies never;
  }
}

/** Whoever was last in this conversation; a reopened conversation goes back to them. */
function lastMember(state: ThreadState): { memberId: string; name: string } {
  for (let at = state.items.length - 1; at >= 0; at -= 1) {
    const item = state.items[at];
    if (item?.kind === "joined" || item?.kind === "member_message") {
      return { memberId: item.memberId, name: item.name };
    }
  }
  return { memberId: "", name: "" };
}

function withItem(state: ThreadState, item: ThreadItem): ThreadState {
  return { ...state, items: [...state.items, item] };
}

/** A change of owner raises the epoch and ends the open turn. */
function withOwner(state: ThreadState, owner: ThreadOwner): ThreadState {
  return { ...state, owner, epoch: state.epoch + 1, turn: null };
}
