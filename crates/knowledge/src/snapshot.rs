//! Snapshots: the immutable folder that answers are searched in.

mod files;
mod fusion;
mod index;
#[cfg(test)]
mod tests;
mod write;

use std::io;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::embedder::EmbedError;
use crate::language::Language;
use crate::passage::{DocumentPassages, Passage, PassageId};
use crate::snapshot::index::PassageIndex;
use crate::vectors::Vectors;

/// The version of the folder layout that this build writes and reads.
pub const FORMAT_VERSION: u32 = 1;

/// Passages whose sentences are compared with the query.
const SENTENCES_READ: usize = 6;

/// Limits of snapshots and searches.
pub mod limits {
    /// Most passages in one snapshot.
    pub const MAX_PASSAGES: usize = 200_000;
    /// Most distinct terms of a query that are searched; later ones are dropped.
    pub const MAX_QUERY_TERMS: usize = 64;
    /// Most bytes of a query that are looked at.
    pub const MAX_QUERY_BYTES: usize = 16 * 1024;
    /// Most hits of one search.
    pub const MAX_HITS: usize = 100;
}

/// One source with its documents, as input to [`Snapshot::build`].
#[derive(Clone, Debug)]
pub struct SourcePassages {
    /// The id of the source.
    pub source_id: String,
    /// The name the owner gave the source, shown with citations.
    pub source_name: String,
    /// Its documents.
    pub documents: Vec<DocumentPassages>,
}

/// How to build a snapshot.
#[derive(Clone, Debug, Default)]
pub struct BuildOptions {
    /// The language whose stemmer and stop words are used; detected from the documents when absent.
    pub language: Option<Language>,
}

/// A term of a query with its weight in this snapshot.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QueryTerm {
    /// The analysed term.
    pub term: String,
    /// Its inverse document frequency over passages; a term that occurs nowhere has the highest.
    pub idf: f32,
    /// In how many passages it occurs.
    pub passages: u32,
}

/// A passage that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The passage.
    pub passage: Arc<Passage>,
    /// The id of its source.
    pub source_id: Arc<str>,
    /// The name of its source.
    pub source_name: Arc<str>,
    /// How well it fits, by words and, where there are embeddings, by meaning: 0 to 1. Hits are ordered by it.
    pub score: f32,
    /// BM25 over the highest value that the query's terms could reach: 0 to 1, comparable across searches.
    pub lexical: f32,
    /// The cosine of its embedding with the query's; absent without embeddings.
    pub cosine: Option<f32>,
    /// The cosines of its first sentences, each by itself, with the query; only of the best passages, and only with embeddings.
    pub sentence_cosines: Vec<f32>,
    /// The query terms that occur in the passage, its title or its headings, in query order.
    pub matched_terms: Vec<String>,
}

/// What a search found.
#[derive(Clone, Debug, Default)]
pub struct SearchResult {
    /// The distinct terms of the query, in query order.
    pub query_terms: Vec<QueryTerm>,
    /// The passages found, best first.
    pub hits: Vec<Hit>,
    /// How the best stand out from the rest.
    pub contrast: Contrast,
}

/// How what was found stands out from everything else in the snapshot, by each signal by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Contrast {
    /// The highest [`Hit::lexical`] of any passage.
    pub lexical_top: f32,
    /// How far the best passage of another document is behind it; as much as the best itself if there is none.
    pub lexical_gap: f32,
    /// The mean of the ten highest cosines of any passages; 0 without embeddings.
    pub cosine_mean: f32,
}

/// Why a snapshot could not be written, opened or searched.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The folder to write exists; snapshots are never changed.
    #[error("snapshot folder exists already")]
    Exists,
    /// More passages than [`limits::MAX_PASSAGES`].
    #[error("too many passages for one snapshot: {found}, at most {MAX}", MAX = limits::MAX_PASSAGES)]
    TooManyPassages {
        /// The number of passages that were to be indexed.
        found: usize,
    },
    /// The folder was written by another version of the program.
    #[error("snapshot has format version {found}, this program reads {FORMAT_VERSION}")]
    Version {
        /// The version that the folder states.
        found: u64,
    },
    /// The folder is incomplete or its content is not what was written.
    #[error("snapshot is damaged: {0}")]
    Damaged(String),
    /// The operating system refused a file operation.
    #[error("snapshot file operation failed")]
    Io(#[from] io::Error),
    /// The texts of the snapshot could not be embedded.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// The search library failed.
    #[error("search index failed")]
    Index(#[from] tantivy::TantivyError),
}

/// What a snapshot folder holds; the part of it that a caller keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the folder layout.
    pub format_version: u32,
    /// The language that the words were analysed in.
    pub language: Language,
    /// The number of sources.
    pub sources: u32,
    /// The number of documents.
    pub documents: u32,
    /// The number of passages.
    pub passages: u32,
    /// The size of all files in bytes, without the manifest.
    pub bytes: u64,
    /// A digest of what was indexed; equal digests mean equal answers.
    pub content_hash: String,
    /// How well a document's title fits other documents, as a [`Contrast::lexical_top`]: the median over documents whose own
    /// passages are left out. What a question about these subjects finds where its answer is not; 0 if there are too few
    /// documents to say.
    #[serde(default)]
    pub null_lexical: f32,
    files: Vec<FileEntry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct FileEntry {
    path: String,
    bytes: u64,
    sha256: String,
}

/// A source of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEntry {
    /// The id of the source.
    pub id: Arc<str>,
    /// The name the owner gave it.
    pub name: Arc<str>,
}

/// A document of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentEntry {
    /// The position of its source in [`Snapshot::sources`].
    pub source: u32,
    /// The key of the document within its source.
    pub key: String,
    /// The title.
    pub title: String,
    /// The address.
    pub url: Option<String>,
    /// See [`crate::Document::content_hash`]; compare it to know whether the document must be indexed again.
    pub content_hash: String,
    /// The number of its first passage in the snapshot.
    pub first_passage: u32,
    /// How many passages it has.
    pub passages: u32,
}

/// The list of sources and documents, as stored.
#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    sources: Vec<SourceEntry>,
    documents: Vec<DocumentEntry>,
}

/// An open snapshot. Cloning is cheap and all clones share the open files.
#[derive(Clone, Debug)]
pub struct Snapshot {
    inner: Arc<Inner>,
    vectors: Option<Arc<Vectors>>,
}

#[derive(Debug)]
struct Inner {
    manifest: Manifest,
    contents: Contents,
    index: PassageIndex,
}

impl Snapshot {
    /// Writes a snapshot of `sources` as the new folder `dir` and returns what it holds.
    ///
    /// The files are written into a folder beside `dir` (its name with `.partial` appended), flushed to the disk,
    /// opened and compared with what was to be written, and only then renamed: `dir` is whole or absent.
    /// A `.partial` folder that a crash left behind is replaced, so there must be one writer per `dir`.
    ///
    /// # Errors
    /// [`SnapshotError::Exists`] when `dir` exists, [`SnapshotError::TooManyPassages`], or a failure of the disk.
    pub fn build(dir: &Path, sources: &[SourcePassages], options: &BuildOptions) -> Result<Manifest, SnapshotError> {
        write::build(dir, sources, options)
    }

    /// Opens the folder `dir` after comparing every file with the digest in its manifest.
    ///
    /// # Errors
    /// [`SnapshotError::Version`] for a folder of another format version, [`SnapshotError::Damaged`] when anything is
    /// missing, cut short or changed.
    pub fn open(dir: &Path) -> Result<Self, SnapshotError> {
        let manifest = files::read_manifest(dir)?;
        files::verify(dir, &manifest)?;
        let contents: Contents = serde_json::from_slice(&std::fs::read(dir.join(files::CONTENTS))?)
            .map_err(|_| SnapshotError::Damaged(format!("{} cannot be read", files::CONTENTS)))?;
        let index = PassageIndex::open(&dir.join(files::INDEX), manifest.language)?;
        let counted = contents.documents.iter().map(|document| document.passages).sum::<u32>();
        if index.len() != manifest.passages || counted != manifest.passages {
            return Err(SnapshotError::Damaged("the number of passages differs from the manifest".to_owned()));
        }
        Ok(Self { inner: Arc::new(Inner { manifest, contents, index }), vectors: None })
    }

    /// The same snapshot, searched by meaning too.
    ///
    /// # Errors
    /// [`SnapshotError::Damaged`] if the embeddings are of another snapshot.
    pub fn with_vectors(mut self, vectors: Vectors) -> Result<Self, SnapshotError> {
        let manifest = &self.inner.manifest;
        if vectors.content_hash() != manifest.content_hash || vectors.len() != manifest.passages as usize {
            return Err(SnapshotError::Damaged("the embeddings are of other passages".to_owned()));
        }
        self.vectors = Some(Arc::new(vectors));
        Ok(self)
    }

    /// The embeddings, if they are there.
    pub fn vectors(&self) -> Option<&Vectors> {
        self.vectors.as_deref()
    }

    /// What the snapshot holds.
    pub fn manifest(&self) -> &Manifest {
        &self.inner.manifest
    }

    /// The sources.
    pub fn sources(&self) -> &[SourceEntry] {
        &self.inner.contents.sources
    }

    /// The documents, those of a source together and in their order.
    pub fn documents(&self) -> &[DocumentEntry] {
        &self.inner.contents.documents
    }

    /// Finds the passages for `query`, at most `limit` and [`limits::MAX_HITS`], best first.
    ///
    /// The text of the query is taken as words only; it has no operators.
    /// `embedding` is the query's, by the embedder of [`Self::vectors`]; without it, or without vectors, only words count.
    ///
    /// # Errors
    /// Only when the disk fails.
    pub fn search(&self, query: &str, embedding: Option<&[f32]>, limit: usize) -> Result<SearchResult, SnapshotError> {
        let index = &self.inner.index;
        let query_terms = index.query_terms(query)?;
        let cosines = match (&self.vectors, embedding) {
            (Some(vectors), Some(embedding)) => vectors.cosines(embedding),
            _ => Vec::new(),
        };
        let documents = |number| self.document_of(number);
        let (ranked, contrast) = fusion::rank(index, &query_terms, &cosines, limit.min(limits::MAX_HITS), &documents)?;
        let numbers: Vec<u32> = ranked.iter().map(|one| one.number).collect();
        let matched = index.matched_terms(&query_terms, &numbers)?;
        let mut hits = Vec::with_capacity(ranked.len());
        for (place, (one, matched_terms)) in ranked.into_iter().zip(matched).enumerate() {
            let source = self.source_of(one.number)?;
            let sentence_cosines = match (&self.vectors, embedding) {
                (Some(vectors), Some(embedding)) if place < SENTENCES_READ => {
                    vectors.sentence_cosines(one.number, embedding)
                }
                _ => Vec::new(),
            };
            hits.push(Hit {
                passage: Arc::new(index.passage(one.number)?),
                source_id: Arc::clone(&source.id),
                source_name: Arc::clone(&source.name),
                score: one.score,
                lexical: one.lexical,
                cosine: one.cosine,
                sentence_cosines,
                matched_terms,
            });
        }
        Ok(SearchResult { query_terms, hits, contrast })
    }

    /// All passages in their order, as the embeddings have them.
    ///
    /// # Errors
    /// Each only when the disk fails.
    pub fn passages(&self) -> impl ExactSizeIterator<Item = Result<Passage, SnapshotError>> {
        (0..self.inner.manifest.passages).map(|number| self.inner.index.passage(number))
    }

    /// The terms of any text, as the search sees them: lower case, stemmed, without stop words, in order and repeated.
    pub fn terms(&self, text: &str) -> Vec<String> {
        self.inner.index.terms(text)
    }

    /// The inverse document frequency of an analysed term over passages; highest for a term that occurs nowhere.
    ///
    /// # Errors
    /// Only when the disk fails.
    pub fn idf(&self, term: &str) -> Result<f32, SnapshotError> {
        let index = &self.inner.index;
        Ok(index.idf(index.passages_with(term)?))
    }

    /// The number of the passage with this id, if the snapshot has it.
    pub(crate) fn number_of(&self, id: &PassageId) -> Result<Option<u32>, SnapshotError> {
        self.inner.index.number_of(id)
    }

    /// The passage with this id, if the snapshot has it.
    ///
    /// # Errors
    /// Only when the disk fails.
    pub fn passage(&self, id: &PassageId) -> Result<Option<Passage>, SnapshotError> {
        let index = &self.inner.index;
        index.number_of(id)?.map(|number| index.passage(number)).transpose()
    }

    /// All passages of a document, in order.
    ///
    /// # Errors
    /// Only when the disk fails.
    pub fn document_passages(&self, document: &DocumentEntry) -> Result<DocumentPassages, SnapshotError> {
        let numbers = document.first_passage..document.first_passage.saturating_add(document.passages);
        Ok(DocumentPassages {
            key: document.key.clone(),
            title: document.title.clone(),
            url: document.url.clone(),
            content_hash: document.content_hash.clone(),
            passages: numbers.map(|number| self.inner.index.passage(number)).collect::<Result<_, _>>()?,
        })
    }

    /// Everything of one source, in the form in which it was built: an unchanged source need not be read again.
    ///
    /// # Errors
    /// Only when the disk fails.
    pub fn source_passages(&self, source_id: &str) -> Result<Option<SourcePassages>, SnapshotError> {
        let Some(position) = self.sources().iter().position(|source| &*source.id == source_id) else {
            return Ok(None);
        };
        let documents = self.documents().iter().filter(|document| document.source as usize == position);
        Ok(Some(SourcePassages {
            source_id: source_id.to_owned(),
            source_name: self.sources()[position].name.to_string(),
            documents: documents.map(|document| self.document_passages(document)).collect::<Result<_, _>>()?,
        }))
    }

    fn source_of(&self, number: u32) -> Result<&SourceEntry, SnapshotError> {
        self.documents()
            .get(self.document_of(number))
            .and_then(|document| self.sources().get(document.source as usize))
            .ok_or_else(|| SnapshotError::Damaged("a passage has no source".to_owned()))
    }

    /// The place of a passage's document in [`Self::documents`].
    fn document_of(&self, number: u32) -> usize {
        self.documents().partition_point(|document| document.first_passage <= number).saturating_sub(1)
    }
}
