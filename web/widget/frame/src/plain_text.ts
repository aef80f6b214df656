import { type Block, type Inline, parseMarkdown } from "./markdown";

export function markdownToText(markdown: string): string {
  return plainText(parseMarkdown(markdown));
}

/** The words alone, for announcements and copying. */
export function plainText(blocks: Block[]): string {
  return blocks
    .map((block) => {
      switch (block.kind) {
        case "paragraph":
        case "heading":
          return inlineText(block.inner);
        case "list":
          return block.items.map((item) => plainText(item)).join("\n");
        case "quote":
          return plainText(block.inner);
        case "code":
          return block.text;
        default:
          return block satisfies never;
      }
    })
    .join("\n");
}

/** Stands where a citation stood, until the space before it is gone too. */
const CITED = "\uE000";

function inlineText(pieces: Inline[]): string {
  const text = pieces
    .map((piece) => {
      switch (piece.kind) {
        case "text":
        case "code":
          return piece.text;
        case "strong":
        case "emphasis":
        case "link":
          return inlineText(piece.inner);
        case "citation":
          return CITED;
        case "break":
          return "\n";
        default:
          return piece satisfies never;
      }
    })
    .join("");
  return text.replaceAll(/ *\uE000/g, "");
}
