import type { ThreadItem } from "@baton/chat-core";
import type { Rating, VisitorCitation } from "@baton/wire";
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { AnswerTools } from "./AnswerTools";
import { Markdown } from "./Markdown";
import { SourcePopover } from "./SourcePopover";

export type AiItem = Extract<ThreadItem, { kind: "ai_message" }>;

type Props = {
  item: AiItem;
  rating: Rating | null;
  /** Null where this answer cannot be rated any more. */
  onRate: ((rating: Rating | null, comment: string | null) => void) | null;
};

/** An answer with its sources, and what the visitor thinks of it. */
export function Answer({ item, rating, onRate }: Props) {
  const [shown, setShown] = useState<{ citation: VisitorCitation; anchor: HTMLElement } | null>(null);
  const open = (citation: VisitorCitation, anchor: HTMLElement) =>
    setShown(shown?.anchor === anchor ? null : { citation, anchor });
  const byIndex = new Map(item.citations.map((citation) => [citation.index, citation]));
  return (
    <>
      <Markdown
        text={item.text}
        citation={(index) => {
          const citation = byIndex.get(index);
          return citation === undefined ? null : (
            <button
              type="button"
              class="cite"
              aria-label={t("sources.chip", { index, title: citation.title })}
              aria-haspopup="dialog"
              onClick={(event) => open(citation, event.currentTarget)}
            >
              {index}
            </button>
          );
        }}
      />
      {item.citations.length === 0 ? null : (
        <ul class="sources" aria-label={t("sources.label")}>
          {item.citations.map((citation) => (
            <li key={citation.index}>
              <button
                type="button"
                class="chip"
                aria-label={t("sources.chip", { index: citation.index, title: citation.title })}
                aria-haspopup="dialog"
                aria-expanded={shown?.citation === citation}
                onClick={(event) => open(citation, event.currentTarget)}
              >
                <span class="number">{citation.index}</span>{" "}
                <span class="chip-title" dir="auto">
                  {citation.title}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {item.message === "answer" ? <AnswerTools text={item.text} rating={rating} onRate={onRate} /> : null}
      {shown === null ? null : (
        <SourcePopover citation={shown.citation} anchor={shown.anchor} onClose={() => setShown(null)} />
      )}
    </>
  );
}
