//! Bringing the schema up to date.
//!
//! The file itself holds the number of the last step that was taken (`user_version`); it changes in the transaction of the step.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::sqlite::OpenError;

/// All steps in order; the first is number 1. Released ones never change.
const STEPS: [&str; 4] = [
    include_str!("../../migrations/sqlite/0001_first_schema.sql"),
    include_str!("../../migrations/sqlite/0002_model_keys.sql"),
    include_str!("../../migrations/sqlite/0003_web_sources.sql"),
    include_str!("../../migrations/sqlite/0004_golden_questions.sql"),
];

/// Number of the newest step.
pub(crate) const KNOWN: i64 = STEPS.len() as i64;

/// Takes the steps that are missing, each in a transaction of its own.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let failed = |source| OpenError::Migrate { path: path.to_owned(), source };
    while version(connection).map_err(failed)? != KNOWN {
        // Begins with the right to write: whoever else opens the file at this moment takes the step before or after.
        let step = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let found = version(&step).map_err(failed)?;
        let missing = usize::try_from(found).ok().and_then(|done| STEPS.get(done));
        match missing {
            Some(sql) => {
                step.execute_batch(sql).map_err(failed)?;
                step.pragma_update(None, "user_version", found + 1).map_err(failed)?;
            }
            None if found == KNOWN => {}
            None => return Err(OpenError::Newer { path: path.to_owned(), found, known: KNOWN }),
        }
        step.commit().map_err(failed)?;
    }
    Ok(())
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}
