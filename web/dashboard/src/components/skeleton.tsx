/** Grey bars that stand where rows will be; they appear only when loading takes a moment. */
export function Skeleton({ rows, label }: { rows: number; label: string }) {
  const bars = Array.from({ length: rows }, (_, index) => `bar-${String(index)}`);
  return (
    <div role="status" aria-label={label} className="flex animate-late flex-col gap-4 p-4">
      {bars.map((bar, index) => (
        <div key={bar} className="flex items-center gap-3">
          <span className="size-7 rounded-full bg-s2" />
          <span className="flex flex-1 flex-col gap-2">
            <span
              className="h-2.5 rounded-chip bg-s2"
              style={{ width: `${String(62 - (index % 3) * 14)}%` }}
            />
            <span
              className="h-2.5 rounded-chip bg-s2"
              style={{ width: `${String(88 - (index % 2) * 22)}%` }}
            />
          </span>
        </div>
      ))}
    </div>
  );
}
