/**
 * A Baton server and a shop that embeds it, made of nothing: for working on the widget without the real server.
 *
 * `npm run dev:fake` serves what `npm run build` built. Say "talk to a human", "thanks, that's all", or anything the docs do not know.
 * `POST /fake` on the Baton port changes its behaviour, see `control` below.
 */
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { hostPage } from "./host.mjs";
import { CONFIG, HANDOFF_LINE, MEMBER, MEMBER_LINES, NOBODY_LINE, think } from "./script.mjs";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8" };
const FRAME_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; media-src 'self' data: blob:; require-trusted-types-for 'script'";

/** Starts both servers and returns their origins and how to stop them. */
export async function startFake({ batonPort = 0, hostPort = 0 } = {}) {
  const baton = new FakeBaton();
  const batonServer = createServer((request, response) => void baton.handle(request, response));
  const batonOrigin = await listen(batonServer, batonPort, "127.0.0.1");
  const hostServer = createServer((request, response) => hostPage(request, response, batonOrigin));
  const sameSite = await listen(hostServer, hostPort, "127.0.0.1");
  // Another site in the eyes of a browser, so that the frame is third-party there.
  const hostOrigin = sameSite.replace("127.0.0.1", "localhost");
  baton.allowed = new Set([hostOrigin, sameSite]);
  return {
    baton,
    batonOrigin,
    hostOrigin,
    sameSite,
    stop: () => {
      for (const server of [batonServer, hostServer]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

function listen(server, port, host) {
  return new Promise((resolve) => {
    server.listen(port, host, () => resolve(`http://${host}:${server.address().port}`));
  });
}

class FakeBaton {
  allowed = new Set();
  /** What `POST /fake` changes. */
  control = {
    /** Slower than 1 is faster than life: every pause is multiplied. */
    pace: 1,
    someone_there: true,
    offered: true,
    announcement: "named",
    /** The next so many messages fail with a 503. */
    fail: 0,
    /** The next message is refused with this wait in ms. */
    limit: 0,
    /** The next action's fields are refused. */
    refuse_fields: false,
    /** Streams never show a byte. */
    hold_streams: false,
    /** Conversations are continued; false starts a new one with the next message. */
    continues: true,
    accent_color: CONFIG.accent_color,
  };
  #tokens = new Map();
  #conversations = new Map();
  /** Streams of visitors who have not written. */
  #watches = new Set();

  async handle(request, response) {
    const url = new URL(request.url ?? "/", "http://fake");
    const send = (status, body, headers = {}) => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(body === null ? undefined : JSON.stringify(body));
    };
    const refuse = (status, code, details = {}, headers = {}) =>
      send(status, { code, message: MESSAGES[code] ?? code, details }, headers);
    try {
      if (url.pathname === "/fake") {
        Object.assign(this.control, await readBody(request));
        if (this.control.drop) this.#drop();
        for (const { streams } of [...this.#conversations.values(), { streams: this.#watches }])
          for (const stream of streams) stream.write(frame("person", this.#person()));
        return send(200, this.control);
      }
      if (url.pathname.startsWith("/api/widget/v1/")) {
        return await this.#api(request, response, url, send, refuse);
      }
      return serveFile(url.pathname, response, this.allowed);
    } catch (error) {
      console.error(error);
      send(500, { code: "internal", message: "something went wrong" });
    }
  }

  async #api(request, response, url, send, refuse) {
    const path = url.pathname.slice("/api/widget/v1".length);
    const config = /^\/agents\/([^/]+)\/config$/.exec(path);
    if (config !== null) return this.#config(config[1], request, send, refuse);
    if (/^\/agents\/[^/]+\/person$/.test(path)) return this.#watch(url, response, send);
    const body = request.method === "POST" ? await readBody(request) : {};
    if (/^\/agents\/[^/]+\/sessions$/.test(path)) {
      if (!String(body.ticket).startsWith("ticket-")) return refuse(403, "bad_ticket");
      const token = `visitor-${randomUUID()}`;
      this.#tokens.set(token, { current: null });
      return send(201, { visitor_token: token, visitor_id: randomUUID() });
    }
    const visitor = this.#tokens.get((request.headers.authorization ?? "").replace("Bearer ", ""));
    if (visitor === undefined) return refuse(401, "session_unknown");
    if (path === "/thread") return send(200, { thread: this.#thread(visitor) });
    if (path === "/messages") return this.#message(visitor, body, send, refuse);
    const action = /^\/actions\/([^/]+)$/.exec(path);
    if (action !== null) return this.#action(visitor, action[1], body, send, refuse);
    const part = /^\/conversations\/([^/]+)\/(\w+)$/.exec(path);
    const conversation = part === null ? undefined : this.#conversations.get(part[1]);
    if (conversation === undefined) return refuse(404, "unknown_conversation");
    switch (part[2]) {
      case "events":
        return request.headers.accept === "text/event-stream"
          ? this.#stream(conversation, url, response)
          : this.#poll(conversation, url, response, send);
      case "seen":
        this.#append(conversation, { type: "seen", by: "visitor", up_to: body.up_to });
        return send(204, null);
      case "ratings":
        this.#append(conversation, {
          type: "rated",
          message_seq: body.message_seq,
          rating: body.rating,
          comment: body.comment ?? null,
        });
        return send(204, null);
      case "pages":
        this.#append(conversation, { type: "hidden" });
        return send(204, null);
      default:
        return send(204, null);
    }
  }

  #config(agentId, request, send, refuse) {
    const { origin } = request.headers;
    const cors = {
      "access-control-allow-origin": origin ?? "*",
      vary: "origin",
      "cache-control": "private, max-age=60",
    };
    if (origin !== undefined && !this.allowed.has(origin)) {
      return refuse(
        403,
        "origin_not_allowed",
        { origin, setting: "Settings → Widget → Allowed sites" },
        cors,
      );
    }
    const { announcement, accent_color } = this.control;
    const config = {
      ...CONFIG,
      agent_id: agentId,
      announcement,
      accent_color,
      person: this.#person(),
      ticket: `ticket-${Date.now()}`,
    };
    return send(200, config, cors);
  }

  #person() {
    const { someone_there, offered } = this.control;
    return { someone_there, offered };
  }

  #thread(visitor) {
    const conversation = this.#conversations.get(visitor.current);
    if (conversation === undefined) return null;
    const { id, log, epoch } = conversation;
    return {
      conversation_id: id,
      cursor: log.length,
      epoch,
      entries: log,
      person: this.#person(),
      team_typing: null,
    };
  }

  #message(visitor, body, send, refuse) {
    if (this.control.fail > 0) {
      this.control.fail -= 1;
      return refuse(503, "unavailable");
    }
    if (this.control.limit > 0) {
      const retry_after_ms = this.control.limit;
      this.control.limit = 0;
      return refuse(429, "too_many_messages", { retry_after_ms });
    }
    const posted = this.#post(visitor, body, {
      type: "visitor_message",
      client_id: body.client_id,
      text: body.text,
    });
    send(200, posted.answer);
    if (posted.fresh) this.#react(posted.conversation, body.text);
  }

  #action(visitor, actionId, body, send, refuse) {
    if (this.control.refuse_fields) {
      this.control.refuse_fields = false;
      return refuse(422, "fields_invalid", { fields: { order: "There is no order with this number." } });
    }
    const action = CONFIG.actions.find(({ action_id }) => action_id === actionId);
    const fields = (action?.fields ?? [])
      .filter(({ name }) => body.fields[name] !== undefined)
      .map(({ name, label }) => ({ name, label, value: body.fields[name] }));
    const posted = this.#post(
      visitor,
      body,
      this.#handoffEvent("action", { action_id: actionId, label: action?.label ?? "", fields }),
    );
    this.#handOff(posted.conversation);
    send(200, posted.answer);
  }

  /** Stores an event once per client id, in the visitor's conversation or a new one. */
  #post(visitor, body, event) {
    let conversation = this.control.continues ? this.#conversations.get(visitor.current) : undefined;
    this.control.continues = true;
    if (conversation === undefined) {
      const previous = visitor.current;
      conversation = {
        id: randomUUID(),
        log: [],
        epoch: 1,
        owner: "ai",
        streams: new Set(),
        waiters: new Set(),
        posted: new Map(),
        said: 0,
        work: 0,
      };
      this.#conversations.set(conversation.id, conversation);
      visitor.current = conversation.id;
      this.#append(conversation, {
        type: "conversation_started",
        ...body.context,
        previous_conversation_id: previous,
      });
    }
    const again = conversation.posted.get(body.client_id);
    const before = conversation.log.length === 1 ? 0 : conversation.log.length;
    if (again === undefined) {
      if (conversation.owner === "closed") {
        this.#setOwner(conversation, "ai", { type: "reopened", by: { kind: "visitor" }, to: "ai" });
      }
      if (event.type === "handoff_requested") this.#setOwner(conversation, "queue", event);
      else this.#append(conversation, event);
      conversation.posted.set(body.client_id, conversation.log.at(-1));
    }
    const entries = again === undefined ? conversation.log.slice(before) : [again];
    const answer = { conversation_id: conversation.id, entries, cursor: conversation.log.length };
    return { conversation, answer, fresh: again === undefined };
  }

  #append(conversation, event) {
    const entry = { seq: conversation.log.length + 1, at: Date.now(), ...event };
    conversation.log.push(entry);
    this.#send(conversation, "entry", entry, entry.seq);
    for (const answer of [...conversation.waiters]) answer();
    return entry;
  }

  #setOwner(conversation, owner, event) {
    conversation.owner = owner;
    conversation.epoch += 1;
    conversation.work += 1;
    this.#append(conversation, event);
  }

  // --- what follows a message ----------------------------------------------------------------

  async #react(conversation, text) {
    conversation.work += 1;
    const { work } = conversation;
    const still = () => conversation.work === work;
    if (conversation.owner === "member") return this.#memberAnswers(conversation, text, still);
    if (conversation.owner !== "ai") return;
    const thought = think(text);
    await this.#pause(500);
    if (!still()) return;
    if (thought.kind === "handoff") {
      this.#setOwner(conversation, "queue", this.#handoffEvent("asked", null));
      return this.#handOff(conversation);
    }
    const turn_id = randomUUID();
    this.#append(conversation, { type: "turn_opened", turn_id });
    const { epoch } = conversation;
    if (thought.kind !== "small_talk") {
      await this.#pause(400);
      this.#send(conversation, "progress", { turn_id, epoch, phase: "searching", title: null });
      await this.#pause(900);
      if (thought.reading)
        this.#send(conversation, "progress", { turn_id, epoch, phase: "reading", title: thought.reading });
      await this.#pause(900);
    }
    if (thought.kind === "answer") {
      let offset = 0;
      for (const piece of thought.text.match(/\S+\s*/g) ?? []) {
        if (!still()) return;
        this.#send(conversation, "delta", { turn_id, epoch, offset, text: piece });
        offset += [...piece].length;
        await this.#pause(55);
      }
    }
    if (!still()) return;
    this.#append(conversation, {
      type: "ai_message",
      turn_id,
      kind: thought.kind,
      text: thought.text,
      citations: thought.citations ?? [],
      confidence: thought.kind === "answer" ? 0.93 : null,
      offers_person: thought.kind === "abstain" && this.control.offered,
    });
  }

  #handoffEvent(reason, action) {
    return {
      type: "handoff_requested",
      handoff_id: randomUUID(),
      reason,
      turn_id: null,
      action,
      someone_there: this.control.someone_there,
    };
  }

  async #handOff(conversation) {
    const work = conversation.work;
    const line = this.control.someone_there ? "handoff" : "nobody_there";
    this.#append(conversation, {
      type: "system_line",
      line,
      text: line === "handoff" ? HANDOFF_LINE : NOBODY_LINE,
    });
    if (!this.control.someone_there) return;
    await this.#pause(4000);
    if (conversation.work !== work) return;
    this.#setOwner(conversation, "member", {
      type: "taken_over",
      ...MEMBER,
      from: "queue",
      handoff_id: randomUUID(),
    });
    conversation.said = 0;
    await this.#pause(700);
    await this.#memberSays(conversation);
  }

  async #memberAnswers(conversation, text, still) {
    const own = conversation.log.at(-1).seq;
    await this.#pause(900);
    if (!still()) return;
    this.#append(conversation, { type: "seen", by: "team", up_to: own });
    if (/that's all|no, thanks|nothing else|bye/i.test(text)) {
      await this.#pause(1200);
      const by = { kind: "member", member_id: MEMBER.member_id, name: "Dana" };
      return this.#setOwner(conversation, "closed", { type: "closed", by, outcome: "solved" });
    }
    await this.#pause(600);
    if (still()) await this.#memberSays(conversation);
  }

  async #memberSays(conversation) {
    const text = MEMBER_LINES[conversation.said % MEMBER_LINES.length];
    conversation.said += 1;
    this.#send(conversation, "typing", { name: MEMBER.member_name, typing: true });
    await this.#pause(1800);
    this.#append(conversation, { type: "member_message", ...MEMBER, client_id: randomUUID(), text });
  }

  #pause(ms) {
    return new Promise((resolve) => setTimeout(resolve, ms * this.control.pace));
  }

  // --- streams and polls ---------------------------------------------------------------------

  /** Begins a stream and keeps it among others; false when no byte may pass. */
  #open(streams, response) {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.flushHeaders();
    if (this.control.hold_streams) return false;
    streams.add(response);
    const beat = setInterval(() => response.write(": beat\n\n"), 15_000);
    response.on("close", () => {
      clearInterval(beat);
      streams.delete(response);
    });
    return true;
  }

  #watch(url, response, send) {
    const wait = url.searchParams.get("wait");
    if (wait !== null) setTimeout(() => send(200, this.#person()), Number(wait) * 1000);
    else if (this.#open(this.#watches, response)) response.write(frame("person", this.#person()));
  }

  #stream(conversation, url, response) {
    if (!this.#open(conversation.streams, response)) return;
    const after = Number(url.searchParams.get("after"));
    const hello = { cursor: conversation.log.length, epoch: conversation.epoch, person: this.#person() };
    response.write(frame("hello", hello));
    for (const entry of conversation.log.slice(after)) response.write(frame("entry", entry, entry.seq));
  }

  #poll(conversation, url, response, send) {
    const after = Number(url.searchParams.get("after"));
    const answer = () => {
      clearTimeout(timer);
      conversation.waiters.delete(answer);
      const { log } = conversation;
      send(200, { entries: log.slice(after), cursor: log.length, person: this.#person() });
    };
    const timer = setTimeout(answer, Number(url.searchParams.get("wait")) * 1000);
    response.on("close", () => {
      clearTimeout(timer);
      conversation.waiters.delete(answer);
    });
    if (conversation.log.length > after) answer();
    else conversation.waiters.add(answer);
  }

  #send(conversation, event, data, id) {
    for (const stream of conversation.streams) stream.write(frame(event, data, id));
  }

  #drop() {
    this.control.drop = false;
    for (const { streams } of this.#conversations.values()) for (const stream of streams) stream.destroy();
  }
}

const MESSAGES = {
  origin_not_allowed: "This site may not show the widget.",
  unavailable: "The server is busy.",
  fields_invalid: "Please check what you entered.",
};

function frame(event, data, id) {
  return `event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}

async function readBody(request) {
  let text = "";
  for await (const piece of request) text += piece;
  return text === "" ? {} : JSON.parse(text);
}

function serveFile(path, response, allowed) {
  const frameDocument = /^\/(widget\/frame|c)\/[^/]+$/.test(path);
  const name = frameDocument
    ? "frame.html"
    : path === "/widget.js"
      ? "widget.js"
      : path.replace(/^\/widget\//, "");
  const file = join(DIST, name);
  if (!file.startsWith(DIST) || !existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  const ancestors = path.startsWith("/c/") ? "'none'" : [...allowed].join(" ");
  response.writeHead(200, {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    // The panel is a module that the host page's origin imports.
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    ...(frameDocument ? { "content-security-policy": `${FRAME_POLICY}; frame-ancestors ${ancestors}` } : {}),
  });
  response.end(readFileSync(file));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { batonOrigin, hostOrigin } = await startFake({ batonPort: 4410, hostPort: 4420 });
  console.log(
    `shop    ${hostOrigin}/\nchat    ${batonOrigin}/c/agent-1\ncontrol curl -d '{"someone_there":false}' ${batonOrigin}/fake`,
  );
}
