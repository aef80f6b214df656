import { useMutation } from "@tanstack/react-query";
import { type FormEvent, type RefObject, useState } from "react";
import { useServices } from "../../app/hooks";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { TextArea } from "../../components/field";
import { Notice } from "../../components/notice";
import { importErrors } from "../../store/golden";
import { toFailure } from "../../store/inbox-client";
import { kept } from "../../store/queries";
import { importedText } from "../../text/golden";
import { count } from "../../text/words";
import { fieldErrors } from "../auth/use-entry";

type Props = { agentId: string; open: boolean; onClose: () => void; returnTo: RefObject<HTMLElement | null> };

const EXAMPLE = `question,expect,must_hand_off
How long do I have to return an item?,Returns and refunds,
Can you lower the price if I buy ten?,,yes`;

/** How many wrong lines are named at once. */
const LINES_MAX = 5;

/** Adds many golden questions from lines of CSV or JSON. */
export function GoldenImport({ agentId, open, onClose, returnTo }: Props) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
      title="Import golden questions"
      description="CSV with a header, or one JSON object a line. Questions that are there already expect afterwards what these lines say."
      width="wide"
      returnTo={returnTo}
    >
      <ImportForm agentId={agentId} onDone={onClose} />
    </Dialog>
  );
}

function ImportForm({ agentId, onDone }: { agentId: string; onDone: () => void }) {
  const { api, queries, toasts } = useServices();
  const [text, setText] = useState("");
  const importing = useMutation({
    mutationFn: () => api.importGolden(agentId, text),
    onSuccess: (imported) => {
      kept.noteTrained(queries, agentId);
      onDone();
      toasts.show(importedText(imported));
    },
  });
  const { lines, other } = importErrors(fieldErrors(importing.error));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== "") importing.mutate();
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4 pt-2">
      {importing.isError && lines.length === 0 && other === undefined && (
        <Notice tone="err">
          Nothing was imported. {toFailure(importing.error).message} Your lines are still here.
        </Notice>
      )}
      {lines.length > 0 && (
        <Notice tone="err">
          Nothing was imported, because {count(lines.length, "line")} cannot be read.
          <ul className="mt-1">
            {lines.slice(0, LINES_MAX).map(({ line, message }) => (
              <li key={line}>
                <span className="tabular font-medium">Line {line}:</span> {message}
              </li>
            ))}
          </ul>
          {lines.length > LINES_MAX && <p>And {lines.length - LINES_MAX} more.</p>}
        </Notice>
      )}
      <TextArea
        label="Lines"
        rows={9}
        spellCheck={false}
        placeholder={EXAMPLE}
        hint="Columns: question, and expect (a title, a file or an address) or must_hand_off."
        error={other}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          if (importing.isError) importing.reset();
        }}
        className="font-mono text-meta"
      />
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button tone="primary" type="submit" busy={importing.isPending} disabled={text.trim() === ""}>
          Import
        </Button>
      </div>
    </form>
  );
}
