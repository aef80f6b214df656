//! Words as people write them: ligatures taken apart, words joined that were parted at the end of a line.

use std::collections::HashSet;

/// Takes ligatures apart and drops what cannot be seen.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{fb00}' => out.push_str("ff"),
            '\u{fb01}' => out.push_str("fi"),
            '\u{fb02}' => out.push_str("fl"),
            '\u{fb03}' => out.push_str("ffi"),
            '\u{fb04}' => out.push_str("ffl"),
            '\u{fb05}' | '\u{fb06}' => out.push_str("st"),
            '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '\t' | '\n' | '\r' => out.push(' '),
            '\u{fffd}' | '\u{200b}' | '\u{feff}' | '\u{2060}' => {}
            c if c.is_control() => {}
            // A private character is a picture of a font's own, mostly a bullet.
            '\u{e000}'..='\u{f8ff}' => out.push('•'),
            c => out.push(c),
        }
    }
    out
}

/// The words of a file, which tell how a word is written that was parted at the end of a line.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    words: HashSet<String>,
}

impl Vocabulary {
    /// Takes in a line.
    pub(crate) fn learn(&mut self, line: &str) {
        for word in line.split(|c: char| !c.is_alphanumeric() && c != '-') {
            if word.len() >= 3 && !word.ends_with('-') && !self.words.contains(word) {
                self.words.insert(word.to_lowercase());
            }
        }
    }

    /// Appends a line to the text before it.
    ///
    /// A word that was parted loses its hyphen, unless the file writes it with one elsewhere.
    pub(crate) fn join(&self, text: &mut String, line: &str) {
        let line = line.trim();
        text.truncate(text.trim_end().len());
        let Some(hyphen) = text.chars().next_back().filter(|c| matches!(c, '-' | '\u{ad}' | '\u{2010}')) else {
            if !text.is_empty() && !meets_without_space(text, line) {
                text.push(' ');
            }
            text.push_str(line);
            return;
        };
        let stem = &text[..text.len() - hyphen.len_utf8()];
        let goes_on = line.chars().next().is_some_and(char::is_lowercase) && stem.ends_with(char::is_alphabetic);
        if goes_on && (hyphen == '\u{ad}' || !self.is_compound(stem, line)) {
            text.truncate(stem.len());
        }
        text.push_str(line);
    }

    fn is_compound(&self, stem: &str, line: &str) -> bool {
        let before = stem.rsplit(|c: char| !c.is_alphanumeric() && c != '-').next().unwrap_or("");
        let after = line.split(|c: char| !c.is_alphanumeric() && c != '-').next().unwrap_or("");
        self.words.contains(&format!("{before}-{after}").to_lowercase())
            && !self.words.contains(&format!("{before}{after}").to_lowercase())
    }
}

/// Chinese and Japanese are written without spaces, so their lines are joined without one.
fn meets_without_space(before: &str, after: &str) -> bool {
    let is_unspaced =
        |c: char| matches!(c, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}');
    before.chars().next_back().is_some_and(is_unspaced) && after.chars().next().is_some_and(is_unspaced)
}
