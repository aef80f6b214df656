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

/**
 * The beginning of every thread: the owner's greeting, and questions to start from.
 *
 * That answers come from the docs stands in the header, and whether a person can join shows by the button that is there for it.
 */
export function Welcome({ state, draft, empty, onSuggestion }: Props) {
  const { config, phase } = state;
  const suggestions = empty && phase !== "starting" ? config.suggestions : [];
  return (
    <div class={empty ? "welcome welcome-empty" : "welcome"}>
      <p class="welcome-words" dir="auto">
        {config.welcome}
      </p>
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
