//! Published snapshots, opened on demand and kept open while they are used.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use baton_domain::ids::{AgentId, SnapshotId};
use baton_knowledge::{Snapshot, SnapshotError, Vectors};

use crate::AppError;

/// How the name of a file of embeddings ends.
const VECTORS: &str = "vectors";

/// Agents whose snapshots are kept open; the one that was opened first makes room.
const OPEN_MAX: usize = 200;

/// The snapshots of all agents on this node's disk.
#[derive(Debug)]
pub struct SnapshotShelf {
    dir: PathBuf,
    open: Mutex<HashMap<AgentId, (SnapshotId, Arc<Snapshot>)>>,
    changing: tokio::sync::Mutex<()>,
}

impl SnapshotShelf {
    /// The snapshots below a folder.
    #[must_use]
    pub fn new(dir: PathBuf) -> Self {
        Self { dir, open: Mutex::default(), changing: tokio::sync::Mutex::default() }
    }

    /// Where a snapshot lies.
    #[must_use]
    pub fn path(&self, agent_id: AgentId, snapshot_id: SnapshotId) -> PathBuf {
        self.agent_dir(agent_id).join(snapshot_id.to_string())
    }

    /// Where the embeddings of a snapshot lie, once they are made.
    #[must_use]
    pub fn vectors_path(&self, agent_id: AgentId, snapshot_id: SnapshotId) -> PathBuf {
        self.agent_dir(agent_id).join(format!("{snapshot_id}.{VECTORS}"))
    }

    /// Opens a snapshot, with its embeddings if they are there, or gives the one that is open.
    ///
    /// # Errors
    /// [`AppError::Internal`] if it cannot be opened: the folder is gone or damaged.
    pub async fn get(&self, agent_id: AgentId, snapshot_id: SnapshotId) -> Result<Arc<Snapshot>, AppError> {
        if let Some((id, snapshot)) = self.opened().get(&agent_id)
            && *id == snapshot_id
        {
            return Ok(Arc::clone(snapshot));
        }
        let (path, vectors) = (self.path(agent_id, snapshot_id), self.vectors_path(agent_id, snapshot_id));
        let opened = tokio::task::spawn_blocking(move || open(&path, &vectors)).await;
        let snapshot = match opened {
            Ok(Ok(snapshot)) => Arc::new(snapshot),
            Ok(Err(error)) => {
                tracing::error!(agent.id = %agent_id, snapshot.id = %snapshot_id, error = &error as &dyn std::error::Error, "cannot open a snapshot");
                return Err(AppError::Internal("the knowledge of this agent cannot be opened"));
            }
            Err(_) => return Err(AppError::Internal("opening the knowledge of this agent failed")),
        };
        let mut open = self.opened();
        if open.len() >= OPEN_MAX
            && let Some(first) = open.keys().next().copied()
        {
            open.remove(&first);
        }
        open.insert(agent_id, (snapshot_id, Arc::clone(&snapshot)));
        Ok(snapshot)
    }

    /// The agent's snapshots that have embeddings, the newest first.
    pub(crate) fn embedded(&self, agent_id: AgentId) -> Vec<SnapshotId> {
        let Ok(entries) = std::fs::read_dir(self.agent_dir(agent_id)) else { return Vec::new() };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let mut found: Vec<SnapshotId> = names
            .filter_map(|name| name.strip_suffix(VECTORS)?.strip_suffix('.')?.parse().ok().map(SnapshotId))
            .collect();
        // Ids are made in the order of time.
        found.sort_unstable_by_key(|id| std::cmp::Reverse(id.0));
        found
    }

    /// The next use opens the agent's snapshot anew: its embeddings have come.
    pub(crate) fn open_anew(&self, agent_id: AgentId) {
        self.opened().remove(&agent_id);
    }

    /// Held while snapshots are removed, and while the pointer moves to one that is there already.
    pub(crate) async fn changing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.changing.lock().await
    }

    /// Removes an agent's snapshots but these. What is open stays readable until it is dropped.
    pub(crate) fn keep_only(&self, agent_id: AgentId, kept: &[SnapshotId]) {
        let Ok(entries) = std::fs::read_dir(self.agent_dir(agent_id)) else { return };
        let kept: Vec<_> = kept.iter().map(ToString::to_string).collect();
        for entry in entries.flatten() {
            let name = entry.file_name();
            let of = name.to_str().map(|name| name.split('.').next().unwrap_or(name));
            if !kept.iter().any(|id| of == Some(id)) {
                remove(&entry.path());
            }
        }
    }

    fn agent_dir(&self, agent_id: AgentId) -> PathBuf {
        self.dir.join(agent_id.to_string())
    }

    fn opened(&self) -> MutexGuard<'_, HashMap<AgentId, (SnapshotId, Arc<Snapshot>)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Embeddings that cannot be read cost meaning, not answers: words are searched without them.
pub(crate) fn open(path: &Path, vectors: &Path) -> Result<Snapshot, SnapshotError> {
    let snapshot = Snapshot::open(path)?;
    if !vectors.is_file() {
        return Ok(snapshot);
    }
    match Vectors::open(vectors).and_then(|vectors| snapshot.clone().with_vectors(vectors)) {
        Ok(with_vectors) => Ok(with_vectors),
        Err(error) => {
            tracing::warn!(path = %vectors.display(), error = &error as &dyn std::error::Error, "cannot use embeddings");
            Ok(snapshot)
        }
    }
}

/// Leftovers cost disk only, so failing to remove them is noted and forgotten.
fn remove(path: &Path) {
    let removed = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    if let Err(error) = removed {
        tracing::warn!(path = %path.display(), error = &error as &dyn std::error::Error, "cannot remove an old snapshot");
    }
}
