import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Pause between two words of an answer that is held. Milliseconds; the server waits up to eight seconds for a word. */
const WORD_EVERY_MS = 500;
const SENTENCES_MAX = 4;

/**
 * A language model that quotes the passages it is given.
 *
 * While it is held it says one sentence and then goes on word by word without ending the next, so that a test can act in the
 * middle of an answer for sure.
 */
export class ScriptedModel {
  /** Answers that were asked for. */
  asked = 0;
  /** Answers that the server stopped listening to. */
  cutOff = 0;
  readonly #server: Server;
  readonly #writing = new Set<Writing>();
  #held = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<ScriptedModel> {
    const server = createServer();
    const model = new ScriptedModel(server);
    server.on("request", (request, response) => void model.#answer(request, response));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return model;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  hold(): void {
    this.#held = true;
  }

  /** Lets all answers go on to their end. */
  release(): void {
    this.#held = false;
    for (const writing of [...this.#writing]) writing.finish();
  }

  async stop(): Promise<void> {
    this.release();
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.asked += 1;
    const writing = new Writing(response, quotes(await lastUserMessage(request)));
    this.#writing.add(writing);
    response.on("close", () => {
      this.#writing.delete(writing);
      writing.pause();
      if (!response.writableFinished) this.cutOff += 1;
    });
    if (this.#held) writing.begin();
    else writing.finish();
  }
}

/** One answer on its way out. */
class Writing {
  readonly #response: ServerResponse;
  readonly #pieces: string[];
  /** Pieces that may be said while the answer is held: the first sentence, and the second but for its last word. */
  readonly #early: number;
  #said = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(response: ServerResponse, sentences: string[]) {
    const [first = "", second = "", ...others] = sentences;
    const words = second.split(/(?<= )/);
    this.#response = response;
    this.#pieces = [`${first} `, ...words, ...others.map((sentence) => ` ${sentence}`)];
    this.#early = words.length;
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
  }

  begin(): void {
    this.#say();
    this.#timer = setInterval(() => {
      if (this.#said < this.#early) this.#say();
    }, WORD_EVERY_MS);
  }

  pause(): void {
    clearInterval(this.#timer);
  }

  finish(): void {
    this.pause();
    while (this.#said < this.#pieces.length) this.#say();
    this.#send({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
    this.#response.end("data: [DONE]\n\n");
  }

  #say(): void {
    const content = this.#pieces[this.#said];
    this.#said += 1;
    this.#send({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
  }

  #send(event: unknown): void {
    this.#response.write(`data: ${JSON.stringify(event)}\n\n`);
  }
}

async function lastUserMessage(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { messages } = JSON.parse(Buffer.concat(chunks).toString("utf8")) as {
    messages: { role: string; content: string }[];
  };
  return messages.findLast(({ role }) => role === "user")?.content ?? "";
}

/** Whole sentences of the prompt's passages, word for word, each with its passage's number. */
function quotes(prompt: string): string[] {
  const sentences: string[] = [];
  for (const [, number, text = ""] of prompt.matchAll(/<<<\S+ passage (\d+)\n[^\n]*\n([\s\S]*?)\n\S+>>>/g)) {
    for (const line of text.split("\n")) {
      if (/^\s*([-*|#]|\d+\.)/.test(line)) continue;
      for (const sentence of line.split(/(?<=[.!?])\s+/)) {
        const whole = sentence.trim();
        if (/^[A-Z].*[.]$/.test(whole) && whole.split(" ").length > 5) {
          sentences.push(`${whole.slice(0, -1)} [${number}].`);
        }
      }
    }
  }
  return sentences.length === 0 ? ['{"refuse": true}'] : sentences.slice(0, SENTENCES_MAX);
}
