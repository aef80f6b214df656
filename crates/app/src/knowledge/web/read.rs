//! From the content of a page to the passages that answer from it.

use baton_fetch::{Content, ContentKind};
use baton_knowledge::{DocumentPassages, Format, ReadOptions};
use sha2::{Digest, Sha256};
use url::Url;

use crate::{PageAddress, ReadDocuments, ReadRequest};

/// A page that was read.
#[derive(Debug)]
pub(super) struct ReadPage {
    pub(super) title: String,
    pub(super) format: String,
    /// Digest of its text: a page whose text is the same need not be indexed again.
    pub(super) text_hash: String,
    pub(super) documents: Vec<DocumentPassages>,
}

/// What to read a page as.
pub(super) fn request(source_id: &str, key: &str, url: &Url, content: &Content) -> ReadRequest {
    ReadRequest {
        source_id: source_id.to_owned(),
        options: ReadOptions { file_name: file_name(url), format: format(content.kind), title: None },
        page: Some(PageAddress { key: key.to_owned(), url: url.to_string() }),
    }
}

impl From<ReadDocuments> for ReadPage {
    fn from(read: ReadDocuments) -> Self {
        let mut digest = Sha256::new();
        for document in &read.documents {
            digest.update(&document.content_hash);
        }
        Self {
            title: read.documents.first().map(|document| document.title.clone()).unwrap_or_default(),
            format: read.format.as_str().to_owned(),
            text_hash: digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
            documents: read.documents,
        }
    }
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
        ContentKind::Pdf => Some(Format::Pdf),
    }
}

fn file_name(url: &Url) -> String {
    let last = url.path_segments().and_then(|segments| segments.rev().find(|segment| !segment.is_empty()));
    last.or(url.host_str()).unwrap_or("page").to_owned()
}
