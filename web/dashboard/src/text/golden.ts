import type {
  Coverage,
  Expectation,
  GoldenQuestions,
  GoldenSummary,
  ImportedGoldenQuestions,
  Meaning,
} from "@baton/wire";
import type { Right } from "../store/coverage";
import { nameOf, type TrainingLook } from "../store/golden";
import { count } from "./words";

/** Confidence and thresholds as the server writes them: `0.41`. */
export function shareText(value: number): string {
  return value.toFixed(2);
}

/** Confidence beside the threshold: `0.41, below 0.50`. */
export function reachText(confidence: number, threshold: number): string {
  const [sure, least] = [shareText(confidence), shareText(threshold)];
  if (confidence < threshold) return `${sure}, below ${least}`;
  return sure === least ? `${sure}, just enough` : `${sure}, above ${least}`;
}

export function expectText(expect: Expectation): string {
  return expect.kind === "hand_off" ? "Must go to a person" : nameOf(expect);
}

/** `1 better, 1 worse`; null where nothing changed. */
export function changesText({ better, worse }: Pick<GoldenSummary, "better" | "worse">): string | null {
  const parts = [
    ...(better.length > 0 ? [`${better.length} better`] : []),
    ...(worse.length > 0 ? [`${worse.length} worse`] : []),
  ];
  return parts.length === 0 ? null : parts.join(", ");
}

/** What asking all of them came to: `12 of 14 pass; 1 better, 1 worse than when last asked`. */
export function runText(
  run: Pick<GoldenSummary, "passed" | "total" | "better" | "worse">,
  askedBefore: number,
): string {
  const changes = changesText(run);
  const passed = passText(run.passed, run.total);
  if (askedBefore === 0) return passed;
  return changes === null ? `${passed}; none changed` : `${passed}; ${changes} than when last asked`;
}

/** What a list that was asked before came to: `12 of 14 pass, 2 not asked yet`. */
export function standingText({ passed, asked, questions }: GoldenQuestions): string {
  const left = questions.length - asked;
  if (asked === 0) return `${count(questions.length, "question")}, not asked yet`;
  return left > 0 ? `${passText(passed, asked)}, ${left} not asked yet` : passText(passed, asked);
}

export function passText(passed: number, total: number): string {
  return `${passed} of ${total} pass`;
}

export function importedText({ added, changed, unchanged }: ImportedGoldenQuestions): string {
  const parts = [
    ...(added > 0 ? [`${added} added`] : []),
    ...(changed > 0 ? [`${changed} changed`] : []),
    ...(unchanged > 0 ? [`${unchanged} as before`] : []),
  ];
  return parts.length === 0 ? "Nothing was imported." : `${parts.join(", ")}.`;
}

export const TRAINING_NAMES: Record<TrainingLook["kind"], string> = {
  in_use: "In use",
  refused: "Not published",
  older: "Published before",
};

/** `71 %` */
export function percentText(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** How much is right, so that nobody takes it for exact: `about 8 in 10 right`. */
export function rightText({ share }: Right): string {
  const tenths = Math.round(share * 10);
  if (share >= 0.95) return "nearly all right";
  return tenths === 0 ? "hardly any right" : `about ${tenths} in 10 right`;
}

/** Where the figures come from, in one line. */
export function basisText({ basis, questions, note }: Coverage): string {
  if (note !== null) return note;
  switch (basis) {
    case "visitors":
      return `From ${count(questions, "question")} of the last 90 days.`;
    case "golden_questions":
      return `From ${count(questions, "golden question")}.`;
    case "public_sets":
      return "From public question sets about other products.";
    default:
      basis satisfies never;
      return "";
  }
}

/** What moves this agent's confidence; null where nothing does. */
export function calibrationText({ shift, golden, ratings }: Coverage["calibration"]): string | null {
  const parts = [
    ...(golden > 0 ? [count(golden, "golden question")] : []),
    ...(ratings > 0 ? [count(ratings, "rating")] : []),
  ];
  return shift === 0 || parts.length === 0 ? null : `Confidence is fitted to ${parts.join(" and ")}.`;
}

/** How passages are found, if there is something to say; null where meaning counts too. */
export function meaningText(meaning: Meaning): string | null {
  switch (meaning) {
    case "off":
      return "Passages are found by their words only: this server has no embedding model.";
    case "preparing":
      return "New passages are found by their words; their meaning is being prepared.";
    case "ready":
      return null;
    default:
      meaning satisfies never;
      return null;
  }
}
