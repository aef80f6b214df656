//! How sure an answer is: features of the evidence to a calibrated probability (A3).
//!
//! The model never says how sure it is.
//! A small logistic model turns what retrieval and extraction measured into the probability that the question can be
//! answered from these documents and that the right document is among the cited ones.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::evidence::Evidence;
use crate::extractive::Extract;

/// Number of features.
pub const FEATURES: usize = 12;

/// The measures behind a confidence, stored with the turn so that a decision can be replayed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Features {
    /// Normalised BM25 of the best passage.
    pub top: f64,
    /// How far the best passage of another document is behind, as a share of the best.
    pub gap: f64,
    /// Share of the question, by term weight, that the best passage with its headings covers.
    pub covered_by_passage: f64,
    /// Share that the best single sentence of the cited passages covers.
    pub covered_by_sentence: f64,
    /// Share that title and headings of the first cited passage cover.
    pub covered_by_headings: f64,
    /// Share that the chosen sentences with their headings cover.
    pub covered_by_answer: f64,
    /// Share whose terms no passage of the knowledge holds.
    pub unknown: f64,
    /// Share of the first five passages that are of the first cited document.
    pub agreement: f64,
    /// 1 if the weightiest known term is in the first cited passage.
    pub key_term: f64,
    /// 1 if the sentence came from the passage that search put first.
    pub first_is_top: f64,
    /// Number of distinct terms of the question, as ln(1 + n) / ln(33), at most 1.
    pub length: f64,
    /// 1 if the question was read together with an earlier one.
    pub follow_up: f64,
}

impl Features {
    /// Measures the evidence for an answer.
    pub fn measure(evidence: &Evidence, extract: &Extract) -> Self {
        let first = &evidence.passages[extract.parts[0].passage];
        let top = &evidence.passages[0];
        let rival = evidence.passages.iter().find(|passage| passage.document() != top.document());
        let cited: HashSet<usize> = extract.parts.iter().map(|part| part.passage).collect();
        let sentences = cited.iter().flat_map(|passage| &evidence.passages[*passage].sentences);
        let by_sentence = sentences.map(|terms| evidence.share(|term| terms.contains(term))).fold(0.0, f64::max);
        let head = evidence.passages.iter().take(5);
        let same = head.clone().filter(|passage| passage.document() == first.document()).count();
        let known = evidence.terms.iter().filter(|term| term.is_known);
        let key = known.max_by(|a, b| a.weight.total_cmp(&b.weight));
        let known_terms: HashSet<&str> =
            evidence.terms.iter().filter(|term| term.is_known).map(|term| term.term.as_str()).collect();
        Self {
            top: f64::from(top.hit.normalised),
            gap: 1.0 - rival.map_or(0.0, |rival| rival.relative),
            covered_by_passage: evidence.share(|term| first.holds(term)),
            covered_by_sentence: by_sentence,
            covered_by_headings: evidence.share(|term| first.frame.contains(term)),
            covered_by_answer: extract.covered,
            unknown: evidence.share(|term| !known_terms.contains(term)),
            agreement: same as f64 / head.count().max(1) as f64,
            key_term: f64::from(u8::from(key.is_some_and(|key| first.holds(&key.term)))),
            first_is_top: f64::from(u8::from(extract.parts[0].passage == 0)),
            length: (((1 + evidence.terms.len()) as f64).ln() / 33f64.ln()).min(1.0),
            follow_up: f64::from(u8::from(evidence.is_follow_up)),
        }
    }

    /// The measures in the order of [`Model::weights`].
    pub fn to_array(self) -> [f64; FEATURES] {
        [
            self.top,
            self.gap,
            self.covered_by_passage,
            self.covered_by_sentence,
            self.covered_by_headings,
            self.covered_by_answer,
            self.unknown,
            self.agreement,
            self.key_term,
            self.first_is_top,
            self.length,
            self.follow_up,
        ]
    }

    /// The probability that an answer from this evidence is right, 0 to 1.
    pub fn confidence(&self) -> f64 {
        FITTED.confidence(self)
    }
}

/// A logistic model over [`Features`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// The log-odds when every measure is zero.
    pub bias: f64,
    /// What one unit of each measure adds, in the order of [`Features::to_array`].
    pub weights: [f64; FEATURES],
}

impl Model {
    /// The probability for one set of measures.
    pub fn confidence(&self, features: &Features) -> f64 {
        let odds: f64 =
            self.bias + self.weights.iter().zip(features.to_array()).map(|(weight, value)| weight * value).sum::<f64>();
        1.0 / (1.0 + (-odds).exp())
    }
}

/// The weights in use.
pub const FITTED: Model = Model { bias: -3.0, weights: [3.0, 1.0, 2.0, 1.0, 1.0, 1.0, -2.0, 0.5, 0.5, 0.2, 0.0, -0.3] };

/// The lowest confidence at which Baton answers unless the owner sets another.
pub const DEFAULT_THRESHOLD: f64 = 0.5;
