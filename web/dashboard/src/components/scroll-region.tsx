import type { ReactNode } from "react";
import { cx } from "./cx";

/** A part that scrolls by itself. It takes the focus, so that it can be scrolled by keyboard. */
export function ScrollRegion({
  label,
  className,
  children,
}: {
  label: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className={cx("scroll-quiet focus-inset", className)}
    >
      {children}
    </section>
  );
}
