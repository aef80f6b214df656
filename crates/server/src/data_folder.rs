//! The folder in which everything is kept: one server at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// Seals other people's secrets. Not part of a copy of the database.
const SECRET_FILE: &str = "installation.secret";

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

    /// The installation's secret, made on first use. What it seals in the database cannot be read without it.
    pub(crate) fn secret(&self) -> anyhow::Result<[u8; 32]> {
        let path = self.root.join(SECRET_FILE);
        match std::fs::read(&path) {
            Ok(bytes) => bytes.try_into().map_err(|_| {
                anyhow::anyhow!(
                    "{} does not hold 32 bytes; bring it back from where you keep your secrets",
                    path.display()
                )
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                make_secret(&path).with_context(|| format!("cannot make {}", path.display()))
            }
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}

/// Written whole under another name first: half a secret would lock everything that the whole one sealed.
fn make_secret(path: &Path) -> std::io::Result<[u8; 32]> {
    use std::io::Write as _;

    let secret = baton_app::system::new_secret();
    let draft = path.with_extension("draft");
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&draft)?;
    file.write_all(&secret)?;
    file.sync_all()?;
    std::fs::rename(&draft, path)?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_made_once_and_readable_by_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(folder.path()).unwrap();
        let secret = data.secret().unwrap();
        assert_eq!(data.secret().unwrap(), secret);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(folder.path().join(SECRET_FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(folder.path().join(SECRET_FILE), b"half").unwrap();
        assert!(data.secret().unwrap_err().to_string().contains("32 bytes"));
    }
}
