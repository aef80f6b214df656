//! Sources to documents to passages to a searchable snapshot.
//!
//! The way of a source through this crate: [`read`] turns the bytes of a file into [`Document`]s, [`passages`] cuts a
//! document into [`Passage`]s along its headings, [`Snapshot::build`] writes the passages of all sources of an agent
//! into an immutable folder, and [`Snapshot::search`] finds the passages for a question.
//!
//! Everything is synchronous and knows nothing of HTTP, SQL or the clock: the same input gives the same output, and
//! the only effect is writing and reading snapshot folders.
//! All offsets are byte offsets on character boundaries, so they slice a `&str` directly.

mod analysis;
mod citation;
mod document;
mod embedder;
mod language;
mod passage;
mod read;
mod sentences;
mod snapshot;
mod vectors;

pub use crate::citation::citation_url;
pub use crate::document::{Block, BlockKind, Document, DocumentBuilder};
pub use crate::embedder::{EmbedError, Embedder};
pub use crate::language::Language;
pub use crate::passage::{
    DocumentPassages, Passage, PassageId, Sentence, SentenceKind, document_passages, limits as passage_limits, passages,
};
pub use crate::read::{
    Format, ReadError, ReadOptions, UnsupportedKind, format_of, limits as read_limits, read, read_blocks, row_text,
};
pub use crate::sentences::sentence_ranges;
pub use crate::snapshot::{
    BuildOptions, Contrast, DocumentEntry, FORMAT_VERSION, Hit, Manifest, QueryTerm, SearchResult, Snapshot,
    SnapshotError, SourceEntry, SourcePassages, limits as snapshot_limits,
};
pub use crate::vectors::{EmbeddedPassage, Embedding, Vectors, embed};
