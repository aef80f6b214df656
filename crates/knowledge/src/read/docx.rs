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

/// Whether a file is a Word document, by what is packed into it.
pub(super) fn is_docx(bytes: &[u8]) -> bool {
    package::looks_packed(bytes) && Package::open(bytes).is_ok_and(|package| package.has(DOCUMENT))
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
