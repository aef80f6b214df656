//! What a run says: lines for people, one line for programs, a file for later.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Serialize;

/// Prints a line.
#[expect(clippy::print_stdout, reason = "this program's output is its result")]
pub(crate) fn say(line: impl AsRef<str>) {
    println!("{}", line.as_ref());
}

/// The named figures of a run, in order, as its last line: `name=value name=value`.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    line: String,
}

impl Figures {
    /// Adds a count or a text without spaces.
    pub(crate) fn add(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        let gap = if self.line.is_empty() { "" } else { " " };
        let _ = write!(self.line, "{gap}{name}={value}");
        self
    }

    /// Adds a measured number, to two places; `none` if it could not be measured.
    pub(crate) fn number(self, name: &str, value: Option<f64>) -> Self {
        match value {
            Some(value) => self.add(name, format_args!("{value:.2}")),
            None => self.add(name, "none"),
        }
    }

    /// The line.
    pub(crate) fn line(&self) -> &str {
        &self.line
    }
}

/// A Markdown table.
#[derive(Debug)]
pub(crate) struct Table {
    columns: usize,
    text: String,
}

impl Table {
    /// Begins a table with these headings.
    pub(crate) fn new(headings: &[&str]) -> Self {
        let mut table = Self { columns: headings.len(), text: String::new() };
        table.push(headings.iter().map(|heading| (*heading).to_owned()));
        let _ = writeln!(table.text, "|{}", " --- |".repeat(table.columns));
        table
    }

    /// Adds a row; missing cells are empty.
    pub(crate) fn row(&mut self, cells: &[String]) {
        self.push(cells.iter().cloned());
    }

    fn push(&mut self, cells: impl Iterator<Item = String>) {
        let cells = cells.chain(std::iter::repeat(String::new())).take(self.columns);
        self.text.push('|');
        for cell in cells {
            let _ = write!(self.text, " {cell} |");
        }
        self.text.push('\n');
    }

    /// The table as text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// A number for a cell; a dash if it could not be measured.
pub(crate) fn cell(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"))
}

/// Writes `value` as JSON to `folder/name.json`.
///
/// # Errors
/// If the file cannot be written.
pub(crate) fn write_json(folder: &Path, name: &str, value: &impl Serialize) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join(format!("{name}.json"));
    let text = serde_json::to_string_pretty(value)?;
    std::fs::write(&path, text + "\n").with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_one_line() {
        let figures = Figures::default().add("trials", 3).number("p50_ms", Some(1.239)).number("ratio", None);
        assert_eq!(figures.line(), "trials=3 p50_ms=1.24 ratio=none");
    }

    #[test]
    fn tables_are_markdown() {
        let mut table = Table::new(&["a", "b"]);
        table.row(&["1".into(), cell(Some(2.0))]);
        table.row(&[cell(None)]);
        assert_eq!(table.text(), "| a | b |\n| --- | --- |\n| 1 | 2.00 |\n| - |  |\n");
    }
}
