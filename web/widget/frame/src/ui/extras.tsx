/** What a first view does not need: fetched when the browser is idle, or when it is asked for. */
import { extrasEn } from "../../../locale/en";
import { addStrings } from "../i18n";
import css from "../styles/extras.css?inline";
import { addIcons } from "./icons";

export { noticesBetween } from "../notices";
export { markdownToText } from "../plain_text";
export { Chime } from "../sound";
export { downloadTranscript } from "../transcript";
export { ActionForm } from "./ActionForm";
export { Answer } from "./Answer";
export { Markdown } from "./Markdown";
export { MenuList } from "./MenuList";

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
document.adoptedStyleSheets.push(sheet);
addStrings(extrasEn);
addIcons({
  up: "M6.5 9 9.6 3a1.9 1.9 0 0 1 1.9 2.2L11 8h4a1.5 1.5 0 0 1 1.5 1.8l-1 5a1.5 1.5 0 0 1-1.5 1.2H6.5zM3.5 9h3v7h-3z",
  down: "M13.5 11 10.4 17a1.9 1.9 0 0 1-1.9-2.2L9 12H5a1.5 1.5 0 0 1-1.5-1.8l1-5A1.5 1.5 0 0 1 6 4h7.5zM16.5 11h-3V4h3z",
  copy: "M7.5 7.5h8v8h-8zM4.5 12.5v-8h8",
  check: "m4.5 10.5 3.5 3.5 7.5-8",
  external: "M8 5H5v10h10v-3M11 4.5h4.5V9M15 5l-6 6",
  muted: "M4 8v4h2.5L10 15V5L6.5 8zM13 8l4 4M17 8l-4 4",
  download: "M10 4v8.5M6.5 9.5l3.5 3.5 3.5-3.5M4.5 16h11",
});
