//! How one agent's confidence is moved by its own evidence: golden questions and visitors' ratings (A3, A8).
//!
//! The weights are fitted on public question sets; an agent whose docs are easier or harder to answer from than those is
//! always a little too timid or too bold. One number, added to the log-odds, corrects that without touching the order of
//! answers. With one number a handful of outcomes is enough, and a prior keeps a few unlucky ones from moving much.

#[cfg(test)]
mod tests;

/// Fewest outcomes that move anything.
pub const OUTCOMES_MIN: usize = 10;

/// The standard deviation of the prior, log-odds: what is thought of an agent before anything is known of it.
///
/// Ten outcomes around 0.5 say as much as this prior does (10 × 0.25 against 1 / 0.75² = 1.8), so that they move it a little more
/// than half of the way; a hundred move it almost all of it.
pub const PRIOR_DEVIATION: f64 = 0.75;

/// The farthest a confidence is moved either way, log-odds: 0.50 becomes 0.82 or 0.18 and no more.
pub const SHIFT_MAX: f64 = 1.5;

/// Confidences nearer to 0 or 1 are taken for this near: nothing is that sure, and one outcome must not outweigh all others.
const EDGE: f64 = 0.001;

/// Newton's steps are tiny after a few.
const STEPS_MAX: usize = 50;
const STEP_MIN: f64 = 1e-9;

/// An answer of which it is known whether it was right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// How sure it was before any shift, 0 to 1.
    pub raw_confidence: f64,
    /// Whether it was right.
    pub right: bool,
}

/// The likeliest shift, given the outcomes and the prior; 0 with fewer than [`OUTCOMES_MIN`].
///
/// The maximum of the posterior is unique, because its logarithm is strictly concave. Newton's method finds it; a step that
/// would leave the interval in which it is known to lie halves that interval instead.
#[must_use]
pub fn fit(outcomes: &[Outcome]) -> f64 {
    let known: Vec<(f64, f64)> = outcomes
        .iter()
        .filter(|outcome| outcome.raw_confidence.is_finite())
        .map(|outcome| (log_odds(outcome.raw_confidence), if outcome.right { 1.0 } else { 0.0 }))
        .collect();
    if known.len() < OUTCOMES_MIN {
        return 0.0;
    }
    let precision = 1.0 / (PRIOR_DEVIATION * PRIOR_DEVIATION);
    let (mut low, mut high, mut shift) = (-SHIFT_MAX, SHIFT_MAX, 0.0_f64);
    for _ in 0..STEPS_MAX {
        let (mut slope, mut bend) = (-shift * precision, -precision);
        for (odds, right) in &known {
            let probability = logistic(odds + shift);
            slope += right - probability;
            bend -= probability * (1.0 - probability);
        }
        if slope > 0.0 {
            low = shift;
        } else {
            high = shift;
        }
        let newton = shift - slope / bend;
        let next = if newton > low && newton < high { newton } else { f64::midpoint(low, high) };
        if (next - shift).abs() < STEP_MIN {
            return next;
        }
        shift = next;
    }
    shift
}

/// A confidence moved by a shift. What is 0 or 1 stays: without evidence there is nothing to be surer of.
#[must_use]
pub fn shifted(confidence: f64, shift: f64) -> f64 {
    if confidence <= 0.0 || confidence >= 1.0 || shift == 0.0 || !shift.is_finite() {
        return confidence;
    }
    logistic((confidence / (1.0 - confidence)).ln() + shift.clamp(-SHIFT_MAX, SHIFT_MAX))
}

fn log_odds(confidence: f64) -> f64 {
    let inside = confidence.clamp(EDGE, 1.0 - EDGE);
    (inside / (1.0 - inside)).ln()
}

fn logistic(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp())
}
