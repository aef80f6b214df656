//! How much a passage supports a statement.

use std::collections::HashSet;

use baton_knowledge::Passage;

use crate::gate::Terms;

/// Statements with at most this many terms must find every one of them.
const SHORT_TERMS_MAX: usize = 3;
/// Share of a longer statement's terms that must stand in the passage.
const CONTAINED_MIN: f32 = 0.75;
/// Share of its terms that must stand in two neighbouring sentences: words gathered from all over are no support.
const TOGETHER_MIN: f32 = 0.5;
/// From this share on, a sentence of the passage says the same thing, and must say it with the same polarity.
const SAME_STATEMENT_MIN: f32 = 0.7;
/// How many sentences around the best one may hold the statement's numbers.
const NUMBER_REACH: usize = 2;
/// Above this share of capitalised words they are no sign of a name, as in German or in a title.
const CAPITALS_MAX: f32 = 0.34;

/// A passage, read for comparison.
#[derive(Debug)]
pub(super) struct Source {
    lower: String,
    collapsed: String,
    terms: HashSet<String>,
    /// The terms of the title and the headings, which every sentence below them may use.
    frame: HashSet<String>,
    frame_numbers: HashSet<String>,
    sentences: Vec<SourceSentence>,
}

#[derive(Debug)]
struct SourceSentence {
    terms: HashSet<String>,
    numbers: HashSet<String>,
    negated: bool,
}

/// A statement, read for comparison.
#[derive(Debug)]
pub(super) struct Claim {
    terms: Vec<String>,
    numbers: HashSet<String>,
    /// Terms of words that are written like names.
    names: Vec<String>,
    /// Pieces that must stand in the passage letter by letter: code, mail addresses, host names.
    literals: Vec<String>,
    negated: bool,
    kind: ClaimKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClaimKind {
    Statement,
    Code,
    /// Leads from one statement to the next and says nothing.
    Connective,
    /// Courtesy that is no part of an answer.
    Chatter,
}

/// Where a statement is supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Support {
    /// The sentence of the passage that says most of it.
    pub(super) sentence: Option<usize>,
}

impl Source {
    pub(super) fn new(passage: &Passage, terms: Terms<'_>) -> Self {
        let mut frame_text = passage.document_title.clone();
        for heading in &passage.heading_path {
            frame_text.push('\n');
            frame_text.push_str(heading);
        }
        let sentences: Vec<SourceSentence> = passage
            .sentences
            .iter()
            .map(|sentence| {
                let text = passage.sentence_text(sentence);
                SourceSentence {
                    terms: terms(text).into_iter().collect(),
                    numbers: numbers(text).into_iter().collect(),
                    negated: is_negated(text),
                }
            })
            .collect();
        let frame: HashSet<String> = terms(&frame_text).into_iter().collect();
        let mut all = frame.clone();
        all.extend(terms(&passage.text));
        all.extend(sentences.iter().flat_map(|sentence| sentence.terms.iter().cloned()));
        let lower = format!("{}\n{frame_text}", passage.text).to_lowercase();
        let collapsed = collapse(&passage.text);
        Self {
            lower,
            collapsed,
            terms: all,
            frame,
            frame_numbers: numbers(&frame_text).into_iter().collect(),
            sentences,
        }
    }

    /// Whether and where this passage supports the claim.
    pub(super) fn support(&self, claim: &Claim) -> Option<Support> {
        if claim.kind == ClaimKind::Code {
            let whole = claim.literals.iter().all(|line| self.collapsed.contains(line.as_str()));
            return whole.then_some(Support { sentence: None });
        }
        let literal = claim.literals.iter().all(|literal| self.lower.contains(literal.as_str()));
        let named = claim.names.iter().all(|name| self.terms.contains(name));
        if !literal || !named || share(&claim.terms, |term| self.terms.contains(term)) < claim.contained_min() {
            return None;
        }
        let best = self.best_sentence(claim);
        let Some((at, covered)) = best else {
            // A passage that is only a heading supports what its heading says.
            return claim.numbers.is_subset(&self.frame_numbers).then_some(Support { sentence: None });
        };
        let together = (at.saturating_sub(1)..=at).map(|first| {
            let pair = &self.sentences[first..(first + 2).min(self.sentences.len())];
            share(&claim.terms, |term| {
                self.frame.contains(term) || pair.iter().any(|sentence| sentence.terms.contains(term))
            })
        });
        if claim.terms.len() > SHORT_TERMS_MAX && together.fold(0.0, f32::max) < TOGETHER_MIN {
            return None;
        }
        let near = &self.sentences[at.saturating_sub(NUMBER_REACH)..(at + NUMBER_REACH + 1).min(self.sentences.len())];
        let number_stands = |number: &String| {
            self.frame_numbers.contains(number) || near.iter().any(|sentence| sentence.numbers.contains(number))
        };
        if !claim.numbers.iter().all(number_stands) || !self.agrees(claim, at, covered) {
            return None;
        }
        Some(Support { sentence: Some(at) })
    }

    /// The sentence with most of the claim's terms; of equals, the one that says least besides.
    fn best_sentence(&self, claim: &Claim) -> Option<(usize, f32)> {
        let rated = self.sentences.iter().enumerate().map(|(at, sentence)| {
            let covered = share(&claim.terms, |term| sentence.terms.contains(term));
            let numbers = claim.numbers.iter().filter(|number| sentence.numbers.contains(*number)).count();
            (at, covered + 0.05 * numbers as f32, sentence.terms.len(), covered)
        });
        rated
            .reduce(|best, next| if next.1 > best.1 || (next.1 == best.1 && next.2 < best.2) { next } else { best })
            .map(|(at, _, _, covered)| (at, covered))
    }

    /// Whether the passage says the claim and not its opposite.
    fn agrees(&self, claim: &Claim, at: usize, covered: f32) -> bool {
        let here = self.sentences[at].negated;
        if covered >= SAME_STATEMENT_MIN {
            return here == claim.negated;
        }
        let around = &self.sentences[at.saturating_sub(1)..(at + 2).min(self.sentences.len())];
        !claim.negated || around.iter().any(|sentence| sentence.negated)
    }
}

impl Claim {
    pub(super) fn new(text: &str, is_code: bool, terms: Terms<'_>) -> Self {
        let empty = Self {
            terms: Vec::new(),
            numbers: HashSet::new(),
            names: Vec::new(),
            literals: Vec::new(),
            negated: false,
            kind: ClaimKind::Code,
        };
        if is_code {
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("```")).map(collapse);
            return Self { literals: lines.filter(|line| !line.is_empty()).collect(), ..empty };
        }
        let plain = plain(text);
        let said = without_yes_or_no(&plain);
        let mut distinct: Vec<String> = terms(said);
        distinct.sort_unstable();
        distinct.dedup();
        let is_rule = text.starts_with('|') && !text.contains(char::is_alphanumeric);
        let kind = if is_rule || is_connective(said) {
            ClaimKind::Connective
        } else if is_chatter(said) {
            ClaimKind::Chatter
        } else {
            ClaimKind::Statement
        };
        let mut literals = code_spans(text);
        // A name of nothing but small words ("Us", "Help") says no more than they do.
        let names = terms(&names(said).join(" ")).into_iter().filter(|term| distinct.contains(term)).collect();
        literals.extend(
            said.split_whitespace().map(trim_punctuation).filter(|word| is_address_like(word)).map(str::to_lowercase),
        );
        Self {
            numbers: numbers(said).into_iter().collect(),
            names,
            terms: distinct,
            literals,
            negated: is_negated(said),
            kind,
        }
    }

    /// Whether there is nothing in it that an answer could keep.
    pub(super) fn is_empty(&self) -> bool {
        match self.kind {
            ClaimKind::Connective => false,
            ClaimKind::Chatter => true,
            ClaimKind::Code => self.literals.is_empty(),
            ClaimKind::Statement => self.terms.is_empty() && self.numbers.is_empty() && self.literals.is_empty(),
        }
    }

    pub(super) fn is_connective(&self) -> bool {
        self.kind == ClaimKind::Connective
    }

    fn contained_min(&self) -> f32 {
        if self.terms.len() <= SHORT_TERMS_MAX { 1.0 } else { CONTAINED_MIN }
    }
}

fn share(terms: &[String], found: impl Fn(&String) -> bool) -> f32 {
    if terms.is_empty() {
        return 1.0;
    }
    terms.iter().filter(|term| found(term)).count() as f32 / terms.len() as f32
}

/// Text without Markdown emphasis.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '*' | '`' | '~' | '#' | '|' | '"' | '“' | '”'))
        .collect::<String>()
        .trim()
        .to_owned()
}

/// A statement without its leading "Yes," or "No,": what follows is what is checked.
fn without_yes_or_no(text: &str) -> &str {
    let word_end = text.find([' ', ',', '.', '!', ':', '–', '-']).unwrap_or(text.len());
    let first = text[..word_end].to_lowercase();
    let rest = text[word_end..].trim_start();
    let ends = rest.is_empty() || rest.starts_with([',', '.', '!', ':', '–', '-']);
    let answers = matches!(
        first.as_str(),
        "yes" | "no" | "sure" | "certainly" | "ja" | "nein" | "oui" | "non" | "sí" | "sì" | "sim" | "não"
    );
    if answers && ends { rest.trim_start_matches([',', '.', '!', ':', '–', '-', ' ']) } else { text }
}

/// Phrases that only lead on.
fn is_connective(text: &str) -> bool {
    let bare: String = text.to_lowercase().replace(['\'', '’'], "");
    let bare = bare.trim_matches(|c: char| !c.is_alphanumeric());
    matches!(
        bare,
        "here is how"
            | "heres how"
            | "here are the steps"
            | "these are the steps"
            | "follow these steps"
            | "do the following"
            | "to do this"
            | "to do so"
            | "to do that"
            | "in short"
            | "in summary"
            | "for example"
            | "note"
            | "please note"
            | "important"
            | "steps"
            | "then"
            | "next"
            | "finally"
            | "first"
            | "also"
            | "in addition"
            | "alternatively"
            | "otherwise"
            | "so gehts"
            | "so geht es"
            | "gehen sie so vor"
            | "voici comment"
            | "así"
            | "ecco come"
            | "here is what the documentation says"
    )
}

/// Courtesy around an answer, which states nothing about the subject but may promise something.
fn is_chatter(text: &str) -> bool {
    let lower = text.to_lowercase();
    [
        "let me know",
        "please let me know",
        "i hope",
        "hope this",
        "feel free",
        "if you have any",
        "if you need any",
        "happy to help",
        "glad to help",
        "is there anything else",
        "great question",
        "good question",
        "thanks for",
        "thank you for",
    ]
    .iter()
    .any(|start| lower.starts_with(start))
}

/// Numbers as written in digits or as a word from two on, in one form: "1,000.50" and "1 000,50" are both `100050`.
fn numbers(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | '/' | '–' | '—')) {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        for part in word.split(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',' | '\'' | ':')) {
            let digits: String = part.chars().filter(char::is_ascii_digit).collect();
            if !digits.is_empty() {
                out.push(digits);
            }
        }
        let value = match word.to_lowercase().as_str() {
            "two" => "2",
            "three" => "3",
            "four" => "4",
            "five" => "5",
            "six" => "6",
            "seven" => "7",
            "eight" => "8",
            "nine" => "9",
            "ten" => "10",
            "eleven" => "11",
            "twelve" => "12",
            "thirteen" => "13",
            "fourteen" => "14",
            "fifteen" => "15",
            "sixteen" => "16",
            "seventeen" => "17",
            "eighteen" => "18",
            "nineteen" => "19",
            "twenty" => "20",
            "thirty" => "30",
            "forty" => "40",
            "fifty" => "50",
            "sixty" => "60",
            "seventy" => "70",
            "eighty" => "80",
            "ninety" => "90",
            "hundred" => "100",
            "thousand" => "1000",
            "million" => "1000000",
            _ => continue,
        };
        out.push(value.to_owned());
    }
    out
}

/// Words within a sentence that are written like names.
fn names(text: &str) -> Vec<&str> {
    let words: Vec<&str> = text.split_whitespace().map(trim_punctuation).filter(|word| !word.is_empty()).collect();
    let capital = |word: &&&str| word.chars().count() > 1 && word.starts_with(char::is_uppercase);
    let inner = words.get(1..).unwrap_or_default();
    let found: Vec<&str> = inner.iter().filter(capital).copied().collect();
    if found.len() as f32 > CAPITALS_MAX * inner.len() as f32 + 1.0 { Vec::new() } else { found }
}

/// The contents of back-quoted spans, which must stand in the passage as they are.
fn code_spans(text: &str) -> Vec<String> {
    let spans = text.split('`').skip(1).step_by(2).map(str::trim);
    spans
        .filter(|span| span.contains(char::is_alphanumeric) && !text.trim_start().starts_with("```"))
        .map(str::to_lowercase)
        .collect()
}

/// A mail address or host name.
fn is_address_like(word: &str) -> bool {
    let inner_dot = word.rsplit_once('.').is_some_and(|(before, after)| {
        !before.is_empty()
            && after.len() >= 2
            && after.bytes().all(|byte| byte.is_ascii_alphabetic())
            && before.is_ascii()
    });
    let abbreviation = word.len() <= 6 && word.matches('.').count() >= 1 && word.split('.').all(|part| part.len() <= 1);
    (word.contains('@') || inner_dot) && !abbreviation
}

fn trim_punctuation(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// White space as single spaces.
fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a sentence denies something, in the languages whose small words are known here.
fn is_negated(text: &str) -> bool {
    let lower = text.to_lowercase().replace('’', "'");
    lower.contains("n't")
        || lower.split(|c: char| !c.is_alphanumeric() && c != '\'').any(|word| {
            matches!(
                word,
                "not"
                    | "no"
                    | "never"
                    | "cannot"
                    | "without"
                    | "unable"
                    | "neither"
                    | "nor"
                    | "none"
                    | "nobody"
                    | "impossible"
                    | "nicht"
                    | "kein"
                    | "keine"
                    | "keinen"
                    | "keiner"
                    | "keinem"
                    | "nie"
                    | "niemals"
                    | "ohne"
                    | "pas"
                    | "jamais"
                    | "aucun"
                    | "aucune"
                    | "sans"
                    | "nunca"
                    | "sin"
                    | "non"
                    | "mai"
                    | "senza"
                    | "não"
                    | "sem"
                    | "niet"
                    | "geen"
                    | "nooit"
                    | "zonder"
                    | "ningún"
                    | "ninguna"
                    | "nessun"
                    | "nessuna"
            )
        })
}
