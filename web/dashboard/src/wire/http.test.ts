import { describe, expect, it } from "vitest";
import { ApiError, Http, OfflineError } from "./http";

function answering(answer: () => Response | Promise<Response>) {
  const requests: { url: string; init: RequestInit }[] = [];
  const heard: string[] = [];
  const http = new Http({
    fetch: async (input, init) => {
      requests.push({ url: String(input), init: init ?? {} });
      return answer();
    },
    base: "/api/v1",
    onSignedOut: () => heard.push("signed out"),
    onServerTime: (at) => heard.push(`time ${at}`),
  });
  return { http, requests, heard };
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify(body), { status, headers });

describe("requests", () => {
  it("carry the dashboard's mark on everything but reading", async () => {
    const { http, requests } = answering(json(200, {}));
    await http.get("/me");
    await http.post("/sign-out");
    expect(requests[0]?.init.headers).toEqual({ accept: "application/json" });
    expect(requests[1]?.init).toMatchObject({
      method: "POST",
      body: "{}",
      headers: { "x-baton-client": "dashboard", "content-type": "application/json" },
    });
  });

  it("leave the boundary of a form to the browser", async () => {
    const { http, requests } = answering(json(201, { sources: [] }));
    await http.post("/files", new FormData());
    expect(requests[0]?.init.headers).toEqual({ accept: "application/json", "x-baton-client": "dashboard" });
  });

  it("give nothing back for 204 and learn the server's time", async () => {
    const date = "Mon, 04 May 2026 10:00:00 GMT";
    const { http, heard } = answering(() => new Response(null, { status: 204, headers: { date } }));
    expect(await http.post("/x")).toBeUndefined();
    expect(heard).toEqual([`time ${Date.parse(date)}`]);
  });
});

describe("failures", () => {
  const failureOf = async (answer: () => Response | Promise<Response>) => {
    const { http, heard } = answering(answer);
    const error = await http.get("/x").catch((thrown: unknown) => thrown);
    return { error, heard };
  };

  it("keep the envelope's code, message and details", async () => {
    const { error } = await failureOf(
      json(409, { code: "already_taken", message: "Dana has it.", details: { since: 1 } }),
    );
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 409,
      code: "already_taken",
      message: "Dana has it.",
      details: { since: 1 },
    });
  });

  it("say so when the session is over", async () => {
    expect((await failureOf(json(401, { code: "signed_out", message: "" }))).heard).toEqual(["signed out"]);
    expect((await failureOf(json(401, { code: "bad_credentials", message: "" }))).heard).toEqual([]);
  });

  it("have words even when a proxy answered", async () => {
    const { error } = await failureOf(() => new Response("<html>", { status: 502 }));
    expect(error).toMatchObject({
      status: 502,
      code: "http_502",
      message: expect.stringContaining("try again"),
    });
  });

  it("are told apart from having no network", async () => {
    const { error } = await failureOf(() => Promise.reject(new TypeError("failed to fetch")));
    expect(error).toBeInstanceOf(OfflineError);
  });
});
