//! The text of a PDF with its structure: headings, paragraphs, lists, code and tables, page by page.
//!
//! A PDF says where glyphs stand, not what they are. [`read`] takes the glyph runs that `pdf_oxide` finds, sets them
//! into lines, leaves out what repeats on every page, and tells headings, tables and paragraphs by their place and type.
//! The one library that is named here is large and parses hostile input, which is why it has a crate of its own and why
//! the server runs this crate in a limited process only.

mod assemble;
mod extract;
mod lines;
mod poppler;
mod running;
mod table;
#[cfg(test)]
mod tests;
mod words;

pub use crate::poppler::Fallback;

use crate::lines::Page;

/// What is read of a PDF. Each is checked before the work that it bounds.
pub mod limits {
    /// Most pages.
    pub const MAX_PAGES: usize = 3_000;
    /// Most characters in all lines of a file.
    pub const MAX_CHARS: usize = 20_000_000;
    /// Most glyph runs on one page; the rest of a page with more is left out.
    pub const MAX_RUNS_ON_A_PAGE: usize = 50_000;
}

/// The text of a PDF.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pdf {
    /// The title that the file states, if it states one.
    pub title: Option<String>,
    /// The blocks in reading order.
    pub blocks: Vec<Block>,
}

/// A piece of the text of a PDF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The page on which it begins, from 1.
    pub page: u32,
    /// What it is.
    pub kind: BlockKind,
}

/// What a piece of text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// A heading: level 1 for the topmost to 6, and its text.
    Heading(u8, String),
    /// Running text.
    Paragraph(String),
    /// An item of a list with its marker, `- ` or `1. `; 0 for an item of an outermost list.
    ListItem(u8, String),
    /// Lines of code.
    Code(String),
    /// A table: the names of its columns, which may be empty, and its rows.
    Table(Vec<String>, Vec<Vec<String>>),
}

/// Why a PDF cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// It needs a password.
    #[error("the file needs a password")]
    Protected,
    /// It is not a whole PDF.
    #[error("the file is damaged")]
    Damaged,
    /// Its pages are pictures.
    #[error("the file has pictures and no text")]
    Scanned,
    /// It has neither text nor pictures.
    #[error("the file has no text")]
    Empty,
    /// It has more pages than [`limits::MAX_PAGES`].
    #[error("the file has more than {} pages", limits::MAX_PAGES)]
    TooManyPages,
    /// It has more text than [`limits::MAX_CHARS`].
    #[error("the file has too much text")]
    TooMuchText,
}

/// Reads a PDF; a file of which nothing can be read is given to the fallback, if that is installed.
///
/// # Errors
/// [`PdfError`] says why there is no text.
pub fn read(bytes: &[u8], fallback: Fallback) -> Result<Pdf, PdfError> {
    let found = extract::read(bytes).and_then(|(title, pages)| assembled(bytes, title, pages));
    match found {
        Err(PdfError::Damaged | PdfError::Empty) => {}
        found => return found,
    }
    match poppler::read(bytes, fallback) {
        Some(pages) => match assembled(bytes, None, pages) {
            // What the second reader finds is no better: the first one knows more about why.
            Err(_) => found,
            read => read,
        },
        None => found,
    }
}

fn assembled(bytes: &[u8], title: Option<String>, mut pages: Vec<Page>) -> Result<Pdf, PdfError> {
    running::remove(&mut pages);
    let blocks = assemble::blocks(pages);
    if blocks.is_empty() {
        return Err(if has_pictures(bytes) { PdfError::Scanned } else { PdfError::Empty });
    }
    Ok(Pdf { title, blocks })
}

/// Whether the file has pictures. They are streams of their own, whose descriptions are never packed.
fn has_pictures(bytes: &[u8]) -> bool {
    const NAME: &[u8] = b"/Image";
    bytes.windows(NAME.len() + 1).any(|window| window.starts_with(NAME) && !window[NAME.len()].is_ascii_alphanumeric())
}
