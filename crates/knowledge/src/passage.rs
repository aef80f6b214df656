//! Passages: the pieces of a document that are indexed, searched and cited.

mod split;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::document::{Document, hex};

/// Sizes of passages, in words unless said otherwise.
pub mod limits {
    /// Neighbouring blocks of a section are gathered until a passage has about this many words.
    pub const TARGET_WORDS: usize = 150;
    /// Most words of a passage; a list, table or code block that fits into it is kept whole.
    pub const MAX_WORDS: usize = 220;
    /// Most bytes of a passage, for texts whose words are long or not parted by spaces.
    pub const MAX_BYTES: usize = 2_400;
}

/// How the fragment identifier of a page begins.
const PAGE_ANCHOR: &str = "page=";

fn page_anchor(number: u32) -> Option<String> {
    Some(format!("{PAGE_ANCHOR}{number}"))
}

/// The stable name of a passage: 32 hexadecimal digits.
///
/// Derived from the source, the document key, the heading path and the text, so a passage that did not change keeps
/// its id when its source is read again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PassageId(String);

impl PassageId {
    /// Takes an id that was stored or sent before; whether such a passage exists is up to the snapshot.
    pub fn from_stored(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PassageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A piece of a document: consecutive blocks under one heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// The stable name.
    pub id: PassageId,
    /// The key of the document within its source.
    pub document_key: String,
    /// The title of the document.
    pub document_title: String,
    /// The address of the document; see [`crate::citation_url`] for the link to show.
    pub url: Option<String>,
    /// The fragment identifier of the heading right above the passage, if it has one; `page=N` in documents with pages,
    /// which is how a browser opens a PDF at a page.
    pub anchor: Option<String>,
    /// The headings above the passage, outermost first, without the document title.
    pub heading_path: Vec<String>,
    /// The text: exactly `document.text()[start..end]`.
    pub text: String,
    /// Where the passage begins in the document's canonical text, in bytes.
    pub start: usize,
    /// Where the passage ends in the document's canonical text, in bytes, exclusive.
    pub end: usize,
    /// The sentences of `text`, in order, without overlap.
    pub sentences: Vec<Sentence>,
}

impl Passage {
    /// The number of the page on which the passage begins, from 1; `None` for documents without pages.
    pub fn page(&self) -> Option<u32> {
        self.anchor.as_deref()?.strip_prefix(PAGE_ANCHOR)?.parse().ok()
    }

    /// The headings above the passage with its page, for a person who looks for the place.
    pub fn place(&self) -> Vec<String> {
        let page = self.page().map(|number| format!("p. {number}"));
        self.heading_path.iter().cloned().chain(page).collect()
    }

    /// The text of one of this passage's sentences.
    pub fn sentence_text(&self, sentence: &Sentence) -> &str {
        &self.text[sentence.start..sentence.end]
    }
}

/// A sentence of a passage: the smallest piece that can be quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// Where it begins in the passage text, in bytes. The marker of a list item is left out.
    pub start: usize,
    /// Where it ends in the passage text, in bytes, exclusive.
    pub end: usize,
    /// What it is part of.
    pub kind: SentenceKind,
}

/// What a sentence is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentenceKind {
    /// Running text, or the answer of a pair.
    Prose,
    /// An item of a list, such as a step.
    ListItem,
    /// A whole code block.
    Code,
    /// A row of a table.
    TableRow,
    /// The question of a pair, which is no answer by itself.
    Question,
    /// A heading that has no text below it.
    Heading,
}

/// A document in the form in which it is indexed: its passages and what identifies its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentPassages {
    /// The key of the document within its source.
    pub key: String,
    /// The title.
    pub title: String,
    /// The address.
    pub url: Option<String>,
    /// See [`Document::content_hash`].
    pub content_hash: String,
    /// The passages in reading order.
    pub passages: Vec<Passage>,
}

/// Cuts `document` into passages and keeps what identifies it, ready for [`crate::Snapshot::build`].
pub fn document_passages(document: &Document, source_id: &str) -> DocumentPassages {
    DocumentPassages {
        key: document.key().to_owned(),
        title: document.title().to_owned(),
        url: document.url().map(str::to_owned),
        content_hash: document.content_hash(),
        passages: passages(document, source_id),
    }
}

/// Cuts `document` into passages.
///
/// A passage never spans two headings; lists, tables and code blocks stay whole where they fit; small neighbours are
/// gathered; the question of a pair stands in the passage of its answer.
/// Every block is in exactly one passage, except headings, which are in the heading path of the passages below them.
pub fn passages(document: &Document, source_id: &str) -> Vec<Passage> {
    let mut seen: HashMap<[u8; 32], u32> = HashMap::new();
    split::sections(document)
        .iter()
        .flat_map(|section| {
            split::pieces_by_passage(document, section).into_iter().map(move |pieces| (section, pieces))
        })
        .map(|(section, pieces)| {
            let start = pieces.first().map_or(0, |piece| piece.start);
            let end = pieces.last().map_or(start, |piece| piece.end);
            let text = &document.text()[start..end];
            Passage {
                id: passage_id(&mut seen, source_id, document.key(), &section.heading_path, text),
                document_key: document.key().to_owned(),
                document_title: document.title().to_owned(),
                url: document.url().map(str::to_owned),
                anchor: document.page_at(start).map_or_else(|| section.anchor.clone(), page_anchor),
                heading_path: section.heading_path.clone(),
                text: text.to_owned(),
                start,
                end,
                sentences: split::sentences(document.text(), &pieces, start),
            }
        })
        .collect()
}

/// The id of a passage; `seen` counts equal passages of the document, so that each gets its own.
fn passage_id(
    seen: &mut HashMap<[u8; 32], u32>,
    source_id: &str,
    document_key: &str,
    heading_path: &[String],
    text: &str,
) -> PassageId {
    let mut hash = Sha256::new();
    let parts = [source_id, document_key].into_iter().chain(heading_path.iter().map(String::as_str)).chain([text]);
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let ordinal = seen.entry(hash.clone().finalize().into()).or_insert(0);
    hash.update(ordinal.to_le_bytes());
    *ordinal += 1;
    PassageId(hex(&hash.finalize()[..16]))
}
