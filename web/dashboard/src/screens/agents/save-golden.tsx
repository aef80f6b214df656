import type { AskPassage, Expectation } from "@baton/wire";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useServices } from "../../app/hooks";
import { Button } from "../../components/button";
import { cx } from "../../components/cx";
import { CheckIcon, CircleCheckIcon, HandIcon, PlusIcon } from "../../components/icons";
import { expectPassage, isSameExpectation, nameOf, savedFor } from "../../store/golden";
import { toFailure } from "../../store/inbox-client";
import { kept, loads } from "../../store/queries";

const ICON = { size: 14, strokeWidth: 1.75, "aria-hidden": true } as const;

/** Keeps the question that was asked as a golden question, or changes what is expected of it. */
export type SaveGolden = ReturnType<typeof useSaveGolden>;

export function useSaveGolden(agentId: string, asked: string) {
  const { api, queries, toasts } = useServices();
  const golden = useQuery(loads.golden(api, agentId));
  const saved = golden.data === undefined ? null : savedFor(golden.data.questions, asked);
  const saving = useMutation({
    mutationFn: (expect: Expectation) =>
      saved === null
        ? api.addGolden(agentId, { question: asked, expect })
        : api.changeGolden(agentId, saved.id, { expect }),
    onSuccess: (one) => kept.putGolden(queries, agentId, one),
    onError: (error) => toasts.show(`Not saved. ${toFailure(error).message}`, { tone: "error" }),
  });
  return {
    agentId,
    saved,
    /** Nothing can be saved until it is known what is. */
    busy: golden.data === undefined || saving.isPending,
    save: (expect: Expectation) => saving.mutate(expect),
  };
}

/** Below an answer: whether the question is kept, and what is to come of it. */
export function GoldenBar({ saving, answer }: { saving: SaveGolden; answer: Expectation | null }) {
  const { saved, busy, save, agentId } = saving;
  const expects = (expect: Expectation) => saved !== null && isSameExpectation(saved.expect, expect);
  const handOff: Expectation = { kind: "hand_off" };
  return (
    <section
      aria-label="Golden question"
      className="-mt-2 flex flex-wrap items-center gap-x-3 gap-y-2 text-body"
    >
      <p role="status" className="min-w-0 flex-1 basis-56 text-t2">
        {saved === null ? (
          "Keep this question, and each training asks it again."
        ) : (
          <span className="flex items-start gap-1.5">
            <CircleCheckIcon size={16} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0 text-ok" />
            <span className="min-w-0">
              <Link
                to="/agents/$agentId/golden"
                params={{ agentId }}
                className="font-medium text-t1 underline decoration-line-strong underline-offset-2 hover:decoration-t1"
              >
                Golden question
              </Link>
              :{" "}
              {saved.expect.kind === "hand_off"
                ? "must go to a person."
                : `answered from “${nameOf(saved.expect)}”.`}
            </span>
          </span>
        )}
      </p>
      <span className="flex flex-wrap gap-2">
        {answer !== null && (
          <Choice
            chosen={expects(answer)}
            busy={busy}
            icon={<PlusIcon {...ICON} />}
            onChoose={() => save(answer)}
          >
            {saved === null ? "Save as golden question" : "Expect this answer"}
          </Choice>
        )}
        <Choice
          chosen={expects(handOff)}
          busy={busy}
          icon={<HandIcon {...ICON} />}
          onChoose={() => save(handOff)}
        >
          Must go to a person
        </Choice>
      </span>
    </section>
  );
}

/** A button that stays where it is once it is chosen, so that the focus does. */
function Choice({
  chosen,
  busy,
  icon,
  onChoose,
  children,
}: {
  chosen: boolean;
  busy: boolean;
  icon: ReactNode;
  onChoose: () => void;
  children: ReactNode;
}) {
  return (
    <Button
      size="small"
      aria-pressed={chosen}
      aria-disabled={chosen || busy || undefined}
      icon={chosen ? <CheckIcon {...ICON} /> : icon}
      className={chosen ? "bg-s2" : undefined}
      onClick={() => {
        if (!chosen && !busy) onChoose();
      }}
    >
      {children}
    </Button>
  );
}

/** Beside a passage: that its document is to answer. */
export function ExpectPassage({ saving, passage }: { saving: SaveGolden; passage: AskPassage }) {
  const { saved, busy, save } = saving;
  const expect = expectPassage(passage);
  const chosen = saved !== null && isSameExpectation(saved.expect, expect);
  const label = chosen ? "Expected" : saved === null ? "Save as golden question" : "Expect this one";
  return (
    <button
      type="button"
      aria-label={`${label}: ${passage.title}`}
      aria-pressed={chosen}
      aria-disabled={chosen || busy || undefined}
      onClick={() => {
        if (!chosen && !busy) save(expect);
      }}
      className={cx(
        "inline-flex shrink-0 items-center gap-1 rounded-chip text-meta pointer-coarse:py-1.5",
        chosen ? "text-ok" : "text-accent underline-offset-2 hover:underline",
      )}
    >
      {chosen && <CheckIcon size={12} strokeWidth={2} aria-hidden />}
      {label}
    </button>
  );
}
