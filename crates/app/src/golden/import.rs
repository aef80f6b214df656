//! Golden questions as a text: CSV with a header, or one JSON object a line.
//!
//! Both say the same: `question`, and `expect` (the title, the file or the address of a document) or `must_hand_off`.

use baton_domain::agent::FieldError;
use baton_domain::golden::{Expectation, GOLDEN_QUESTIONS_MAX};
use serde::Deserialize;

use crate::AppError;

/// Longest golden question, characters.
pub(super) const QUESTION_CHARS_MAX: usize = 1_000;

/// Longest title or address of an expected document, characters.
const NAME_CHARS_MAX: usize = 2_000;

/// A question with what is to come of it, not stored yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGolden {
    /// What is asked.
    pub question: String,
    /// What is to come of it.
    pub expect: Expectation,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    question: String,
    #[serde(default)]
    expect: Option<Expected>,
    #[serde(default)]
    must_hand_off: Option<Flag>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Expected {
    Whole(Expectation),
    Named(String),
}

/// Tables write booleans in many ways.
#[derive(Deserialize)]
#[serde(untagged)]
enum Flag {
    Is(bool),
    Written(String),
}

impl Flag {
    fn is_set(&self) -> bool {
        match self {
            Self::Is(set) => *set,
            Self::Written(text) => ["true", "yes", "1", "x"].contains(&text.trim().to_lowercase().as_str()),
        }
    }
}

/// Reads golden questions from CSV or JSONL; which of the two is seen from the first character.
///
/// # Errors
/// [`AppError::Invalid`] naming every line that cannot be read, as `line.7`.
pub fn parse_questions(text: &str) -> Result<Vec<NewGolden>, AppError> {
    let text = text.trim_start_matches('\u{feff}');
    let lines = if text.trim_start().starts_with('{') { json_lines(text) } else { table(text)? };
    let (mut questions, mut errors) = (Vec::new(), Vec::new());
    for (number, line) in lines {
        match line.and_then(golden) {
            Ok(question) => questions.push(question),
            Err(message) => errors.push(FieldError { field: format!("line.{number}"), message }),
        }
    }
    if questions.is_empty() && errors.is_empty() {
        return Err(AppError::invalid("text", "There is no question in it."));
    }
    if questions.len() > GOLDEN_QUESTIONS_MAX {
        return Err(too_many());
    }
    if errors.is_empty() { Ok(questions) } else { Err(AppError::Invalid(errors)) }
}

pub(super) fn too_many() -> AppError {
    AppError::invalid("question", format!("At most {GOLDEN_QUESTIONS_MAX} golden questions for one agent."))
}

type Numbered = Vec<(usize, Result<Line, String>)>;

fn json_lines(text: &str) -> Numbered {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = |line: &str| {
        serde_json::from_str(line)
            .map_err(|error| format!("Write {{\"question\": …, \"expect\": …}} or \"must_hand_off\": true: {error}."))
    };
    lines.map(|(at, line)| (at + 1, read(line))).collect()
}

fn table(text: &str) -> Result<Numbered, AppError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| AppError::invalid("text", format!("No table: {error}.")))?;
    let column = |name: &str| headers.iter().position(|header| header.eq_ignore_ascii_case(name));
    let (question, expect, flag) = (column("question"), column("expect"), column("must_hand_off"));
    let Some(question) = question.filter(|_| expect.is_some() || flag.is_some()) else {
        return Err(AppError::invalid(
            "text",
            "The first line names the columns: question, and expect or must_hand_off or both.",
        ));
    };
    let mut lines = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let line = record.map_err(|error| format!("{error}.")).map(|record| {
            let cell = |column: Option<usize>| {
                column.and_then(|at| record.get(at)).filter(|text| !text.is_empty()).map(str::to_owned)
            };
            Line {
                question: cell(Some(question)).unwrap_or_default(),
                expect: cell(expect).map(Expected::Named),
                must_hand_off: cell(flag).map(Flag::Written),
            }
        });
        lines.push((at + 2, line));
    }
    Ok(lines)
}

fn golden(line: Line) -> Result<NewGolden, String> {
    let must_hand_off = line.must_hand_off.as_ref().is_some_and(Flag::is_set);
    let expect = match (line.expect, must_hand_off) {
        (None, true) => Expectation::HandOff,
        (Some(_), true) => return Err("Either a document is expected, or it must hand off: not both.".into()),
        (Some(Expected::Whole(expect)), false) => expect,
        (Some(Expected::Named(name)), false) if name.trim() == "hand_off" => Expectation::HandOff,
        (Some(Expected::Named(name)), false) => document_named(name.trim()),
        (None, false) => return Err("Say what is expected: a document, or that it must hand off.".into()),
    };
    let new = NewGolden { question: line.question.trim().to_owned(), expect };
    match errors_of(&new).into_iter().next() {
        Some(error) => Err(error.message),
        None => Ok(new),
    }
}

fn document_named(name: &str) -> Expectation {
    let is_address = name.starts_with("http://") || name.starts_with("https://");
    let (url, title) = if is_address { (Some(name), None) } else { (None, Some(name)) };
    Expectation::Document {
        source_id: None,
        document_key: None,
        url: url.map(str::to_owned),
        title: title.map(str::to_owned),
    }
}

/// What is wrong with a question that was typed in.
pub(super) fn errors_of(new: &NewGolden) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut error = |field: &str, message: String| errors.push(FieldError { field: field.into(), message });
    let chars = new.question.chars().count();
    if new.question.trim().is_empty() || chars > QUESTION_CHARS_MAX {
        error("question", format!("Between 1 and {QUESTION_CHARS_MAX} characters."));
    }
    if new.expect.names_nothing() {
        error("expect", "Name the document: by its source and key, its address, or its title.".into());
    }
    if let Expectation::Document { document_key, url, title, .. } = &new.expect
        && [document_key, url, title].into_iter().flatten().any(|text| text.chars().count() > NAME_CHARS_MAX)
    {
        error("expect", format!("At most {NAME_CHARS_MAX} characters for a title or an address."));
    }
    errors
}
