import type { ReactNode } from "react";
import { cx } from "./cx";

/** A scrolling page with a title, as used outside the inbox. */
export function Page({
  title,
  text,
  actions,
  width = "medium",
  children,
}: {
  title: string;
  text?: string;
  actions?: ReactNode;
  width?: "medium" | "wide";
  children: ReactNode;
}) {
  return (
    <div className="scroll-quiet h-full overflow-y-auto">
      <div
        className={cx(
          "mx-auto flex flex-col gap-6 px-4 py-6 sm:px-8 sm:py-8",
          width === "wide" ? "max-w-5xl" : "max-w-3xl",
        )}
      >
        <header className="flex flex-wrap items-start gap-3">
          <div className="min-w-0 flex-1 basis-60">
            <h1 className="font-semibold text-page">{title}</h1>
            {text !== undefined && <p className="mt-0.5 text-body text-t2">{text}</p>}
          </div>
          {actions}
        </header>
        {children}
      </div>
    </div>
  );
}

/** A part of a page with a heading of its own. */
export function Section({
  title,
  text,
  actions,
  children,
}: {
  title: string;
  text?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end gap-2">
        <div className="min-w-0 flex-1 basis-60">
          <h2 className="font-semibold text-large">{title}</h2>
          {text !== undefined && <p className="text-body text-t2">{text}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}

/** A bordered surface for rows or a form. */
export function Card({ children, className }: { children: ReactNode; className?: string }) {
  return <div className={cx("rounded-card border border-line bg-bg", className)}>{children}</div>;
}
