// @vitest-environment happy-dom
import type { LoaderMessage } from "@baton/wire";
import { afterEach, describe, expect, it } from "vitest";
import { connectBridge, originFromHash } from "./bridge";

const ORIGIN = "https://shop.test";
const config: LoaderMessage = { baton: 1, type: "visible", visible: true };
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A parent window that writes down what it is sent. */
function parentWindow() {
  const sent: [unknown, unknown][] = [];
  const parent = { postMessage: (message: unknown, origin: unknown) => sent.push([message, origin]) };
  return { sent, parent: parent as unknown as Window };
}

function deliver(data: unknown, source: unknown, origin: string) {
  const event = new Event("message");
  Object.assign(event, { data, source, origin });
  window.dispatchEvent(event);
}

describe("connectBridge", () => {
  it("hears its parent's origin and nobody else", () => {
    const { parent } = parentWindow();
    const heard: LoaderMessage[] = [];
    stops.push(connectBridge(window, parent, ORIGIN).listen((message) => heard.push(message)));
    deliver(config, parent, ORIGIN);
    deliver(config, parent, "https://evil.test");
    deliver(config, parent, "null");
    deliver(config, window, ORIGIN);
    deliver({ type: "visible", visible: false }, parent, ORIGIN);
    deliver(null, parent, ORIGIN);
    deliver("baton", parent, ORIGIN);
    expect(heard).toEqual([config]);
  });

  it("names its parent's origin with every message", () => {
    const { sent, parent } = parentWindow();
    connectBridge(window, parent, ORIGIN).post({ baton: 1, type: "ready" });
    expect(sent).toEqual([[{ baton: 1, type: "ready" }, ORIGIN]]);
  });

  it("stops listening", () => {
    const { parent } = parentWindow();
    const heard: LoaderMessage[] = [];
    connectBridge(window, parent, ORIGIN).listen((message) => heard.push(message))();
    deliver(config, parent, ORIGIN);
    expect(heard).toEqual([]);
  });
});

describe("originFromHash", () => {
  it.each([
    ["#https%3A%2F%2Fshop.test", "https://shop.test"],
    ["#http%3A%2F%2Flocalhost%3A3000", "http://localhost:3000"],
    ["#https%3A%2F%2Fshop.test%2Fpath", null],
    ["#*", null],
    ["#null", null],
    ["#%", null],
    ["", null],
  ])("%s gives %s", (hash, origin) => {
    expect(originFromHash(hash)).toBe(origin);
  });
});
