//! Knowledge bases with questions: which documents are found, how sure the answer is, and whether Baton answers.

mod set;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use baton_answer::confidence::Features;
use baton_answer::evidence::Evidence;
use baton_answer::extractive::{Extract, extract, markdown};
use baton_answer::gate::{Citable, Verdict, check};
use baton_answer::intent::{Intent, classify};
use baton_knowledge::Embedder;
use serde::{Deserialize, Serialize};

pub use crate::docs_qa::set::{Item, Set};
use crate::error::{EvalError, write_lines};
use crate::metrics::Judged;

/// Documents that a prediction ranks.
pub const RANKED_MAX: usize = 10;
/// Passages that are looked at for the ranking of documents.
const PASSAGES_RANKED: usize = 50;

/// What Baton makes of one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The knowledge base.
    pub agent: String,
    /// The question.
    pub id: String,
    /// Documents, best first, at most [`RANKED_MAX`].
    pub ranked: Vec<String>,
    /// The probability that the documents answer this and that an answer would be right, 0 to 1.
    pub confidence: f64,
    /// Whether Baton answers.
    pub decision: Decision,
}

/// What Baton does with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It answers from the documents.
    Answer,
    /// It does not: a person is called, or it says that it does not know.
    Handoff,
}

/// What the evidence for one question is, before any decision.
#[derive(Debug)]
pub struct Measured {
    /// The passages found.
    pub evidence: Evidence,
    /// The sentences chosen.
    pub found: Extract,
    /// What the confidence is made from.
    pub features: Features,
}

/// A question with its prediction and the truth.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What Baton made of it.
    pub prediction: Prediction,
    /// The same against the truth; `None` where the set says that it cannot be scored.
    pub judged: Option<Judged>,
    /// Documents that answer it.
    pub gold: HashSet<String>,
}

/// Asks every question of every knowledge base below a folder.
///
/// # Errors
/// If a set cannot be read or indexed, or there is none.
pub fn run(folder: &Path, threshold: f64, embedder: Option<&Arc<dyn Embedder>>) -> Result<Vec<Asked>, EvalError> {
    let mut asked = Vec::new();
    for folder in sets(folder)? {
        let set = Set::load(&folder, embedder)?;
        for item in &set.items {
            asked.push(set.ask(item, threshold)?);
        }
    }
    Ok(asked)
}

/// Writes predictions, one a line.
///
/// # Errors
/// If the file cannot be written.
pub fn write_predictions(path: &Path, asked: &[Asked]) -> Result<(), EvalError> {
    let predictions: Vec<&Prediction> = asked.iter().map(|asked| &asked.prediction).collect();
    write_lines(path, &predictions)
}

/// The knowledge bases in a folder, by name; or the folder itself, if it is one.
fn sets(folder: &Path) -> Result<Vec<std::path::PathBuf>, EvalError> {
    if folder.join("questions.jsonl").is_file() {
        return Ok(vec![folder.to_owned()]);
    }
    let entries = std::fs::read_dir(folder).map_err(EvalError::file(folder))?;
    let mut found: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("questions.jsonl").is_file())
        .collect();
    found.sort();
    if found.is_empty() { Err(EvalError::Empty { path: folder.to_owned() }) } else { Ok(found) }
}

impl Set {
    /// Searches and extracts; `None` for small talk and when nothing is found.
    ///
    /// # Errors
    /// Only when the index cannot be read.
    pub fn measure(&self, item: &Item) -> Result<Option<Measured>, EvalError> {
        let asked = item.question.asked();
        if matches!(classify(&asked), Intent::SmallTalk { .. }) {
            return Ok(None);
        }
        let evidence = Evidence::gather(&self.snapshot, self.embedder.as_deref(), &item.question)?;
        let Some(found) = extract(&evidence, &asked) else { return Ok(None) };
        let features = Features::measure(&evidence, &found);
        Ok(Some(Measured { evidence, found, features }))
    }

    /// Asks one question as a visitor would, without a language model.
    ///
    /// # Errors
    /// Only when the index cannot be read.
    pub fn ask(&self, item: &Item, threshold: f64) -> Result<Asked, EvalError> {
        let measured = self.measure(item)?;
        let ranked = self.rank(item, measured.as_ref())?;
        let confidence = measured.as_ref().map_or(0.0, |measured| measured.features.confidence());
        let answers = confidence >= threshold && measured.as_ref().is_some_and(|measured| self.is_supported(measured));
        let decision = if answers { Decision::Answer } else { Decision::Handoff };
        let judged = item.answerable.map(|answerable| Judged {
            agent: self.name.clone(),
            kind: item.kind.clone(),
            answerable,
            safe: answerable && ranked.iter().take(5).any(|key| item.gold.contains(key)),
            confidence,
            answered: answers,
        });
        let prediction = Prediction { agent: self.name.clone(), id: item.id.clone(), ranked, confidence, decision };
        Ok(Asked { prediction, judged, gold: item.gold.clone() })
    }

    /// Documents by their best passage.
    fn rank(&self, item: &Item, measured: Option<&Measured>) -> Result<Vec<String>, EvalError> {
        let Some(measured) = measured else { return Ok(Vec::new()) };
        let mut ranked: Vec<String> = Vec::new();
        let text = if measured.evidence.is_follow_up {
            item.question.search_in_context()
        } else {
            item.question.search_alone()
        };
        let embedding = self.embedder.as_ref().map(|embedder| embedder.embed_one(&text)).transpose()?;
        for hit in self.snapshot.search(&text, embedding.as_deref(), PASSAGES_RANKED)?.hits {
            if !ranked.contains(&hit.passage.document_key) {
                ranked.push(hit.passage.document_key.clone());
            }
        }
        ranked.truncate(RANKED_MAX);
        Ok(ranked)
    }

    /// Whether the extracted answer passes the gate.
    fn is_supported(&self, measured: &Measured) -> bool {
        let Measured { evidence, found, .. } = measured;
        let citable: Vec<Citable> =
            found.parts.iter().map(|part| Citable::from(&evidence.passages[part.passage].hit)).collect();
        let terms = |text: &str| self.snapshot.terms(text);
        matches!(check(&markdown(evidence, found), &citable, &terms), Verdict::Supported { .. })
    }
}

impl Measured {
    /// Keys of the cited documents.
    pub fn cited(&self) -> Vec<&str> {
        let passages = self.found.parts.iter().map(|part| &self.evidence.passages[part.passage]);
        passages.map(|passage| passage.hit.passage.document_key.as_str()).collect()
    }

    /// Whether the question can be answered and the answer cites a document that does.
    pub fn is_safe(&self, item: &Item) -> bool {
        item.answerable == Some(true) && self.cited().iter().any(|key| item.gold.contains(*key))
    }
}
