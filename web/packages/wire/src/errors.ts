import type { ErrorEnvelope } from "./types";

/** The server answered, and the answer was no. */
export class ApiError extends Error {
  readonly status: number;
  /** Stable and documented; this is what callers branch on. */
  readonly code: string;
  readonly details: Record<string, unknown>;

  constructor(status: number, envelope: ErrorEnvelope) {
    super(envelope.message);
    this.name = "ApiError";
    this.status = status;
    this.code = envelope.code;
    this.details = envelope.details ?? {};
  }
}

/** No answer came: no network, a cut connection, a time-out, or a body that is not ours. */
export class NetworkError extends Error {
  constructor(cause: unknown) {
    super("no answer from the server", { cause });
    this.name = "NetworkError";
  }
}

/** Reads the error envelope of an answer that is not 2xx; an answer in another shape becomes the code `http_<status>`. */
export async function readError(response: Response): Promise<ApiError> {
  let body: unknown = null;
  try {
    body = await response.json();
  } catch {
    // A proxy's HTML page, for example: the status alone has to do.
  }
  return new ApiError(
    response.status,
    isEnvelope(body) ? body : { code: `http_${response.status}`, message: `HTTP status ${response.status}` },
  );
}

function isEnvelope(body: unknown): body is ErrorEnvelope {
  return (
    typeof body === "object" &&
    body !== null &&
    "code" in body &&
    typeof body.code === "string" &&
    "message" in body &&
    typeof body.message === "string"
  );
}
