import { describe, expect, it } from "vitest";
import { SSE_LINE_LIMIT, type SseFrame, SseParser } from "./sse";

const bytes = (text: string) => new TextEncoder().encode(text);

function parse(...pieces: Uint8Array[]): SseFrame[] {
  const parser = new SseParser();
  return pieces.flatMap((piece) => parser.push(piece));
}

const STREAM =
  ': welcome\n\nevent: hello\ndata: {"cursor":3}\n\nevent: entry\r\nid: 4\r\ndata: één 🎈\r\ndata:two\r\n\r\n: beat\rdata: naked\r\revent: empty\n\n';
const FRAMES: SseFrame[] = [
  { event: "hello", data: '{"cursor":3}', id: null },
  { event: "entry", data: "één 🎈\ntwo", id: "4" },
  { event: "message", data: "naked", id: null },
];

describe("SseParser", () => {
  it("reads frames with any line end, comments, several data lines", () => {
    expect(parse(bytes(STREAM))).toEqual(FRAMES);
  });

  it("gives the same frames wherever the bytes are cut", () => {
    const all = bytes(STREAM);
    for (let first = 0; first <= all.length; first += 1) {
      for (let second = first; second <= all.length; second += 1) {
        const frames = parse(all.slice(0, first), all.slice(first, second), all.slice(second));
        expect(frames, `cut at ${first} and ${second}`).toEqual(FRAMES);
      }
    }
  });

  it("gives the same frames byte by byte", () => {
    expect(parse(...Array.from(bytes(STREAM), (byte) => Uint8Array.of(byte)))).toEqual(FRAMES);
  });

  it("drops a frame that the end cut off", () => {
    expect(parse(bytes("event: entry\nid: 9\ndata: {}\n"))).toEqual([]);
  });

  it("does not carry an id over to the next frame", () => {
    expect(parse(bytes("id: 1\ndata: a\n\ndata: b\n\n"))).toEqual([
      { event: "message", data: "a", id: "1" },
      { event: "message", data: "b", id: null },
    ]);
  });

  it("keeps a colon and leading blanks after the first", () => {
    expect(parse(bytes("data:  a: b\n\n"))).toEqual([{ event: "message", data: " a: b", id: null }]);
  });

  it("refuses an endless line", () => {
    const parser = new SseParser();
    expect(() => parser.push(bytes("x".repeat(SSE_LINE_LIMIT + 1)))).toThrow("too long");
  });
});
