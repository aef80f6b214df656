import type { Rating } from "@baton/wire";
import { useState } from "preact/hooks";
import { type StringKey, t } from "../i18n";
import { markdownToText } from "../plain_text";
import { Icon } from "./icons";
import { RatingForm } from "./RatingForm";

type ToolsProps = {
  text: string;
  rating: Rating | null;
  onRate: ((rating: Rating | null, comment: string | null) => void) | null;
};

/** Asked once a thumb went down: why. */
type Asking = "no" | "asking" | "thanked";

/** What the visitor can do with an answer: rate it, say why, copy it. */
export function AnswerTools({ text, rating, onRate }: ToolsProps) {
  const [asking, setAsking] = useState<Asking>("no");
  const [copied, setCopied] = useState(false);
  const rate = (wanted: Rating) => {
    const next = rating === wanted ? null : wanted;
    onRate?.(next, null);
    setAsking(next === "down" ? "asking" : "no");
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(markdownToText(text));
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    } catch {
      // The page that embeds the chat may forbid it; the text can still be selected.
    }
  };
  return (
    <>
      <div class="answer-tools">
        {onRate === null ? null : (
          <>
            <Tool icon="up" label="rating.up" pressed={rating === "up"} onClick={() => rate("up")} />
            <Tool icon="down" label="rating.down" pressed={rating === "down"} onClick={() => rate("down")} />
          </>
        )}
        <Tool
          icon={copied ? "check" : "copy"}
          label={copied ? "copy.done" : "copy.do"}
          onClick={() => void copy()}
        />
      </div>
      {asking === "asking" && onRate !== null ? (
        <RatingForm
          onDone={(comment) => {
            if (comment !== null) onRate("down", comment);
            setAsking(comment === null ? "no" : "thanked");
          }}
        />
      ) : null}
      {asking === "thanked" ? (
        <p class="meta" role="status">
          {t("rating.thanks")}
        </p>
      ) : null}
    </>
  );
}

type ToolProps = {
  icon: "up" | "down" | "copy" | "check";
  label: StringKey;
  pressed?: boolean;
  onClick: () => void;
};

function Tool({ icon, label, pressed, onClick }: ToolProps) {
  return (
    <button
      type="button"
      class="tool tool-small"
      aria-label={t(label)}
      title={t(label)}
      aria-pressed={pressed}
      onClick={onClick}
    >
      <Icon name={icon} size={16} />
    </button>
  );
}
