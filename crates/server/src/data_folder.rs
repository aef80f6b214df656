//! The folder in which everything is kept: one server at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// The folder, and where things are in it.
#[derive(Clone, Debug)]
pub(crate) struct DataFolder {
    root: PathBuf,
}

/// While this lives, no other server uses the folder.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl DataFolder {
    /// Makes the folder if it is not there.
    pub(crate) fn open(root: &Path) -> anyhow::Result<Self> {
        let folder = Self { root: root.to_owned() };
        for dir in [folder.root.clone(), folder.files(), folder.snapshots()] {
            std::fs::create_dir_all(&dir).with_context(|| {
                format!("cannot make the folder {}; choose another with --data-dir, or give this user the right to write there", dir.display())
            })?;
        }
        Ok(folder)
    }

    /// Takes the folder for this server. `None` if another one has it.
    pub(crate) fn try_lock(&self) -> anyhow::Result<Option<Lock>> {
        let path = self.root.join("baton.lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).with_context(|| {
            format!(
                "cannot write in {}; choose another folder with --data-dir, or give this user the right to write there",
                self.root.display()
            )
        })?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
        }
    }

    /// Takes the folder for this server, or says who has it.
    pub(crate) fn lock(&self) -> anyhow::Result<Lock> {
        match self.try_lock()? {
            Some(lock) => Ok(lock),
            None => bail!(
                "another Baton is running on {}; stop it, or choose another folder with --data-dir",
                self.root.display()
            ),
        }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.root.join("baton.db")
    }

    pub(crate) fn files(&self) -> PathBuf {
        self.root.join("files")
    }

    pub(crate) fn snapshots(&self) -> PathBuf {
        self.root.join("snapshots")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}
