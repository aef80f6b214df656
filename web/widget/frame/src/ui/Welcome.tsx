import type { ChatState } from "@baton/chat-core";
import { t } from "../i18n";
import { Icon } from "./icons";

type Props = {
  state: ChatState;
  draft: string;
  /** Nothing was said yet. */
  empty: boolean;
  onSuggestion: (text: string) => void;
};

/** The beginning of every thread: the greeting, and questions to start from. */
export function Welcome({ state, draft, empty, onSuggestion }: Props) {
  const { config, person, phase } = state;
  const suggestions = empty && phase !== "starting" ? config.suggestions : [];
  return (
    <div class={empty ? "welcome welcome-empty" : "welcome"}>
      <p class="welcome-words" dir="auto">
        {config.welcome}
      </p>
      <p class="meta">{t(person.offered ? "welcome.promise_person" : "welcome.promise")}</p>
      {suggestions.length === 0 ? null : (
        <ul
          class={draft.trim() === "" ? "suggestions" : "suggestions suggestions-away"}
          aria-label={t("welcome.suggestions")}
        >
          {suggestions.map((text) => (
            <li key={text}>
              <button type="button" dir="auto" onClick={() => onSuggestion(text)}>
                <span>{text}</span>
                <Icon name="chevron" size={16} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
