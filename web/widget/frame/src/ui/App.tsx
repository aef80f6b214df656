import type { ChatState, ChatStore } from "@baton/chat-core";
import type { Action, Rating } from "@baton/wire";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Composer } from "./Composer";
import { Header, type MenuItem } from "./Header";
import { useChat } from "./hooks";
import { Icon } from "./icons";
import { loadExtras, useExtras } from "./lazy";
import { Thread } from "./Thread";

/** What the surroundings tell the chat, and are told by it. */
export type Surroundings = {
  /** Null where the chat is a page of its own. */
  close: (() => void) | null;
  event: (name: string, detail: unknown) => void;
  /** Text that the page wants in the composer; `wish` is raised with each. */
  prefill: { text: string; wish: number };
  /** Raised each time the chat is opened. */
  opened: number;
  visible: boolean;
};

/** An open form, with what the server said about its fields. */
type Form = { action: Action; refused: Record<string, string> };

/** The sign that somebody said something. */
export type Sound = { readonly muted: boolean; setMuted: (muted: boolean) => void; play: () => void };

type Props = { store: ChatStore; sound: Sound; around: Surroundings };

export function App({ store, sound, around }: Props) {
  const state = useChat(store);
  const [draft, setDraft] = useState(store.draft);
  const [form, setForm] = useState<Form | null>(null);
  const [muted, setMuted] = useState(sound.muted);
  const [focusWish, setFocusWish] = useState(0);
  const extras = useExtras(form !== null);
  const announcement = useNotices(state, around, sound);

  const changeDraft = (text: string) => {
    setDraft(text);
    store.saveDraft(text);
    if (text !== "") store.setTyping(true);
  };
  const send = (text: string) => {
    if (!store.send(text)) return;
    setDraft("");
    store.saveDraft("");
  };
  const act = useCallback(
    (action: Action) => {
      if (action.fields.length === 0) store.runAction(action.action_id, action.label, []);
      else setForm({ action, refused: {} });
    },
    [store],
  );
  const rowActions = useMemo(
    () => ({
      rate: (seq: number, rating: Rating | null, comment: string | null) =>
        void store.rate(seq, rating, comment),
      retry: (clientId: string) => store.retry(clientId),
      discard: (clientId: string) => store.discard(clientId),
    }),
    [store],
  );
  const closeForm = () => {
    setForm(null);
    setFocusWish((wish) => wish + 1);
  };
  const submitted = useRef<{ clientId: string; action: Action } | null>(null);
  useRefusedForm(store, state, submitted, setForm);

  useEffect(() => {
    if (around.prefill.wish > 0) changeDraft(around.prefill.text);
  }, [around.prefill.wish]);
  useEffect(() => {
    if (around.opened > 0) focusOnOpening(() => setFocusWish((wish) => wish + 1));
  }, [around.opened]);
  useEscape(around.close);

  const kind = state.thread?.owner.kind ?? "ai";
  const { config, person } = state;
  // Actions lead to people: they are there while people are offered and nobody has the conversation yet.
  const actions = useMemo(
    () => (person.offered && (kind === "ai" || kind === "closed") ? config.actions : []),
    [config, person.offered, kind],
  );
  const menu: MenuItem[] = [
    ...actions.map((action) => ({
      label: action.label,
      icon: "person" as const,
      checked: null,
      run: () => act(action),
    })),
    {
      label: t("menu.mute"),
      icon: "muted",
      checked: muted,
      run: () => {
        sound.setMuted(!muted);
        setMuted(!muted);
      },
    },
    ...(state.thread === null
      ? []
      : [
          {
            label: t("menu.download"),
            icon: "download" as const,
            checked: null,
            run: () => void loadExtras().then((extras) => extras.downloadTranscript(state)),
          },
        ]),
  ];

  const last = state.thread?.items.at(-1);
  const underAnswer = form === null && last?.kind === "ai_message" && last.offersPerson;
  const offer = useMemo(() => <ActionButtons actions={actions} onAct={act} />, [actions, act]);
  return (
    <div class="app">
      <Header state={state} menu={menu} onClose={around.close} />
      <Banner state={state} onRetry={() => store.wake()} />
      <main>
        <Thread
          state={state}
          draft={draft}
          onSuggestion={send}
          offer={underAnswer ? offer : null}
          actions={rowActions}
        >
          {form === null || extras === null ? null : (
            <extras.ActionForm
              key={form.action.action_id}
              action={form.action}
              refused={form.refused}
              known={knownFields}
              teamName={state.config.team_name}
              onCancel={closeForm}
              onSubmit={(fields) => {
                for (const field of fields) knownFields[field.name] = field.value;
                const { action_id, label } = form.action;
                const clientId = store.runAction(action_id, label, fields);
                submitted.current = clientId === null ? null : { clientId, action: form.action };
                closeForm();
              }}
            />
          )}
        </Thread>
        {form === null && !underAnswer ? <div class="action-bar">{offer}</div> : null}
        <Composer
          state={state}
          draft={draft}
          onDraft={changeDraft}
          onSend={() => send(draft)}
          onLastAnswer={focusLastAnswer}
          focusWish={focusWish}
        />
      </main>
      <div class="hidden" role="status" aria-live="polite" aria-atomic="true">
        {announcement}
      </div>
    </div>
  );
}

function ActionButtons({ actions, onAct }: { actions: Action[]; onAct: (action: Action) => void }) {
  if (actions.length === 0) return null;
  return (
    <div class="actions">
      {actions.map((action) => (
        <button type="button" key={action.action_id} class="button" onClick={() => onAct(action)}>
          <Icon name="person" size={16} />
          {action.label}
        </button>
      ))}
    </div>
  );
}

function Banner({ state, onRetry }: { state: ChatState; onRetry: () => void }) {
  if (!state.online) return <p class="banner banner-offline">{t("banner.offline")}</p>;
  if (state.phase !== "unreachable") return null;
  return (
    <p class="banner">
      {t("banner.unreachable")}
      <button type="button" class="link" onClick={onRetry}>
        {t("banner.retry")}
      </button>
    </p>
  );
}

/** Opens a form again when the server refused what was in it; everything else shows in the thread. */
function useRefusedForm(
  store: ChatStore,
  state: ChatState,
  submitted: { current: { clientId: string; action: Action } | null },
  setForm: (form: Form) => void,
): void {
  useEffect(() => {
    const sent = submitted.current;
    const item = sent === null ? undefined : state.outbox.find(({ clientId }) => clientId === sent.clientId);
    if (sent === null || item?.status.kind !== "failed" || item.status.failure.code !== "fields_invalid")
      return;
    submitted.current = null;
    const { fields } = item.status.failure.details;
    store.discard(sent.clientId);
    setForm({ action: sent.action, refused: (fields ?? {}) as Record<string, string> });
  }, [store, state.outbox, submitted, setForm]);
}

/** What the visitor gave in a form before, for as long as the page lives. */
const knownFields: Record<string, string> = {};

/** Tells the page and screen readers what happened, and gives a sign when nobody looks. */
function useNotices(state: ChatState, around: Surroundings, sound: Sound): string {
  // What happens before the extras are there is told when they are.
  const extras = useExtras(true);
  const told = useRef(state);
  const [announcement, setAnnouncement] = useState("");
  useEffect(() => {
    if (extras === null || told.current === state) return;
    const notices = extras.noticesBetween(told.current, state);
    told.current = state;
    const said = notices.flatMap((notice) => notice.announcement ?? []);
    if (said.length > 0) setAnnouncement(said.join(" "));
    for (const { event } of notices) if (event !== null) around.event(event.name, event.detail);
    const looking = around.visible && document.visibilityState === "visible" && document.hasFocus();
    if (!looking && notices.some((notice) => notice.audible)) sound.play();
  }, [extras, state, around, sound]);
  return announcement;
}

/** With a keyboard the visitor wants to write; on a touch screen the keyboard would cover half of the chat. */
function focusOnOpening(focusComposer: () => void): void {
  if (matchMedia("(pointer: coarse)").matches) {
    document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  } else {
    focusComposer();
  }
}

function focusLastAnswer(): void {
  const answers = document.querySelectorAll<HTMLElement>("[data-message=ai], [data-message=member]");
  const last = answers[answers.length - 1];
  last?.focus({ preventScroll: true });
  last?.scrollIntoView({ block: "nearest" });
}

function useEscape(close: (() => void) | null): void {
  useEffect(() => {
    if (close === null) return;
    const key = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.isComposing) close();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, [close]);
}
