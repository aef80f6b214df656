import type { AskResponse } from "@baton/wire";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useCallback, useState } from "react";
import { usePageTitle, useServices } from "../../app/hooks";
import { Button } from "../../components/button";
import { cx } from "../../components/cx";
import { Empty, PaperDrawing } from "../../components/empty";
import { CircleCheckIcon, HandIcon, QuestionIcon, SearchIcon, SparklesIcon } from "../../components/icons";
import { Markdown } from "../../components/markdown";
import { Notice } from "../../components/notice";
import { Card } from "../../components/page";
import { noteTried } from "../../store/first-steps";
import { expectAnswer } from "../../store/golden";
import { toFailure } from "../../store/inbox-client";
import { kept } from "../../store/queries";
import { type Thresholds, zonesOf } from "../../store/thresholds";
import { reachText, shareText } from "../../text/golden";
import { spendText, writerText } from "../../text/models";
import { count, REASON_NAMES, sentence } from "../../text/words";
import { CitationChip, CitationMark, HeadingPath, scoreText } from "../inbox/citation-chip";
import { useAgent } from "./agent-layout";
import { ExpectPassage, GoldenBar, useSaveGolden } from "./save-golden";

/** Ask the agent anything before a visitor does. */
export function TestScreen() {
  const agent = useAgent();
  usePageTitle(`${agent.name}: test`);
  const { api, storage, queries } = useServices();
  const [question, setQuestion] = useState("");
  const { state, trained_at: knows } = agent.knowledge;
  const asking = useMutation({
    mutationFn: async (text: string) => ({ ...(await api.ask(agent.id, text)), knows, asked: text }),
    onSuccess: () => {
      noteTried(storage, agent.id);
      kept.putTried(queries, agent.id);
    },
  });
  const ask = (text: string) => {
    setQuestion(text);
    asking.mutate(text);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (question.trim() !== "") asking.mutate(question.trim());
  };
  return (
    <div className="scroll-quiet relative h-full overflow-y-auto">
      <div className="mx-auto flex max-w-5xl flex-col gap-5 px-4 py-6 sm:px-8">
        <header>
          <h1 className="font-semibold text-large">Test</h1>
          <p className="text-body text-t2">
            Ask as a visitor would. No visitor sees it, and nothing is stored unless you save it as a golden
            question.
          </p>
        </header>
        <form onSubmit={submit} className="flex gap-2">
          <div className="relative min-w-0 flex-1">
            <SearchIcon
              size={16}
              strokeWidth={1.5}
              aria-hidden
              className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-t3"
            />
            <input
              aria-label="Question"
              placeholder="How long do I have to return an item?"
              value={question}
              onChange={(event) => setQuestion(event.target.value)}
              className="h-10 w-full rounded-control border border-line-strong bg-bg pr-3 pl-9 text-read"
            />
          </div>
          <Button
            tone="primary"
            type="submit"
            className="h-10 px-4"
            busy={asking.isPending}
            disabled={question.trim() === ""}
          >
            Ask
          </Button>
        </form>
        {agent.settings.suggestions.length > 0 && (
          <ul aria-label="Suggested questions" className="-mt-2 flex flex-wrap gap-1.5">
            {agent.settings.suggestions.map((suggestion) => (
              <li key={suggestion}>
                <button
                  type="button"
                  onClick={() => ask(suggestion)}
                  className="rounded-full border border-line px-2.5 py-0.5 text-body text-t2 hover:border-line-strong hover:text-t1"
                >
                  {suggestion}
                </button>
              </li>
            ))}
          </ul>
        )}
        <div aria-live="polite" className="flex flex-col gap-5">
          {asking.isError ? (
            <Notice
              tone="err"
              action={
                <Button size="small" onClick={() => asking.mutate(asking.variables)}>
                  Try again
                </Button>
              }
            >
              No answer came. {toFailure(asking.error).message}
            </Notice>
          ) : asking.data !== undefined ? (
            <>
              {state === "training" ? (
                <Notice tone="info">
                  The agent is learning right now. The answer below comes from what it knew before, without
                  what you deleted.
                </Notice>
              ) : (
                asking.data.knows !== knows && (
                  <Notice
                    tone="info"
                    action={
                      <Button size="small" onClick={() => asking.mutate(asking.variables)}>
                        Ask again
                      </Button>
                    }
                  >
                    The agent has learned since this answer.
                  </Notice>
                )
              )}
              <Result
                answer={asking.data}
                asked={asking.data.asked}
                agentId={agent.id}
                thresholds={agent.settings}
              />
            </>
          ) : (
            !asking.isPending && (
              <Card className="py-6">
                <Empty
                  drawing={<PaperDrawing />}
                  title="Nothing asked yet"
                  text={
                    agent.knowledge.passages === 0
                      ? "Without a source the agent hands every question to you."
                      : `The agent knows ${count(agent.knowledge.passages, "passage")}.`
                  }
                />
              </Card>
            )
          )}
        </div>
      </div>
    </div>
  );
}

const ACTIONS: Record<AskResponse["would"]["action"], { title: string; icon: ReactNode; tone: string }> = {
  answer: {
    title: "The agent would answer",
    icon: <CircleCheckIcon size={16} strokeWidth={1.75} aria-hidden />,
    tone: "text-ok",
  },
  answer_and_offer: {
    title: "The agent would answer and offer a person",
    icon: <CircleCheckIcon size={16} strokeWidth={1.75} aria-hidden />,
    tone: "text-warn",
  },
  hand_off: {
    title: "It would go to your team",
    icon: <HandIcon size={16} strokeWidth={1.75} aria-hidden />,
    tone: "text-accent",
  },
  suppress: {
    title: "It would go to your team, but nobody is there",
    icon: <HandIcon size={16} strokeWidth={1.75} aria-hidden />,
    tone: "text-warn",
  },
  point_to_button: {
    title: "The agent would point to the button that brings in a person",
    icon: <HandIcon size={16} strokeWidth={1.75} aria-hidden />,
    tone: "text-warn",
  },
  abstain: {
    title: "The agent would say that the docs do not answer this",
    icon: <QuestionIcon size={16} strokeWidth={1.75} aria-hidden />,
    tone: "text-warn",
  },
};

function Result({
  answer,
  asked,
  agentId,
  thresholds,
}: {
  answer: AskResponse;
  asked: string;
  agentId: string;
  thresholds: Thresholds;
}) {
  const saving = useSaveGolden(agentId, asked);
  const cited = expectAnswer(answer);
  const citation = useCallback(
    (index: number): ReactNode => {
      const cited = answer.citations.find((one) => one.index === index);
      return cited === undefined ? `[${index}]` : <CitationMark citation={cited} />;
    },
    [answer.citations],
  );
  const { title, icon, tone } = ACTIONS[answer.would.action];
  return (
    <div className="grid gap-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <div className="flex flex-col gap-5">
        <section aria-label="Answer" className="rounded-card bg-ai-tint p-4">
          <h2 className="mb-2 inline-flex items-center gap-1 font-medium text-ai text-meta">
            <SparklesIcon size={12} strokeWidth={1.75} aria-hidden />
            {answer.kind === "abstain" ? "What the visitor would read" : "Answer"}
          </h2>
          <div className="text-read">
            <Markdown text={answer.text} citation={citation} />
          </div>
          {answer.citations.length > 0 && (
            <ul aria-label="Sources" className="mt-3 flex flex-wrap gap-1">
              {answer.citations.map((one) => (
                <li key={one.index} className="flex min-w-0">
                  <CitationChip citation={one} />
                </li>
              ))}
            </ul>
          )}
        </section>
        <GoldenBar saving={saving} answer={cited} />
        <section aria-label="Passages">
          <h2 className="mb-1 font-semibold text-body">Passages found</h2>
          {answer.passages.length === 0 ? (
            <p className="text-t2">None of the sources fits this question.</p>
          ) : (
            <ol className="flex flex-col">
              {answer.passages.map((passage, index) => (
                <li
                  key={`${passage.title}-${String(index)}`}
                  className="flex gap-3 border-line border-t py-3"
                >
                  <span className="tabular w-9 shrink-0 text-t2">{scoreText(passage.score)}</span>
                  <div className="min-w-0 flex-1">
                    <div className="flex flex-wrap items-start gap-x-3">
                      <HeadingPath
                        path={[passage.title, ...passage.heading_path]}
                        className="min-w-0 flex-1 basis-48"
                      />
                      <ExpectPassage saving={saving} passage={passage} />
                    </div>
                    <p className="mt-0.5 line-clamp-4 text-t1 [overflow-wrap:anywhere]">{passage.text}</p>
                  </div>
                </li>
              ))}
            </ol>
          )}
        </section>
      </div>
      <section
        aria-label="Decision"
        className="flex h-fit flex-col gap-4 rounded-card border border-line p-4"
      >
        <h2 className={cx("flex items-start gap-2 font-semibold text-body", tone)}>
          <span className="mt-0.5">{icon}</span>
          {title}
        </h2>
        <p className="text-body">
          {answer.would.reason !== null && (
            <span className="font-medium">{REASON_NAMES[answer.would.reason]}. </span>
          )}
          {sentence(answer.would.why)}
        </p>
        <ConfidenceScale confidence={answer.confidence} thresholds={thresholds} />
        <Writer answer={answer} />
      </section>
    </div>
  );
}

/** Who wrote the words, and what that cost. */
function Writer({ answer: { written_by, spend } }: { answer: AskResponse }) {
  return (
    <div className="border-line border-t pt-3 text-meta text-t2">
      <p>{writerText(written_by)}</p>
      {spend !== null && <p className="tabular text-t3">{spendText(spend)}</p>}
    </div>
  );
}

/** Where the confidence lies, beside the thresholds that it must reach. */
function ConfidenceScale({ confidence, thresholds }: { confidence: number | null; thresholds: Thresholds }) {
  if (confidence === null)
    return <p className="text-meta text-t3">No confidence, because nothing was looked up.</p>;
  const percent = Math.round(confidence * 100);
  const { none, offer } = zonesOf(thresholds);
  const marks = offer === 0 ? [none] : [none, none + offer];
  return (
    <div>
      <div className="mb-1.5 flex items-baseline justify-between">
        <span className="text-meta text-t2">Confidence</span>
        <span className="tabular font-medium">{reachText(confidence, thresholds.answer_threshold)}</span>
      </div>
      <div aria-hidden className="relative h-1.5 rounded-full bg-s3">
        <span
          className={cx(
            "absolute inset-y-0 left-0 rounded-full",
            confidence >= thresholds.answer_threshold ? "bg-ok" : "bg-note-bar",
          )}
          style={{ width: `${percent}%` }}
        />
        {marks.map((mark) => (
          <span key={mark} className="absolute -inset-y-1 w-0.5 bg-t1" style={{ left: `${mark}%` }} />
        ))}
      </div>
      <p className="tabular mt-1.5 text-meta text-t3">
        Your answer threshold is {shareText(thresholds.answer_threshold)}.
        {offer > 0 && ` Below ${shareText(thresholds.offer_person_below)} a person is offered with it.`}
      </p>
    </div>
  );
}
