import type { ErrorEnvelope } from "@baton/wire";

/** The server answered, and the answer was no. `code` is stable; `message` is for people. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Record<string, unknown>,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** No answer came: the network is gone, or the server is. */
export class OfflineError extends Error {
  constructor() {
    super("Baton could not be reached. Check your connection and try again.");
    this.name = "OfflineError";
  }
}

/** What the client needs from the world around it. */
export type HttpOptions = {
  fetch: typeof fetch;
  base: string;
  /** Called when the session is over, so that the app can ask the member to sign in. */
  onSignedOut: () => void;
  /** Called with the server's clock, in ms since the epoch with a resolution of one second. */
  onServerTime: (at: number) => void;
};

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Sends requests to the dashboard API and turns every failure into `ApiError` or `OfflineError`. */
export class Http {
  constructor(private readonly options: HttpOptions) {}

  get<T>(path: string): Promise<T> {
    return this.send<T>("GET", path);
  }
  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.send<T>("POST", path, body);
  }
  put<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>("PUT", path, body);
  }
  patch<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>("PATCH", path, body);
  }
  delete<T>(path: string): Promise<T> {
    return this.send<T>("DELETE", path);
  }

  private async send<T>(method: Method, path: string, body?: unknown): Promise<T> {
    const response = await this.request(method, path, body);
    const servedAt = Date.parse(response.headers.get("date") ?? "");
    if (!Number.isNaN(servedAt)) this.options.onServerTime(servedAt);
    if (response.ok) return (response.status === 204 ? undefined : await readJson(response)) as T;
    const error = await readError(response);
    if (error.status === 401 && error.code === "signed_out") this.options.onSignedOut();
    throw error;
  }

  private async request(method: Method, path: string, body: unknown): Promise<Response> {
    const headers: Record<string, string> = { accept: "application/json" };
    const init: RequestInit = { method, headers, credentials: "same-origin" };
    if (method !== "GET") headers["x-baton-client"] = "dashboard";
    if (body instanceof FormData) {
      init.body = body;
    } else if (method !== "GET") {
      headers["content-type"] = "application/json";
      if (body !== undefined) init.body = JSON.stringify(body);
    }
    try {
      return await this.options.fetch(`${this.options.base}${path}`, init);
    } catch {
      throw new OfflineError();
    }
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw new ApiError(response.status, "unreadable", "The server's answer could not be read.", {});
  }
}

/** Reads the error envelope; a proxy in between may have answered with something else. */
async function readError(response: Response): Promise<ApiError> {
  const fallback = new ApiError(
    response.status,
    `http_${response.status}`,
    fallbackMessage(response.status),
    {},
  );
  try {
    const body: unknown = await response.json();
    return isEnvelope(body)
      ? new ApiError(response.status, body.code, body.message, body.details ?? {})
      : fallback;
  } catch {
    return fallback;
  }
}

function isEnvelope(body: unknown): body is ErrorEnvelope {
  if (typeof body !== "object" || body === null) return false;
  const candidate = body as Record<string, unknown>;
  return typeof candidate.code === "string" && typeof candidate.message === "string";
}

function fallbackMessage(status: number): string {
  if (status === 413) return "That is too large.";
  if (status >= 500) return "Baton had a problem. Nothing was changed; try again.";
  return `The server answered ${status}.`;
}
