//! Table files: pairs of questions and answers, or rows.

use csv::{ReaderBuilder, StringRecord};

use crate::document::{BlockKind, Document};
use crate::read::error::ReadError;
use crate::read::limits::{MAX_COLUMNS, MAX_DOCUMENTS};
use crate::read::{clean_title, content_key, pair, web_url};

const QUESTION_NAMES: &[&str] =
    &["question", "questions", "q", "frage", "fragen", "pregunta", "domanda", "pergunta", "vraag", "query", "質問"];
const ANSWER_NAMES: &[&str] = &[
    "answer",
    "answers",
    "a",
    "antwort",
    "antworten",
    "respuesta",
    "réponse",
    "reponse",
    "risposta",
    "resposta",
    "antwoord",
    "response",
    "reply",
    "回答",
];
const TITLE_NAMES: &[&str] = &["title", "name", "titel", "titre", "título", "titolo", "topic", "subject"];
const URL_NAMES: &[&str] = &["url", "link", "source", "href"];
const ID_NAMES: &[&str] = &["id", "key"];
/// A longer cell, in bytes, is text with sentences of its own rather than a value.
const MAX_VALUE_BYTES: usize = 200;
/// The delimiters that are tried, the likeliest first.
const DELIMITERS: &[u8] = b",;\t|";

pub(super) fn read(text: &str) -> Result<Vec<Document>, ReadError> {
    let rows = rows(text)?;
    let Some((first, rest)) = rows.split_first() else { return Err(ReadError::NoText) };
    let header: Vec<String> = first.iter().map(|cell| cell.trim().to_lowercase()).collect();
    let column = |names: &[&str]| header.iter().position(|name| names.contains(&name.as_str()));
    let (url, id) = (column(URL_NAMES), column(ID_NAMES));
    if let (Some(question), Some(answer)) = (column(QUESTION_NAMES), column(ANSWER_NAMES)) {
        return pairs(rest, &Columns { question, answer, url, id });
    }
    if first.len() == 2 && asks(&rows) {
        return pairs(&rows, &Columns { question: 0, answer: 1, url: None, id: None });
    }
    let title = column(TITLE_NAMES).unwrap_or(0);
    let documents = rest.iter().map(|row| record(first, row, title, url, id)).collect();
    Ok(documents)
}

struct Columns {
    question: usize,
    answer: usize,
    url: Option<usize>,
    id: Option<usize>,
}

fn pairs(rows: &[StringRecord], columns: &Columns) -> Result<Vec<Document>, ReadError> {
    let mut documents = Vec::with_capacity(rows.len());
    for row in rows {
        let cell = |column: usize| row.get(column).unwrap_or("");
        let (question, answer) = (cell(columns.question), cell(columns.answer));
        let url = columns.url.and_then(|column| web_url(cell(column)));
        let key = key(row, columns.id).unwrap_or_else(|| content_key("q", &[question]));
        documents.extend(pair(key, question, answer, url)?);
    }
    Ok(documents)
}

/// A document for a row: each cell on a line of its own, after the name of its column.
fn record(header: &StringRecord, row: &StringRecord, title: usize, url: Option<usize>, id: Option<usize>) -> Document {
    let cells = row.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty());
    let named = row.get(title).map(clean_title).filter(|title| !title.is_empty());
    let name = named.unwrap_or_else(|| clean_title(cells.clone().next().map_or("", |(_, cell)| cell)));
    let key = key(row, id).unwrap_or_else(|| content_key("r", &row.iter().collect::<Vec<_>>()));
    let mut builder = Document::builder(key, name).url(url.and_then(|column| web_url(row.get(column).unwrap_or(""))));
    for (column, cell) in cells {
        let name = header.get(column).unwrap_or("").trim();
        let line = if name.is_empty() { cell.to_owned() } else { format!("{name}: {cell}") };
        let is_prose = cell.len() > MAX_VALUE_BYTES || cell.trim().contains('\n');
        builder.push(if is_prose { BlockKind::Paragraph } else { BlockKind::TableRow }, &line);
    }
    builder.finish()
}

fn key(row: &StringRecord, id: Option<usize>) -> Option<String> {
    let id = row.get(id?)?.trim();
    (!id.is_empty()).then(|| id.to_owned())
}

/// Whether most first cells are questions.
fn asks(rows: &[StringRecord]) -> bool {
    let questions = rows.iter().filter(|row| row.get(0).is_some_and(|cell| cell.trim_end().ends_with(['?', '？'])));
    questions.count() * 2 > rows.len()
}

fn rows(text: &str) -> Result<Vec<StringRecord>, ReadError> {
    let mut rows = Vec::new();
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter(text)).from_reader(text.as_bytes());
    let mut row = StringRecord::new();
    loop {
        let line = rows.len() + 1;
        let read = reader.read_record(&mut row);
        if !read.map_err(|_| ReadError::Malformed { format: "CSV", line, problem: "cannot be read" })? {
            return Ok(rows);
        }
        if row.len() > MAX_COLUMNS {
            return Err(ReadError::TooManyColumns);
        }
        if rows.len() > MAX_DOCUMENTS {
            return Err(ReadError::TooManyDocuments);
        }
        if row.iter().any(|cell| !cell.trim().is_empty()) {
            rows.push(row.clone());
        }
    }
}

/// The delimiter that the first line has most of, outside quotes.
fn delimiter(text: &str) -> u8 {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut quoted = false;
    for byte in text.trim_start().bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if quoted => {}
            _ => {
                if let Some(index) = DELIMITERS.iter().position(|delimiter| *delimiter == byte) {
                    counts[index] += 1;
                }
            }
        }
    }
    let best = (0..counts.len()).rev().max_by_key(|index| counts[*index]).unwrap_or(0);
    DELIMITERS[best]
}
