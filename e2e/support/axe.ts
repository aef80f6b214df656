import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Frame, type Page } from "@playwright/test";
import type { AxeResults } from "axe-core";

const SCRIPT = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const STANDARDS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];

/** Expects no violation of WCAG 2.2 AA that a machine can find, in the page or in one of its frames. */
export async function expectAccessible(place: Page | Frame, what: string): Promise<void> {
  await settled(place);
  // Evaluated by the debugger, which no policy of the page forbids.
  await place.evaluate(SCRIPT);
  const results = (await place.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(STANDARDS)}, iframes: false, resultTypes: ["violations"] })`,
  )) as AxeResults;
  expect(results.passes.length, `${what}: rules that were checked`).toBeGreaterThan(5);
  const violations: { rule: string; nodes: string[] }[] = [];
  for (const { id, help, nodes } of results.violations) {
    const found: string[] = [];
    for (const { html, failureSummary, target } of nodes) {
      if (id === "target-size" && (await isReachable(place, String(target[0])))) continue;
      found.push(`${html}\n${failureSummary ?? ""}`);
    }
    if (found.length > 0) violations.push({ rule: `${id}: ${help}`, nodes: found });
  }
  expect.soft(violations, what).toEqual([]);
}

/**
 * Whether a pointer hits an element everywhere in the 24 pixels around its middle.
 *
 * Axe takes what a neighbour has clipped away for something that lies over the element; the browser knows better.
 */
function isReachable(place: Page | Frame, selector: string): Promise<boolean> {
  return place.evaluate((wanted) => {
    const element = document.querySelector(wanted);
    if (element === null) return false;
    const box = element.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    return [-11.5, 0, 11.5].every((right) =>
      [-11.5, 0, 11.5].every((down) => element.contains(document.elementFromPoint(x + right, y + down))),
    );
  }, selector);
}

/** Colours are judged when nothing moves or fades any more. */
async function settled(place: Page | Frame): Promise<void> {
  await place.evaluate(async () => {
    const ends = (animation: Animation) => animation.effect?.getComputedTiming().iterations !== Infinity;
    for (;;) {
      const running = document.getAnimations().filter((one) => one.playState === "running" && ends(one));
      if (running.length === 0) return;
      await Promise.allSettled(running.map(({ finished }) => finished));
    }
  });
}
