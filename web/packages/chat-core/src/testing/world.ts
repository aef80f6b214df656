import type { Effects, KeyValues, TabNotice, Tabs } from "../effects";

/** Time that stands still until a test moves it. */
export class ManualTime {
  now = 1_760_000_000_000;
  #timers: { at: number; order: number; due: () => void }[] = [];
  #order = 0;

  after(ms: number, due: () => void): () => void {
    const timer = { at: this.now + ms, order: this.#order, due };
    this.#order += 1;
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Moves on, runs what falls due in order, and lets every promise settle in between. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    await settle();
    for (;;) {
      const [next] = this.#timers
        .filter((timer) => timer.at <= end)
        .sort((one, two) => one.at - two.at || one.order - two.order);
      if (next === undefined) break;
      this.now = Math.max(this.now, next.at);
      this.#timers = this.#timers.filter((other) => other !== next);
      next.due();
      await settle();
    }
    this.now = end;
  }
}

/** Lets promises and streams that are ready run until none has anything left to do. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

declare function setImmediate(callback: () => void): unknown;

/** A small random generator, so that a failing case can be run again from its seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export class MemoryStorage implements KeyValues {
  readonly values = new Map<string, string>();
  get(key: string): string | null {
    return this.values.get(key) ?? null;
  }
  set(key: string, value: string): void {
    this.values.set(key, value);
  }
  remove(key: string): void {
    this.values.delete(key);
  }
  keys(): string[] {
    return [...this.values.keys()];
  }
}

/** One visitor's browser: its tabs share storage, notices and locks. */
export class Browser {
  readonly time = new ManualTime();
  /** A test may answer the tabs' looks at the clock itself. */
  readonly clock: { read: (() => number) | null } = { read: null };
  readonly storage = new MemoryStorage();
  readonly #random = seeded(7);
  readonly #tabs = new Set<(notice: TabNotice) => void>();
  #locks = new Map<string, Promise<void>>();
  #ids = 0;

  tab(fetch: Effects["fetch"]): Effects {
    let own: ((notice: TabNotice) => void) | null = null;
    const tabs: Tabs = {
      tell: (notice) => {
        for (const heard of this.#tabs) if (heard !== own) heard(notice);
      },
      listen: (heard) => {
        own = heard;
        this.#tabs.add(heard);
        return () => this.#tabs.delete(heard);
      },
    };
    return {
      fetch,
      now: () => this.clock.read?.() ?? this.time.now,
      random: this.#random,
      newId: () => {
        this.#ids += 1;
        return `id-${this.#ids}`;
      },
      after: (ms, due) => this.time.after(ms, due),
      storage: this.storage,
      tabs,
      exclusive: async (name, task) => {
        const before = this.#locks.get(name) ?? Promise.resolve();
        const run = before.then(task);
        this.#locks.set(
          name,
          run.catch(() => {}),
        );
        await run;
      },
    };
  }
}
