//! A model's reply as data: what it says part by part, each with the passages it stands on, or that it cannot answer.
//!
//! The model is asked for one JSON object on each line: `{"say": "…", "from": [1]}`, or `{"refuse": true}`.
//! Only an object of exactly one of these forms means something; a word inside a part never does, so that no text that a
//! model was talked into repeating can act.
//! The reader works while the reply streams in and is patient about its frame: white space, code fences, an array around the
//! objects or an object around that, and objects over several lines.
//! A model that does not keep to the form and writes plain text with markers `[1]` is taken at its text.

use serde::Deserialize;

/// What a model writes before its reply proper when it thinks aloud.
const THINKING: (&str, &str) = ("<think>", "</think>");
/// Deepest nesting that is followed; a part is flat, and two levels may stand around it.
const DEPTH_MAX: usize = 8;

/// A piece of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A finished part.
    Part(Part),
    /// The passages do not answer.
    Refusal,
    /// Text of a reply that is no data: sentences with markers.
    Text(String),
}

/// Something said, with what it stands on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// A sentence, a list item or a piece of code, in Markdown.
    pub say: String,
    /// The numbers of the passages it comes from.
    #[serde(default, deserialize_with = "numbers")]
    pub from: Vec<usize>,
}

/// A refusal as the model writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    refuse: bool,
}

/// `[1, 2]`, and what models make of it: `1`, `"1"`, `["1"]`. Anything else is a number that no passage has.
fn numbers<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<usize>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number {
        Plain(usize),
        Text(String),
        Other(serde::de::IgnoredAny),
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Numbers {
        Many(Vec<Number>),
        One(Number),
    }
    let number = |number| match number {
        Number::Plain(number) => number,
        Number::Text(text) => text.trim().trim_matches(['[', ']']).parse().unwrap_or(0),
        Number::Other(_) => 0,
    };
    Ok(match Numbers::deserialize(deserializer)? {
        Numbers::Many(many) => many.into_iter().map(number).collect(),
        Numbers::One(one) => vec![number(one)],
    })
}

/// Reads a reply while it streams in.
#[derive(Debug, Default)]
pub struct ReplyReader {
    state: State,
    /// What was not decided on yet.
    open: String,
    scan: Scan,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing but white space, thoughts, or what may become one of the forms.
    #[default]
    Beginning,
    /// Objects.
    Data,
    /// Plain text.
    Text {
        /// Whether a block of code is open in it.
        in_code: bool,
        /// Whether what comes next goes on in the middle of a line.
        mid_line: bool,
    },
}

/// How far the open text was read for objects.
#[derive(Debug, Default)]
struct Scan {
    at: usize,
    /// Where the objects that are open begin.
    starts: Vec<usize>,
    in_string: bool,
    escaped: bool,
    /// Whether words stand before an object on its line: a refusal is an object of its own, not one that is spoken about.
    after_words: bool,
}

impl ReplyReader {
    /// Takes more of the reply; returns what is finished.
    pub fn push(&mut self, text: &str) -> Vec<Piece> {
        self.open.push_str(text);
        let mut pieces = Vec::new();
        self.read(false, &mut pieces);
        pieces
    }

    /// Takes the end of the reply. A part that was cut off says nothing.
    pub fn finish(mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        self.read(true, &mut pieces);
        pieces
    }

    fn read(&mut self, is_over: bool, pieces: &mut Vec<Piece>) {
        if self.state == State::Beginning {
            match beginning(&self.open, is_over) {
                Beginning::Undecided => return,
                Beginning::Data { at } => {
                    self.open.drain(..at);
                    self.state = State::Data;
                }
                Beginning::Text { at } => {
                    self.open.drain(..at);
                    self.state = State::Text { in_code: false, mid_line: false };
                }
            }
        }
        if let State::Text { in_code, mid_line } = self.state {
            self.read_text(in_code, mid_line, is_over, pieces);
        }
        if self.state == State::Data {
            self.read_data(pieces);
        }
    }

    /// Passes text on, line by line where a line could be an object after all.
    fn read_text(&mut self, mut in_code: bool, mut mid_line: bool, is_over: bool, pieces: &mut Vec<Piece>) {
        let mut text = String::new();
        let mut at = 0;
        while at < self.open.len() {
            let rest = &self.open[at..];
            let end = rest.find('\n').map(|end| end + 1);
            let line = &rest[..end.unwrap_or(rest.len())];
            let bare = line.trim_start();
            let may_be_fence = bare.is_empty() || ["```", "~~~"].iter().any(|fence| fence.starts_with(bare));
            if !mid_line && end.is_none() && !is_over && may_be_fence {
                break;
            }
            if !mid_line && !in_code && may_be_object(bare) {
                if is_object(bare) {
                    if !text.is_empty() {
                        pieces.push(Piece::Text(text));
                    }
                    self.open.drain(..at);
                    self.state = State::Data;
                    return;
                }
                if end.is_none() && !is_over {
                    // It may become one: nothing of it is text yet.
                    break;
                }
            }
            if !mid_line && (bare.starts_with("```") || bare.starts_with("~~~")) {
                in_code = !in_code;
            }
            text.push_str(line);
            at += line.len();
            mid_line = end.is_none();
        }
        self.open.drain(..at);
        self.state = State::Text { in_code, mid_line };
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
    }

    /// Takes the finished objects out of the open text; whatever stands between them is frame.
    fn read_data(&mut self, pieces: &mut Vec<Piece>) {
        let bytes = self.open.as_bytes();
        let scan = &mut self.scan;
        let mut kept_from = bytes.len();
        while scan.at < bytes.len() {
            let byte = bytes[scan.at];
            let inside = !scan.starts.is_empty();
            match byte {
                _ if scan.escaped => scan.escaped = false,
                b'\\' if scan.in_string => scan.escaped = true,
                b'"' if inside => scan.in_string = !scan.in_string,
                _ if scan.in_string => {}
                b'{' if scan.starts.len() < DEPTH_MAX => scan.starts.push(scan.at),
                b'}' => {
                    if let Some(start) = scan.starts.pop()
                        && let Some(piece) = object(&self.open[start..=scan.at])
                        && (piece != Piece::Refusal || !scan.after_words)
                    {
                        pieces.push(piece);
                    }
                }
                b'\n' => scan.after_words = false,
                _ if !inside && byte.is_ascii_alphanumeric() => scan.after_words = true,
                _ => {}
            }
            scan.at += 1;
        }
        if let Some(start) = scan.starts.first() {
            kept_from = *start;
        }
        self.open.drain(..kept_from);
        scan.at -= kept_from;
        for start in &mut scan.starts {
            *start -= kept_from;
        }
    }
}

/// A whole object, if it means something.
fn object(text: &str) -> Option<Piece> {
    if let Ok(part) = serde_json::from_str::<Part>(text) {
        return Some(Piece::Part(part));
    }
    let refusal = serde_json::from_str::<Refusal>(text).ok()?;
    refusal.refuse.then_some(Piece::Refusal)
}

enum Beginning {
    Undecided,
    Data { at: usize },
    Text { at: usize },
}

/// Decides what a reply is going to be.
fn beginning(open: &str, is_over: bool) -> Beginning {
    let mut at = open.len() - open.trim_start().len();
    let (think, thought) = THINKING;
    if open[at..].starts_with(think) {
        let Some(end) = open[at..].find(thought) else {
            // Thoughts without an end are no reply.
            return if is_over { Beginning::Data { at: open.len() } } else { Beginning::Undecided };
        };
        at += end + thought.len();
        at += open[at..].len() - open[at..].trim_start().len();
    }
    let rest = &open[at..];
    let mut bare = rest;
    if let Some(fenced) = bare.strip_prefix("```") {
        let Some((language, inside)) = fenced.split_once('\n') else {
            return if is_over { Beginning::Text { at } } else { Beginning::Undecided };
        };
        let language = language.trim();
        if !(language.is_empty() || language.starts_with("json") || language == "ndjson") {
            return Beginning::Text { at };
        }
        bare = inside.trim_start();
    }
    bare = bare.strip_prefix('[').map_or(bare, str::trim_start);
    let undecided = !is_over && (bare.is_empty() || (may_be_object(bare) && !is_object(bare)));
    let undecided =
        undecided || (!is_over && !rest.is_empty() && ["```", think].iter().any(|form| form.starts_with(rest)));
    if undecided {
        Beginning::Undecided
    } else if is_object(bare) {
        Beginning::Data { at }
    } else {
        Beginning::Text { at }
    }
}

/// The keys with which an object of a reply, or what stands around it, begins.
const KEYS: [&str; 4] = ["say", "from", "refuse", "parts"];

/// Whether a text is the beginning of an object of a reply.
fn is_object(text: &str) -> bool {
    let Some(key) = text.strip_prefix('{').map(str::trim_start).and_then(|rest| rest.strip_prefix('"')) else {
        return false;
    };
    KEYS.iter().any(|known| key.strip_prefix(known).is_some_and(|rest| rest.starts_with('"')))
}

/// Whether a text can still become the beginning of an object of a reply.
fn may_be_object(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('{').map(str::trim_start) else { return false };
    match rest.strip_prefix('"') {
        None => rest.is_empty(),
        Some(key) => is_object(text) || KEYS.iter().any(|known| known.starts_with(key)),
    }
}

#[cfg(test)]
mod tests;
