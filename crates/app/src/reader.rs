//! The port through which documents are read: files are hostile until proven otherwise, so whoever reads them stands outside.

use std::fmt;

use async_trait::async_trait;
use baton_domain::source::SourceError;
use baton_knowledge::{DocumentPassages, Format, ReadOptions};
use serde::{Deserialize, Serialize};

/// What to read a file as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadRequest {
    /// The source the file belongs to, from which the ids of its passages are made.
    pub source_id: String,
    /// What is known of the file besides its bytes.
    pub options: ReadOptions,
    /// Where it was fetched from, if it is a page.
    pub page: Option<PageAddress>,
}

/// Where a page was fetched from.
///
/// Its documents have this key and address, whatever the page says about itself: a link that an answer shows leads to where the
/// text was found (K3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageAddress {
    /// The page's key within its source.
    pub key: String,
    /// Its address.
    pub url: String,
}

/// What a file was read into: at least one document, and at least one passage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadDocuments {
    /// The format that the file was taken for.
    pub format: Format,
    /// Its documents, cut into passages.
    pub documents: Vec<DocumentPassages>,
}

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadFailure {
    /// The file is the reason; its owner is told.
    Source(SourceError),
    /// The reader does not work at all; the file is read later.
    Unavailable(&'static str),
}

/// Reads files. No file can harm more than its own reading.
#[async_trait]
pub trait DocumentReader: Send + Sync + fmt::Debug {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ReadFailure`] says whether the file or the reader is the reason.
    async fn read(&self, bytes: Vec<u8>, request: ReadRequest) -> Result<ReadDocuments, ReadFailure>;
}
