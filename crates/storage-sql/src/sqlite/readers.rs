//! The connections that read.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use baton_storage::StoreError;
use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::connection::{Outcome, SqlConnection, Statement};
use crate::sqlite::error::{Lost, store_error};
use crate::sqlite::statements::{control, run, wait_out};

/// A few read-only connections, one for each unit that reads.
#[derive(Debug)]
pub(crate) struct Readers {
    count: u32,
    /// As many permits as there are connections at rest.
    free: Arc<Semaphore>,
    at_rest: Arc<Mutex<Vec<Connection>>>,
    patience: Duration,
}

impl Readers {
    pub(crate) fn new(connections: Vec<Connection>, patience: Duration) -> Self {
        Self {
            count: u32::try_from(connections.len()).expect("as many as a u32 said"),
            free: Arc::new(Semaphore::new(connections.len())),
            at_rest: Arc::new(Mutex::new(connections)),
            patience,
        }
    }

    /// A connection, once one is at rest.
    pub(crate) async fn begin(&self) -> Result<Reader, StoreError> {
        let permit = Arc::clone(&self.free).acquire_owned().await.map_err(|_| Lost::Closed)?;
        let connection = self.at_rest.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Ok(Reader {
            connection: Some(connection.expect("there is a permit for each")),
            at_rest: Arc::clone(&self.at_rest),
            patience: self.patience,
            _permit: permit,
        })
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

/// A unit that reads. Its moment is that of its first statement.
#[derive(Debug)]
pub(crate) struct Reader {
    /// Gone only while it is dropped.
    connection: Option<Connection>,
    at_rest: Arc<Mutex<Vec<Connection>>>,
    patience: Duration,
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
