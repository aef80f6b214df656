/** A piece of a line. */
export type Inline =
  | { kind: "text"; text: string }
  | { kind: "strong" | "emphasis"; inner: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "link"; href: string; inner: Inline[] }
  | { kind: "citation"; index: number }
  | { kind: "break" };

export type Block =
  | { kind: "paragraph" | "heading"; inner: Inline[] }
  | { kind: "list"; ordered: boolean; start: number; items: Block[][] }
  | { kind: "quote"; inner: Block[] }
  | { kind: "code"; text: string };

/** Deeper lists and quotes than this are shown as text. */
const DEPTH_LIMIT = 5;
const BULLET = /^(\s*)(?:[-*+]|(\d{1,9})[.)])\s+(?=\S)/;
const FENCE = /^\s*(```|~~~)/;

/**
 * Reads the small part of Markdown that answers are written in.
 *
 * It never fails and never makes markup from text: what is not understood stays as it was written.
 */
export function parseMarkdown(text: string): Block[] {
  return parseBlocks(text.replace(/\r\n?/g, "\n").split("\n"), 0);
}

function parseBlocks(lines: string[], depth: number): Block[] {
  const blocks: Block[] = [];
  let paragraph: string[] = [];
  const endParagraph = () => {
    if (paragraph.length > 0) blocks.push({ kind: "paragraph", inner: parseLines(paragraph) });
    paragraph = [];
  };
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? "";
    if (line.trim() === "") {
      endParagraph();
      at += 1;
    } else if (FENCE.test(line)) {
      endParagraph();
      const fence = FENCE.exec(line)?.[1] ?? "```";
      const end = lines.findIndex((other, index) => index > at && other.trim().startsWith(fence));
      const last = end < 0 ? lines.length : end;
      blocks.push({ kind: "code", text: lines.slice(at + 1, last).join("\n") });
      at = last + 1;
    } else if (/^#{1,6}\s+\S/.test(line)) {
      endParagraph();
      blocks.push({ kind: "heading", inner: parseInline(line.replace(/^#+\s+/, "").replace(/\s+#+$/, "")) });
      at += 1;
    } else if (depth < DEPTH_LIMIT && /^\s*>/.test(line)) {
      endParagraph();
      const end = lines.findIndex((other, index) => index > at && !/^\s*>/.test(other));
      const last = end < 0 ? lines.length : end;
      const quoted = lines.slice(at, last).map((other) => other.replace(/^\s*> ?/, ""));
      blocks.push({ kind: "quote", inner: parseBlocks(quoted, depth + 1) });
      at = last;
    } else if (depth < DEPTH_LIMIT && BULLET.test(line)) {
      endParagraph();
      const { list, next } = parseList(lines, at, depth);
      blocks.push(list);
      at = next;
    } else {
      paragraph.push(line.trim());
      at += 1;
    }
  }
  endParagraph();
  return blocks;
}

function parseList(lines: string[], from: number, depth: number): { list: Block; next: number } {
  const first = BULLET.exec(lines[from] ?? "");
  const ordered = first?.[2] !== undefined;
  const indent = first?.[1]?.length ?? 0;
  const items: string[][] = [];
  let at = from;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const bullet = BULLET.exec(line);
    const lineIndent = /^\s*/.exec(line)?.[0].length ?? 0;
    if (bullet !== null && lineIndent <= indent) {
      if ((bullet[2] !== undefined) !== ordered || lineIndent < indent) break;
      items.push([line.slice(bullet[0].length)]);
    } else if (line.trim() === "") {
      const following = lines.slice(at + 1).find((other) => other.trim() !== "");
      const goesOn =
        following !== undefined &&
        ((/^\s*/.exec(following)?.[0].length ?? 0) > indent ||
          BULLET.exec(following)?.[1]?.length === indent);
      if (!goesOn) break;
      items.at(-1)?.push("");
    } else if (lineIndent > indent || lines[at - 1]?.trim() !== "") {
      items.at(-1)?.push(line.slice(Math.min(lineIndent, indent + 2)));
    } else {
      break;
    }
  }
  return {
    list: {
      kind: "list",
      ordered,
      start: Number(first?.[2] ?? 1),
      items: items.map((item) => parseBlocks(item, depth + 1)),
    },
    next: at,
  };
}

function parseLines(lines: string[]): Inline[] {
  return lines.flatMap((line, index) =>
    index === 0 ? parseInline(line) : [{ kind: "break" } as const, ...parseInline(line)],
  );
}

/** One alternative per kind of piece; text between matches stays text. */
const INLINE = new RegExp(
  [
    /\\([\\`*_{}[\]()#+\-.!>~|])/, // 1: an escaped character
    /`([^`\n]+)`/, // 2: code
    /\[(\d{1,2})\](?!\()/, // 3: a citation
    /\[([^\]\n]+)\]\((\S+?)\)/, // 4, 5: a link
    /\*\*(?=\S)(.+?\S|\S)\*\*/, // 6: strong
    /\*(?=[^\s*])(.*?[^\s*])\*(?!\*)/, // 7: emphasis
    /(?<![\p{L}\p{N}_])_(?=[^\s_])(.*?[^\s_])_(?![\p{L}\p{N}_])/u, // 8: emphasis
    /<?(https?:\/\/[^\s<>"]+[^\s<>"'.,;:!?)\]])>?/, // 9: a bare address
  ]
    .map((part) => part.source)
    .join("|"),
  "gu",
);

export function parseInline(text: string, depth = 0): Inline[] {
  if (depth > DEPTH_LIMIT) return [{ kind: "text", text }];
  const pieces: Inline[] = [];
  let done = 0;
  const plain = (value: string) => {
    const last = pieces.at(-1);
    if (value === "") return;
    if (last?.kind === "text") last.text += value;
    else pieces.push({ kind: "text", text: value });
  };
  for (const match of text.matchAll(INLINE)) {
    plain(text.slice(done, match.index));
    done = match.index + match[0].length;
    const [, escaped, code, citation, label, target, strong, star, underscore, address] = match;
    if (escaped !== undefined) plain(escaped);
    else if (code !== undefined) pieces.push({ kind: "code", text: code });
    else if (citation !== undefined) pieces.push({ kind: "citation", index: Number(citation) });
    else if (label !== undefined && target !== undefined) {
      const href = safeHref(target);
      if (href === null) plain(match[0]);
      else pieces.push({ kind: "link", href, inner: parseInline(label, depth + 1) });
    } else if (strong !== undefined) {
      pieces.push({ kind: "strong", inner: parseInline(strong, depth + 1) });
    } else if (star !== undefined || underscore !== undefined) {
      pieces.push({ kind: "emphasis", inner: parseInline(star ?? underscore ?? "", depth + 1) });
    } else if (address !== undefined) {
      const href = safeHref(address);
      if (href === null) plain(match[0]);
      else pieces.push({ kind: "link", href, inner: [{ kind: "text", text: address }] });
    }
  }
  plain(text.slice(done));
  return pieces;
}

/** Only addresses that open a page or a mail program, exactly as they were given. */
export function safeHref(target: string): string | null {
  if (!/^(https?:\/\/|mailto:)/i.test(target)) return null;
  try {
    return ["http:", "https:", "mailto:"].includes(new URL(target).protocol) ? target : null;
  } catch {
    return null;
  }
}
