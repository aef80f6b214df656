//! Tables of a document while they are read.

use crate::read::markdown::row_text;

/// A table.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Row>,
    row: Row,
    cell: Cell,
    /// Whether the style of the table sets its first row apart.
    pub(super) first_row_is_header: bool,
}

#[derive(Debug, Default)]
struct Row {
    cells: Vec<String>,
    is_header: bool,
    is_deleted: bool,
}

#[derive(Debug, Default)]
struct Cell {
    text: String,
    columns: usize,
    /// Whether it is part of the cell above.
    is_merged: bool,
}

/// What is said of the cell or row that is open.
#[derive(Clone, Copy, Debug)]
pub(super) enum Property {
    /// The cell is as wide as so many columns.
    Columns(usize),
    /// The cell goes on with the one above.
    Merged,
    /// The row is repeated at the top of each page.
    Header,
    /// The row was deleted, and the change is not accepted yet.
    Deleted,
}

/// Most columns that a cell is taken to be wide.
const MAX_SPAN: usize = 64;

impl Table {
    pub(super) fn set(&mut self, property: Property) {
        match property {
            Property::Columns(columns) => self.cell.columns = columns.clamp(1, MAX_SPAN),
            Property::Merged => self.cell.is_merged = true,
            Property::Header => self.row.is_header = true,
            Property::Deleted => self.row.is_deleted = true,
        }
    }

    pub(super) fn open_cell(&mut self) {
        self.cell = Cell { columns: 1, ..Cell::default() };
    }

    /// Text of the open cell; its paragraphs are parted by a space.
    pub(super) fn push(&mut self, text: &str) {
        if !self.cell.text.is_empty() {
            self.cell.text.push(' ');
        }
        self.cell.text.push_str(text);
    }

    pub(super) fn close_cell(&mut self) {
        let cell = std::mem::take(&mut self.cell);
        let above = self.rows.last().and_then(|row| row.cells.get(self.row.cells.len()));
        let text = if cell.is_merged { above.cloned().unwrap_or_default() } else { cell.text };
        self.row.cells.push(text);
        self.row.cells.extend(std::iter::repeat_n(String::new(), cell.columns.saturating_sub(1)));
    }

    pub(super) fn close_row(&mut self) {
        let row = std::mem::take(&mut self.row);
        if !row.is_deleted {
            self.rows.push(row);
        }
    }

    /// The rows as lines; `Err` with the texts of a table that only lays out the page.
    pub(super) fn finish(mut self) -> Result<Vec<String>, Vec<String>> {
        if self.rows.iter().all(|row| row.cells.iter().filter(|cell| !cell.trim().is_empty()).count() < 2) {
            return Err(self.rows.into_iter().flat_map(|row| row.cells).collect());
        }
        let has_header = self.rows.len() > 1 && (self.first_row_is_header || self.rows[0].is_header);
        let header = if has_header { self.rows.remove(0).cells } else { Vec::new() };
        Ok(self.rows.iter().map(|row| row_text(&header, &row.cells)).collect())
    }
}
