//! From text to the terms that are indexed and searched.
//!
//! Words follow Unicode's word rules, are folded to lower case, stemmed and stripped of Latin diacritics.
//! Scripts written without spaces become overlapping pairs of characters.
//! Stop words are indexed but left out of queries, so that a query of stop words alone can still be searched.

use tantivy::tokenizer::{
    AsciiFoldingFilter, Language as Stemming, LowerCaser, RemoveLongFilter, Stemmer, StopWordFilter, TextAnalyzer,
    Token, TokenStream, Tokenizer,
};
use unicode_segmentation::UnicodeSegmentation;

use crate::language::Language;

/// Longer words, in bytes, are noise such as hashes and are not indexed.
const MAX_WORD_BYTES: usize = 64;

/// The longest elided article or pronoun, as in `l'eau` and `qu'il`, in characters.
const MAX_ELISION_CHARS: usize = 2;

/// English words that carry no topic, wider than the usual list: it includes the frame of a question.
const ENGLISH_STOP_WORDS: &[&str] = &[
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "anyone", "are", "as", "at", "be", "because",
    "been", "before", "being", "but", "by", "can", "could", "did", "do", "does", "doing", "done", "for", "from", "get",
    "getting", "give", "got", "had", "has", "have", "having", "he", "hello", "help", "her", "hers", "hey", "hi", "him",
    "his", "how", "i", "if", "im", "in", "into", "is", "it", "its", "ive", "just", "know", "let", "like", "may", "me",
    "mine", "might", "must", "my", "need", "of", "on", "one", "or", "our", "ours", "please", "shall", "she", "should",
    "so", "some", "someone", "such", "tell", "than", "thank", "thanks", "that", "the", "their", "them", "then",
    "there", "these", "they", "this", "those", "to", "too", "us", "want", "was", "way", "we", "were", "what", "when",
    "where", "whether", "which", "while", "who", "whom", "whose", "why", "will", "with", "would", "you", "your",
    "yours",
];

/// Turns text into terms, the same way for passages and for questions.
#[derive(Clone)]
pub(crate) struct Analyzer {
    every_word: TextAnalyzer,
    topic_words: TextAnalyzer,
}

impl std::fmt::Debug for Analyzer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Analyzer").finish_non_exhaustive()
    }
}

impl Analyzer {
    pub(crate) fn new(language: Language) -> Self {
        Self { every_word: chain(language, None), topic_words: chain(language, stop_words(language)) }
    }

    /// The analyzer for indexing, which keeps stop words.
    pub(crate) fn for_index(&self) -> TextAnalyzer {
        self.every_word.clone()
    }

    /// The terms of `text` in order, repeated as often as they occur, without stop words unless nothing else is left.
    pub(crate) fn terms(&self, text: &str) -> Vec<String> {
        let terms = collect(self.topic_words.clone(), text);
        if terms.is_empty() { collect(self.every_word.clone(), text) } else { terms }
    }
}

fn collect(mut analyzer: TextAnalyzer, text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    analyzer.token_stream(text).process(&mut |token| terms.push(token.text.clone()));
    terms
}

fn chain(language: Language, stop_words: Option<StopWordFilter>) -> TextAnalyzer {
    let mut builder = TextAnalyzer::builder(WordTokenizer)
        .filter(RemoveLongFilter::limit(MAX_WORD_BYTES))
        .filter(LowerCaser)
        .dynamic();
    if let Some(stop_words) = stop_words {
        builder = builder.filter_dynamic(stop_words);
    }
    if let Some(stemming) = language.stemming() {
        builder = builder.filter_dynamic(Stemmer::new(stemming));
    }
    builder.filter_dynamic(AsciiFoldingFilter).build()
}

fn stop_words(language: Language) -> Option<StopWordFilter> {
    match language.stemming()? {
        Stemming::English => Some(StopWordFilter::remove(ENGLISH_STOP_WORDS.iter().map(|word| (*word).to_owned()))),
        other => StopWordFilter::new(other),
    }
}

/// Cuts text into words.
#[derive(Clone, Copy, Debug)]
struct WordTokenizer;

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = Words;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Words {
        Words { tokens: words(text).into_iter(), current: Token::default() }
    }
}

struct Words {
    tokens: std::vec::IntoIter<Token>,
    current: Token,
}

impl TokenStream for Words {
    fn advance(&mut self) -> bool {
        match self.tokens.next() {
            Some(token) => {
                self.current = token;
                true
            }
            None => false,
        }
    }

    fn token(&self) -> &Token {
        &self.current
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.current
    }
}

fn words(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    // Start and end of the run of unspaced characters that is being read.
    let mut run: Option<(usize, usize)> = None;
    for (start, word) in text.unicode_word_indices() {
        let unspaced = word.chars().all(is_unspaced);
        match run {
            Some((from, to)) if !(unspaced && to == start) => {
                push_pairs(&mut out, text, from, to);
                run = None;
            }
            _ => {}
        }
        if unspaced {
            run = Some((run.map_or(start, |(from, _)| from), start + word.len()));
        } else {
            push_word(&mut out, start, word);
        }
    }
    if let Some((from, to)) = run {
        push_pairs(&mut out, text, from, to);
    }
    out
}

/// Characters of scripts that put no space between words.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0e00..=0x0eff // Thai, Lao
        | 0x1000..=0x109f // Myanmar
        | 0x1780..=0x17ff // Khmer
        | 0x3005..=0x3007 | 0x3040..=0x30ff // Hiragana, Katakana
        | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff // Han
    )
}

fn push_pairs(out: &mut Vec<Token>, text: &str, from: usize, to: usize) {
    let starts: Vec<usize> = text[from..to].char_indices().map(|(at, _)| from + at).collect();
    if starts.len() == 1 {
        push_token(out, text, from, to);
    }
    for (index, pair) in starts.windows(2).enumerate() {
        push_token(out, text, pair[0], starts.get(index + 2).copied().unwrap_or(to));
    }
}

/// Splits a word that Unicode keeps whole (`wix.com`, `user_id`, `l'eau`) into the parts that people search for.
fn push_word(out: &mut Vec<Token>, start: usize, word: &str) {
    let is_decimal = |at: usize| {
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        digit(word[..at].chars().next_back()) && digit(word[at..].chars().nth(1))
    };
    let mut from = 0;
    for (at, c) in word.char_indices() {
        if matches!(c, '.' | ':' | '_' | '·') && !is_decimal(at) {
            push_part(out, start + from, &word[from..at]);
            from = at + c.len_utf8();
        }
    }
    push_part(out, start + from, &word[from..]);
}

fn push_part(out: &mut Vec<Token>, start: usize, part: &str) {
    let is_apostrophe = |c: char| matches!(c, '\'' | '\u{2019}' | '\u{ff07}');
    let Some((before, after)) = part.split_once(is_apostrophe) else {
        push_text(out, start, start + part.len(), part.to_owned());
        return;
    };
    let end = start + part.len();
    if after.eq_ignore_ascii_case("s") {
        push_text(out, start, end, before.to_owned());
    } else if before.chars().count() <= MAX_ELISION_CHARS {
        push_text(out, start, start + before.len(), before.to_owned());
        push_text(out, end - after.len(), end, after.to_owned());
    } else {
        push_text(out, start, end, part.chars().filter(|c| !is_apostrophe(*c)).collect());
    }
}

fn push_token(out: &mut Vec<Token>, text: &str, from: usize, to: usize) {
    push_text(out, from, to, text[from..to].to_owned());
}

fn push_text(out: &mut Vec<Token>, offset_from: usize, offset_to: usize, text: String) {
    if !text.is_empty() {
        out.push(Token { offset_from, offset_to, position: out.len(), text, position_length: 1 });
    }
}

#[cfg(test)]
mod tests {
    use super::Analyzer;
    use crate::language::Language;

    fn check(language: Language, text: &str, expected: &str) {
        assert_eq!(Analyzer::new(language).terms(text).join(" "), expected, "terms of {text:?}");
    }

    #[test]
    fn english_words_are_folded_and_stemmed() {
        check(Language::English, "Resetting Passwords", "reset password");
        check(Language::English, "The café's tables", "cafe tabl");
    }

    #[test]
    fn stop_words_stay_when_nothing_else_is_left() {
        check(Language::English, "How do I reset it?", "reset");
        check(Language::English, "who are you", "who are you");
        check(Language::English, "", "");
        check(Language::English, "?!", "");
    }

    #[test]
    fn identifiers_hosts_and_numbers() {
        check(Language::English, "user_id on shop.example.com v2.10", "user id shop exampl com v2.10");
        check(Language::English, "error E-1234, 3.5 GB", "error e 1234 3.5 gb");
    }

    #[test]
    fn apostrophes_do_not_part_the_spellings_of_a_word() {
        check(Language::English, "can't", "cant");
        check(Language::English, "can\u{2019}t log in", "cant log");
        check(Language::French, "l'eau", "eau");
    }

    #[test]
    fn german_question_words_are_stop_words() {
        check(Language::German, "Wie kann ich meine Bestellung stornieren?", "bestell storni");
    }

    #[test]
    fn unspaced_scripts_become_pairs() {
        check(Language::Other, "設定を開く", "設定 定を を開 開く");
        check(Language::Other, "設", "設");
        check(Language::Other, "Wi-Fi設定", "wi fi 設定");
    }

    #[test]
    fn endless_words_are_dropped() {
        check(Language::English, &format!("key {}", "f".repeat(200)), "key");
    }
}
