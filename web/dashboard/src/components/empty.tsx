import type { ReactNode } from "react";

/** What an empty place says: a title, one sentence, one action. */
export function Empty({
  drawing,
  title,
  text,
  action,
  heading: Heading = "h2",
}: {
  drawing: ReactNode;
  title: string;
  text?: ReactNode;
  action?: ReactNode;
  heading?: "h1" | "h2";
}) {
  return (
    <div className="flex h-full flex-col items-center justify-center gap-1 p-8 text-center">
      <div aria-hidden className="mb-3 text-t3">
        {drawing}
      </div>
      <Heading className="font-semibold text-body text-t1">{title}</Heading>
      {text !== undefined && <p className="max-w-72 text-body text-t2">{text}</p>}
      {action !== undefined && <div className="mt-3">{action}</div>}
    </div>
  );
}

const STROKE = {
  fill: "none",
  stroke: "currentColor",
  strokeWidth: 1.5,
  strokeLinecap: "round",
  strokeLinejoin: "round",
} as const;

/** Two speech bubbles with a baton between them. */
export function HandoverDrawing() {
  return (
    <svg width="96" height="56" viewBox="0 0 96 56" role="presentation" {...STROKE}>
      <path d="M6 14a6 6 0 0 1 6-6h18a6 6 0 0 1 6 6v12a6 6 0 0 1-6 6H18l-7 6v-6.2A6 6 0 0 1 6 26z" />
      <path d="M14 17h14M14 23h9" opacity=".5" />
      <path d="M90 24a6 6 0 0 0-6-6H66a6 6 0 0 0-6 6v12a6 6 0 0 0 6 6h12l7 6v-6.2a6 6 0 0 0 5-5.8z" />
      <path d="M68 27h14M68 33h9" opacity=".5" />
      <path d="m43 34 10-12" strokeWidth="3.5" />
    </svg>
  );
}

/** An empty tray with a tick. */
export function ClearDrawing() {
  return (
    <svg width="72" height="56" viewBox="0 0 72 56" role="presentation" {...STROKE}>
      <path d="M10 30 18 10h36l8 20v14a4 4 0 0 1-4 4H14a4 4 0 0 1-4-4z" />
      <path d="M10 30h14c0 6 4 9 12 9s12-3 12-9h14" />
      <path d="m29 20 5 5 9-9" />
    </svg>
  );
}

/** A sheet of paper and a magnifier. */
export function PaperDrawing() {
  return (
    <svg width="72" height="56" viewBox="0 0 72 56" role="presentation" {...STROKE}>
      <path d="M18 6h20l10 10v30a3 3 0 0 1-3 3H18a3 3 0 0 1-3-3V9a3 3 0 0 1 3-3z" />
      <path d="M37 6v11h11" />
      <path d="M22 24h14M22 30h18M22 36h9" opacity=".5" />
      <circle cx="48" cy="38" r="7" />
      <path d="m53 43 6 6" />
    </svg>
  );
}

/** Two people. */
export function PeopleDrawing() {
  return (
    <svg width="72" height="56" viewBox="0 0 72 56" role="presentation" {...STROKE}>
      <circle cx="28" cy="20" r="8" />
      <path d="M12 46c0-9 7-14 16-14s16 5 16 14" />
      <path d="M45 13a8 8 0 0 1 0 14M50 33c7 1 11 6 11 13" opacity=".5" />
    </svg>
  );
}
