import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { type Block, type Inline, parseMarkdown } from "../markdown";

type Props = {
  text: string;
  /** Draws a citation's number; null leaves it out. */
  citation?: (index: number) => ComponentChildren;
  /** Shows that more is coming behind the last word. */
  caret?: boolean;
};

/** Markdown straight to elements: no string of HTML exists on the way. */
export function Markdown({ text, citation = () => null, caret = false }: Props) {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  return (
    <div class="prose" dir="auto">
      {drawBlocks(blocks, citation, caret)}
      {caret && blocks.length === 0 ? <span class="caret" /> : null}
    </div>
  );
}

type DrawCitation = (index: number) => ComponentChildren;

function drawBlocks(blocks: Block[], citation: DrawCitation, caret: boolean): ComponentChildren[] {
  return blocks.map((block, index) => {
    const here = caret && index === blocks.length - 1;
    const end = here ? <span class="caret" /> : null;
    switch (block.kind) {
      case "paragraph":
        return (
          <p key={index}>
            {drawInline(block.inner, citation)}
            {end}
          </p>
        );
      case "heading":
        return (
          <p key={index} class="heading">
            {drawInline(block.inner, citation)}
            {end}
          </p>
        );
      case "list": {
        const items = block.items.map((item, at) => (
          <li key={at}>{drawBlocks(item, citation, here && at === block.items.length - 1)}</li>
        ));
        return block.ordered ? (
          <ol key={index} start={block.start}>
            {items}
          </ol>
        ) : (
          <ul key={index}>{items}</ul>
        );
      }
      case "quote":
        return <blockquote key={index}>{drawBlocks(block.inner, citation, here)}</blockquote>;
      case "code":
        return (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: code that scrolls sideways must be reachable by keyboard
          <pre key={index} tabIndex={0}>
            <code>{block.text}</code>
            {end}
          </pre>
        );
      default:
        return block satisfies never;
    }
  });
}

function drawInline(pieces: Inline[], citation: DrawCitation): ComponentChildren[] {
  return pieces.map((piece, index) => {
    switch (piece.kind) {
      case "text":
        return piece.text;
      case "strong":
        return <strong key={index}>{drawInline(piece.inner, citation)}</strong>;
      case "emphasis":
        return <em key={index}>{drawInline(piece.inner, citation)}</em>;
      case "code":
        return <code key={index}>{piece.text}</code>;
      case "link":
        return (
          <a key={index} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
            {drawInline(piece.inner, citation)}
          </a>
        );
      case "citation":
        return <span key={index}>{citation(piece.index)}</span>;
      case "break":
        return <br key={index} />;
      default:
        return piece satisfies never;
    }
  });
}
