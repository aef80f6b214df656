import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Dialog as Radix } from "radix-ui";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useInbox, useServices } from "../app/hooks";
import { Avatar } from "../components/avatar";
import { ArrowLeftIcon, SearchIcon } from "../components/icons";
import { Kbd } from "../components/kbd";
import type { Action } from "../store/actions";
import { viewsOf } from "../store/places";
import { VIEW_NAMES } from "../text/words";

/** Conversations listed under the actions. */
const CONVERSATIONS_MAX = 30;
const SECTIONS = ["Conversation", "Go to", "View"] as const;
const ITEM =
  "flex min-h-9 cursor-default select-none items-center gap-2.5 rounded-control px-2.5 py-1 text-body data-[selected=true]:bg-s2 pointer-coarse:min-h-11";

/** Every action and every known conversation, found by typing. */
export function Palette({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const [step, setStep] = useState<Action | null>(null);
  const [search, setSearch] = useState("");
  useEffect(() => {
    if (open) return;
    setStep(null);
    setSearch("");
  }, [open]);
  const run = (action: () => void) => {
    onOpenChange(false);
    // The palette gives the focus back first, so that the action can move it.
    requestAnimationFrame(action);
  };
  const goInto = (action: Action) => {
    setStep(action);
    setSearch("");
  };
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-30 animate-fade bg-[#00000040]" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed inset-x-3 top-4 z-30 mx-auto max-w-xl animate-pop overflow-hidden rounded-card bg-float shadow-panel sm:top-[14vh]"
        >
          <Radix.Title className="sr-only">Search or jump to</Radix.Title>
          <Command
            label="Actions and conversations"
            loop
            onKeyDown={(event) => {
              if (step === null || search !== "" || (event.key !== "Backspace" && event.key !== "Escape"))
                return;
              event.preventDefault();
              event.stopPropagation();
              setStep(null);
            }}
          >
            <div className="flex items-center gap-2.5 border-line border-b px-4">
              {step === null ? (
                <SearchIcon size={16} aria-hidden className="shrink-0 text-t3" />
              ) : (
                <button
                  type="button"
                  onClick={() => setStep(null)}
                  className="flex shrink-0 items-center gap-1 rounded-chip bg-s2 px-1.5 py-0.5 text-meta text-t2"
                >
                  <ArrowLeftIcon size={12} aria-hidden />
                  {step.title}
                </button>
              )}
              <Command.Input
                value={search}
                onValueChange={setSearch}
                placeholder={step === null ? "What do you want to do?" : "Choose…"}
                className="h-12 min-w-0 flex-1 bg-transparent text-large outline-none"
              />
              <Kbd keys="escape" />
            </div>
            <Command.List className="scroll-quiet max-h-[min(420px,56vh)] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-8 text-center text-body text-t2">
                Nothing by that name.
              </Command.Empty>
              {step === null ? (
                <Everything run={run} goInto={goInto} />
              ) : (
                step.steps?.map((choice) => (
                  <Command.Item
                    key={choice.id}
                    value={choice.title}
                    className={ITEM}
                    onSelect={() => run(choice.run)}
                  >
                    {choice.title}
                  </Command.Item>
                ))
              )}
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Everything({
  run,
  goInto,
}: {
  run: (action: () => void) => void;
  goInto: (action: Action) => void;
}) {
  const { actions: registry } = useServices();
  const actions = useSyncExternalStore(registry.subscribe, registry.snapshot);
  return (
    <>
      {SECTIONS.map((section) => {
        const listed = actions.filter((action) => action.section === section && action.palette !== "hidden");
        if (listed.length === 0) return null;
        return (
          <Command.Group key={section} heading={section} className={GROUP}>
            {listed.map((action) => (
              <Command.Item
                key={action.id}
                value={`${action.title} ${action.id}`}
                className={ITEM}
                onSelect={() => (action.steps === undefined ? run(action.run) : goInto(action))}
              >
                <span className="min-w-0 flex-1 truncate">{action.title}</span>
                {action.keys !== null && <Kbd keys={action.keys} />}
              </Command.Item>
            ))}
          </Command.Group>
        );
      })}
      <Conversations run={run} />
    </>
  );
}

const GROUP =
  "[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-meta [&_[cmdk-group-heading]]:text-t3";

function Conversations({ run }: { run: (action: () => void) => void }) {
  const navigate = useNavigate();
  const summaries = useInbox((state) => state.summaries);
  const me = useInbox((state) => state.me);
  const newest = useMemo(
    () =>
      Object.values(summaries)
        .sort((a, b) => b.active_at - a.active_at)
        .slice(0, CONVERSATIONS_MAX),
    [summaries],
  );
  if (newest.length === 0) return null;
  return (
    <Command.Group heading="Conversations" className={GROUP}>
      {newest.map((summary) => {
        const view = viewsOf(summary.place, me).at(-1) ?? "waiting";
        return (
          <Command.Item
            key={summary.id}
            value={`${summary.visitor.label} ${summary.last_message?.text ?? ""} ${summary.id}`}
            className={ITEM}
            onSelect={() =>
              run(() => {
                void navigate({
                  to: "/inbox/$view/{-$conversationId}",
                  params: { view, conversationId: summary.id },
                });
              })
            }
          >
            <Avatar name={summary.visitor.label} size={20} />
            <span className="shrink-0 font-medium">{summary.visitor.label}</span>
            <span className="min-w-0 flex-1 truncate text-t2">{summary.last_message?.text}</span>
            <span className="shrink-0 text-meta text-t3">{VIEW_NAMES[view]}</span>
          </Command.Item>
        );
      })}
    </Command.Group>
  );
}
