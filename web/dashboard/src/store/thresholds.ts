import type { AgentSettings } from "@baton/wire";

/** From which confidence on the agent answers, and up to which it offers a person along with the answer. */
export type Thresholds = Pick<AgentSettings, "answer_threshold" | "offer_person_below">;

/**
 * Moves the answer threshold. The offer goes along where it would come to lie below it.
 *
 * Below the threshold nothing is answered, so that an offer there would never be made.
 */
export function withAnswerThreshold(now: Thresholds, value: number): Partial<Thresholds> {
  return now.offer_person_below < value
    ? { answer_threshold: value, offer_person_below: value }
    : { answer_threshold: value };
}

/** Moves the offer, which stays at or above the answer threshold. */
export function withOfferBelow(now: Thresholds, value: number): Partial<Thresholds> {
  return { offer_person_below: Math.max(value, now.answer_threshold) };
}

/** How wide each part of the scale from 0 to 1 is, in percent: no answer, an answer with the offer, an answer. */
export function zonesOf({ answer_threshold, offer_person_below }: Thresholds): {
  none: number;
  offer: number;
  answer: number;
} {
  const none = Math.round(answer_threshold * 100);
  const offer = Math.max(0, Math.round(offer_person_below * 100) - none);
  return { none, offer, answer: 100 - none - offer };
}
