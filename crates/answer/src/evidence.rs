//! What the documents say about a question: the passages found, and how much of the question each covers.

use std::collections::HashSet;

use baton_knowledge::{Contrast, Embedder, Hit, Snapshot, SnapshotError};

use crate::question::{Leaning, Question};

/// Passages that are looked at for one question.
pub const HITS_MAX: usize = 12;
/// Weight of a term that only the previous question holds, against 1 for the question itself.
const CONTEXT_WEIGHT: f64 = 0.5;

/// A short question of several words is about the best passage if that holds this share of it.
const KNOWN_SHARE_MIN: f64 = 0.5;

/// What the title counts for a passage that has a heading of its own.
const TITLE_WEIGHT: f64 = 0.7;

/// What the title counts for what stands before the first heading: more often an introduction than the answer.
const INTRODUCTION_WEIGHT: f64 = 0.85;

/// The passages for one question with what they cover of it.
#[derive(Debug)]
pub struct Evidence {
    /// The question's terms with their weights.
    pub terms: Vec<Term>,
    /// The passages, best first.
    pub passages: Vec<PassageEvidence>,
    /// Whether the question was searched together with an earlier one.
    pub is_follow_up: bool,
    /// How the best passages stand out.
    pub contrast: Contrast,
    /// What a question about the documents' subjects finds where its answer is not; see
    /// [`baton_knowledge::Manifest::null_lexical`].
    pub null_lexical: f64,
    total: f64,
}

/// A term of the question.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// The analysed term.
    pub term: String,
    /// Its inverse document frequency, lowered if only an earlier question holds it.
    pub weight: f64,
    /// Whether any passage of the snapshot holds it.
    pub is_known: bool,
}

/// One passage as evidence.
#[derive(Debug)]
pub struct PassageEvidence {
    /// The passage as found.
    pub hit: Hit,
    /// Its score over the best passage's, 0 to 1.
    pub relative: f64,
    /// How much all found passages of its document together score, over the best document's, 0 to 1.
    pub document_support: f64,
    /// Terms of the title and headings.
    pub frame: HashSet<String>,
    /// How nearly the heading right above the passage asks what is asked, 0 to 1; see [`heading_fit`].
    pub heading_fit: f64,
    /// Terms of all sentences.
    pub body: HashSet<String>,
    /// Terms of each sentence.
    pub sentences: Vec<HashSet<String>>,
}

impl Evidence {
    /// Searches the snapshot for a question. Waits for the disk and the embedder.
    ///
    /// # Errors
    /// Only when the snapshot cannot be read.
    pub fn gather(
        snapshot: &Snapshot,
        embedder: Option<&dyn Embedder>,
        question: &Question,
    ) -> Result<Self, SnapshotError> {
        let own: HashSet<String> = snapshot.terms(&question.asked()).into_iter().collect();
        // Only the embedder that made a snapshot's embeddings can say what is near to them.
        let embedder =
            embedder.filter(|embedder| snapshot.vectors().is_some_and(|made| made.embedder() == embedder.id()));
        let search = |text: &str, is_follow_up| {
            let embedding = embedder.and_then(|embedder| match embedder.embed_one(text) {
                Ok(embedding) => Some(embedding),
                // Words find most of it too.
                Err(error) => {
                    tracing::warn!(embedder = embedder.id(), error = %error, "searching by words alone");
                    None
                }
            });
            Self::search(snapshot, text, embedding.as_deref(), &own, is_follow_up)
        };
        match question.leaning() {
            Leaning::Alone => search(&question.search_alone(), false),
            Leaning::Leans => search(&question.search_in_context(), true),
            Leaning::Short => {
                let alone = search(&question.search_alone(), false)?;
                if alone.knows_the_subject() {
                    return Ok(alone);
                }
                search(&question.search_in_context(), true)
            }
        }
    }

    fn search(
        snapshot: &Snapshot,
        text: &str,
        embedding: Option<&[f32]>,
        own: &HashSet<String>,
        is_follow_up: bool,
    ) -> Result<Self, SnapshotError> {
        let found = snapshot.search(text, embedding, HITS_MAX)?;
        let terms: Vec<Term> = found
            .query_terms
            .into_iter()
            .map(|term| {
                let factor = if own.contains(&term.term) { 1.0 } else { CONTEXT_WEIGHT };
                Term { weight: f64::from(term.idf) * factor, is_known: term.passages > 0, term: term.term }
            })
            .collect();
        let best = found.hits.first().map_or(1.0, |hit| f64::from(hit.score).max(f64::EPSILON));
        let contrast = found.contrast;
        let mut passages: Vec<PassageEvidence> =
            found.hits.into_iter().map(|hit| PassageEvidence::read(snapshot, hit, best)).collect();
        for passage in &mut passages {
            passage.heading_fit = heading_fit(snapshot, &passage.hit, &terms);
        }
        support_by_documents(&mut passages);
        let total = terms.iter().map(|term| term.weight).sum::<f64>().max(f64::EPSILON);
        let null_lexical = f64::from(snapshot.manifest().null_lexical);
        Ok(Self { terms, passages, is_follow_up, contrast, null_lexical, total })
    }

    /// Whether the documents are about a short question by itself: the best passage holds most of it, and a single word
    /// also stands in its headings, for a passage that only mentions the word need not be about it.
    fn knows_the_subject(&self) -> bool {
        let Some(best) = self.passages.first() else { return false };
        match self.terms.as_slice() {
            [only] => best.frame.contains(&only.term),
            _ => self.share(|term| best.holds(term)) >= KNOWN_SHARE_MIN,
        }
    }

    /// The share of the question, by weight, whose terms satisfy a condition; 0 to 1.
    pub fn share(&self, covers: impl Fn(&str) -> bool) -> f64 {
        self.terms.iter().filter(|term| covers(&term.term)).map(|term| term.weight).sum::<f64>() / self.total
    }
}

impl PassageEvidence {
    fn read(snapshot: &Snapshot, hit: Hit, best: f64) -> Self {
        let passage = &hit.passage;
        let set = |text: &str| -> HashSet<String> { snapshot.terms(text).into_iter().collect() };
        let sentences: Vec<HashSet<String>> =
            passage.sentences.iter().map(|sentence| set(passage.sentence_text(sentence))).collect();
        let mut frame = set(&passage.document_title);
        for heading in &passage.heading_path {
            frame.extend(set(heading));
        }
        let body = set(&passage.text);
        let relative = f64::from(hit.score) / best;
        Self { relative, document_support: 0.0, frame, heading_fit: 0.0, body, sentences, hit }
    }

    /// Whether title, headings or text hold a term.
    pub fn holds(&self, term: &str) -> bool {
        self.body.contains(term) || self.frame.contains(term)
    }

    /// The highest cosine of one of its sentences with the question; 0 without embeddings, or far behind the best passages.
    pub fn nearest_sentence(&self) -> f64 {
        f64::from(self.hit.sentence_cosines.iter().copied().fold(0.0, f32::max))
    }

    /// The cosine of a sentence with the question, 0 to 1; 0 as above, and behind the sentences that are embedded.
    pub fn nearness(&self, sentence: usize) -> f64 {
        self.hit.sentence_cosines.get(sentence).map_or(0.0, |cosine| f64::from(cosine.max(0.0)))
    }

    /// What names the passage's document among all sources.
    pub fn document(&self) -> (&str, &str) {
        (&self.hit.source_id, &self.hit.passage.document_key)
    }
}

/// How nearly the heading right above a passage, or its document's title, asks what is asked: the harmonic mean of the
/// question's share that it holds and of its own words' share that the question holds.
///
/// A question that is a heading almost word for word is what the writer wrote the passage for.
fn heading_fit(snapshot: &Snapshot, hit: &Hit, terms: &[Term]) -> f64 {
    let total = terms.iter().map(|term| term.weight).sum::<f64>().max(f64::EPSILON);
    let fit = |heading: &str| {
        let words: HashSet<String> = snapshot.terms(heading).into_iter().collect();
        let asked: Vec<&Term> = terms.iter().filter(|term| words.contains(&term.term)).collect();
        let recall = asked.iter().map(|term| term.weight).sum::<f64>() / total;
        let precision = asked.len() as f64 / words.len().max(1) as f64;
        if asked.is_empty() { 0.0 } else { 2.0 * recall * precision / (recall + precision) }
    };
    let title = fit(&hit.passage.document_title);
    match hit.passage.heading_path.last() {
        Some(heading) => fit(heading).max(TITLE_WEIGHT * title),
        None => INTRODUCTION_WEIGHT * title,
    }
}

/// Sums the scores of each document's passages; a second passage counts half, a third a quarter, so that a long document
/// does not win by its length.
fn support_by_documents(passages: &mut [PassageEvidence]) {
    let supports: Vec<f64> = passages
        .iter()
        .map(|passage| {
            let same = passages.iter().filter(|other| other.document() == passage.document());
            same.zip(std::iter::successors(Some(1.0), |weight| Some(weight / 2.0)))
                .map(|(other, weight)| other.relative * weight)
                .sum()
        })
        .collect();
    let best = supports.iter().copied().fold(f64::EPSILON, f64::max);
    for (passage, support) in passages.iter_mut().zip(supports) {
        passage.document_support = support / best;
    }
}
