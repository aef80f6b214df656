import type { QuestionAnswer, Source } from "@baton/wire";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useServices } from "../../app/hooks";
import { Button, IconButton } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { TextArea, TextField } from "../../components/field";
import { PlusIcon, XIcon } from "../../components/icons";
import { Notice } from "../../components/notice";
import { toFailure } from "../../store/inbox-client";
import { kept } from "../../store/queries";
import { fieldErrors } from "../auth/use-entry";

type FormProps = { agentId: string; open: boolean; onOpenChange: (open: boolean) => void };

function useAddition<V>(add: (form: V) => Promise<Source>, onDone: () => void) {
  const { queries } = useServices();
  return useMutation({
    mutationFn: add,
    onSuccess: (source) => {
      kept.putSource(queries, source);
      onDone();
    },
  });
}

/** Adds a typed text as a source. */
export function AddText({ agentId, open, onOpenChange }: FormProps) {
  const { api } = useServices();
  const [title, setTitle] = useState("");
  const [text, setText] = useState("");
  const addition = useAddition(
    (form: { title: string; text: string }) => api.addText(agentId, form.title, form.text),
    () => {
      setTitle("");
      setText("");
      onOpenChange(false);
    },
  );
  const errors = fieldErrors(addition.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    addition.mutate({ title: title.trim(), text });
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Type a text" width="wide">
      <form onSubmit={submit} className="flex flex-col gap-4 pt-1">
        {addition.isError && Object.keys(errors).length === 0 && (
          <Notice tone="err">Not added. {toFailure(addition.error).message} Your text is still here.</Notice>
        )}
        <TextField
          label="Title"
          required
          maxLength={200}
          placeholder="Refund policy"
          error={errors.title}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
        <TextArea
          label="Text"
          required
          rows={10}
          hint="Markdown works: headings help visitors find the spot that an answer cites."
          error={errors.text}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Buttons
          busy={addition.isPending}
          disabled={title.trim() === "" || text.trim() === ""}
          onCancel={() => onOpenChange(false)}
        />
      </form>
    </Dialog>
  );
}

type Pair = QuestionAnswer & { key: number };

/** Adds question-and-answer pairs as a source. */
export function AddQuestions({ agentId, open, onOpenChange }: FormProps) {
  const { api } = useServices();
  const [title, setTitle] = useState("");
  const [pairs, setPairs] = useState<readonly Pair[]>([{ key: 0, question: "", answer: "" }]);
  const complete = pairs.filter((pair) => pair.question.trim() !== "" && pair.answer.trim() !== "");
  const addition = useAddition(
    (form: { title: string; pairs: QuestionAnswer[] }) => api.addQuestions(agentId, form.title, form.pairs),
    () => {
      setTitle("");
      setPairs([{ key: 0, question: "", answer: "" }]);
      onOpenChange(false);
    },
  );
  const errors = fieldErrors(addition.error);
  const change = (key: number, part: Partial<QuestionAnswer>) => {
    setPairs(pairs.map((pair) => (pair.key === key ? { ...pair, ...part } : pair)));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    addition.mutate({
      title: title.trim(),
      pairs: complete.map(({ question, answer }) => ({ question, answer })),
    });
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Questions and answers" width="wide">
      <form onSubmit={submit} className="flex flex-col gap-4 pt-1">
        {addition.isError && Object.keys(errors).length === 0 && (
          <Notice tone="err">Not added. {toFailure(addition.error).message} Your text is still here.</Notice>
        )}
        <TextField
          label="Title"
          required
          maxLength={200}
          placeholder="Frequent questions"
          error={errors.title}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
        <ol className="flex flex-col gap-3">
          {pairs.map((pair, index) => (
            <li key={pair.key} className="flex flex-col gap-3 rounded-card border border-line p-3">
              <div className="flex items-start gap-2">
                <div className="min-w-0 flex-1">
                  <TextField
                    label={`Question ${index + 1}`}
                    value={pair.question}
                    onChange={(event) => change(pair.key, { question: event.target.value })}
                  />
                </div>
                {pairs.length > 1 && (
                  <IconButton
                    label={`Remove question ${index + 1}`}
                    size="small"
                    icon={<XIcon size={14} aria-hidden />}
                    onClick={() => setPairs(pairs.filter((one) => one.key !== pair.key))}
                  />
                )}
              </div>
              <TextArea
                label="Answer"
                rows={2}
                value={pair.answer}
                onChange={(event) => change(pair.key, { answer: event.target.value })}
              />
            </li>
          ))}
        </ol>
        <Button
          className="self-start"
          icon={<PlusIcon size={14} aria-hidden />}
          onClick={() =>
            setPairs([...pairs, { key: (pairs.at(-1)?.key ?? 0) + 1, question: "", answer: "" }])
          }
        >
          Add another
        </Button>
        {errors.pairs !== undefined && <Notice tone="err">{errors.pairs}</Notice>}
        <Buttons
          busy={addition.isPending}
          disabled={title.trim() === "" || complete.length === 0}
          onCancel={() => onOpenChange(false)}
        />
      </form>
    </Dialog>
  );
}

function Buttons({ busy, disabled, onCancel }: { busy: boolean; disabled: boolean; onCancel: () => void }) {
  return (
    <div className="flex justify-end gap-2">
      <Button onClick={onCancel}>Cancel</Button>
      <Button tone="primary" type="submit" busy={busy} disabled={disabled}>
        Add
      </Button>
    </div>
  );
}
