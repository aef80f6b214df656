//! How far the syncs of this node are, and how to stop them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use baton_domain::ids::SourceId;
use baton_domain::time::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::Baton;

/// How far a sync is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncProgress {
    /// When it began.
    pub started_at: Timestamp,
    /// Pages found so far.
    pub found: u64,
    /// Pages that came with content.
    pub fetched: u64,
    /// Pages that are as they were.
    pub unchanged: u64,
    /// Pages that could not be fetched or read.
    pub failed: u64,
    /// Pages left out by somebody's will, or not there.
    pub skipped: u64,
    /// The page that is being fetched.
    pub current: Option<String>,
    /// Whether all pages are fetched, and what was read is being put together.
    pub is_finishing: bool,
}

impl SyncProgress {
    /// Pages that something came of.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.fetched + self.unchanged + self.failed + self.skipped
    }
}

/// The syncs that this node works on.
#[derive(Debug, Default)]
pub(crate) struct RunningSyncs {
    syncs: Mutex<HashMap<SourceId, (SyncProgress, CancellationToken)>>,
}

impl RunningSyncs {
    pub(crate) fn begin(&self, id: SourceId, started_at: Timestamp) -> CancellationToken {
        let stop = CancellationToken::new();
        let progress = SyncProgress {
            started_at,
            found: 0,
            fetched: 0,
            unchanged: 0,
            failed: 0,
            skipped: 0,
            current: None,
            is_finishing: false,
        };
        self.syncs().insert(id, (progress, stop.clone()));
        stop
    }

    pub(crate) fn update(&self, id: SourceId, change: impl FnOnce(&mut SyncProgress)) {
        if let Some((progress, _)) = self.syncs().get_mut(&id) {
            change(progress);
        }
    }

    /// Stops a sync; whether there was one.
    pub(crate) fn stop(&self, id: SourceId) -> bool {
        let syncs = self.syncs();
        let running = syncs.get(&id);
        if let Some((_, stop)) = running {
            stop.cancel();
        }
        running.is_some()
    }

    pub(crate) fn end(&self, id: SourceId) {
        self.syncs().remove(&id);
    }

    fn syncs(&self) -> MutexGuard<'_, HashMap<SourceId, (SyncProgress, CancellationToken)>> {
        self.syncs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far the sync of a source is, if this node works on one.
#[must_use]
pub fn sync_progress(baton: &Baton, id: SourceId) -> Option<SyncProgress> {
    baton.syncs().syncs().get(&id).map(|(progress, _)| progress.clone())
}

/// While this lives, a sync is listed; a sync that is dropped in the middle is not.
pub(super) struct Listed<'b> {
    pub(super) baton: &'b Baton,
    pub(super) id: SourceId,
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        self.baton.syncs().end(self.id);
    }
}
