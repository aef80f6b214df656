import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Dialog } from "radix-ui";
import { useCallback, useEffect, useRef, useState } from "react";
import {
  useAgents,
  useInbox,
  useInboxClient,
  useMinWidth,
  usePageTitle,
  usePreferences,
  useServices,
} from "../../app/hooks";
import { keepAgent } from "../../app/links";
import { cx } from "../../components/cx";
import { Empty, HandoverDrawing } from "../../components/empty";
import { Kbd } from "../../components/kbd";
import { KEYS } from "../../store/keys";
import { VIEW_NAMES } from "../../text/words";
import { FirstRun } from "../agents/first-run";
import { ConversationList } from "./conversation-list";
import { DetailsPanel } from "./details-panel";
import { ThreadPane } from "./thread-pane";
import { useCommands } from "./use-commands";

/** The inbox: list, conversation and details side by side as far as there is room. */
export function InboxScreen() {
  const { view, conversationId } = useParams({ from: "/desk/inbox/$view/{-$conversationId}" });
  const { agent = null } = useSearch({ from: "/desk" });
  const open = conversationId ?? null;
  const client = useInboxClient();
  const navigate = useNavigate();
  const commands = useCommands();
  const { preferences } = useServices();
  const { details } = usePreferences();
  const sideBySide = useMinWidth(1024);
  const roomForDetails = useMinWidth(1280);
  const [drawer, setDrawer] = useState(false);

  usePageTitle(VIEW_NAMES[view]);
  useEffect(() => client.chooseAgent(agent, view), [client, agent, view]);
  useEffect(() => client.openView(view), [client, view]);
  useEffect(() => {
    if (open === null) return;
    client.open(open);
    const look = () => client.look(document.visibilityState === "visible" ? open : null);
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      client.look(null);
    };
  }, [client, open]);
  // Another conversation's details are not what the drawer was opened for.
  // biome-ignore lint/correctness/useExhaustiveDependencies: closing it is the reaction to another conversation
  useEffect(() => setDrawer(false), [open, roomForDetails]);

  const lastOpen = useRef<string | null>(null);
  useEffect(() => {
    const left = lastOpen.current;
    lastOpen.current = open;
    // Back in the list, the focus is where it came from.
    if (open === null && left !== null) document.querySelector<HTMLElement>(`[data-row="${left}"]`)?.focus();
  }, [open]);

  const goTo = useCallback(
    (id: string | undefined) => {
      void navigate({
        to: "/inbox/$view/{-$conversationId}",
        params: { view, conversationId: id },
        search: keepAgent,
      });
    },
    [navigate, view],
  );
  const leave = useCallback(() => goTo(undefined), [goTo]);
  const toggleDetails = useCallback(() => {
    if (!roomForDetails) setDrawer((shown) => !shown);
    else preferences.set({ details: preferences.snapshot().details === "shown" ? "hidden" : "shown" });
  }, [roomForDetails, preferences]);
  const next = useCallback(() => {
    const list = client.snapshot().lists[view];
    goTo(list?.status === "ready" ? list.ids.find((id) => id !== open) : undefined);
  }, [client, view, open, goTo]);

  const listShown = sideBySide || open === null;
  const threadShown = sideBySide || open !== null;
  return (
    <div className="flex h-full min-h-0">
      {listShown && (
        <div
          className={cx(
            "h-full min-w-0 shrink-0 border-line",
            sideBySide ? "w-[300px] border-r xl:w-[340px]" : "w-full",
          )}
        >
          <ConversationList
            view={view}
            open={open}
            agent={agent}
            onTakeOver={(summary) => {
              goTo(summary.id);
              void commands.run(summary, { type: "take_over" });
            }}
          />
        </div>
      )}
      {threadShown && (
        <div className="h-full min-w-0 flex-1">
          {open === null ? (
            <NothingOpen />
          ) : (
            <ThreadPane
              id={open}
              view={view}
              commands={commands}
              onBack={sideBySide ? null : leave}
              onLeave={leave}
              onDetails={toggleDetails}
              onNext={next}
            />
          )}
        </div>
      )}
      {open !== null && roomForDetails && details === "shown" && (
        <div className="h-full w-80 shrink-0 border-line border-l">
          <DetailsPanel id={open} onClose={toggleDetails} />
        </div>
      )}
      <Dialog.Root open={drawer && open !== null} onOpenChange={setDrawer}>
        <Dialog.Portal>
          <Dialog.Overlay className="fixed inset-0 z-30 animate-fade bg-[#00000040]" />
          <Dialog.Content
            aria-describedby={undefined}
            tabIndex={-1}
            onOpenAutoFocus={(event) => {
              event.preventDefault();
              (event.currentTarget as HTMLElement).focus();
            }}
            className="fixed inset-y-0 right-0 z-30 w-80 max-w-full animate-slide bg-bg shadow-panel outline-none"
          >
            <Dialog.Title className="sr-only">Details</Dialog.Title>
            {open !== null && <DetailsPanel id={open} onClose={() => setDrawer(false)} />}
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
    </div>
  );
}

/** What stands where a conversation will be. */
function NothingOpen() {
  const counts = useInbox((state) => state.counts?.value ?? null);
  const agents = useAgents();
  const [first] = agents;
  const total = counts === null ? null : counts.live + counts.waiting + counts.team + counts.resolved;
  if (first !== undefined && total === 0) {
    return (
      <div className="scroll-quiet h-full overflow-y-auto">
        <div className="mx-auto max-w-lg px-6 py-16">
          <FirstRun agent={first} />
        </div>
      </div>
    );
  }
  return (
    <Empty
      drawing={<HandoverDrawing />}
      title="No conversation is open"
      text={
        <>
          Choose one at the left.
          <span className="mt-1 block pointer-coarse:hidden">
            <Kbd keys={KEYS.next} /> opens the first, <Kbd keys={KEYS.help} /> shows all keys.
          </span>
        </>
      }
    />
  );
}
