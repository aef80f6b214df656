import type { ConversationSummary, InboxView } from "@baton/wire";
import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import {
  useActions,
  useInbox,
  useInboxClient,
  useMe,
  useMembers,
  usePageTitle,
  useServices,
} from "../../app/hooks";
import { Avatar, PresenceDot } from "../../components/avatar";
import { Button, IconButton } from "../../components/button";
import { copyText } from "../../components/copy-button";
import { Empty, PaperDrawing } from "../../components/empty";
import {
  ArchiveIcon,
  ArrowLeftIcon,
  BanIcon,
  CircleCheckIcon,
  CircleXIcon,
  EllipsisIcon,
  ExternalLinkIcon,
  InboxIcon,
  PanelRightIcon,
  SparklesIcon,
  UserPlusIcon,
} from "../../components/icons";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from "../../components/menu";
import { Skeleton } from "../../components/skeleton";
import type { Action } from "../../store/actions";
import { KEYS } from "../../store/keys";
import type { Thread } from "../../store/thread";
import { visitedPages } from "../../store/thread-items";
import { addressText } from "../../text/browser";
import { safeHref } from "../../text/markdown";
import { OUTCOME_NAMES, PRESENCE_NAMES } from "../../text/words";
import { Composer, type ComposerHandle } from "./composer";
import { OwnershipBar } from "./ownership-bar";
import { ThreadLog } from "./thread-log";
import { CLOSING_OUTCOMES, type Commands } from "./use-commands";

const ICON = { size: 16, strokeWidth: 1.5, "aria-hidden": true } as const;

type PaneProps = {
  id: string;
  view: InboxView;
  commands: Commands;
  /** There is a pane to go back to. */
  onBack: (() => void) | null;
  onLeave: () => void;
  onDetails: () => void;
  onNext: () => void;
};

/** One conversation: who owns it, what was said, and where to reply. */
export function ThreadPane(props: PaneProps) {
  const client = useInboxClient();
  const summary = useInbox((state) => state.summaries[props.id]);
  const opened = useInbox((state) => state.opened[props.id]);
  if (opened?.status === "failed") {
    const missing = opened.failure.code === "not_found";
    return (
      <Empty
        drawing={<PaperDrawing />}
        title={missing ? "This conversation does not exist" : "The conversation could not be loaded"}
        text={missing ? "The link may be old, or the conversation was erased." : opened.failure.message}
        action={
          missing ? (
            <Button onClick={props.onLeave}>Back to the list</Button>
          ) : (
            <Button onClick={() => void client.loadConversation(props.id)}>Try again</Button>
          )
        }
      />
    );
  }
  if (summary === undefined) return <Skeleton rows={4} label="Loading the conversation" />;
  const thread = opened?.status === "ready" ? opened.thread : null;
  return <Pane {...props} summary={summary} thread={thread} />;
}

function Pane(props: PaneProps & { summary: ConversationSummary; thread: Thread | null }) {
  const { summary, thread, commands } = props;
  const composer = useRef<ComposerHandle>(null);
  const pane = useRef<HTMLElement>(null);
  const alone = props.onBack !== null;
  useEffect(() => {
    // The list that had the focus is gone.
    if (alone) pane.current?.focus();
  }, [alone]);
  const [menu, setMenu] = useState<"none" | "assign" | "close">("none");
  usePageTitle(summary.visitor.label);
  useMarkSeen(summary);
  useThreadActions(props, composer, setMenu);
  const me = useMe().member.id;
  const lastAnswer = thread?.entries.findLast((entry) => entry.type === "ai_message");
  const confidence = lastAnswer?.type === "ai_message" ? lastAnswer.confidence : null;
  const lastOther = thread?.entries.findLast(
    (entry) => entry.type === "member_message" && entry.member_id !== me,
  );
  const lastColleague =
    lastOther?.type === "member_message" ? { name: lastOther.member_name, seq: lastOther.seq } : null;
  return (
    <section
      ref={pane}
      tabIndex={-1}
      aria-label={`Conversation with ${summary.visitor.label}`}
      className="flex h-full min-w-0 flex-col outline-none"
    >
      <Header {...props} menu={menu} setMenu={setMenu} />
      <OwnershipBar
        summary={summary}
        writing={thread?.turn != null}
        confidence={confidence}
        commands={commands}
      />
      {thread === null ? (
        <div className="min-h-0 flex-1">
          <Skeleton rows={4} label="Loading the conversation" />
        </div>
      ) : (
        <ThreadLog key={summary.id} summary={summary} thread={thread} />
      )}
      <Composer
        key={`composer-${summary.id}`}
        summary={summary}
        seq={thread?.seq ?? 0}
        lastColleague={lastColleague}
        commands={commands}
        handle={composer}
      />
    </section>
  );
}

/** What the visitor wrote counts as read while the conversation is on screen, unless the AI answers there. */
function useMarkSeen(summary: ConversationSummary): void {
  const client = useInboxClient();
  const { id, last_visitor_seq: upTo } = summary;
  const people = summary.owner.kind === "member" || summary.owner.kind === "queue";
  useEffect(() => {
    if (!people || upTo === 0) return;
    const mark = () => {
      if (document.visibilityState === "visible") client.markSeen(id, upTo);
    };
    mark();
    document.addEventListener("visibilitychange", mark);
    return () => document.removeEventListener("visibilitychange", mark);
  }, [client, id, people, upTo]);
}

type HeaderProps = PaneProps & {
  summary: ConversationSummary;
  thread: Thread | null;
  menu: "none" | "assign" | "close";
  setMenu: (menu: "none" | "assign" | "close") => void;
};

function Header({ summary, thread, commands, onBack, onDetails, menu, setMenu }: HeaderProps) {
  const closed = summary.owner.kind === "closed";
  // Without the list beside it, the conversation is the page.
  const Heading = onBack === null ? "h2" : "h1";
  const page = (thread === null ? null : visitedPages(thread.entries).page) ?? summary.page;
  const href = page === null ? null : safeHref(page.url);
  return (
    <header className="flex h-[52px] shrink-0 items-center gap-1 pr-2 pl-4 max-lg:pl-2">
      {onBack !== null && (
        <IconButton
          label="Back to the list"
          keys={KEYS.back}
          icon={<ArrowLeftIcon {...ICON} />}
          onClick={onBack}
        />
      )}
      <div className="flex min-w-0 flex-1 items-baseline gap-2">
        <Heading className="shrink-0 truncate font-semibold text-body max-sm:shrink">
          {summary.visitor.label}
        </Heading>
        {page !== null && (
          <span className="flex min-w-0 items-center gap-1 text-meta text-t3 max-sm:hidden">
            on
            {href === null ? (
              <span className="truncate">{page.title ?? addressText(page.url)}</span>
            ) : (
              <a
                href={href}
                target="_blank"
                rel="noreferrer noopener"
                className="truncate leading-6 underline-offset-2 hover:underline"
              >
                {page.title ?? addressText(page.url)}
              </a>
            )}
          </span>
        )}
      </div>
      <Viewers id={summary.id} />
      {!closed && (
        <>
          <AssignMenu
            summary={summary}
            commands={commands}
            open={menu === "assign"}
            onOpenChange={(open) => setMenu(open ? "assign" : "none")}
          />
          <CloseMenu
            summary={summary}
            commands={commands}
            open={menu === "close"}
            onOpenChange={(open) => setMenu(open ? "close" : "none")}
          />
        </>
      )}
      <MoreMenu summary={summary} commands={commands} onDetails={onDetails} />
      <IconButton
        label="Details"
        keys={KEYS.details}
        className="max-md:hidden"
        icon={<PanelRightIcon {...ICON} />}
        onClick={onDetails}
      />
    </header>
  );
}

/** Colleagues who look at this conversation too. */
function Viewers({ id }: { id: string }) {
  const me = useMe().member.id;
  const members = useMembers();
  const presence = useInbox((state) => state.presence);
  const viewing = members.filter((one) => one.id !== me && presence[one.id]?.viewing === id);
  if (viewing.length === 0) return null;
  return (
    <ul aria-label="Also viewing" className="mr-1 flex shrink-0 -space-x-1.5">
      {viewing.slice(0, 3).map((one) => (
        <li key={one.id} className="rounded-full ring-2 ring-bg">
          <Avatar name={one.name} size={24} tone="member" label={`${one.name} is viewing this`} />
        </li>
      ))}
    </ul>
  );
}

type MenuProps = {
  summary: ConversationSummary;
  commands: Commands;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

function AssignMenu({ summary, commands, open, onOpenChange }: MenuProps) {
  const me = useMe().member.id;
  const members = useAssignable(summary);
  return (
    <Menu open={open} onOpenChange={onOpenChange}>
      <MenuTrigger asChild>
        <IconButton
          label="Assign"
          keys={KEYS.assign}
          icon={<UserPlusIcon {...ICON} />}
          disabled={commands.busy !== null}
        />
      </MenuTrigger>
      <MenuContent>
        <MenuLabel>Assign to</MenuLabel>
        {members.map((member) => (
          <MenuItem
            key={member.id}
            icon={<PresenceDot presence={member.presence} />}
            hint={PRESENCE_NAMES[member.presence]}
            {...(member.id === me ? { keys: KEYS.assign_to_me } : {})}
            onSelect={() => void commands.run(summary, { type: "assign", member_id: member.id })}
          >
            {member.id === me ? "Me" : member.name}
          </MenuItem>
        ))}
        {members.length === 0 && <MenuLabel>There is nobody else yet.</MenuLabel>}
      </MenuContent>
    </Menu>
  );
}

/** Who else could have the conversation: those available first. */
function useAssignable(summary: ConversationSummary) {
  const members = useMembers();
  const presence = useInbox((state) => state.presence);
  const { owner } = summary;
  const holder = owner.kind === "member" ? owner.member_id : null;
  return useMemo(() => {
    const order = { available: 0, away: 1, offline: 2 } as const;
    return members
      .filter((member) => !member.suspended && member.id !== holder)
      .map((member) => ({ ...member, presence: presence[member.id]?.presence ?? member.presence }))
      .sort((a, b) => order[a.presence] - order[b.presence] || a.name.localeCompare(b.name));
  }, [members, presence, holder]);
}

const OUTCOME_ICONS = {
  solved: <CircleCheckIcon {...ICON} />,
  not_solved: <CircleXIcon {...ICON} />,
  spam: <BanIcon {...ICON} />,
} as const;

function CloseMenu({ summary, commands, open, onOpenChange }: MenuProps) {
  return (
    <Menu open={open} onOpenChange={onOpenChange}>
      <MenuTrigger asChild>
        <Button
          tone="ghost"
          size="small"
          keys={KEYS.close}
          busy={commands.busy === "close"}
          icon={<ArchiveIcon {...ICON} />}
        >
          Close
        </Button>
      </MenuTrigger>
      <MenuContent>
        <MenuLabel>Close as</MenuLabel>
        {CLOSING_OUTCOMES.map((outcome) => (
          <MenuItem
            key={outcome}
            icon={OUTCOME_ICONS[outcome]}
            onSelect={() => void commands.run(summary, { type: "close", outcome })}
          >
            {OUTCOME_NAMES[outcome]}
          </MenuItem>
        ))}
      </MenuContent>
    </Menu>
  );
}

function MoreMenu({
  summary,
  commands,
  onDetails,
}: Pick<MenuProps, "summary" | "commands"> & { onDetails: () => void }) {
  const { toasts } = useServices();
  const { owner } = summary;
  const copyLink = () => {
    copyText(`${window.location.origin}/inbox/waiting/${summary.id}`).then(
      () => toasts.show("Link copied."),
      () => toasts.show("The browser refused to copy. The link is in the address bar.", { tone: "error" }),
    );
  };
  return (
    <Menu>
      <MenuTrigger asChild>
        <IconButton label="More" icon={<EllipsisIcon {...ICON} />} />
      </MenuTrigger>
      <MenuContent>
        {owner.kind !== "ai" && owner.kind !== "closed" && (
          <MenuItem
            icon={<SparklesIcon {...ICON} />}
            keys={KEYS.return_to_ai}
            onSelect={() => void commands.run(summary, { type: "return_to_ai" })}
          >
            Hand back to the AI
          </MenuItem>
        )}
        {owner.kind === "member" && (
          <MenuItem
            icon={<InboxIcon {...ICON} />}
            keys={KEYS.return_to_queue}
            onSelect={() => void commands.run(summary, { type: "return_to_queue" })}
          >
            Put back in the queue
          </MenuItem>
        )}
        {(owner.kind === "member" || owner.kind === "queue") && <MenuSeparator />}
        <MenuItem icon={<PanelRightIcon {...ICON} />} keys={KEYS.details} onSelect={onDetails}>
          Details
        </MenuItem>
        <MenuItem icon={<ExternalLinkIcon {...ICON} />} onSelect={copyLink}>
          Copy link
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}

/** What can be done with this conversation now, by key and in the palette. */
function useThreadActions(
  { summary, commands, onLeave, onDetails, onNext }: PaneProps & { summary: ConversationSummary },
  composer: RefObject<ComposerHandle | null>,
  setMenu: (menu: "assign" | "close") => void,
): void {
  const me = useMe().member.id;
  const assignable = useAssignable(summary);
  const actions = useMemo((): Action[] => {
    const { owner } = summary;
    const mine = owner.kind === "member" && owner.member_id === me;
    const open = owner.kind !== "closed";
    const action = (id: string, title: string, keys: string | null, run: () => void): Action => ({
      id,
      title,
      section: "Conversation",
      keys,
      run,
    });
    const possible: (Action | false)[] = [
      (owner.kind === "ai" || owner.kind === "queue") &&
        action(
          "take-over",
          "Take over",
          KEYS.take_over,
          () => void commands.run(summary, { type: "take_over" }),
        ),
      (open || mine) && action("reply", "Write a reply", KEYS.reply, () => composer.current?.focus()),
      open &&
        owner.kind !== "ai" &&
        action(
          "return-to-ai",
          "Hand back to the AI",
          KEYS.return_to_ai,
          () => void commands.run(summary, { type: "return_to_ai" }),
        ),
      owner.kind === "member" &&
        action(
          "return-to-queue",
          "Put back in the queue",
          KEYS.return_to_queue,
          () => void commands.run(summary, { type: "return_to_queue" }),
        ),
      open && {
        ...action("assign", "Assign to a colleague", KEYS.assign, () => setMenu("assign")),
        steps: assignable.map((member) => ({
          id: member.id,
          title: member.id === me ? `${member.name} (me)` : member.name,
          run: () => void commands.run(summary, { type: "assign", member_id: member.id }),
        })),
      },
      open &&
        !mine &&
        action(
          "assign-to-me",
          "Assign to me",
          KEYS.assign_to_me,
          () => void commands.run(summary, { type: "assign", member_id: me }),
        ),
      open && {
        ...action("close", "Close", KEYS.close, () => setMenu("close")),
        steps: CLOSING_OUTCOMES.map((outcome) => ({
          id: outcome,
          title: OUTCOME_NAMES[outcome],
          run: () => void commands.run(summary, { type: "close", outcome }),
        })),
      },
      open &&
        action("close-and-next", "Close as solved, then the next", KEYS.close_and_next, () => {
          void commands.run(summary, { type: "close", outcome: "solved" }).then((result) => {
            if (result.kind === "done") onNext();
          });
        }),
      !open && action("reopen", "Reopen", KEYS.reopen, () => void commands.run(summary, { type: "reopen" })),
      { ...action("details", "Show or hide the details", KEYS.details, onDetails), section: "View" },
      { ...action("leave", "Back to the list", KEYS.back, onLeave), section: "View", palette: "hidden" },
      {
        ...action("open", "Move into the conversation", KEYS.open, () =>
          document.querySelector<HTMLElement>("[role=log]")?.focus(),
        ),
        palette: "hidden",
      },
    ];
    return possible.filter((one) => one !== false);
  }, [summary, commands, me, assignable, onLeave, onDetails, onNext, composer, setMenu]);
  useActions(actions);
}
