//! Everything that runs without being asked. Each loop has an owner that awaits it, and ends when the installation shuts down.

mod jobs;
mod presence;
mod turns;

use crate::knowledge::embed_what_is_missing;
use crate::{AppError, Baton};

/// Starts all background work of this node. [`Baton::stop`] ends it and waits for it.
pub fn start(baton: &Baton) {
    baton.tasks().spawn(turns::run(baton.clone()));
    baton.tasks().spawn(jobs::run_training(baton.clone()));
    baton.tasks().spawn(jobs::run_embedding(baton.clone()));
    baton.tasks().spawn(embed_what_is_missing(baton.clone()));
    baton.tasks().spawn(jobs::run_fetching(baton.clone()));
    baton.tasks().spawn(presence::run(baton.clone()));
}

/// Does everything that is due, and what becomes due by it, in this task: for tests, where nothing should happen on its own.
///
/// # Errors
/// When the store fails.
pub async fn run_due(baton: &Baton) -> Result<(), AppError> {
    while turns::run_due(baton).await? || jobs::run_due(baton).await? {}
    Ok(())
}
