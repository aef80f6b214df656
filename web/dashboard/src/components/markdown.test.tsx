// @vitest-environment happy-dom
import { cleanup, render } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { Markdown } from "./markdown";

afterEach(cleanup);

describe("a message on screen", () => {
  it("holds no element that the text asked for", () => {
    const hostile = [
      "<script>alert(1)</script><img src=x onerror=alert(1)><iframe src=https://x.example></iframe>",
      "![p](https://tracker.example/p.png) [x](javascript:alert(1)) <a href='javascript:1'>y</a>",
      "```\n</code></pre><script>alert(2)</script>\n```",
    ].join("\n\n");
    const { container } = render(<Markdown text={hostile} />);
    expect(container.querySelectorAll("script, img, iframe, object, style, svg")).toHaveLength(0);
    const links = [...container.querySelectorAll("a")];
    // An address is a link wherever it stands, even inside what was meant as HTML.
    expect(links.map((link) => link.getAttribute("href"))).toEqual([
      "https://x.example/",
      "https://tracker.example/p.png",
    ]);
    expect(container.textContent).toContain("<script>alert(1)</script>");
  });

  it("opens links elsewhere and tells the other site nothing", () => {
    const { container } = render(<Markdown text="[docs](https://docs.example/a)" />);
    const link = container.querySelector("a");
    expect(link?.target).toBe("_blank");
    expect(link?.rel).toContain("noreferrer");
    expect(link?.rel).toContain("noopener");
  });

  it("draws citations as it is told, and as text when it is not", () => {
    const drawn = render(<Markdown text="30 days [2]." citation={(index) => <b>source {index}</b>} />);
    expect(drawn.container.textContent).toBe("30 days source 2.");
    cleanup();
    expect(render(<Markdown text="30 days [2]." />).container.textContent).toBe("30 days [2].");
  });
});
