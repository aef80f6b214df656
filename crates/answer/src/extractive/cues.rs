//! The form of answer that a question asks for.

use baton_knowledge::SentenceKind;

/// What a question word asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cue {
    /// "how do I": steps and instructions.
    Steps,
    /// "how long", "how much", "when": a number or a time.
    Amount,
    /// "where": a place in the interface or an address.
    Place,
    /// "what is": a definition.
    Definition,
    /// "why": a reason.
    Reason,
    /// Anything else.
    Any,
}

/// What the right form adds to a sentence's rating.
const BONUS: f64 = 0.06;
/// What announcing the steps adds when steps are asked for.
const LEAD_IN_BONUS: f64 = 0.16;

impl Cue {
    pub(super) fn of(asked: &str) -> Self {
        let lower = asked.to_lowercase();
        let has = |phrases: &[&str]| phrases.iter().any(|phrase| lower.contains(phrase));
        if has(&[
            "how long",
            "how much",
            "how many",
            "how often",
            "how big",
            "how fast",
            "when ",
            "what time",
            "price",
            "cost",
            "wie lange",
            "wie viel",
            "wann",
            "combien",
            "cuánto",
            "cuándo",
            "quanto",
        ]) {
            Self::Amount
        } else if has(&[
            "how do",
            "how can",
            "how to",
            "how would",
            "how should",
            "steps",
            "set up",
            "setup",
            "way to",
            "wie kann",
            "wie mache",
            "comment ",
            "cómo ",
            "come posso",
            "como ",
        ]) {
            Self::Steps
        } else if has(&["where ", "wo ", "où ", "dónde ", "dove ", "onde "]) {
            Self::Place
        } else if has(&[
            "what is",
            "what are",
            "what's",
            "what does",
            "was ist",
            "qu'est-ce",
            "qué es",
            "cos'è",
            "o que é",
            "difference between",
            "meaning of",
        ]) {
            Self::Definition
        } else if has(&["why ", "reason", "cause", "warum", "pourquoi", "por qué", "perché"]) {
            Self::Reason
        } else {
            Self::Any
        }
    }

    pub(super) fn bonus(self, sentence: &str, kind: SentenceKind) -> f64 {
        if self == Self::Steps && announces(sentence, kind) {
            return LEAD_IN_BONUS;
        }
        let lower = sentence.to_lowercase();
        let has = |phrases: &[&str]| phrases.iter().any(|phrase| lower.contains(phrase));
        let fits = match self {
            Self::Steps => {
                kind == SentenceKind::ListItem
                    || has(&[
                        "click", "select", "choose", "go to", "open ", "enter ", "you can ", "to do ", "use the",
                        "set ", "run ", "press ",
                    ])
                    || lower.starts_with("to ")
            }
            Self::Amount => {
                sentence.contains(|c: char| c.is_ascii_digit())
                    || has(&["day", "hour", "week", "month", "year", "free", "minute"])
            }
            Self::Place => has(&["click", "go to", "under ", "menu", "tab", "settings", "located", "page", "in the "]),
            Self::Definition => has(&[
                " is a",
                " is the",
                " are ",
                " refers to",
                " means",
                " allows",
                " lets you",
                " ist ",
                " est ",
                " es ",
            ]),
            Self::Reason => {
                has(&["because", "due to", "since ", "reason", "so that", "in order", "if ", "weil", "parce", "porque"])
            }
            Self::Any => false,
        };
        if fits { BONUS } else { 0.0 }
    }
}

/// Whether a sentence is one of several steps or announces them.
pub(super) fn is_step(sentence: &str, kind: SentenceKind) -> bool {
    kind == SentenceKind::ListItem || announces(sentence, kind)
}

fn announces(sentence: &str, kind: SentenceKind) -> bool {
    kind == SentenceKind::Prose && sentence.trim_end().ends_with(':')
}
