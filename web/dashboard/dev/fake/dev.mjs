/** Making things happen in the stand-in server: `/dev/*`. */
import { IDS } from "./seed.mjs";

/** Answers a call that makes something happen. */
export function devCalls({ world, stage, read, respond }) {
  return async function dev(request, response, url) {
    const body = await read(request);
    const done = (value = null) => respond(response, 200, value);
    switch (url.pathname) {
      case "/dev/answer":
        stage.streamAnswer(body.id ?? IDS.streaming, body);
        return done();
      case "/dev/arrive":
        return done({ id: stage.arrive(body) });
      case "/dev/say":
        stage.say(body.id, body.text);
        return done();
      case "/dev/typing":
        stage.typing(body.id, body.who, body.name);
        return done();
      case "/dev/look":
        stage.look(body.member, body.id);
        return done();
      case "/dev/race":
        world.traps.set(body.id, IDS.dana);
        return done();
      case "/dev/outage":
        world.outages.push({ path: body.path, times: body.times });
        return done();
      case "/dev/bye":
        for (const stream of [...world.streams]) {
          stream.send("bye", { reason: body.reason ?? "shutdown" }, null);
          stream.end();
        }
        return done();
      case "/dev/reset":
        world.broadcast("reset", {});
        return done();
      case "/dev/state":
        return done({
          feed: world.feed,
          streams: [...world.streams].map(({ id, viewing }) => ({ id, viewing })),
          ids: IDS,
        });
      default:
        return respond(response, 404, null);
    }
  };
}
