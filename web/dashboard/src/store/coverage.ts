import type { CoveragePoint } from "@baton/wire";

/** How many rows stand on each side of the chosen threshold. */
const BESIDE = 2;

/** The point nearest to a threshold; null if there is none. */
export function nearestPoint(points: readonly CoveragePoint[], threshold: number): CoveragePoint | null {
  return points.reduce<CoveragePoint | null>(
    (best, point) => (best === null || distance(point, threshold) < distance(best, threshold) ? point : best),
    null,
  );
}

// In hundredths, because 0.55 and 0.5 + 0.05 are not the same number.
function distance(point: CoveragePoint, threshold: number): number {
  return Math.abs(Math.round(point.threshold * 100) - Math.round(threshold * 100));
}

/** Whether a point is the one of this threshold. */
export function isSameThreshold(point: CoveragePoint, threshold: number): boolean {
  return distance(point, threshold) === 0;
}

/** The point around which to choose, with two on each side; at an end of the list as many rows as elsewhere. */
export function pointsAround(points: readonly CoveragePoint[], threshold: number): CoveragePoint[] {
  const nearest = nearestPoint(points, threshold);
  if (nearest === null) return [];
  const rows = 2 * BESIDE + 1;
  const first = Math.min(Math.max(0, points.indexOf(nearest) - BESIDE), Math.max(0, points.length - rows));
  return points.slice(first, first + rows);
}

/** Fewer answers of which it is known whether they were right prove nothing. */
const KNOWN_MIN = 20;

/** How much of what is answered is right: counted where enough is known, else what the confidence says. */
export type Right = { kind: "measured"; share: number; known: number } | { kind: "expected"; share: number };

export function rightOf({ measured, expected_right }: CoveragePoint): Right | null {
  if (measured !== null && measured.known >= KNOWN_MIN)
    return { kind: "measured", share: measured.right, known: measured.known };
  return expected_right === null ? null : { kind: "expected", share: expected_right };
}

/** Whether the points say nothing about this threshold, because it lies outside of them. */
export function isBeyond(points: readonly CoveragePoint[], threshold: number): boolean {
  const nearest = nearestPoint(points, threshold);
  return nearest !== null && distance(nearest, threshold) > 3;
}
