import { afterEach, describe, expect, it } from "vitest";
import { chatting, stopAll, world } from "./testing/chat";
import { CONFIG, type FakeServer } from "./testing/server";
import { settle } from "./testing/world";

afterEach(stopAll);

describe("whether a person can be had, before the first message", () => {
  const THERE = { someone_there: true, offered: true };
  const AWAY = { someone_there: false, offered: false };

  async function looking() {
    const all = world();
    const store = all.tab();
    await store.start();
    store.setPanelVisible(true);
    await settle();
    return { ...all, store };
  }

  it("is followed live, whatever older settings say", async () => {
    const { server, store } = await looking();
    server.setPerson(AWAY);
    await settle();
    expect(store.getSnapshot().person).toEqual(AWAY);
    store.setConfig({ ...CONFIG, person: THERE });
    expect(store.getSnapshot().person).toEqual(AWAY);
    server.setPerson(THERE);
    await settle();
    expect(store.getSnapshot().person).toEqual(THERE);
  });

  it("is followed only while the chat can be seen", async () => {
    const { server, store } = await looking();
    expect(server.watches.size).toBe(1);
    store.setTabVisible(false);
    expect(server.watches.size).toBe(0);
    server.setPerson(AWAY);
    store.setTabVisible(true);
    await settle();
    expect(server.watches.size).toBe(1);
    expect(store.getSnapshot().person).toEqual(AWAY);
    store.setPanelVisible(false);
    expect(server.watches.size).toBe(0);
  });

  it("gives way to the conversation's own stream", async () => {
    const { server, store } = await looking();
    store.send("Hi");
    await settle();
    expect([server.watches.size, server.streams()]).toEqual([0, 1]);
    server.setPerson(AWAY);
    await settle();
    expect(store.getSnapshot().person).toEqual(AWAY);
  });

  it("comes by long polls where streams are held back", async () => {
    const { server, tab, time } = world();
    server.holdStreams = true;
    const store = tab();
    await store.start();
    store.setPanelVisible(true);
    await time.pass(15_000);
    expect(store.getSnapshot().connection).toEqual({ kind: "open", by: "poll" });
    server.setPerson(AWAY);
    await time.pass(30_000);
    expect(store.getSnapshot().person).toEqual(AWAY);
    expect(server.requestsTo(/person\?wait/)).toBeLessThan(5);
  });

  it("is looked for again after a loss, and a loss is no news to a visitor who has not written", async () => {
    const { server, store, time } = await looking();
    server.down = true;
    for (const watch of server.watches) watch.error();
    await time.pass(20_000);
    expect(store.getSnapshot().reconnecting).toBe(false);
    server.down = false;
    server.person = AWAY;
    await time.pass(60_000);
    expect(store.getSnapshot().person).toEqual(AWAY);
  });

  it("is left alone where the server knows no such agent", async () => {
    const { server, tab, time } = world();
    server.next(/person/, { kind: "status", status: 404, code: "not_found" });
    const store = tab();
    await store.start();
    store.setPanelVisible(true);
    await time.pass(60_000);
    expect(server.requestsTo(/person/)).toBe(1);
    expect(store.getSnapshot().connection).toEqual({ kind: "idle" });
  });
});

describe("pages", () => {
  const visited = (server: FakeServer) =>
    server.requests.flatMap(({ path, body }) =>
      path.endsWith("/pages") ? [(body as { page: { url: string } }).page.url] : [],
    );
  const at = (url: string) => ({ url: `https://shop.test${url}`, title: url });

  it("are told as soon as the chat is there again on the next page, each once", async () => {
    const { server, store } = await chatting();
    await settle();
    expect(visited(server)).toEqual(["https://shop.test/"]);
    store.wake();
    store.setPage(at("/prices"));
    store.setPage({ ...at("/prices"), title: "Prices" });
    store.wake();
    await settle();
    expect(visited(server)).toEqual(["https://shop.test/", "https://shop.test/prices"]);
  });

  it("that were opened without a network are told when it is back", async () => {
    const { server, store } = await chatting();
    store.setOnline(false);
    store.setPage(at("/prices"));
    await settle();
    expect(visited(server)).toHaveLength(1);
    store.setOnline(true);
    await settle();
    expect(visited(server).at(-1)).toBe("https://shop.test/prices");
  });

  it("are not told without a conversation, and reach the team with the first message", async () => {
    const { server, tab } = world();
    const store = tab();
    await store.start();
    store.setPage(at("/prices"));
    store.send("Hi");
    await settle();
    const [sent] = server.requests.filter(({ path }) => path === "/messages");
    expect(sent?.body).toMatchObject({
      context: { page: at("/prices"), trail: [{ url: "https://shop.test/", title: "Shop" }] },
    });
    expect(visited(server)).toEqual([]);
  });
});
