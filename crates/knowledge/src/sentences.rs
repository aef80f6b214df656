//! Where the sentences of a text are.

#[cfg(test)]
mod tests;

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// A longer sentence, in bytes, is cut at white space: nothing longer can be quoted or read.
pub(crate) const MAX_SENTENCE_BYTES: usize = 800;

/// How far ahead the end of text in back quotes is looked for, in bytes.
const MAX_CODE_BYTES: usize = 200;
/// A longer word, in bytes, is none of prose.
const MAX_WORD_BYTES: usize = 40;

/// Words after which a full stop ends no sentence, without the stop.
const ABBREVIATIONS: &[&str] = &[
    "e.g", "i.e", "eg", "ie", "cf", "vs", "approx", "dept", "dr", "est", "ext", "fig", "incl", "jr", "max", "min",
    "mr", "mrs", "ms", "no", "nos", "nr", "p.ex", "pp", "prof", "resp", "sec", "sr", "st", "tel", "v", "ver", "vol",
    "bzw", "ca", "d.h", "evtl", "ggf", "inkl", "sog", "u.a", "usw", "vgl", "z.b", "ex", "av", "art", "sra", "núm",
];

/// Abbreviations that also end sentences: the next word decides, by its capital letter.
const ENDING_ABBREVIATIONS: &[&str] = &["etc", "inc", "ltd", "co", "corp", "a.m", "p.m", "u.s"];

/// The ranges of the sentences of `text`, in order, trimmed of white space.
///
/// Starts from Unicode's sentence bounds and repairs what they get wrong in help texts: abbreviations, initials,
/// numbered headings, text in back quotes, and full stops without a following space.
/// A line break always ends a sentence.
pub fn sentence_ranges(text: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut open: Option<usize> = None;
    for (start, piece) in text.split_sentence_bound_indices() {
        let from = open.take().unwrap_or(start);
        let end = start + piece.len();
        if continues(&text[from..end], &text[end..]) {
            open = Some(from);
        } else {
            push(text, from..end, &mut out);
        }
    }
    if let Some(from) = open {
        push(text, from..text.len(), &mut out);
    }
    out
}

/// Whether the bound after `sentence` is no end of a sentence.
///
/// Looks only at the neighbourhood of the bound, so that a text full of bounds takes linear time.
fn continues(sentence: &str, rest: &str) -> bool {
    if sentence.ends_with(['\n', '\r', '\u{2029}']) || rest.is_empty() || sentence.len() > MAX_SENTENCE_BYTES {
        return false;
    }
    let body = sentence.trim_end();
    if body.is_empty() {
        return true;
    }
    let ahead = &rest[..rest.floor_char_boundary(MAX_CODE_BYTES)];
    if body.bytes().filter(|b| *b == b'`').count() % 2 == 1
        && ahead.lines().next().is_some_and(|line| line.contains('`'))
    {
        return true;
    }
    let next_is_lower = rest.starts_with(char::is_lowercase);
    let Some(before_stop) = body.strip_suffix('.') else {
        return next_is_lower && !body.ends_with(['。', '！', '？']);
    };
    let word =
        before_stop.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '"' | '“' | '[')).next().unwrap_or("");
    let word = word.to_lowercase();
    next_is_lower
        || ABBREVIATIONS.contains(&word.as_str())
        || ENDING_ABBREVIATIONS.contains(&word.as_str()) && !rest.starts_with(char::is_uppercase)
        || is_initial(before_stop, &word)
        || is_leading_number(before_stop)
}

/// A single capital letter before the stop, as in `J. Smith`, but not the end of `plan B.`
fn is_initial(before_stop: &str, word: &str) -> bool {
    let mut letters = word.chars();
    let single = letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none();
    if !single || !before_stop.ends_with(char::is_uppercase) {
        return false;
    }
    let before =
        before_stop[..before_stop.len() - before_stop.chars().next_back().map_or(0, char::len_utf8)].trim_end();
    before.split_whitespace().next_back().is_none_or(|previous| previous.chars().next().is_some_and(char::is_uppercase))
}

/// `1.` or `2.3.` at the beginning: a numbered heading or step, not a sentence.
fn is_leading_number(before_stop: &str) -> bool {
    let trimmed = before_stop.trim_start();
    !trimmed.is_empty() && trimmed.len() <= 6 && trimmed.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// Keeps a range, trimmed and cut where a full stop lacks its space or the sentence has no end.
fn push(text: &str, range: Range<usize>, out: &mut Vec<Range<usize>>) {
    let mut from = range.start;
    for at in missing_spaces(&text[range.clone()]) {
        push_capped(text, from..range.start + at, out);
        from = range.start + at;
    }
    push_capped(text, from..range.end, out);
}

fn push_capped(text: &str, range: Range<usize>, out: &mut Vec<Range<usize>>) {
    let mut rest = trim(text, range);
    while rest.len() > MAX_SENTENCE_BYTES {
        let limit = text[rest.clone()].floor_char_boundary(MAX_SENTENCE_BYTES);
        let cut = text[rest.start..rest.start + limit].rfind(char::is_whitespace).filter(|at| *at > 0).unwrap_or(limit);
        out.push(trim(text, rest.start..rest.start + cut));
        rest = trim(text, rest.start + cut..rest.end);
    }
    if !rest.is_empty() {
        out.push(rest);
    }
}

fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let slice = &text[range.clone()];
    let start = range.start + (slice.len() - slice.trim_start().len());
    start..start + slice.trim().len()
}

/// Places where a sentence ends without a space after it, as pasted and crawled texts have it: `to users.You can`.
///
/// Both neighbours must look like words of prose: a longer lower-case word before, a capitalised one after.
fn missing_spaces(sentence: &str) -> Vec<usize> {
    let mut found = Vec::new();
    if sentence.contains('`') {
        return found;
    }
    for (at, mark) in sentence.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?')) {
        let behind = &sentence[sentence.ceil_char_boundary(at.saturating_sub(MAX_WORD_BYTES))..at];
        let ahead = &sentence[at + mark.len_utf8()..];
        let ahead = &ahead[..ahead.floor_char_boundary(MAX_WORD_BYTES)];
        let before = behind.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
        let next = ahead.split(char::is_whitespace).next().unwrap_or("");
        let token_start = behind.rsplit(char::is_whitespace).next().unwrap_or("");
        let is_word_before = before.chars().count() >= 3 && before.chars().all(char::is_lowercase);
        let mut next_chars = next.chars();
        let is_word_after = next_chars.next().is_some_and(char::is_uppercase)
            && next_chars.all(|c| c.is_lowercase() || matches!(c, ',' | '\'' | '\u{2019}' | ':' | ';'));
        if is_word_before && is_word_after && !token_start.contains(['/', '@', '(', '_', '=', '.']) {
            found.push(at + mark.len_utf8());
        }
    }
    found
}
