//! The files of a snapshot folder: names, digests, flushing.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::document::hex;
use crate::snapshot::{FORMAT_VERSION, FileEntry, Manifest, SnapshotError};

/// Counts and digests; written last.
pub(super) const MANIFEST: &str = "manifest.json";
/// Sources and documents.
pub(super) const CONTENTS: &str = "contents.json";
/// The folder of the search index, which stores the passages too.
pub(super) const INDEX: &str = "index";

/// The manifest as stored: with a digest of itself.
#[derive(Serialize, Deserialize)]
struct Sealed {
    manifest: Manifest,
    sha256: String,
}

/// Looked at first, so that a later format may change everything else.
#[derive(Deserialize)]
struct Versioned {
    manifest: VersionField,
}

#[derive(Deserialize)]
struct VersionField {
    format_version: u64,
}

pub(super) fn write_manifest(dir: &Path, manifest: &Manifest) -> Result<(), SnapshotError> {
    let sealed = Sealed { manifest: manifest.clone(), sha256: seal(manifest) };
    let bytes = serde_json::to_vec_pretty(&sealed).map_err(io::Error::other)?;
    fs::write(dir.join(MANIFEST), bytes)?;
    Ok(())
}

pub(super) fn read_manifest(dir: &Path) -> Result<Manifest, SnapshotError> {
    let damaged = || SnapshotError::Damaged(format!("{MANIFEST} cannot be read"));
    let bytes = match fs::read(dir.join(MANIFEST)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(SnapshotError::Damaged(format!("{MANIFEST} is missing")));
        }
        read => read?,
    };
    let found = serde_json::from_slice::<Versioned>(&bytes).map_err(|_| damaged())?.manifest.format_version;
    if found != u64::from(FORMAT_VERSION) {
        return Err(SnapshotError::Version { found });
    }
    let sealed: Sealed = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
    if sealed.sha256 != seal(&sealed.manifest) {
        return Err(SnapshotError::Damaged(format!("{MANIFEST} was changed")));
    }
    Ok(sealed.manifest)
}

fn seal(manifest: &Manifest) -> String {
    let bytes = serde_json::to_vec(manifest).expect("a manifest has string keys and finite numbers only");
    hex(&Sha256::digest(bytes))
}

/// Lists the files below `dir` with their digests, by path.
pub(super) fn list(dir: &Path) -> Result<Vec<FileEntry>, SnapshotError> {
    let mut entries = Vec::new();
    for path in [PathBuf::from(CONTENTS)]
        .into_iter()
        .chain(names(&dir.join(INDEX))?.into_iter().map(|n| Path::new(INDEX).join(n)))
    {
        let (bytes, sha256) = digest(&dir.join(&path))?;
        let path =
            path.to_str().ok_or_else(|| SnapshotError::Damaged("a file name is not text".to_owned()))?.to_owned();
        entries.push(FileEntry { path, bytes, sha256 });
    }
    Ok(entries)
}

fn names(dir: &Path) -> io::Result<Vec<std::ffi::OsString>> {
    let mut names =
        fs::read_dir(dir)?.map(|entry| entry.map(|entry| entry.file_name())).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((bytes, hex(&hash.finalize())));
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
}

/// Compares every file with the manifest. Paths are looked up by the names that are there, never taken from the file.
pub(super) fn verify(dir: &Path, manifest: &Manifest) -> Result<(), SnapshotError> {
    let found = match list(dir) {
        Err(SnapshotError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
            return Err(SnapshotError::Damaged("files are missing".to_owned()));
        }
        found => found?,
    };
    for expected in &manifest.files {
        match found.iter().find(|file| file.path == expected.path) {
            None => return Err(SnapshotError::Damaged(format!("{} is missing", expected.path))),
            Some(file) if file != expected => {
                return Err(SnapshotError::Damaged(format!("{} was changed or cut short", expected.path)));
            }
            Some(_) => {}
        }
    }
    if let Some(extra) = found.iter().find(|file| manifest.files.iter().all(|known| known.path != file.path)) {
        return Err(SnapshotError::Damaged(format!("{} does not belong here", extra.path)));
    }
    Ok(())
}

/// Flushes all files of the folder and the folders themselves to the disk.
pub(super) fn flush(dir: &Path) -> io::Result<()> {
    let index = dir.join(INDEX);
    for folder in [&index, &dir.to_path_buf()] {
        for name in names(folder)? {
            let path = folder.join(name);
            if path.is_file() {
                File::open(path)?.sync_all()?;
            }
        }
        flush_folder(folder)?;
    }
    Ok(())
}

/// Flushes the list of names of a folder, where the platform has that notion.
pub(super) fn flush_folder(dir: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}
