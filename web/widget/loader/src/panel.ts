import type { FrameMessage, LoaderMessage } from "@baton/wire";
import { loaderEn, panelEn } from "../../locale/en";
import type { Core } from "./core";
import css from "./panel.css?inline";

const words = { ...loaderEn, ...panelEn };
/** Full screen where the panel would not leave room for the page; the style sheet has the same query. */
const SMALL = "(max-width: 480px), (max-height: 480px)";
/** A frame that is not up after this time is blocked. Milliseconds. */
const FRAME_LIMIT_MS = 15_000;

/** The panel and the frame in it. */
export type Panel = {
  open: (prefill?: string) => void;
  close: () => void;
  /** Goes on from where the visitor was on the page before. */
  restore: (open?: boolean) => void;
  pageChanged: () => void;
};

export function createPanel(core: Core): Panel {
  const { options, launcher, pages, signal, emit } = core;
  const { origin, agentId } = options;
  const key = `baton:${agentId}`;
  const small = matchMedia(SMALL);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  launcher.adopt(css);
  const section = document.createElement("section");
  section.setAttribute("role", "dialog");
  section.ariaLabel = words.title;
  // Before the button: the reading order is the panel, then what closes it.
  launcher.wrap.prepend(section);
  const badge = launcher.button.appendChild(document.createElement("b"));

  let frame: HTMLIFrameElement | null = null;
  let frameReady = false;
  let takesFocus = true;
  let prefill = "";
  let opener: Element | null = null;
  let release: (() => void) | null = null;

  function draw(): void {
    const { button, wrap } = launcher;
    const { open, unread } = core;
    wrap.classList.toggle("open", open);
    wrap.classList.toggle("dark", options.scheme === "dark" || (options.scheme === "auto" && dark.matches));
    button.ariaExpanded = String(open);
    button.ariaLabel = open
      ? words.close
      : unread > 0
        ? `${words.open}, ${unread} ${words.unread}`
        : words.open;
    badge.textContent = unread > 9 ? "9+" : unread > 0 ? String(unread) : "";
    section.ariaModal = small.matches ? "true" : null;
  }

  // --- the frame -----------------------------------------------------------------------------

  function createFrame(): void {
    if (frame !== null) return;
    frame = document.createElement("iframe");
    frame.title = words.title;
    frame.allow = "clipboard-write; autoplay";
    frame.src = `${origin}/widget/frame/${encodeURIComponent(agentId)}#${encodeURIComponent(location.origin)}`;
    section.append(frame);
    setTimeout(() => {
      if (!frameReady && !signal.aborted) {
        console.warn(`[baton] the chat did not load; is ${origin} in the page's frame-src?`);
      }
    }, FRAME_LIMIT_MS);
  }

  function post(message: LoaderMessage): void {
    if (frameReady) frame?.contentWindow?.postMessage(message, origin);
  }

  function init(): void {
    const { config } = core;
    if (config === null) return;
    frameReady = true;
    post({
      baton: 1,
      type: "init",
      config: options.color === null ? config : { ...config, accent_color: options.color },
      token: readToken(key),
      page: pages.now,
      trail: pages.trail,
      referrer: document.referrer || null,
      scheme: options.scheme,
      locale: options.lang ?? (document.documentElement.lang || navigator.language),
      fullscreen: small.matches,
    });
    tellVisible();
    postPrefill();
  }

  function tellVisible(): void {
    // Focus first: the frame then knows where inside to put it.
    if (core.open && takesFocus && frameReady) frame?.focus();
    post({ baton: 1, type: "visible", visible: core.open });
  }

  function postPrefill(): void {
    if (!frameReady || prefill === "") return;
    post({ baton: 1, type: "prefill", text: prefill });
    prefill = "";
  }

  function heard(event: MessageEvent): void {
    if (frame === null || event.source !== frame.contentWindow || event.origin !== origin) return;
    const message = event.data as FrameMessage | null;
    if (message?.baton !== 1) return;
    switch (message.type) {
      case "ready":
        init();
        break;
      case "close":
        setOpen(false, true);
        break;
      case "token":
        writeToken(key, message.token);
        break;
      case "unread":
        core.unread = message.count;
        draw();
        emit("unread", message.count);
        break;
      case "need_config":
        void core.refresh().then((allowed) => {
          if (allowed && core.config !== null) post({ baton: 1, type: "config", config: core.config });
        });
        break;
      case "event":
        if (message.name === "live") core.keep({ live: message.detail === true });
        else emit(message.name, message.detail);
        break;
      default:
        message satisfies never;
    }
  }

  // --- opening and closing -------------------------------------------------------------------

  function setOpen(open: boolean, focus: boolean): void {
    if (open === core.open || signal.aborted) return;
    core.open = open;
    takesFocus = focus;
    if (open) {
      opener = deepActive();
      createFrame();
    }
    draw();
    fillScreen();
    tellVisible();
    if (!open) {
      const back = opener instanceof HTMLElement && opener.isConnected && opener !== document.body;
      (back ? (opener as HTMLElement) : launcher.button).focus({ preventScroll: true });
    }
    core.keep({ open });
    emit(open ? "open" : "close");
  }

  /** On a small screen the panel covers the page: it follows the keyboard, and Back closes it. */
  function fillScreen(): void {
    const full = core.open && small.matches && !signal.aborted;
    if (full === (release !== null)) return;
    if (full) {
      // In this order: the browser keeps the place on the page with the entry that it leaves.
      history.pushState({ ...history.state, baton: true }, "");
      const unlock = lockScroll(section);
      release = () => {
        release = null;
        unlock();
        if (history.state?.baton) history.back();
      };
    } else {
      release?.();
    }
  }

  addEventListener("message", heard, { signal });
  addEventListener(
    "popstate",
    () => {
      if (release !== null && !history.state?.baton) setOpen(false, true);
    },
    { signal },
  );
  small.addEventListener(
    "change",
    () => {
      draw();
      fillScreen();
      if (frameReady) init();
    },
    { signal },
  );
  dark.addEventListener("change", draw, { signal });
  launcher.wrap.addEventListener("keydown", (event) => {
    if (event.key === "Escape") setOpen(false, true);
  });
  signal.addEventListener("abort", () => release?.());
  draw();

  return {
    open(text = "") {
      prefill = text;
      setOpen(true, true);
      postPrefill();
    },
    close: () => setOpen(false, true),
    restore(open) {
      // A page that the visitor has just gone to is not covered by what they left open.
      if (open && !small.matches) setOpen(true, false);
      else createFrame();
    },
    pageChanged: () => post({ baton: 1, type: "page", page: pages.now }),
  };
}

function deepActive(): Element | null {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
}

/** Holds the page still below the panel; the result restores it exactly. */
function lockScroll(section: HTMLElement): () => void {
  const { body } = document;
  const before = body.style.cssText;
  const y = scrollY;
  body.style.cssText += `;position:fixed;top:${-y}px;left:0;right:0;overflow:hidden`;
  const view = window.visualViewport;
  const follow = () => {
    if (view === null) return;
    // Browsers differ in whether the keyboard shrinks the layout; the visual viewport is right in all.
    section.style.top = `${view.offsetTop}px`;
    section.style.height = `${view.height}px`;
  };
  follow();
  view?.addEventListener("resize", follow);
  view?.addEventListener("scroll", follow);
  return () => {
    view?.removeEventListener("resize", follow);
    view?.removeEventListener("scroll", follow);
    section.style.cssText = "";
    body.style.cssText = before;
    scrollTo({ top: y, behavior: "instant" });
  };
}

function readToken(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** A blocked storage throws when it is touched; the widget works without it, only less well across reloads. */
function writeToken(key: string, token: string | null): void {
  try {
    if (token === null) localStorage.removeItem(key);
    else localStorage.setItem(key, token);
  } catch {
    // Nothing to do: see above.
  }
}
