import type { ChatState } from "@baton/chat-core";
import { fullTime, t } from "./i18n";
import { closedText } from "./words";

/** The thread as plain text. */
export function transcript(state: ChatState): string {
  const items = [...(state.earlier?.items ?? []), ...(state.thread?.items ?? [])];
  const entries = items.flatMap((item) => {
    const at = fullTime(item.at);
    switch (item.kind) {
      case "visitor_message":
        return `${t("author.you")}, ${at}\n${item.text}`;
      case "ai_message": {
        const sources = item.citations.map(
          ({ index, title, url }) => `[${index}] ${title}${url === null ? "" : ` ${url}`}`,
        );
        return [`${t("author.ai")}, ${at}`, item.text, ...sources].join("\n");
      }
      case "member_message":
        return `${item.name}, ${at}\n${item.text}`;
      case "system_line":
        return `${t("author.baton")}, ${at}\n${item.text}`;
      case "action":
        return [
          `${t("author.you")}, ${at}`,
          item.label,
          ...item.fields.map((f) => `${f.label}: ${f.value}`),
        ].join("\n");
      case "closed":
        return `${closedText(item)}, ${at}`;
      case "joined":
        return `${t("line.joined", { name: item.name })}, ${at}`;
      case "returned_to_queue":
      case "returned_to_ai":
      case "reopened":
        return [];
      default:
        return item satisfies never;
    }
  });
  return `${state.config.name}\n\n${entries.join("\n\n")}\n`;
}

export function downloadTranscript(state: ChatState): void {
  const address = URL.createObjectURL(new Blob([transcript(state)], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${t("transcript.name")}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
