/** Something a member can do now: by key, from the palette, or by a button. */
export type Action = {
  id: string;
  title: string;
  section: "Conversation" | "Go to" | "View";
  /** A chord such as `t`, `shift+e`, `g n`; null when there is none. */
  keys: string | null;
  run: () => void;
  /** A next step in the palette, such as the colleague to assign to; `run` then does the same by other means. */
  steps?: readonly ActionStep[];
  /** The palette does not list it, because there it makes no sense. */
  palette?: "hidden";
};

/** One choice of a next step. */
export type ActionStep = { id: string; title: string; run: () => void };

/** Everything that can be done right now; each screen adds its own. */
export class ActionRegistry {
  private readonly listeners = new Set<() => void>();
  private readonly groups = new Map<symbol, readonly Action[]>();
  private all: readonly Action[] = [];

  snapshot = (): readonly Action[] => this.all;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Replaces the actions of one group; an empty list removes it. */
  set(group: symbol, actions: readonly Action[]): void {
    if (actions.length === 0) this.groups.delete(group);
    else this.groups.set(group, actions);
    this.all = [...this.groups.values()].flat();
    for (const listener of this.listeners) listener();
  }

  /** The action of a chord; the group added last comes first. */
  find(keys: string): Action | null {
    return this.all.findLast((action) => action.keys === keys) ?? null;
  }
}
