//! Text to word pieces, as the model was trained: BERT's uncased tokeniser.
//!
//! Text is read lazily and no further than the pieces that fit, so the work is bounded by the limit and not by the text.
//! Names of special tokens in the text, such as `[SEP]`, are ordinary text: what a stranger writes cannot end a sequence.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;

use crate::LoadError;

/// Words of more characters are one unknown piece.
const WORD_CHARS_MAX: usize = 100;
/// Starts pieces that continue a word.
const CONTINUATION: &str = "##";
/// How far a text is read for each piece that fits: enough for any writing, and a bound on what vanishes, such as accents.
const CHARS_PER_PIECE_MAX: usize = 4096;

/// The pieces that the model knows.
#[derive(Debug)]
pub(crate) struct Tokenizer {
    starts: HashMap<Box<str>, u32>,
    continuations: HashMap<Box<str>, u32>,
    /// The longest piece, in bytes: nothing longer is looked up.
    piece_bytes_max: usize,
    unknown: u32,
    first: u32,
    last: u32,
}

impl Tokenizer {
    /// Reads a vocabulary: one piece a line, its number the line's.
    ///
    /// # Errors
    /// When one of the pieces that every text needs is missing.
    pub(crate) fn new(vocabulary: &str) -> Result<Self, LoadError> {
        let mut starts = HashMap::new();
        let mut continuations = HashMap::new();
        let mut piece_bytes_max = 0;
        for (id, piece) in (0_u32..).zip(vocabulary.lines()) {
            match piece.strip_prefix(CONTINUATION) {
                // `##` alone is a piece of its own and continues nothing.
                Some(rest) if !rest.is_empty() => continuations.insert(rest.into(), id),
                _ => starts.insert(piece.into(), id),
            };
            piece_bytes_max = piece_bytes_max.max(piece.len());
        }
        let special = |name| starts.get(name).copied().ok_or(LoadError::Vocabulary);
        let (unknown, first, last) = (special("[UNK]")?, special("[CLS]")?, special("[SEP]")?);
        Ok(Self { starts, continuations, piece_bytes_max, unknown, first, last })
    }

    /// Splits a text into at most `limit` pieces, the opening and the closing one included.
    pub(crate) fn encode(&self, text: &str, limit: usize) -> Vec<u32> {
        let mut words = Words { tokenizer: self, word: String::new(), chars: 0, ids: vec![self.first] };
        let room = limit.saturating_sub(1);
        for c in normalised(text, room.saturating_mul(CHARS_PER_PIECE_MAX)) {
            if c.is_whitespace() {
                words.finish();
            } else if is_punctuation(c) {
                words.finish();
                words.push(c);
                words.finish();
            } else {
                words.push(c);
            }
            if words.ids.len() >= room {
                break;
            }
        }
        words.finish();
        let mut ids = words.ids;
        ids.truncate(room.max(1));
        ids.push(self.last);
        ids
    }

    /// Adds the pieces of a word: from its start, always the longest that is known.
    fn split(&self, word: &str, ids: &mut Vec<u32>) {
        let before = ids.len();
        let mut rest = word;
        while !rest.is_empty() {
            let known = if rest.len() == word.len() { &self.starts } else { &self.continuations };
            let longest = rest.floor_char_boundary(self.piece_bytes_max);
            let found = rest[..longest]
                .char_indices()
                .map(|(start, c)| start + c.len_utf8())
                .rev()
                .find_map(|end| known.get(&rest[..end]).map(|id| (end, *id)));
            let Some((end, id)) = found else {
                ids.truncate(before);
                ids.push(self.unknown);
                return;
            };
            ids.push(id);
            rest = &rest[end..];
        }
    }
}

/// The word being read and the pieces found so far.
struct Words<'a> {
    tokenizer: &'a Tokenizer,
    word: String,
    chars: usize,
    ids: Vec<u32>,
}

impl Words<'_> {
    fn push(&mut self, c: char) {
        self.chars += 1;
        if self.chars <= WORD_CHARS_MAX {
            self.word.push(c);
        }
    }

    fn finish(&mut self) {
        if self.chars > WORD_CHARS_MAX {
            self.ids.push(self.tokenizer.unknown);
        } else if self.chars > 0 {
            self.tokenizer.split(&self.word, &mut self.ids);
        }
        self.word.clear();
        self.chars = 0;
    }
}

/// The characters of a text in small letters, without accents and control characters, ideographs apart.
fn normalised(text: &str, chars_max: usize) -> impl Iterator<Item = char> {
    let spaced = text.chars().take(chars_max).filter(|c| !is_dropped(*c)).flat_map(|c| {
        let (before, after) = if is_ideograph(c) { (Some(' '), Some(' ')) } else { (None, None) };
        before.into_iter().chain([c]).chain(after)
    });
    DecomposingNormalizerBorrowed::new_nfd()
        .normalize_iter(spaced)
        .filter(|c| c.is_ascii() || category(*c) != GeneralCategory::NonspacingMark)
        .flat_map(char::to_lowercase)
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// Whether a character never reaches the model.
fn is_dropped(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' | ' '..='~' => false,
        '\0' | '\u{fffd}' => true,
        _ => matches!(category(c), GeneralCategory::Control | GeneralCategory::Format | GeneralCategory::PrivateUse),
    }
}

/// Whether a character is a word of its own.
fn is_punctuation(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_punctuation();
    }
    matches!(
        category(c),
        GeneralCategory::ConnectorPunctuation
            | GeneralCategory::DashPunctuation
            | GeneralCategory::OpenPunctuation
            | GeneralCategory::ClosePunctuation
            | GeneralCategory::InitialPunctuation
            | GeneralCategory::FinalPunctuation
            | GeneralCategory::OtherPunctuation
    )
}

/// Whether a character is a Chinese one in the blocks that the model's tokeniser sets apart.
fn is_ideograph(c: char) -> bool {
    matches!(
        u32::from(c),
        0x4E00..=0x9FFF
            | 0x3400..=0x4DBF
            | 0x20000..=0x2A6DF
            | 0x2A700..=0x2B73F
            | 0x2B740..=0x2B81F
            | 0x2B920..=0x2CEAF
            | 0xF900..=0xFAFF
            | 0x2F800..=0x2FA1F
    )
}
