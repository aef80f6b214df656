import type { GoldenSummary, Training } from "@baton/wire";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useMinute, useServices } from "../../app/hooks";
import { Button } from "../../components/button";
import { ConfirmDialog } from "../../components/dialog";
import { CircleCheckIcon, CircleXIcon } from "../../components/icons";
import { Notice } from "../../components/notice";
import { Card, Section } from "../../components/page";
import { Skeleton } from "../../components/skeleton";
import { type TrainingLook, trainingLook } from "../../store/golden";
import { toFailure } from "../../store/inbox-client";
import { kept, loads } from "../../store/queries";
import { changesText, passText, TRAINING_NAMES } from "../../text/golden";
import { calmAgoText, fullText } from "../../text/times";
import { count, sentence } from "../../text/words";

/** What each training came to, and the way back to an earlier one. */
export function TrainingList({ agentId }: { agentId: string }) {
  const { api, queries, toasts } = useServices();
  const trainings = useQuery(loads.trainings(api, agentId));
  const [asking, setAsking] = useState<Training | null>(null);
  const from = useRef<HTMLElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const publishing = useMutation({
    mutationFn: (training: Training) => api.publishTraining(agentId, training.id),
    onSuccess: () => {
      // The button that asked goes away with what it offered.
      from.current = list.current;
      setAsking(null);
      kept.noteTrained(queries, agentId);
      void queries.invalidateQueries({ queryKey: ["agents"] });
      toasts.show("Published. The agent answers from these docs now.");
    },
    onError: (error) => {
      setAsking(null);
      toasts.show(`Nothing was published. ${toFailure(error).message}`, { tone: "error" });
    },
  });
  if (trainings.data?.length === 0) return null;
  return (
    <Section title="Trainings" text="Each change of a source trains the agent anew. The last ones are kept.">
      {trainings.isError ? (
        <Notice
          tone="err"
          action={
            <Button size="small" onClick={() => void trainings.refetch()}>
              Try again
            </Button>
          }
        >
          The trainings could not be loaded. {toFailure(trainings.error).message}
        </Notice>
      ) : trainings.data === undefined ? (
        <Skeleton rows={3} label="Loading the trainings" />
      ) : (
        <Card>
          <ul ref={list} aria-label="Trainings" tabIndex={-1} className="rounded-card">
            {trainings.data.map((training) => (
              <Row
                key={training.id}
                training={training}
                onPublish={(button) => {
                  from.current = button;
                  setAsking(training);
                }}
              />
            ))}
          </ul>
        </Card>
      )}
      <ConfirmDialog
        open={asking !== null}
        onOpenChange={(open) => {
          if (!open) setAsking(null);
        }}
        {...confirmWords(asking)}
        tone="primary"
        busy={publishing.isPending}
        returnTo={from}
        onConfirm={() => {
          if (asking !== null) publishing.mutate(asking);
        }}
      />
    </Section>
  );
}

function confirmWords(training: Training | null): { title: string; text: string; action: string } {
  if (training === null) return { title: "", text: "", action: "" };
  const holds = `${count(training.documents, "document")} and ${count(training.passages, "passage")}`;
  const { can } = trainingLook(training);
  switch (can) {
    case "publish_anyway": {
      const worse = training.golden?.worse.length ?? 0;
      return {
        title: "Publish anyway?",
        text: `Visitors get answers from these ${holds} at once. ${count(worse, "golden question")} that passed before ${worse === 1 ? "fails" : "fail"} with them.`,
        action: "Publish anyway",
      };
    }
    case "go_back":
    case "nothing":
      return {
        title: "Go back to this training?",
        text: `Visitors get answers from these ${holds} at once. Sources stay as they are: the next training publishes them as they are then.`,
        action: "Go back",
      };
    default:
      can satisfies never;
      return { title: "", text: "", action: "" };
  }
}

const LOOKS: Record<TrainingLook["kind"], string> = {
  in_use: "text-ok",
  refused: "text-err",
  older: "text-t3",
};

function Row({ training, onPublish }: { training: Training; onPublish: (from: HTMLElement) => void }) {
  const now = useMinute();
  const { kind, can } = trainingLook(training);
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 border-line border-b px-4 py-3 last:border-b-0">
      <div className="min-w-0 flex-1 basis-72">
        <p className="flex flex-wrap items-center gap-x-2">
          <span className="font-medium" title={fullText(training.at)}>
            {sentence(calmAgoText(training.at, now))}
          </span>
          <span className={`inline-flex items-center gap-1 text-meta ${LOOKS[kind]}`}>
            {kind === "in_use" && <CircleCheckIcon size={12} strokeWidth={2} aria-hidden />}
            {kind === "refused" && <CircleXIcon size={12} strokeWidth={2} aria-hidden />}
            {TRAINING_NAMES[kind]}
          </span>
        </p>
        <p className="tabular text-meta text-t2">
          {count(training.documents, "document")}, {count(training.passages, "passage")}
        </p>
        <Golden golden={training.golden} />
      </div>
      {can === "nothing" ? (
        kind !== "in_use" && <span className="text-meta text-t3">Not kept any more</span>
      ) : (
        <Button size="small" onClick={(event) => onPublish(event.currentTarget)}>
          {can === "publish_anyway" ? "Publish anyway" : "Go back to this one"}
          <span className="sr-only">, trained {calmAgoText(training.at, now)}</span>
        </Button>
      )}
    </li>
  );
}

function Golden({ golden }: { golden: GoldenSummary | null }) {
  if (golden === null) return <p className="text-meta text-t3">No golden questions then</p>;
  const changes = changesText(golden);
  return (
    <>
      <p className="tabular text-meta text-t2">
        Golden questions: {passText(golden.passed, golden.total)}
        {changes !== null && `; ${changes} than the one before`}
      </p>
      {golden.worse.length > 0 && (
        <ul aria-label="Worse" className="mt-1.5 flex flex-col gap-1 text-meta">
          {golden.worse.map(({ question_id, question, why }) => (
            <li key={question_id} className="flex items-start gap-1.5">
              <CircleXIcon size={12} strokeWidth={2} aria-hidden className="mt-0.5 shrink-0 text-err" />
              <span className="min-w-0 [overflow-wrap:anywhere]">
                {question} {why !== null && <span className="text-t3">{why}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
