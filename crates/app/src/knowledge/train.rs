//! Training: new sources are read, a snapshot of all sources is built beside the one in use, then one pointer moves (K4).

use std::sync::Arc;

use baton_domain::ids::{AgentId, SnapshotId, WorkspaceId};
use baton_domain::source::{Source, SourceError, SourceKind, SourceState};
use baton_knowledge::{BuildOptions, Format, Manifest, ReadOptions, Snapshot, SourcePassages};
use baton_realtime::{Signal, Topic};
use baton_storage::{JobKind, KnowledgeRow, KnowledgeState, quietly};

use crate::knowledge::embed::embed_agent;
use crate::knowledge::sources::{read_content, read_documents, tell, write_documents};
use crate::{AppError, Baton, ReadDocuments, ReadFailure, ReadRequest};

/// Reads an agent's new sources and publishes a snapshot of all of them.
/// A source that cannot be read is marked as failed, with the cause and what to do; the others go on.
///
/// # Errors
/// When the store or the disk fails; the snapshot in use is untouched then.
pub async fn train_agent(baton: &Baton, workspace_id: WorkspaceId, agent_id: AgentId) -> Result<(), AppError> {
    let sources = baton.store().read().await?.sources(workspace_id, agent_id).await?;
    let waiting = sources.iter().filter(|source| needs_reading(source)).count() as u64;
    let mut done = 0;
    let mut readable = Vec::new();
    for source in sources {
        let source = if needs_reading(&source) {
            let read = read_source(baton, workspace_id, source, (done, waiting)).await?;
            done += 1;
            read
        } else {
            source
        };
        if matches!(source.state, SourceState::Indexing | SourceState::Ready { .. }) {
            readable.push(source);
        }
    }
    publish(baton, workspace_id, agent_id, readable).await
}

/// Does the training that is due right now, and what follows it, in this task: for the command line, and for tests.
///
/// # Errors
/// As [`train_agent`].
pub async fn train_now(baton: &Baton, workspace_id: WorkspaceId, agent_id: AgentId) -> Result<(), AppError> {
    train_agent(baton, workspace_id, agent_id).await?;
    embed_agent(baton, workspace_id, agent_id).await
}

/// Indexing is read again too: a crash may have come before its documents were kept.
fn needs_reading(source: &Source) -> bool {
    // What comes from the web was read when it was fetched.
    if source.web.is_some() {
        return false;
    }
    match source.state {
        SourceState::Queued | SourceState::Reading | SourceState::Indexing => true,
        SourceState::Ready { .. } | SourceState::Failed { .. } => false,
    }
}

async fn read_source(
    baton: &Baton,
    workspace_id: WorkspaceId,
    mut source: Source,
    progress: (u64, u64),
) -> Result<Source, AppError> {
    source.state = SourceState::Reading;
    store_source(baton, workspace_id, &source, Some(progress)).await?;
    let bytes = read_content(baton, workspace_id, &source).await?;
    let parsed = match baton.reader().read(bytes, request_for(&source)).await {
        Ok(read) => Ok(read),
        Err(ReadFailure::Source(error)) => Err(error),
        // The file is not to blame: the job is done again.
        Err(ReadFailure::Unavailable(why)) => return Err(AppError::Internal(why)),
    };
    match parsed {
        Ok(ReadDocuments { format, documents }) => {
            source.format = Some(format.as_str().to_owned());
            source.documents = documents.len() as u64;
            source.passages = documents.iter().map(|document| document.passages.len() as u64).sum();
            write_documents(baton, workspace_id, source.id, &documents).await?;
            source.state = SourceState::Indexing;
        }
        Err(error) => source.state = SourceState::Failed { error },
    }
    store_source(baton, workspace_id, &source, Some((progress.0 + 1, progress.1))).await?;
    Ok(source)
}

fn request_for(source: &Source) -> ReadRequest {
    let format = match source.kind {
        SourceKind::File => None,
        SourceKind::Text => Some(Format::Markdown),
        SourceKind::Qa => Some(Format::QuestionsAnswers),
        SourceKind::Page | SourceKind::Site => None,
    };
    let title = (source.kind == SourceKind::Text).then(|| source.name.clone());
    let options = ReadOptions { file_name: source.name.clone(), format, title };
    ReadRequest { source_id: source.id.to_string(), options, page: None }
}

/// Publishes a snapshot of sources that were read, unless it cannot be built.
/// The docs answer from here on, by their words; their meaning follows as work of its own.
async fn publish(
    baton: &Baton,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
    sources: Vec<Source>,
) -> Result<(), AppError> {
    let mut passages = Vec::with_capacity(sources.len());
    for source in &sources {
        let documents = read_documents(baton, workspace_id, source.id).await?;
        passages.push(SourcePassages { source_id: source.id.to_string(), source_name: source.name.clone(), documents });
    }
    let snapshot_id: SnapshotId = baton.fresh();
    let path = baton.snapshots().path(agent_id, snapshot_id);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(|_| AppError::Internal("the folder for snapshots cannot be made"))?;
    }
    let built = tokio::task::spawn_blocking(move || Snapshot::build(&path, &passages, &BuildOptions::default())).await;
    let knowledge = match built {
        Ok(Ok(manifest)) => ready(baton, snapshot_id, &manifest),
        Ok(Err(error)) => {
            tracing::error!(agent.id = %agent_id, error = &error as &dyn std::error::Error, "training failed");
            return fail(baton, workspace_id, agent_id, &sources, &error.to_string()).await;
        }
        Err(_) => {
            return fail(baton, workspace_id, agent_id, &sources, "building the index failed").await;
        }
    };
    let mut unit = baton.store().write().await?;
    let agent = unit.agent(workspace_id, agent_id).await?.ok_or(AppError::NotFound)?;
    unit.update_knowledge(workspace_id, agent_id, &knowledge).await?;
    for source in &sources {
        // As it is by now: its name or schedule may have changed, and one that is to be read again is not ready.
        let Some(now) = unit.source(workspace_id, source.id).await? else { continue };
        if matches!(now.state, SourceState::Indexing | SourceState::Ready { .. }) {
            let state = SourceState::Ready { synced_at: baton.now() };
            unit.update_source(workspace_id, &Source { state, ..now }).await?;
        }
    }
    if baton.embedder().is_some() {
        unit.enqueue_job(baton.fresh(), workspace_id, JobKind::EmbedAgent(agent_id), baton.now()).await?;
    }
    let then = baton.clone();
    unit.commit(Box::new(move || then.embeddings_due().notify_one())).await?;
    baton.forget_agent(agent_id);
    // The snapshot before stays for the questions that are being answered from it.
    let kept: Vec<_> = [Some(snapshot_id), agent.knowledge.snapshot_id].into_iter().flatten().collect();
    baton.snapshots().keep_only(agent_id, &kept);
    for source in &sources {
        tell(baton, workspace_id, source, None);
    }
    tell_agent(baton, workspace_id, agent_id);
    Ok(())
}

fn ready(baton: &Baton, snapshot_id: SnapshotId, manifest: &Manifest) -> KnowledgeRow {
    KnowledgeRow {
        state: if manifest.passages == 0 { KnowledgeState::Empty } else { KnowledgeState::Ready },
        snapshot_id: Some(snapshot_id),
        documents: u64::from(manifest.documents),
        passages: u64::from(manifest.passages),
        trained_at: Some(baton.now()),
    }
}

/// The snapshot in use stays; the owner is told why the new one is not there.
async fn fail(
    baton: &Baton,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
    sources: &[Source],
    why: &str,
) -> Result<(), AppError> {
    let mut unit = baton.store().write().await?;
    let agent = unit.agent(workspace_id, agent_id).await?.ok_or(AppError::NotFound)?;
    let knowledge = KnowledgeRow { state: KnowledgeState::Failed { error: why.to_owned() }, ..agent.knowledge };
    unit.update_knowledge(workspace_id, agent_id, &knowledge).await?;
    for source in sources.iter().filter(|source| source.state == SourceState::Indexing) {
        let error = SourceError {
            cause: format!("Training failed: {why}."),
            fix: "Try again. The answers still come from the last training.".into(),
        };
        let Some(now) = unit.source(workspace_id, source.id).await? else { continue };
        unit.update_source(workspace_id, &Source { state: SourceState::Failed { error }, ..now }).await?;
    }
    unit.commit(quietly()).await?;
    baton.forget_agent(agent_id);
    tell_agent(baton, workspace_id, agent_id);
    Ok(())
}

async fn store_source(
    baton: &Baton,
    workspace_id: WorkspaceId,
    source: &Source,
    progress: Option<(u64, u64)>,
) -> Result<(), AppError> {
    let mut unit = baton.store().write().await?;
    unit.update_source(workspace_id, source).await?;
    unit.commit(quietly()).await?;
    tell(baton, workspace_id, source, progress);
    Ok(())
}

pub(crate) fn tell_agent(baton: &Baton, workspace_id: WorkspaceId, agent_id: AgentId) {
    baton.hub().publish(Topic::Inbox(workspace_id), &Arc::new(Signal::Agent { agent_id }));
}
