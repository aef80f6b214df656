import { countKnowledge } from "./seed.mjs";

const HOUR = 3_600_000;
const EVERY_MS = { off: null, hourly: HOUR, daily: 24 * HOUR, weekly: 168 * HOUR, monthly: 720 * HOUR };
const SECTIONS = ["returns", "shipping", "payments", "repairs", "tents", "boots", "account", "stores"];
export const OPTIONS = {
  max_pages: 2_000,
  max_depth: 10,
  max_page_mb: 5,
  max_total_mb: 200,
  max_minutes: 30,
  path_prefix: null,
};
const NO_ANSWER = {
  cause: "The page answered 503 (the server is busy), three times.",
  fix: "Sync again later; ask whoever runs the site if it stays.",
};
const ROBOTS = {
  cause: "robots.txt asks not to read this page.",
  fix: "Allow BatonBot there, if it is your site.",
};
const GONE = { cause: "The page is not there any more.", fix: "If it moved, link to its new address." };

/** What a page or a site is fetched from, before anything was. */
export const web = (url, over = {}) => ({
  url,
  options: OPTIONS,
  sync_every: "daily",
  next_sync_at: null,
  last_synced_at: null,
  sync: null,
  last_sync: null,
  pages: { read: 0, skipped: 0, missing: 0, failed: 0 },
  ...over,
});

export const report = (over = {}) => ({
  added: 0,
  changed: 0,
  unchanged: 0,
  missing: 0,
  removed: 0,
  failed: 0,
  skipped: 0,
  ended: "whole",
  error: null,
  warnings: [],
  ...over,
});

/** The pages of a site, made from how many there are of each state. */
function pagesOf(source) {
  const { url, pages } = source.web;
  const base = url.replace(/\/$/, "");
  const at = source.web.last_synced_at ?? Date.now();
  const states = ["failed", "missing", "skipped", "read"].flatMap((state) => Array(pages[state]).fill(state));
  return states.map((state, index) => {
    const section = SECTIONS[index % SECTIONS.length];
    const path = `${section}/${section}-and-more-${String(index + 1).padStart(3, "0")}`;
    const read = state === "read";
    return {
      id: `${base}/${path}`,
      url: `${base}/${path}`,
      title: read || state === "missing" ? `How ${section} work, part ${index + 1}` : null,
      state,
      error: { read: null, failed: NO_ANSWER, skipped: ROBOTS, missing: GONE }[state],
      format: read ? "html" : null,
      passages: read ? 2 + (index % 7) : state === "missing" ? 3 : 0,
      bytes: read ? 8_000 + index * 37 : 0,
      fetched_at: at,
      missing_since: state === "missing" ? at - 20 * HOUR : null,
    };
  });
}

/** Fetches a site or a page in steps, as the stream tells it. */
export function sync(world, source, { total = source.kind === "page" ? 1 : 128, stepMs = 220 } = {}) {
  const agent = world.agent(source.agent_id);
  const again = source.passages > 0;
  const change = (part, webPart) => {
    if (!world.sources.has(source.id)) return;
    Object.assign(source, part);
    Object.assign(source.web, webPart);
    world.broadcast("source", source);
    countKnowledge(world, agent);
    world.broadcast("agent", agent);
  };
  const base = source.web.url.replace(/\/$/, "");
  const counts = { found: 0, fetched: 0, unchanged: 0, failed: 0, skipped: 0 };
  const step = (done) => {
    if (!world.sources.has(source.id)) return;
    const stopped = source.web.sync?.stopped === true;
    if (done >= total || stopped) return finish(stopped);
    if (done % 16 === 9) counts.failed += 1;
    else if (done % 21 === 5) counts.skipped += 1;
    else if (again && done % 8 !== 0) counts.unchanged += 1;
    else counts.fetched += 1;
    counts.found = Math.min(total, Math.max(counts.found, 24 + done * 2));
    const section = SECTIONS[done % SECTIONS.length];
    change(
      { state: again ? "ready" : "reading", progress: { done: done + 1, total: counts.found } },
      {
        sync: { phase: "fetching", started_at: Date.now(), ...counts, current: `${base}/${section}/${done}` },
      },
    );
    setTimeout(() => step(done + 1), stepMs);
  };
  const finish = (stopped) => {
    change(
      { progress: null },
      { sync: { phase: "finishing", started_at: Date.now(), ...counts, current: null } },
    );
    const read = counts.fetched + counts.unchanged;
    const every = EVERY_MS[source.web.sync_every];
    setTimeout(
      () =>
        change(
          {
            state: "ready",
            progress: null,
            documents: read,
            passages: read * 5,
            bytes: read * 9_300,
            synced_at: Date.now(),
          },
          {
            sync: null,
            last_synced_at: Date.now(),
            next_sync_at: every === null ? null : Date.now() + every,
            pages: { read, skipped: counts.skipped, missing: 0, failed: counts.failed },
            last_sync: report({
              [again ? "changed" : "added"]: counts.fetched,
              unchanged: counts.unchanged,
              failed: counts.failed,
              skipped: counts.skipped,
              ended: stopped ? "stopped" : "whole",
              warnings: stopped
                ? [{ cause: "Fetching was stopped before it was done.", fix: "Sync again for the rest." }]
                : [],
            }),
          },
        ),
      1_200,
    );
  };
  const waiting = {
    phase: "waiting",
    started_at: null,
    found: 0,
    fetched: 0,
    unchanged: 0,
    failed: 0,
    skipped: 0,
    current: null,
  };
  change({ error: null, ...(again ? {} : { state: "queued" }) }, { sync: waiting });
  setTimeout(() => step(0), 900);
}

/** Sources from the web: add, change, fetch again, stop, and their pages. */
export function webSourceRoutes({ world, stage, addSource, sourceOf, invalid }) {
  return [
    [
      "POST",
      /^\/agents\/([^/]+)\/sources\/(page|site)$/,
      ({ body, reply }, id, kind) => {
        const url = /^https?:/.test(body.url) ? body.url : `https://${body.url}`;
        if (/localhost|127\.|10\.|192\.168/.test(url))
          throw invalid({
            url: "The address leads into a private network. Only pages that anyone can open are read.",
          });
        const source = addSource(id, {
          name: body.title ?? url.replace(/^https?:\/\//, "").replace(/\/$/, ""),
          kind,
          web: web(url, { sync_every: body.sync_every, options: { ...OPTIONS, ...body.options } }),
        });
        reply(source, 201);
      },
    ],
    [
      "PATCH",
      /^\/sources\/([^/]+)$/,
      ({ body, reply }, id) => {
        const source = sourceOf(id);
        if (body.name !== undefined) source.name = body.name;
        if (body.options !== undefined) source.web.options = body.options;
        if (body.sync_every !== undefined) {
          const every = EVERY_MS[body.sync_every];
          Object.assign(source.web, {
            sync_every: body.sync_every,
            next_sync_at: every === null ? null : Date.now() + every,
          });
        }
        world.broadcast("source", source);
        reply(source);
      },
    ],
    [
      "POST",
      /^\/sources\/([^/]+)\/(sync|stop|retry)$/,
      ({ reply }, id, what) => {
        const source = sourceOf(id);
        if (what === "retry") {
          const fails = source.error;
          Object.assign(source, { state: "queued", error: null });
          stage.readSource(source, { fails });
        } else if (what === "sync") sync(world, source);
        else if (source.web.sync !== null) source.web.sync.stopped = true;
        reply(source);
      },
    ],
    [
      "GET",
      /^\/sources\/([^/]+)\/pages$/,
      ({ query, reply }, id) => {
        const state = query.get("state");
        const all = pagesOf(sourceOf(id)).filter((page) => state === null || page.state === state);
        const from = all.findIndex((page) => page.id === query.get("after")) + 1;
        const pages = all.slice(from, from + 100);
        reply({ pages, next: from + 100 < all.length ? pages.at(-1).id : null });
      },
    ],
  ];
}

/** A broken file, and a site in each of the states that one can be in. */
export function seedOthers(add) {
  add("warranty-scan.pdf", {
    format: null,
    state: "failed",
    documents: 0,
    passages: 0,
    bytes: 2_400_000,
    error: {
      cause: "The PDF has only pictures of text, such as a scan, and no text itself.",
      fix: "Upload a version with selectable text, or type the content in.",
    },
    created_at: Date.now() - HOUR / 2,
    synced_at: null,
  });
  add("Help centre", {
    kind: "site",
    format: null,
    documents: 524,
    passages: 2_731,
    bytes: 6_140_000,
    web: web("https://help.northwind.example/", {
      last_synced_at: Date.now() - 2 * HOUR,
      next_sync_at: Date.now() + 22 * HOUR,
      pages: { read: 524, skipped: 5, missing: 1, failed: 12 },
      last_sync: report({
        added: 4,
        changed: 2,
        unchanged: 520,
        missing: 1,
        skipped: 5,
        failed: 12,
        removed: 1,
      }),
    }),
    created_at: Date.now() - 4 * 24 * HOUR,
  });
  add("blog.northwind.example/care", {
    kind: "site",
    format: null,
    documents: 61,
    passages: 240,
    bytes: 820_000,
    web: web("https://blog.northwind.example/care", {
      sync_every: "weekly",
      last_synced_at: Date.now() - 30 * HOUR,
      next_sync_at: Date.now() + 138 * HOUR,
      pages: { read: 61, skipped: 0, missing: 0, failed: 0 },
      last_sync: report({ changed: 3, unchanged: 58 }),
    }),
    created_at: Date.now() - 3.5 * 24 * HOUR,
  });
  add("intranet.northwind.example", {
    kind: "site",
    format: null,
    state: "failed",
    documents: 0,
    passages: 0,
    bytes: 0,
    synced_at: null,
    error: {
      cause: "The site answered 403 (not allowed) to the first page.",
      fix: "Allow the user agent BatonBot, or upload the pages as files.",
    },
    web: web("https://intranet.northwind.example/", {
      sync_every: "off",
      last_sync: report({ ended: "failed" }),
    }),
    created_at: Date.now() - HOUR,
  });
}
