//! What an error of SQLite means.

use std::sync::Arc;

use baton_storage::StoreError;
use thiserror::Error;

// Primary result codes; the rest of a code's bits say more about it.
const BUSY: i32 = 5;
const IOERR: i32 = 10;
const FULL: i32 = 13;
const CONSTRAINT_PRIMARYKEY: i32 = 1_555;
const CONSTRAINT_UNIQUE: i32 = 2_067;

/// What an error asks of whoever sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A value that must be unique is there already.
    NotUnique,
    /// Another process holds the file: to be tried again.
    Busy,
    /// The disk is full.
    Full,
    /// The disk failed.
    Disk,
    /// Anything else.
    Other,
}

/// What kind of error it is.
pub(crate) fn kind(error: &rusqlite::Error) -> Kind {
    match error.sqlite_extended_error_code() {
        Some(CONSTRAINT_PRIMARYKEY | CONSTRAINT_UNIQUE) => Kind::NotUnique,
        Some(code) if code & 0xff == BUSY => Kind::Busy,
        Some(code) if code & 0xff == FULL => Kind::Full,
        Some(code) if code & 0xff == IOERR => Kind::Disk,
        _ => Kind::Other,
    }
}

/// The error of a statement, as the contract has it.
pub(crate) fn store_error(error: rusqlite::Error) -> StoreError {
    match kind(&error) {
        Kind::NotUnique => StoreError::Conflict,
        Kind::Full => StoreError::Full,
        Kind::Busy | Kind::Disk | Kind::Other => StoreError::backend(error),
    }
}

/// Why a unit of work was lost. Several units can share one reason, and a unit can have done nothing wrong.
#[derive(Clone, Debug, Error)]
pub(crate) enum Lost {
    /// A statement failed, the unit's own or one that took the transaction with it.
    #[error("a statement failed")]
    Statement(#[source] Arc<rusqlite::Error>),
    /// The commit that the unit shared with others failed.
    #[error("the commit failed")]
    Commit(#[source] Arc<rusqlite::Error>),
    /// A commit failed in such a way that the disk cannot be trusted any more.
    #[error("the disk failed, and nothing is written until the database is opened anew")]
    Disk(#[source] Arc<rusqlite::Error>),
    /// The store is closed.
    #[error("the store is closed")]
    Closed,
    /// All connections that read are taken, for far longer than reading takes.
    #[error("no connection that reads came free")]
    Exhausted,
    /// An earlier statement of the unit failed.
    #[error("an earlier step of the unit failed")]
    Broken,
}

impl From<Lost> for StoreError {
    fn from(lost: Lost) -> Self {
        match &lost {
            Lost::Statement(error) | Lost::Commit(error) if kind(error) == Kind::Full => Self::Full,
            Lost::Statement(_) | Lost::Commit(_) | Lost::Disk(_) | Lost::Closed | Lost::Exhausted | Lost::Broken => {
                Self::backend(lost)
            }
        }
    }
}
