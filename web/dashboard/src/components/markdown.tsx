import { Fragment, type ReactNode, useMemo } from "react";
import { type Block, type Inline, parseMarkdown } from "../text/markdown";
import { ScrollRegion } from "./scroll-region";

/** Draws the number of a citation, such as a chip that opens the source. */
export type CitationView = (index: number) => ReactNode;

/**
 * Shows a message's Markdown as React nodes.
 *
 * Nothing of the text reaches the page as HTML, and no picture is ever fetched.
 */
export function Markdown({ text, citation }: { text: string; citation?: CitationView }) {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  return (
    <div dir="auto" className="flex min-w-0 flex-col gap-2 [overflow-wrap:anywhere]">
      {keyed(blocks).map(({ key, value }) => (
        <Fragment key={key}>{blockNode(value, citation)}</Fragment>
      ))}
    </div>
  );
}

function blockNode(block: Block, citation: CitationView | undefined): ReactNode {
  switch (block.kind) {
    case "paragraph":
      return <p>{inlineNodes(block.children, citation)}</p>;
    case "heading":
      return <p className="font-semibold">{inlineNodes(block.children, citation)}</p>;
    case "quote":
      return (
        <blockquote className="border-line-strong border-l-2 pl-3 text-t2">
          {inlineNodes(block.children, citation)}
        </blockquote>
      );
    case "code":
      return (
        <ScrollRegion label="Code" className="overflow-x-auto rounded-control bg-s2 px-3 py-2">
          <pre className="font-mono text-meta">
            <code>{block.text}</code>
          </pre>
        </ScrollRegion>
      );
    case "list": {
      const items = keyed(block.items).map(({ key, value }) => (
        <li key={key} className="pl-0.5">
          {inlineNodes(value, citation)}
        </li>
      ));
      return block.start === null ? (
        <ul className="flex list-disc flex-col gap-1 pl-5 marker:text-t3">{items}</ul>
      ) : (
        <ol start={block.start} className="flex list-decimal flex-col gap-1 pl-5 marker:text-t3">
          {items}
        </ol>
      );
    }
    default:
      block satisfies never;
      return null;
  }
}

function inlineNodes(pieces: readonly Inline[], citation: CitationView | undefined): ReactNode {
  return keyed(pieces).map(({ key, value }) => <Fragment key={key}>{inlineNode(value, citation)}</Fragment>);
}

function inlineNode(piece: Inline, citation: CitationView | undefined): ReactNode {
  switch (piece.kind) {
    case "text":
      return piece.text;
    case "strong":
      return <strong className="font-semibold">{inlineNodes(piece.children, citation)}</strong>;
    case "emphasis":
      return <em>{inlineNodes(piece.children, citation)}</em>;
    case "code":
      return <code className="rounded-chip bg-s2 px-1 font-mono text-[0.92em]">{piece.text}</code>;
    case "link":
      return (
        <a
          href={piece.href}
          target="_blank"
          rel="noreferrer noopener nofollow"
          className="text-accent underline decoration-1 underline-offset-2 hover:decoration-2"
        >
          {inlineNodes(piece.children, citation)}
        </a>
      );
    case "citation":
      return citation === undefined ? `[${piece.index}]` : citation(piece.index);
    case "break":
      return <br />;
    default:
      piece satisfies never;
      return null;
  }
}

/** A text's pieces never change their order, so that their position is their key. */
function keyed<T>(values: readonly T[]): { key: string; value: T }[] {
  return values.map((value, index) => ({ key: String(index), value }));
}
