/** Says things to screen readers, one at a time, politely. */
export class Announcer {
  private readonly listeners = new Set<() => void>();
  private text = "";

  snapshot = (): string => this.text;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  say(text: string): void {
    // The same words twice are only heard twice when they differ; a space at the end is enough.
    this.text = text === this.text ? `${text}\u00a0` : text;
    for (const listener of this.listeners) listener();
  }
}
