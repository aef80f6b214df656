//! Word documents: headings by their styles, paragraphs, lists, tables, notes; as they read with all changes accepted.

mod body;
mod numbering;
mod package;
mod styles;
mod table;
#[cfg(test)]
mod tests;
mod xml;

use crate::document::Document;
use crate::read::Fallback;
use crate::read::docx::body::Body;
use crate::read::docx::numbering::Numbering;
use crate::read::docx::package::Package;
use crate::read::docx::styles::Styles;
use crate::read::error::ReadError;

/// What a Word document is called in messages.
const FORMAT: &str = "Word document";

/// The part with the text.
const DOCUMENT: &str = "word/document.xml";

/// How far a file that cannot be unpacked is searched for the name of that part, in bytes.
const HEAD_BYTES: usize = 64 * 1024;

/// Whether a file is a Word document, by what is packed into it.
///
/// # Errors
/// When it begins as one and cannot be unpacked.
pub(super) fn is_docx(bytes: &[u8]) -> Result<bool, ReadError> {
    if !package::looks_packed(bytes) {
        return Ok(false);
    }
    match Package::open(bytes) {
        Ok(package) => Ok(package.has(DOCUMENT)),
        Err(ReadError::TooComplex) => Err(ReadError::TooComplex),
        Err(error) => {
            let head = &bytes[..bytes.len().min(HEAD_BYTES)];
            if head.windows(DOCUMENT.len()).any(|window| window == DOCUMENT.as_bytes()) {
                Err(error)
            } else {
                Ok(false)
            }
        }
    }
}

pub(super) fn read(bytes: &[u8], fallback: &Fallback) -> Result<Document, ReadError> {
    let mut package = Package::open(bytes)?;
    let styles = package.part("word/styles.xml")?.map_or_else(|| Ok(Styles::default()), |part| Styles::parse(&part))?;
    let numbering =
        package.part("word/numbering.xml")?.map_or_else(|| Ok(Numbering::default()), |part| Numbering::parse(&part))?;
    let mut notes = body::Notes::default();
    for (name, kind) in [("word/footnotes.xml", "footnote"), ("word/endnotes.xml", "endnote")] {
        if let Some(part) = package.part(name)? {
            notes.parse(&part, kind)?;
        }
    }
    let text = package.part(DOCUMENT)?.ok_or(ReadError::Damaged { format: FORMAT })?;
    let mut body = Body::new(fallback.builder(), &styles, numbering, &notes);
    xml::walk(&text, &mut body)?;
    let (mut builder, title) = body.finish();
    builder.set_title(fallback.title(title.as_deref()));
    Ok(builder.finish())
}
