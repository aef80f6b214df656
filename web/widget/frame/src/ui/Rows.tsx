import type { ChatState, InGroup, OutboxItem, Receipt, Row, ThreadItem } from "@baton/chat-core";
import type { Rating } from "@baton/wire";
import type { ComponentChildren } from "preact";
import { clockTime, dayName, fullTime, type StringKey, t } from "../i18n";
import { closedText, joinedText } from "../words";
import { AiMark, Icon, Initials } from "./icons";
import { useExtras } from "./lazy";

export type RowActions = {
  rate: (seq: number, rating: Rating | null, comment: string | null) => void;
  retry: (clientId: string) => void;
  discard: (clientId: string) => void;
};

type Props = {
  row: Row;
  state: ChatState;
  now: number;
  actions: RowActions;
  /** Drawn below the last message: what the visitor can do about it. */
  offer: ComponentChildren;
};

/** One row of the thread. */
export function ThreadRow({ row, state, now, actions, offer }: Props) {
  switch (row.kind) {
    case "day":
      return <p class="divider divider-day">{dayName(row.at, now)}</p>;
    case "time":
      return <p class="divider divider-day">{clockTime(row.at)}</p>;
    case "new":
      return <p class="divider divider-line divider-new">{t("thread.new")}</p>;
    case "conversation":
      return <p class="divider divider-line">{t("thread.new_conversation")}</p>;
    case "item":
      return (
        <Item
          item={row.item}
          group={row.group}
          receipt={row.receipt}
          state={state}
          actions={actions}
          offer={offer}
        />
      );
    case "pending":
      return <Pending item={row.item} group={row.group} state={state} actions={actions} />;
    default:
      return row satisfies never;
  }
}

type ItemProps = {
  item: ThreadItem;
  group: InGroup;
  receipt: Receipt | null;
  state: ChatState;
  actions: RowActions;
  offer: ComponentChildren;
};

function Item({ item, group, receipt, state, actions, offer }: ItemProps) {
  const extras = useExtras(true);
  switch (item.kind) {
    case "visitor_message":
      return (
        <Message author="visitor" name={t("author.you")} at={item.at} group={group}>
          <div class="bubble" dir="auto">
            {item.text}
          </div>
          {receipt === null ? null : (
            <p class="receipt">{t(receipt === "seen" ? "sent.seen" : "sent.sent")}</p>
          )}
        </Message>
      );
    case "action":
      return (
        <Message author="visitor" name={t("author.you")} at={item.at} group={group}>
          <ActionBubble label={item.label} fields={item.fields} />
        </Message>
      );
    case "ai_message": {
      const current = state.thread?.items.includes(item) ?? false;
      const pending = state.pendingRatings.get(item.seq);
      return (
        <Message author="ai" name={t("author.ai")} at={item.at} group={group}>
          {extras === null ? (
            <PlainText text={item.text} />
          ) : (
            <extras.Answer
              item={item}
              rating={current && pending !== undefined ? pending : item.rating}
              onRate={current ? (rating, comment) => actions.rate(item.seq, rating, comment) : null}
            />
          )}
          {offer}
        </Message>
      );
    }
    case "member_message":
      return (
        <Message author="member" name={item.name} at={item.at} group={group}>
          <div class="bubble">
            {extras === null ? <PlainText text={item.text} /> : <extras.Markdown text={item.text} />}
          </div>
        </Message>
      );
    case "system_line":
      return (
        <p class="line" dir="auto">
          {item.text}
        </p>
      );
    case "joined": {
      const text = joinedText(item.name, state);
      return text === null ? null : (
        <p class="divider divider-line divider-joined">
          <Initials
            name={state.config.announcement === "named" ? item.name : state.config.team_name}
            size={20}
          />
          {text} <time title={fullTime(item.at)}>{clockTime(item.at)}</time>
        </p>
      );
    }
    case "returned_to_queue":
      return <p class="divider divider-line">{t("line.returned_to_queue")}</p>;
    case "returned_to_ai":
      return <p class="divider divider-line">{t("line.returned_to_ai")}</p>;
    case "reopened":
      return <p class="divider divider-line">{t("line.reopened", { name: item.byName })}</p>;
    case "closed":
      return (
        <div class="closed">
          <p class="divider divider-line">
            {closedText(item)} <time title={fullTime(item.at)}>{clockTime(item.at)}</time>
          </p>
          <p class="meta">{t("line.closed_more")}</p>
        </div>
      );
    default:
      return item satisfies never;
  }
}

/** The text as it was written, until what draws it nicely is there. */
export function PlainText({ text }: { text: string }) {
  return (
    <p class="prose plain" dir="auto">
      {text}
    </p>
  );
}

type MessageProps = {
  author: "visitor" | "ai" | "member";
  name: string;
  at: number;
  group: InGroup;
  children: ComponentChildren;
};

/** A message under its author's name; the name is always there for those who listen. */
export function Message({ author, name, at, group, children }: MessageProps) {
  const place = `${group.first ? " first" : ""}${group.last ? " last" : ""}`;
  return (
    <article class={`message message-${author}${place}`} tabIndex={-1} data-message={author}>
      <h2 class={author === "visitor" || !group.first ? "hidden" : "author"}>
        {author === "ai" ? <AiMark size={20} /> : null}
        {author === "member" ? <Initials name={name} size={20} /> : null}
        <span class="author-name">{name}</span> <time title={fullTime(at)}>{clockTime(at)}</time>
      </h2>
      {author === "visitor" ? (
        <time class="hover-time" aria-hidden="true">
          {clockTime(at)}
        </time>
      ) : null}
      {children}
    </article>
  );
}

function ActionBubble({
  label,
  fields,
}: {
  label: string;
  fields: { name: string; label: string; value: string }[];
}) {
  return (
    <div class="bubble bubble-action" dir="auto">
      <strong>
        <Icon name="person" size={16} />
        {label}
      </strong>
      {fields.length === 0 ? null : (
        <dl>
          {fields.map((field) => (
            <div key={field.name}>
              <dt>{field.label}</dt>
              <dd>{field.value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

type PendingProps = { item: OutboxItem; group: InGroup; state: ChatState; actions: RowActions };

function Pending({ item, group, state, actions }: PendingProps) {
  const { status, body, clientId } = item;
  const failed = status.kind === "failed";
  return (
    <Message author="visitor" name={t("author.you")} at={item.createdAt} group={group}>
      <div class={failed ? "unsent failed" : "unsent"}>
        {body.kind === "message" ? (
          <div class="bubble" dir="auto">
            {body.text}
          </div>
        ) : (
          <ActionBubble label={body.label} fields={body.fields} />
        )}
      </div>
      {failed ? (
        <p class="receipt receipt-failed">
          <Icon name="alert" size={16} />
          <span>{failureText(status.failure.code, status.failure.message)}</span>
          <button type="button" class="link" onClick={() => actions.retry(clientId)}>
            {t("sent.retry")}
          </button>
          <button type="button" class="link" onClick={() => actions.discard(clientId)}>
            {t("sent.delete")}
          </button>
        </p>
      ) : (
        <p class="receipt">
          {status.kind === "sent" ? null : <Icon name="clock" size={14} />}
          {t(pendingKey(status.kind, state))}
        </p>
      )}
    </Message>
  );
}

function pendingKey(status: OutboxItem["status"]["kind"], state: ChatState): StringKey {
  if (status === "sent") return "sent.sent";
  if (!state.online) return "sent.offline";
  return status === "waiting" || state.limitedUntil !== null ? "sent.waiting" : "sent.sending";
}

function failureText(code: string, message: string): string {
  if (code === "stale") return t("sent.stale");
  return message === "" ? t("sent.failed") : t("sent.failed_because", { why: message });
}
