//! Embeddings of a published snapshot: made once its words can be searched, and only for passages that are new.

use baton_domain::ids::{AgentId, SnapshotId};
use baton_knowledge::embed;

use crate::knowledge::shelf::open;
use crate::{AppError, Baton};

/// Makes the embeddings of a snapshot, taking those of passages that the snapshot before had too.
/// A node that shuts down leaves it; the job is done again.
///
/// # Errors
/// When the disk fails; words are searched as before then.
pub(crate) async fn embed_snapshot(
    baton: &Baton,
    agent_id: AgentId,
    snapshot_id: SnapshotId,
    before: Option<SnapshotId>,
) -> Result<(), AppError> {
    let Some(embedder) = baton.embedder() else { return Ok(()) };
    let shelf = baton.snapshots();
    let paths = |id| (shelf.path(agent_id, id), shelf.vectors_path(agent_id, id));
    let (before, snapshot) = (before.map(paths), shelf.get(agent_id, snapshot_id).await?);
    let to = shelf.vectors_path(agent_id, snapshot_id);
    let stop = baton.shutdown().clone();
    let made = tokio::task::spawn_blocking(move || {
        // A snapshot that cannot be opened any more saves nothing, and costs nothing but time.
        let before = before.and_then(|(path, vectors)| open(&path, &vectors).ok());
        embed(&snapshot, embedder.as_ref(), before.as_ref(), &|| stop.is_cancelled(), &to)
    });
    match made.await {
        // The job must not count as done: the next start makes them.
        Ok(Ok(())) if baton.shutdown().is_cancelled() => Err(AppError::Internal("shutting down")),
        Ok(Ok(())) => {
            shelf.open_anew(agent_id);
            Ok(())
        }
        Ok(Err(error)) => {
            tracing::error!(agent.id = %agent_id, error = &error as &dyn std::error::Error, "cannot make embeddings");
            Err(AppError::Internal("the embeddings cannot be made"))
        }
        Err(_) => Err(AppError::Internal("making the embeddings failed")),
    }
}
