import { ChatStore } from "@baton/chat-core";
import type { Context, LoaderMessage, Scheme, WidgetConfig } from "@baton/wire";
import { ApiError, WidgetApi } from "@baton/wire";
import { render } from "preact";
import { type Bridge, connectBridge, originFromHash } from "./bridge";
import { browserEffects, deviceStorage } from "./browser";
import { direction, setLocale, t } from "./i18n";
import { accentOn } from "./theme";
import { App, type Sound, type Surroundings } from "./ui/App";
import { loadExtras } from "./ui/lazy";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/thread.css";
import "./styles/cards.css";

type Init = Extract<LoaderMessage, { type: "init" }>;

/** Whatever differs between a frame on somebody's page and a page of its own. */
type Start = {
  config: WidgetConfig;
  token: string | null;
  context: Context;
  scheme: Scheme;
  fullscreen: boolean;
  freshConfig: () => Promise<WidgetConfig>;
  bridge: Bridge | null;
};

/** The one chat of this document. */
class Chat {
  readonly store: ChatStore;
  readonly #sound: Sound;
  readonly #bridge: Bridge | null;
  readonly #root: Element;
  #around: Surroundings;
  #scheme: Scheme;
  #unread = 0;
  #live: boolean | null = null;

  constructor(start: Start, root: Element) {
    this.#root = root;
    this.#bridge = start.bridge;
    this.#scheme = start.scheme;
    const { agent_id } = start.config;
    this.#sound = createSound(`baton:${agent_id}:muted`);
    this.store = new ChatStore({
      effects: browserEffects(agent_id),
      config: start.config,
      mirroredToken: start.token,
      context: start.context,
      online: navigator.onLine,
      origin: "",
      freshConfig: start.freshConfig,
      onToken: (token) => this.#bridge?.post({ baton: 1, type: "token", token }),
    });
    this.#around = {
      close: start.bridge === null ? null : () => this.#bridge?.post({ baton: 1, type: "close" }),
      event: (name, detail) => this.#bridge?.post({ baton: 1, type: "event", name, detail }),
      prefill: { text: "", wish: 0 },
      opened: 0,
      visible: false,
    };
    this.store.subscribe(() => this.#tellPage());
    this.#listen();
    this.paint(start.fullscreen);
    this.draw({});
    void this.store.start();
    // Who comes back has a thread to be drawn; for everybody else the first view comes first.
    const wait = this.store.returning ? 0 : EXTRAS_AFTER_MS;
    setTimeout(() => void loadExtras().catch(() => {}), wait);
  }

  setVisible(visible: boolean): void {
    this.draw({ visible, opened: this.#around.opened + (visible && document.hasFocus() ? 1 : 0) });
    this.store.setPanelVisible(visible);
  }

  prefill(text: string): void {
    this.draw({ prefill: { text, wish: this.#around.prefill.wish + 1 } });
  }

  setConfig(config: WidgetConfig, scheme: Scheme, fullscreen: boolean): void {
    this.#scheme = scheme;
    this.store.setConfig(config);
    this.paint(fullscreen);
  }

  draw(change: Partial<Surroundings>): void {
    this.#around = { ...this.#around, ...change };
    render(<App store={this.store} sound={this.#sound} around={this.#around} />, this.#root);
  }

  /** Colours, direction and size of everything, by properties that no content policy minds. */
  paint(fullscreen?: boolean): void {
    const html = document.documentElement;
    const dark = this.#scheme === "dark" || (this.#scheme === "auto" && DARK.matches);
    html.dataset.scheme = dark ? "dark" : "light";
    html.dir = direction();
    if (fullscreen !== undefined) html.dataset.fullscreen = String(fullscreen);
    const accent = accentOn(dark ? "dark" : "light", this.store.getSnapshot().config.accent_color);
    html.style.setProperty("--accent", accent.fill);
    html.style.setProperty("--accent-ink", accent.ink);
    html.style.setProperty("--accent-text", accent.text);
  }

  #tellPage(): void {
    const { unread, thread, phase } = this.store.getSnapshot();
    if (unread !== this.#unread) {
      this.#unread = unread;
      this.#bridge?.post({ baton: 1, type: "unread", count: unread });
    }
    const live = thread?.owner.kind === "queue" || thread?.owner.kind === "member";
    // Said once in any case: the page may remember something else.
    if (phase === "ready" && live !== this.#live) {
      this.#live = live;
      this.#bridge?.post({ baton: 1, type: "event", name: "live", detail: live });
    }
  }

  #listen(): void {
    const { store } = this;
    addEventListener("online", () => store.setOnline(true));
    addEventListener("offline", () => store.setOnline(false));
    addEventListener("pageshow", () => store.wake());
    document.addEventListener("visibilitychange", () => {
      store.setTabVisible(document.visibilityState === "visible");
    });
    DARK.addEventListener("change", () => this.paint());
  }
}

/** Milliseconds. */
const EXTRAS_AFTER_MS = 800;
/** Mute is remembered; the sound itself is fetched with the visitor's first gesture, before which none may be made. */
function createSound(key: string): Sound {
  const storage = deviceStorage();
  let chime: { unlock: () => void; play: () => void } | null = null;
  for (const name of ["pointerdown", "keydown"]) {
    addEventListener(name, async () => {
      chime ??= new (await loadExtras()).Chime();
      chime.unlock();
    });
  }
  return {
    get muted() {
      return storage.get(key) !== null;
    },
    setMuted(muted) {
      if (muted) storage.set(key, "1");
      else storage.remove(key);
    },
    play() {
      if (!this.muted) chime?.play();
    },
  };
}

const DARK = matchMedia("(prefers-color-scheme: dark)");

function startInFrame(bridge: Bridge, root: Element): void {
  let chat: Chat | null = null;
  let waiting: ((config: WidgetConfig) => void)[] = [];
  const start = (init: Init) => {
    setLocale(init.locale);
    chat = new Chat(
      {
        config: init.config,
        token: init.token,
        context: { page: init.page, trail: init.trail, referrer: init.referrer, locale: init.locale },
        scheme: init.scheme,
        fullscreen: init.fullscreen,
        freshConfig: () =>
          new Promise((resolve) => {
            waiting.push(resolve);
            bridge.post({ baton: 1, type: "need_config" });
          }),
        bridge,
      },
      root,
    );
  };
  bridge.listen((message) => {
    switch (message.type) {
      case "init":
        if (chat === null) start(message);
        else chat.setConfig(message.config, message.scheme, message.fullscreen);
        return;
      case "config":
        for (const resolve of waiting) resolve(message.config);
        waiting = [];
        return;
      case "page":
        return chat?.store.setPage(message.page);
      case "visible":
        return chat?.setVisible(message.visible);
      case "prefill":
        return chat?.prefill(message.text);
      default:
        message satisfies never;
    }
  });
  bridge.post({ baton: 1, type: "ready" });
}

/** The chat as a page of its own, for links and for sites that embed nothing. */
async function startAsPage(agentId: string, root: Element): Promise<void> {
  setLocale(null);
  const api = new WidgetApi({ fetch: (input, init) => fetch(input, init), origin: "", token: () => null });
  const freshConfig = () => api.config(agentId);
  document.documentElement.dataset.mode = "page";
  document.documentElement.dataset.scheme = DARK.matches ? "dark" : "light";
  let config: WidgetConfig;
  try {
    config = await freshConfig();
  } catch (error) {
    const known = error instanceof ApiError && error.status < 500;
    render(
      <div class="nothing">
        <p>{known ? t("page.unknown") : t("page.unreachable")}</p>
        {known ? null : (
          <button type="button" class="button button-main" onClick={() => void startAsPage(agentId, root)}>
            {t("page.retry")}
          </button>
        )}
      </div>,
      root,
    );
    return;
  }
  document.title = config.name;
  const chat = new Chat(
    {
      config,
      token: null,
      context: {
        page: { url: location.href, title: config.name },
        trail: [],
        referrer: document.referrer || null,
        locale: navigator.language,
      },
      scheme: "auto",
      fullscreen: true,
      freshConfig,
      bridge: null,
    },
    root,
  );
  chat.setVisible(true);
}

function main(): void {
  const root = document.querySelector("#app");
  if (root === null) return;
  const agentId = decodeURIComponent(location.pathname.split("/").filter(Boolean).at(-1) ?? "");
  const origin = originFromHash(location.hash);
  if (parent !== window && origin !== null) startInFrame(connectBridge(window, parent, origin), root);
  else void startAsPage(agentId, root);
}

main();
