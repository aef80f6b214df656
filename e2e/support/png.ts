import { constants, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE_BYTES = 8;

/** The same picture in fewer bytes: one data chunk, compressed as well as it can be. */
export function smaller(png: Buffer): Buffer {
  const chunks = chunksOf(png);
  const data = chunks.filter(({ type }) => type === "IDAT").map(({ body }) => body);
  const packed = deflateSync(inflateSync(Buffer.concat(data)), {
    level: 9,
    memLevel: 9,
    strategy: constants.Z_FILTERED,
  });
  const head = chunks.find(({ type }) => type === "IHDR");
  if (head === undefined) throw new Error("a picture without a header");
  const written = Buffer.concat([
    png.subarray(0, SIGNATURE_BYTES),
    chunk("IHDR", head.body),
    chunk("IDAT", packed),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  return written.length < png.length ? written : png;
}

function chunksOf(png: Buffer): { type: string; body: Buffer }[] {
  const chunks = [];
  for (let at = SIGNATURE_BYTES; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    chunks.push({ type, body: png.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}

function chunk(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const typed = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}

function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
