//! Plain text: paragraphs, lists and underlined headings.

use crate::document::{BlockKind, Document, DocumentBuilder};
use crate::read::error::ReadError;
use crate::read::{Body, Fallback};

/// A longer first line is a paragraph, not a title. In characters.
const MAX_TITLE_LINE_CHARS: usize = 100;
/// A line at least this long that is followed by another was broken by an editor, not by its author. In characters.
const WRAPPED_LINE_CHARS: usize = 60;

pub(super) fn read(text: &str, fallback: &Fallback) -> Result<Document, ReadError> {
    let mut builder = fallback.builder();
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().position(|line| !line.trim().is_empty()).unwrap_or(0);
    let found = lines.get(first).map(|line| line.trim()).filter(|line| is_title(line, lines.get(first + 1).copied()));
    builder.set_title(fallback.title(found));
    match found {
        Some(title) => {
            builder.push(BlockKind::Heading { level: 1, anchor: None }, title);
            let underlined = lines.get(first + 1).is_some_and(|line| underline_level(line).is_some());
            let rest = first + 1 + usize::from(underlined);
            push_lines(&mut builder, &lines[rest.min(lines.len())..], Body::Document);
        }
        None => push_lines(&mut builder, &lines, Body::Document),
    }
    Ok(builder.finish())
}

/// Appends the blocks of a plain text.
pub(super) fn push(builder: &mut DocumentBuilder, text: &str, body: Body) {
    push_lines(builder, &text.lines().collect::<Vec<_>>(), body);
}

/// A short line without a final mark, standing by itself or underlined.
fn is_title(line: &str, next: Option<&str>) -> bool {
    let stands_alone = next.is_none_or(|next| next.trim().is_empty() || underline_level(next).is_some());
    stands_alone
        && line.chars().count() <= MAX_TITLE_LINE_CHARS
        && !line.ends_with(['.', ':', ',', ';', '!', '。'])
        && list_item(line).is_none()
}

/// The heading level that a line of `===` or `---` gives to the line above it.
fn underline_level(line: &str) -> Option<u8> {
    let line = line.trim();
    let all = |mark: char| line.len() >= 3 && line.chars().all(|c| c == mark);
    if all('=') {
        Some(1)
    } else if all('-') || all('~') {
        Some(2)
    } else {
        None
    }
}

fn push_lines(builder: &mut DocumentBuilder, lines: &[&str], body: Body) {
    let mut open: Option<(BlockKind, String, usize)> = None;
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        index += 1;
        let trimmed = line.trim();
        let level = lines.get(index).and_then(|next| underline_level(next));
        if trimmed.is_empty() {
            flush(builder, &mut open);
        } else if let Some(level) = level.filter(|_| open.is_none() && trimmed.chars().count() <= MAX_TITLE_LINE_CHARS)
        {
            builder.push(body.heading(level, None), trimmed);
            index += 1;
        } else if let Some((marker, rest)) = list_item(trimmed) {
            flush(builder, &mut open);
            let depth = u8::try_from((line.len() - line.trim_start().len()) / 2).unwrap_or(u8::MAX).min(6);
            open = Some((BlockKind::ListItem { depth }, format!("{marker} {rest}"), trimmed.chars().count()));
        } else if let Some((_, text, last_chars)) = &mut open {
            let wrapped = *last_chars >= WRAPPED_LINE_CHARS || trimmed.starts_with(char::is_lowercase);
            text.push(if wrapped { ' ' } else { '\n' });
            text.push_str(trimmed);
            *last_chars = trimmed.chars().count();
        } else {
            open = Some((body.prose(), trimmed.to_owned(), trimmed.chars().count()));
        }
    }
    flush(builder, &mut open);
}

fn flush(builder: &mut DocumentBuilder, open: &mut Option<(BlockKind, String, usize)>) {
    if let Some((kind, text, _)) = open.take() {
        builder.push(kind, &text);
    }
}

/// The marker, in Baton's form, and the text of a line that is a list item.
fn list_item(line: &str) -> Option<(String, &str)> {
    for bullet in ["- ", "* ", "+ ", "• ", "– ", "· ", "▪ ", "◦ "] {
        if let Some(rest) = line.strip_prefix(bullet) {
            return Some(("-".to_owned(), rest.trim_start())).filter(|(_, rest)| !rest.is_empty());
        }
    }
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = line[digits..].strip_prefix(['.', ')'])?.strip_prefix(' ')?.trim_start();
    ((1..=3).contains(&digits) && !rest.is_empty()).then(|| (format!("{}.", &line[..digits]), rest))
}
