//! Embeddings of the passages of one snapshot: one file beside it, scanned exactly.
//!
//! A knowledge base has tens to tens of thousands of passages, so every one is compared with the question: no approximate
//! index, nothing that misses. Each number is stored as one byte, with a scale for each passage.
//! The words of a snapshot can be searched before its embeddings exist; they are added when they are ready.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use simsimd::SpatialSimilarity;
use tantivy::directory::{Directory as _, MmapDirectory, OwnedBytes};

use crate::embedder::Embedder;
use crate::passage::Passage;
use crate::snapshot::{Snapshot, SnapshotError};

/// The first bytes of the file; the last one is the version of its layout.
const MAGIC: &[u8; 8] = b"BATNVEC\x01";
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
    /// How many.
    passages: usize,
    /// The [`crate::Manifest::content_hash`] of the snapshot that they are of.
    content_hash: String,
}

/// The embeddings of a snapshot's passages, in their order. Memory-mapped.
#[derive(Clone)]
pub struct Vectors {
    header: Header,
    scales: Vec<f32>,
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
        embeddings: &[Embedding],
    ) -> Result<(), SnapshotError> {
        let dimensions = embeddings.first().map_or(0, |one| one.row.len());
        let (mut scales, mut rows) = (Vec::with_capacity(embeddings.len() * 4), Vec::new());
        for Embedding { scale, row } in embeddings {
            assert!(row.len() == dimensions, "embeddings of one length");
            scales.extend(scale.to_le_bytes());
            rows.extend_from_slice(bytemuck::cast_slice(row));
        }
        let (embedder, content_hash) = (embedder.to_owned(), content_hash.to_owned());
        let header = Header { embedder, dimensions, passages: embeddings.len(), content_hash };
        let header = serde_json::to_vec(&header).map_err(io::Error::other)?;
        let length = u32::try_from(header.len()).map_err(io::Error::other)?.to_le_bytes();
        let parts: [&[u8]; 5] = [MAGIC, &length, &header, &scales, &rows];
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
        let scales_at = MAGIC.len() + 4 + length;
        let scales_bytes = header.passages.checked_mul(4).ok_or_else(damaged)?;
        let rows_bytes = header.passages.checked_mul(header.dimensions).ok_or_else(damaged)?;
        if scales_at.checked_add(scales_bytes).and_then(|at| at.checked_add(rows_bytes)) != Some(body) {
            return Err(damaged());
        }
        let scales = bytes[scales_at..scales_at + scales_bytes]
            .chunks_exact(4)
            .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
            .collect();
        Ok(Self { header, scales, rows: bytes.slice(scales_at + scales_bytes..body) })
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
        self.scales.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.scales.is_empty()
    }

    /// The embedding of a passage, by its number.
    fn embedding(&self, number: u32) -> Option<Embedding> {
        let scale = *self.scales.get(number as usize)?;
        let rows: &[i8] = bytemuck::cast_slice(&self.rows);
        let row = rows.chunks_exact(self.header.dimensions.max(1)).nth(number as usize)?;
        Some(Embedding { scale, row: row.to_vec() })
    }

    /// The cosine of every passage with a question's embedding of length 1, about -1 to 1, in the order of the passages;
    /// empty if it is of another embedder, as its number of dimensions shows.
    pub fn cosines(&self, question: &[f32]) -> Vec<f32> {
        if question.len() != self.header.dimensions {
            return Vec::new();
        }
        let question = Embedding::of(question);
        let rows: &[i8] = bytemuck::cast_slice(&self.rows);
        rows.chunks_exact(self.header.dimensions.max(1))
            .zip(&self.scales)
            .map(|(row, scale)| {
                let product = <i8 as SpatialSimilarity>::dot(row, &question.row).unwrap_or(0.0);
                product as f32 * scale * question.scale
            })
            .collect()
    }
}

/// Embeds every passage of a snapshot, with its title and headings, and writes the embeddings as the new file `to`.
/// Passages that an older snapshot has embeddings of, by the same embedder, are not embedded again.
/// When `stop` says so nothing is written.
///
/// # Errors
/// A failure of the disk.
pub fn embed(
    snapshot: &Snapshot,
    embedder: &dyn Embedder,
    older: Option<&Snapshot>,
    stop: &dyn Fn() -> bool,
    to: &Path,
) -> Result<(), SnapshotError> {
    let older = older.and_then(|older| Some((older, older.vectors()?)));
    let older = older.filter(|(_, vectors)| vectors.embedder() == embedder.id());
    let mut embeddings = Vec::with_capacity(snapshot.manifest().passages as usize);
    for passage in snapshot.passages() {
        if stop() {
            return Ok(());
        }
        let passage = passage?;
        let known = match older {
            Some((older, vectors)) => older.number_of(&passage.id)?.and_then(|number| vectors.embedding(number)),
            None => None,
        };
        embeddings.push(known.unwrap_or_else(|| Embedding::of(&embedder.embed(&text_of(&passage)))));
    }
    Vectors::write(to, embedder.id(), &snapshot.manifest().content_hash, &embeddings)
}

/// What is embedded of a passage: what it stands under, then what it says.
fn text_of(passage: &Passage) -> String {
    let mut lines = vec![passage.document_title.as_str()];
    lines.extend(passage.heading_path.iter().map(String::as_str));
    lines.push(&passage.text);
    lines.join("\n")
}

/// An embedding as it is stored: numbers as bytes, and what one unit of a byte is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding {
    scale: f32,
    row: Vec<i8>,
}

impl Embedding {
    /// Of numbers whose length as a vector is 1, so that products are cosines.
    pub fn of(numbers: &[f32]) -> Self {
        let most = numbers.iter().fold(0.0f32, |most, value| most.max(value.abs()));
        let scale = if most > 0.0 { most / 127.0 } else { 1.0 };
        Self { scale, row: numbers.iter().map(|value| (value / scale).round() as i8).collect() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unit(values: &[f32]) -> Vec<f32> {
        let length = values.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::EPSILON);
        values.iter().map(|value| value / length).collect()
    }

    fn written(embeddings: &[Vec<f32>]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.vectors");
        let embeddings: Vec<Embedding> = embeddings.iter().map(|numbers| Embedding::of(numbers)).collect();
        Vectors::write(&path, "test-embedder", "abc", &embeddings).unwrap();
        (folder, path)
    }

    #[test]
    fn cosines_are_those_of_the_numbers() {
        let embeddings: Vec<Vec<f32>> = (0..50)
            .map(|row| unit(&(0..384).map(|at| ((row * 31 + at * 17) % 97) as f32 - 48.0).collect::<Vec<_>>()))
            .collect();
        let (_folder, path) = written(&embeddings);
        let vectors = Vectors::open(&path).unwrap();
        assert_eq!((vectors.len(), vectors.embedder(), vectors.content_hash()), (50, "test-embedder", "abc"));
        for question in &embeddings {
            let found = vectors.cosines(question);
            for (row, found) in embeddings.iter().zip(found) {
                let exact: f32 = row.iter().zip(question).map(|(a, b)| a * b).sum();
                assert!((exact - found).abs() < 0.01, "{exact} {found}");
            }
        }
        assert!(vectors.cosines(&[1.0, 0.0]).is_empty(), "of another embedder");
    }

    #[test]
    fn k4_damage_is_found_out() {
        let (_folder, path) = written(&[unit(&[1.0, 2.0, 3.0])]);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            fs::write(&path, &bytes).unwrap();
            assert!(Vectors::open(&path).is_err(), "byte {at}");
            fs::write(&path, &whole[..at]).unwrap();
            assert!(Vectors::open(&path).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_knowledge_base_without_passages_has_no_embeddings() {
        let (_folder, path) = written(&[]);
        assert!(Vectors::open(&path).unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("x.vectors");
            fs::write(&path, &bytes).unwrap();
            prop_assert!(Vectors::open(&path).is_err());
        }
    }
}
