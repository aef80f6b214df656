import type { CoveragePoint } from "@baton/wire";
import { describe, expect, it } from "vitest";
import { isBeyond, isSameThreshold, nearestPoint, pointsAround, rightOf } from "./coverage";

const point = (hundredths: number, over: Partial<CoveragePoint> = {}): CoveragePoint => ({
  threshold: hundredths / 100,
  answered: 0.5,
  to_people: 0.5,
  expected_right: 0.8,
  measured: null,
  sentence: "",
  ...over,
});
const points = Array.from({ length: 14 }, (_, index) => point(30 + 5 * index));
const at = (rows: readonly CoveragePoint[]) => rows.map((row) => row.threshold);

describe("the numbers of a threshold", () => {
  it("are those of the nearest point", () => {
    expect(nearestPoint(points, 0.62)?.threshold).toBe(0.6);
    expect(nearestPoint(points, 0.63)?.threshold).toBe(0.65);
    expect(nearestPoint(points, 0)?.threshold).toBe(0.3);
    expect(nearestPoint([], 0.5)).toBeNull();
  });

  it("stand between two neighbours on each side, and at an end among as many rows", () => {
    expect(at(pointsAround(points, 0.6))).toEqual([0.5, 0.55, 0.6, 0.65, 0.7]);
    expect(at(pointsAround(points, 0.1))).toEqual([0.3, 0.35, 0.4, 0.45, 0.5]);
    expect(at(pointsAround(points, 0.99))).toEqual([0.75, 0.8, 0.85, 0.9, 0.95]);
    expect(at(pointsAround(points.slice(0, 2), 0.3))).toEqual([0.3, 0.35]);
  });

  it("say nothing beyond the last point", () => {
    expect(isBeyond(points, 0.28)).toBe(false);
    expect(isBeyond(points, 0.1)).toBe(true);
    expect(isBeyond(points, 0.99)).toBe(true);
    expect(isSameThreshold(point(55), 0.5 + 0.05)).toBe(true);
    expect(isSameThreshold(point(55), 0.56)).toBe(false);
  });

  it("count what is known to be right, where that is enough", () => {
    expect(rightOf(point(50, { measured: { known: 40, right: 0.9 } }))).toEqual({
      kind: "measured",
      share: 0.9,
      known: 40,
    });
    expect(rightOf(point(50, { measured: { known: 3, right: 1 } }))).toEqual({
      kind: "expected",
      share: 0.8,
    });
    expect(rightOf(point(99, { expected_right: null }))).toBeNull();
  });
});
