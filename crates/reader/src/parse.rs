//! From bytes to passages: where the formats meet.

use baton_app::{ReadDocuments, ReadRequest};
use baton_domain::source::SourceError;
use baton_knowledge::{BlockKind, Document, Format, ReadError, ReadOptions, document_passages, row_text};
use baton_pdf::{Fallback, PdfError};

use crate::limits::PASSAGES;

/// Reads a file in this process.
///
/// # Errors
/// What is wrong with the file and what its owner can do about it.
pub fn parse(bytes: &[u8], request: &ReadRequest) -> Result<ReadDocuments, SourceError> {
    let failed = |error: ReadError| SourceError { cause: error.cause(), fix: error.fix() };
    let (format, documents) = documents(bytes, &request.options).map_err(failed)?;
    let documents: Vec<_> = documents
        .into_iter()
        .enumerate()
        .map(|(number, document)| document_passages(&located(document, number, request), &request.source_id))
        .collect();
    let passages = documents.iter().map(|document| document.passages.len()).sum::<usize>();
    if passages == 0 && request.page.is_some() {
        return Err(SourceError {
            cause: "There is no text on the page to answer from.".into(),
            fix:
                "If a script fills the page in, give the address of a page that has its text in it, or upload the text."
                    .into(),
        });
    }
    if passages == 0 {
        return Err(SourceError {
            cause: "There is no text in it to answer from.".into(),
            fix: "Check that the file holds text, not only headings or pictures.".into(),
        });
    }
    if passages > PASSAGES {
        return Err(failed(ReadError::TooComplex));
    }
    Ok(ReadDocuments { format, documents })
}

/// A document of a page has the page's key and address, and the further ones of the same page a number behind the key.
fn located(document: Document, number: usize, request: &ReadRequest) -> Document {
    let Some(page) = &request.page else { return document };
    let key = if number == 0 { page.key.clone() } else { format!("{}#{}", page.key, number + 1) };
    document.located(key, page.url.as_str())
}

fn documents(bytes: &[u8], options: &ReadOptions) -> Result<(Format, Vec<Document>), ReadError> {
    match baton_knowledge::format_of(bytes, options)? {
        Format::Pdf => Ok((Format::Pdf, pdf(bytes, options)?)),
        format => Ok((format, baton_knowledge::read(bytes, options)?)),
    }
}

fn pdf(bytes: &[u8], options: &ReadOptions) -> Result<Vec<Document>, ReadError> {
    const FORMAT: &str = "PDF";
    let pdf = baton_pdf::read(bytes, Fallback::PdfToText).map_err(|error| match error {
        PdfError::Protected => ReadError::Protected { format: FORMAT },
        PdfError::Damaged => ReadError::Damaged { format: FORMAT },
        PdfError::Scanned => ReadError::Scanned,
        PdfError::Empty => ReadError::NoText,
        PdfError::TooManyPages => ReadError::TooManyPages { max: baton_pdf::limits::MAX_PAGES },
        PdfError::TooMuchText => ReadError::TooComplex,
    })?;
    let topmost = pdf.blocks.iter().find_map(|block| match &block.kind {
        baton_pdf::BlockKind::Heading(1, text) => Some(text.clone()),
        _ => None,
    });
    let title = pdf.title.or(topmost);
    let blocks = pdf
        .blocks
        .into_iter()
        .flat_map(|block| blocks(block.kind).into_iter().map(move |(kind, text)| (block.page, kind, text)));
    baton_knowledge::read_blocks(options, title.as_deref(), blocks)
}

fn blocks(block: baton_pdf::BlockKind) -> Vec<(BlockKind, String)> {
    match block {
        baton_pdf::BlockKind::Heading(level, text) => vec![(BlockKind::Heading { level, anchor: None }, text)],
        baton_pdf::BlockKind::Paragraph(text) => vec![(BlockKind::Paragraph, text)],
        baton_pdf::BlockKind::ListItem(depth, text) => vec![(BlockKind::ListItem { depth }, text)],
        baton_pdf::BlockKind::Code(text) => vec![(BlockKind::Code, text)],
        baton_pdf::BlockKind::Table(header, rows) => {
            rows.iter().map(|row| (BlockKind::TableRow, row_text(&header, row))).collect()
        }
    }
}
