//! Which part of a page is its content.

use dom_query::{Document, NodeRef};
use dom_smoothie::{Config, Readability};

use crate::read::error::ReadError;
use crate::read::html::tree;
use crate::read::limits::MAX_GUESSED_BYTES;

/// A landmark with less text than this is an empty shell and is passed over. In characters.
const MIN_LANDMARK_CHARS: usize = 80;
/// The guess must keep this share of the page's text, in percent, or it is taken to have missed the content.
const MIN_GUESSED_PERCENT: usize = 25;

/// The content of a page.
pub(super) enum MainContent<'a> {
    /// The page marks it.
    Landmark(NodeRef<'a>),
    /// Guessed by the density of text.
    Guessed(Document),
    /// All of the page.
    Page(NodeRef<'a>),
}

/// Finds the content: what the page itself marks as such, else what text density suggests, else all of it.
///
/// The mark comes first because a page that has one says exactly what its content is, while the guess is made for
/// articles and drops the short sections, tables and code that help pages are made of.
/// The guess takes quadratic time in the length of a text, so it is not made for very large pages.
pub(super) fn find(page: &Document, bytes: usize) -> Result<MainContent<'_>, ReadError> {
    for selector in ["main", "[role='main']", "article", "[itemprop='articleBody']"] {
        let marked = page.select(selector);
        if let [node] = marked.nodes()
            && node.normalized_char_count() >= MIN_LANDMARK_CHARS
        {
            return Ok(MainContent::Landmark(*node));
        }
    }
    let Some(body) = page.body() else { return Ok(MainContent::Page(page.root())) };
    if bytes <= MAX_GUESSED_BYTES
        && let Some(guessed) = guess(page)?
        && guessed.root().normalized_char_count() * 100 >= body.normalized_char_count() * MIN_GUESSED_PERCENT
    {
        return Ok(MainContent::Guessed(guessed));
    }
    Ok(MainContent::Page(body))
}

fn guess(page: &Document) -> Result<Option<Document>, ReadError> {
    // The classes tell what is left out of the content, such as its table of contents.
    let config = Config { disable_json_ld: true, keep_classes: true, ..Config::default() };
    let Ok(mut readability) = Readability::with_document(page.clone(), None, Some(config)) else { return Ok(None) };
    match readability.parse() {
        Ok(article) => tree::parse(&article.content).map(Some),
        Err(_) => Ok(None),
    }
}
