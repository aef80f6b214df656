//! What a marker in an answer stands for.

use baton_knowledge::citation_url;
use serde::{Deserialize, Serialize};

use crate::gate::Citable;

/// Longest quote, in characters.
const QUOTE_CHARS_MAX: usize = 300;

/// The passage behind one marker of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Citation {
    /// The number in the text, from 1.
    pub index: usize,
    /// The passage.
    pub passage_id: String,
    /// The title of its document.
    pub title: String,
    /// The address that opens the document at the right spot.
    pub url: Option<String>,
    /// The name of its source.
    pub source_name: String,
    /// The headings above it, outermost first.
    pub heading_path: Vec<String>,
    /// The words of the passage that support the answer.
    pub quote: String,
    /// The passage's score for the question, 0 to 1.
    pub score: f32,
}

/// Makes the citation of a passage; without a sentence its beginning is quoted.
pub(crate) fn citation(index: usize, citable: &Citable, sentence: Option<usize>) -> Citation {
    let passage = &citable.passage;
    let sentence = sentence.or(Some(0)).and_then(|at| passage.sentences.get(at));
    let words = sentence.map_or(passage.text.as_str(), |sentence| passage.sentence_text(sentence)).trim();
    let quote = match words.char_indices().nth(QUOTE_CHARS_MAX) {
        Some((at, _)) => format!("{}…", words[..at].trim_end()),
        None => words.to_owned(),
    };
    Citation {
        index,
        passage_id: passage.id.as_str().to_owned(),
        title: passage.document_title.clone(),
        url: citation_url(passage, words),
        source_name: citable.source_name.to_string(),
        heading_path: passage.place(),
        quote,
        score: citable.score,
    }
}
