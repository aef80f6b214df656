//! How a document is cut: into sections by its headings, each section into passages by size.

use crate::analysis::is_unspaced;
use crate::citation::strip_marker;
use crate::document::{BlockKind, Document};
use crate::passage::limits::{MAX_BYTES, MAX_WORDS, TARGET_WORDS};
use crate::passage::{Sentence, SentenceKind};
use crate::sentences::sentence_ranges;

/// A passage with fewer words takes in its neighbour even when that exceeds the target.
const SMALL_WORDS: usize = 40;

/// The blocks under one heading.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) heading_path: Vec<String>,
    pub(crate) anchor: Option<String>,
    pieces: Vec<Piece>,
}

/// A stretch of the document that is not divided further.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) start: usize,
    pub(crate) end: usize,
    kind: SentenceKind,
    /// Whether the piece goes on with the list or table of the piece before it.
    follows: Follows,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Follows {
    Nothing,
    Run,
}

struct OpenHeading {
    level: u8,
    text: String,
}

/// The sections that have content, in order. A heading without any text below it is content itself.
pub(crate) fn sections(document: &Document) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut open: Vec<OpenHeading> = Vec::new();
    let mut current = Section { heading_path: Vec::new(), anchor: None, pieces: Vec::new() };
    let blocks = document.blocks();
    for (index, block) in blocks.iter().enumerate() {
        let text = document.block_text(block);
        let BlockKind::Heading { level, anchor } = &block.kind else {
            let follows = match (current.pieces.last(), sentence_kind(&block.kind)) {
                (Some(last), kind @ (SentenceKind::ListItem | SentenceKind::TableRow)) if last.kind == kind => {
                    Follows::Run
                }
                _ => Follows::Nothing,
            };
            current.pieces.push(Piece {
                start: block.start,
                end: block.end,
                kind: sentence_kind(&block.kind),
                follows,
            });
            continue;
        };
        if !current.pieces.is_empty() {
            sections.push(std::mem::replace(
                &mut current,
                Section { heading_path: Vec::new(), anchor: None, pieces: Vec::new() },
            ));
        }
        open.retain(|heading| heading.level < *level);
        open.push(OpenHeading { level: *level, text: text.to_owned() });
        current.heading_path = path(&open, document.title());
        current.anchor = anchor.clone();
        let is_leaf = match blocks.get(index + 1).map(|next| &next.kind) {
            Some(BlockKind::Heading { level: next, .. }) => next <= level,
            Some(_) => false,
            None => true,
        };
        if is_leaf {
            let piece =
                Piece { start: block.start, end: block.end, kind: SentenceKind::Heading, follows: Follows::Nothing };
            current.heading_path = path(&open[..open.len() - 1], document.title());
            current.pieces.push(piece);
        }
    }
    if !current.pieces.is_empty() {
        sections.push(current);
    }
    sections
}

/// The heading path; a heading that repeats the title of the document adds nothing.
fn path(open: &[OpenHeading], title: &str) -> Vec<String> {
    open.iter().map(|heading| heading.text.clone()).filter(|text| text != title).collect()
}

fn sentence_kind(kind: &BlockKind) -> SentenceKind {
    match kind {
        BlockKind::Heading { .. } => SentenceKind::Heading,
        BlockKind::Paragraph | BlockKind::Answer => SentenceKind::Prose,
        BlockKind::ListItem { .. } => SentenceKind::ListItem,
        BlockKind::Code => SentenceKind::Code,
        BlockKind::TableRow => SentenceKind::TableRow,
        BlockKind::Question => SentenceKind::Question,
    }
}

/// Gathers the pieces of a section into passages.
pub(crate) fn pieces_by_passage(document: &Document, section: &Section) -> Vec<Vec<Piece>> {
    let text = document.text();
    let mut out: Vec<Vec<Piece>> = Vec::new();
    let mut words = 0;
    for group in groups(text, &section.pieces) {
        let size = group.iter().map(|piece| measure(&text[piece.start..piece.end])).sum::<usize>();
        let fits = |limit: usize, out: &[Vec<Piece>]| {
            let from = out.last().and_then(|passage| passage.first()).map_or(group[0].start, |first| first.start);
            words + size <= limit && group[group.len() - 1].end - from <= MAX_BYTES
        };
        let joins = !out.is_empty()
            && (fits(TARGET_WORDS, &out) || (words < SMALL_WORDS || size < SMALL_WORDS) && fits(MAX_WORDS, &out));
        match out.last_mut() {
            Some(last) if joins => {
                last.extend(group);
                words += size;
            }
            _ => {
                out.push(group);
                words = size;
            }
        }
    }
    out
}

/// The pieces in groups that stay together: a list or table with the line that introduces it, if that fits.
fn groups(text: &str, pieces: &[Piece]) -> Vec<Vec<Piece>> {
    let mut runs: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        let introduced = runs.last().and_then(|run| run.last()).is_some_and(|last| introduces(text, last));
        match runs.last_mut() {
            Some(run) if piece.follows == Follows::Run || introduced => run.push(*piece),
            _ => runs.push(vec![*piece]),
        }
    }
    runs.into_iter().flat_map(|run| if fits_whole(text, &run) { vec![run] } else { divide(text, &run) }).collect()
}

/// Whether the reader expects more right after this piece: a question, or a line that ends in a colon.
fn introduces(text: &str, piece: &Piece) -> bool {
    match piece.kind {
        SentenceKind::Question => true,
        SentenceKind::Prose => text[piece.start..piece.end].ends_with([':', '：']),
        SentenceKind::ListItem | SentenceKind::Code | SentenceKind::TableRow | SentenceKind::Heading => false,
    }
}

fn fits_whole(text: &str, run: &[Piece]) -> bool {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return true };
    last.end - first.start <= MAX_BYTES && measure(&text[first.start..last.end]) <= MAX_WORDS
}

/// Packs a run that is too large: whole pieces where they fit, else their sentences or lines.
fn divide(text: &str, run: &[Piece]) -> Vec<Vec<Piece>> {
    let mut out: Vec<Vec<Piece>> = Vec::new();
    let mut words = 0;
    for part in run.iter().flat_map(|piece| parts(text, piece)) {
        let size = measure(&text[part.start..part.end]);
        let joins = out.last().and_then(|group| group.first()).is_some_and(|first| part.end - first.start <= MAX_BYTES)
            && words + size <= TARGET_WORDS;
        match out.last_mut() {
            Some(last) if joins => {
                last.push(part);
                words += size;
            }
            _ => {
                out.push(vec![part]);
                words = size;
            }
        }
    }
    out
}

fn parts(text: &str, piece: &Piece) -> Vec<Piece> {
    if fits_whole(text, &[*piece]) {
        return vec![*piece];
    }
    let slice = &text[piece.start..piece.end];
    let mut out = Vec::new();
    let bounds: Vec<std::ops::Range<usize>> = match piece.kind {
        SentenceKind::Code => line_ranges(slice),
        SentenceKind::Prose
        | SentenceKind::ListItem
        | SentenceKind::TableRow
        | SentenceKind::Question
        | SentenceKind::Heading => sentence_ranges(slice),
    };
    // The marker of a list item belongs to its first sentence; nothing between two parts is lost but white space.
    for (index, range) in bounds.iter().enumerate() {
        let mut from = piece.start + if index == 0 { 0 } else { range.start };
        let end = piece.start + range.end;
        while let Some(cut) = cut(&text[from..end]) {
            out.push(Piece { start: from, end: from + cut, ..*piece });
            from += cut;
            from += text[from..end].len() - text[from..end].trim_start().len();
        }
        out.push(Piece { start: from, end, ..*piece });
    }
    out
}

/// Where a part that is too large for one passage must be cut: after the last word that fits.
fn cut(text: &str) -> Option<usize> {
    if text.len() <= MAX_BYTES && measure(text) <= MAX_WORDS {
        return None;
    }
    let limit = text.floor_char_boundary(MAX_BYTES);
    let mut best = None;
    let mut words = 0.0;
    let mut in_word = false;
    for (at, c) in text[..limit].char_indices() {
        if c.is_whitespace() {
            if in_word {
                best = Some(at);
            }
            in_word = false;
            continue;
        }
        words += if is_unspaced(c) { 0.5 } else { 0.0 } + if in_word { 0.0 } else { 1.0 };
        in_word = true;
        if words > MAX_WORDS as f64 {
            return Some(best.unwrap_or(at));
        }
    }
    Some(best.filter(|_| in_word).unwrap_or(limit))
}

fn line_ranges(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut out = Vec::new();
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        if !line.trim().is_empty() {
            out.push(from..from + line.trim_end().len());
        }
        from += line.len();
    }
    out
}

/// The number of words; scripts without spaces count two characters as a word.
fn measure(text: &str) -> usize {
    let unspaced = text.chars().filter(|c| is_unspaced(*c)).count();
    text.split_whitespace().count() + unspaced / 2
}

/// The sentences of a passage that begins at `origin`.
pub(crate) fn sentences(text: &str, pieces: &[Piece], origin: usize) -> Vec<Sentence> {
    let mut out = Vec::new();
    for piece in pieces {
        let slice = &text[piece.start..piece.end];
        let body = match piece.kind {
            SentenceKind::ListItem => strip_marker(slice),
            SentenceKind::Prose
            | SentenceKind::Code
            | SentenceKind::TableRow
            | SentenceKind::Question
            | SentenceKind::Heading => slice,
        };
        let shift = piece.start - origin + (slice.len() - body.len());
        let ranges = match piece.kind {
            SentenceKind::Prose | SentenceKind::ListItem => sentence_ranges(body),
            SentenceKind::Code | SentenceKind::TableRow | SentenceKind::Question | SentenceKind::Heading => {
                std::iter::once(0..body.len()).collect()
            }
        };
        out.extend(ranges.into_iter().map(|range| Sentence {
            start: shift + range.start,
            end: shift + range.end,
            kind: piece.kind,
        }));
    }
    out
}
