//! The text of a document, element by element.

use std::collections::HashMap;

use crate::document::{BlockKind, DocumentBuilder};
use crate::read::docx::numbering::Numbering;
use crate::read::docx::styles::{Role, Styles};
use crate::read::docx::table::{Property, Table};
use crate::read::docx::xml::{Attributes, Visitor, walk};
use crate::read::error::ReadError;
use crate::read::limits::MAX_BLOCKS;

/// Elements of which nothing is read: deleted and moved text, what only old programs show, how Chinese is pronounced.
const SKIPPED: &[&str] = &["del", "moveFrom", "Fallback", "rt", "instrText", "delText"];

/// A paragraph while it is read.
#[derive(Debug, Default)]
struct Paragraph {
    text: String,
    style: Option<String>,
    /// The list it says to be in, and the level.
    list: Option<String>,
    level: Option<u8>,
    outline: Option<u8>,
    /// The notes it refers to.
    notes: Vec<String>,
}

/// Collects the blocks of a document.
pub(super) struct Body<'a> {
    builder: DocumentBuilder,
    styles: &'a Styles,
    numbering: Numbering,
    notes: &'a Notes,
    /// Open paragraphs: one inside another stands in a text box.
    paragraphs: Vec<Paragraph>,
    /// Open tables: one inside another stands in a cell.
    tables: Vec<Table>,
    /// How many elements of [`SKIPPED`] are open.
    skipping: usize,
    is_text: bool,
    is_hidden: bool,
    is_row_properties: bool,
    code: String,
    title: Option<String>,
    first_heading: Option<String>,
}

impl<'a> Body<'a> {
    pub(super) fn new(builder: DocumentBuilder, styles: &'a Styles, numbering: Numbering, notes: &'a Notes) -> Self {
        Self {
            builder,
            styles,
            numbering,
            notes,
            paragraphs: Vec::new(),
            tables: Vec::new(),
            skipping: 0,
            is_text: false,
            is_hidden: false,
            is_row_properties: false,
            code: String::new(),
            title: None,
            first_heading: None,
        }
    }

    /// What was read, and the title found in it.
    pub(super) fn finish(mut self) -> (DocumentBuilder, Option<String>) {
        self.flush_code();
        (self.builder, self.title.or(self.first_heading))
    }

    fn push_inline(&mut self, text: &str) {
        if self.skipping == 0
            && !self.is_hidden
            && let Some(paragraph) = self.paragraphs.last_mut()
        {
            paragraph.text.push_str(text);
        }
    }

    fn close_paragraph(&mut self) -> Result<(), ReadError> {
        let Some(paragraph) = self.paragraphs.pop() else { return Ok(()) };
        let notes: Vec<&str> =
            paragraph.notes.iter().filter_map(|id| self.notes.texts.get(id)).map(String::as_str).collect();
        if let Some(table) = self.tables.last_mut() {
            if !paragraph.text.trim().is_empty() {
                table.push(paragraph.text.trim());
            }
            for note in notes {
                table.push(&format!("({note})"));
            }
            return Ok(());
        }
        self.push_paragraph(&paragraph);
        for note in notes {
            self.builder.push(BlockKind::Paragraph, note);
        }
        if self.builder.blocks().len() > MAX_BLOCKS { Err(ReadError::TooComplex) } else { Ok(()) }
    }

    fn push_paragraph(&mut self, paragraph: &Paragraph) {
        let style = paragraph.style.as_deref();
        let role = match paragraph.outline {
            Some(level) if level < 9 => Role::Heading((level + 1).min(6)),
            _ => style.map(|style| self.styles.role(style)).unwrap_or_default(),
        };
        if role == Role::Code {
            self.code.push_str(&paragraph.text);
            self.code.push('\n');
            return;
        }
        self.flush_code();
        let text = paragraph.text.trim();
        if text.is_empty() {
            return;
        }
        match role {
            // The title names the document, whose passages all show it.
            Role::Title if self.title.is_none() => self.title = Some(text.to_owned()),
            Role::Title => {
                self.builder.push(BlockKind::Heading { level: 1, anchor: None }, text);
            }
            Role::Heading(level) => {
                if level == 1 {
                    self.first_heading.get_or_insert_with(|| text.to_owned());
                }
                self.builder.push(BlockKind::Heading { level, anchor: None }, text);
            }
            Role::Contents => {}
            Role::Code | Role::Text => {
                let by_style = style.and_then(|style| self.styles.list(style));
                let list = paragraph.list.clone().or(by_style.as_ref().map(|(list, _)| list.clone()));
                let level = paragraph.level.or(by_style.map(|(_, level)| level)).unwrap_or(0);
                match list.and_then(|list| self.numbering.next(&list, level)) {
                    Some(marker) => {
                        self.builder.push(BlockKind::ListItem { depth: level.min(8) }, &format!("{marker}{text}"));
                    }
                    None => self.builder.push(BlockKind::Paragraph, text),
                }
            }
        }
    }

    /// Keeps the lines of code read so far as one block.
    fn flush_code(&mut self) {
        let code = std::mem::take(&mut self.code);
        self.builder.push(BlockKind::Code, &code);
    }

    fn close_table(&mut self) {
        let Some(table) = self.tables.pop() else { return };
        let read = table.finish();
        let Some(outer) = self.tables.last_mut() else {
            self.flush_code();
            let (kind, lines) = match read {
                Ok(rows) => (BlockKind::TableRow, rows),
                Err(texts) => (BlockKind::Paragraph, texts),
            };
            for line in lines {
                self.builder.push(kind.clone(), &line);
            }
            return;
        };
        let (Ok(lines) | Err(lines)) = read;
        for line in lines {
            outer.push(&line);
        }
    }

    fn set(&mut self, property: Property) {
        if let Some(table) = self.tables.last_mut() {
            table.set(property);
        }
    }

    fn open_property(&mut self, name: &str, attributes: &Attributes<'_>) {
        match name {
            "gridSpan" => {
                self.set(Property::Columns(attributes.val().and_then(|columns| columns.parse().ok()).unwrap_or(1)));
            }
            "vMerge" if attributes.val().is_none_or(|value| value == "continue") => self.set(Property::Merged),
            "tblHeader" if attributes.is_on() => self.set(Property::Header),
            "tblLook" => {
                let flags = attributes.val().and_then(|flags| u32::from_str_radix(&flags, 16).ok()).unwrap_or(0);
                let is_header =
                    attributes.get("firstRow").map_or(flags & 0x20 != 0, |value| value == "1" || value == "true");
                if let Some(table) = self.tables.last_mut() {
                    table.first_row_is_header = is_header;
                }
            }
            "vanish" if attributes.is_on() => self.is_hidden = true,
            _ => {}
        }
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        let number = || attributes.val().and_then(|level| level.parse().ok());
        match name {
            "pStyle" => paragraph.style = attributes.val(),
            "numId" => paragraph.list = attributes.val(),
            "ilvl" => paragraph.level = number(),
            "outlineLvl" => paragraph.outline = number(),
            _ => {}
        }
    }
}

impl Visitor for Body<'_> {
    fn open(&mut self, name: &str, attributes: &Attributes<'_>) -> Result<(), ReadError> {
        if name == "del" && self.is_row_properties {
            self.set(Property::Deleted);
        }
        if SKIPPED.contains(&name) {
            self.skipping += 1;
        }
        if self.skipping > 0 {
            return Ok(());
        }
        match name {
            "p" => self.paragraphs.push(Paragraph::default()),
            "r" => self.is_hidden = false,
            "t" => self.is_text = true,
            "ta" | "pta" => self.push_inline(" "),
            "br" | "cr" => self.push_inline("\n"),
            "noBreakHyphen" => self.push_inline("-"),
            "tbl" => self.tables.push(Table::default()),
            "tc" => {
                if let Some(table) = self.tables.last_mut() {
                    table.open_cell();
                }
            }
            "trPr" => self.is_row_properties = true,
            "footnoteReference" | "endnoteReference" => {
                let kind = if name.starts_with("foot") { "footnote" } else { "endnote" };
                if let (Some(paragraph), Some(id)) = (self.paragraphs.last_mut(), attributes.get("id")) {
                    paragraph.notes.push(note_key(kind, &id));
                }
            }
            _ => self.open_property(name, attributes),
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), ReadError> {
        if SKIPPED.contains(&name) {
            self.skipping = self.skipping.saturating_sub(1);
            return Ok(());
        }
        if self.skipping > 0 {
            return Ok(());
        }
        match name {
            "p" => return self.close_paragraph(),
            "t" => self.is_text = false,
            "r" => self.is_hidden = false,
            "trPr" => self.is_row_properties = false,
            "tc" => {
                if let Some(table) = self.tables.last_mut() {
                    table.close_cell();
                }
            }
            "tr" => {
                if let Some(table) = self.tables.last_mut() {
                    table.close_row();
                }
            }
            "tbl" => self.close_table(),
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if self.is_text {
            self.push_inline(text);
        }
    }
}

/// The notes of a document by kind and id.
#[derive(Debug, Default)]
pub(super) struct Notes {
    texts: HashMap<String, String>,
    kind: &'static str,
    open: Option<(String, String)>,
    is_text: bool,
    skipping: usize,
}

fn note_key(kind: &str, id: &str) -> String {
    format!("{kind} {id}")
}

impl Notes {
    pub(super) fn parse(&mut self, xml: &str, kind: &'static str) -> Result<(), ReadError> {
        self.kind = kind;
        walk(xml, self)
    }
}

impl Visitor for Notes {
    fn open(&mut self, name: &str, attributes: &Attributes<'_>) -> Result<(), ReadError> {
        if SKIPPED.contains(&name) {
            self.skipping += 1;
        } else if name == self.kind {
            // Those with a type are the lines that part notes from the text.
            let id = attributes.get("id").filter(|_| attributes.get("type").is_none());
            self.open = id.map(|id| (note_key(self.kind, &id), String::new()));
        } else if name == "t" {
            self.is_text = true;
        } else if matches!(name, "p" | "ta" | "br") {
            self.text_outside(" ");
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), ReadError> {
        if SKIPPED.contains(&name) {
            self.skipping = self.skipping.saturating_sub(1);
        } else if name == "t" {
            self.is_text = false;
        } else if name == self.kind
            && let Some((key, text)) = self.open.take().filter(|(_, text)| !text.trim().is_empty())
        {
            self.texts.insert(key, text.trim().to_owned());
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if self.is_text {
            self.text_outside(text);
        }
    }
}

impl Notes {
    fn text_outside(&mut self, text: &str) {
        if self.skipping == 0
            && let Some((_, open)) = &mut self.open
        {
            open.push_str(text);
        }
    }
}
