import type { Agent, AgentSettings } from "@baton/wire";
import type { AgentPatch } from "../wire/api";

/** The settings as they are being edited, with the agent's name. */
export type SettingsDraft = AgentSettings & { name: string };

/** One setting by its name, such as `welcome` or `handoff.mode`. */
export type SettingKey =
  | Exclude<keyof SettingsDraft, Group>
  | { [G in Group]: `${G}.${keyof AgentSettings[G] & string}` }[Group];

/** Settings whose parts stand for themselves: a PATCH merges objects. */
const GROUPS = ["handoff", "model"] as const;
type Group = (typeof GROUPS)[number];

/** What a member changed and did not save: for each setting what it was when they began, and what they want. */
export type SettingsEdits = Readonly<Partial<Record<SettingKey, { from: unknown; to: unknown }>>>;

export const NO_EDITS: SettingsEdits = {};

/**
 * The settings as the form shows them: what I changed is mine, everything else is the agent's, as it is now.
 *
 * A change by a colleague so becomes visible at once and is no change of mine.
 */
export function draftOf(agent: Agent, edits: SettingsEdits): SettingsDraft {
  const values = flat(agent);
  for (const [key, edit] of editsOf(edits)) values.set(key, edit.to);
  return nested(values) as SettingsDraft;
}

/** The edits after a part of the form changed. What is put back to the agent's value is no edit any more. */
export function edited(agent: Agent, edits: SettingsEdits, part: AgentPatch): SettingsEdits {
  const next = new Map(editsOf(edits));
  const now = flat(agent);
  for (const [key, to] of flatten(part)) {
    const present = now.get(key);
    if (isSame(present, to)) next.delete(key);
    else next.set(key, { from: edits[key] === undefined ? present : edits[key].from, to });
  }
  return Object.fromEntries(next);
}

/** What a save must send: only what I changed, so that a colleague's change elsewhere stays. */
export function changesOf(agent: Agent, edits: SettingsEdits): AgentPatch {
  const now = flat(agent);
  return nested(
    new Map(
      editsOf(edits)
        .filter(([key, edit]) => !isSame(now.get(key), edit.to))
        .map(([key, edit]) => [key, edit.to]),
    ),
  );
}

/** Settings that a colleague changed while I did; saving would undo theirs. */
export function conflictsOf(agent: Agent, edits: SettingsEdits): SettingKey[] {
  const now = flat(agent);
  return editsOf(edits)
    .filter(([key, edit]) => !isSame(now.get(key), edit.from) && !isSame(now.get(key), edit.to))
    .map(([key]) => key);
}

/** The edits without these settings, so that the agent's values stand there again. */
export function without(edits: SettingsEdits, keys: readonly SettingKey[]): SettingsEdits {
  return Object.fromEntries(editsOf(edits).filter(([key]) => !keys.includes(key)));
}

/** What is left of the edits once others were saved: what was changed again meanwhile. */
export function unsaved(edits: SettingsEdits, saved: SettingsEdits): SettingsEdits {
  return Object.fromEntries(editsOf(edits).filter(([key, edit]) => !isSame(edit.to, saved[key]?.to)));
}

function editsOf(edits: SettingsEdits): [SettingKey, { from: unknown; to: unknown }][] {
  return Object.entries(edits) as [SettingKey, { from: unknown; to: unknown }][];
}

function flat(agent: Agent): Map<SettingKey, unknown> {
  return flatten({ ...agent.settings, name: agent.name });
}

/** Each setting by its name. Lists are replaced whole. */
function flatten(part: AgentPatch): Map<SettingKey, unknown> {
  const values = new Map<string, unknown>();
  for (const [key, value] of Object.entries(part)) {
    if (!isGroup(key)) values.set(key, value);
    else for (const [inner, one] of Object.entries(value ?? {})) values.set(`${key}.${inner}`, one);
  }
  return values as Map<SettingKey, unknown>;
}

function nested(values: ReadonlyMap<SettingKey, unknown>): AgentPatch {
  const whole: Record<string, unknown> = {};
  for (const [key, value] of values) {
    const [group = "", inner] = key.split(".");
    whole[group] = inner === undefined ? value : { ...(whole[group] as object | undefined), [inner]: value };
  }
  return whole as AgentPatch;
}

function isGroup(key: string): key is Group {
  return GROUPS.some((group) => group === key);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
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
