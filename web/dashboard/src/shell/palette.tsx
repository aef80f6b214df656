import type { ConversationSummary, InboxView } from "@baton/wire";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useMemo, useState, useSyncExternalStore } from "react";
import { useInbox, useServices } from "../app/hooks";
import { Avatar } from "../components/avatar";
import { cx } from "../components/cx";
import { ArrowLeftIcon, SearchIcon } from "../components/icons";
import { Kbd } from "../components/kbd";
import type { Action, ActionStep } from "../store/actions";
import { viewsOf } from "../store/places";
import { ranked } from "../store/ranking";
import { VIEW_NAMES } from "../text/words";
import { PALETTE_FIELD, PALETTE_HEAD, PALETTE_PLACE } from "./palette-looks";

/** Conversations listed under the actions while nothing is typed, and found at most. */
const CONVERSATIONS_MAX = 8;
const FOUND_MAX = 30;
const SECTIONS = ["Conversation", "Go to", "View"] as const;
const ITEM =
  "flex min-h-9 cursor-default select-none items-center gap-2.5 rounded-control px-2.5 py-1 text-body data-[selected=true]:bg-s3 pointer-coarse:min-h-11";
const GROUP =
  "[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-meta [&_[cmdk-group-heading]]:text-t3";

/** Every action and every known conversation, found by typing. */
export function Palette({
  open,
  typed,
  before,
  onOpenChange,
}: {
  open: boolean;
  /** What was typed before it was there. */
  typed: string;
  /** What had the focus when it was asked for, and gets it back. */
  before: Element | null;
  onOpenChange: (open: boolean) => void;
}) {
  const [step, setStep] = useState<Action | null>(null);
  const [search, setSearch] = useState(typed);
  // What is selected starts at the top with each new list.
  const [selected, setSelected] = useState("");
  const change = (text: string) => {
    setSearch(text);
    setSelected("");
  };
  const goTo = (action: Action | null) => {
    setStep(action);
    change("");
  };
  const run = (action: () => void) => {
    onOpenChange(false);
    // The palette gives the focus back first, so that the action can move it.
    requestAnimationFrame(action);
  };
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-30 animate-fade bg-[#00000040]" />
        <Radix.Content
          aria-describedby={undefined}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (before instanceof HTMLElement) before.focus();
          }}
          className={cx(PALETTE_PLACE, typed === "" && "animate-pop")}
        >
          <Radix.Title className="sr-only">Jump to</Radix.Title>
          <Command
            label="Actions and conversations"
            loop
            shouldFilter={false}
            value={selected}
            onValueChange={setSelected}
            onKeyDown={(event) => {
              if (step === null || search !== "") return;
              if (event.key !== "Backspace" && event.key !== "Escape") return;
              event.preventDefault();
              event.stopPropagation();
              goTo(null);
            }}
          >
            <div className={PALETTE_HEAD}>
              {step === null ? (
                <SearchIcon size={16} aria-hidden className="shrink-0 text-t3" />
              ) : (
                <button
                  type="button"
                  onClick={() => goTo(null)}
                  className="flex shrink-0 items-center gap-1 rounded-chip bg-s3 px-1.5 py-0.5 text-meta text-t2"
                >
                  <ArrowLeftIcon size={12} aria-hidden />
                  {step.title}
                </button>
              )}
              <Command.Input
                // Not a moment without the focus: the next key may be on its way.
                autoFocus
                value={search}
                onValueChange={change}
                placeholder={step === null ? "What do you want to do?" : "Choose…"}
                className={PALETTE_FIELD}
              />
              <Kbd keys="escape" />
            </div>
            <Command.List className="scroll-quiet max-h-[min(420px,56vh)] overflow-y-auto p-1.5">
              {step === null ? (
                <Everything search={search} run={run} goInto={goTo} />
              ) : (
                <Steps steps={step.steps ?? []} search={search} run={run} />
              )}
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

type Run = (action: () => void) => void;

function Steps({ steps, search, run }: { steps: readonly ActionStep[]; search: string; run: Run }) {
  const found = ranked(steps, (one) => one.title, search);
  if (found.length === 0) return <Nothing />;
  return found.map((one) => (
    <Command.Item key={one.id} value={one.id} className={ITEM} onSelect={() => run(one.run)}>
      {one.title}
    </Command.Item>
  ));
}

function Nothing() {
  return <p className="px-3 py-8 text-center text-body text-t2">Nothing by that name.</p>;
}

function Everything({ search, run, goInto }: { search: string; run: Run; goInto: (action: Action) => void }) {
  const { actions: registry } = useServices();
  const all = useSyncExternalStore(registry.subscribe, registry.snapshot);
  const actions = useMemo(() => all.filter((action) => action.palette !== "hidden"), [all]);
  const conversations = useConversations();
  const actionItem = (action: Action): ReactNode => (
    <Command.Item
      key={action.id}
      value={action.id}
      className={ITEM}
      onSelect={() => (action.steps === undefined ? run(action.run) : goInto(action))}
    >
      <span className="min-w-0 flex-1 truncate">{action.title}</span>
      {action.keys !== null && <Kbd keys={action.keys} />}
    </Command.Item>
  );
  const conversationItem = (one: Found): ReactNode => (
    <Command.Item key={one.summary.id} value={one.summary.id} className={ITEM} onSelect={() => run(one.open)}>
      <Avatar name={one.summary.visitor.label} size={20} />
      <span className="shrink-0 font-medium">{one.summary.visitor.label}</span>
      <span className="min-w-0 flex-1 truncate text-t2">{one.summary.last_message?.text}</span>
      <span className="shrink-0 text-meta text-t3">{VIEW_NAMES[one.view]}</span>
    </Command.Item>
  );
  if (search.trim() !== "") {
    const found = ranked(
      [
        ...actions.map((action) => ({ text: action.title, node: () => actionItem(action) })),
        ...conversations.map((one) => ({
          text: `${one.summary.visitor.label} ${one.summary.last_message?.text ?? ""}`,
          node: () => conversationItem(one),
        })),
      ],
      (one) => one.text,
      search,
    );
    if (found.length === 0) return <Nothing />;
    return found.slice(0, FOUND_MAX).map((one) => one.node());
  }
  return (
    <>
      {SECTIONS.map((section) => {
        const listed = actions.filter((action) => action.section === section);
        if (listed.length === 0) return null;
        return (
          <Command.Group key={section} heading={section} className={GROUP}>
            {listed.map(actionItem)}
          </Command.Group>
        );
      })}
      {conversations.length > 0 && (
        <Command.Group heading="Conversations" className={GROUP}>
          {conversations.slice(0, CONVERSATIONS_MAX).map(conversationItem)}
        </Command.Group>
      )}
    </>
  );
}

type Found = { summary: ConversationSummary; view: InboxView; open: () => void };

/** The conversations that this tab knows, the newest first. */
function useConversations(): readonly Found[] {
  const navigate = useNavigate();
  const summaries = useInbox((state) => state.summaries);
  const me = useInbox((state) => state.me);
  return useMemo(
    () =>
      Object.values(summaries)
        .sort((a, b) => b.active_at - a.active_at)
        .map((summary) => {
          const view = viewsOf(summary.place, me).at(-1) ?? "waiting";
          const open = () => {
            void navigate({
              to: "/inbox/$view/{-$conversationId}",
              params: { view, conversationId: summary.id },
              search: {},
            });
          };
          return { summary, view, open };
        }),
    [summaries, me, navigate],
  );
}
