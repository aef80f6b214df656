//! From lines to headings, paragraphs, lists, code and tables.

use std::collections::HashMap;

use crate::lines::{Line, Page};
use crate::table;
use crate::words::Vocabulary;
use crate::{Block, BlockKind};

/// Type this much larger than that of the text is a heading.
const HEADING_SIZE: f32 = 1.12;
/// Longest heading, in characters, in larger type and in bold type of the size of the text.
const HEADING_CHARS: usize = 200;
const BOLD_HEADING_CHARS: usize = 100;
/// Lines of a paragraph are at most so far apart, in type sizes.
const LINE_PITCH: f32 = 1.75;
/// A gap this much larger than the one before begins a new paragraph.
const PARAGRAPH_GAP: f32 = 1.25;
/// A first line that stands in this many type sizes begins a new paragraph.
const INDENT: f32 = 0.9;
/// How far an item of a list stands in from the one around it, in type sizes.
const LIST_INDENT: f32 = 1.2;

/// The blocks of a file.
pub(crate) fn blocks(pages: Vec<Page>) -> Vec<Block> {
    let mut vocabulary = Vocabulary::default();
    for line in pages.iter().flat_map(|page| &page.lines) {
        vocabulary.learn(&line.text());
    }
    let type_sizes = TypeSizes::of(&pages);
    let mut assembler = Assembler { vocabulary, type_sizes, blocks: Vec::new(), open: None, items: Vec::new() };
    for page in pages {
        assembler.page(&page);
    }
    assembler.close();
    assembler.blocks
}

/// The sizes of type in a file: that of the text, and those of headings, the largest first.
struct TypeSizes {
    text: f32,
    headings: Vec<i32>,
}

impl TypeSizes {
    fn of(pages: &[Page]) -> Self {
        let mut chars: HashMap<i32, usize> = HashMap::new();
        for line in pages.iter().flat_map(|page| &page.lines) {
            *chars.entry(half_points(line.size())).or_default() += line.text().len();
        }
        let text =
            chars.iter().max_by_key(|(size, chars)| (**chars, **size)).map_or(10.0, |(size, _)| *size as f32 / 2.0);
        let mut headings: Vec<i32> =
            chars.into_keys().filter(|size| *size as f32 / 2.0 >= text * HEADING_SIZE).collect();
        headings.sort_unstable_by(|a, b| b.cmp(a));
        Self { text, headings }
    }

    /// The level of a heading in type of this size.
    fn level(&self, size: f32) -> u8 {
        let larger = self.headings.iter().filter(|heading| **heading > half_points(size)).count();
        u8::try_from(larger + 1).unwrap_or(u8::MAX).min(6)
    }
}

/// Sizes closer than half a point are one.
fn half_points(size: f32) -> i32 {
    (size * 2.0).round() as i32
}

/// What is being read.
struct Open {
    page: u32,
    kind: Kind,
    text: String,
    /// The line that was taken last, its page, and the gap before it.
    last: Line,
    last_page: u32,
    gap: f32,
    lines: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Heading(u8),
    Paragraph,
    /// The place of the marker, in points from the left.
    ListItem(f32),
    /// The place of the first line, in points from the left.
    Code(f32),
}

struct Assembler {
    vocabulary: Vocabulary,
    type_sizes: TypeSizes,
    blocks: Vec<Block>,
    open: Option<Open>,
    /// Where the markers of the open lists stand, the outermost first.
    items: Vec<f32>,
}

impl Assembler {
    fn page(&mut self, page: &Page) {
        let lines: Vec<Line> = page.lines.iter().filter(|line| !is_contents_entry(&line.text())).cloned().collect();
        let mut at = 0;
        while at < lines.len() {
            if let Some((table, taken)) = table::find(&lines[at..]) {
                self.close();
                self.blocks.push(Block { page: page.number, kind: BlockKind::Table(table.header, table.rows) });
                at += taken;
                continue;
            }
            self.line(page.number, &lines[at]);
            at += 1;
        }
    }

    fn line(&mut self, page: u32, line: &Line) {
        let text = line.text();
        if text.trim().is_empty() {
            return;
        }
        if self.open.as_ref().is_some_and(|open| self.goes_on(open, page, line, &text)) {
            self.append(page, line, &text);
            return;
        }
        self.close();
        let (kind, text) = self.begin(line, &text);
        self.open = Some(Open { page, kind, text, last: line.clone(), last_page: page, gap: 0.0, lines: 1 });
    }

    fn begin(&self, line: &Line, text: &str) -> (Kind, String) {
        let trimmed = text.trim();
        if let Some(level) = self.heading_level(line, trimmed) {
            (Kind::Heading(level), trimmed.to_owned())
        } else if line.is_mono() {
            (Kind::Code(line.x()), trimmed.to_owned())
        } else if let Some((marker, rest)) = list_item(trimmed) {
            (Kind::ListItem(line.x()), format!("{marker} {rest}"))
        } else {
            (Kind::Paragraph, trimmed.to_owned())
        }
    }

    fn heading_level(&self, line: &Line, text: &str) -> Option<u8> {
        let chars = text.chars().count();
        if !text.contains(char::is_alphabetic) || chars > HEADING_CHARS {
            return None;
        }
        if let Some(level) = line.heading() {
            return Some(level.clamp(1, 6));
        }
        if line.size() >= self.type_sizes.text * HEADING_SIZE && !text.ends_with([',', ';']) {
            return Some(self.type_sizes.level(line.size()));
        }
        let is_bold_heading = line.is_bold()
            && !line.is_mono()
            && line.size() >= self.type_sizes.text * 0.95
            && chars <= BOLD_HEADING_CHARS
            && !text.ends_with(['.', ',', ';', ':', '…'])
            && list_item(text).is_none_or(|(marker, _)| marker != "-");
        is_bold_heading.then(|| self.type_sizes.level(self.type_sizes.text))
    }

    fn goes_on(&self, open: &Open, page: u32, line: &Line, text: &str) -> bool {
        let same_size = (line.size() - open.last.size()).abs() <= 0.6;
        if !same_size || is_marked(text) && !matches!(open.kind, Kind::Code(_)) {
            return false;
        }
        if page != open.last_page {
            // A paragraph goes on on the next page if it was not at its end.
            let is_open = open.text.ends_with(|c: char| c.is_alphabetic() || matches!(c, ',' | '-' | '\u{ad}' | ';'));
            let goes_on = text.trim_start().starts_with(char::is_lowercase);
            return matches!(open.kind, Kind::Paragraph | Kind::ListItem(_)) && is_open && goes_on && !line.is_mono();
        }
        let gap = open.last.y() - line.y();
        let size = line.size();
        let is_next =
            gap > 0.2 * size && gap <= LINE_PITCH * size && (open.lines < 2 || gap <= open.gap * PARAGRAPH_GAP + 0.5);
        // A column ends and the next one begins at the top.
        let is_next_column = gap < -2.0 * size && line.x() > open.last.x() + size && !ends_sentence(&open.text);
        match open.kind {
            Kind::Heading(_) => {
                is_next
                    && line.is_bold() == open.last.is_bold()
                    && line.heading() == open.last.heading()
                    && open.lines < 4
            }
            Kind::Code(_) => line.is_mono() && gap > 0.0 && gap <= LINE_PITCH * 2.0 * size,
            Kind::ListItem(x) => {
                (is_next && line.x() > x + 2.0 || is_next_column) && !self.is_heading_or_code(line, text)
            }
            Kind::Paragraph => {
                let begins_new = line.x() - open.last.x() > INDENT * size && open.lines > 1
                    || line.x() - open.last.x() > INDENT * size && ends_sentence(&open.text);
                let was_short = ends_sentence(&open.text) && open.last.end() < line.end() - 12.0 * size;
                (is_next && !begins_new && !was_short || is_next_column) && !self.is_heading_or_code(line, text)
            }
        }
    }

    fn is_heading_or_code(&self, line: &Line, text: &str) -> bool {
        line.is_mono() || self.heading_level(line, text.trim()).is_some()
    }

    fn append(&mut self, page: u32, line: &Line, text: &str) {
        let Some(open) = &mut self.open else { return };
        if let Kind::Code(x) = open.kind {
            let gap = open.last.y() - line.y();
            let indent = ((line.x() - x) / (line.size() * 0.6)).round().clamp(0.0, 80.0) as usize;
            let own = text.len() - text.trim_start().len();
            open.text.push_str(if open.lines > 1 && gap > open.gap * 1.6 { "\n\n" } else { "\n" });
            open.text.push_str(&" ".repeat(indent.max(own)));
            open.text.push_str(text.trim());
            open.gap = if open.lines == 1 { gap } else { open.gap.min(gap) };
        } else {
            self.vocabulary.join(&mut open.text, text);
            if page == open.last_page {
                open.gap = open.last.y() - line.y();
            }
        }
        open.last = line.clone();
        open.last_page = page;
        open.lines += 1;
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let kind = match open.kind {
            Kind::Heading(level) => BlockKind::Heading(level, open.text),
            Kind::Paragraph => BlockKind::Paragraph(open.text),
            Kind::Code(_) => BlockKind::Code(open.text),
            Kind::ListItem(x) => BlockKind::ListItem(self.depth(x), open.text),
        };
        self.blocks.push(Block { page: open.page, kind });
    }

    /// How deep an item is: items that follow each other and stand further in are inside the one before.
    fn depth(&mut self, x: f32) -> u8 {
        if !matches!(self.blocks.last(), Some(Block { kind: BlockKind::ListItem(..), .. })) {
            self.items.clear();
        }
        let step = self.type_sizes.text * LIST_INDENT;
        while self.items.last().is_some_and(|above| x < above - step / 2.0) {
            self.items.pop();
        }
        if self.items.last().is_none_or(|above| x > above + step / 2.0) {
            self.items.push(x);
        }
        u8::try_from(self.items.len().saturating_sub(1)).unwrap_or(u8::MAX).min(6)
    }
}

fn ends_sentence(text: &str) -> bool {
    text.trim_end().trim_end_matches(['”', '"', ')', '’']).ends_with(['.', '!', '?', ':', '。'])
}

/// An entry of a table of contents: a title, dots, and the number of a page.
fn is_contents_entry(text: &str) -> bool {
    let text = text.trim_end();
    let before = text.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, 'i' | 'v' | 'x'));
    let dots =
        before.chars().rev().take_while(|c| matches!(c, '.' | ' ' | '…' | '·' | '_')).filter(|c| *c != ' ').count();
    before.len() < text.len() && dots >= 4
}

fn is_marked(text: &str) -> bool {
    list_item(text.trim()).is_some()
}

/// The marker, in Baton's form, and the text of a line that begins an item of a list.
fn list_item(text: &str) -> Option<(String, &str)> {
    let first = text.chars().next()?;
    let rest = &text[first.len_utf8()..];
    let is_bullet = matches!(first, '•' | '◦' | '▪' | '■' | '●' | '○' | '‣' | '–' | '—' | '*' | '·' | '-');
    if is_bullet && rest.starts_with(' ') && !rest.trim().is_empty() {
        return Some(("-".to_owned(), rest.trim()));
    }
    let (marker, rest) = text.split_once(' ')?;
    let number = marker.strip_suffix(['.', ')'])?.trim_start_matches('(');
    let is_number = (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_letter = number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_lowercase());
    ((is_number || is_letter) && !rest.trim().is_empty()).then(|| (format!("{number}."), rest.trim()))
}
