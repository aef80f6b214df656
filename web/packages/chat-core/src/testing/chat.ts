import type { WidgetConfig } from "@baton/wire";
import { ChatStore } from "../store";
import { CONFIG, FakeServer } from "./server";
import { Browser, settle } from "./world";

const running: ChatStore[] = [];

/** Ends every chat that a test began. */
export function stopAll(): void {
  for (const store of running.splice(0)) store.stop();
}

/** A server and a browser in which tabs can be opened. */
export function world() {
  const browser = new Browser();
  const server = new FakeServer(browser.time);
  const tab = (mirroredToken: string | null = null, freshConfig?: () => Promise<WidgetConfig>) => {
    const store = new ChatStore({
      effects: browser.tab(server.fetch),
      config: CONFIG,
      mirroredToken,
      context: {
        page: { url: "https://shop.test/", title: "Shop" },
        trail: [],
        referrer: null,
        locale: "en",
      },
      online: true,
      origin: "",
      freshConfig: freshConfig ?? (async () => ({ ...CONFIG, ticket: server.ticket })),
      onToken: () => {},
    });
    running.push(store);
    return store;
  };
  return { browser, time: browser.time, server, tab };
}

/** A world in which a visitor already has a conversation on screen. */
export async function chatting() {
  const all = world();
  all.server.tokens.add("token-1");
  all.server.openConversation("c1");
  const store = all.tab("token-1");
  await store.start();
  store.setPanelVisible(true);
  await settle();
  return { ...all, store };
}
