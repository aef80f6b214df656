import { useState } from "preact/hooks";
import { type StringKey, t } from "../i18n";

const REASONS: StringKey[] = ["rating.wrong", "rating.outdated", "rating.other", "rating.long"];

export function RatingForm({ onDone }: { onDone: (comment: string | null) => void }) {
  const [reason, setReason] = useState<StringKey | null>(null);
  const [note, setNote] = useState("");
  return (
    <form
      class="card rating"
      onSubmit={(event) => {
        event.preventDefault();
        const parts = [reason === null ? "" : t(reason), note.trim()].filter((part) => part !== "");
        onDone(parts.length === 0 ? null : parts.join(": "));
      }}
    >
      <fieldset>
        <legend>{t("rating.why")}</legend>
        {REASONS.map((key) => (
          <button
            type="button"
            key={key}
            class="chip"
            aria-pressed={reason === key}
            onClick={() => setReason(reason === key ? null : key)}
          >
            {t(key)}
          </button>
        ))}
      </fieldset>
      <input
        type="text"
        value={note}
        maxLength={500}
        placeholder={t("rating.note")}
        aria-label={t("rating.note")}
        onInput={(event) => setNote(event.currentTarget.value)}
      />
      <div class="form-buttons">
        <button type="submit" class="button button-main">
          {t("rating.send")}
        </button>
        <button type="button" class="button" onClick={() => onDone(null)}>
          {t("rating.skip")}
        </button>
      </div>
    </form>
  );
}
