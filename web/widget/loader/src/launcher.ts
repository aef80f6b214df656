import css from "./launcher.css?inline";

/** The launcher on the host page, in one shadow root and styled without a style element. */
export type Launcher = {
  host: HTMLElement;
  /** Carries the states `open`, `left` and `dark` for the style sheets. */
  wrap: HTMLElement;
  button: HTMLButtonElement;
  /** Adds a sheet; works under any style policy of the page, unlike a style element. */
  adopt: (css: string) => void;
};

export function createLauncher(): Launcher {
  const host = document.createElement("div");
  // What the page's own sheets say about a div does not reach the widget.
  host.style.cssText = "all:initial!important";
  const root = host.attachShadow({ mode: "open" });
  const adopt = (text: string) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    root.adoptedStyleSheets.push(sheet);
  };
  adopt(css);
  const wrap = root.appendChild(document.createElement("div"));
  const button = document.createElement("button");
  button.setAttribute("aria-haspopup", "dialog");
  return { host, wrap, button, adopt };
}

/** White or near-black, whichever is easier to read on `#rrggbb`. */
export function inkOn(color: string): string {
  const part = (at: number) => (Number.parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2;
  // Contrast to white and to #17171c is equal at this luminance.
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5) > 0.198 ? "#17171c" : "#fff";
}
