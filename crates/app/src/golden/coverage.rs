//! What an answer threshold would do: how much is answered, and how much of that is right (A3).

use std::time::Duration;

use baton_answer::confidence::shift::shifted;
use baton_domain::golden::{Calibration, Expectation, GoldenResult, ReadAs};
use baton_domain::ids::{AgentId, WorkspaceId};
use baton_domain::time::Timestamp;

use crate::golden::questions::list;
use crate::{AppError, Baton};

/// How far back visitors' questions count.
const RECENT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// The latest questions that are counted.
const QUESTIONS_MAX: u32 = 2_000;

/// With fewer questions of visitors, other figures say more.
const QUESTIONS_MIN: usize = 20;

/// Thresholds, in hundredths.
const THRESHOLDS: std::ops::RangeInclusive<u32> = 30..=95;
const STEP: usize = 5;

/// What thresholds do on nine public question sets that the weights had not seen: threshold, answered, right.
/// See `baton_answer::confidence::DEFAULT_THRESHOLD`.
const PUBLIC_SETS: [(f64, f64, f64); 7] = [
    (0.3, 0.77, 0.73),
    (0.4, 0.71, 0.75),
    (0.5, 0.65, 0.78),
    (0.6, 0.57, 0.80),
    (0.7, 0.47, 0.83),
    (0.8, 0.35, 0.87),
    (0.9, 0.21, 0.91),
];

/// Whose questions the figures stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Those of this agent's visitors.
    Visitors,
    /// This agent's golden questions, because few visitors have asked yet.
    GoldenQuestions,
    /// Public question sets, because there is nothing of this agent yet.
    PublicSets,
}

/// Answers of which it is known whether they were right.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measured {
    /// How many are known.
    pub known: u32,
    /// The share of them that was right, 0 to 1.
    pub right: f64,
}

/// What one threshold does.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The threshold.
    pub threshold: f64,
    /// The share of questions that is answered, 0 to 1. The rest goes to people.
    pub answered: f64,
    /// The share of the answers that is right as far as their confidence says, 0 to 1; `None` if nothing is answered.
    pub expected_right: Option<f64>,
    /// The same as golden questions and ratings say; `None` if none of them is answered.
    pub measured: Option<Measured>,
    /// The point in a sentence.
    pub sentence: String,
}

/// What thresholds do for one agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    /// Whose questions these are.
    pub basis: Basis,
    /// How many there are.
    pub questions: u32,
    /// From when on visitors' questions were counted.
    pub since: Timestamp,
    /// What the figures do not say, in a sentence.
    pub note: Option<String>,
    /// How this agent's confidence is moved.
    pub calibration: Calibration,
    /// What the agent's own threshold does.
    pub current: Point,
    /// One for each threshold, lowest first.
    pub points: Vec<Point>,
}

/// A question with the confidence of its answer, and whether that was right if it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sample {
    confidence: f64,
    right: Option<bool>,
}

/// What thresholds would do for an agent.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such agent.
pub async fn coverage(baton: &Baton, workspace_id: WorkspaceId, agent_id: AgentId) -> Result<Coverage, AppError> {
    let golden = list(baton, workspace_id, agent_id).await?;
    let agent = baton.agent(workspace_id, agent_id).await?;
    let since = Timestamp(baton.now().0.saturating_sub(i64::try_from(RECENT.as_millis()).unwrap_or(i64::MAX)));
    let mut unit = baton.store().read().await?;
    let asked = unit.asked_questions(workspace_id, agent_id, since, QUESTIONS_MAX).await?;
    drop(unit);
    let shift = agent.calibration.shift;
    let visitors: Vec<Sample> = asked
        .iter()
        .map(|asked| Sample { confidence: shifted(asked.raw_confidence, shift), right: asked.rated })
        .collect();
    let golden: Vec<Sample> = golden.results.iter().filter_map(sample).collect();
    let (basis, samples) = match (visitors.len(), golden.len()) {
        (asked, _) if asked >= QUESTIONS_MIN => (Basis::Visitors, &visitors),
        (_, golden_count) if golden_count > 0 => (Basis::GoldenQuestions, &golden),
        _ => (Basis::PublicSets, &visitors),
    };
    let known: Vec<Sample> = visitors.iter().chain(&golden).copied().collect();
    let point = |threshold: f64| match basis {
        Basis::Visitors | Basis::GoldenQuestions => point(threshold, samples, &known),
        Basis::PublicSets => public_point(threshold, &known),
    };
    let thresholds = THRESHOLDS.step_by(STEP).map(|hundredths| f64::from(hundredths) / 100.0);
    // Beyond the last figure of the public sets there is none.
    let has_figure = |threshold: &f64| basis != Basis::PublicSets || *threshold <= PUBLIC_SETS[PUBLIC_SETS.len() - 1].0;
    Ok(Coverage {
        basis,
        questions: u32::try_from(samples.len()).unwrap_or(u32::MAX),
        since,
        note: note(basis, visitors.len()),
        calibration: agent.calibration,
        current: point(agent.settings.answer_threshold),
        points: thresholds.filter(has_figure).map(point).collect(),
    })
}

/// A golden question as a visitor's: small talk and asks for a person are no questions to the docs.
fn sample(result: &GoldenResult) -> Option<Sample> {
    if result.observed.read_as != ReadAs::Question {
        return None;
    }
    let confidence = if result.observed.is_supported { result.confidence } else { 0.0 };
    // Of an answer it is known whether it was right: it cites the expected page.
    let right = match result.expect {
        Expectation::HandOff => false,
        Expectation::Document { .. } => result.observed.is_cited,
    };
    Some(Sample { confidence, right: Some(right) })
}

fn note(basis: Basis, asked: usize) -> Option<String> {
    let few = format!("Visitors have asked {asked} questions in the last 90 days, too few to say;");
    match basis {
        Basis::Visitors => None,
        Basis::GoldenQuestions => Some(format!(
            "{few} these figures are of your golden questions, which may be harder or easier than your visitors'."
        )),
        Basis::PublicSets => Some(format!(
            "{few} these figures are of public question sets about other products. Add golden questions to see your own."
        )),
    }
}

fn point(threshold: f64, samples: &[Sample], known: &[Sample]) -> Point {
    let answered: Vec<f64> =
        samples.iter().map(|sample| sample.confidence).filter(|confidence| *confidence >= threshold).collect();
    let share = if samples.is_empty() { 0.0 } else { answered.len() as f64 / samples.len() as f64 };
    let expected_right = (!answered.is_empty()).then(|| answered.iter().sum::<f64>() / answered.len() as f64);
    finished(threshold, share, expected_right, known)
}

/// Between two figures of the public sets, on the straight line; outside them, the nearest.
fn public_point(threshold: f64, known: &[Sample]) -> Point {
    let (first, last) = (PUBLIC_SETS[0], PUBLIC_SETS[PUBLIC_SETS.len() - 1]);
    let within = threshold.clamp(first.0, last.0);
    let (low, high) = PUBLIC_SETS
        .windows(2)
        .map(|pair| (pair[0], pair[1]))
        .find(|(low, high)| (low.0..=high.0).contains(&within))
        .unwrap_or((first, last));
    let part = (within - low.0) / (high.0 - low.0);
    let between = |from: f64, to: f64| from + (to - from) * part;
    finished(threshold, between(low.1, high.1), Some(between(low.2, high.2)), known)
}

fn finished(threshold: f64, answered: f64, expected_right: Option<f64>, known: &[Sample]) -> Point {
    let judged: Vec<bool> =
        known.iter().filter(|sample| sample.confidence >= threshold).filter_map(|sample| sample.right).collect();
    let right = judged.iter().filter(|right| **right).count();
    let measured = (!judged.is_empty()).then(|| Measured {
        known: u32::try_from(judged.len()).unwrap_or(u32::MAX),
        right: right as f64 / judged.len() as f64,
    });
    let percent = (answered * 100.0).round();
    let sentence = format!("At {threshold:.2}: {percent:.0} % answered, {:.0} % to people", 100.0 - percent);
    Point { threshold, answered, expected_right, measured, sentence }
}

#[cfg(test)]
mod tests {
    use crate::golden::coverage::{Sample, point, public_point};

    #[test]
    fn a3_the_share_answered_falls_with_the_threshold_and_the_sentence_adds_up() {
        let samples: Vec<Sample> = (0..100)
            .map(|at| Sample { confidence: f64::from(at) / 100.0, right: (at % 10 == 0).then_some(at > 50) })
            .collect();
        let at_half = point(0.5, &samples, &samples);
        assert_eq!(at_half.sentence, "At 0.50: 50 % answered, 50 % to people");
        assert!((at_half.expected_right.unwrap_or_default() - 0.745).abs() < 1e-9);
        let measured = at_half.measured.expect("five are known");
        assert_eq!((measured.known, measured.right), (5, 0.8));
        let shares: Vec<f64> = (0..=10).map(|at| point(f64::from(at) / 10.0, &samples, &[]).answered).collect();
        assert!(shares.is_sorted_by(|a, b| a >= b), "{shares:?}");
        let none = point(1.0, &samples, &samples);
        assert_eq!((none.expected_right, none.measured), (None, None));
    }

    #[test]
    fn a3_without_questions_the_figures_of_the_public_sets_stand_in() {
        assert_eq!(public_point(0.9, &[]).sentence, "At 0.90: 21 % answered, 79 % to people");
        assert!((public_point(0.55, &[]).answered - 0.61).abs() < 1e-9);
        assert_eq!(public_point(0.1, &[]).answered, 0.77);
    }
}
