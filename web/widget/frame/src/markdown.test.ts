import { describe, expect, it } from "vitest";
import { type Block, type Inline, parseInline, parseMarkdown, safeHref } from "./markdown";
import { plainText } from "./plain_text";

/** The parsed text in a short form: `strong(x)`, `a<href>(x)`, `cite(1)`. */
function inline(pieces: Inline[]): string {
  return pieces
    .map((piece) => {
      switch (piece.kind) {
        case "text":
          return piece.text;
        case "code":
          return `code(${piece.text})`;
        case "link":
          return `a<${piece.href}>(${inline(piece.inner)})`;
        case "citation":
          return `cite(${piece.index})`;
        case "break":
          return "/";
        default:
          return `${piece.kind}(${inline(piece.inner)})`;
      }
    })
    .join("");
}

function block(one: Block): string {
  switch (one.kind) {
    case "list":
      return `${one.ordered ? `ol${one.start}` : "ul"}[${one.items.map((item) => item.map(block).join("|")).join(", ")}]`;
    case "quote":
      return `quote[${one.inner.map(block).join("|")}]`;
    case "code":
      return `pre(${one.text})`;
    default:
      return `${one.kind === "heading" ? "h " : ""}${inline(one.inner)}`;
  }
}

const parsed = (text: string) => parseMarkdown(text).map(block);

describe("inline", () => {
  it.each([
    ["Refunds take **five days** [1][2].", "Refunds take strong(five days) cite(1)cite(2)."],
    ["an *old* and _new_ plan", "an emphasis(old) and emphasis(new) plan"],
    ["**bold *and* slanted**", "strong(bold emphasis(and) slanted)"],
    ["run `npm *i*` now", "run code(npm *i*) now"],
    ["snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"],
    ["not \\*this\\*", "not *this*"],
    ["half **open", "half **open"],
    ["see [the plans](https://a.test/plans#pro).", "see a<https://a.test/plans#pro>(the plans)."],
    ["write to [us](mailto:hi@a.test)", "write to a<mailto:hi@a.test>(us)"],
    ["go to https://a.test/x?y=1, or not", "go to a<https://a.test/x?y=1>(https://a.test/x?y=1), or not"],
    ["(https://a.test/)", "(a<https://a.test/>(https://a.test/))"],
  ])("%s", (text, expected) => {
    expect(inline(parseInline(text))).toBe(expected);
  });

  it.each([
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html,x)",
    "[x](//evil.test)",
    "[x](/path)",
    "[x](vbscript:x)",
  ])("makes no link of %s", (text) => {
    expect(parseInline(text).some((piece) => piece.kind === "link")).toBe(false);
    expect(plainText(parseMarkdown(text))).toContain("x");
  });

  it("keeps addresses exactly as given", () => {
    const given = "HTTPS://A.test/%7Euser/../x?q=%20a#:~:text=five%20days";
    expect(safeHref(given)).toBe(given);
    expect(safeHref("https://")).toBeNull();
  });

  it("shows markup of other kinds as the text that it is", () => {
    expect(inline(parseInline("<img src=x onerror=alert(1)> &amp;"))).toBe(
      "<img src=x onerror=alert(1)> &amp;",
    );
  });
});

describe("plainText", () => {
  it("leaves citations out without a gap", () => {
    expect(plainText(parseMarkdown("Five days [1]. **Always [2]**, yes [3]"))).toBe("Five days. Always, yes");
  });
});

describe("blocks", () => {
  it("reads paragraphs, headings, lists, quotes and code", () => {
    const text =
      "## Refunds\nFirst line\nsecond line\n\n1. one\n2. two\n   - inner\n3. three\n\n> said\n> again\n\n```js\nlet **x**\n```\nend";
    expect(parsed(text)).toEqual([
      "h Refunds",
      "First line/second line",
      "ol1[one, two|ul[inner], three]",
      "quote[said/again]",
      "pre(let **x**)",
      "end",
    ]);
  });

  it("keeps a list together over blank lines and ends it with a paragraph", () => {
    expect(parsed("- a\n\n- b\n\nafter")).toEqual(["ul[a, b]", "after"]);
    expect(parsed("3) c\n4) d")).toEqual(["ol3[c, d]"]);
  });

  it("takes code that is still being written", () => {
    expect(parsed("```\nlet x")).toEqual(["pre(let x)"]);
  });

  it("loses no word of anything, however it is cut", () => {
    const text = "# T\n- **a** [1]\n  > q `c`\n\n```\nx\n``` \n1. [l](https://a.test) _e_\n* \\* ~ [2](y) **";
    for (let end = 0; end <= text.length; end += 1) {
      const words = plainText(parseMarkdown(text.slice(0, end)));
      for (const letter of text
        .slice(0, end)
        .replace(/[^Taqcxle]/g, "")
        .slice(0, 3)) {
        expect(words).toContain(letter);
      }
    }
  });

  it("does not take long over hostile text", () => {
    const started = performance.now();
    for (const text of [
      "*".repeat(8000),
      "[".repeat(8000),
      "> ".repeat(4000),
      "- ".repeat(4000),
      "`".repeat(8001),
    ]) {
      parseMarkdown(text);
    }
    expect(performance.now() - started).toBeLessThan(1500);
  });
});
