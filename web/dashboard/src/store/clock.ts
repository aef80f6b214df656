/** A difference below this is the resolution of the server's Date header, not a wrong clock. */
const SKEW_MS_MIN = 2_000;

/** The server's time, ticking once a second for those who show waiting times. */
export class Clock {
  private skew = 0;
  private timer: number | null = null;
  private ticked: number;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly local: () => number,
    private readonly setRepeating: (run: () => void, ms: number) => number,
    private readonly clearRepeating: (timer: number) => void,
  ) {
    this.ticked = local();
  }

  /** Now, by the server's clock, in ms since the epoch. */
  now = (): number => this.local() + this.skew;

  /** The last full tick, so that all chips on screen show the same second. */
  snapshot = (): number => this.ticked;

  /** Learns from an answer's Date header how far this machine's clock is off. */
  correct(serverNow: number): void {
    const skew = serverNow - this.local();
    this.skew = Math.abs(skew) < SKEW_MS_MIN ? 0 : skew;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (this.timer === null) {
      this.ticked = this.now();
      this.timer = this.setRepeating(() => this.tick(), 1_000);
    }
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0 || this.timer === null) return;
      this.clearRepeating(this.timer);
      this.timer = null;
    };
  };

  private tick(): void {
    this.ticked = this.now();
    for (const listener of this.listeners) listener();
  }
}
