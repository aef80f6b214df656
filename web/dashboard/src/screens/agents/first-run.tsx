import type { Agent } from "@baton/wire";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useInbox, useMe, useServices } from "../../app/hooks";
import { cx } from "../../components/cx";
import { CheckIcon } from "../../components/icons";
import { firstSteps, type Step } from "../../store/first-steps";
import { loads } from "../../store/queries";

const STEPS: Record<
  Step["id"],
  { title: string; text: string; action: string; to: "sources" | "test" | "widget" | null }
> = {
  source: {
    title: "Add a source",
    text: "Upload your docs, or type a first answer. The agent answers from these alone.",
    action: "Add a source",
    to: "sources",
  },
  try: {
    title: "Try it",
    text: "Ask what your visitors ask, and see the answer with its sources.",
    action: "Ask a question",
    to: "test",
  },
  install: {
    title: "Put it on your site",
    text: "Allow your site and paste one line into it.",
    action: "Copy the snippet",
    to: "widget",
  },
  conversation: {
    title: "See the first conversation",
    text: "Open the preview, write as a visitor would, and watch it arrive here.",
    action: "Open the preview",
    to: null,
  },
};

function useSteps(agent: Agent): readonly Step[] {
  const { storage } = useServices();
  const counts = useInbox((state) => state.counts?.value ?? null);
  const tried = useQuery(loads.tried(storage, agent.id)).data ?? false;
  return firstSteps(agent, counts, tried);
}

/** The way to the first conversation, with the next step open. */
export function FirstRun({ agent }: { agent: Agent }) {
  const steps = useSteps(agent);
  const { workspace } = useMe();
  const next = steps.find((step) => !step.done)?.id ?? null;
  return (
    <section aria-label="First steps" className="flex flex-col gap-5">
      <div>
        <h2 className="font-semibold text-page">Welcome to {workspace.name}</h2>
        <p className="text-body text-t2">Four steps to your first conversation.</p>
      </div>
      <ol className="flex flex-col">
        {steps.map((step, index) => {
          const { title, text, action, to } = STEPS[step.id];
          const open = step.id === next;
          return (
            <li key={step.id} className="flex gap-3 border-line border-t py-3 last:border-b">
              <StepSign done={step.done} number={index + 1} next={open} />
              <div className="min-w-0 flex-1">
                <h3 className={cx("font-medium text-body leading-6", step.done ? "text-t3" : "text-t1")}>
                  {title}
                  {step.done && <span className="sr-only"> (done)</span>}
                </h3>
                {open && (
                  <div className="mt-0.5 flex flex-col items-start gap-3 pb-1">
                    <p className="text-body text-t2">{text}</p>
                    {to === null ? (
                      <a href={`/c/${agent.id}`} target="_blank" rel="noreferrer" className={ACTION}>
                        {action}
                      </a>
                    ) : (
                      <Link to={`/agents/$agentId/${to}`} params={{ agentId: agent.id }} className={ACTION}>
                        {action}
                      </Link>
                    )}
                  </div>
                )}
              </div>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

const ACTION =
  "inline-flex h-8 items-center rounded-control bg-accent px-3 font-medium text-accent-ink hover:bg-accent-press pointer-coarse:h-10";

function StepSign({ done, number, next }: { done: boolean; number: number; next: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={cx(
        "tabular inline-flex size-6 shrink-0 items-center justify-center rounded-full border font-medium text-meta",
        done
          ? "border-transparent bg-s2 text-ok"
          : next
            ? "border-accent text-accent"
            : "border-line text-t3",
      )}
    >
      {done ? <CheckIcon size={14} strokeWidth={2} /> : number}
    </span>
  );
}

/** The same in one line, above an agent's screens until all is done. */
export function FirstRunStrip({ agent }: { agent: Agent }) {
  const steps = useSteps(agent);
  const next = steps.find((step) => !step.done)?.id ?? null;
  if (next === null) return null;
  return (
    <nav
      aria-label="First steps"
      className="scroll-quiet shrink-0 overflow-x-auto border-line border-b bg-s1"
    >
      <ol className="mx-auto flex max-w-5xl items-center gap-1 px-2 py-2 sm:px-6">
        {steps.map((step, index) => {
          const { title, to } = STEPS[step.id];
          const look = cx(
            "inline-flex h-8 items-center gap-2 whitespace-nowrap rounded-control px-2 text-body hover:bg-s2",
            step.id === next ? "font-medium text-t1" : "text-t2",
          );
          const inside = (
            <>
              <StepSign done={step.done} number={index + 1} next={step.id === next} />
              {title}
              {step.done && <span className="sr-only"> (done)</span>}
            </>
          );
          return (
            <li key={step.id} className="flex items-center gap-1">
              {index > 0 && <span aria-hidden className="h-px w-4 bg-line-strong" />}
              {to === null ? (
                <a href={`/c/${agent.id}`} target="_blank" rel="noreferrer" className={look}>
                  {inside}
                </a>
              ) : (
                <Link to={`/agents/$agentId/${to}`} params={{ agentId: agent.id }} className={look}>
                  {inside}
                </Link>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
