import type { Agent, AgentSettings } from "@baton/wire";
import type { AgentPatch } from "../wire/api";

/** The settings as they are being edited, with the agent's name. */
export type SettingsDraft = AgentSettings & { name: string };

export function draftOf(agent: Agent): SettingsDraft {
  return { ...agent.settings, name: agent.name };
}

/** What a save must send: only what differs from the agent, so that a colleague's change elsewhere stays. */
export function changesOf(agent: Agent, draft: SettingsDraft): AgentPatch {
  const before = draftOf(agent);
  const changed = Object.entries(draft).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key as keyof SettingsDraft]),
  );
  return Object.fromEntries(changed) as AgentPatch;
}

/** A short machine name for a field's label, such as `order_number`; unique among those taken. */
export function fieldName(label: string, taken: readonly string[]): string {
  const plain = label
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 40);
  const base = plain === "" ? "field" : plain;
  if (!taken.includes(base)) return base;
  for (let number = 2; ; number += 1) if (!taken.includes(`${base}_${number}`)) return `${base}_${number}`;
}
