use proptest::collection::vec;
use proptest::prelude::*;

use crate::confidence::shift::{OUTCOMES_MIN, Outcome, SHIFT_MAX, fit, shifted};

fn outcomes(count: usize, raw_confidence: f64, right: usize) -> Vec<Outcome> {
    (0..count).map(|at| Outcome { raw_confidence, right: at < right }).collect()
}

#[test]
fn a8_nothing_known_moves_nothing() {
    assert_eq!(fit(&[]), 0.0);
    assert_eq!(fit(&outcomes(OUTCOMES_MIN - 1, 0.9, 0)), 0.0, "too few to say");
    assert!(fit(&outcomes(OUTCOMES_MIN, 0.9, 0)) < 0.0);
    assert_eq!(shifted(0.42, 0.0), 0.42);
}

#[test]
fn a3_what_is_right_as_often_as_said_stays() {
    let shift = fit(&outcomes(40, 0.75, 30));
    assert!(shift.abs() < 1e-6, "{shift}");
}

#[test]
fn a3_the_prior_pulls_less_the_more_is_known() {
    // Three in four are right where half was said: the data alone would say ln 3.
    let (truth, odds) = (0.75, 3.0_f64.ln());
    let shifts: Vec<f64> = [12, 40, 400].iter().map(|count| fit(&outcomes(*count, 0.5, count * 3 / 4))).collect();
    assert!(shifts[0] > 0.3 && shifts[0] < shifts[1] && shifts[1] < shifts[2], "{shifts:?}");
    assert!(shifts[2] < odds, "the prior never lets go altogether: {shifts:?}");
    assert!((shifted(0.5, shifts[2]) - truth).abs() < 0.01, "{shifts:?}");
}

#[test]
fn a3_a_shift_is_bounded_and_certainty_stays() {
    assert!(fit(&outcomes(1_000, 0.5, 1_000)) <= SHIFT_MAX);
    assert!(fit(&outcomes(1_000, 0.999, 0)) >= -SHIFT_MAX);
    assert_eq!((shifted(0.0, 1.0), shifted(1.0, -1.0)), (0.0, 1.0));
    assert!((shifted(0.5, 99.0) - 0.817_6).abs() < 1e-4);
    assert_eq!(shifted(0.5, f64::NAN), 0.5);
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    (0.0..=1.0_f64, any::<bool>()).prop_map(|(raw_confidence, right)| Outcome { raw_confidence, right })
}

/// The logarithm of the posterior, up to a constant.
fn posterior(outcomes: &[Outcome], shift: f64) -> f64 {
    let likelihood: f64 = outcomes
        .iter()
        .map(|outcome| {
            let raw = outcome.raw_confidence.clamp(0.001, 0.999);
            let probability = 1.0 / (1.0 + (-((raw / (1.0 - raw)).ln() + shift)).exp());
            if outcome.right { probability.ln() } else { (1.0 - probability).ln() }
        })
        .sum();
    likelihood - shift * shift / (2.0 * 0.75 * 0.75)
}

proptest! {
    #[test]
    fn a3_the_fitted_shift_is_the_likeliest(outcomes in vec(any_outcome(), OUTCOMES_MIN..200), other in -1.5..1.5_f64) {
        let shift = fit(&outcomes);
        prop_assert!(shift.abs() <= SHIFT_MAX);
        prop_assert!(posterior(&outcomes, shift) >= posterior(&outcomes, other) - 1e-6);
    }

    #[test]
    fn a8_one_more_right_answer_never_makes_less_sure(outcomes in vec(any_outcome(), OUTCOMES_MIN..60), raw in 0.0..=1.0_f64) {
        let with = |right| {
            let mut all = outcomes.clone();
            all.push(Outcome { raw_confidence: raw, right });
            fit(&all)
        };
        prop_assert!(with(true) >= fit(&outcomes) - 1e-6);
        prop_assert!(with(false) <= fit(&outcomes) + 1e-6);
    }

    #[test]
    fn a3_a_shift_keeps_the_order_of_answers(a in 0.0..=1.0_f64, b in 0.0..=1.0_f64, shift in -3.0..3.0_f64) {
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        prop_assert!(shifted(low, shift) <= shifted(high, shift) + 1e-12);
        prop_assert!((0.0..=1.0).contains(&shifted(a, shift)));
    }
}
