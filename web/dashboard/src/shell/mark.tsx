/** Baton's sign. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" className="shrink-0">
      <rect width="32" height="32" rx="8" fill="var(--text-1)" />
      <path d="M10 22 22 10" stroke="var(--bg)" strokeWidth="5" strokeLinecap="round" />
      <path d="M18.5 13.5 22 10" stroke="var(--accent)" strokeWidth="5" strokeLinecap="round" />
    </svg>
  );
}
