/** Tells the page's owner; nothing of the widget ever throws into the page. */
export function warn(problem: unknown): void {
  console.warn("[baton]", problem);
}
