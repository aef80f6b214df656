import type { Agent, Counts } from "@baton/wire";
import type { KeyValueStore } from "./drafts";

/** One step on the way to the first conversation. */
export type Step = { id: "source" | "try" | "install" | "conversation"; done: boolean };

/** How far an agent is on its way, read from what is there. */
export function firstSteps(agent: Agent, counts: Counts | null, tried: boolean): readonly Step[] {
  const met = counts !== null && counts.live + counts.waiting + counts.team + counts.resolved > 0;
  return [
    { id: "source", done: agent.knowledge.sources > 0 },
    { id: "try", done: tried || met },
    { id: "install", done: agent.settings.allowed_origins.length > 0 || met },
    { id: "conversation", done: met },
  ];
}

const TRIED_KEY = "baton.tried";

/** Whether this agent was asked something in the test pane of this browser; the server keeps no trace of tests. */
export function wasTried(storage: KeyValueStore | null, agentId: string): boolean {
  return (storage?.getItem(TRIED_KEY) ?? "").split(" ").includes(agentId);
}

export function noteTried(storage: KeyValueStore | null, agentId: string): void {
  if (wasTried(storage, agentId)) return;
  try {
    storage?.setItem(TRIED_KEY, `${storage.getItem(TRIED_KEY) ?? ""} ${agentId}`.trim());
  } catch {
    // Storage is full or blocked; the step is then marked done by the first conversation.
  }
}
