import { describe, expect, it } from "vitest";
import { ApiError, NetworkError } from "./errors";
import { readVisitorFrame } from "./frames";
import { WidgetApi } from "./widget_api";

type Call = { url: string; init: RequestInit };

function api(answer: () => Response | Promise<Response>, token: string | null = "t1") {
  const calls: Call[] = [];
  const client = new WidgetApi({
    origin: "https://baton.test",
    token: () => token,
    fetch: async (url, init = {}) => {
      calls.push({ url, init });
      return answer();
    },
  });
  return { calls, client };
}

const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

describe("WidgetApi", () => {
  it("sends the visitor's token and a JSON body", async () => {
    const posted = { conversation_id: "c1", entries: [], cursor: 2 };
    const { calls, client } = api(() => json(200, posted));
    const context = { page: null, trail: [], referrer: null, locale: "en" };
    expect(await client.postMessage({ agent_id: "a", client_id: "m1", text: "hi", context })).toEqual(posted);
    expect(calls[0]?.url).toBe("https://baton.test/api/widget/v1/messages");
    expect(calls[0]?.init.headers).toEqual({
      accept: "application/json",
      authorization: "Bearer t1",
      "content-type": "application/json",
    });
    expect(JSON.parse(String(calls[0]?.init.body))).toEqual({
      agent_id: "a",
      client_id: "m1",
      text: "hi",
      context,
    });
  });

  it("sends no authorization before there is a session", async () => {
    const { calls, client } = api(() => json(200, {}), null);
    await client.config("a/b");
    expect(calls[0]?.url).toBe("https://baton.test/api/widget/v1/agents/a%2Fb/config");
    expect(calls[0]?.init.headers).toEqual({ accept: "application/json" });
  });

  it("turns the error envelope into an ApiError", async () => {
    const { client } = api(() =>
      json(429, { code: "too_many_messages", message: "slow down", details: { retry_after_ms: 1200 } }),
    );
    const error = await client.thread("a").catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 429,
      code: "too_many_messages",
      message: "slow down",
      details: { retry_after_ms: 1200 },
    });
  });

  it("names an answer in a foreign shape by its status", async () => {
    const { client } = api(() => new Response("<h1>Bad gateway</h1>", { status: 502 }));
    await expect(client.thread("a")).rejects.toMatchObject({ status: 502, code: "http_502" });
  });

  it("turns a failed fetch and a broken body into a NetworkError", async () => {
    const { client: down } = api(() => Promise.reject(new TypeError("fetch failed")));
    await expect(down.thread("a")).rejects.toBeInstanceOf(NetworkError);
    const { client: cut } = api(() => new Response("{", { status: 200 }));
    await expect(cut.thread("a")).rejects.toBeInstanceOf(NetworkError);
  });

  it("refuses a stream that is not an event stream", async () => {
    const { client } = api(() => json(200, {}));
    await expect(client.stream("c", 0, new AbortController().signal)).rejects.toBeInstanceOf(NetworkError);
  });
});

describe("readVisitorFrame", () => {
  it("reads known events and ignores others", () => {
    expect(readVisitorFrame({ event: "typing", data: '{"name":"Dana","typing":true}', id: null })).toEqual({
      event: "typing",
      data: { name: "Dana", typing: true },
    });
    expect(readVisitorFrame({ event: "later_feature", data: "{}", id: null })).toBeNull();
  });

  it("throws on data that is not JSON", () => {
    expect(() => readVisitorFrame({ event: "entry", data: "{", id: "1" })).toThrow();
  });
});
