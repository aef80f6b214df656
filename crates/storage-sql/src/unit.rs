//! A unit of work over a connection. The repositories are its trait impls, one file for each aggregate.

use baton_storage::StoreError;

use crate::connection::{Outcome, Row, SqlConnection, Statement, Value};

/// A unit of work.
#[derive(Debug)]
pub(crate) struct SqlUnit<C> {
    /// The connection, inside the unit's transaction.
    pub(crate) connection: C,
}

impl<C: SqlConnection> SqlUnit<C> {
    /// Runs one statement.
    async fn run(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Outcome, StoreError> {
        let outcomes = self.connection.run(vec![Statement { sql, values }]).await?;
        Ok(outcomes.into_iter().next().unwrap_or_default())
    }

    /// Runs a statement; returns how many rows it changed.
    pub(crate) async fn execute(&mut self, sql: &'static str, values: Vec<Value>) -> Result<u64, StoreError> {
        Ok(self.run(sql, values).await?.changed)
    }

    /// All rows of an answer, each read by `read`.
    pub(crate) async fn all<T>(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
        read: impl Fn(&Row) -> Result<T, StoreError> + Send,
    ) -> Result<Vec<T>, StoreError> {
        self.run(sql, values).await?.rows.iter().map(read).collect()
    }

    /// The first row of an answer, read by `read`.
    pub(crate) async fn first<T>(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
        read: impl Fn(&Row) -> Result<T, StoreError> + Send,
    ) -> Result<Option<T>, StoreError> {
        self.run(sql, values).await?.rows.first().map(read).transpose()
    }

    /// Stores something that must not be there yet.
    ///
    /// # Errors
    /// [`StoreError::Taken`] with `what` if it is.
    pub(crate) async fn insert(
        &mut self,
        what: &'static str,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<(), StoreError> {
        match self.execute(sql, values).await {
            Ok(_) => Ok(()),
            Err(StoreError::Conflict) => Err(StoreError::Taken { what }),
            Err(error) => Err(error),
        }
    }
}
