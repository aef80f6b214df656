//! Records: one JSON object a line, or one array of objects.

use serde_json::{Map, Value};

use crate::document::{BlockKind, Document};
use crate::read::error::ReadError;
use crate::read::limits::MAX_DOCUMENTS;
use crate::read::{Body, clean_title, content_key, pair, push_body, web_url};

const FORMAT: &str = "JSONL";

pub(super) fn read(text: &str) -> Result<Vec<Document>, ReadError> {
    let mut documents = Vec::new();
    if text.trim_start().starts_with('[') {
        let values: Vec<Value> = parse(text).ok_or(malformed(1, "is not an array of JSON objects"))?;
        for (line, value) in (1..).zip(values) {
            push(&mut documents, value, line)?;
        }
        return Ok(documents);
    }
    for (line, record) in (1..).zip(text.lines()).filter(|(_, record)| !record.trim().is_empty()) {
        let value = parse(record).ok_or(malformed(line, "is not a JSON object on one line"))?;
        push(&mut documents, value, line)?;
    }
    Ok(documents)
}

fn malformed(line: usize, problem: &'static str) -> ReadError {
    ReadError::Malformed { format: FORMAT, line, problem }
}

/// Parses JSON; escapes of half characters, which truncating programs leave behind, are taken out.
fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok().or_else(|| serde_json::from_str(&without_lone_surrogates(text)).ok())
}

fn without_lone_surrogates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let unit = |text: &str| {
            let digits = text.strip_prefix("\\u").and_then(|digits| digits.get(..4))?;
            u32::from_str_radix(digits, 16).ok()
        };
        let taken = match unit(rest) {
            Some(0xd800..=0xdbff) if matches!(unit(&rest[6..]), Some(0xdc00..=0xdfff)) => 12,
            Some(0xd800..=0xdfff) => {
                rest = &rest[6..];
                continue;
            }
            // A backslash and the character it escapes, so that an escaped backslash is not read as a new escape.
            _ => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        out.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    out.push_str(rest);
    out
}

fn push(documents: &mut Vec<Document>, value: Value, line: usize) -> Result<(), ReadError> {
    let Value::Object(record) = value else {
        return Err(malformed(line, "is not a JSON object"));
    };
    if documents.len() == MAX_DOCUMENTS {
        return Err(ReadError::TooManyDocuments);
    }
    let url = field(&record, &["url", "link", "source_url"]).and_then(web_url);
    let id = id(&record);
    if let (Some(question), Some(answer)) = (field(&record, &["question"]), field(&record, &["answer"])) {
        let key = id.unwrap_or_else(|| content_key("q", &[question]));
        documents.extend(pair(key, question, answer, url)?);
        return Ok(());
    }
    let text = field(&record, &["text", "body", "content"]).ok_or(malformed(line, "has no \"text\""))?;
    let section = field(&record, &["section"]).map(clean_title).filter(|section| !section.is_empty());
    let named = field(&record, &["title"]).map(clean_title).filter(|title| !title.is_empty());
    let unnamed_key = || content_key("d", &[named.as_deref().unwrap_or(""), text]);
    let key = id.or_else(|| url.clone()).unwrap_or_else(unnamed_key);
    let mut builder = Document::builder(key, "").url(url);
    if let Some(section) = &section {
        builder.push(BlockKind::Heading { level: 1, anchor: None }, section);
    }
    let above = builder.blocks().len();
    push_body(&mut builder, text, Body::Document)?;
    let Some(first) = builder.blocks().get(above) else { return Ok(()) };
    let first_line = clean_title(builder.block_text(first).lines().next().unwrap_or(""));
    builder.set_title(named.or(section).unwrap_or(first_line));
    documents.push(builder.finish());
    Ok(())
}

/// The first of `names` that is a text.
fn field<'a>(record: &'a Map<String, Value>, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| record.get(*name)?.as_str())
}

fn id(record: &Map<String, Value>) -> Option<String> {
    match record.get("id")? {
        Value::String(id) if !id.trim().is_empty() => Some(id.trim().to_owned()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}
