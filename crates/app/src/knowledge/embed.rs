//! Embeddings of a published snapshot: made once its words can be searched, and only for passages that are new.

use baton_domain::ids::{AgentId, SnapshotId, WorkspaceId};
use baton_knowledge::{Snapshot, Vectors, embed};
use baton_storage::{AgentRow, JobKind};

use crate::knowledge::shelf::open;
use crate::knowledge::train::tell_agent;
use crate::{AppError, Baton};

/// Whether an agent's passages are found by their meaning too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// There is no embedder: only words are searched.
    Off,
    /// The embeddings are being made; words are searched until they are there.
    Preparing,
    /// Words and meaning are searched.
    Ready,
}

/// Whether an agent's passages are found by their meaning too. Looks at the head of one file.
#[must_use]
pub fn meaning(baton: &Baton, agent: &AgentRow) -> Meaning {
    let Some(embedder) = baton.embedder() else { return Meaning::Off };
    let Some(snapshot_id) = agent.knowledge.snapshot_id else { return Meaning::Ready };
    let path = baton.snapshots().vectors_path(agent.id, snapshot_id);
    if Vectors::embedder_of(&path).is_some_and(|made_by| made_by == embedder.id()) {
        Meaning::Ready
    } else {
        Meaning::Preparing
    }
}

/// Makes the embeddings of the snapshot that an agent answers from, taking those of passages that an older one had too.
/// A node that shuts down leaves it; the job is done again.
///
/// # Errors
/// When the disk or the embedder fails; words are searched as before then.
pub async fn embed_agent(baton: &Baton, workspace_id: WorkspaceId, agent_id: AgentId) -> Result<(), AppError> {
    if baton.embedder().is_none() {
        return Ok(());
    }
    let agent = baton.store().read().await?.agent(workspace_id, agent_id).await?.ok_or(AppError::NotFound)?;
    let Some(snapshot_id) = agent.knowledge.snapshot_id else { return Ok(()) };
    if meaning(baton, &agent) == Meaning::Ready {
        return Ok(());
    }
    embed_snapshot(baton, agent_id, snapshot_id).await?;
    baton.snapshots().open_anew(agent_id);
    tell_agent(baton, workspace_id, agent_id);
    Ok(())
}

/// Makes the embeddings of a snapshot, published or not.
///
/// # Errors
/// As [`embed_agent`].
pub(crate) async fn embed_snapshot(baton: &Baton, agent_id: AgentId, snapshot_id: SnapshotId) -> Result<(), AppError> {
    let Some(embedder) = baton.embedder() else { return Ok(()) };
    let shelf = baton.snapshots();
    let path = shelf.path(agent_id, snapshot_id);
    let older: Vec<_> = shelf
        .embedded(agent_id)
        .into_iter()
        .map(|id: SnapshotId| (shelf.path(agent_id, id), shelf.vectors_path(agent_id, id)))
        .collect();
    let to = shelf.vectors_path(agent_id, snapshot_id);
    let stop = baton.shutdown().clone();
    let made = tokio::task::spawn_blocking(move || {
        // A snapshot that cannot be opened any more saves nothing, and costs nothing but time.
        let older = older.into_iter().find_map(|(path, vectors)| open(&path, &vectors).ok());
        let snapshot = Snapshot::open(&path)?;
        embed(&snapshot, embedder.as_ref(), older.as_ref(), &|| stop.is_cancelled(), &to)
    });
    match made.await {
        // The job must not count as done: the next start makes them.
        Ok(Ok(())) if baton.shutdown().is_cancelled() => Err(AppError::Internal("shutting down")),
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            tracing::error!(agent.id = %agent_id, error = &error as &dyn std::error::Error, "cannot make embeddings");
            Err(AppError::Internal("the embeddings cannot be made"))
        }
        Err(_) => Err(AppError::Internal("making the embeddings failed")),
    }
}

/// Has the embeddings made that are missing: another embedder was configured, or there was none when the agent was trained.
pub(crate) async fn embed_what_is_missing(baton: Baton) {
    if let Err(error) = enqueue_missing(&baton).await {
        tracing::error!(error = &error as &dyn std::error::Error, "cannot look for missing embeddings");
    }
}

async fn enqueue_missing(baton: &Baton) -> Result<(), AppError> {
    let mut missing = Vec::new();
    let mut unit = baton.store().read().await?;
    for workspace in unit.workspaces_anywhere().await? {
        let agents = unit.agents(workspace.id).await?;
        let without = agents.into_iter().filter(|agent| meaning(baton, agent) == Meaning::Preparing);
        missing.extend(without.map(|agent| (agent.workspace_id, agent.id)));
    }
    drop(unit);
    if missing.is_empty() {
        return Ok(());
    }
    let mut unit = baton.store().write().await?;
    for (workspace_id, agent_id) in missing {
        unit.enqueue_job(baton.fresh(), workspace_id, JobKind::EmbedAgent(agent_id), baton.now()).await?;
    }
    let then = baton.clone();
    Ok(unit.commit(Box::new(move || then.embeddings_due().notify_one())).await?)
}
