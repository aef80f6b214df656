import type { ChatState } from "@baton/chat-core";
import { t } from "./i18n";

/** What the visitor is told when a person joins; null where the owner wants no note. */
export function joinedText(name: string, state: ChatState): string | null {
  const { announcement, team_name } = state.config;
  switch (announcement) {
    case "named":
      return t("line.joined", { name });
    case "brief":
      return t("line.joined_brief", { team: team_name });
    case "silent":
      return null;
    default:
      return announcement satisfies never;
  }
}

export function closedText(item: { text: string | null; byName: string | null }): string {
  return item.text ?? (item.byName === null ? t("line.closed") : t("line.closed_by", { name: item.byName }));
}
