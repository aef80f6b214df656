import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { Api } from "./api";

const BINARY = resolve(process.env.BATON_BIN ?? join(import.meta.dirname, "../../target/debug/baton"));

/** Longest wait for a server to say that it listens. Milliseconds. */
const START_LIMIT_MS = 20_000;
/** After this long a server that was asked to stop is made to. Milliseconds. */
const STOP_LIMIT_MS = 15_000;

/** An OpenAI-compatible endpoint that the server shall write answers with. */
export type ModelAddress = { baseUrl: string };

/** What the demo says about itself when it starts. */
export type Demo = { url: string; siteUrl: string; agentId: string; email: string; password: string };

/** A running `baton` with a data folder of its own; it ends with the test that started it. */
export class Baton {
  readonly log: string[] = [];
  readonly #folder: string;
  readonly #model: ModelAddress | null;
  #child: ChildProcess | null = null;

  private constructor(folder: string, model: ModelAddress | null) {
    this.#folder = folder;
    this.#model = model;
  }

  static async create(model: ModelAddress | null = null): Promise<Baton> {
    return new Baton(await mkdtemp(join(tmpdir(), "baton-e2e-")), model);
  }

  /** Starts `baton demo` and waits until its agent answers from the guides. */
  async demo(): Promise<Demo> {
    const lines = await this.#start(["demo", ...this.#at("0"), "--site-listen", "127.0.0.1:0"], /Full page/);
    const text = lines.join("\n");
    const demo = {
      url: found(text, /^listening on (\S+)$/m),
      siteUrl: found(text, /Demo site\s+(\S+)/),
      agentId: found(text, /Full page\s+\S+\/c\/(\S+)/),
      email: found(text, /sign in as (\S+) with/),
      password: found(text, /sign in as \S+ with (\S+)/),
    };
    const api = await Api.signIn(demo.url, demo.email, demo.password);
    await api.untilTrained(demo.agentId);
    await api.dispose();
    return demo;
  }

  /** Starts `baton serve` on an empty folder; the result is where it listens and the link to set it up. */
  async serve(): Promise<{ url: string; setupLink: string }> {
    const lines = await this.#start(["serve", ...this.#at("0")], /set Baton up at/);
    const text = lines.join("\n");
    return { url: found(text, /^listening on (\S+)$/m), setupLink: found(text, /set Baton up at (\S+)/) };
  }

  /** Ends the process with a signal, and starts it again on the same folder and ports. */
  async restart(demo: Demo, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    await this.#end(signal);
    const port = new URL(demo.url).port;
    const site = new URL(demo.siteUrl).host;
    await this.#start(["demo", ...this.#at(port), "--site-listen", site], /Full page/);
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
    await rm(this.#folder, { recursive: true, force: true });
  }

  #at(port: string): string[] {
    return ["--data-dir", join(this.#folder, "data"), "--listen", `127.0.0.1:${port}`];
  }

  /** Runs the binary until it prints a line that matches; the result is everything printed so far. */
  async #start(args: string[], ready: RegExp): Promise<string[]> {
    const child = spawn(BINARY, args, {
      cwd: this.#folder,
      env: { PATH: process.env.PATH ?? "", ...this.#environment() },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    const printed: string[] = [];
    let late: NodeJS.Timeout | undefined;
    try {
      return await new Promise<string[]>((done, failed) => {
        late = setTimeout(() => failed(new Error("it did not say that it listens")), START_LIMIT_MS);
        child.once("error", failed);
        child.once("exit", (code, signal) => failed(new Error(`it ended with ${code ?? signal}`)));
        createInterface({ input: child.stderr }).on("line", (line) => this.log.push(line));
        createInterface({ input: child.stdout }).on("line", (line) => {
          this.log.push(line);
          printed.push(line);
          if (ready.test(line)) done(printed);
        });
      });
    } catch (error) {
      await this.#end("SIGKILL");
      throw new Error(`${BINARY} ${args[0]}: ${String(error)}\n${this.log.join("\n")}`);
    } finally {
      clearTimeout(late);
    }
  }

  #environment(): Record<string, string> {
    // The websites of the tests are on this machine, where Baton fetches nothing unless it may.
    const fetching = { BATON_FETCH_ALLOW: "127.0.0.0/8,::1/128" };
    if (this.#model === null) return fetching;
    return {
      ...fetching,
      BATON_MODEL__BASE_URL: this.#model.baseUrl,
      BATON_MODEL__NAME: "scripted",
      BATON_MODEL__API_KEY: "none",
    };
  }

  async #end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    const late = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
    await ended;
    clearTimeout(late);
  }
}

function found(text: string, pattern: RegExp): string {
  const value = pattern.exec(text)?.[1];
  if (value === undefined) throw new Error(`${pattern} is not in what the server printed:\n${text}`);
  return value;
}
