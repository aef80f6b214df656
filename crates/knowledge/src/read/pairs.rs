//! Typed question-and-answer pairs, as a JSON array.

use serde::Deserialize;

use crate::document::Document;
use crate::read::error::ReadError;
use crate::read::limits::MAX_DOCUMENTS;
use crate::read::{content_key, pair};

#[derive(Deserialize)]
struct Pair {
    question: String,
    answer: String,
}

pub(super) fn read(text: &str) -> Result<Vec<Document>, ReadError> {
    let malformed = |line, problem| ReadError::Malformed { format: "JSON", line, problem };
    let values: Vec<serde_json::Value> = serde_json::from_str(text)
        .map_err(|error| malformed(error.line().max(1), "is not an array of JSON objects"))?;
    if values.len() > MAX_DOCUMENTS {
        return Err(ReadError::TooManyDocuments);
    }
    let mut documents = Vec::with_capacity(values.len());
    for (line, value) in (1..).zip(values) {
        let Pair { question, answer } =
            serde_json::from_value(value).map_err(|_| malformed(line, "has no question and answer"))?;
        let key = content_key("q", &[&question]);
        documents.push(
            pair(key, &question, &answer, None)?.ok_or_else(|| malformed(line, "has an empty question or answer"))?,
        );
    }
    Ok(documents)
}
