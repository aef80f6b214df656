//! The connections that read.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use baton_storage::StoreError;
use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::connection::{Outcome, SqlConnection, Statement};
use crate::sqlite::error::{Lost, store_error};
use crate::sqlite::statements::{control, run, wait_out};

/// How long a connection is waited for. Reading takes milliseconds, so that all are taken for this long is a fault somewhere,
/// and an error heals where waiting would not.
const FREE_WITHIN: Duration = Duration::from_secs(10);

/// A few read-only connections, one for each unit that reads.
#[derive(Debug)]
pub(crate) struct Readers {
    count: u32,
    /// As many permits as there are connections at rest.
    free: Arc<Semaphore>,
    at_rest: Arc<Mutex<Vec<Connection>>>,
    patience: Duration,
    /// The tasks that have a unit which reads.
    reading: Arc<Mutex<HashSet<tokio::task::Id>>>,
}

impl Readers {
    pub(crate) fn new(connections: Vec<Connection>, patience: Duration) -> Self {
        Self {
            count: u32::try_from(connections.len()).expect("as many as a u32 said"),
            free: Arc::new(Semaphore::new(connections.len())),
            at_rest: Arc::new(Mutex::new(connections)),
            patience,
            reading: Arc::default(),
        }
    }

    /// A connection, once one is at rest.
    pub(crate) async fn begin(&self) -> Result<Reader, StoreError> {
        self.expect_no_reader();
        let free = Arc::clone(&self.free).acquire_owned();
        let permit = tokio::time::timeout(FREE_WITHIN, free).await.map_err(|_| Lost::Exhausted)?;
        let permit = permit.map_err(|_| Lost::Closed)?;
        let connection = self.at_rest.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Ok(Reader {
            connection: Some(connection.expect("there is a permit for each")),
            at_rest: Arc::clone(&self.at_rest),
            patience: self.patience,
            reading: Reading::begin(&self.reading),
            _permit: permit,
        })
    }

    /// Panics, in builds that check themselves, if the task that asks has a unit that reads: see the contract.
    pub(crate) fn expect_no_reader(&self) {
        if cfg!(debug_assertions)
            && let Some(task) = tokio::task::try_id()
        {
            let reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
            assert!(!reading.contains(&task), "a unit is begun by a task that still reads");
        }
    }

    /// Waits for the units that read, and closes all connections.
    pub(crate) async fn close(&self) {
        // Fails if somebody has closed them already.
        let Ok(all) = self.free.acquire_many(self.count).await else { return };
        self.free.close();
        drop(all);
        self.at_rest.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// That a task has a unit which reads, for as long as this lives.
#[derive(Debug)]
struct Reading {
    task: Option<tokio::task::Id>,
    tasks: Arc<Mutex<HashSet<tokio::task::Id>>>,
}

impl Reading {
    fn begin(tasks: &Arc<Mutex<HashSet<tokio::task::Id>>>) -> Self {
        let task = tokio::task::try_id().filter(|_| cfg!(debug_assertions));
        if let Some(task) = task {
            tasks.lock().unwrap_or_else(PoisonError::into_inner).insert(task);
        }
        Self { task, tasks: Arc::clone(tasks) }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            self.tasks.lock().unwrap_or_else(PoisonError::into_inner).remove(task);
        }
    }
}

/// A unit that reads. Its moment is that of its first statement.
#[derive(Debug)]
pub(crate) struct Reader {
    /// Gone only while it is dropped.
    connection: Option<Connection>,
    at_rest: Arc<Mutex<Vec<Connection>>>,
    patience: Duration,
    #[expect(dead_code, reason = "it says so by being there")]
    reading: Reading,
    /// Released after the connection has gone back.
    _permit: OwnedSemaphorePermit,
}

#[async_trait]
impl SqlConnection for Reader {
    async fn run(&mut self, statements: Vec<Statement>) -> Result<Vec<Outcome>, StoreError> {
        let connection = self.connection.as_mut().ok_or(Lost::Closed)?;
        if connection.is_autocommit() {
            // Deferred: it touches nothing until something is read.
            control(connection, "begin").map_err(store_error)?;
        }
        // Busy is only the first statement, while another process repairs or closes the file: later ones have their moment.
        wait_out(self.patience, || run(connection, &statements)).await.map_err(store_error)
    }

    async fn lose(&mut self) {
        // Whoever reads sees only what is committed.
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        if !connection.is_autocommit()
            && let Err(error) = control(&mut connection, "rollback")
        {
            tracing::error!(error = &error as &dyn std::error::Error, "a unit that read did not end");
        }
        self.at_rest.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}
