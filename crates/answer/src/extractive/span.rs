//! The smallest piece of a passage around a sentence that can be understood, and its Markdown.

use std::ops::Range;

use baton_knowledge::{Passage, Sentence, SentenceKind};

/// Most sentences of running text in one piece.
const PROSE_SENTENCES_MAX: usize = 4;
/// Longest piece of running text, in bytes.
const FIRST_CHARS_MAX: usize = 600;
/// Longest list or table that is taken whole, in sentences.
const LIST_SENTENCES_MAX: usize = 16;
/// Longest answer of a question-and-answer pair that is taken whole, in characters.
const PAIR_CHARS_MAX: usize = 1_200;

/// What a piece is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// Whether it stands as the answer, and so is the fuller one, or only adds to it.
    pub(super) is_first: bool,
    /// Whether the sentence itself holds a word of the question, or only stands under headings that do.
    pub(super) is_named: bool,
}

/// The piece around a sentence.
pub(super) fn around(passage: &Passage, at: usize, wanted: Wanted) -> Range<usize> {
    let sentences = &passage.sentences;
    if let Some(pair) = answer_of_pair(passage, at) {
        return pair;
    }
    let mut range = match sentences[at].kind {
        SentenceKind::ListItem => run_around(sentences, at),
        // A row that no word of the question names answers only together with the others.
        SentenceKind::TableRow if !wanted.is_named => run_around(sentences, at),
        SentenceKind::TableRow | SentenceKind::Code => at..at + 1,
        SentenceKind::Prose | SentenceKind::Question | SentenceKind::Heading => {
            prose_around(passage, at, wanted.is_first)
        }
    };
    // What a lead-in announces belongs to it.
    if passage.sentence_text(&sentences[range.end - 1]).trim_end().ends_with(':') {
        let kind = sentences.get(range.end).map(|next| next.kind);
        range.end = match kind {
            Some(SentenceKind::ListItem) => run_around(sentences, range.end).end,
            Some(SentenceKind::Code | SentenceKind::Prose) => range.end + 1,
            Some(SentenceKind::TableRow | SentenceKind::Question | SentenceKind::Heading) | None => range.end,
        };
    }
    // A list without its lead-in is a list of what?
    let leads = |sentence: &Sentence| {
        sentence.kind == SentenceKind::Prose && passage.sentence_text(sentence).trim_end().ends_with(':')
    };
    if sentences[range.start].kind == SentenceKind::ListItem && range.start > 0 && leads(&sentences[range.start - 1]) {
        range.start -= 1;
    }
    range
}

/// The whole answer, if the sentence is in one and it is not too long.
fn answer_of_pair(passage: &Passage, at: usize) -> Option<Range<usize>> {
    let question = passage.sentences[..at].iter().rposition(|sentence| sentence.kind == SentenceKind::Question)?;
    let after = passage.sentences[question + 1..].iter().position(|sentence| sentence.kind == SentenceKind::Question);
    let end = after.map_or(passage.sentences.len(), |next| question + 1 + next);
    let length = passage.sentences[end - 1].end - passage.sentences[question + 1].start;
    (length <= PAIR_CHARS_MAX).then_some(question + 1..end)
}

/// The run of list items or table rows around one, cut to a window when it is very long.
fn run_around(sentences: &[Sentence], at: usize) -> Range<usize> {
    let ends = |sentence: &Sentence| sentence.kind != sentences[at].kind;
    let start = sentences[..at].iter().rposition(ends).map_or(0, |before| before + 1);
    let end = sentences[at..].iter().position(ends).map_or(sentences.len(), |after| at + after);
    if end - start <= LIST_SENTENCES_MAX {
        return start..end;
    }
    let start = at.saturating_sub(LIST_SENTENCES_MAX / 2).max(start);
    start..(start + LIST_SENTENCES_MAX).min(end)
}

/// A sentence with what it points back to and what continues it.
fn prose_around(passage: &Passage, at: usize, is_first: bool) -> Range<usize> {
    let sentences = &passage.sentences;
    let text = |at: usize| passage.sentence_text(&sentences[at]);
    let is_prose = |at: usize| sentences.get(at).is_some_and(|sentence| sentence.kind == SentenceKind::Prose);
    let mut start = at;
    while start > 0 && at - start < 2 && points_back(text(start)) && is_prose(start - 1) && is_near(passage, start - 1)
    {
        start -= 1;
    }
    let mut end = at + 1;
    let room = |end: usize| {
        end - start < PROSE_SENTENCES_MAX && sentences[end].end - sentences[start].start <= FIRST_CHARS_MAX
    };
    while is_prose(end) && is_near(passage, end - 1) && room(end) {
        let belongs = points_back(text(end)) || text(end - 1).ends_with(':');
        // The first piece is the answer: one more sentence makes it one, where a second piece only adds.
        let completes = is_first && end == at + 1;
        if !(belongs || completes) {
            break;
        }
        end += 1;
    }
    start..end
}

/// Whether a sentence and the next stand in the same paragraph.
fn is_near(passage: &Passage, at: usize) -> bool {
    let (Some(sentence), Some(next)) = (passage.sentences.get(at), passage.sentences.get(at + 1)) else { return false };
    !passage.text[sentence.end..next.start].contains("\n\n")
}

/// Whether a sentence begins with a word that refers to the one before.
fn points_back(text: &str) -> bool {
    let first =
        text.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()).unwrap_or_default().to_lowercase();
    matches!(
        first.as_str(),
        "this"
            | "that"
            | "these"
            | "those"
            | "it"
            | "its"
            | "they"
            | "them"
            | "then"
            | "however"
            | "therefore"
            | "otherwise"
            | "also"
            | "but"
            | "so"
            | "such"
            | "afterwards"
            | "instead"
            | "similarly"
            | "additionally"
            | "next"
            | "finally"
            | "dies"
            | "diese"
            | "dieser"
            | "dieses"
            | "er"
            | "sie"
            | "es"
            | "danach"
            | "dann"
            | "cela"
            | "ce"
            | "cette"
            | "ces"
            | "il"
            | "elle"
            | "esto"
            | "eso"
            | "esta"
            | "este"
            | "questo"
            | "questa"
            | "isso"
            | "esse"
            | "dit"
            | "deze"
    )
}

/// The sentences as Markdown, with one marker behind the last.
pub(super) fn markdown(passage: &Passage, range: Range<usize>, marker: usize) -> String {
    let mut out = String::new();
    let mut before: Option<SentenceKind> = None;
    for line in lines(passage, range) {
        let (first, last) = (&line[0], &line[line.len() - 1]);
        let text = &passage.text[first.start..last.end];
        out.push_str(match before {
            None => "",
            Some(kind) if kind == first.kind && kind != SentenceKind::Prose => "\n",
            Some(_) => "\n\n",
        });
        match first.kind {
            SentenceKind::Code => out.push_str(&format!("```\n{}\n```", text.trim_end().replace("```", "'''"))),
            SentenceKind::ListItem => out.push_str(&(item_marker(passage, first) + &without_footnotes(text))),
            SentenceKind::TableRow => out.push_str(&format!("- {}", without_footnotes(text))),
            SentenceKind::Prose | SentenceKind::Question | SentenceKind::Heading => {
                out.push_str(&without_footnotes(text));
            }
        }
        before = Some(first.kind);
    }
    let gap = if out.ends_with("```") { "\n\n" } else { " " };
    format!("{out}{gap}[{marker}]")
}

/// The sentences in runs that stand on one line of the document.
fn lines(passage: &Passage, range: Range<usize>) -> impl Iterator<Item = &[Sentence]> {
    passage.sentences[range]
        .chunk_by(|before, next| before.kind == next.kind && !passage.text[before.end..next.start].contains('\n'))
}

/// The marker that the document gives a list item, with its indent.
fn item_marker(passage: &Passage, sentence: &Sentence) -> String {
    let line_start = passage.text[..sentence.start].rfind('\n').map_or(0, |at| at + 1);
    let lead = &passage.text[line_start..sentence.start];
    let indent = lead.len() - lead.trim_start_matches(' ').len();
    let number = lead.trim().trim_end_matches(['.', ')']);
    if !number.is_empty() && number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("{}{number}. ", " ".repeat(indent))
    } else {
        format!("{}- ", " ".repeat(indent))
    }
}

/// Text on one line without bracketed numbers, which would read as citations of this answer.
fn without_footnotes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let inside = &rest[open + 1..];
        let close = inside.find(']');
        let is_number = close.is_some_and(|close| {
            close > 0 && inside[..close].bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b' '))
        });
        out.push_str(&rest[..open]);
        match close {
            Some(close) if is_number => rest = &inside[close + 1..],
            _ => {
                out.push('[');
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}
