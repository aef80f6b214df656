import type { Source, SourceState, SourceSync, SyncReport, WebSource } from "@baton/wire";
import { describe, expect, it } from "vitest";
import {
  addressText,
  dueText,
  kindText,
  lookText,
  newsText,
  pathText,
  reportText,
  scopeText,
  syncCountsText,
  syncText,
  warningText,
} from "../text/sources";
import { actionsOf, inOrder, lookOf, newsOf, pagesDone } from "./sources";

const source = (over: Partial<Source> = {}): Source => ({
  id: "s",
  agent_id: "a",
  name: "Docs",
  kind: "file",
  format: "pdf",
  state: "ready",
  progress: null,
  error: null,
  documents: 1,
  passages: 3,
  bytes: 10,
  created_at: 0,
  synced_at: 0,
  web: null,
  ...over,
});

const report = (over: Partial<SyncReport> = {}): SyncReport => ({
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

const sync: SourceSync = {
  phase: "fetching",
  started_at: 0,
  found: 340,
  fetched: 100,
  unchanged: 20,
  failed: 5,
  skipped: 3,
  current: "https://docs.example.com/a",
};

const site = (web: Partial<WebSource> = {}, over: Partial<Source> = {}): Source =>
  source({
    kind: "site",
    format: null,
    web: {
      url: "https://docs.example.com/",
      options: {
        max_pages: 2_000,
        max_depth: 10,
        max_page_mb: 5,
        max_total_mb: 200,
        max_minutes: 30,
        path_prefix: null,
      },
      sync_every: "daily",
      next_sync_at: null,
      last_synced_at: null,
      sync: null,
      last_sync: null,
      pages: { read: 3, skipped: 0, missing: 0, failed: 0 },
      ...web,
    },
    ...over,
  });

describe("how a source looks", () => {
  it("follows its state", () => {
    const kinds = (["queued", "reading", "indexing", "ready", "failed"] satisfies SourceState[]).map(
      (state) => lookOf(source({ state })).kind,
    );
    expect(kinds).toEqual(["queued", "working", "working", "ready", "failed"]);
  });

  it("says that a sync is under way, and whether something answers meanwhile", () => {
    expect(lookOf(site({ sync }))).toEqual({ kind: "syncing", sync, answers: true });
    expect(lookOf(site({ sync }, { state: "queued" }))).toMatchObject({ kind: "syncing", answers: false });
    expect(lookText(lookOf(site({ sync })))).toBe("Ready, syncing");
    expect(pagesDone(sync)).toBe(128);
    expect(syncText(sync)).toBe("128 of 340 pages so far");
    expect(syncText({ ...sync, phase: "waiting" })).toBe("Waiting for its turn");
    expect(syncCountsText(sync)).toBe("100 fetched, 20 unchanged, 3 skipped, 5 failed");
    expect(syncCountsText({ ...sync, fetched: 0, unchanged: 0, failed: 0, skipped: 0 })).toBeNull();
  });

  it("warns of what needs a look, failed pages first", () => {
    expect(lookOf(site()).kind).toBe("ready");
    const words = (web: Partial<WebSource>) => {
      const look = lookOf(site(web));
      return look.kind === "warned" ? warningText(look) : null;
    };
    const pages = { read: 3, skipped: 9, missing: 0, failed: 0 };
    const limit = { cause: "There are more pages.", fix: "Raise the limit." };
    expect(words({ pages })).toBeNull();
    expect(words({ pages: { ...pages, failed: 12 } })).toBe("12 pages could not be read");
    expect(words({ pages: { ...pages, failed: 1 } })).toBe("1 page could not be read");
    expect(words({ pages: { ...pages, failed: 3 }, last_sync: report({ warnings: [limit] }) })).toBe(
      "3 pages could not be read, 1 more warning",
    );
    expect(words({ pages: { ...pages, missing: 1 } })).toBe("1 page is missing on the site");
    expect(words({ last_sync: report({ warnings: [limit] }) })).toBe("There are more pages.");
    expect(words({ last_sync: report({ ended: "failed", error: limit }) })).toBe("There are more pages.");
  });

  it("offers what fits: a site is synced or stopped, a broken file is tried again", () => {
    expect(actionsOf(site())).toEqual({ sync: true, stop: false, retry: false, schedule: true });
    expect(actionsOf(site({ sync }))).toMatchObject({ sync: false, stop: true });
    expect(actionsOf(source({ state: "failed" }))).toMatchObject({
      sync: false,
      retry: true,
      schedule: false,
    });
    expect(actionsOf(source())).toMatchObject({ retry: false });
  });

  it("keeps the newest first and the list as it was", () => {
    const list = [source({ id: "old" }), source({ id: "new", created_at: 5 })];
    expect(inOrder(list).map((one) => one.id)).toEqual(["new", "old"]);
    expect(list.map((one) => one.id)).toEqual(["old", "new"]);
  });
});

describe("what is said about sources", () => {
  const working = site({ sync }, { state: "reading" });

  it("is the start and the end of a sync, and nothing in between", () => {
    expect(newsText(newsOf([site()], [site({ sync })]))).toBe("Docs: fetching has begun.");
    const later = site({ sync: { ...sync, fetched: 101 } }, { state: "reading" });
    expect(newsText(newsOf([working], [later]))).toBeNull();
    const done = site({ last_sync: report({ added: 4, changed: 2, unchanged: 520, removed: 1 }) });
    expect(newsText(newsOf([working], [done]))).toBe(
      "Docs is ready: 4 new, 2 changed, 520 unchanged, 1 gone.",
    );
  });

  it("is every failure, with its cause", () => {
    const failed = site({}, { state: "failed", error: { cause: "It answered 403.", fix: "Allow it." } });
    expect(newsText(newsOf([working], [failed]))).toBe("Docs failed. It answered 403.");
    const second = { ...failed, id: "t" };
    const both = newsOf([working, { ...working, id: "t" }], [failed, second]);
    expect(newsText(both)).toBe("2 sources failed.");
  });

  it("is one line for many files, once the last is read", () => {
    const reading = [source({ id: "a", state: "reading" }), source({ id: "b", state: "reading" })];
    const one = [source({ id: "a" }), reading[1] ?? source()];
    expect(newsText(newsOf(reading, one))).toBeNull();
    expect(newsText(newsOf(one, [one[0] ?? source(), source({ id: "b" })]))).toBe(
      "Docs is ready. All files are read.",
    );
  });

  it("is nothing about a source that is new or was as it is", () => {
    expect(newsOf([], [working])).toEqual([]);
    expect(newsOf([site()], [site()])).toEqual([]);
  });
});

describe("words about sources", () => {
  it("name what a source is", () => {
    expect(kindText({ kind: "file", format: "docx" })).toBe("Word file");
    expect(kindText({ kind: "file", format: "text" })).toBe("Plain text file");
    expect(kindText({ kind: "file", format: null })).toBe("File");
    expect(kindText({ kind: "site", format: null })).toBe("Website");
  });

  it("shorten addresses without losing what tells them apart", () => {
    expect(addressText("https://docs.example.com/guide/")).toBe("docs.example.com/guide");
    expect(pathText("https://e.example/caf%C3%A9?x=1")).toBe("/café?x=1");
    expect(pathText("https://e.example/%E0%A4%A")).toBe("/%E0%A4%A");
    expect(pathText("nonsense")).toBe("nonsense");
  });

  it("say when something is due", () => {
    const minute = 60_000;
    expect(dueText(0, 5)).toBe("any moment now");
    expect(dueText(minute, 0)).toBe("in 1 minute");
    expect(dueText(22 * 60 * minute, 0)).toBe("in 22 hours");
    expect(dueText(6 * 24 * 60 * minute, 0)).toBe("in 6 days");
  });

  it("report a sync", () => {
    expect(reportText(report({ missing: 1, skipped: 5, failed: 12 }))).toBe(
      "1 missing (kept for now), 5 skipped, 12 failed",
    );
    expect(reportText(report({ ended: "failed" }))).toBe("Nothing was fetched");
    expect(reportText(report())).toBe("No pages");
  });

  it("say beforehand what will be read, as the server takes it", () => {
    const scope = (address: string, prefix: string | null = null) =>
      scopeText("site", new URL(address), prefix)?.split(", as its")[0];
    expect(scope("https://docs.example.com")).toBe("All of docs.example.com");
    expect(scope("https://e.example/guide/start.html")).toBe("e.example, below /guide/");
    expect(scope("https://e.example/docs")).toBe("e.example, below /docs");
    expect(scope("https://e.example/de/sitemap.xml")).toBe("All of e.example");
    expect(scope("https://e.example/docs/llms.txt")).toBe("All of e.example");
    expect(scope("https://e.example/docs", "/docs/v2/")).toBe("e.example, below /docs/v2/");
    expect(scopeText("page", new URL("https://e.example/a"), null)).toBe("This one page of e.example.");
    expect(scopeText("site", null, null)).toBeNull();
  });
});
