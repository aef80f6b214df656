import type { ConversationSummary, InboxView } from "@baton/wire";
import { useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useActions, useInbox, useInboxAgents, useInboxClient } from "../../app/hooks";
import { keepAgent } from "../../app/links";
import { Button, IconButton } from "../../components/button";
import { ClearDrawing, Empty, HandoverDrawing, PaperDrawing } from "../../components/empty";
import { ArrowDownIcon, ChevronDownIcon, ListFilterIcon, SearchIcon, XIcon } from "../../components/icons";
import { Kbd } from "../../components/kbd";
import { Menu, MenuChoices, MenuContent, MenuTrigger } from "../../components/menu";
import { Skeleton } from "../../components/skeleton";
import type { Action } from "../../store/actions";
import type { InboxState, List } from "../../store/inbox-state";
import { KEYS } from "../../store/keys";
import { VIEWS } from "../../store/places";
import { settle } from "../../store/settle";
import { count, VIEW_NAMES } from "../../text/words";
import { ConversationRow, ROW_HEIGHT } from "./conversation-row";

const NO_IDS: readonly string[] = [];
const ALL_AGENTS = "all";

type ListProps = {
  view: InboxView;
  open: string | null;
  agent: string | null;
  onTakeOver: (summary: ConversationSummary) => void;
};

/** One view's conversations. */
export function ConversationList(props: ListProps) {
  const [search, setSearch] = useState("");
  const field = useRef<HTMLInputElement>(null);
  return (
    <section aria-label={VIEW_NAMES[props.view]} className="flex h-full min-h-0 flex-col">
      <Head {...props} />
      <div className="relative mx-3 mb-2 shrink-0">
        <SearchIcon
          size={14}
          strokeWidth={1.5}
          aria-hidden
          className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-t3"
        />
        <input
          ref={field}
          type="search"
          aria-label="Search this list"
          placeholder="Search this list"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.preventDefault();
            if (search === "") field.current?.blur();
            else setSearch("");
          }}
          className="h-8 w-full rounded-control bg-s2 pr-8 pl-8 text-body pointer-coarse:h-10 [&::-webkit-search-cancel-button]:hidden"
        />
        <span className="absolute top-1/2 right-2 -translate-y-1/2">
          {search === "" ? (
            <span className="pointer-coarse:hidden">
              <Kbd keys={KEYS.search} />
            </span>
          ) : (
            <IconButton
              label="Clear the search"
              size="small"
              icon={<XIcon size={14} aria-hidden />}
              onClick={() => setSearch("")}
            />
          )}
        </span>
      </div>
      <Body
        // A new list starts at its top, without the rows of the one before.
        key={`${props.view}:${props.agent ?? ALL_AGENTS}`}
        {...props}
        search={search}
        onSearch={() => field.current?.focus()}
        onClear={() => setSearch("")}
      />
    </section>
  );
}

function Head({ view, agent }: ListProps) {
  const navigate = useNavigate();
  const agents = useInboxAgents();
  const counts = useInbox((state) => state.counts?.value ?? null);
  const number = counts?.[view];
  const chosen = agents.find((one) => one.id === agent)?.name;
  const choices = [
    { value: ALL_AGENTS, label: "All agents" },
    ...agents.map(({ id, name }) => ({ value: id, label: name })),
  ];
  return (
    <header className="flex h-[52px] shrink-0 items-center gap-2 pr-2 pl-4">
      <h1 className="hidden font-semibold text-body md:block">{VIEW_NAMES[view]}</h1>
      <Menu>
        <h1 className="md:hidden">
          <MenuTrigger asChild>
            <button
              type="button"
              className="-ml-1 flex h-10 items-center gap-1 rounded-control px-1 font-semibold text-large"
            >
              {VIEW_NAMES[view]}
              <ChevronDownIcon size={16} aria-hidden className="text-t3" />
            </button>
          </MenuTrigger>
        </h1>
        <MenuContent align="start">
          <MenuChoices
            value={view}
            choices={VIEWS.map((one) => ({
              value: one,
              label: `${VIEW_NAMES[one]}${counts && one !== "resolved" ? ` · ${counts[one]}` : ""}`,
            }))}
            onChoose={(value) => {
              const chosenView = VIEWS.find((one) => one === value) ?? view;
              void navigate({
                to: "/inbox/$view/{-$conversationId}",
                params: { view: chosenView, conversationId: undefined },
                search: keepAgent,
              });
            }}
          />
        </MenuContent>
      </Menu>
      {number !== undefined && number > 0 && (
        <span className="tabular text-body text-t3 max-md:hidden">{number}</span>
      )}
      {agents.length > 1 && (
        <Menu>
          <MenuTrigger asChild>
            <Button
              tone={agent === null ? "ghost" : "accent"}
              size="small"
              className="ml-auto min-w-0"
              icon={<ListFilterIcon size={14} strokeWidth={1.5} aria-hidden />}
            >
              <span className="max-w-28 truncate">{chosen ?? "All agents"}</span>
            </Button>
          </MenuTrigger>
          <MenuContent>
            <MenuChoices
              value={agent ?? ALL_AGENTS}
              choices={choices}
              onChoose={(value) => {
                void navigate({
                  to: ".",
                  search: value === ALL_AGENTS ? {} : { agent: value },
                });
              }}
            />
          </MenuContent>
        </Menu>
      )}
    </header>
  );
}

type BodyProps = ListProps & { search: string; onSearch: () => void; onClear: () => void };

function Body(props: BodyProps) {
  const client = useInboxClient();
  const list = useInbox((state) => state.lists[props.view]);
  switch (list?.status) {
    case undefined:
    case "loading":
      return <Skeleton rows={6} label={`Loading ${VIEW_NAMES[props.view]}`} />;
    case "failed":
      return (
        <Empty
          drawing={<PaperDrawing />}
          title="The list could not be loaded"
          text={list.failure.message}
          action={<Button onClick={() => void client.loadView(props.view)}>Try again</Button>}
        />
      );
    case "ready":
      return <Rows {...props} list={list} />;
    default:
      return null;
  }
}

function Rows({
  view,
  open,
  search,
  list,
  onTakeOver,
  onSearch,
  onClear,
}: BodyProps & { list: Extract<List, { status: "ready" }> }) {
  const client = useInboxClient();
  const agents = useInboxAgents();
  const scroller = useRef<HTMLDivElement>(null);
  const found = useInbox(useSearch(list.ids, search));
  const { shown, held_back, hold, release, refresh } = useSettled(found, open, search);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    getItemKey: (index) => shown[index] ?? index,
  });
  useListKeys({
    view,
    open,
    shown,
    onSearch,
    scrollTo: (index) => virtual.scrollToIndex(index, { align: "auto" }),
  });
  const openAt = open === null ? -1 : shown.indexOf(open);
  const scrolledTo = useRef<string | null>(null);
  useEffect(() => {
    if (open === null || openAt === -1 || scrolledTo.current === open) return;
    // A conversation opened by a link may be far down; once there, the reader scrolls.
    scrolledTo.current = open;
    virtual.scrollToIndex(openAt, { align: "auto" });
  }, [open, openAt, virtual]);
  const rows = virtual.getVirtualItems();
  const lastShown = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (search === "" && list.next !== null && list.more === "idle" && lastShown >= shown.length - 10) {
      void client.loadMore(view);
    }
  }, [client, view, list.next, list.more, lastShown, shown.length, search]);
  if (shown.length === 0)
    return search === "" ? <NothingHere view={view} /> : <NothingFound search={search} onClear={onClear} />;
  return (
    <div className="relative min-h-0 flex-1">
      {held_back > 0 && (
        <Button
          tone="primary"
          size="small"
          className="absolute top-1 left-1/2 z-10 -translate-x-1/2 animate-rise rounded-full shadow-float"
          icon={<ArrowDownIcon size={14} aria-hidden className="rotate-180" />}
          onClick={() => {
            refresh();
            scroller.current?.scrollTo({ top: 0 });
          }}
        >
          {held_back} new
        </Button>
      )}
      <div
        ref={scroller}
        className="scroll-quiet h-full overflow-y-auto overscroll-contain"
        onPointerEnter={(event) => {
          if (event.pointerType !== "touch") hold("pointer");
        }}
        onPointerLeave={() => release("pointer")}
        onScroll={(event) => (event.currentTarget.scrollTop > 0 ? hold("scroll") : release("scroll"))}
      >
        <ul className="relative" style={{ height: virtual.getTotalSize() }}>
          {rows.map((row) => {
            const id = shown[row.index];
            if (id === undefined) return null;
            return (
              <ConversationRow
                key={row.key}
                id={id}
                view={view}
                open={id === open}
                top={row.start}
                position={row.index + 1}
                total={shown.length}
                severalAgents={agents.length > 1}
                onTakeOver={onTakeOver}
              />
            );
          })}
        </ul>
        {list.more === "failed" && (
          <div className="flex items-center justify-center gap-2 p-3 text-body text-t2">
            Older ones could not be loaded.
            <Button size="small" onClick={() => void client.loadMore(view)}>
              Try again
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

/** Selects the ids whose conversation holds every word of the search. */
function useSearch(ids: readonly string[], search: string): (state: InboxState) => readonly string[] {
  return useMemo(() => {
    const words = search
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== "");
    let last: { summaries: InboxState["summaries"]; found: readonly string[] } | null = null;
    return (state) => {
      if (words.length === 0) return ids;
      if (last?.summaries !== state.summaries) {
        const found = ids.filter((id) => {
          const summary = state.summaries[id];
          if (summary === undefined) return false;
          const page = summary.page === null ? "" : `${summary.page.title ?? ""} ${summary.page.url}`;
          const text = `${summary.visitor.label} ${summary.agent_name} ${summary.last_message?.text ?? ""} ${page}`;
          return words.every((word) => text.toLowerCase().includes(word));
        });
        last = { summaries: state.summaries, found };
      }
      return last.found;
    };
  }, [ids, search]);
}

/** Keeps rows in place while the pointer is on the list or it is scrolled. */
function useSettled(target: readonly string[], open: string | null, search: string) {
  const [held, setHeld] = useState<readonly ("pointer" | "scroll")[]>([]);
  const [, setRefreshed] = useState(0);
  const previous = useRef<{ search: string; shown: readonly string[] }>({ search, shown: NO_IDS });
  const before = previous.current.search === search ? previous.current.shown : NO_IDS;
  const { shown, held_back } = settle(before, target, held.length > 0, open);
  useEffect(() => {
    previous.current = { search, shown };
  });
  const hold = useCallback((by: "pointer" | "scroll") => {
    setHeld((all) => (all.includes(by) ? all : [...all, by]));
  }, []);
  const release = useCallback((by: "pointer" | "scroll") => {
    setHeld((all) => (all.includes(by) ? all.filter((one) => one !== by) : all));
  }, []);
  const refresh = useCallback(() => {
    previous.current = { search, shown: NO_IDS };
    setRefreshed((times) => times + 1);
  }, [search]);
  return { shown, held_back, hold, release, refresh };
}

type ListKeys = {
  view: InboxView;
  open: string | null;
  shown: readonly string[];
  onSearch: () => void;
  scrollTo: (index: number) => void;
};

function useListKeys(keys: ListKeys): void {
  const navigate = useNavigate();
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  const actions = useMemo((): Action[] => {
    const move = (by: 1 | -1) => {
      const { view, open, shown, scrollTo } = latest.current;
      const at = open === null ? -1 : shown.indexOf(open);
      const next =
        at === -1 ? (by === 1 ? 0 : shown.length - 1) : Math.min(shown.length - 1, Math.max(0, at + by));
      const id = shown[next];
      if (id === undefined) return;
      scrollTo(next);
      void navigate({
        to: "/inbox/$view/{-$conversationId}",
        params: { view, conversationId: id },
        search: keepAgent,
        replace: open !== null,
      });
    };
    const action = (id: string, title: string, chord: string, run: () => void): Action => ({
      id,
      title,
      section: "View",
      keys: chord,
      palette: "hidden",
      run,
    });
    return [
      action("next", "Next conversation", KEYS.next, () => move(1)),
      action("next-arrow", "Next conversation", "arrowdown", () => move(1)),
      action("previous", "Previous conversation", KEYS.previous, () => move(-1)),
      action("previous-arrow", "Previous conversation", "arrowup", () => move(-1)),
      {
        ...action("search", "Search this list", KEYS.search, () => latest.current.onSearch()),
        palette: "hidden",
      },
    ];
  }, [navigate]);
  useActions(actions);
}

function NothingFound({ search, onClear }: { search: string; onClear: () => void }) {
  return (
    <Empty
      drawing={<PaperDrawing />}
      title="Nothing found"
      text={`No conversation in this list holds “${search.trim()}”.`}
      action={<Button onClick={onClear}>Clear the search</Button>}
    />
  );
}

function NothingHere({ view }: { view: InboxView }) {
  const navigate = useNavigate();
  const live = useInbox((state) => state.counts?.value.live ?? 0);
  const waiting = useInbox((state) => state.counts?.value.waiting ?? 0);
  const goTo = (to: InboxView, label: string): ReactNode => (
    <Button
      onClick={() => {
        void navigate({
          to: "/inbox/$view/{-$conversationId}",
          params: { view: to, conversationId: undefined },
          search: keepAgent,
        });
      }}
    >
      {label}
    </Button>
  );
  switch (view) {
    case "waiting":
      return (
        <Empty
          drawing={<ClearDrawing />}
          title="Needs human is clear"
          text={
            live === 0 ? "Nobody waits for a person." : `The AI is handling ${count(live, "conversation")}.`
          }
          action={live === 0 ? undefined : goTo("live", "Watch live")}
        />
      );
    case "mine":
      return (
        <Empty
          drawing={<HandoverDrawing />}
          title="You have no conversations"
          text={
            waiting === 0
              ? "What you take over appears here."
              : `${count(waiting, "visitor")} waiting for a person.`
          }
          action={waiting === 0 ? undefined : goTo("waiting", "See who waits")}
        />
      );
    case "team":
      return (
        <Empty
          drawing={<HandoverDrawing />}
          title="No colleague has a conversation"
          text="What anyone of the team takes over appears here."
        />
      );
    case "live":
      return (
        <Empty
          drawing={<HandoverDrawing />}
          title="The AI is idle"
          text="Conversations appear here as soon as a visitor writes."
        />
      );
    case "resolved":
      return (
        <Empty
          drawing={<ClearDrawing />}
          title="Nothing resolved yet"
          text="Closed conversations are kept here."
        />
      );
    default:
      view satisfies never;
      return null;
  }
}
