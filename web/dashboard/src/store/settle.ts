/** What a list shows: rows in order, and how many more are held back. */
export type Settled = { shown: readonly string[]; held_back: number };

/**
 * Decides which rows a list shows.
 *
 * While `still` (the pointer rests on the list, or it is scrolled) no row moves: rows that left stay where they are, new
 * rows come only after the last one, and the others are counted.
 * The row that is open stays until another is opened, even when its conversation moved to another view.
 */
export function settle(
  previous: readonly string[],
  target: readonly string[],
  still: boolean,
  open: string | null,
): Settled {
  if (still && previous.length > 0) {
    const known = new Set(previous);
    const lastKept = target.findLastIndex((id) => known.has(id));
    const after = target.slice(lastKept + 1);
    const shown = lastKept === -1 ? previous : after.length === 0 ? previous : [...previous, ...after];
    const visible = new Set(shown);
    return { shown, held_back: target.filter((id) => !visible.has(id)).length };
  }
  if (open === null || target.includes(open)) return { shown: target, held_back: 0 };
  const place = previous.indexOf(open);
  if (place === -1) return { shown: target, held_back: 0 };
  return { shown: [...target.slice(0, place), open, ...target.slice(place)], held_back: 0 };
}
