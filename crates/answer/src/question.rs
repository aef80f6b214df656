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

    /// Whether the texts lean on what was said before and cannot be understood alone.
    pub fn is_follow_up(&self) -> bool {
        self.previous_question().is_some() && leans_on_context(&self.asked())
    }

    /// What to search for: the question, and before a follow-up also what it follows, at half its weight.
    pub fn search_text(&self) -> String {
        let asked = self.asked();
        let text = match self.previous_question().filter(|_| leans_on_context(&asked)) {
            Some(previous) => format!("{asked}\n{asked}\n{previous}"),
            None => asked,
        };
        text[..text.floor_char_boundary(SEARCH_BYTES_MAX)].to_owned()
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

/// Whether a question is too short or points back: "and on Android?", "how much does it cost".
fn leans_on_context(asked: &str) -> bool {
    let lower = asked.to_lowercase().replace(['\'', '’'], "");
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let own = words.iter().filter(|word| !is_function_word(word)).count();
    let points_back = words.iter().any(|word| is_pointer(word));
    let opens = matches!(
        words.first().copied(),
        Some("and" | "but" | "also" | "or" | "so" | "then" | "why" | "und" | "aber" | "et" | "y" | "e")
    ) || matches!(words.get(..2), Some(["what" | "how", "about"] | ["what", "if"] | ["the", "same"]));
    own <= SHORT_WORDS_MAX || opens || (points_back && own <= 2 * SHORT_WORDS_MAX + 2)
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
