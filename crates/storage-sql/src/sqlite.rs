//! SQLite: one file, one writer, many readers.
//!
//! The file is in WAL mode with `synchronous = full`: a commit is on disk when it returns, and readers never wait for the writer.
//! Statements run on the task that asks; only what waits for the disk, commits and checkpoints, has a thread of its own.
//! Units that write go through the `lane` module, which owns the only connection that writes and puts units that come together into one commit.
//! Units that read have a pool of read-only connections; a deferred transaction shows each of them one moment.
//! The file is not memory-mapped: a failing disk would end the process with a signal instead of an error.

mod error;
mod lane;
mod migrations;
mod readers;
mod statements;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use baton_storage::{OnCommit, ReadUnit, Store, StoreError, WriteUnit};
use rusqlite::{Connection, OpenFlags};
use thiserror::Error;

use crate::sqlite::error::{Kind, kind};
use crate::sqlite::lane::{Lane, LaneUnit};
use crate::sqlite::readers::Readers;
use crate::unit::SqlUnit;

/// More than there are statements, so that each is prepared once for a connection.
const STATEMENTS_CACHED: usize = 200;

/// How the database is used.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connections that read at the same time. One unit each.
    pub readers: u32,
    /// How long to wait for another process that holds the file, such as a backup.
    pub busy_timeout: Duration,
    /// Memory for pages of the file, for each connection, KiB. The system caches the file once for all of them, so more than
    /// the hot pages is memory twice.
    pub cache_kib: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { readers: 4, busy_timeout: Duration::from_secs(5), cache_kib: 2 * 1024 }
    }
}

/// The database cannot be used.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The file cannot be opened or made: there is no such folder, or no right to write, or it is no database.
    #[error("cannot open the database {path}")]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// A later release has changed the database; this one would damage it.
    #[error("the database {path} is of a newer release: its schema is {found}, this release knows {known}")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Number of a migration that is not known here.
        found: i64,
        /// The newest migration that is.
        known: i64,
    },
    /// The schema could not be brought up to date. Each step is a transaction: those before it are done, the rest is not.
    #[error("cannot bring the database {path} up to date")]
    Migrate {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// The operating system gives no thread for commits.
    #[error("cannot start the thread that commits")]
    Thread(#[source] std::io::Error),
}

/// How much was committed since the database was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Units of work.
    pub units: u64,
    /// Commits, each of one or more units.
    pub commits: u64,
}

/// A database in one file.
#[derive(Debug)]
pub struct SqliteStore {
    lane: Lane,
    readers: Readers,
}

impl SqliteStore {
    /// Opens the database, makes it if there is none, and brings its schema up to date.
    ///
    /// Needs a tokio runtime, which what runs after a commit finds around it. Commits are done by a thread of the store, which ends with [`Store::close`].
    /// The folder must exist. Nothing keeps a second process from opening the same file.
    pub async fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        let patience = options.busy_timeout;
        let path = path.to_owned();
        let opened = tokio::task::spawn_blocking(move || connect(&path, &options)).await;
        let (writer, readers) = opened.expect("opening does not panic, and is not cancelled while somebody waits")?;
        let lane = Lane::start(writer, patience).map_err(OpenError::Thread)?;
        Ok(Self { lane, readers: Readers::new(readers, patience) })
    }

    /// How much was committed since the database was opened.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.lane.counts()
    }

    /// Returns when the disk has failed a commit. From then on nothing can be written, and the process should end:
    /// what the disk has of the last commits is known only after the file was opened anew.
    pub async fn failed(&self) {
        self.lane.failed().await;
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn write(&self) -> Result<Box<dyn WriteUnit>, StoreError> {
        self.readers.expect_no_reader();
        Ok(Box::new(SqlUnit { connection: self.lane.enter().await? }))
    }

    async fn read(&self) -> Result<Box<dyn ReadUnit>, StoreError> {
        Ok(Box::new(SqlUnit { connection: self.readers.begin().await? }))
    }

    async fn close(&self) {
        // The writer goes last, so that it can fold the log into the file.
        self.readers.close().await;
        self.lane.close().await;
    }
}

#[async_trait]
impl WriteUnit for SqlUnit<LaneUnit> {
    async fn commit(self: Box<Self>, then: OnCommit) -> Result<(), StoreError> {
        self.connection.commit(then).await
    }
}

/// Opens the connection that writes and those that read. Waits for the disk, and for other processes.
fn connect(path: &Path, options: &Options) -> Result<(Connection, Vec<Connection>), OpenError> {
    let failed = |source| OpenError::Open { path: path.to_owned(), source };
    let mut writer = wait_for(options.busy_timeout, || connect_writer(path, options)).map_err(failed)?;
    writer.busy_timeout(options.busy_timeout).map_err(failed)?;
    migrations::migrate(&mut writer, path)?;
    // From here on whoever waits does so without keeping a thread.
    writer.busy_timeout(Duration::ZERO).map_err(failed)?;
    // Readers come after the writer: a read-only connection cannot make the log it reads from.
    let readers = (0..options.readers).map(|_| wait_for(options.busy_timeout, || connect_reader(path, options)));
    let readers = readers.collect::<rusqlite::Result<_>>().map_err(failed)?;
    Ok((writer, readers))
}

/// Two who make a file at the same moment can refuse each other at once, whatever the timeout: then one of them comes again.
fn wait_for<T>(patience: Duration, mut attempt: impl FnMut() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    const PAUSE: Duration = Duration::from_millis(10);
    let mut waited = Duration::ZERO;
    loop {
        match attempt() {
            Err(error) if kind(&error) == Kind::Busy && waited < patience => {
                std::thread::sleep(PAUSE);
                waited += PAUSE;
            }
            outcome => return outcome,
        }
    }
}

fn connect_writer(path: &Path, options: &Options) -> rusqlite::Result<Connection> {
    let writer = connection(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE, options)?;
    // Folding the log into the file is what the lane does: it minds the errors. After a burst the log shrinks to 64 MiB again.
    writer.execute_batch(
        "pragma journal_mode = wal;
        pragma synchronous = full;
        pragma wal_autocheckpoint = 0;
        pragma journal_size_limit = 67108864;",
    )?;
    Ok(writer)
}

fn connect_reader(path: &Path, options: &Options) -> rusqlite::Result<Connection> {
    let reader = connection(path, OpenFlags::SQLITE_OPEN_READ_ONLY, options)?;
    // The first look at the file reads its schema.
    reader.query_row("select count(*) from sqlite_schema", [], |_| Ok(()))?;
    Ok(reader)
}

fn connection(path: &Path, how: OpenFlags, options: &Options) -> rusqlite::Result<Connection> {
    // A connection is used by one thread at a time, which the types make sure of, so that SQLite need not.
    let connection = Connection::open_with_flags(path, how | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(Duration::ZERO)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    connection.execute_batch(&format!(
        "pragma foreign_keys = on;
        pragma cache_size = -{};
        pragma temp_store = memory;",
        options.cache_kib
    ))?;
    Ok(connection)
}
