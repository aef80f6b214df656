//! Lists: which are numbered, and the numbers of their items.

use std::collections::HashMap;

use crate::read::docx::xml::{Attributes, Visitor, walk};
use crate::read::error::ReadError;

/// Most levels of a list.
const MAX_LEVELS: usize = 9;

/// The kind of the levels of a list.
type Levels = HashMap<u8, Mark>;

/// How the items of a level are marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Bullet,
    /// Numbered, from this number on.
    Number(u64),
    /// Not marked at all.
    None,
}

/// The lists of a document, and how far each has been counted.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    definitions: HashMap<String, Levels>,
    /// The definition that each list follows.
    lists: HashMap<String, String>,
    counts: HashMap<String, [Option<u64>; MAX_LEVELS]>,
    open: Open,
}

#[derive(Debug, Default)]
struct Open {
    definition: Option<String>,
    list: Option<String>,
    level: u8,
}

impl Numbering {
    pub(super) fn parse(xml: &str) -> Result<Self, ReadError> {
        let mut numbering = Self::default();
        walk(xml, &mut numbering)?;
        Ok(numbering)
    }

    /// The marker of the next item of a list at a level; `None` if it is not a list that shows.
    pub(super) fn next(&mut self, list: &str, level: u8) -> Option<String> {
        if list == "0" {
            return None;
        }
        let level = level.min(MAX_LEVELS as u8 - 1);
        let levels = self.lists.get(list).and_then(|definition| self.definitions.get(definition));
        let mark = levels.map_or(Mark::Bullet, |levels| levels.get(&level).copied().unwrap_or(Mark::Bullet));
        let counts = self.counts.entry(list.to_owned()).or_default();
        // An item further out begins the lists inside it anew.
        counts[usize::from(level) + 1..].fill(None);
        match mark {
            Mark::None => None,
            Mark::Bullet => Some("- ".to_owned()),
            Mark::Number(first) => {
                let count = &mut counts[usize::from(level)];
                let number = count.map_or(first, |last| last.saturating_add(1));
                *count = Some(number);
                Some(format!("{number}. "))
            }
        }
    }
}

impl Visitor for Numbering {
    fn open(&mut self, name: &str, attributes: &Attributes<'_>) -> Result<(), ReadError> {
        match name {
            "abstractNum" => self.open.definition = attributes.get("abstractNumId"),
            "num" => self.open.list = attributes.get("numId"),
            "abstractNumId" => {
                if let (Some(list), Some(definition)) = (&self.open.list, attributes.val()) {
                    self.lists.insert(list.clone(), definition);
                }
            }
            "lvl" => self.open.level = attributes.get("ilvl").and_then(|level| level.parse().ok()).unwrap_or(0),
            "numFmt" | "start" => {
                let Some(definition) = &self.open.definition else { return Ok(()) };
                let levels = self.definitions.entry(definition.clone()).or_default();
                let mark = levels.entry(self.open.level).or_insert(Mark::Number(1));
                let value = attributes.val().unwrap_or_default();
                if name == "start" {
                    if let Mark::Number(first) = mark {
                        *first = value.parse().unwrap_or(1);
                    }
                } else if value == "bullet" {
                    *mark = Mark::Bullet;
                } else if value == "none" {
                    *mark = Mark::None;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), ReadError> {
        match name {
            "abstractNum" => self.open.definition = None,
            "num" => self.open.list = None,
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, _text: &str) {}
}
