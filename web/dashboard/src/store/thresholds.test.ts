import { describe, expect, it } from "vitest";
import { withAnswerThreshold, withOfferBelow, zonesOf } from "./thresholds";

describe("the two thresholds", () => {
  const now = { answer_threshold: 0.5, offer_person_below: 0.7 };

  it("stay in order, whichever is moved", () => {
    expect(withAnswerThreshold(now, 0.6)).toEqual({ answer_threshold: 0.6 });
    expect(withAnswerThreshold(now, 0.8)).toEqual({ answer_threshold: 0.8, offer_person_below: 0.8 });
    expect(withOfferBelow(now, 0.9)).toEqual({ offer_person_below: 0.9 });
    expect(withOfferBelow(now, 0.2)).toEqual({ offer_person_below: 0.5 });
  });

  it("share the scale out without a gap", () => {
    expect(zonesOf(now)).toEqual({ none: 50, offer: 20, answer: 30 });
    expect(zonesOf({ answer_threshold: 0.8, offer_person_below: 0.3 })).toEqual({
      none: 80,
      offer: 0,
      answer: 20,
    });
    expect(zonesOf({ answer_threshold: 0, offer_person_below: 1 })).toEqual({
      none: 0,
      offer: 100,
      answer: 0,
    });
  });
});
