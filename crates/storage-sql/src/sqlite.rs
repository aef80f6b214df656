//! SQLite: one file, one writer, many readers.
//!
//! The file is in WAL mode with `synchronous = full`: a commit is on disk when it returns, and readers never wait for the writer.
//! Units that write go through the `lane` module, which owns the only connection that writes and puts units that come together into one commit.
//! Units that read have a pool of read-only connections; a deferred transaction shows each of them one moment.
//! The file is not memory-mapped: a failing disk would end the process with a signal instead of an error.

mod error;
mod lane;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use baton_storage::{OnCommit, ReadUnit, Store, StoreError, WriteUnit};
use futures::TryStreamExt;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    Sqlite, SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteRow, SqliteSynchronous,
};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Either, Executor, Row as _, SqlSafeStr, SqlStr, Transaction, TypeInfo,
    ValueRef,
};
use thiserror::Error;

use crate::connection::{Cell, Outcome, Row, SqlConnection, Statement, Value};
use crate::sqlite::error::store_error;
use crate::sqlite::lane::{Lane, LaneUnit};
use crate::unit::SqlUnit;

/// All migrations, oldest first. Released ones never change.
const MIGRATIONS: [(i64, &str, &str); 1] =
    [(1, "first schema", include_str!("../migrations/sqlite/0001_first_schema.sql"))];

/// More than there are statements, so that each is prepared once for a connection.
const STATEMENTS_CACHED: usize = 200;

/// How the database is used.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connections that read at the same time. One unit each.
    pub readers: u32,
    /// How long to wait for another process that holds the file, such as a backup.
    pub busy_timeout: Duration,
    /// Memory for pages of the file, for each connection, KiB.
    pub cache_kib: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { readers: 4, busy_timeout: Duration::from_secs(5), cache_kib: 16 * 1024 }
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
        source: sqlx::Error,
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
        source: MigrateError,
    },
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
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens the database, makes it if there is none, and brings its schema up to date.
    ///
    /// Needs a tokio runtime: commits are done by a task of the store, which ends with [`Store::close`].
    /// The folder must exist. Nothing keeps a second process from opening the same file.
    pub async fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Open { path: path.to_owned(), source };
        let shared = SqliteConnectOptions::new()
            .filename(path)
            .foreign_keys(true)
            .busy_timeout(options.busy_timeout)
            .statement_cache_capacity(STATEMENTS_CACHED)
            .pragma("cache_size", format!("-{}", options.cache_kib))
            .pragma("temp_store", "memory");
        let writing = shared
            .clone()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            // The lane does that, and minds the errors.
            .pragma("wal_autocheckpoint", "0")
            // After a burst the log shrinks again.
            .pragma("journal_size_limit", (64 * 1024 * 1024).to_string());
        let mut connection = writing.connect().await.map_err(failed)?;
        if let Err(error) = migrate(&mut connection, path).await {
            close(connection).await;
            return Err(error);
        }
        // Readers come after the writer: a read-only connection cannot make the log it reads from.
        let readers = SqlitePoolOptions::new()
            .max_connections(options.readers)
            .min_connections(options.readers)
            .max_lifetime(None)
            .idle_timeout(None)
            .test_before_acquire(false)
            .connect_with(shared.read_only(true))
            .await
            .map_err(failed)?;
        Ok(Self { lane: Lane::start(connection), readers })
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
        Ok(Box::new(SqlUnit { connection: self.lane.enter().await? }))
    }

    async fn read(&self) -> Result<Box<dyn ReadUnit>, StoreError> {
        let transaction = self.readers.begin().await.map_err(store_error)?;
        Ok(Box::new(SqlUnit { connection: Reader { transaction } }))
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

/// A connection that reads. Dropped, it ends its transaction and goes back to the pool.
struct Reader {
    transaction: Transaction<'static, Sqlite>,
}

#[async_trait]
impl SqlConnection for Reader {
    async fn run(&mut self, statements: Vec<Statement>) -> Result<Vec<Outcome>, StoreError> {
        run(&mut self.transaction, statements).await.map_err(store_error)
    }

    async fn lose(&mut self) {
        // Whoever reads sees only what is committed.
    }
}

async fn migrate(connection: &mut SqliteConnection, path: &Path) -> Result<(), OpenError> {
    let migrations = MIGRATIONS.map(|(version, description, sql)| {
        Migration::new(version, description.into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    match Migrator::with_migrations(migrations.into()).run_direct(None, connection, false).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(found)) => {
            let known = MIGRATIONS[MIGRATIONS.len() - 1].0;
            Err(OpenError::Newer { path: path.to_owned(), found, known })
        }
        Err(source) => Err(OpenError::Migrate { path: path.to_owned(), source }),
    }
}

async fn close(connection: SqliteConnection) {
    if let Err(error) = connection.close().await {
        tracing::warn!(error = &error as &dyn std::error::Error, "the database did not close cleanly");
    }
}

/// Runs statements one after the other, up to the first that fails.
async fn run(connection: &mut SqliteConnection, statements: Vec<Statement>) -> sqlx::Result<Vec<Outcome>> {
    let count = statements.len();
    let (sql, values) = script(statements);
    let mut answers = connection.fetch_many(bound(sql, values));
    let mut outcomes = Vec::with_capacity(count);
    let mut outcome = Outcome::default();
    while let Some(answer) = answers.try_next().await? {
        match answer {
            Either::Right(row) => outcome.rows.push(read_row(&row)?),
            Either::Left(done) => {
                outcome.changed = done.rows_affected();
                outcomes.push(std::mem::take(&mut outcome));
            }
        }
    }
    Ok(outcomes)
}

/// Several statements as one text, which SQLite runs without a way back to the caller in between: their placeholders are numbered on.
/// Made of static SQL alone, and of few combinations, so that each is prepared once.
/// The driver means to give this up one day; run one by one, the statements come to the same, only slower.
fn script(statements: Vec<Statement>) -> (SqlStr, Vec<Value>) {
    if let [statement] = statements.as_slice() {
        let sql = statement.sql;
        return (sql.into_sql_str(), statements.into_iter().flat_map(|statement| statement.values).collect());
    }
    let mut sql = String::new();
    let mut values = Vec::new();
    for statement in statements {
        let mut parts = statement.sql.split('$');
        sql.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let number: usize = part[..digits].parse().expect("static SQL has placeholders like $1");
            sql.push('$');
            sql.push_str(&(values.len() + number).to_string());
            sql.push_str(&part[digits..]);
        }
        sql.push_str(";\n");
        values.extend(statement.values);
    }
    (AssertSqlSafe(sql).into_sql_str(), values)
}

fn bound(sql: SqlStr, values: Vec<Value>) -> sqlx::query::Query<'static, Sqlite, SqliteArguments> {
    values.into_iter().fold(sqlx::query(sql), |query, value| match value {
        Value::Int(number) => query.bind(number),
        Value::Text(text) | Value::Json(text) => query.bind(text),
        Value::Blob(bytes) => query.bind(bytes),
        Value::Id(id) => query.bind(id.map(|id| id.into_bytes().to_vec())),
    })
}

fn read_row(row: &SqliteRow) -> sqlx::Result<Row> {
    (0..row.len()).map(|position| cell(row, position)).collect::<sqlx::Result<_>>().map(Row)
}

fn cell(row: &SqliteRow, position: usize) -> sqlx::Result<Cell> {
    let value = row.try_get_raw(position)?;
    if value.is_null() {
        return Ok(Cell::Null);
    }
    match value.type_info().name() {
        "INTEGER" => row.try_get_unchecked(position).map(Cell::Int),
        "TEXT" => row.try_get_unchecked(position).map(Cell::Text),
        "BLOB" => row.try_get_unchecked(position).map(Cell::Blob),
        other => Err(sqlx::Error::Protocol(format!("column {position} has the type {other}"))),
    }
}
