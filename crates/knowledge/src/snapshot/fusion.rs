//! One ranking from two signals: the words that question and passage share, and the nearness of their meanings.
//!
//! The score is a weighted sum of two figures that are each between 0 and 1 and mean the same for every question: BM25 over
//! the most that the question's terms could reach, and the cosine where it is positive.
//! Ranks are not fused, because they throw away what a confidence is made from: how good the best passage is.

use std::collections::HashMap;

use crate::snapshot::index::PassageIndex;
use crate::snapshot::{Contrast, QueryTerm, SnapshotError};

/// What words count; meaning counts the rest.
pub(super) const LEXICAL_WEIGHT: f32 = 0.5;
/// Passages that words bring in. Beyond them a word's score is too small to matter beside a cosine.
const LEXICAL_CANDIDATES: usize = 300;
/// Passages that meaning brings in.
const SEMANTIC_CANDIDATES: usize = 100;
/// Cosines whose mean says what is near to a question at all.
const CONTRASTED: usize = 10;

/// A passage with its score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ranked {
    pub(super) number: u32,
    pub(super) score: f32,
    pub(super) lexical: f32,
    pub(super) cosine: Option<f32>,
}

/// The best passages, best first, and how they stand out; equal scores in reading order. `cosines` has one for every passage,
/// or is empty; `document` says which document a passage is of.
pub(super) fn rank(
    index: &PassageIndex,
    terms: &[QueryTerm],
    cosines: &[f32],
    limit: usize,
    document: &dyn Fn(u32) -> usize,
) -> Result<(Vec<Ranked>, Contrast), SnapshotError> {
    if cosines.is_empty() {
        let found = index.rank(terms, limit)?;
        let contrast = contrast(&found, cosines, document);
        let ranked =
            found.into_iter().map(|(number, lexical)| Ranked { number, score: lexical, lexical, cosine: None });
        return Ok((ranked.collect(), contrast));
    }
    let by_words = index.rank(terms, LEXICAL_CANDIDATES)?;
    let contrast = contrast(&by_words, cosines, document);
    let lexical: HashMap<u32, f32> = by_words.into_iter().collect();
    let mut candidates: Vec<u32> = nearest(cosines, SEMANTIC_CANDIDATES);
    candidates.extend(lexical.keys());
    candidates.sort_unstable();
    candidates.dedup();
    let mut ranked: Vec<Ranked> = candidates
        .into_iter()
        .map(|number| {
            let cosine = cosines.get(number as usize).copied().unwrap_or(0.0);
            let lexical = lexical.get(&number).copied().unwrap_or(0.0);
            let score = LEXICAL_WEIGHT * lexical + (1.0 - LEXICAL_WEIGHT) * cosine.max(0.0);
            Ranked { number, score, lexical, cosine: Some(cosine) }
        })
        .collect();
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.number.cmp(&b.number)));
    ranked.truncate(limit);
    Ok((ranked, contrast))
}

/// See [`Contrast`]; `by_words` is best first.
fn contrast(by_words: &[(u32, f32)], cosines: &[f32], document: &dyn Fn(u32) -> usize) -> Contrast {
    let mut highest: Vec<f32> =
        nearest(cosines, CONTRASTED).iter().filter_map(|number| cosines.get(*number as usize)).copied().collect();
    highest.sort_unstable_by(|a, b| b.total_cmp(a));
    let cosine_mean = highest.iter().sum::<f32>() / highest.len().max(1) as f32;
    let Some((first, lexical_top)) = by_words.first() else { return Contrast { cosine_mean, ..Contrast::default() } };
    let own = document(*first);
    let rival = by_words.iter().find(|(number, _)| document(*number) != own).map_or(0.0, |(_, lexical)| *lexical);
    Contrast { lexical_top: *lexical_top, lexical_gap: lexical_top - rival, cosine_mean }
}

/// The numbers of the passages with the highest cosines, in no order.
fn nearest(cosines: &[f32], count: usize) -> Vec<u32> {
    let mut numbers: Vec<u32> = (0..u32::try_from(cosines.len()).unwrap_or(u32::MAX)).collect();
    if count < numbers.len() {
        numbers.select_nth_unstable_by(count, |a, b| cosines[*b as usize].total_cmp(&cosines[*a as usize]));
        numbers.truncate(count);
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_are_those_with_the_highest_cosines() {
        let cosines = [0.1, 0.9, -0.5, 0.8, 0.0];
        let mut near = nearest(&cosines, 2);
        near.sort_unstable();
        assert_eq!(near, [1, 3]);
        assert_eq!(nearest(&cosines, 9).len(), 5);
        assert!(nearest(&[], 3).is_empty());
    }

    #[test]
    fn a3_the_contrast_leaves_out_the_best_document() {
        let by_words = [(4, 0.8), (5, 0.7), (9, 0.5), (0, 0.1)];
        let document = |number: u32| (number / 4) as usize;
        let found = contrast(&by_words, &[], &document);
        assert_eq!(found, Contrast { lexical_top: 0.8, lexical_gap: 0.8 - 0.5, cosine_mean: 0.0 });
        let alone = contrast(&by_words[..2], &[], &document);
        assert_eq!((alone.lexical_top, alone.lexical_gap), (0.8, 0.8), "there is no other document");
        let cosines: Vec<f32> = (0..30).map(|at| at as f32 / 100.0).collect();
        assert!((contrast(&[], &cosines, &document).cosine_mean - 0.245).abs() < 1e-6);
    }
}
