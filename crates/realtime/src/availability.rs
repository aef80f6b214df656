//! Whether a person of a workspace can be had, for the widgets that offer one (H3).
//!
//! It is a value, not a series of events: a watcher wants to know how it is now, and missing a change that was taken back is
//! no loss. So there is no queue for each of the many who watch, and nobody can be too slow.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use baton_domain::ids::WorkspaceId;
use tokio::sync::watch;

/// What is known on this node, of the workspaces that somebody watches.
#[derive(Debug, Default)]
pub struct Availabilities {
    workspaces: Mutex<HashMap<WorkspaceId, watch::Sender<bool>>>,
}

impl Availabilities {
    /// Begins to watch. The value means nothing until it changes: watch first, then read how it is.
    #[must_use]
    pub fn watch(&self, workspace_id: WorkspaceId) -> watch::Receiver<bool> {
        self.workspaces().entry(workspace_id).or_insert_with(|| watch::Sender::new(false)).subscribe()
    }

    /// Tells everybody who watches.
    pub fn tell(&self, workspace_id: WorkspaceId, someone_there: bool) {
        let mut workspaces = self.workspaces();
        let Some(sender) = workspaces.get(&workspace_id) else { return };
        if sender.send(someone_there).is_err() {
            workspaces.remove(&workspace_id);
        }
    }

    fn workspaces(&self) -> MutexGuard<'_, HashMap<WorkspaceId, watch::Sender<bool>>> {
        self.workspaces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(number: u128) -> WorkspaceId {
        WorkspaceId(uuid::Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn h3_watchers_see_how_it_is_and_other_workspaces_do_not() {
        let availabilities = Availabilities::default();
        let mut ours = availabilities.watch(workspace(1));
        let theirs = availabilities.watch(workspace(2));
        availabilities.tell(workspace(1), true);
        availabilities.tell(workspace(1), false);
        ours.changed().await.unwrap();
        assert!(!*ours.borrow_and_update(), "only how it is now");
        assert!(!theirs.has_changed().unwrap());
    }

    #[test]
    fn what_nobody_watches_is_forgotten() {
        let availabilities = Availabilities::default();
        drop(availabilities.watch(workspace(1)));
        availabilities.tell(workspace(1), true);
        assert!(availabilities.workspaces().is_empty());
    }
}
