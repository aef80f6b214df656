//! A text as normalised words that remember where they stood.

use std::ops::Range;

/// Words longer than this are not natural words of a request: they are cut and never matched fuzzily.
const WORD_CHARS_MAX: usize = 24;

/// The words of one text, lower-cased and without apostrophes, with their places.
#[derive(Debug)]
pub(super) struct Words<'t> {
    text: &'t str,
    words: Vec<(String, Range<usize>)>,
}

impl<'t> Words<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut words: Vec<(String, Range<usize>)> = Vec::new();
        let mut start = None;
        for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
            let inside = c.is_alphanumeric() || (start.is_some() && is_apostrophe(c));
            match (inside, start) {
                (true, None) => start = Some(at),
                (false, Some(from)) => {
                    let word: String = text[from..at]
                        .chars()
                        .filter(|c| !is_apostrophe(*c))
                        .flat_map(char::to_lowercase)
                        .take(WORD_CHARS_MAX + 1)
                        .collect();
                    words.push((word, from..at));
                    start = None;
                }
                (true, Some(_)) | (false, None) => {}
            }
        }
        Self { text, words }
    }

    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// The word at a place, or the empty word beyond the ends.
    pub(super) fn at(&self, index: usize) -> &str {
        self.words.get(index).map_or("", |(word, _)| word.as_str())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|(word, _)| word.as_str())
    }

    /// The original text of a range of words.
    pub(super) fn slice(&self, span: Range<usize>) -> &'t str {
        let (Some(first), Some(last)) = (self.words.get(span.start), self.words.get(span.end.saturating_sub(1))) else {
            return "";
        };
        &self.text[first.1.start..last.1.end]
    }

    /// Whether the words from a place on are exactly these.
    pub(super) fn starts_at(&self, index: usize, phrase: &[&str]) -> bool {
        phrase.iter().enumerate().all(|(offset, word)| self.at(index.wrapping_add(offset)) == *word)
    }

    /// Whether the text, apart from white space and punctuation, holds signs that are not words, such as emoji.
    pub(super) fn signs(&self) -> impl Iterator<Item = char> {
        self.text.chars().filter(|c| !c.is_alphanumeric() && !c.is_whitespace() && !c.is_ascii_punctuation())
    }
}

/// Splits a text where a new statement begins, so that one statement's negation does not reach into the next.
pub(super) fn clauses(text: &str) -> impl Iterator<Item = &str> {
    text.split(['.', '?', '!', ';', '\n', '\r', '…', '。', '？', '！']).filter(|clause| !clause.trim().is_empty())
}

/// Whether a word is one of the misspellings of `target` that people make: the same first letter (or the first two swapped), few edits.
pub(super) fn is_near(word: &str, target: &str, edits_max: usize) -> bool {
    if word == target {
        return true;
    }
    let word: Vec<char> = word.chars().collect();
    let target: Vec<char> = target.chars().collect();
    let same_start = word.first() == target.first() || (word.first() == target.get(1) && word.get(1) == target.first());
    word.len() <= WORD_CHARS_MAX
        && same_start
        && word.len().abs_diff(target.len()) <= edits_max
        && edits(&word, &target) <= edits_max
}

/// Number of insertions, deletions, substitutions and swaps of neighbours between two words.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let substitute = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = substitute.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = last;
        last = row;
    }
    last[b.len()]
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`' | '´')
}
