import type { VisitorCitation } from "@baton/wire";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { safeHref } from "../markdown";
import { useLayer } from "./hooks";
import { Icon } from "./icons";

const GAP = 8;
const EDGE = 12;

type Props = {
  citation: VisitorCitation;
  /** The chip that opened it; the popover stands by it, and the focus goes back to it. */
  anchor: HTMLElement;
  onClose: () => void;
};

export function SourcePopover({ citation, anchor, onClose }: Props) {
  const close = useRef<HTMLButtonElement>(null);
  const ref = useLayer<HTMLDivElement>((by) => {
    onClose();
    if (by === "escape") anchor.focus();
  });
  const href = citation.url === null ? null : safeHref(citation.url);

  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    place(element, anchor.getBoundingClientRect());
    close.current?.focus({ preventScroll: true });
  }, [anchor, ref]);

  return (
    <div
      class="popover"
      ref={ref}
      role="dialog"
      aria-label={t("sources.chip", { index: citation.index, title: citation.title })}
      onFocusOut={(event) => {
        if (event.relatedTarget instanceof Node && !ref.current?.contains(event.relatedTarget)) onClose();
      }}
    >
      <div class="popover-head">
        <span class="number">{citation.index}</span>
        <div class="popover-title" dir="auto">
          <strong>{citation.title}</strong>
          <span>{breadcrumb(citation)}</span>
        </div>
        <button
          type="button"
          ref={close}
          class="tool tool-small"
          aria-label={t("sources.close")}
          onClick={() => {
            onClose();
            anchor.focus();
          }}
        >
          <Icon name="close" size={16} />
        </button>
      </div>
      <blockquote dir="auto">{citation.quote}</blockquote>
      {href === null ? null : (
        <a class="popover-open" href={href} target="_blank" rel="noopener noreferrer">
          {t("sources.open")}
          <Icon name="external" size={16} />
        </a>
      )}
    </div>
  );
}

/** Where in which document: the source's name and the headings, without repeating the title. */
function breadcrumb({ source_name, heading_path, title }: VisitorCitation): string {
  const parts = [source_name, ...heading_path].filter((part) => part !== "" && part !== title);
  return [...new Set(parts)].join(" › ");
}

/** Below what opened it, so that the answer can still be read, and always inside the window. */
function place(element: HTMLElement, anchor: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height, style } = element;
  const middle = anchor.left + anchor.width / 2;
  const left = Math.max(EDGE, Math.min(middle - width / 2, innerWidth - width - EDGE));
  const top = Math.max(EDGE, Math.min(anchor.bottom + GAP, innerHeight - height - EDGE));
  style.left = `${left}px`;
  style.top = `${top}px`;
  style.transformOrigin = `${middle - left}px 0`;
}
