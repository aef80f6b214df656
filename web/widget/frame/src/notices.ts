import type { ChatState, ThreadItem } from "@baton/chat-core";
import { t } from "./i18n";
import { markdownToText } from "./plain_text";
import { closedText, joinedText } from "./words";

/** An answer longer than this is announced by its first sentence. Characters. */
const ANNOUNCE_LIMIT = 400;

/** Something that happened in the thread since the visitor last looked. */
export type Notice = {
  /** For the page's scripts; never with a message's text. */
  event: { name: string; detail: unknown } | null;
  /** For screen readers. */
  announcement: string | null;
  /** Somebody said something: worth a sound when nobody looks. */
  audible: boolean;
};

/** What changed between two states, in order. History that was only loaded is no news. */
export function noticesBetween(before: ChatState, after: ChatState): Notice[] {
  const notices: Notice[] = [];
  if (before.online !== after.online) {
    notices.push(silent(t(after.online ? "announce.online" : "announce.offline")));
  }
  const failed = (state: ChatState) => state.outbox.filter(({ status }) => status.kind === "failed").length;
  if (failed(after) > failed(before)) notices.push(silent(t("announce.not_sent")));
  const phase = after.thread?.turn?.progress?.phase;
  if (phase === "searching" && before.thread?.turn?.progress?.phase !== "searching") {
    notices.push(silent(t("turn.searching")));
  }
  if (after.typing !== null && before.typing === null) {
    notices.push(silent(t("typing.member", { name: after.typing })));
  }
  for (const item of newItems(before, after)) {
    const notice = noticeOf(item, after);
    if (notice !== null) notices.push(notice);
  }
  const { owner } = after.thread ?? {};
  if (owner?.kind === "queue" && before.thread !== null && before.thread.owner.kind !== "queue") {
    notices.push({
      event: { name: "handoff:requested", detail: { reason: owner.reason } },
      announcement: owner.someoneThere ? t("queue.connecting", { team: after.config.team_name }) : null,
      audible: false,
    });
  }
  return notices;
}

function newItems(before: ChatState, after: ChatState): ThreadItem[] {
  const { thread } = after;
  if (thread === null || before.phase !== "ready") return [];
  if (before.thread?.conversationId === thread.conversationId) {
    const { cursor } = before.thread;
    return thread.items.filter((item) => item.seq > cursor);
  }
  // Of another conversation, only what follows the visitor's own words was lived through; the rest was loaded.
  const own = new Set(before.outbox.map(({ clientId }) => clientId));
  const first = thread.items.findIndex((item) => item.kind === "visitor_message" && own.has(item.clientId));
  return first < 0 ? [] : thread.items.slice(first);
}

function noticeOf(item: ThreadItem, state: ChatState): Notice | null {
  switch (item.kind) {
    case "visitor_message":
      return {
        event: { name: "message:sent", detail: null },
        announcement: t("announce.sent"),
        audible: false,
      };
    case "ai_message":
      return {
        event: { name: "answer:done", detail: { kind: item.message, sources: item.citations.length } },
        announcement: announceAnswer(item.text, item.citations.length),
        audible: true,
      };
    case "member_message":
      return {
        event: { name: "message:received", detail: null },
        announcement: t("announce.member", { name: item.name, text: markdownToText(item.text) }),
        audible: true,
      };
    case "system_line":
      return silent(item.text);
    case "joined":
      return {
        event: { name: "handoff:joined", detail: null },
        announcement: joinedText(item.name, state),
        audible: false,
      };
    case "returned_to_queue":
      return silent(t("line.returned_to_queue"));
    case "returned_to_ai":
      return silent(t("line.returned_to_ai"));
    case "closed":
      return {
        event: { name: "conversation:closed", detail: null },
        announcement: closedText(item),
        audible: false,
      };
    case "reopened":
      return silent(t("line.reopened", { name: item.byName }));
    case "action":
      return null;
    default:
      return item satisfies never;
  }
}

function announceAnswer(markdown: string, sources: number): string {
  const text = markdownToText(markdown);
  const first = /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text.slice(0, ANNOUNCE_LIMIT);
  const said =
    text.length > ANNOUNCE_LIMIT ? t("announce.ai_long", { text: first }) : t("announce.ai", { text });
  if (sources === 0) return said;
  return `${said} ${t(sources === 1 ? "announce.sources_one" : "announce.sources", { count: sources })}`;
}

function silent(announcement: string): Notice {
  return { event: null, announcement, audible: false };
}
