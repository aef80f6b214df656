/** A short word at the edge of the screen, for what just happened. */
export type Toast = {
  id: number;
  text: string;
  tone: "plain" | "error";
  action: { label: string; keys: string | null; run: () => void } | null;
};

/** What a toast may say besides its text. */
export type ToastOptions = {
  tone?: Toast["tone"];
  action?: { label: string; run: () => void };
  undo?: () => void;
};

const TOAST_MS = 6_000;
/** An action that can be undone stays longer. */
const UNDO_MS = 10_000;
const TOASTS_MAX = 3;

/** The toasts on screen. The newest one with an undo answers Ctrl or Cmd with Z. */
export class ToastStore {
  private readonly listeners = new Set<() => void>();
  private readonly timers = new Map<number, number>();
  private toasts: readonly Toast[] = [];
  /** What is under way and will say whether it can be undone. */
  private pending: Promise<unknown> | null = null;
  private lastId = 0;

  constructor(
    private readonly setTimer: (run: () => void, ms: number) => number,
    private readonly clearTimer: (timer: number) => void,
  ) {}

  snapshot = (): readonly Toast[] => this.toasts;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  show(text: string, options: ToastOptions = {}): void {
    this.lastId += 1;
    const id = this.lastId;
    const { undo } = options;
    const named = options.action === undefined ? null : { ...options.action, keys: null };
    const action = undo === undefined ? named : { label: "Undo", keys: "mod+z", run: undo };
    this.set([...this.toasts, { id, text, tone: options.tone ?? "plain", action }].slice(-TOASTS_MAX));
    this.start(id);
  }

  /** An action is under way: who undoes meanwhile means this one, not an older one. */
  during(action: Promise<unknown>): void {
    const settled = action
      .catch(() => undefined)
      .then(() => {
        if (this.pending === settled) this.pending = null;
      });
    this.pending = settled;
  }

  /** Undoes what the newest toast offers to undo, once what is under way has ended; false when there is nothing. */
  undo(): boolean {
    if (this.pending !== null) {
      void this.pending.then(() => this.undo());
      return true;
    }
    const toast = this.toasts.findLast((one) => one.action?.keys === "mod+z");
    if (toast === undefined) return false;
    this.dismiss(toast.id);
    toast.action?.run();
    return true;
  }

  dismiss(id: number): void {
    this.hold(id);
    this.set(this.toasts.filter((toast) => toast.id !== id));
  }

  /** Keeps a toast while the pointer or the focus is on it. */
  hold(id: number): void {
    const timer = this.timers.get(id);
    if (timer !== undefined) this.clearTimer(timer);
    this.timers.delete(id);
  }

  /** Starts the time after which a toast goes away. */
  start(id: number): void {
    const toast = this.toasts.find((one) => one.id === id);
    if (toast === undefined) return;
    this.hold(id);
    this.timers.set(
      id,
      this.setTimer(() => this.dismiss(id), toast.action === null ? TOAST_MS : UNDO_MS),
    );
  }

  private set(toasts: readonly Toast[]): void {
    this.toasts = toasts;
    for (const listener of this.listeners) listener();
  }
}
