import type { Page } from "@baton/wire";

/** Single-page apps change the title after the address; it is read this much later. Milliseconds. */
const TITLE_SETTLES_MS = 400;
const TRAIL_LIMIT = 20;

/** The Navigation API where the browser has it. */
type WithNavigation = { navigation?: EventTarget };

/** Where the visitor is on the site, and the pages before, newest last. */
export type Pages = { now: Page; trail: Page[] };

function here(): Page {
  return { url: location.href.slice(0, 2000), title: document.title.slice(0, 300) || null };
}

/**
 * Follows the visitor through the site without touching the site's `history`.
 *
 * `trail` are the pages so far, newest last; a page that was only loaded again is not one of its own pages before.
 */
export function watchPages(trail: Page[], signal: AbortSignal, changed: () => void): Pages {
  const pages = { now: here(), trail };
  const trim = () => trail.splice(0, trail.length - TRAIL_LIMIT);
  if (trail.at(-1)?.url === pages.now.url) trail.pop();
  trim();
  let { href } = location;
  const check = () => {
    if (location.href === href) return;
    href = location.href;
    trail.push(pages.now);
    trim();
    pages.now = here();
    setTimeout(() => {
      pages.now = here();
      changed();
    }, TITLE_SETTLES_MS);
  };
  const { navigation } = window as WithNavigation;
  if (navigation) {
    navigation.addEventListener("currententrychange", check, { signal });
  } else {
    addEventListener("popstate", check, { signal });
    const interval = setInterval(check, 1000);
    signal.addEventListener("abort", () => clearInterval(interval));
  }
  return pages;
}
