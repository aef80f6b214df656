import { buildRows, type ChatState, type ThreadState } from "@baton/chat-core";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { dayOf, t } from "../i18n";
import { useNow } from "./hooks";
import { AiMark, Icon } from "./icons";
import { useExtras } from "./lazy";
import { Message, PlainText, type RowActions, ThreadRow } from "./Rows";
import { Welcome } from "./Welcome";

/** Closer to the end than this, the view follows what comes in. Pixels. */
const FOLLOW_WITHIN = 64;
const NOTHING = { items: null, clientIds: null, seenByTeam: 0 };
/** Room above a question that stands at the top. Pixels. */
const QUESTION_ROOM = 12;
const MINUTE_MS = 60_000;

type Props = {
  state: ChatState;
  draft: string;
  actions: RowActions;
  onSuggestion: (text: string) => void;
  /** Drawn below the last answer. */
  offer: ComponentChildren;
  /** Drawn behind everything: an open form. */
  children: ComponentChildren;
};

export function Thread({ state, draft, actions, onSuggestion, offer, children }: Props) {
  const { thread, earlier, outbox, newFrom } = state;
  const { items, clientIds, seenByTeam } = thread ?? NOTHING;
  // Text that streams in changes the thread many times a second, and none of its rows.
  const rows = useMemo(
    () => buildRows({ thread, earlier, outbox, newFrom, dayOf }),
    [items, clientIds, seenByTeam, earlier, outbox, newFrom],
  );
  const now = useNow(MINUTE_MS, true);
  const { config, pendingRatings, online, limitedUntil } = state;
  const drawn = useMemo(() => {
    const lastRow = rows.at(-1);
    const lastItem = items?.at(-1);
    return rows.map((row) => (
      <ThreadRow
        key={row.key}
        row={row}
        state={state}
        now={now}
        actions={actions}
        offer={row === lastRow && row.kind === "item" && row.item === lastItem ? offer : null}
      />
    ));
  }, [rows, config, pendingRatings, online, limitedUntil, now, actions, offer]);
  const { log, away, missed, toEnd } = useFollow(state, rows.length);

  return (
    <div class="thread-place">
      <div
        class="thread"
        ref={log}
        role="log"
        // Announcing is done once per message elsewhere; text that grows would be read again and again.
        aria-live="off"
        aria-label={t("thread.label")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        onKeyDown={moveBetweenMessages}
      >
        <div class="thread-inner">
          <Welcome state={state} draft={draft} empty={rows.length === 0} onSuggestion={onSuggestion} />
          {drawn}
          <Turn state={state} />
          <Queue state={state} />
          {state.typing === null ? null : <Typing name={state.typing} />}
          {children}
        </div>
      </div>
      {away ? (
        <button type="button" class="to-end" onClick={() => toEnd(true)}>
          <Icon name="arrowDown" size={16} />
          {t(missed ? "thread.new_reply" : "thread.to_newest")}
        </button>
      ) : null}
    </div>
  );
}

/** Follows the end of the thread while the visitor is there, and tells when they are not. */
function useFollow(state: ChatState, rows: number) {
  const log = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [away, setAway] = useState(false);
  const [missed, setMissed] = useState(false);
  const { thread, outbox, typing } = state;
  const ownCount = outbox.length;
  const ownBefore = useRef(ownCount);

  const toEnd = (smooth: boolean) => {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    log.current?.scrollTo({
      top: log.current.scrollHeight,
      behavior: smooth && !calm ? "smooth" : "instant",
    });
    following.current = true;
    setMissed(false);
  };

  /** Looks how far the end is. */
  const measure = (element: HTMLElement) => {
    const left = element.scrollHeight - element.scrollTop - element.clientHeight;
    following.current = left <= FOLLOW_WITHIN;
    setAway(left > FOLLOW_WITHIN * 2);
    if (following.current) setMissed(false);
  };

  useEffect(() => {
    const element = log.current;
    if (element === null) return;
    const scrolled = () => measure(element);
    element.addEventListener("scroll", scrolled, { passive: true });
    // The keyboard of a phone and a growing composer take room from the end.
    const resized = new ResizeObserver(() => {
      if (following.current) element.scrollTop = element.scrollHeight;
    });
    resized.observe(element);
    return () => {
      element.removeEventListener("scroll", scrolled);
      resized.disconnect();
    };
  }, []);

  useLayoutEffect(() => {
    const element = log.current;
    if (element === null) return;
    if (ownCount > ownBefore.current) following.current = true;
    ownBefore.current = ownCount;
    if (following.current) follow(element, thread);
    else setMissed(true);
    measure(element);
  }, [thread, rows, typing, ownCount]);

  return { log, away, missed, toEnd };
}

/** Goes to the end; an answer longer than the window stops at the question, so that it can be read from its beginning. */
function follow(element: HTMLElement, thread: ThreadState | null): void {
  const questions = element.querySelectorAll<HTMLElement>("[data-message=visitor]");
  const question = questions[questions.length - 1];
  const answering = thread !== null && (thread.turn !== null || thread.items.at(-1)?.kind === "ai_message");
  const end = element.scrollHeight - element.clientHeight;
  const top = question === undefined ? end : Math.max(0, question.offsetTop - QUESTION_ROOM);
  element.scrollTop = answering && element.scrollTop <= top + 1 ? Math.min(end, top) : end;
}

/** Arrow keys go from message to message while the log itself, or one of its messages, has the focus. */
function moveBetweenMessages(event: KeyboardEvent): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const log = event.currentTarget as HTMLElement;
  const focused = event.target as HTMLElement;
  if (step === 0 || event.altKey || (focused !== log && focused.dataset.message === undefined)) return;
  const messages = [...log.querySelectorAll<HTMLElement>("[data-message]")];
  const at = messages.indexOf(focused);
  const next = at < 0 ? messages.at(step < 0 ? -1 : 0) : messages[at + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

/** The AI at work: what it does, then its words as they come. */
function Turn({ state }: { state: ChatState }) {
  const turn = state.thread?.turn ?? null;
  const extras = useExtras(turn !== null);
  if (turn === null) return null;
  if (turn.text === "") {
    return (
      <div class="working" aria-hidden="true">
        <AiMark size={20} />
        {turn.progress === null ? <Dots /> : <span class="working-words">{progressText(turn.progress)}</span>}
      </div>
    );
  }
  return (
    <Message author="ai" name={t("author.ai")} at={turn.openedAt} group={{ first: true, last: true }}>
      {extras === null ? (
        <PlainText text={turn.text} />
      ) : (
        <extras.Markdown
          text={turn.text}
          citation={(index) => <span class="cite cite-still">{index}</span>}
          caret
        />
      )}
    </Message>
  );
}

function progressText(
  progress: { phase: "searching" | "reading" | "writing"; title: string | null } | null,
): string {
  switch (progress?.phase) {
    case "reading":
      return progress.title === null
        ? t("turn.reading_untitled")
        : t("turn.reading", { title: progress.title });
    case "writing":
      return t("turn.writing");
    default:
      return t("turn.searching");
  }
}

/** Somebody is there and on the way: below the words that Baton said. */
function Queue({ state }: { state: ChatState }) {
  const owner = state.thread?.owner;
  if (owner?.kind !== "queue" || !owner.someoneThere) return null;
  return (
    <p class="queue">
      <span class="queue-sign" aria-hidden="true">
        <Icon name="person" size={16} />
      </span>
      {t("queue.connecting", { team: state.config.team_name })}
    </p>
  );
}

function Typing({ name }: { name: string }) {
  return (
    <div class="message message-member first last" aria-hidden="true">
      <div class="bubble typing" title={t("typing.member", { name })}>
        <Dots />
      </div>
    </div>
  );
}

function Dots() {
  return (
    <span class="dots">
      <i />
      <i />
      <i />
    </span>
  );
}
