import { type ChatState, characters, MESSAGE_LIMIT } from "@baton/chat-core";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { useNow } from "./hooks";
import { Icon } from "./icons";

/** The counter appears when this many characters are used. */
const COUNT_FROM = 3600;

type Props = {
  state: ChatState;
  draft: string;
  onDraft: (text: string) => void;
  onSend: () => void;
  onLastAnswer: () => void;
  /** Raised to put the focus here. */
  focusWish: number;
};

export function Composer({ state, draft, onDraft, onSend, onLastAnswer, focusWish }: Props) {
  const input = useRef<HTMLTextAreaElement>(null);
  const used = characters(draft.trim());
  const sendable = used > 0 && used <= MESSAGE_LIMIT;

  useLayoutEffect(() => {
    const element = input.current;
    if (element === null) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [draft]);

  useEffect(() => {
    if (focusWish > 0) input.current?.focus({ preventScroll: true });
  }, [focusWish]);

  const send = () => {
    if (sendable) onSend();
    input.current?.focus({ preventScroll: true });
  };
  const keyDown = (event: KeyboardEvent) => {
    // While an input method composes a word, Enter belongs to it; 229 is how older browsers say so.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && event.altKey) {
      event.preventDefault();
      onLastAnswer();
    }
  };
  const placeholder = placeholderOf(state);
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Limited until={state.limitedUntil} />
      <div class="composer-box">
        <textarea
          ref={input}
          rows={1}
          dir="auto"
          value={draft}
          placeholder={placeholder}
          aria-label={`${t("composer.label")}. ${placeholder}`}
          aria-describedby={used >= COUNT_FROM ? "composer-count" : undefined}
          aria-invalid={used > MESSAGE_LIMIT}
          enterkeyhint="send"
          onInput={(event) => onDraft(event.currentTarget.value)}
          onKeyDown={keyDown}
        />
        <button type="submit" class="send" aria-label={t("composer.send")} aria-disabled={!sendable}>
          <Icon name="send" />
        </button>
      </div>
      <div class="composer-foot">
        {used >= COUNT_FROM ? (
          <span id="composer-count" class={used > MESSAGE_LIMIT ? "over" : ""}>
            {used > MESSAGE_LIMIT
              ? t("composer.over", { over: used - MESSAGE_LIMIT })
              : t("composer.left", { left: MESSAGE_LIMIT - used })}
          </span>
        ) : (
          <span>{noteOf(state)}</span>
        )}
      </div>
    </form>
  );
}

function noteOf(state: ChatState): string {
  switch (state.thread?.owner.kind) {
    case "member":
      return t("composer.note_person");
    case "queue":
      return t("composer.note_queue", { team: state.config.team_name });
    default:
      return t("composer.note_ai");
  }
}

function placeholderOf(state: ChatState): string {
  const { owner } = state.thread ?? { owner: { kind: "ai" } as const };
  switch (owner.kind) {
    case "ai":
      return t("composer.ask");
    case "queue":
      return t("composer.details");
    case "member": {
      const named = state.config.announcement === "named" && owner.name !== "";
      return t("composer.member", { name: named ? owner.name : state.config.team_name });
    }
    case "closed":
      return t("composer.ask_again");
    default:
      return owner satisfies never;
  }
}

function Limited({ until }: { until: number | null }) {
  const now = useNow(250, until !== null);
  const seconds = until === null ? 0 : Math.ceil((until - now) / 1000);
  if (seconds <= 0) return null;
  return (
    <p class="limited" role="status">
      <Icon name="clock" size={16} />
      {t("banner.limited", { seconds })}
    </p>
  );
}
