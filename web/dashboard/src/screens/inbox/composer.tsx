import type { ConversationSummary } from "@baton/wire";
import {
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { useInboxClient, useMe, useNow, usePreferences, useServices } from "../../app/hooks";
import { Button } from "../../components/button";
import { cx } from "../../components/cx";
import { CircleAlertIcon, SendIcon } from "../../components/icons";
import { Kbd } from "../../components/kbd";
import type { CommandResult } from "../../store/inbox-client";
import { KEYS } from "../../store/keys";
import { agoText } from "../../text/times";
import type { Commands } from "./use-commands";

/** The longest message that the server takes. */
const LENGTH_MAX = 4_000;
/** From here on the number of characters left is shown. */
const LENGTH_SHOWN = 3_600;
const HEIGHT_MAX = 220;

/** What the thread may ask of the composer. */
export type ComposerHandle = { focus: () => void };

type Props = {
  summary: ConversationSummary;
  /** Number of the last entry, to notice what comes in while a reply is written. */
  seq: number;
  /** The last message by a colleague, or null. */
  lastColleague: { name: string; seq: number } | null;
  commands: Commands;
  handle: Ref<ComposerHandle>;
};

/** Where a reply is written. The draft is kept until it is sent. */
export function Composer({ summary, seq, lastColleague, commands, handle }: Props) {
  const client = useInboxClient();
  const { drafts, announcer } = useServices();
  const { enter } = usePreferences();
  const me = useMe().member.id;
  const text = useSyncExternalStore(drafts.subscribe, () => drafts.get(summary.id));
  const field = useRef<HTMLTextAreaElement>(null);
  const [startedAt, setStartedAt] = useState<number | null>(null);
  const [taken, setTaken] = useState<Extract<CommandResult, { kind: "taken" }>["by"] | null>(null);
  useImperativeHandle(handle, () => ({ focus: () => field.current?.focus() }), []);
  useLayoutEffect(() => {
    const area = field.current;
    if (area === null) return;
    // Written anew each time, because the height also shrinks with the text.
    area.style.height = "auto";
    area.style.height = text === "" ? "" : `${Math.min(HEIGHT_MAX, area.scrollHeight)}px`;
  }, [text]);

  const { owner } = summary;
  const colleague = owner.kind === "member" && owner.member_id !== me ? owner.member_name : null;
  const closed = owner.kind === "closed";
  const empty = text.trim() === "";
  const tooLong = text.length > LENGTH_MAX;
  const blocked = colleague !== null || closed;

  const write = (value: string) => {
    if (text === "" && value !== "") setStartedAt(seq);
    if (value === "") setStartedAt(null);
    drafts.set(summary.id, value);
    if (!blocked) client.type(summary.id, value !== "");
  };
  const send = async (thenClose: "stay" | "close") => {
    if (empty || tooLong || blocked) return;
    const sent = text.trim();
    drafts.set(summary.id, "");
    setStartedAt(null);
    setTaken(null);
    field.current?.focus();
    const result = await client.send(summary.id, sent);
    if (result.kind === "taken") {
      const since = drafts.get(summary.id);
      drafts.set(summary.id, since === "" ? sent : `${sent}\n${since}`);
      setTaken(result.by);
      announcer.say(`Not sent: ${result.by.member_name} has this conversation. Your text is kept.`);
    }
    if (result.kind === "done" && thenClose === "close") {
      await commands.run(result.response.summary, { type: "close", outcome: "solved" });
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Escape") {
      event.preventDefault();
      field.current?.blur();
      return;
    }
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    const mod = event.metaKey || event.ctrlKey;
    // On touch screens Enter is the only way to a new line.
    const sends =
      mod || (enter === "send" && !event.shiftKey && !window.matchMedia("(pointer: coarse)").matches);
    if (!sends) return;
    event.preventDefault();
    void send(mod && event.shiftKey ? "close" : "stay");
  };
  const spokeMeanwhile =
    startedAt !== null && lastColleague !== null && lastColleague.seq > startedAt ? lastColleague.name : null;

  return (
    <div className="shrink-0 px-4 pt-2 pb-[max(16px,env(safe-area-inset-bottom))] max-md:px-2 max-md:pb-[max(8px,env(safe-area-inset-bottom))]">
      <div className="mx-auto flex max-w-[760px] flex-col gap-2">
        <Banner
          colleague={colleague}
          closed={closed}
          taken={taken}
          draft={!empty}
          spokeMeanwhile={spokeMeanwhile}
          onAssign={() => void commands.run(summary, { type: "assign", member_id: me })}
          onReopen={() => void commands.run(summary, { type: "reopen" })}
          busy={commands.busy === "assign" || commands.busy === "reopen"}
        />
        {(!blocked || !empty) && (
          <div
            className={cx(
              "rounded-card border bg-bg transition-colors duration-120",
              blocked
                ? "border-line bg-s1"
                : "border-line-strong focus-within:border-accent focus-within:shadow-[0_0_0_1px_var(--accent)]",
            )}
          >
            <textarea
              ref={field}
              dir="auto"
              rows={1}
              aria-label={`Reply to ${summary.visitor.label}`}
              aria-keyshortcuts="R"
              placeholder={placeholder(summary, me)}
              value={text}
              readOnly={blocked}
              onChange={(event) => write(event.target.value)}
              onKeyDown={onKeyDown}
              onBlur={() => client.type(summary.id, false)}
              className="scroll-quiet block max-h-[220px] min-h-10 w-full resize-none bg-transparent px-3 pt-2.5 pb-1 text-read outline-none"
            />
            <div className="flex items-center gap-2 pr-2 pb-2 pl-3">
              <span className="min-w-0 flex-1 truncate text-meta text-t3">
                {text.length >= LENGTH_SHOWN ? (
                  <span className={cx("tabular", tooLong && "text-err")}>
                    {tooLong
                      ? `${text.length - LENGTH_MAX} characters too many`
                      : `${LENGTH_MAX - text.length} characters left`}
                  </span>
                ) : (
                  <span className="inline-flex items-center gap-1.5 max-md:hidden">
                    {enter === "send" ? <Kbd keys="shift+enter" /> : <Kbd keys="enter" />} for a new line
                  </span>
                )}
              </span>
              <Button
                tone="primary"
                size="small"
                disabled={empty || tooLong || blocked}
                keys={enter === "send" ? "enter" : "mod+enter"}
                icon={<SendIcon size={14} strokeWidth={1.75} aria-hidden />}
                onClick={() => void send("stay")}
              >
                {owner.kind === "ai" || owner.kind === "queue" ? "Take over and send" : "Send"}
              </Button>
            </div>
          </div>
        )}
      </div>
    </div>
  );
}

function placeholder(summary: ConversationSummary, me: string): string {
  const { owner } = summary;
  switch (owner.kind) {
    case "ai":
      return "Write to take over from the AI…";
    case "queue":
      return "Write to take this conversation…";
    case "member":
      return owner.member_id === me ? `Reply to ${summary.visitor.label}…` : "";
    case "closed":
      return "";
    default:
      owner satisfies never;
      return "";
  }
}

function Banner({
  colleague,
  closed,
  taken,
  draft,
  spokeMeanwhile,
  busy,
  onAssign,
  onReopen,
}: {
  colleague: string | null;
  closed: boolean;
  taken: { member_name: string; since: number } | null;
  draft: boolean;
  spokeMeanwhile: string | null;
  busy: boolean;
  onAssign: () => void;
  onReopen: () => void;
}): ReactNode {
  const now = useNow();
  const kept = draft ? " Your text is kept." : "";
  // Who has the conversation stands above it; here it matters only for what was written.
  if (!draft && taken === null && (colleague !== null || closed)) return null;
  if (colleague !== null) {
    const since = taken === null ? "has this conversation." : `took this ${agoText(taken.since, now)}.`;
    return (
      <Line
        tone={taken === null ? "quiet" : "warn"}
        action={
          <Button size="small" busy={busy} keys={KEYS.assign_to_me} onClick={onAssign}>
            Assign to me
          </Button>
        }
      >
        {taken?.member_name ?? colleague} {since}
        {kept}
      </Line>
    );
  }
  if (closed) {
    return (
      <Line
        tone="quiet"
        action={
          <Button size="small" busy={busy} keys={KEYS.reopen} onClick={onReopen}>
            Reopen
          </Button>
        }
      >
        Reopen it to send this.{kept}
      </Line>
    );
  }
  if (spokeMeanwhile !== null) {
    return <Line tone="warn">{spokeMeanwhile} replied while you were writing. Read it before you send.</Line>;
  }
  return null;
}

function Line({
  tone,
  action,
  children,
}: {
  tone: "quiet" | "warn";
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div
      role={tone === "warn" ? "alert" : undefined}
      className={cx(
        "flex min-h-10 flex-wrap items-center gap-2 rounded-control border px-3 py-1.5 text-body",
        tone === "warn" ? "border-warn-line bg-warn-tint" : "border-line bg-s1 text-t2",
      )}
    >
      {tone === "warn" && (
        <CircleAlertIcon size={16} strokeWidth={1.75} aria-hidden className="shrink-0 text-warn" />
      )}
      <span className="min-w-0 flex-1 basis-48">{children}</span>
      {action}
    </div>
  );
}
