import type { ConversationSummary } from "@baton/wire";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useInbox, useInboxClient, useMe, useServices } from "../../app/hooks";
import { Button } from "../../components/button";
import { ArrowDownIcon } from "../../components/icons";
import type { Thread } from "../../store/thread";
import { type ThreadItem, threadItems } from "../../store/thread-items";
import { HandoffCard } from "./handoff-card";
import {
  AiBubble,
  Aside,
  DayDivider,
  Divider,
  MemberBubble,
  PendingBubble,
  SystemLine,
  TurnBubble,
  VisitorBubble,
} from "./messages";

/** The thread follows new messages only when it is at most this far from its end, in pixels. */
const FOLLOW_DISTANCE = 64;

/** Everything said in a conversation, oldest first. */
export function ThreadLog({ summary, thread }: { summary: ConversationSummary; thread: Thread }) {
  const client = useInboxClient();
  const { drafts, announcer } = useServices();
  const { member } = useMe();
  const allPending = useInbox((state) => state.pending);
  const typing = useTyping(summary, member.name);
  const pending = useMemo(
    () => allPending.filter((one) => one.conversation_id === summary.id),
    [allPending, summary.id],
  );
  const items = useMemo(() => threadItems(thread, pending, member.id), [thread, pending, member.id]);
  const { scroller, content, away, toEnd, onScroll } = useFollow(thread.seq + pending.length);
  const name = summary.visitor.label;

  const heard = useRef(thread.seq);
  useEffect(() => {
    const fresh = thread.entries.filter((entry) => entry.seq > heard.current);
    heard.current = thread.seq;
    for (const entry of fresh) {
      if (entry.type === "visitor_message") announcer.say(`${name}: ${entry.text}`);
      if (entry.type === "ai_message") announcer.say(`The AI answered: ${entry.text.slice(0, 400)}`);
    }
  }, [thread, announcer, name]);

  const retry = useCallback((clientId: string) => void client.retry(clientId), [client]);
  const edit = useCallback(
    (clientId: string) => {
      const text = client.discard(clientId);
      const draft = drafts.get(summary.id);
      drafts.set(summary.id, draft === "" ? text : `${text}\n${draft}`);
    },
    [client, drafts, summary.id],
  );

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        role="log"
        aria-label={`Conversation with ${name}`}
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs focus to be scrolled by keyboard
        tabIndex={0}
        onScroll={onScroll}
        className="scroll-quiet focus-inset h-full overflow-y-auto overscroll-contain px-4 max-md:px-3"
      >
        <div ref={content} className="mx-auto flex max-w-[760px] flex-col pt-3 pb-1">
          {items.map((item) => (
            <Item key={item.key} item={item} visitorName={name} onRetry={retry} onEdit={edit} />
          ))}
          <p className="mt-2 h-4 px-1 text-meta text-t3">{typing}</p>
        </div>
      </div>
      {away && (
        <Button
          size="small"
          icon={<ArrowDownIcon size={14} aria-hidden />}
          className="absolute bottom-3 left-1/2 -translate-x-1/2 animate-rise rounded-full shadow-float"
          onClick={toEnd}
        >
          {away === "new" ? "New messages" : "To the end"}
        </Button>
      )}
    </div>
  );
}

/** Who writes in this conversation right now, besides me. */
function useTyping(summary: ConversationSummary, myName: string): string | null {
  return useInbox((state) => {
    const one = state.typing.find(
      (typing) => typing.conversation_id === summary.id && typing.name !== myName,
    );
    return one === undefined
      ? null
      : `${one.who === "visitor" ? summary.visitor.label : one.name} is typing…`;
  });
}

function Item({
  item,
  visitorName,
  onRetry,
  onEdit,
}: {
  item: ThreadItem;
  visitorName: string;
  onRetry: (clientId: string) => void;
  onEdit: (clientId: string) => void;
}) {
  switch (item.kind) {
    case "day":
      return <DayDivider at={item.at} />;
    case "visitor":
      return <VisitorBubble name={visitorName} {...item} />;
    case "member":
      return <MemberBubble {...item} />;
    case "ai":
      return <AiBubble {...item} />;
    case "system":
      return <SystemLine entry={item.entry} />;
    case "handoff":
      return <HandoffCard entry={item.entry} context={item.context} />;
    case "divider":
      return <Divider text={item.text} at={item.at} />;
    case "aside":
      return <Aside text={item.text} evidence={item.evidence} at={item.at} />;
    case "turn":
      return <TurnBubble turn={item.turn} />;
    case "pending":
      return <PendingBubble pending={item.pending} onRetry={onRetry} onEdit={onEdit} />;
    default:
      item satisfies never;
      return null;
  }
}

/** Keeps the end in view while the reader is there, and says when something new is below. */
function useFollow(version: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [away, setAway] = useState<false | "up" | "new">(false);
  const toEnd = useCallback(() => {
    const box = scroller.current;
    if (box === null) return;
    following.current = true;
    box.scrollTop = box.scrollHeight;
    setAway(false);
  }, []);
  const onScroll = useCallback(() => {
    const box = scroller.current;
    if (box === null) return;
    const distance = box.scrollHeight - box.scrollTop - box.clientHeight;
    following.current = distance <= FOLLOW_DISTANCE;
    setAway((known) => (following.current ? false : known === "new" ? "new" : distance > 400 ? "up" : false));
  }, []);
  // The height changes with each streamed word, with the composer, and with the window.
  useEffect(() => {
    const box = scroller.current;
    const inner = content.current;
    if (box === null || inner === null) return;
    const observer = new ResizeObserver(() => {
      if (following.current) box.scrollTop = box.scrollHeight;
    });
    observer.observe(inner);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  const seen = useRef(version);
  useLayoutEffect(() => {
    if (version === seen.current) return;
    seen.current = version;
    if (following.current) toEnd();
    else setAway("new");
  }, [version, toEnd]);
  useLayoutEffect(toEnd, [toEnd]);
  return { scroller, content, away, toEnd, onScroll };
}
