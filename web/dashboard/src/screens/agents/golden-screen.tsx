import type { Agent, GoldenQuestion, GoldenQuestions, GoldenRun } from "@baton/wire";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, type RefObject, useId, useRef, useState } from "react";
import { LoadFailed } from "../../app/failures";
import { useMinute, usePageTitle, useServices } from "../../app/hooks";
import { Button } from "../../components/button";
import { Empty, PaperDrawing } from "../../components/empty";
import { CircleCheckIcon, CircleXIcon, PlusIcon, UploadIcon } from "../../components/icons";
import { Notice } from "../../components/notice";
import { Card } from "../../components/page";
import { Skeleton } from "../../components/skeleton";
import { Switch } from "../../components/switch";
import { toFailure } from "../../store/inbox-client";
import { kept, loads } from "../../store/queries";
import { runText, standingText } from "../../text/golden";
import { calmAgoText } from "../../text/times";
import { useAgent } from "./agent-layout";
import { GoldenDialog } from "./golden-form";
import { GoldenImport } from "./golden-import";
import { GoldenList } from "./golden-list";
import { TrainingList } from "./training-list";

type Dialogs =
  | { kind: "none" }
  | { kind: "add" }
  | { kind: "import" }
  | { kind: "edit"; golden: GoldenQuestion };

const ICON = { size: 14, strokeWidth: 1.75, "aria-hidden": true } as const;

/** The questions that each training is judged by, and what the trainings came to. */
export function GoldenScreen() {
  const agent = useAgent();
  usePageTitle(`${agent.name}: golden questions`);
  const { api } = useServices();
  const golden = useQuery(loads.golden(api, agent.id));
  const [dialog, setDialog] = useState<Dialogs>({ kind: "none" });
  const add = useRef<HTMLButtonElement>(null);
  const from = useRef<HTMLElement>(null);
  const openFrom = (next: Dialogs, button: HTMLElement | null) => {
    from.current = button;
    setDialog(next);
  };
  const close = () => setDialog({ kind: "none" });
  if (golden.isError) return <LoadFailed error={golden.error} reset={() => void golden.refetch()} />;
  const empty = golden.data?.questions.length === 0;
  const buttons = (
    <>
      <Button
        icon={<UploadIcon {...ICON} />}
        onClick={(event) => openFrom({ kind: "import" }, event.currentTarget)}
      >
        Import
      </Button>
      <Button
        ref={add}
        tone="primary"
        icon={<PlusIcon {...ICON} />}
        onClick={(event) => openFrom({ kind: "add" }, event.currentTarget)}
      >
        Add a question
      </Button>
    </>
  );
  return (
    <div className="scroll-quiet relative h-full overflow-y-auto">
      <div className="mx-auto flex max-w-5xl flex-col gap-8 px-4 py-6 sm:px-8">
        <div className="flex flex-col gap-4">
          <header className="flex flex-wrap items-center gap-2">
            <div className="min-w-0 flex-1 basis-full sm:basis-60">
              <h1 className="font-semibold text-large">Golden questions</h1>
              <p className="text-body text-t2">
                Each training asks them again and says what got better or worse.
              </p>
            </div>
            {!empty && buttons}
          </header>
          {golden.data === undefined ? (
            <Skeleton rows={4} label="Loading the golden questions" />
          ) : empty ? (
            <FirstQuestion agentId={agent.id} buttons={buttons} />
          ) : (
            <>
              <Standing agent={agent} golden={golden.data} />
              <GoldenList
                agentId={agent.id}
                questions={golden.data.questions}
                onEdit={(one, button) => openFrom({ kind: "edit", golden: one }, button)}
              />
              <RefuseWorse agent={agent} />
            </>
          )}
        </div>
        <TrainingList agentId={agent.id} />
      </div>
      <GoldenDialog
        agentId={agent.id}
        golden={dialog.kind === "edit" ? dialog.golden : null}
        open={dialog.kind === "add" || dialog.kind === "edit"}
        onClose={close}
        returnTo={dialogReturn(from, add)}
      />
      <GoldenImport
        agentId={agent.id}
        open={dialog.kind === "import"}
        onClose={close}
        returnTo={dialogReturn(from, add)}
      />
    </div>
  );
}

/** What opened the dialog; where that is gone, because the list is not empty any more, the button that adds. */
function dialogReturn(
  from: RefObject<HTMLElement | null>,
  add: RefObject<HTMLButtonElement | null>,
): RefObject<HTMLElement | null> {
  return from.current?.isConnected === true ? from : add;
}

function FirstQuestion({ agentId, buttons }: { agentId: string; buttons: ReactNode }) {
  return (
    <Card className="py-4">
      <Empty
        drawing={<PaperDrawing />}
        title="No golden questions yet"
        text="Write down what visitors must get the right answer to, and every training tells you if it still does."
        action={
          <div className="flex flex-col items-center gap-3">
            <div className="flex flex-wrap justify-center gap-2">{buttons}</div>
            <p className="text-body text-t2">
              or ask something in{" "}
              <Link
                to="/agents/$agentId/test"
                params={{ agentId }}
                className="text-accent underline underline-offset-2"
              >
                Test
              </Link>{" "}
              and save it from there.
            </p>
          </div>
        }
      />
    </Card>
  );
}

/** How many pass, and the way to ask them all now. */
function Standing({ agent, golden }: { agent: Agent; golden: GoldenQuestions }) {
  const { api, queries } = useServices();
  const now = useMinute();
  const running = useMutation({
    mutationFn: async () => {
      const askedBefore = golden.asked;
      return { ...(await api.runGolden(agent.id)), askedBefore };
    },
    onSuccess: () => kept.noteTrained(queries, agent.id),
  });
  const run = running.data;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <p role="status" className="tabular min-w-0 flex-1 basis-56 text-body">
          {running.isPending ? (
            <span className="text-t2">Asking all {golden.questions.length}…</span>
          ) : (
            <>
              <span className="font-medium">
                {run === undefined ? standingText(golden) : runText(run, run.askedBefore)}.
              </span>
              {golden.asked_at !== null && (
                <span className="text-t3"> Asked {calmAgoText(golden.asked_at, now)}.</span>
              )}
            </>
          )}
        </p>
        <Button
          busy={running.isPending}
          disabled={agent.knowledge.state === "empty"}
          onClick={() => running.mutate()}
        >
          Run now
        </Button>
      </div>
      {running.isError && (
        <Notice
          tone="err"
          action={
            <Button size="small" onClick={() => running.mutate()}>
              Try again
            </Button>
          }
        >
          They were not asked. {toFailure(running.error).message}
        </Notice>
      )}
      {run !== undefined && !running.isPending && <RunChanges run={run} />}
    </div>
  );
}

/** Which questions fell, and which rose. */
function RunChanges({ run: { better, worse } }: { run: GoldenRun }) {
  if (better.length + worse.length === 0) return null;
  const lines = [
    ...worse.map((change) => ({ ...change, rose: false })),
    ...better.map((change) => ({ ...change, rose: true })),
  ];
  return (
    <ul aria-label="What changed" className="flex flex-col gap-1.5 rounded-control bg-s1 px-3 py-2 text-body">
      {lines.map(({ question_id, question, why, rose }) => (
        <li key={question_id} className="flex items-start gap-2">
          {rose ? (
            <CircleCheckIcon size={16} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0 text-ok" />
          ) : (
            <CircleXIcon size={16} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0 text-err" />
          )}
          <span className="min-w-0">
            <span className="font-medium">{rose ? "Better" : "Worse"}:</span> {question}
            {!rose && why !== null && <span className="text-t2"> {why}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function RefuseWorse({ agent }: { agent: Agent }) {
  const { api, queries, toasts } = useServices();
  const id = useId();
  const saving = useMutation({
    mutationFn: (refuse_worse_training: boolean) => api.changeAgent(agent.id, { refuse_worse_training }),
    onSuccess: (changed) => kept.putAgent(queries, changed),
    onError: (error) => toasts.show(`Not saved. ${toFailure(error).message}`, { tone: "error" }),
  });
  const checked = saving.isPending ? saving.variables : agent.settings.refuse_worse_training;
  return (
    <Card>
      <label htmlFor={id} className="flex items-center gap-4 px-4 py-3">
        <span className="min-w-0 flex-1">
          <span className="block font-medium">Do not publish a training that makes them worse</span>
          <span className="block text-meta text-t2">
            If one fails that passed before, the agent keeps answering from the docs of before, and you
            decide.
          </span>
        </span>
        <Switch
          id={id}
          checked={checked}
          disabled={saving.isPending}
          onCheckedChange={(on) => saving.mutate(on)}
        />
      </label>
    </Card>
  );
}
