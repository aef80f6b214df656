//! Figures of merit: of the ranking of documents, and of a confidence.
//!
//! *Safe* means that the question can be answered from the knowledge base and a document that does is among the first five.
//! A confidence is good when it is high for safe questions and low for others (AUROC, risk at each coverage), and honest when
//! of those at 0.8 about eight in ten are safe (calibration error).

use std::collections::HashSet;

use serde::Serialize;

/// Bins of equal width for the calibration error and the reliability diagram.
pub const BINS: usize = 10;

/// One question with its confidence and the truth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    /// The knowledge base.
    pub agent: String,
    /// Why it can or cannot be answered.
    pub kind: String,
    /// Whether the documents answer it.
    pub answerable: bool,
    /// Whether they do, and one that does is among the first five.
    pub safe: bool,
    /// How sure Baton is, 0 to 1.
    pub confidence: f64,
    /// Whether it answers.
    pub answered: bool,
}

/// How well documents are ranked, means over questions; 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Ranking {
    /// Questions with a known answer.
    pub questions: usize,
    /// A document that answers is first.
    pub recall_1: f64,
    /// One is among the first five.
    pub recall_5: f64,
    /// Normalised discounted cumulative gain of the first ten, each answering document worth the same.
    pub ndcg_10: f64,
    /// Mean of 1 over the place of the first that answers, 0 beyond ten.
    pub mrr: f64,
}

/// How good a confidence is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Selection {
    /// Questions that can be scored.
    pub questions: usize,
    /// The chance that a safe question has a higher confidence than one that is not.
    pub auroc_safe: f64,
    /// The mean share of wrong answers over all coverages.
    pub aurc: f64,
    /// The largest share that can be answered with at most one in ten wrong.
    pub coverage_at_10: f64,
    /// … with at most one in five wrong.
    pub coverage_at_20: f64,
    /// Expected calibration error over [`BINS`] bins.
    pub ece: f64,
    /// The share that is answered.
    pub answered: f64,
    /// The share of the answered that is not safe.
    pub wrong_of_answered: f64,
    /// The share of the unanswerable that is answered all the same.
    pub answered_unanswerable: f64,
}

/// Rates rankings: each the documents found, best first, and those that answer.
pub fn ranking<'a>(questions: impl Iterator<Item = (&'a [String], &'a HashSet<String>)>) -> Ranking {
    let gain = |place: usize| 1.0 / (place as f64 + 2.0).log2();
    let mut sum = Ranking::default();
    for (ranked, gold) in questions.filter(|(_, gold)| !gold.is_empty()) {
        let hits: Vec<usize> =
            ranked.iter().take(10).enumerate().filter(|(_, key)| gold.contains(*key)).map(|(place, _)| place).collect();
        let first = hits.first().copied();
        let ideal: f64 = (0..gold.len().min(10)).map(gain).sum();
        sum.questions += 1;
        sum.recall_1 += f64::from(u8::from(first == Some(0)));
        sum.recall_5 += f64::from(u8::from(first.is_some_and(|place| place < 5)));
        sum.ndcg_10 += hits.iter().map(|place| gain(*place)).sum::<f64>() / ideal;
        sum.mrr += first.map_or(0.0, |place| 1.0 / (place as f64 + 1.0));
    }
    let count = sum.questions.max(1) as f64;
    Ranking {
        questions: sum.questions,
        recall_1: sum.recall_1 / count,
        recall_5: sum.recall_5 / count,
        ndcg_10: sum.ndcg_10 / count,
        mrr: sum.mrr / count,
    }
}

/// Rates a confidence.
pub fn selection(judged: &[Judged]) -> Selection {
    let curve = risk_curve(judged);
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    let answered = || judged.iter().filter(|one| one.answered);
    let unanswerable = || judged.iter().filter(|one| !one.answerable);
    Selection {
        questions: judged.len(),
        auroc_safe: auroc(judged.iter().map(|one| (one.confidence, one.safe))),
        aurc: curve.iter().sum::<f64>() / curve.len().max(1) as f64,
        coverage_at_10: coverage_at(&curve, 0.10),
        coverage_at_20: coverage_at(&curve, 0.20),
        ece: bins(judged).iter().map(|bin| (bin.confidence - bin.safe).abs() * share(bin.count, judged.len())).sum(),
        answered: share(answered().count(), judged.len()),
        wrong_of_answered: share(answered().filter(|one| !one.safe).count(), answered().count()),
        answered_unanswerable: share(unanswerable().filter(|one| one.answered).count(), unanswerable().count()),
    }
}

/// The share of wrong answers if only the surest 1, 2, 3 … questions are answered.
pub fn risk_curve(judged: &[Judged]) -> Vec<f64> {
    let mut sorted: Vec<&Judged> = judged.iter().collect();
    sorted.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let wrong = sorted.iter().scan(0usize, |wrong, one| {
        *wrong += usize::from(!one.safe);
        Some(*wrong)
    });
    wrong.zip(1..).map(|(wrong, answered): (usize, usize)| wrong as f64 / answered as f64).collect()
}

/// The largest coverage whose risk is at most `risk`.
fn coverage_at(curve: &[f64], risk: f64) -> f64 {
    let answered = curve.iter().rposition(|one| *one <= risk).map_or(0, |at| at + 1);
    answered as f64 / curve.len().max(1) as f64
}

/// Questions of about the same confidence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Bin {
    /// How many.
    pub count: usize,
    /// Their mean confidence.
    pub confidence: f64,
    /// The share of them that is safe.
    pub safe: f64,
}

/// The questions in [`BINS`] bins of confidence.
pub fn bins(judged: &[Judged]) -> [Bin; BINS] {
    let mut bins = [Bin::default(); BINS];
    for one in judged {
        let bin = &mut bins[((one.confidence * BINS as f64) as usize).min(BINS - 1)];
        bin.count += 1;
        bin.confidence += one.confidence;
        bin.safe += f64::from(u8::from(one.safe));
    }
    for bin in &mut bins {
        let count = bin.count.max(1) as f64;
        bin.confidence /= count;
        bin.safe /= count;
    }
    bins
}

/// The chance that a positive has a higher score than a negative, a tie counting half; by ranks.
/// NaN if there are only positives or only negatives.
pub fn auroc(scores: impl Iterator<Item = (f64, bool)>) -> f64 {
    let mut scores: Vec<(f64, bool)> = scores.collect();
    scores.sort_by(|a, b| a.0.total_cmp(&b.0));
    let positives = scores.iter().filter(|(_, positive)| *positive).count();
    let negatives = scores.len() - positives;
    let mut ranks = 0.0;
    let mut before = 0;
    for tied in scores.chunk_by(|a, b| a.0 == b.0) {
        let middle = before as f64 + (tied.len() as f64 + 1.0) / 2.0;
        ranks += middle * tied.iter().filter(|(_, positive)| *positive).count() as f64;
        before += tied.len();
    }
    (ranks - (positives * (positives + 1)) as f64 / 2.0) / (positives * negatives) as f64
}

/// The mean precision at each positive, best score first.
pub fn average_precision(scores: impl Iterator<Item = (f64, bool)>) -> f64 {
    let mut scores: Vec<(f64, bool)> = scores.collect();
    scores.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut found, mut sum) = (0usize, 0.0);
    for (at, (_, positive)) in scores.iter().enumerate() {
        if *positive {
            found += 1;
            sum += found as f64 / (at + 1) as f64;
        }
    }
    sum / found.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(confidence: f64, safe: bool) -> Judged {
        Judged { agent: "a".into(), kind: "in".into(), answerable: safe, safe, confidence, answered: confidence >= 0.5 }
    }

    fn keys(keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| (*key).to_owned()).collect()
    }

    #[test]
    fn a_ranking_is_rated_by_the_places_of_what_answers() {
        let gold: HashSet<String> = keys(&["b", "x"]).into_iter().collect();
        let ranked = keys(&["a", "b", "c"]);
        let rated = ranking([(ranked.as_slice(), &gold)].into_iter());
        assert_eq!((rated.recall_1, rated.recall_5, rated.mrr), (0.0, 1.0, 0.5));
        let gain = |place: f64| 1.0 / (place + 1.0).log2();
        assert!((rated.ndcg_10 - gain(2.0) / (gain(1.0) + gain(2.0))).abs() < 1e-12);
        assert_eq!(ranking([(ranked.as_slice(), &HashSet::new())].into_iter()).questions, 0);
    }

    #[test]
    fn ties_count_half_and_order_is_all_that_counts() {
        let of = |scores: &[(f64, bool)]| auroc(scores.iter().copied());
        assert_eq!(of(&[(0.9, true), (0.8, true), (0.1, false)]), 1.0);
        assert_eq!(of(&[(0.5, true), (0.5, false)]), 0.5);
        assert_eq!(of(&[(0.2, true), (0.7, false), (0.7, true), (0.1, false)]), (1.0 + 2.0 - 0.5) / 4.0);
        assert!(of(&[(0.5, true)]).is_nan());
    }

    #[test]
    fn a_precise_head_gives_average_precision() {
        let scores = [(0.9, true), (0.8, false), (0.7, true), (0.1, false)];
        assert!((average_precision(scores.into_iter()) - (1.0 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
    }

    #[test]
    fn a3_a_confidence_is_rated_by_risk_coverage_and_honesty() {
        let all = [judged(0.9, true), judged(0.8, true), judged(0.7, false), judged(0.6, true), judged(0.2, false)];
        assert_eq!(risk_curve(&all), [0.0, 0.0, 1.0 / 3.0, 0.25, 0.4]);
        let rated = selection(&all);
        assert_eq!((rated.coverage_at_10, rated.coverage_at_20), (0.4, 0.4));
        assert_eq!((rated.answered, rated.wrong_of_answered, rated.answered_unanswerable), (0.8, 0.25, 0.5));
        let ece = (0.1 + 0.2 + 0.7 + 0.4 + 0.2) / 5.0;
        assert!((rated.ece - ece).abs() < 1e-12, "{}", rated.ece);
    }

    #[test]
    fn nothing_to_rate_is_no_panic() {
        assert_eq!(selection(&[]).questions, 0);
        assert_eq!(ranking(std::iter::empty()).questions, 0);
    }
}
