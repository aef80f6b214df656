/** A piece of a line. */
export type Inline =
  | { kind: "text"; text: string }
  | { kind: "strong"; children: Inline[] }
  | { kind: "emphasis"; children: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "link"; href: string; children: Inline[] }
  | { kind: "citation"; index: number }
  | { kind: "break" };

/** A block of a message. */
export type Block =
  | { kind: "paragraph"; children: Inline[] }
  | { kind: "heading"; children: Inline[] }
  | { kind: "quote"; children: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "list"; start: number | null; items: Inline[][] };

/** Longer texts are shown as they are, so that no message can keep the browser busy. */
const LENGTH_MAX = 20_000;
/** Marks nested deeper than this stay text. */
const DEPTH_MAX = 4;
const BULLET = /^ {0,3}[-*•] +(.*)$/;
const NUMBER = /^ {0,3}(\d{1,4})[.)] +(.*)$/;
const HEADING = /^ {0,3}#{1,6} +(.*?)#*$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const FENCE = /^ {0,3}(```|~~~)/;

/**
 * Reads the subset of Markdown that messages may use: paragraphs, lists, quotes, code, emphasis, links, `[1]` citations.
 *
 * The result is a tree of plain values; HTML stays text and pictures become links, so that nothing is fetched.
 */
export function parseMarkdown(source: string): Block[] {
  if (source.length > LENGTH_MAX) return [{ kind: "paragraph", children: [{ kind: "text", text: source }] }];
  const lines = source.replace(/\r\n?/g, "\n").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    if (line.trim() === "") {
      at += 1;
      continue;
    }
    const [block, next] = readBlock(lines, at, line);
    blocks.push(block);
    at = next;
  }
  return blocks;
}

function readBlock(lines: readonly string[], at: number, line: string): [Block, number] {
  const fence = FENCE.exec(line)?.[1];
  if (fence !== undefined) return readFence(lines, at, fence);
  const heading = HEADING.exec(line)?.[1];
  if (heading !== undefined) return [{ kind: "heading", children: parseInline(heading.trim()) }, at + 1];
  if (QUOTE.test(line)) {
    const [quoted, next] = takeWhile(lines, at, (one) => QUOTE.exec(one)?.[1] ?? null);
    return [{ kind: "quote", children: parseInline(quoted.join("\n")) }, next];
  }
  if (BULLET.test(line)) return readList(lines, at, null);
  const number = NUMBER.exec(line)?.[1];
  if (number !== undefined) return readList(lines, at, Number(number));
  const [paragraph, next] = takeWhile(lines, at, (one) =>
    one.trim() === "" || startsBlock(one) ? null : one,
  );
  // The first line is part of the paragraph whatever it looks like, so that each turn moves on.
  const text = paragraph.length === 0 ? [line] : paragraph;
  return [{ kind: "paragraph", children: parseInline(text.join("\n")) }, Math.max(next, at + 1)];
}

function startsBlock(line: string): boolean {
  return FENCE.test(line) || HEADING.test(line) || QUOTE.test(line) || BULLET.test(line) || NUMBER.test(line);
}

function takeWhile(
  lines: readonly string[],
  from: number,
  read: (line: string) => string | null,
): [string[], number] {
  const taken: string[] = [];
  let at = from;
  for (; at < lines.length; at += 1) {
    const text = read(lines[at] ?? "");
    if (text === null) break;
    taken.push(text);
  }
  return [taken, at];
}

function readFence(lines: readonly string[], at: number, fence: string): [Block, number] {
  const [code, end] = takeWhile(lines, at + 1, (one) => (one.trim() === fence ? null : one));
  return [{ kind: "code", text: code.join("\n") }, Math.min(end + 1, lines.length)];
}

function readList(lines: readonly string[], from: number, start: number | null): [Block, number] {
  const items: string[] = [];
  let at = from;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const item = start === null ? BULLET.exec(line)?.[1] : NUMBER.exec(line)?.[2];
    if (item !== undefined) items.push(item);
    else if (/^ {2,}\S/.test(line) && items.length > 0) items.push(`${items.pop() ?? ""}\n${line.trim()}`);
    else break;
  }
  return [{ kind: "list", start, items: items.map((item) => parseInline(item)) }, at];
}

/** Reads emphasis, code, links and citations within a line or paragraph. */
export function parseInline(source: string, depth = 0): Inline[] {
  const pieces: Inline[] = [];
  let plain = "";
  const flush = () => {
    if (plain !== "") pieces.push({ kind: "text", text: plain });
    plain = "";
  };
  let at = 0;
  while (at < source.length) {
    const found = depth < DEPTH_MAX ? readInline(source, at, depth) : null;
    if (found === null) {
      plain += source[at];
      at += 1;
    } else {
      flush();
      pieces.push(found.piece);
      at = found.next;
    }
  }
  flush();
  return pieces;
}

type Found = { piece: Inline; next: number };

function readInline(source: string, at: number, depth: number): Found | null {
  switch (source[at]) {
    case "\n":
      return { piece: { kind: "break" }, next: at + 1 };
    case "\\":
      return /[\\`*_[\]()#>!-]/.test(source[at + 1] ?? "")
        ? { piece: { kind: "text", text: source[at + 1] ?? "" }, next: at + 2 }
        : null;
    case "`":
      return readCode(source, at);
    case "*":
    case "_":
      return readEmphasis(source, at, depth);
    case "!":
      return source[at + 1] === "[" ? readLink(source, at + 1, depth) : null;
    case "[":
      return readCitation(source, at) ?? readLink(source, at, depth);
    case "h":
      return readAddress(source, at);
    default:
      return null;
  }
}

function readCode(source: string, at: number): Found | null {
  const end = source.indexOf("`", at + 1);
  if (end <= at + 1) return null;
  return { piece: { kind: "code", text: source.slice(at + 1, end) }, next: end + 1 };
}

function readEmphasis(source: string, at: number, depth: number): Found | null {
  const mark = source[at] ?? "";
  const strong = source[at + 1] === mark;
  const open = strong ? mark + mark : mark;
  const from = at + open.length;
  if (/\s/.test(source[from] ?? " ")) return null;
  // An underscore inside a word, as in snake_case, is not emphasis.
  if (mark === "_" && /\w/.test(source[at - 1] ?? " ")) return null;
  const end = source.indexOf(open, from + 1);
  if (end === -1 || /\s/.test(source[end - 1] ?? " ")) return null;
  if (mark === "_" && /\w/.test(source[end + open.length] ?? " ")) return null;
  const children = parseInline(source.slice(from, end), depth + 1);
  return { piece: { kind: strong ? "strong" : "emphasis", children }, next: end + open.length };
}

function readCitation(source: string, at: number): Found | null {
  const match = /^\[(\d{1,2})\](?!\()/.exec(source.slice(at, at + 6));
  return match === null
    ? null
    : { piece: { kind: "citation", index: Number(match[1]) }, next: at + match[0].length };
}

function readLink(source: string, at: number, depth: number): Found | null {
  const close = source.indexOf("](", at);
  const end = close === -1 ? -1 : source.indexOf(")", close);
  if (end === -1) return null;
  const label = source.slice(at + 1, close);
  if (label.includes("[") || label.includes("\n\n")) return null;
  const address =
    source
      .slice(close + 2, end)
      .trim()
      .split(/\s/)[0] ?? "";
  const href = safeHref(address);
  if (href === null) return { piece: { kind: "text", text: label === "" ? address : label }, next: end + 1 };
  const children = parseInline(label === "" ? href : label, depth + 1).map(asText);
  return { piece: { kind: "link", href, children }, next: end + 1 };
}

/** A link inside a link is text. */
function asText(piece: Inline): Inline {
  return piece.kind === "link" ? { kind: "text", text: piece.href } : piece;
}

function readAddress(source: string, at: number): Found | null {
  if (/\w/.test(source[at - 1] ?? " ")) return null;
  const match = /^https?:\/\/[^\s<>"`]+/.exec(source.slice(at, at + 2_000));
  if (match === null) return null;
  const address = match[0].replace(/[.,;:!?)\]}'*_]+$/, "");
  const href = safeHref(address);
  if (href === null) return null;
  return {
    piece: { kind: "link", href, children: [{ kind: "text", text: address }] },
    next: at + address.length,
  };
}

/** The address when it is one that a click may open (http, https, mailto), else null. */
export function safeHref(address: string): string | null {
  if (!/^(https?:\/\/|mailto:)/i.test(address)) return null;
  try {
    const url = new URL(address);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
