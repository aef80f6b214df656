/**
 * A stand-in for Baton's server, to work on the dashboard without it: the dashboard API in memory, the built dashboard
 * with its security headers, and `/dev/*` to make things happen. Not part of the product.
 *
 * node dev/fake-server.mjs [--port 4600] [--world full|empty|many|setup] [--quiet]
 */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { devCalls } from "./fake/dev.mjs";
import { DOCUMENTS, goldenRoutes } from "./fake/golden.mjs";
import { modelRoutes, QUOTED } from "./fake/models.mjs";
import { CITATIONS, countKnowledge, IDS, seed } from "./fake/seed.mjs";
import { sync, webSourceRoutes } from "./fake/sources.mjs";
import { Stage } from "./fake/stage.mjs";

const { values: options } = parseArgs({
  options: {
    port: { type: "string", default: "4600" },
    world: { type: "string", default: "full" },
    quiet: { type: "boolean", default: false },
  },
});

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data: blob:; " +
  "font-src 'self'; manifest-src 'self'; media-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

const world = seed(options.world);
const stage = new Stage(world);
let needsSetup = ["setup", "empty"].includes(options.world);
const sessions = new Map();

class Refusal extends Error {
  constructor(status, code, message, details) {
    super(message);
    Object.assign(this, { status, code, details });
  }
}

// --- Requests ---

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  handle(request, response, url).catch((error) => {
    const refusal =
      error instanceof Refusal ? error : new Refusal(500, "internal", "The fake server failed.");
    if (!(error instanceof Refusal)) console.error(error);
    if (response.headersSent) return response.end();
    respond(response, refusal.status, {
      code: refusal.code,
      message: refusal.message,
      details: refusal.details,
    });
  });
});

async function handle(request, response, url) {
  const { pathname } = url;
  if (pathname === "/api/v1/stream") return openStream(request, response, url);
  if (pathname.startsWith("/api/v1/")) return api(request, response, url);
  if (pathname.startsWith("/dev/")) return dev(request, response, url);
  if (pathname.startsWith("/c/")) {
    response.writeHead(200, { "content-type": TYPES[".html"] });
    return response.end("<!doctype html><title>Preview</title><p>The hosted chat would be here.</p>");
  }
  return file(response, pathname);
}

function respond(response, status, body, headers = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(status === 204 ? undefined : JSON.stringify(body));
}

async function file(response, pathname) {
  const asset = pathname.startsWith("/assets/");
  const path = asset ? join(DIST, normalize(pathname)) : join(DIST, "index.html");
  try {
    const body = await readFile(path);
    response.writeHead(200, {
      "content-type": TYPES[extname(path)] ?? "application/octet-stream",
      "content-security-policy": CSP,
      "x-content-type-options": "nosniff",
      "cache-control": asset ? "public, max-age=31536000, immutable" : "no-cache",
    });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
}

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("multipart/")) {
    const names = [...body.toString("latin1").matchAll(/filename="([^"]*)"/g)].map((match) => match[1]);
    return { files: names.map((name) => ({ name, bytes: Math.round(body.length / names.length) })) };
  }
  return body.length === 0 ? {} : JSON.parse(body.toString());
}

function sessionOf(request) {
  const token = /(?:^|; )baton_fake=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
  return token === undefined ? undefined : sessions.get(token);
}

function signedIn(request) {
  const session = sessionOf(request);
  if (session === undefined) throw new Refusal(401, "signed_out", "You are signed out.");
  return session;
}

function me(session) {
  return {
    member: world.member(session.member_id),
    workspace: { id: "018f0000-0000-7000-8000-000000000001", name: "Northwind" },
  };
}

function open(response, memberId, status) {
  const token = randomUUID();
  const session = { id: randomUUID(), member_id: memberId, created_at: Date.now() };
  sessions.set(token, session);
  respond(response, status, me(session), {
    "set-cookie": `baton_fake=${token}; Path=/; HttpOnly; SameSite=Lax`,
  });
}

// --- The stream ---

function openStream(request, response, url) {
  const session = signedIn(request);
  const after = Number(url.searchParams.get("after") ?? 0);
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const stream = {
    id: randomUUID(),
    member_id: session.member_id,
    viewing: null,
    send: (event, data, id) => {
      response.write(`event: ${event}\n${id === null ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`);
    },
    end: () => response.end(),
  };
  stream.send("hello", { stream_id: stream.id, feed: world.feed }, null);
  for (const item of world.recent) if (item.feed > after) stream.send("change", item, item.feed);
  stream.send("presence", { members: world.presence() }, null);
  world.streams.add(stream);
  const beat = setInterval(() => response.write(": beat\n\n"), 15_000);
  request.on("close", () => {
    clearInterval(beat);
    world.streams.delete(stream);
  });
}

// --- The API ---

async function api(request, response, url) {
  const path = url.pathname.slice("/api/v1".length);
  const { method } = request;
  if (!options.quiet) console.log(method, path);
  const outage = world.outages.find((one) => path.includes(one.path) && one.times > 0);
  if (outage !== undefined) {
    outage.times -= 1;
    throw new Refusal(503, "unavailable", "The server is busy. Nothing was changed; try again.");
  }
  if (method !== "GET" && request.headers["x-baton-client"] !== "dashboard") {
    throw new Refusal(403, "not_allowed", "The header x-baton-client is missing.");
  }
  const body = method === "GET" ? {} : await read(request);
  const reply = (value, status = 200) => respond(response, status, value);
  for (const [wanted, pattern, run] of ROUTES) {
    const match = wanted === method ? pattern.exec(path) : null;
    if (match === null) continue;
    const open = /^\/(setup|sign-in|invitations\/(lookup|accept))$/.test(path);
    const session = open ? undefined : signedIn(request);
    return run({ body, query: url.searchParams, reply, response, session, request }, ...match.slice(1));
  }
  throw new Refusal(404, "not_found", "There is nothing here.");
}

const conversationOf = (id) => {
  const conversation = world.conversations.get(id);
  if (conversation === undefined) throw new Refusal(404, "not_found", "There is no such conversation.");
  return conversation;
};
const agentOf = (id) => {
  const agent = world.agent(id);
  if (agent === undefined) throw new Refusal(404, "not_found", "There is no such agent.");
  return agent;
};
const sourceOf = (id) => {
  const source = world.sources.get(id);
  if (source === undefined) throw new Refusal(404, "not_found", "There is no such source.");
  return source;
};
const invalid = (fields) => new Refusal(422, "settings_invalid", "Some values cannot be used.", { fields });

/** A colleague was faster: the trap set by /dev/race. */
function springTrap(conversation) {
  const memberId = world.traps.get(conversation.id);
  if (memberId === undefined) return;
  world.traps.delete(conversation.id);
  const { name } = world.member(memberId);
  const from = conversation.summary.owner.kind === "ai" ? "ai" : "queue";
  world.commit(conversation, [
    { type: "taken_over", member_id: memberId, member_name: name, from, handoff_id: randomUUID() },
  ]);
}

function refuseIfTaken(conversation, memberId) {
  const { owner } = conversation.summary;
  if (owner.kind !== "member" || owner.member_id === memberId) return;
  throw new Refusal(409, "already_taken", `${owner.member_name} has this conversation.`, {
    member_id: owner.member_id,
    member_name: owner.member_name,
    since: owner.since,
  });
}

function takeOver(conversation, member) {
  springTrap(conversation);
  refuseIfTaken(conversation, member.id);
  const { kind } = conversation.summary.owner;
  if (kind === "member") return;
  const from = { ai: "ai", queue: "queue", closed: "closed" }[kind];
  world.commit(conversation, [
    { type: "taken_over", member_id: member.id, member_name: member.name, from, handoff_id: randomUUID() },
  ]);
}

function addSource(agentId, over, fails = null) {
  const source = {
    id: randomUUID(),
    agent_id: agentId,
    name: "",
    kind: "file",
    format: null,
    state: "queued",
    progress: null,
    error: null,
    documents: 0,
    passages: 0,
    bytes: 0,
    created_at: Date.now(),
    synced_at: null,
    web: null,
    ...over,
  };
  world.sources.set(source.id, source);
  if (source.web === null) stage.readSource(source, { fails });
  else sync(world, source);
  return source;
}

const FORMATS = {
  md: "markdown",
  markdown: "markdown",
  html: "html",
  htm: "html",
  txt: "text",
  csv: "csv",
  jsonl: "jsonl",
};

const by = (session) => {
  const { id, name } = world.member(session.member_id);
  return { by_member_id: id, by_name: name };
};

const ROUTES = [
  ["GET", /^\/setup$/, ({ reply }) => reply({ needs_setup: needsSetup })],
  [
    "POST",
    /^\/setup$/,
    ({ body, response }) => {
      if (body.setup_token !== "first")
        throw new Refusal(403, "bad_setup_token", "This set-up link is not valid any more.");
      if (body.password.length < 10) throw invalid({ password: "At least 10 characters, please." });
      needsSetup = false;
      world.member(IDS.ana).name = body.name;
      open(response, IDS.ana, 201);
    },
  ],
  [
    "POST",
    /^\/sign-in$/,
    ({ body, response }) => {
      const member = world.members.find((one) => one.email === body.email);
      if (member === undefined || body.password !== "correct horse") {
        throw new Refusal(401, "bad_credentials", "Email and password do not match.");
      }
      open(response, member.id, 200);
    },
  ],
  [
    "POST",
    /^\/sign-out$/,
    ({ reply, session }) => {
      for (const [token, one] of sessions) if (one === session) sessions.delete(token);
      reply(null, 204);
    },
  ],
  ["GET", /^\/me$/, ({ reply, session }) => reply(me(session))],
  [
    "PUT",
    /^\/me\/availability$/,
    ({ body, reply, session }) => {
      const member = world.member(session.member_id);
      member.availability = body.availability;
      member.presence = body.availability;
      world.broadcast("presence", { members: world.presence() });
      reply(me(session));
    },
  ],
  [
    "GET",
    /^\/me\/sessions$/,
    ({ reply, session, request }) =>
      reply({
        sessions: [
          {
            id: session.id,
            created_at: session.created_at,
            last_used_at: Date.now(),
            user_agent: request.headers["user-agent"],
            current: true,
          },
          ...(world.revoked
            ? []
            : [
                {
                  id: "018f0000-0000-7000-8000-00000000e001",
                  created_at: Date.now() - 9 * 86_400_000,
                  last_used_at: Date.now() - 5 * 3_600_000,
                  user_agent:
                    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile/15E148 Safari/604.1",
                  current: false,
                },
              ]),
        ],
      }),
  ],
  [
    "DELETE",
    /^\/me\/sessions\/([^/]+)$/,
    ({ reply }) => {
      world.revoked = true;
      reply(null, 204);
    },
  ],
  ["GET", /^\/members$/, ({ reply }) => reply({ members: world.members })],
  [
    "PATCH",
    /^\/members\/([^/]+)$/,
    ({ body, reply }, id) => {
      Object.assign(world.member(id), body);
      reply(world.member(id));
    },
  ],
  ["GET", /^\/invitations$/, ({ reply }) => reply({ invitations: world.invitations })],
  [
    "POST",
    /^\/invitations$/,
    ({ body, reply, session }) => {
      if (world.members.some((one) => one.email === body.email))
        throw invalid({ email: "They are on the team already." });
      const invitation = {
        id: randomUUID(),
        email: body.email,
        role: body.role,
        created_at: Date.now(),
        expires_at: Date.now() + 7 * 86_400_000,
        invited_by: world.member(session.member_id).name,
      };
      world.invitations.push(invitation);
      reply({ ...invitation, url: `http://localhost:${options.port}/join#${invitation.id}` }, 201);
    },
  ],
  [
    "DELETE",
    /^\/invitations\/([^/]+)$/,
    ({ reply }, id) => {
      world.invitations = world.invitations.filter((one) => one.id !== id);
      reply(null, 204);
    },
  ],
  [
    "POST",
    /^\/invitations\/lookup$/,
    ({ body, reply }) => {
      const found =
        world.invitations.find((one) => one.id === body.token) ??
        (body.token === "demo" ? world.invitations[0] : undefined);
      if (found === undefined) throw new Refusal(410, "invitation_over", "This invitation is over.");
      reply({ email: found.email, workspace_name: "Northwind", role: found.role });
    },
  ],
  [
    "POST",
    /^\/invitations\/accept$/,
    ({ body, response }) => {
      const member = {
        id: randomUUID(),
        name: body.name,
        email: "new@northwind.example",
        role: "operator",
        availability: "away",
        presence: "away",
        suspended: false,
      };
      world.members.push(member);
      open(response, member.id, 201);
    },
  ],
  ["GET", /^\/agents$/, ({ reply }) => reply({ agents: world.agents })],
  [
    "POST",
    /^\/agents$/,
    ({ body, reply }) => {
      const id = randomUUID();
      const agent = {
        ...structuredClone(world.agents[0]),
        id,
        name: body.name,
        snippet: world.agents[0].snippet.replace(world.agents[0].id, id),
        knowledge: {
          state: "empty",
          meaning: "ready",
          sources: 0,
          documents: 0,
          passages: 0,
          trained_at: null,
          error: null,
        },
      };
      world.agents.push(agent);
      reply(agent, 201);
    },
  ],
  [
    "PATCH",
    /^\/agents\/([^/]+)$/,
    ({ body, reply }, id) => {
      const agent = agentOf(id);
      const fields = {};
      if (body.name !== undefined && body.name.trim() === "") fields.name = "A name is needed.";
      if (body.session_window_minutes > 43_200)
        fields.session_window_minutes = "At most 43200 minutes, which is 30 days.";
      if (body.handoff?.no_answer_after < 1) fields["handoff.no_answer_after"] = "At least 1.";
      if (body.suggestions?.some((one) => one.trim() === ""))
        fields.suggestions = "Remove the empty question, or write it.";
      if (Object.keys(fields).length > 0) throw invalid(fields);
      const { name, ...settings } = body;
      if (name !== undefined) agent.name = name;
      Object.assign(agent.settings, settings, { model: { ...agent.settings.model, ...settings.model } });
      world.broadcast("agent", agent);
      reply(agent);
    },
  ],
  ...modelRoutes,
  ...goldenRoutes({ world, agentOf, invalid }),
  ...webSourceRoutes({ world, stage, addSource, sourceOf, invalid }),
  ["GET", /^\/agents\/([^/]+)\/blocked-origins$/, ({ reply }) => reply({ blocked: world.blocked })],
  [
    "POST",
    /^\/agents\/([^/]+)\/allowed-origins$/,
    ({ body, reply }, id) => {
      const agent = agentOf(id);
      agent.settings.allowed_origins = [...agent.settings.allowed_origins, body.origin];
      world.blocked = world.blocked.filter((one) => one.origin !== body.origin);
      reply(agent);
    },
  ],
  [
    "POST",
    /^\/agents\/([^/]+)\/ask$/,
    async ({ body, reply }) => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      const known = /return|refund|send/i.test(body.question);
      const passages = ["returns", "used", "shipping"].map((name) => {
        const { title, heading_path, quote, score } = CITATIONS[name];
        return {
          ...DOCUMENTS,
          document_key: title,
          title,
          heading_path,
          text: quote,
          score: known ? score : score / 3,
        };
      });
      reply(
        known
          ? {
              kind: "answer",
              text: "You can return any unused item **within 30 days** of delivery [1]. The refund arrives five working days after we receive the parcel [1].",
              citations: [{ index: 1, ...CITATIONS.returns }],
              confidence: 0.93,
              would: {
                action: "answer",
                reason: null,
                why: "The confidence of 0.93 reaches the threshold of 0.50, and the question asks for nothing else.",
              },
              passages,
              ...QUOTED,
            }
          : {
              kind: "abstain",
              text: "I couldn't find this in our docs. I'd rather not guess.",
              citations: [],
              confidence: 0.22,
              would: {
                action: "hand_off",
                reason: "no_answer",
                why: "It would be the first failed answer, and you hand over after 1. Dana Okafor and Ana Ruiz are available.",
              },
              passages,
              ...QUOTED,
            },
      );
    },
  ],
  [
    "GET",
    /^\/agents\/([^/]+)\/sources$/,
    ({ reply }, id) =>
      reply({ sources: [...world.sources.values()].filter((source) => source.agent_id === id) }),
  ],
  [
    "POST",
    /^\/agents\/([^/]+)\/sources\/files$/,
    ({ body, reply }, id) => {
      const sources = body.files.map(({ name, bytes }) => {
        const format = FORMATS[name.split(".").at(-1).toLowerCase()] ?? null;
        const fails =
          format === null
            ? {
                cause: "Files of this kind cannot be read yet.",
                fix: "Save it as PDF, DOCX, Markdown or HTML.",
              }
            : null;
        return addSource(id, { name, bytes, format }, fails);
      });
      reply({ sources }, 201);
    },
  ],
  [
    "POST",
    /^\/agents\/([^/]+)\/sources\/(text|qa)$/,
    ({ body, reply }, id, kind) =>
      reply(addSource(id, { name: body.title, kind, bytes: JSON.stringify(body).length }), 201),
  ],
  [
    "DELETE",
    /^\/sources\/([^/]+)$/,
    ({ reply }, id) => {
      const source = sourceOf(id);
      world.sources.delete(id);
      const agent = agentOf(source.agent_id);
      countKnowledge(world, agent);
      world.broadcast("agent", agent);
      reply(null, 204);
    },
  ],
  [
    "GET",
    /^\/sources\/([^/]+)\/passages$/,
    ({ query, reply }, id) => {
      const source = sourceOf(id);
      const from = Number(query.get("after") ?? 0);
      const passages = Object.values(CITATIONS).map((citation, index) => ({
        id: `${id}-${from + index}`,
        document_title: source.name,
        heading_path: citation.heading_path,
        text: citation.quote,
      }));
      reply({ passages, next: from < 8 ? String(from + passages.length) : null });
    },
  ],
  [
    "GET",
    /^\/inbox$/,
    ({ query, reply, session }) => {
      const { counts, conversations } = world.inbox(
        query.get("view"),
        query.get("agent_id"),
        session.member_id,
      );
      const before = Number(query.get("before") ?? 0);
      const page = conversations.slice(before, before + 100);
      const next = before + 100 < conversations.length ? String(before + 100) : null;
      const marks = Object.fromEntries(
        page.flatMap(({ id }) => (world.marks.has(id) ? [[id, world.marks.get(id)]] : [])),
      );
      reply({ feed: world.feed, counts, conversations: page, next, marks });
    },
  ],
  [
    "GET",
    /^\/conversations\/([^/]+)$/,
    ({ reply }, id) => {
      const { summary, entries, visitor } = conversationOf(id);
      const viewers = world.members.filter((member) => member.viewing === id).map((member) => member.id);
      reply({ feed: world.feed, summary, entries, visitor, mark: world.marks.get(id) ?? 0, viewers });
    },
  ],
  [
    "PUT",
    /^\/stream\/([^/]+)\/viewing$/,
    ({ body, reply }, id) => {
      for (const stream of world.streams) if (stream.id === id) stream.viewing = body.conversation_id;
      reply(null, 204);
    },
  ],
  [
    "POST",
    /^\/conversations\/([^/]+)\/take-over$/,
    ({ reply, session }, id) => {
      const conversation = conversationOf(id);
      takeOver(conversation, world.member(session.member_id));
      reply({ summary: conversation.summary });
    },
  ],
  [
    "POST",
    /^\/conversations\/([^/]+)\/messages$/,
    ({ body, reply, session }, id) => {
      const conversation = conversationOf(id);
      const member = world.member(session.member_id);
      const first = conversation.entries.length;
      takeOver(conversation, member);
      const known = conversation.entries.find((entry) => entry.client_id === body.client_id);
      if (known === undefined) {
        world.commit(conversation, [
          {
            type: "member_message",
            member_id: member.id,
            member_name: member.name,
            client_id: body.client_id,
            text: body.text,
          },
        ]);
      }
      reply({ entries: conversation.entries.slice(first), summary: conversation.summary });
    },
  ],
  [
    "POST",
    /^\/conversations\/([^/]+)\/(assign|return-to-queue|return-to-ai|close|reopen)$/,
    ({ body, reply, session }, id, command) => {
      const conversation = conversationOf(id);
      const { id: memberId, name } = world.member(session.member_id);
      const target = world.member(body.member_id);
      const event = {
        assign: () => ({ type: "assigned", member_id: target.id, member_name: target.name, ...by(session) }),
        "return-to-queue": () => ({ type: "returned_to_queue", ...by(session) }),
        "return-to-ai": () => ({ type: "returned_to_ai", ...by(session) }),
        close: () => ({
          type: "closed",
          by: { kind: "member", member_id: memberId, name },
          outcome: body.outcome,
        }),
        reopen: () => ({ type: "reopened", by: { kind: "member", member_id: memberId, name }, to: "member" }),
      }[command]();
      world.commit(conversation, [event]);
      reply({ summary: conversation.summary });
    },
  ],
  ["POST", /^\/conversations\/([^/]+)\/typing$/, ({ reply }) => reply(null, 204)],
  [
    "POST",
    /^\/conversations\/([^/]+)\/seen$/,
    ({ body, reply }, id) => {
      world.marks.set(id, body.up_to);
      world.commit(conversationOf(id), [{ type: "seen", by: "team", up_to: body.up_to }]);
      reply(null, 204);
    },
  ],
];

const dev = devCalls({ world, stage, read, respond });

server.listen(Number(options.port), "127.0.0.1", () => {
  console.log(`http://localhost:${server.address().port} (ana@northwind.example, “correct horse”)`);
});
