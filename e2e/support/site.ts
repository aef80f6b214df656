import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

type Served = { type: string; body: string; policy: string | null; status?: number };

/**
 * Somebody's website, with whatever pages and policies a test gives it.
 *
 * It is addressed as `localhost` while Baton is addressed as `127.0.0.1`: to the browser they are different sites.
 */
export class Site {
  readonly #server: Server;
  readonly #files = new Map<string, Served>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Site> {
    const server = createServer();
    const site = new Site(server);
    server.on("request", (request, response) => {
      const file = site.#files.get(new URL(request.url ?? "/", "http://site").pathname);
      if (file === undefined) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(file.status ?? 200, {
        "content-type": file.type,
        ...(file.policy === null ? {} : { "content-security-policy": file.policy }),
      });
      response.end(file.body);
    });
    await new Promise<void>((listening) => server.listen(0, "localhost", listening));
    return site;
  }

  get origin(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  page(path: string, body: string, policy: string | null = null): void {
    this.#files.set(path, { type: "text/html; charset=utf-8", body, policy });
  }

  plain(path: string, body: string): void {
    this.#files.set(path, { type: "text/plain", body, policy: null });
  }

  /** A page that nobody is shown. */
  refuse(path: string): void {
    this.#files.set(path, { type: "text/html", body: "No.", policy: null, status: 403 });
  }

  script(path: string, body: string): void {
    this.#files.set(path, { type: "text/javascript", body, policy: null });
  }

  style(path: string, body: string): void {
    this.#files.set(path, { type: "text/css", body, policy: null });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}
