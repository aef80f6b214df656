import { describe, expect, it } from "vitest";
import { type Inline, parseMarkdown, safeHref } from "./markdown";

/** The tree as a short text, so that expectations read like what is on screen. */
function brief(pieces: readonly Inline[]): string {
  return pieces
    .map((piece) => {
      switch (piece.kind) {
        case "text":
          return piece.text;
        case "strong":
          return `<b ${brief(piece.children)}>`;
        case "emphasis":
          return `<i ${brief(piece.children)}>`;
        case "code":
          return `<code ${piece.text}>`;
        case "link":
          return `<link ${piece.href} ${brief(piece.children)}>`;
        case "citation":
          return `<cite ${piece.index}>`;
        case "break":
          return "<br>";
        default:
          piece satisfies never;
          return "";
      }
    })
    .join("");
}

function line(source: string): string {
  const [block] = parseMarkdown(source);
  return block !== undefined && "children" in block ? brief(block.children) : `(${block?.kind})`;
}

describe("inline marks", () => {
  it.each([
    ["**bold** and *soft* and _soft_", "<b bold> and <i soft> and <i soft>"],
    ["**bold *both* bold**", "<b bold <i both> bold>"],
    ["snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"],
    ["`**not bold**`", "<code **not bold**>"],
    ["within 30 days [1][2].", "within 30 days <cite 1><cite 2>."],
    ["[docs](https://a.example/x)", "<link https://a.example/x docs>"],
    ["[1](https://a.example/x)", "<link https://a.example/x 1>"],
    ["see https://a.example/x.", "see <link https://a.example/x https://a.example/x>."],
    ["one\ntwo", "one<br>two"],
    ["\\*plain\\*", "*plain*"],
    ["**unfinished", "**unfinished"],
    ["[unfinished](", "[unfinished]("],
  ])("%s", (source, expected) => {
    expect(line(source)).toBe(expected);
  });
});

describe("blocks", () => {
  it("are paragraphs, lists, quotes, headings and code", () => {
    const kinds = parseMarkdown(
      "# Head\n\ntext\n- a\n- b\n\n3. c\n4. d\n\n> quoted\n\n```js\nx < 1\n```\nend",
    );
    expect(kinds.map((block) => block.kind)).toEqual([
      "heading",
      "paragraph",
      "list",
      "list",
      "quote",
      "code",
      "paragraph",
    ]);
    expect(kinds[3]).toMatchObject({ start: 3 });
    expect(kinds[5]).toEqual({ kind: "code", text: "x < 1" });
  });

  it("end with the text when a fence is never closed", () => {
    expect(parseMarkdown("```\ncode")).toEqual([{ kind: "code", text: "code" }]);
  });
});

describe("safety", () => {
  it.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "data:text/html,<script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//a.example",
    "/relative",
    "https://",
  ])("refuses the address %s", (address) => {
    expect(safeHref(address)).toBeNull();
    expect(line(`[click](${address})`)).not.toContain("<link");
  });

  it("keeps HTML as text", () => {
    expect(line("<img src=x onerror=alert(1)>")).toBe("<img src=x onerror=alert(1)>");
  });

  it("turns pictures into links, so that nothing is fetched", () => {
    expect(line("![pixel](https://tracker.example/p.png)")).toBe(
      "<link https://tracker.example/p.png pixel>",
    );
  });

  it("ends on any input, and shows an overlong text as it is", () => {
    for (const source of [
      "*".repeat(4_000),
      "[".repeat(4_000),
      "`".repeat(4_001),
      "_a".repeat(2_000),
      "> ".repeat(2_000),
      "[a](".repeat(1_000),
    ]) {
      expect(parseMarkdown(source).length).toBeGreaterThan(0);
    }
    const long = "**x** ".repeat(5_000);
    expect(parseMarkdown(long)).toEqual([{ kind: "paragraph", children: [{ kind: "text", text: long }] }]);
  });
});
