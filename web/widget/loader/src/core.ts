import type { Page, WidgetConfig } from "@baton/wire";
import { loaderEn as words } from "../../locale/en";
import { createLauncher, inkOn, type Launcher } from "./launcher";
import type { Options } from "./options";
import { type Pages, watchPages } from "./pages";
import type { Panel } from "./panel";
import { warn } from "./warn";

/** What is kept for this tab once the visitor has opened the widget: reloads and other pages go on from it. */
export type Kept = {
  open?: boolean | undefined;
  live?: boolean | undefined;
  /** The pages of the visit up to the present one, newest last. */
  trail: Page[];
};

/** What the launcher and the panel share. */
export type Core = {
  options: Options;
  config: WidgetConfig | null;
  launcher: Launcher;
  pages: Pages;
  signal: AbortSignal;
  open: boolean;
  unread: number;
  /** Keeps what has changed for the next page. */
  keep: (change?: Partial<Kept>) => void;
  /** Loads the settings again; false where the widget may not be shown. */
  refresh: () => Promise<boolean>;
  emit: (name: string, detail?: unknown) => void;
};

export type OpenOptions = { prefill?: string };

/** The methods of the one global. */
export type Widget = {
  open: (options?: OpenOptions) => void;
  close: () => void;
  toggle: () => void;
  on: (name: string, heard: (detail: unknown) => void) => () => void;
  setContext: (context: { page?: Page }) => void;
  unread: () => number;
  destroy: () => void;
};

/** Address of the panel's script on the Baton server; set by the build. */
declare const __PANEL__: string;

/** Puts one agent's launcher on the page; the panel behind it is loaded when it is first needed. */
export function createWidget(options: Options): Widget {
  const { agentId, origin } = options;
  const ended = new AbortController();
  const { signal } = ended;
  const key = `baton:${agentId}`;
  let kept = recall(key);
  const launcher = createLauncher();
  const { host, wrap, button } = launcher;
  let loading: Promise<boolean> | undefined;
  let panel: Promise<Panel> | undefined;
  let refused = false;

  const emit = (name: string, detail?: unknown) =>
    dispatchEvent(new CustomEvent(`baton:${name}`, { detail }));

  const core: Core = {
    options,
    config: null,
    launcher,
    pages: watchPages(kept?.trail ?? [], signal, pageChanged),
    signal,
    open: false,
    unread: 0,
    keep,
    refresh,
    emit,
  };
  if (kept) keep();

  function keep(change?: Partial<Kept>): void {
    const { now, trail } = core.pages;
    kept = { ...kept, ...change, trail: [...trail, now] };
    try {
      sessionStorage[key] = JSON.stringify(kept);
    } catch {
      // Blocked: the widget works without, only less well across pages.
    }
  }

  function pageChanged(): void {
    if (kept) keep();
    void panel?.then((loaded) => loaded.pageChanged());
  }

  async function refresh(): Promise<boolean> {
    try {
      const response = await fetch(`${origin}/api/widget/v1/agents/${encodeURIComponent(agentId)}/config`, {
        signal,
        // Asked again, the settings are wanted for a fresh ticket.
        cache: core.config ? "reload" : "default",
      });
      const body = await response.json();
      if (response.ok) {
        core.config = body;
        return true;
      }
      warn(
        response.status === 403
          ? `${location.host} is not an allowed origin for agent ${agentId}. ${body.details?.setting}`
          : body.message,
      );
    } catch {
      if (!signal.aborted) warn(`no answer from ${origin}; is it in connect-src?`);
    }
    return false;
  }

  function load(): Promise<boolean> {
    loading ??= refresh().then((allowed) => {
      refused = !allowed || signal.aborted;
      if (refused) return false;
      show();
      emit("ready");
      const wanted = options.open || kept?.open;
      if (wanted || kept?.live) void withPanel((loaded) => loaded.restore(wanted));
      return true;
    });
    return loading;
  }

  function show(): void {
    const color = options.color ?? core.config?.accent_color ?? "";
    const { style } = host;
    style.setProperty("--c", color);
    style.setProperty("--i", inkOn(color));
    style.setProperty("--x", `${options.offsetX}px`);
    style.setProperty("--y", `${options.offsetY}px`);
    style.setProperty("--z", options.z);
    if (options.launcher !== "hide") wrap.append(button);
    if (options.launcher !== "show") button.append(options.launcher);
    button.onclick = () => toggle();
    // The panel's script is on its way before the button is let go.
    button.onpointerenter = () => void withPanel(() => {});
    button.ariaLabel = words.open;
    button.ariaExpanded = "false";
    wrap.className = `${options.position ?? core.config?.position} ${options.launcher === "hide" ? "bare" : ""}`;
    // Frameworks replace the body or empty it; the widget comes back.
    const attach = () => {
      if (!host.isConnected) document.body.append(host);
      observer.observe(document.documentElement, { childList: true });
      observer.observe(document.body, { childList: true });
    };
    const observer = new MutationObserver(() => document.body && attach());
    signal.addEventListener("abort", () => observer.disconnect());
    attach();
  }

  function loadPanel(): Promise<Panel> {
    panel ??= import(/* @vite-ignore */ origin + __PANEL__).then((loaded) => loaded.createPanel(core));
    return panel;
  }

  /** Runs on the panel once everything is there. */
  async function withPanel(then: (panel: Panel) => void): Promise<void> {
    try {
      if (await load()) then(await loadPanel());
    } catch (error) {
      // The next try fetches it again.
      panel = undefined;
      warn(error);
    }
  }

  const open = (how?: OpenOptions) => void withPanel((loaded) => loaded.open(how?.prefill));
  const close = () => void panel?.then((loaded) => loaded.close());
  const toggle = () => (core.open ? close() : open());

  addEventListener(
    "click",
    (event) => {
      const opener = (event.target as Element).closest?.("[data-baton-open]");
      // Where the widget may not be shown, the link leads where it always led.
      if (!opener || event.defaultPrevented || event.metaKey || event.ctrlKey || refused) return;
      event.preventDefault();
      void withPanel((loaded) => loaded.open(opener.getAttribute("data-baton-prefill") ?? "")).then(() => {
        if (refused) opener.closest("a")?.click();
      });
    },
    { signal },
  );

  if (options.load === "idle" || kept || options.open) {
    // Safari has no idle callback yet.
    (window.requestIdleCallback ?? setTimeout)(() => void load(), { timeout: 2000 } as never);
  } else if (options.load === "interaction") {
    for (const name of ["pointermove", "pointerdown", "keydown", "scroll"]) {
      addEventListener(name, () => void load(), { once: true, signal });
    }
  }

  return {
    open,
    close,
    toggle,
    on(name, heard) {
      const listener = (event: Event) => heard((event as CustomEvent).detail);
      addEventListener(`baton:${name}`, listener, { signal });
      return () => removeEventListener(`baton:${name}`, listener);
    },
    setContext({ page }) {
      if (!page) return;
      core.pages.now = page;
      pageChanged();
    },
    unread: () => core.unread,
    destroy() {
      ended.abort();
      host.remove();
    },
  };
}

function recall(key: string): Kept | null {
  try {
    return JSON.parse(sessionStorage[key]);
  } catch {
    return null;
  }
}
