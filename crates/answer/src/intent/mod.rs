//! What a visitor text is: small talk, a request for a person, or a question.
//!
//! The classifier runs on every message before anything else, so it is pure, local and linear in the length of the
//! text: words are looked up in tables, misspelled key words are matched by bounded edit distance, and patterns look at
//! a bounded window around a word. It decides nothing about the conversation; it reports what the words say.

mod ask;
pub mod frustration;
mod lexicon;
mod other_languages;
mod small_talk;
mod words;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use crate::intent::frustration::frustration;
pub use crate::intent::small_talk::{SmallTalk, reply};
use crate::intent::words::{Words, clauses};

/// Longest text that is classified, in bytes; what lies beyond is not read.
///
/// A visitor message is at most 4,000 characters, so nothing real is cut.
pub const TEXT_BYTES_MAX: usize = 16 * 1024;

/// What one visitor text is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Intent {
    /// The whole text is small talk and no question is in it.
    SmallTalk {
        /// Which kind of small talk.
        about: SmallTalk,
    },
    /// The visitor asks to deal with a person, whatever else the text says.
    AsksForPerson {
        /// The visitor's own words that say so, as written.
        evidence: String,
    },
    /// Everything else: something to be answered from the documents.
    Question,
}

/// Classifies one visitor text.
pub fn classify(text: &str) -> Intent {
    let text = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
    if let Some(evidence) = asks_for_person(text) {
        return Intent::AsksForPerson { evidence };
    }
    match small_talk::whole_text(text) {
        Some(about) => Intent::SmallTalk { about },
        None => Intent::Question,
    }
}

/// Finds the words with which the text asks for a person.
fn asks_for_person(text: &str) -> Option<String> {
    let whole = Words::new(text);
    if ask::is_bare_request(&whole) {
        return Some(text.trim().to_owned());
    }
    let asks_identity = clauses(text).last().is_some_and(|last| ask::asks_identity(&Words::new(last)));
    clauses(text).find_map(|clause| {
        let words = Words::new(clause);
        ask::in_clause(&words, asks_identity)
            .or_else(|| other_languages::in_clause(&words))
            .map(|span| words.slice(span).to_owned())
    })
}
