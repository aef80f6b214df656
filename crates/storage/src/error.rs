//! What can go wrong in a store, by what the caller does next.

use thiserror::Error;

/// A unit of work failed.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Somebody else was faster: load again and decide again.
    #[error("the row was changed by somebody else")]
    Conflict,
    /// A value that must be unique is there already.
    #[error("{what} exists already")]
    Taken {
        /// What it is.
        what: &'static str,
    },
    /// A stored value cannot be read: a bug, or a damaged database.
    #[error("cannot read {table}.{column}")]
    Corrupt {
        /// Where.
        table: &'static str,
        /// Which value.
        column: &'static str,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There is no room left to write. Reading still works.
    #[error("the disk is full")]
    Full,
    /// Anything else.
    #[error("the database failed")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// Wraps an adapter's own error.
    pub fn backend(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Backend(error.into())
    }

    /// A stored value that cannot be read.
    pub fn corrupt(
        table: &'static str,
        column: &'static str,
        error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Corrupt { table, column, source: error.into() }
    }
}
