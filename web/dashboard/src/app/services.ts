import { QueryClient } from "@tanstack/react-query";
import { ActionRegistry } from "../store/actions";
import { Clock } from "../store/clock";
import { Drafts, type KeyValueStore } from "../store/drafts";
import { PreferenceStore } from "../store/preferences";
import { ToastStore } from "../store/toasts";
import { type Api, createApi } from "../wire/api";
import { Http } from "../wire/http";
import { Announcer } from "./announcer";
import { Bell } from "./bell";
import { Title } from "./title";

/** What every part of the app may use; made once, before anything is drawn. */
export type Services = {
  api: Api;
  queries: QueryClient;
  storage: KeyValueStore | null;
  preferences: PreferenceStore;
  drafts: Drafts;
  clock: Clock;
  toasts: ToastStore;
  actions: ActionRegistry;
  bell: Bell;
  announcer: Announcer;
  title: Title;
  /** Set by the app: what happens when the session is over. */
  signedOut: { handle: () => void };
};

export function createServices(): Services {
  const storage = browserStorage();
  const clock = new Clock(
    () => Date.now(),
    (run, ms) => window.setInterval(run, ms),
    (timer) => window.clearInterval(timer),
  );
  const signedOut = { handle: () => {} };
  const http = new Http({
    fetch: (input, init) => window.fetch(input, init),
    base: "/api/v1",
    onSignedOut: () => signedOut.handle(),
    onServerTime: (at) => clock.correct(at),
  });
  return {
    api: createApi(http),
    queries: new QueryClient({
      defaultOptions: { queries: { retry: false, staleTime: 30_000, refetchOnWindowFocus: true } },
    }),
    storage,
    preferences: new PreferenceStore(storage),
    drafts: new Drafts(storage),
    clock,
    toasts: new ToastStore(
      (run, ms) => window.setTimeout(run, ms),
      (timer) => window.clearTimeout(timer),
    ),
    actions: new ActionRegistry(),
    bell: new Bell(),
    announcer: new Announcer(),
    title: new Title(),
    signedOut,
  };
}

/** localStorage, or null where the browser blocks it. */
function browserStorage(): KeyValueStore | null {
  try {
    const probe = "baton.probe";
    window.localStorage.setItem(probe, "1");
    window.localStorage.removeItem(probe);
    return window.localStorage;
  } catch {
    return null;
  }
}
