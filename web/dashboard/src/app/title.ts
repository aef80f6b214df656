const ICON_DOT =
  "data:image/svg+xml," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#17171C"/><path d="M10 22 22 10" stroke="#fff" stroke-width="5" stroke-linecap="round"/><circle cx="24" cy="8" r="8" fill="#D92D20" stroke="#fff" stroke-width="2"/></svg>',
  );

/** The window's title and icon: where the member is, and how many conversations need a human. */
export class Title {
  private page = "";
  private waiting = 0;
  private plainIcon: string | null = null;

  setPage(page: string): void {
    this.page = page;
    this.write();
  }

  setWaiting(waiting: number): void {
    this.waiting = waiting;
    this.write();
  }

  private write(): void {
    const name = this.page === "" ? "Baton" : `${this.page} · Baton`;
    document.title = this.waiting > 0 ? `(${this.waiting}) ${name}` : name;
    const link = document.querySelector<HTMLLinkElement>("#icon");
    if (link === null) return;
    this.plainIcon ??= link.href;
    const href = this.waiting > 0 ? ICON_DOT : this.plainIcon;
    if (link.href !== href) link.href = href;
  }
}
