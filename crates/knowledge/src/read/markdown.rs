//! Markdown with GitHub's extensions and front matter.

use pulldown_cmark::{Event, MetadataBlockKind, Options, Parser, Tag, TagEnd};

use crate::document::{BlockKind, Document, DocumentBuilder};
use crate::read::error::ReadError;
use crate::read::limits::MAX_DEPTH;
use crate::read::{Body, Fallback, html, web_url};

/// What a Markdown text says about itself.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    title: Option<String>,
    url: Option<String>,
    first_heading: Option<String>,
}

pub(super) fn read(text: &str, fallback: &Fallback) -> Result<Document, ReadError> {
    let mut builder = fallback.builder();
    let metadata = push(&mut builder, text, Body::Document)?;
    builder.set_title(fallback.title(metadata.title.or(metadata.first_heading).as_deref()));
    builder.set_url(metadata.url);
    Ok(builder.finish())
}

/// Appends the blocks of a Markdown text.
pub(super) fn push(builder: &mut DocumentBuilder, text: &str, body: Body) -> Result<Metadata, ReadError> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS
        | Options::ENABLE_GFM;
    let mut walker = Walker {
        builder,
        body,
        metadata: Metadata::default(),
        inline: String::new(),
        state: State::Prose,
        lists: Vec::new(),
        item: None,
        row: Row::default(),
        html: String::new(),
        images: 0,
    };
    let mut depth = 0_usize;
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(ReadError::TooDeep);
        }
        walker.event(event)?;
    }
    walker.flush();
    Ok(walker.metadata)
}

/// Where the text of the current event goes.
#[derive(Debug)]
enum State {
    Prose,
    Heading { level: u8, anchor: Option<String> },
    Code,
    Cell,
    Html,
    Metadata(MetadataBlockKind),
}

/// A table that is being read.
#[derive(Debug, Default)]
struct Row {
    header: Vec<String>,
    cells: Vec<String>,
}

struct Walker<'a> {
    builder: &'a mut DocumentBuilder,
    body: Body,
    metadata: Metadata,
    inline: String,
    state: State,
    /// The next number of each open list; `None` for a bulleted one.
    lists: Vec<Option<u64>>,
    /// The marker of the open list item, until its first text is kept.
    item: Option<String>,
    row: Row,
    html: String,
    images: usize,
}

impl Walker<'_> {
    fn event(&mut self, event: Event<'_>) -> Result<(), ReadError> {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => return self.end(tag),
            Event::Text(text) if matches!(self.state, State::Html) => self.html.push_str(&text),
            Event::Text(text) if self.images == 0 => self.inline.push_str(&text),
            Event::Code(text) => {
                self.inline.push('`');
                self.inline.push_str(&text);
                self.inline.push('`');
            }
            Event::Html(text) => self.html.push_str(&text),
            Event::InlineHtml(tag) if tag.to_ascii_lowercase().starts_with("<br") => self.inline.push('\n'),
            Event::SoftBreak => self.inline.push(' '),
            Event::HardBreak => self.inline.push('\n'),
            Event::Rule => self.flush(),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.inline.push_str(&text),
            Event::Text(_) | Event::InlineHtml(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
        Ok(())
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, id, .. } => {
                self.flush();
                self.state = State::Heading { level: level as u8, anchor: id.map(|id| id.to_string()) };
            }
            Tag::CodeBlock(_) => {
                self.flush();
                self.state = State::Code;
            }
            Tag::HtmlBlock => {
                self.flush();
                self.state = State::Html;
            }
            Tag::MetadataBlock(kind) => self.state = State::Metadata(kind),
            Tag::List(first) => {
                self.flush();
                self.lists.push(first);
            }
            Tag::Item => {
                self.flush();
                self.item = Some(match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "- ".to_owned(),
                });
            }
            Tag::Table(_) => {
                self.flush();
                self.row = Row::default();
            }
            Tag::TableCell => self.state = State::Cell,
            Tag::Image { .. } => self.images += 1,
            Tag::Paragraph if !self.inline.is_empty() => self.inline.push('\n'),
            Tag::BlockQuote(_) | Tag::FootnoteDefinition(_) => self.flush(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) -> Result<(), ReadError> {
        match tag {
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::CodeBlock => {
                self.state = State::Prose;
                let code = std::mem::take(&mut self.inline);
                self.builder.push(BlockKind::Code, &code);
            }
            TagEnd::HtmlBlock => {
                self.state = State::Prose;
                let html = std::mem::take(&mut self.html);
                return html::push_fragment(self.builder, &html, self.body);
            }
            TagEnd::MetadataBlock(_) => self.end_metadata(),
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
            }
            TagEnd::Item => {
                self.flush();
                self.item = None;
            }
            TagEnd::TableCell => {
                self.state = State::Prose;
                let cell = std::mem::take(&mut self.inline);
                self.row.cells.push(cell);
            }
            TagEnd::TableHead => self.row.header = std::mem::take(&mut self.row.cells),
            TagEnd::TableRow => {
                let cells = std::mem::take(&mut self.row.cells);
                self.builder.push(BlockKind::TableRow, &row_text(&self.row.header, &cells));
            }
            TagEnd::Image => self.images = self.images.saturating_sub(1),
            TagEnd::Paragraph if self.lists.is_empty() => self.flush(),
            TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition => self.flush(),
            _ => {}
        }
        Ok(())
    }

    fn end_heading(&mut self) {
        let State::Heading { level, anchor } = std::mem::replace(&mut self.state, State::Prose) else { return };
        let text = std::mem::take(&mut self.inline);
        if self.metadata.first_heading.is_none() && level == 1 {
            self.metadata.first_heading = Some(text.clone());
        }
        self.builder.push(self.body.heading(level, anchor), &text);
    }

    fn end_metadata(&mut self) {
        let State::Metadata(kind) = std::mem::replace(&mut self.state, State::Prose) else { return };
        let separator = match kind {
            MetadataBlockKind::YamlStyle => ':',
            MetadataBlockKind::PlusesStyle => '=',
        };
        let block = std::mem::take(&mut self.inline);
        for (key, value) in block.lines().filter_map(|line| line.split_once(separator)) {
            let value = value.trim().trim_matches(['"', '\'']);
            match key.trim() {
                "title" if !value.is_empty() => self.metadata.title = Some(value.to_owned()),
                "url" | "canonical_url" | "canonical" | "permalink" => {
                    self.metadata.url = self.metadata.url.take().or(web_url(value));
                }
                _ => {}
            }
        }
    }

    /// Keeps the text read so far as a paragraph or a list item.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.inline);
        if text.trim().is_empty() || !matches!(self.state, State::Prose) {
            return;
        }
        if self.lists.is_empty() {
            self.builder.push(self.body.prose(), &text);
        } else {
            let depth = u8::try_from(self.lists.len() - 1).unwrap_or(u8::MAX);
            let marker = self.item.take().unwrap_or_default();
            self.builder.push(BlockKind::ListItem { depth }, &format!("{marker}{}", text.trim_start()));
        }
    }
}

/// A table row that can be understood by itself: `column: value; column: value`.
pub fn row_text(header: &[String], cells: &[String]) -> String {
    let mut parts = Vec::with_capacity(cells.len());
    for (index, cell) in cells.iter().enumerate() {
        let cell = cell.trim();
        let name = header.get(index).map_or("", |name| name.trim());
        if cell.is_empty() {
            continue;
        }
        parts.push(if name.is_empty() { cell.to_owned() } else { format!("{name}: {cell}") });
    }
    parts.join("; ")
}
