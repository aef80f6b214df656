//! Answers without a language model: the sentences of the passages that answer, as they stand, lightly joined (A1).
//!
//! A sentence is rated by how much of the question it covers by itself and under its headings, by its passage, by how near its
//! meaning is where there are embeddings, and by whether it has the form that the question asks for (steps for "how", a number for "how long").
//! Around the best sentence grows the smallest piece that can be understood: a list stays whole, an answer of a
//! question-and-answer pair stays whole, and a sentence that points back brings what it points to.

mod cues;
mod span;

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::ops::Range;

use baton_knowledge::{Passage, Sentence, SentenceKind};

use crate::evidence::{Evidence, PassageEvidence};
use crate::extractive::cues::Cue;

/// Passages that are read for sentences.
const READ_MAX: usize = 10;
/// A passage whose score is below this share of the best is not read.
const RELATIVE_MIN: f64 = 0.45;
/// Most passages of one answer.
const PARTS_MAX: usize = 3;
/// A heading that shares less than this with the question says nothing about which passage answers …
const HEADING_FIT_MIN: f64 = 0.6;
/// … and what one that asks the very question adds to the rating of what stands below it.
const HEADING_WEIGHT: f64 = 0.40;
/// What a sentence that means the same as the question adds; chosen on nine public question sets, where it cites a right document
/// in 78 % of the answers instead of 77 %.
const NEARNESS_WEIGHT: f64 = 0.5;
/// A further passage must cover this much of the question that the answer does not cover yet …
const GAIN_MIN: f64 = 0.12;
/// … or be about as good as the first and from another document, which may hold the better answer.
const RIVAL_MIN: f64 = 0.87;

/// A chosen piece of one passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The passage, by its place in [`Evidence::passages`].
    pub passage: usize,
    /// Its sentences.
    pub sentences: Range<usize>,
}

/// The pieces that answer, and how well.
#[derive(Debug, Clone, PartialEq)]
pub struct Extract {
    /// At least one part; the first is the best.
    pub parts: Vec<Part>,
    /// The share of the question that the chosen sentences cover, 0 to 1.
    pub covered: f64,
    /// The rating of the best sentence.
    pub rating: f64,
}

/// Chooses the sentences that answer; `None` when no passage has any.
pub fn extract(evidence: &Evidence, asked: &str) -> Option<Extract> {
    let cue = Cue::of(asked);
    let mut candidates: Vec<Candidate> = evidence
        .passages
        .iter()
        .take(READ_MAX)
        .enumerate()
        .filter(|(_, passage)| passage.relative >= RELATIVE_MIN)
        .filter_map(|(place, passage)| best_sentence(evidence, place, passage, cue))
        .collect();
    candidates.sort_by(|a, b| b.rating.total_cmp(&a.rating));
    let first = candidates.first()?;
    let rating = first.rating;
    let mut parts: Vec<Part> = Vec::new();
    let mut covered: HashSet<&str> = HashSet::new();
    for candidate in &candidates {
        if parts.len() == PARTS_MAX {
            break;
        }
        let passage = &evidence.passages[candidate.passage];
        let own = &passage.sentences[candidate.sentence];
        let wanted = span::Wanted {
            is_first: parts.is_empty(),
            is_named: evidence.terms.iter().any(|term| own.contains(&term.term)),
        };
        let sentences = span::around(&passage.hit.passage, candidate.sentence, wanted);
        let newly = |term: &str| {
            !covered.contains(term) && passage.sentences[sentences.clone()].iter().any(|terms| terms.contains(term))
        };
        let gain = evidence.share(newly);
        let is_new_document = parts.iter().all(|part| evidence.passages[part.passage].document() != passage.document());
        let rivals = is_new_document && candidate.rating >= RIVAL_MIN * rating;
        if !(parts.is_empty() || gain >= GAIN_MIN || rivals) || repeats(evidence, &parts, passage, &sentences) {
            continue;
        }
        for term in &evidence.terms {
            let said = passage.sentences[sentences.clone()].iter().any(|terms| terms.contains(&term.term));
            if said || passage.frame.contains(&term.term) {
                covered.insert(&term.term);
            }
        }
        parts.push(Part { passage: candidate.passage, sentences });
    }
    Some(Extract { parts, covered: evidence.share(|term| covered.contains(term)), rating })
}

struct Candidate {
    passage: usize,
    sentence: usize,
    rating: f64,
}

/// The best sentence of a passage.
fn best_sentence(evidence: &Evidence, place: usize, passage: &PassageEvidence, cue: Cue) -> Option<Candidate> {
    let text = &passage.hit.passage;
    let under_question = text.sentences.iter().position(|sentence| sentence.kind == SentenceKind::Question);
    let first_of = |wanted: &dyn Fn(&Sentence) -> bool| text.sentences.iter().position(wanted);
    let steps = first_of(&|sentence| cue == Cue::Steps && cues::is_step(text.sentence_text(sentence), sentence.kind));
    let first_answer = steps.or_else(|| first_of(&|sentence| is_answer(sentence.kind)))?;
    let asked_by_heading = ((passage.heading_fit - HEADING_FIT_MIN) / (1.0 - HEADING_FIT_MIN)).max(0.0);
    let rated =
        text.sentences.iter().enumerate().filter(|(_, sentence)| is_answer(sentence.kind)).map(|(at, sentence)| {
            let own = &passage.sentences[at];
            let before = at.checked_sub(1).map(|before| &passage.sentences[before]);
            let alone = evidence.share(|term| own.contains(term));
            let asked_above = |term: &str| {
                under_question.is_some_and(|question| question < at && passage.sentences[question].contains(term))
            };
            let framed = evidence.share(|term| {
                own.contains(term)
                    || passage.frame.contains(term)
                    || asked_above(term)
                    || before.is_some_and(|before| before.contains(term))
            });
            // Under a heading that asks the very question, what comes first answers it, in whatever words.
            let first = at.checked_sub(first_answer).map_or(0.0, |behind| 1.0 / (1 + behind) as f64);
            let rating = 0.25 * (asked_by_heading * first + (1.0 - asked_by_heading) * alone)
                + 0.35 * framed
                + 0.60 * passage.relative
                + 0.20 * passage.document_support
                + HEADING_WEIGHT * asked_by_heading
                + cue.bonus(text.sentence_text(sentence), sentence.kind)
                + position_bonus(at)
                + NEARNESS_WEIGHT * (1.0 - asked_by_heading) * passage.nearness(at)
                - penalty(text.sentence_text(sentence), sentence.kind);
            Candidate { passage: place, sentence: at, rating }
        });
    rated.reduce(|best, next| if next.rating > best.rating { next } else { best })
}

/// Whether a sentence can be part of an answer: headings and questions only say what the answer is about.
fn is_answer(kind: SentenceKind) -> bool {
    match kind {
        SentenceKind::Prose | SentenceKind::ListItem | SentenceKind::Code | SentenceKind::TableRow => true,
        SentenceKind::Question | SentenceKind::Heading => false,
    }
}

/// What is said first is more often the point.
fn position_bonus(at: usize) -> f64 {
    0.03 / (1 + at) as f64
}

/// A fragment ("Note") answers little by itself, and a table of contents only says where an answer may be.
fn penalty(text: &str, kind: SentenceKind) -> f64 {
    let words = text.split_whitespace().count();
    let fragment = kind == SentenceKind::Prose && words < 4;
    let lower = text.to_lowercase();
    let points_elsewhere = POINTS_ELSEWHERE.iter().any(|start| lower.starts_with(start));
    if points_elsewhere {
        0.2
    } else if fragment {
        0.15
    } else {
        0.0
    }
}

/// Beginnings of sentences that announce or refer instead of answering.
const POINTS_ELSEWHERE: &[&str] = &[
    "in this article",
    "this article",
    "this section",
    "this page",
    "this guide",
    "in this section",
    "in this guide",
    "learn more",
    "learn how",
    "see also",
    "for more information",
    "read more",
    "related",
    "for details",
    "click here",
    "in diesem artikel",
    "mehr dazu",
    "weitere informationen",
    "dans cet article",
    "pour en savoir plus",
    "en este artículo",
    "más información",
];

/// Whether a piece says what the answer says already, as copied pages do.
fn repeats(evidence: &Evidence, parts: &[Part], passage: &PassageEvidence, sentences: &Range<usize>) -> bool {
    parts.iter().any(|part| {
        let other = &evidence.passages[part.passage];
        let text = |passage: &Passage, range: &Range<usize>| -> String {
            let (first, last) = (&passage.sentences[range.start], &passage.sentences[range.end - 1]);
            passage.text[first.start..last.end].to_lowercase()
        };
        let (a, b) = (text(&other.hit.passage, &part.sentences), text(&passage.hit.passage, sentences));
        a.contains(&b) || b.contains(&a)
    })
}

/// The extract as Markdown, with a marker `[n]` behind each part; `n` counts [`Extract::parts`] from 1.
///
/// The words are the documents' own; what is added is list markup, code fences and the markers.
pub fn markdown(evidence: &Evidence, extract: &Extract) -> String {
    let parts = extract.parts.iter().enumerate().map(|(place, part)| {
        span::markdown(&evidence.passages[part.passage].hit.passage, part.sentences.clone(), place + 1)
    });
    parts.collect::<Vec<_>>().join("\n\n")
}
