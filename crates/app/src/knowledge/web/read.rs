//! From the content of a page to the passages that answer from it.

use baton_domain::source::SourceError;
use baton_fetch::{Content, ContentKind};
use baton_knowledge::{DocumentPassages, Format, ReadError, ReadOptions, document_passages};
use sha2::{Digest, Sha256};
use url::Url;

/// A page that was read.
#[derive(Debug)]
pub(super) struct ReadPage {
    pub(super) title: String,
    pub(super) format: String,
    /// Digest of its text: a page whose text is the same need not be indexed again.
    pub(super) text_hash: String,
    pub(super) documents: Vec<DocumentPassages>,
}

/// Reads a page. Its documents have the page's key and address, whatever it says about itself: a link that an answer shows leads to
/// where the text was fetched (K3).
pub(super) fn read_page(source_id: &str, key: &str, url: &Url, content: &Content) -> Result<ReadPage, SourceError> {
    let failed = |error: ReadError| SourceError { cause: error.cause(), fix: error.fix() };
    let options = ReadOptions { file_name: file_name(url), format: format(content.kind), title: None };
    let format = baton_knowledge::format_of(&content.bytes, &options).map_err(failed)?;
    let read = baton_knowledge::read(&content.bytes, &options).map_err(failed)?;
    let mut documents = Vec::with_capacity(read.len());
    let mut digest = Sha256::new();
    for (number, document) in read.into_iter().enumerate() {
        let key = if number == 0 { key.to_owned() } else { format!("{key}#{}", number + 1) };
        let document = document_passages(&document.located(key, url.as_str()), source_id);
        digest.update(&document.content_hash);
        documents.push(document);
    }
    if documents.iter().all(|document| document.passages.is_empty()) {
        return Err(SourceError {
            cause: "There is no text on the page to answer from.".to_owned(),
            fix:
                "If a script fills the page in, give the address of a page that has its text in it, or upload the text."
                    .to_owned(),
        });
    }
    let title = documents.first().map(|document| document.title.clone()).unwrap_or_default();
    let text_hash = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(ReadPage { title, format: format.as_str().to_owned(), text_hash, documents })
}

/// The key of the page that a document belongs to. Page keys have no fragment.
pub(super) fn page_of(document_key: &str) -> &str {
    document_key.split('#').next().unwrap_or(document_key)
}

fn format(kind: ContentKind) -> Option<Format> {
    match kind {
        ContentKind::Html => Some(Format::Html),
        ContentKind::Markdown => Some(Format::Markdown),
        ContentKind::Text => Some(Format::Text),
        // Whatever reads files tells it by its first bytes.
        ContentKind::Pdf => None,
    }
}

fn file_name(url: &Url) -> String {
    let last = url.path_segments().and_then(|segments| segments.rev().find(|segment| !segment.is_empty()));
    last.or(url.host_str()).unwrap_or("page").to_owned()
}
