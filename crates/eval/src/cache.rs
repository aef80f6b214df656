//! Embeddings kept between runs: making them takes minutes, asking takes seconds.

use std::collections::HashMap;
use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use baton_knowledge::{EmbedError, Embedder};
use sha2::{Digest, Sha256};

type Key = [u8; 32];

/// An embedder that remembers what it has embedded, in a file.
///
/// The file is a plain list of records, each the SHA-256 of the embedder's id and the text, then the numbers; every number
/// is a little-endian `f32`. A file of another length of embedding, or cut short, only costs its records.
#[derive(Debug)]
pub struct Cached {
    embedder: Arc<dyn Embedder>,
    path: PathBuf,
    known: Mutex<HashMap<Key, Vec<f32>>>,
}

impl Cached {
    /// Remembers in the file `path`, and begins with what it holds.
    ///
    /// # Errors
    /// If the file is there and cannot be read.
    pub fn open(embedder: Arc<dyn Embedder>, path: &Path) -> io::Result<Self> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let numbers = embedder.embed_one("").map_err(io::Error::other)?.len() * size_of::<f32>();
        let known = bytes.chunks_exact(size_of::<Key>() + numbers).filter_map(|record| {
            let (key, numbers) = record.split_first_chunk()?;
            Some((
                *key,
                numbers.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect(),
            ))
        });
        Ok(Self { known: Mutex::new(known.collect()), embedder, path: path.to_owned() })
    }

    /// Writes what is known, for the next run.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self) -> io::Result<()> {
        let partial = self.path.with_extension("partial");
        let mut file = BufWriter::new(fs::File::create(&partial)?);
        for (key, numbers) in self.known().iter() {
            file.write_all(key)?;
            for number in numbers {
                file.write_all(&number.to_le_bytes())?;
            }
        }
        file.into_inner()?.sync_all()?;
        fs::rename(partial, &self.path)
    }

    fn remembered(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        let key = Sha256::new().chain_update(self.id()).chain_update([0]).chain_update(text).finalize().into();
        if let Some(known) = self.known().get(&key) {
            return Ok(known.clone());
        }
        let made = self.embedder.embed_one(text)?;
        self.known().insert(key, made.clone());
        Ok(made)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Key, Vec<f32>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Embedder for Cached {
    fn id(&self) -> &str {
        self.embedder.id()
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        texts.iter().map(|text| self.remembered(text)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Counting(Mutex<u32>);

    impl Embedder for Counting {
        fn id(&self) -> &str {
            "counting"
        }

        fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
            *self.0.lock().unwrap() += texts.len() as u32;
            Ok(texts.iter().map(|text| vec![text.len() as f32, 0.5]).collect())
        }
    }

    #[test]
    fn the_next_run_makes_nothing_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("embeddings");
        let first = Cached::open(Arc::new(Counting(Mutex::new(0))), &path).unwrap();
        assert_eq!(first.embed(&["four"]).unwrap(), [[4.0, 0.5]]);
        first.save().unwrap();
        let counting = Arc::new(Counting(Mutex::new(0)));
        let second = Cached::open(counting.clone(), &path).unwrap();
        let before = *counting.0.lock().unwrap();
        assert_eq!(second.embed(&["four"]).unwrap(), [[4.0, 0.5]]);
        assert_eq!(*counting.0.lock().unwrap(), before, "it was in the file");
        assert_eq!(second.embed(&["other"]).unwrap(), [[5.0, 0.5]]);
        assert_eq!(*counting.0.lock().unwrap(), before + 1);
    }
}
