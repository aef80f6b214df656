import type { Agent } from "@baton/wire";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useParams } from "@tanstack/react-router";
import { createContext, useContext } from "react";
import { LoadFailed, NotFound } from "../../app/failures";
import { useIsAdmin, useServices } from "../../app/hooks";
import { cx } from "../../components/cx";
import { LoaderIcon } from "../../components/icons";
import { Skeleton } from "../../components/skeleton";
import { loads } from "../../store/queries";
import { count } from "../../text/words";
import { FirstRunStrip } from "./first-run";

const AgentContext = createContext<Agent | null>(null);

/** The agent whose screens are open. */
export function useAgent(): Agent {
  const agent = useContext(AgentContext);
  if (agent === null) throw new Error("an agent's screen is used outside its layout");
  return agent;
}

const TABS = [
  { to: "/agents/$agentId/sources", name: "Sources" },
  { to: "/agents/$agentId/test", name: "Test" },
  { to: "/agents/$agentId/golden", name: "Golden questions" },
  { to: "/agents/$agentId/settings", name: "Settings" },
  { to: "/agents/$agentId/widget", name: "Widget" },
] as const;

/** What an agent's screens share: its name, the state of its knowledge, and the way between them. */
export function AgentLayout() {
  const { agentId } = useParams({ from: "/desk/agents/$agentId" });
  const { api } = useServices();
  const admin = useIsAdmin();
  const agents = useQuery({ ...loads.agents(api), enabled: admin });
  if (!admin) return <NotFound />;
  if (agents.isError) return <LoadFailed error={agents.error} reset={() => void agents.refetch()} />;
  if (agents.data === undefined) return <Skeleton rows={4} label="Loading the agent" />;
  const agent = agents.data.find((one) => one.id === agentId);
  if (agent === undefined) return <NotFound />;
  return (
    <AgentContext value={agent}>
      <div className="flex h-full flex-col">
        <header className="shrink-0 border-line border-b">
          <div className="mx-auto flex max-w-5xl flex-wrap items-baseline gap-x-3 px-4 pt-4 sm:px-8 sm:pt-6">
            <p className="min-w-0 truncate font-semibold text-page">{agent.name}</p>
            <KnowledgeState agent={agent} />
          </div>
          <nav
            aria-label={agent.name}
            className="scroll-quiet mx-auto mt-2 flex max-w-5xl gap-5 overflow-x-auto px-4 sm:px-8"
          >
            {TABS.map((tab) => (
              <Link
                key={tab.to}
                to={tab.to}
                params={{ agentId }}
                className="focus-inset -mb-px border-transparent border-b-2 whitespace-nowrap py-2 text-body text-t2 hover:text-t1 aria-[current=page]:border-t1 aria-[current=page]:font-medium aria-[current=page]:text-t1"
              >
                {tab.name}
              </Link>
            ))}
          </nav>
        </header>
        <FirstRunStrip agent={agent} />
        <div className="min-h-0 flex-1">
          <Outlet />
        </div>
      </div>
    </AgentContext>
  );
}

function KnowledgeState({ agent }: { agent: Agent }) {
  const { state, passages, sources, error } = agent.knowledge;
  switch (state) {
    case "empty":
      return <span className="text-body text-t2">No sources yet</span>;
    case "training":
      return (
        <span role="status" className="inline-flex items-center gap-1.5 text-body text-t2">
          <LoaderIcon size={14} strokeWidth={1.75} aria-hidden className="animate-spin" />
          Learning. Answers come from the last state until it is done.
        </span>
      );
    case "ready":
      return (
        <span className="tabular text-body text-t2">
          {count(sources, "source")}, {count(passages, "passage")}
        </span>
      );
    case "failed":
      return (
        <span className={cx("text-body text-err")}>
          {error ?? "Learning failed."} The last good state still answers.
        </span>
      );
    default:
      state satisfies never;
      return null;
  }
}
