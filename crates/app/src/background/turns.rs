//! Claims turns that are due and works on them, many at a time.

use std::sync::Arc;
use std::time::Duration;

use baton_domain::turn::{TURN_LEASE, Turn};
use tokio::sync::Semaphore;

use crate::conversations::run_turn;
use crate::{AppError, Baton};

/// Turns that this node works on at a time. A turn with a language model mostly waits.
const AT_ONCE: usize = 256;

/// How often the table is looked at without being told: for turns of nodes that died, and for bursts that are over.
const LOOK_EVERY: Duration = Duration::from_millis(100);

pub(crate) async fn run(baton: Baton) {
    let free = Arc::new(Semaphore::new(AT_ONCE));
    let mut idle = false;
    loop {
        // A store that fails is asked again later; the visitor's deadline is in the row, not here.
        let claimed = match claim(&baton, free.available_permits()).await {
            Ok(turns) => turns,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "cannot claim turns");
                Vec::new()
            }
        };
        let none = claimed.is_empty();
        for turn in claimed {
            let Ok(permit) = Arc::clone(&free).acquire_owned().await else { return };
            let baton_of_turn = baton.clone();
            baton.tasks().spawn(async move {
                run_turn(&baton_of_turn, turn).await;
                drop(permit);
            });
        }
        if none {
            let wait = if idle { LOOK_EVERY * 5 } else { LOOK_EVERY };
            tokio::select! {
                () = tokio::time::sleep(wait) => idle = true,
                () = baton.turns_due().notified() => idle = false,
                () = baton.shutdown().cancelled() => return,
            }
        }
    }
}

/// Works on the turns that are due, one after the other; whether there were any.
pub(crate) async fn run_due(baton: &Baton) -> Result<bool, AppError> {
    let turns = claim(baton, AT_ONCE).await?;
    let any = !turns.is_empty();
    for turn in turns {
        run_turn(baton, turn).await;
    }
    Ok(any)
}

async fn claim(baton: &Baton, limit: usize) -> Result<Vec<Turn>, AppError> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let now = baton.now();
    let mut unit = baton.store().write().await?;
    let turns = unit.claim_turns_anywhere(now, now.after(TURN_LEASE), u32::try_from(limit).unwrap_or(u32::MAX)).await?;
    if turns.is_empty() {
        return Ok(turns);
    }
    unit.commit(baton_storage::quietly()).await?;
    Ok(turns)
}
