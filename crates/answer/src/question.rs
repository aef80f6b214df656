//! The question in its context: what was asked, and what to search for.

use serde::{Deserialize, Serialize};

use crate::intent::{Intent, classify};

/// Longest question that is searched, in bytes; a longer text is cut.
pub const SEARCH_BYTES_MAX: usize = 4 * 1024;
/// A question of a burst with fewer words than this may be the tail of the text before it.
const WHOLE_WORDS_MIN: usize = 4;
/// A question with no more words of its own than this is read together with what was asked before.
const SHORT_WORDS_MAX: usize = 2;

/// Everything unanswered that the visitor wrote, and what was said before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The visitor's texts since the last reply, oldest first.
    pub burst: Vec<String>,
    /// The turns since the conversation was opened or last closed, oldest first, without the burst.
    pub history: Vec<Turn>,
}

/// One earlier message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Who wrote it.
    pub who: Who,
    /// What it says.
    pub text: String,
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// The visitor.
    Visitor,
    /// The AI.
    Ai,
    /// A member of the team.
    Member,
}

impl Question {
    /// A question out of the blue.
    pub fn new(text: impl Into<String>) -> Self {
        Self { burst: vec![text.into()], history: Vec::new() }
    }

    /// The unanswered texts as one, without greetings around a question.
    pub fn asked(&self) -> String {
        let said: Vec<&str> = self.burst.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
        let asking: Vec<&str> =
            said.iter().copied().filter(|text| !matches!(classify(text), Intent::SmallTalk { .. })).collect();
        // In a burst, what is told around a question is not asked: "I bought a kite", "it is too small", "how do I return it?"
        let questions: Vec<&str> = asking.iter().copied().filter(|text| is_whole_question(text)).collect();
        let of = if questions.is_empty() { asking } else { questions };
        if of.is_empty() { said.join("\n") } else { of.join("\n") }
    }

    /// How much the texts need what was said before to be understood.
    pub fn leaning(&self) -> Leaning {
        if self.previous_question().is_none() { Leaning::Alone } else { leaning(&self.asked()) }
    }

    /// The question alone, as it is searched.
    pub fn search_alone(&self) -> String {
        cut(self.asked())
    }

    /// The question together with what it follows, which has half its weight.
    pub fn search_in_context(&self) -> String {
        let asked = self.asked();
        cut(match self.previous_question() {
            Some(previous) => format!("{asked}\n{asked}\n{previous}"),
            None => asked,
        })
    }

    /// The visitor's last earlier text that was more than small talk.
    fn previous_question(&self) -> Option<&str> {
        self.history
            .iter()
            .rev()
            .filter(|turn| turn.who == Who::Visitor)
            .map(|turn| turn.text.as_str())
            .find(|text| !matches!(classify(text), Intent::SmallTalk { .. }))
    }
}

/// How much a question needs what was said before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaning {
    /// It says what it is about: it is searched alone.
    Alone,
    /// A short but whole question, "What is confidence?": it is searched alone if the documents know its subject.
    Short,
    /// It points back or is a fragment, "how much does it cost", "and on Android?": it is searched in its context.
    Leans,
}

fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(SEARCH_BYTES_MAX));
    text
}

fn leaning(asked: &str) -> Leaning {
    let lower = asked.to_lowercase().replace(['\'', '’'], "");
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let own = words.iter().filter(|word| !is_function_word(word)).count();
    let points_back = words.iter().any(|word| is_pointer(word));
    let opens = words.first().is_some_and(|word| is_opener(word))
        || matches!(words.get(..2), Some(["what" | "how", "about"] | ["what", "if"] | ["the", "same"]));
    if own == 0 || (points_back && own <= 2 * SHORT_WORDS_MAX + 2) {
        return Leaning::Leans;
    }
    match (is_clause(&words), opens) {
        (true, true) => Leaning::Short,
        (true, false) if own <= SHORT_WORDS_MAX => Leaning::Short,
        (false, true) => Leaning::Leans,
        (false, false) if own <= SHORT_WORDS_MAX => Leaning::Leans,
        (_, false) => Leaning::Alone,
    }
}

/// A word that goes on from what was said before.
fn is_opener(word: &str) -> bool {
    matches!(word, "and" | "but" | "also" | "or" | "so" | "then" | "why" | "und" | "aber" | "et" | "y" | "e")
}

/// Whether the words have a verb with something behind it to ask about: "how do I export", "is shipping free".
fn is_clause(words: &[&str]) -> bool {
    let auxiliary = words.iter().position(|word| {
        matches!(
            *word,
            "is" | "are" | "was" | "were" | "do" | "does" | "did" | "can" | "could" | "would" | "should" | "will"
        ) || matches!(*word, "may" | "must" | "have" | "has" | "cant" | "dont" | "doesnt" | "whats" | "isnt" | "arent")
    });
    auxiliary.is_some_and(|at| words[at + 1..].iter().any(|word| !is_function_word(word)))
}

fn is_pointer(word: &str) -> bool {
    matches!(
        word,
        "it" | "its"
            | "this"
            | "that"
            | "these"
            | "those"
            | "they"
            | "them"
            | "their"
            | "there"
            | "one"
            | "ones"
            | "he"
            | "she"
            | "him"
            | "her"
            | "his"
            | "same"
            | "other"
            | "else"
            | "instead"
            | "das"
            | "es"
            | "dies"
            | "davon"
            | "dazu"
            | "cela"
            | "ça"
            | "eso"
            | "esto"
            | "ello"
    )
}

/// Words that say nothing about the subject.
fn is_function_word(word: &str) -> bool {
    word.chars().count() <= 1
        || is_pointer(word)
        || matches!(
            word,
            "a" | "an"
                | "the"
                | "i"
                | "im"
                | "you"
                | "we"
                | "me"
                | "my"
                | "your"
                | "our"
                | "us"
                | "is"
                | "are"
                | "was"
                | "were"
                | "be"
                | "am"
                | "do"
                | "does"
                | "did"
                | "dont"
                | "can"
                | "cant"
                | "could"
                | "would"
                | "should"
                | "will"
                | "may"
                | "might"
                | "must"
                | "have"
                | "has"
                | "had"
                | "to"
                | "of"
                | "in"
                | "on"
                | "at"
                | "for"
                | "with"
                | "from"
                | "by"
                | "about"
                | "into"
                | "as"
                | "and"
                | "or"
                | "but"
                | "if"
                | "so"
                | "then"
                | "also"
                | "not"
                | "no"
                | "yes"
                | "how"
                | "what"
                | "whats"
                | "when"
                | "where"
                | "which"
                | "who"
                | "why"
                | "whose"
                | "much"
                | "many"
                | "any"
                | "some"
                | "all"
                | "please"
                | "tell"
                | "know"
                | "more"
                | "just"
                | "get"
                | "want"
                | "need"
                | "like"
                | "there"
                | "than"
                | "ok"
                | "okay"
                | "hi"
                | "hello"
                | "hey"
                | "thanks"
        )
}

/// Whether a text is a question that needs nothing before it: marked as one, and not the tail of one ("as csv?").
fn is_whole_question(text: &str) -> bool {
    text.contains(['?', '？', '؟', '⁇']) && text.split_whitespace().count() >= WHOLE_WORDS_MIN
}

#[cfg(test)]
mod tests;
