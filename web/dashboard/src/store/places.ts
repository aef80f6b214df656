import type { ConversationSummary, Counts, FeedItem, InboxView, Place } from "@baton/wire";

/** The views in the order of their names in the navigation. */
export const VIEWS = ["waiting", "mine", "team", "live", "resolved"] as const satisfies readonly InboxView[];

export const NO_COUNTS: Counts = { live: 0, waiting: 0, mine: 0, team: 0, resolved: 0 };

/** The views that list a conversation in this place for member `me`. */
export function viewsOf(place: Place, me: string): readonly InboxView[] {
  switch (place.view) {
    case "live":
      return ["live"];
    case "waiting":
      return ["waiting"];
    case "held":
      return place.member_id === me ? ["team", "mine"] : ["team"];
    case "resolved":
      return ["resolved"];
    default:
      place satisfies never;
      return [];
  }
}

/** The counts after a conversation moved from `before` (null: it is new) to `after`. */
export function moveCounts(counts: Counts, before: Place | null, after: Place, me: string): Counts {
  const moved = { ...counts };
  if (before !== null) for (const view of viewsOf(before, me)) moved[view] = Math.max(0, moved[view] - 1);
  for (const view of viewsOf(after, me)) moved[view] += 1;
  return moved;
}

/** When a conversation began to wait, or null when nobody needs to come. */
export function waitingSince(summary: ConversationSummary): number | null {
  return summary.owner.kind === "queue" ? summary.owner.since : null;
}

/** Orders a view: the longest wait first among those waiting, else the newest activity first. */
export function compareIn(view: InboxView, a: ConversationSummary, b: ConversationSummary): number {
  const byTime =
    view === "waiting"
      ? (waitingSince(a) ?? a.active_at) - (waitingSince(b) ?? b.active_at)
      : b.active_at - a.active_at;
  return byTime !== 0 ? byTime : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** Whether the visitor wrote something, or was handed over, since this member last read. */
export function isUnread(summary: ConversationSummary, marks: Readonly<Record<string, number>>): boolean {
  return summary.last_visitor_seq > (marks[summary.id] ?? 0);
}

/** Whether a commit made a conversation wait for a person. */
export function newlyWaiting(item: FeedItem): boolean {
  return item.summary.place.view === "waiting" && item.before?.view !== "waiting";
}
