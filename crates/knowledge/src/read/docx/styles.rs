//! What the styles of a document mean.

use std::collections::HashMap;

use crate::read::docx::xml::{Attributes, Visitor, walk};
use crate::read::error::ReadError;

/// How far a style is followed to the ones that it is based on.
const MAX_CHAIN: usize = 16;

/// A style of paragraphs, as far as it tells what they are.
#[derive(Clone, Debug, Default)]
struct Style {
    name: String,
    based_on: Option<String>,
    /// 0 for the topmost heading, 9 for text.
    outline: Option<u8>,
    list: Option<(String, u8)>,
}

/// The styles by id.
#[derive(Debug, Default)]
pub(super) struct Styles {
    styles: HashMap<String, Style>,
    open: Option<(String, Style)>,
    list: (Option<String>, u8),
}

/// What a style makes of a paragraph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Role {
    /// The title of the document.
    Title,
    /// A heading, 1 for the topmost to 6.
    Heading(u8),
    /// A line of code.
    Code,
    /// An entry of a table of contents or of figures, which repeats what stands elsewhere.
    Contents,
    /// Anything else.
    #[default]
    Text,
}

impl Styles {
    pub(super) fn parse(xml: &str) -> Result<Self, ReadError> {
        let mut styles = Self::default();
        walk(xml, &mut styles)?;
        Ok(styles)
    }

    /// What a style makes of a paragraph. The names of built-in styles are English in every file, whatever the program
    /// shows; a style of one's own is known by its outline level or by the style that it is based on.
    pub(super) fn role(&self, id: &str) -> Role {
        for style in self.chain(id) {
            let name = style.name.to_ascii_lowercase();
            if let Some(level) = style.outline {
                return if level < 9 { Role::Heading((level + 1).min(6)) } else { Role::Text };
            }
            if let Some(level) = name.strip_prefix("heading ").and_then(|level| level.trim().parse::<u8>().ok()) {
                return Role::Heading(level.clamp(1, 6));
            }
            if name == "title" {
                return Role::Title;
            }
            if name.starts_with("toc ") || name == "table of figures" {
                return Role::Contents;
            }
            if ["code", "source", "preformatted", "verbatim", "listing"].iter().any(|word| name.contains(word)) {
                return Role::Code;
            }
        }
        Role::Text
    }

    /// The list that a style puts its paragraphs into, and the level.
    pub(super) fn list(&self, id: &str) -> Option<(String, u8)> {
        self.chain(id).find_map(|style| style.list.clone())
    }

    fn chain(&self, id: &str) -> impl Iterator<Item = &Style> {
        let first = self.styles.get(id);
        std::iter::successors(first, |style| self.styles.get(style.based_on.as_deref()?)).take(MAX_CHAIN)
    }
}

impl Visitor for Styles {
    fn open(&mut self, name: &str, attributes: &Attributes<'_>) -> Result<(), ReadError> {
        if name == "style" {
            let id = attributes.get("styleId").unwrap_or_default();
            self.open = Some((id, Style::default()));
            self.list = (None, 0);
            return Ok(());
        }
        let Some((_, style)) = &mut self.open else { return Ok(()) };
        let val = attributes.val();
        match name {
            "name" => style.name = val.unwrap_or_default(),
            "basedOn" => style.based_on = val,
            "outlineLvl" => style.outline = val.and_then(|level| level.parse().ok()),
            "numId" => self.list.0 = val,
            "ilvl" => self.list.1 = val.and_then(|level| level.parse().ok()).unwrap_or(0),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), ReadError> {
        if name == "style"
            && let Some((id, mut style)) = self.open.take()
        {
            style.list = self.list.0.take().map(|list| (list, self.list.1));
            self.styles.insert(id, style);
        }
        Ok(())
    }

    fn text(&mut self, _text: &str) {}
}
