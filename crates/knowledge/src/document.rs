//! A parsed document: its blocks over one canonical text.

use sha2::{Digest, Sha256};

use crate::read::limits::MAX_HEADING_CHARS;

/// One document of a source: what a page, a file or a question-and-answer pair parses into.
///
/// The blocks cover the canonical text in order, without overlap; between two blocks stands only white space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    key: String,
    title: String,
    url: Option<String>,
    blocks: Vec<Block>,
    text: String,
    /// Where the pages begin: offset in the text and number, in order. Empty for documents without pages.
    pages: Vec<(usize, u32)>,
}

impl Document {
    /// Starts an empty document.
    ///
    /// `key` names the document within its source and stays the same when the source is read again.
    pub fn builder(key: impl Into<String>, title: impl Into<String>) -> DocumentBuilder {
        let document = Self {
            key: key.into(),
            title: title.into(),
            url: None,
            blocks: Vec::new(),
            text: String::new(),
            pages: Vec::new(),
        };
        DocumentBuilder { document }
    }

    /// The name of the document within its source, stable from one reading to the next.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The title, never empty for documents made by [`crate::read`].
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The address of the document as its source states it.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// The blocks in reading order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The canonical plain text; all offsets of blocks and passages point into it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of one block of this document.
    pub fn block_text(&self, block: &Block) -> &str {
        &self.text[block.start..block.end]
    }

    /// The number of the page on which the text at an offset stands, from 1; `None` for documents without pages.
    pub fn page_at(&self, offset: usize) -> Option<u32> {
        let after = self.pages.partition_point(|(start, _)| *start <= offset);
        self.pages.get(after.checked_sub(1)?).map(|(_, number)| *number)
    }

    /// A digest of everything that indexing depends on; equal digests mean the document need not be indexed again.
    pub fn content_hash(&self) -> String {
        let mut hash = Sha256::new();
        for part in [self.title.as_str(), self.url.as_deref().unwrap_or(""), self.text.as_str()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        for block in &self.blocks {
            hash.update((block.start as u64).to_le_bytes());
            hash.update((block.end as u64).to_le_bytes());
            hash.update(block.kind.tag());
        }
        for (start, number) in &self.pages {
            hash.update((*start as u64).to_le_bytes());
            hash.update(number.to_le_bytes());
        }
        hex(&hash.finalize())
    }

    /// The document under another key and address: those of the page that it was fetched from, whatever it says about itself.
    #[must_use]
    pub fn located(mut self, key: impl Into<String>, url: impl Into<String>) -> Self {
        self.key = key.into();
        self.url = Some(url.into());
        self
    }

    pub(crate) fn set_key(&mut self, key: String) {
        self.key = key;
    }
}

/// A block of a document: a range of its canonical text with its part in the structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What the block is.
    pub kind: BlockKind,
    /// Where the block begins in the canonical text, in bytes.
    pub start: usize,
    /// Where the block ends in the canonical text, in bytes, exclusive.
    pub end: usize,
}

/// What a block is in the structure of its document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// A heading opens a section.
    Heading {
        /// 1 for the topmost heading to 6.
        level: u8,
        /// The fragment identifier under which the page shows this heading.
        anchor: Option<String>,
    },
    /// Running text.
    Paragraph,
    /// One item of a list, with its marker (`- ` or `1. `) in the text.
    ListItem {
        /// 0 for an item of an outermost list.
        depth: u8,
    },
    /// A code block, kept whole.
    Code,
    /// One row of a table, written as `column: value; column: value`.
    TableRow,
    /// The question of a question-and-answer pair.
    Question,
    /// A part of the answer of a question-and-answer pair.
    Answer,
}

impl BlockKind {
    fn tag(&self) -> Vec<u8> {
        match self {
            Self::Heading { level, anchor } => {
                let mut tag = vec![1, *level];
                tag.extend_from_slice(anchor.as_deref().unwrap_or("").as_bytes());
                tag.push(0);
                tag
            }
            Self::Paragraph => vec![2],
            Self::ListItem { depth } => vec![3, *depth],
            Self::Code => vec![4],
            Self::TableRow => vec![5],
            Self::Question => vec![6],
            Self::Answer => vec![7],
        }
    }

    /// Whether two neighbours of these kinds belong to one run (a list, a table) and stand on adjacent lines.
    fn joins(&self, next: &Self) -> bool {
        matches!((self, next), (Self::ListItem { .. }, Self::ListItem { .. }) | (Self::TableRow, Self::TableRow))
    }
}

/// Collects blocks into a [`Document`].
#[derive(Debug)]
pub struct DocumentBuilder {
    document: Document,
}

impl DocumentBuilder {
    /// Sets the address of the document.
    pub fn url(mut self, url: Option<String>) -> Self {
        self.document.url = url;
        self
    }

    /// Appends a block; text without a visible character is dropped.
    ///
    /// Prose has its white space collapsed, code keeps its lines.
    pub fn push(&mut self, kind: BlockKind, text: &str) {
        let text = match &kind {
            BlockKind::Code => clean_lines(text),
            BlockKind::Heading { .. } => clip_chars(&clean_prose(text), MAX_HEADING_CHARS).to_owned(),
            BlockKind::ListItem { depth } => format!("{}{}", "  ".repeat(usize::from(*depth)), clean_prose(text)),
            BlockKind::Paragraph | BlockKind::TableRow | BlockKind::Question | BlockKind::Answer => clean_prose(text),
        };
        if text.trim().is_empty() {
            return;
        }
        let document = &mut self.document;
        if let Some(last) = document.blocks.last() {
            document.text.push_str(if last.kind.joins(&kind) { "\n" } else { "\n\n" });
        }
        let indent = if matches!(kind, BlockKind::ListItem { .. }) { text.len() - text.trim_start().len() } else { 0 };
        let start = document.text.len() + indent;
        document.text.push_str(&text);
        document.blocks.push(Block { kind, start, end: document.text.len() });
    }

    /// What is pushed from here on stands on this page, counted from 1.
    pub fn set_page(&mut self, number: u32) {
        let document = &mut self.document;
        if document.pages.last().is_none_or(|(_, last)| *last != number) {
            // The white space before the next block belongs to the page before it.
            let start = if document.text.is_empty() { 0 } else { document.text.len() + 1 };
            document.pages.push((start, number));
        }
    }

    /// What was kept so far.
    pub fn blocks(&self) -> &[Block] {
        &self.document.blocks
    }

    /// The text of one of the blocks kept so far.
    pub fn block_text(&self, block: &Block) -> &str {
        self.document.block_text(block)
    }

    /// Replaces the title.
    pub fn set_title(&mut self, title: impl Into<String>) {
        self.document.title = title.into();
    }

    /// Sets the address of the document, when it is found late.
    pub fn set_url(&mut self, url: Option<String>) {
        self.document.url = url;
    }

    /// The finished document.
    pub fn finish(self) -> Document {
        self.document
    }
}

/// Collapses runs of white space inside lines and drops control characters; single line breaks stay.
pub(crate) fn clean_prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut pending_space = false;
    let mut pending_break = false;
    for c in text.chars() {
        if c == '\n' {
            pending_break = !out.is_empty();
        } else if c.is_whitespace() || c == '\u{200b}' || c == '\u{feff}' {
            pending_space = !out.is_empty();
        } else if c.is_control() {
        } else {
            if pending_break {
                out.push('\n');
            } else if pending_space {
                out.push(' ');
            }
            pending_space = false;
            pending_break = false;
            out.push(c);
        }
    }
    out
}

/// Keeps lines and indentation, drops control characters, trailing white space and blank lines at both ends.
fn clean_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let kept: String = line.chars().filter(|c| *c == '\t' || !c.is_control()).collect();
        let kept = kept.trim_end();
        if out.is_empty() && kept.is_empty() {
            continue;
        }
        out.push_str(kept);
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out
}

/// The longest prefix of `text` with at most `limit` characters.
pub(crate) fn clip_chars(text: &str, limit: usize) -> &str {
    text.char_indices().nth(limit).map_or(text, |(at, _)| &text[..at])
}

/// Lowercase hexadecimal digits of `bytes`.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    out
}
