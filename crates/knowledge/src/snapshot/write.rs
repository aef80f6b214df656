//! Writing a snapshot: beside, flushed, verified, renamed whole.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::document::hex;
use crate::language::Language;
use crate::snapshot::index::{IndexWriter, PassageIndex};
use crate::snapshot::limits::MAX_PASSAGES;
use crate::snapshot::{
    BuildOptions, Contents, DocumentEntry, FORMAT_VERSION, Manifest, Snapshot, SnapshotError, SourceEntry,
    SourcePassages, files,
};

/// Titles that are asked for [`Manifest::null_lexical`], at most and at least, and how deep another document is looked for.
const NULL_TITLES: usize = 200;
const NULL_TITLES_MIN: usize = 3;
const NULL_DEPTH: usize = 30;

pub(super) fn build(dir: &Path, sources: &[SourcePassages], options: &BuildOptions) -> Result<Manifest, SnapshotError> {
    let found = sources.iter().flat_map(|source| &source.documents).map(|document| document.passages.len()).sum();
    if found > MAX_PASSAGES {
        return Err(SnapshotError::TooManyPassages { found });
    }
    if dir.try_exists()? {
        return Err(SnapshotError::Exists);
    }
    let partial = beside(dir)?;
    remove(&partial)?;
    let written = write(&partial, sources, options).and_then(|manifest| {
        check(&partial, sources)?;
        fs::rename(&partial, dir)?;
        if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            files::flush_folder(parent)?;
        }
        Ok(manifest)
    });
    if written.is_err() {
        // The first error is the one that matters; a partial folder is never opened.
        let _ = remove(&partial);
    }
    written
}

fn beside(dir: &Path) -> io::Result<PathBuf> {
    let name =
        dir.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "snapshot folder has no name"))?;
    let mut partial = OsString::from(name);
    partial.push(".partial");
    Ok(dir.with_file_name(partial))
}

fn remove(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn write(dir: &Path, sources: &[SourcePassages], options: &BuildOptions) -> Result<Manifest, SnapshotError> {
    let language = options.language.unwrap_or_else(|| {
        let documents = sources.iter().flat_map(|source| &source.documents);
        Language::detect(
            documents.flat_map(|document| document.passages.iter().take(1)).map(|passage| passage.text.as_str()),
        )
    });
    let index_dir = dir.join(files::INDEX);
    fs::create_dir_all(&index_dir)?;
    let mut index = IndexWriter::create(&index_dir, language)?;
    let mut contents = Contents { sources: Vec::new(), documents: Vec::new() };
    let mut content_hash = Sha256::new();
    let mut next: u32 = 0;
    for (position, source) in (0..).zip(sources) {
        contents.sources.push(SourceEntry {
            id: Arc::from(source.source_id.as_str()),
            name: Arc::from(source.source_name.as_str()),
        });
        for part in [&source.source_id, &source.source_name] {
            content_hash.update((part.len() as u64).to_le_bytes());
            content_hash.update(part);
        }
        for document in &source.documents {
            let first_passage = next;
            for passage in &document.passages {
                index.add(passage)?;
                next += 1;
                content_hash.update(passage.id.as_str());
            }
            content_hash.update(&document.content_hash);
            contents.documents.push(DocumentEntry {
                source: position,
                key: document.key.clone(),
                title: document.title.clone(),
                url: document.url.clone(),
                content_hash: document.content_hash.clone(),
                first_passage,
                passages: next - first_passage,
            });
        }
    }
    index.finish()?;
    let null_lexical = null_lexical(&PassageIndex::open(&index_dir, language)?, &contents.documents)?;
    fs::write(dir.join(files::CONTENTS), serde_json::to_vec(&contents).map_err(io::Error::other)?)?;
    let files = files::list(dir)?;
    let manifest = Manifest {
        format_version: FORMAT_VERSION,
        language,
        sources: count(contents.sources.len()),
        documents: count(contents.documents.len()),
        passages: next,
        bytes: files.iter().map(|file| file.bytes).sum(),
        content_hash: hex(&content_hash.finalize()),
        null_lexical,
        files,
    };
    files::write_manifest(dir, &manifest)?;
    files::flush(dir)?;
    Ok(manifest)
}

/// See [`Manifest::null_lexical`]. At most [`NULL_TITLES`] titles are asked, evenly spread.
fn null_lexical(index: &PassageIndex, documents: &[DocumentEntry]) -> Result<f32, SnapshotError> {
    let step = documents.len().div_ceil(NULL_TITLES).max(1);
    let mut found = Vec::new();
    for document in documents.iter().step_by(step) {
        let own = document.first_passage..document.first_passage + document.passages;
        let ranked = index.rank(&index.query_terms(&document.title)?, NULL_DEPTH)?;
        found.extend(ranked.into_iter().find(|(number, _)| !own.contains(number)).map(|(_, lexical)| lexical));
    }
    if found.len() < NULL_TITLES_MIN {
        return Ok(0.0);
    }
    let middle = found.len() / 2;
    Ok(*found.select_nth_unstable_by(middle, f32::total_cmp).1)
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// Opens what was written and compares the outermost passages with the input.
fn check(dir: &Path, sources: &[SourcePassages]) -> Result<(), SnapshotError> {
    let snapshot = Snapshot::open(dir)?;
    let given = || sources.iter().flat_map(|source| &source.documents).flat_map(|document| &document.passages);
    for (number, passage) in [(0, given().next()), (snapshot.manifest().passages.saturating_sub(1), given().last())] {
        let Some(passage) = passage else { continue };
        if snapshot.inner.index.passage(number)? != *passage {
            return Err(SnapshotError::Damaged("a passage reads differently from what was written".to_owned()));
        }
    }
    Ok(())
}
