/** One dispatched event of a `text/event-stream`; `id` is null when the frame carried none. */
export type SseFrame = { event: string; data: string; id: string | null };

/** More than this without a line end is not an event stream of ours. Counted in UTF-16 units. */
export const SSE_LINE_LIMIT = 1_000_000;

/**
 * Turns the bytes of a `text/event-stream` into frames.
 *
 * Bytes may be cut anywhere: inside a character, between CR and LF, inside a field name.
 * Comments count as life of the connection but yield no frame; an unfinished frame at the end is dropped, as the standard asks.
 */
export class SseParser {
  readonly #decoder = new TextDecoder("utf-8");
  #rest = "";
  #afterCarriageReturn = false;
  #event = "";
  #data: string[] = [];
  #id: string | null = null;

  /** Takes the next bytes and returns the frames that they completed. */
  push(bytes: Uint8Array): SseFrame[] {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (this.#afterCarriageReturn && text.length > 0) {
      if (text.startsWith("\n")) text = text.slice(1);
      this.#afterCarriageReturn = false;
    }
    const buffer = this.#rest + text;
    const frames: SseFrame[] = [];
    let start = 0;
    for (let at = this.#rest.length; at < buffer.length; at += 1) {
      const code = buffer.charCodeAt(at);
      if (code !== 10 && code !== 13) continue;
      this.#line(buffer.slice(start, at), frames);
      if (code === 13) {
        if (at + 1 === buffer.length) this.#afterCarriageReturn = true;
        else if (buffer.charCodeAt(at + 1) === 10) at += 1;
      }
      start = at + 1;
    }
    this.#rest = buffer.slice(start);
    if (this.#rest.length > SSE_LINE_LIMIT) throw new Error("event stream line is too long");
    return frames;
  }

  #line(line: string, frames: SseFrame[]): void {
    if (line === "") {
      if (this.#data.length > 0) {
        frames.push({ event: this.#event || "message", data: this.#data.join("\n"), id: this.#id });
      }
      this.#event = "";
      this.#data = [];
      this.#id = null;
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const raw = colon < 0 ? "" : line.slice(colon + 1);
    const value = raw.startsWith(" ") ? raw.slice(1) : raw;
    if (field === "event") this.#event = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id") this.#id = value;
  }
}
