//! Embeddings of the passages of one snapshot and of their sentences: one file beside it, scanned exactly.
//!
//! A knowledge base has tens to tens of thousands of passages, so every one is compared with the question: no approximate
//! index, nothing that misses. Each number is stored as one byte, with a scale for each row.
//! The passages find; the sentences of what was found say whether the answer is there or only its topic.
//! The words of a snapshot can be searched before its embeddings exist; they are added when they are ready.

mod embed;
mod row;
#[cfg(test)]
mod tests;

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tantivy::directory::{Directory as _, MmapDirectory, OwnedBytes};

use crate::snapshot::SnapshotError;

pub use crate::vectors::embed::embed;
pub use crate::vectors::row::Embedding;

/// Most sentences of a passage that are embedded; what stands behind them is covered by the passage's own embedding.
const SENTENCES_MAX: usize = 16;
/// The first bytes of the file; the last one is the version of its layout.
const MAGIC: &[u8; 8] = b"BATNVEC\x02";
/// Bytes of the digest at the end of the file.
const DIGEST_BYTES: usize = 32;
/// Most bytes of the header, so that a damaged length is found out before it is used.
const HEADER_BYTES_MAX: usize = 4 * 1024;

/// What the file says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    /// What made the embeddings; a question must be embedded by the same.
    embedder: String,
    /// Numbers in each.
    dimensions: usize,
    /// How many passages.
    passages: usize,
    /// How many sentences all of them have together.
    sentences: usize,
    /// The [`crate::Manifest::content_hash`] of the snapshot that they are of.
    content_hash: String,
}

/// The embeddings of one passage.
#[derive(Clone, Debug, PartialEq)]
pub struct EmbeddedPassage {
    /// Of the passage under its title and headings.
    pub whole: Embedding,
    /// Of its first sentences, each by itself; at most sixteen.
    pub sentences: Vec<Embedding>,
}

/// The embeddings of a snapshot's passages, in their order. Memory-mapped.
///
/// After the header: a scale for every row, passages first; for every passage how many sentences it has, one byte; the rows.
#[derive(Clone)]
pub struct Vectors {
    header: Header,
    scales: Vec<f32>,
    /// For every passage, and one past the last, the place of its first sentence among all sentences.
    starts: Vec<u32>,
    rows: OwnedBytes,
}

impl std::fmt::Debug for Vectors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vectors").field("header", &self.header).finish_non_exhaustive()
    }
}

impl Vectors {
    /// Writes embeddings as the new file `path`, whole or not at all; there must be one writer per `path`.
    ///
    /// # Errors
    /// A failure of the disk.
    ///
    /// # Panics
    /// If embeddings differ in their number of dimensions: they are of different embedders.
    pub fn write(
        path: &Path,
        embedder: &str,
        content_hash: &str,
        embedded: &[EmbeddedPassage],
    ) -> Result<(), SnapshotError> {
        let dimensions = embedded.first().map_or(0, |one| one.whole.row.len());
        let sentences: usize = embedded.iter().map(|one| one.sentences.len()).sum();
        let header = Header {
            embedder: embedder.to_owned(),
            dimensions,
            passages: embedded.len(),
            sentences,
            content_hash: content_hash.to_owned(),
        };
        let all = || {
            let wholes = embedded.iter().map(|one| &one.whole);
            wholes.chain(embedded.iter().flat_map(|one| &one.sentences))
        };
        let scales: Vec<u8> = all().flat_map(|one| one.scale.to_le_bytes()).collect();
        let counts: Vec<u8> =
            embedded.iter().map(|one| u8::try_from(one.sentences.len()).expect("at most SENTENCES_MAX")).collect();
        let mut rows = Vec::with_capacity((embedded.len() + sentences) * dimensions);
        for Embedding { row, .. } in all() {
            assert!(row.len() == dimensions, "embeddings of one length");
            rows.extend_from_slice(bytemuck::cast_slice(row));
        }
        let header = serde_json::to_vec(&header).map_err(io::Error::other)?;
        let length = u32::try_from(header.len()).map_err(io::Error::other)?.to_le_bytes();
        let parts: [&[u8]; 6] = [MAGIC, &length, &header, &scales, &counts, &rows];
        let mut digest = Sha256::new();
        let partial = path.with_extension("partial");
        let mut file = fs::File::create(&partial)?;
        for part in parts {
            digest.update(part);
            file.write_all(part)?;
        }
        file.write_all(&digest.finalize())?;
        file.sync_all()?;
        fs::rename(&partial, path)?;
        Ok(())
    }

    /// Opens a file of embeddings after comparing it with its digest.
    ///
    /// # Errors
    /// [`SnapshotError::Damaged`] when it is not what was written.
    pub fn open(path: &Path) -> Result<Self, SnapshotError> {
        let damaged = || SnapshotError::Damaged("the embeddings cannot be read".to_owned());
        let (folder, name) = (path.parent().ok_or_else(damaged)?, path.file_name().ok_or_else(damaged)?);
        let directory = MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
        let bytes = directory.open_read(Path::new(name)).map_err(tantivy::TantivyError::from)?.read_bytes()?;
        let body = bytes.len().checked_sub(DIGEST_BYTES).ok_or_else(damaged)?;
        if Sha256::digest(&bytes[..body]).as_slice() != &bytes[body..] {
            return Err(damaged());
        }
        let rest = bytes[..body].strip_prefix(MAGIC).ok_or_else(damaged)?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
        let length = u32::from_le_bytes(*length) as usize;
        if length > HEADER_BYTES_MAX.min(rest.len()) {
            return Err(damaged());
        }
        let header: Header = serde_json::from_slice(&rest[..length]).map_err(|_| damaged())?;
        let (scales, counts, rows) = header.parts(MAGIC.len() + 4 + length, body).ok_or_else(damaged)?;
        let scales = bytes[scales].chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]));
        let mut starts = vec![0];
        let mut next: u32 = 0;
        for count in &bytes[counts] {
            next += u32::from(*count);
            starts.push(next);
        }
        if next as usize != header.sentences {
            return Err(damaged());
        }
        Ok(Self { scales: scales.collect(), starts, rows: bytes.slice(rows), header })
    }

    /// What made the embeddings of a file, by its head alone; `None` if there is no such file, or it is none of embeddings.
    pub fn embedder_of(path: &Path) -> Option<String> {
        let mut file = fs::File::open(path).ok()?;
        let mut start = [0; MAGIC.len() + 4];
        file.read_exact(&mut start).ok()?;
        let (magic, length) = start.split_at(MAGIC.len());
        let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
        if magic != MAGIC || length > HEADER_BYTES_MAX {
            return None;
        }
        let mut header = vec![0; length];
        file.read_exact(&mut header).ok()?;
        serde_json::from_slice::<Header>(&header).ok().map(|header| header.embedder)
    }

    /// What made the embeddings.
    pub fn embedder(&self) -> &str {
        &self.header.embedder
    }

    /// The content hash of the snapshot that they are of.
    pub fn content_hash(&self) -> &str {
        &self.header.content_hash
    }

    /// The number of passages.
    pub fn len(&self) -> usize {
        self.header.passages
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.header.passages == 0
    }

    /// The cosine of every passage with a question's embedding of length 1, about -1 to 1, in the order of the passages;
    /// empty if it is of another embedder, as its number of dimensions shows.
    pub fn cosines(&self, question: &[f32]) -> Vec<f32> {
        self.cosines_of(0..self.header.passages, question)
    }

    /// The cosine of each of a passage's first sentences with a question's embedding of length 1; empty as above.
    pub fn sentence_cosines(&self, number: u32, question: &[f32]) -> Vec<f32> {
        self.cosines_of(self.sentences_of(number), question)
    }

    fn cosines_of(&self, rows: Range<usize>, question: &[f32]) -> Vec<f32> {
        if question.len() != self.header.dimensions {
            return Vec::new();
        }
        let question = Embedding::of(question);
        rows.filter_map(|at| Some(question.cosine(self.row(at)?, *self.scales.get(at)?))).collect()
    }

    /// The rows of a passage's sentences.
    fn sentences_of(&self, number: u32) -> Range<usize> {
        match self.starts.get(number as usize..) {
            Some([start, end, ..]) => self.header.passages + *start as usize..self.header.passages + *end as usize,
            _ => 0..0,
        }
    }

    fn row(&self, at: usize) -> Option<&[i8]> {
        let rows: &[i8] = bytemuck::cast_slice(&self.rows);
        rows.get(at * self.header.dimensions..(at + 1) * self.header.dimensions)
    }

    /// The embeddings of a passage, by its number.
    fn embedded(&self, number: u32) -> Option<EmbeddedPassage> {
        let embedding = |at| Some(Embedding { scale: *self.scales.get(at)?, row: self.row(at)?.to_vec() });
        let whole = embedding(number as usize)?;
        Some(EmbeddedPassage { whole, sentences: self.sentences_of(number).filter_map(embedding).collect() })
    }
}

impl Header {
    /// Where scales, counts and rows lie, if they end where the file does.
    fn parts(&self, start: usize, end: usize) -> Option<(Range<usize>, Range<usize>, Range<usize>)> {
        let count = self.passages.checked_add(self.sentences)?;
        let counts = start.checked_add(count.checked_mul(4)?)?;
        let rows = counts.checked_add(self.passages)?;
        (rows.checked_add(count.checked_mul(self.dimensions)?)? == end).then_some((
            start..counts,
            counts..rows,
            rows..end,
        ))
    }
}
