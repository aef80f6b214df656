//! Adding, listing and removing what an agent answers from (K1, K2).

use std::collections::BTreeSet;
use std::sync::Arc;

use baton_domain::ids::{AgentId, SourceId, WorkspaceId};
use baton_domain::source::{Source, SourceKind, SourceState};
use baton_knowledge::{DocumentPassages, Snapshot};
use baton_realtime::{Signal, Topic};
use baton_storage::{AgentRow, JobKind, KnowledgeState};
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::knowledge::web::{ask_for_sync, remove_pieces};
use crate::{AppError, Baton};

/// Largest source, bytes. The reader has the same limit; here it keeps the disk safe.
const SOURCE_BYTES_MAX: usize = 20 * 1024 * 1024;
pub(crate) const NAME_CHARS_MAX: usize = 200;
const PASSAGES_AT_ONCE: usize = 50;

/// What an owner adds.
#[derive(Clone, Debug)]
pub struct NewSource {
    /// File name or title.
    pub name: String,
    /// Its content.
    pub content: Content,
}

/// The content of a source.
#[derive(Clone, Debug)]
pub enum Content {
    /// An uploaded file.
    File(Vec<u8>),
    /// Text typed in; Markdown.
    Text(String),
    /// Pairs typed in.
    Pairs(Vec<QuestionAnswer>),
}

/// A question with its answer, typed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionAnswer {
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
}

/// A passage, as the owner looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassageView {
    /// Its id.
    pub id: String,
    /// Title of its document.
    pub document_title: String,
    /// Address of its document.
    pub url: Option<String>,
    /// The headings above it.
    pub heading_path: Vec<String>,
    /// Its text.
    pub text: String,
}

/// Adds a source and begins to read it.
///
/// # Errors
/// [`AppError::Invalid`] naming what is missing or too large; nothing was kept then.
pub async fn add_source(
    baton: &Baton,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
    new: NewSource,
) -> Result<Source, AppError> {
    baton.agent(workspace_id, agent_id).await?;
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(AppError::invalid("title", format!("Between 1 and {NAME_CHARS_MAX} characters.")));
    }
    let (kind, bytes) = match new.content {
        Content::File(bytes) => (SourceKind::File, bytes),
        Content::Text(text) if text.trim().is_empty() => {
            return Err(AppError::invalid("text", "Type something to answer from."));
        }
        Content::Text(text) => (SourceKind::Text, text.into_bytes()),
        Content::Pairs(pairs) => {
            if pairs.is_empty()
                || pairs.iter().any(|pair| pair.question.trim().is_empty() || pair.answer.trim().is_empty())
            {
                return Err(AppError::invalid("pairs", "Every question needs an answer, and every answer a question."));
            }
            let json = serde_json::to_vec(&pairs).map_err(|_| AppError::Internal("pairs cannot be written"))?;
            (SourceKind::Qa, json)
        }
    };
    if bytes.len() > SOURCE_BYTES_MAX {
        return Err(AppError::invalid(
            "file",
            format!(
                "At most {} MB. Split the file, or leave out what visitors do not need.",
                SOURCE_BYTES_MAX / 1024 / 1024
            ),
        ));
    }
    let content_hash = content_hash(&bytes);
    let source = Source {
        id: baton.fresh(),
        agent_id,
        name: name.to_owned(),
        kind,
        format: None,
        state: SourceState::Queued,
        documents: 0,
        passages: 0,
        bytes: bytes.len() as u64,
        content_hash,
        created_at: baton.now(),
        web: None,
    };
    // The content first: a row without content would be a lie, content without a row is only a leftover.
    baton.files().put(&content_path(workspace_id, &source.content_hash), PutPayload::from(bytes)).await?;
    let mut unit = baton.store().write().await?;
    unit.insert_source(workspace_id, &source).await?;
    enqueue_training(baton, unit.as_mut(), workspace_id, agent_id).await?;
    let job_baton = baton.clone();
    unit.commit(Box::new(move || job_baton.jobs_due().notify_one())).await?;
    tell(baton, workspace_id, &source, None);
    Ok(source)
}

/// Reads a failed source again.
///
/// # Errors
/// [`AppError::NotFound`] if there is none.
pub async fn retry_source(baton: &Baton, workspace_id: WorkspaceId, id: SourceId) -> Result<Source, AppError> {
    let mut unit = baton.store().write().await?;
    let mut source = unit.source(workspace_id, id).await?.ok_or(AppError::NotFound)?;
    if source.web.is_some() {
        drop(unit);
        return ask_for_sync(baton, workspace_id, id).await;
    }
    source.state = SourceState::Queued;
    unit.update_source(workspace_id, &source).await?;
    enqueue_training(baton, unit.as_mut(), workspace_id, source.agent_id).await?;
    let job_baton = baton.clone();
    unit.commit(Box::new(move || job_baton.jobs_due().notify_one())).await?;
    tell(baton, workspace_id, &source, None);
    Ok(source)
}

/// Removes a source. From the moment this returns, nothing is answered from it (I21).
///
/// # Errors
/// [`AppError::NotFound`] if there is none.
pub async fn delete_source(baton: &Baton, workspace_id: WorkspaceId, id: SourceId) -> Result<(), AppError> {
    let mut unit = baton.store().write().await?;
    let source = unit.source(workspace_id, id).await?.ok_or(AppError::NotFound)?;
    unit.delete_source(workspace_id, id).await?;
    let others = unit.sources(workspace_id, source.agent_id).await?;
    enqueue_training(baton, unit.as_mut(), workspace_id, source.agent_id).await?;
    let job_baton = baton.clone();
    unit.commit(Box::new(move || job_baton.jobs_due().notify_one())).await?;
    if source.web.is_some() {
        // A sync that is under way ends; what it has stored by then, it removes itself.
        baton.syncs().stop(id);
        remove_pieces(baton, workspace_id, &source).await;
    } else if !others.iter().any(|other| other.content_hash == source.content_hash) {
        // The row is gone; leftovers of its content cost disk only.
        for path in [content_path(workspace_id, &source.content_hash), documents_path(workspace_id, &source.id)] {
            delete_file(baton, &path).await;
        }
    }
    let signal = Arc::new(Signal::Agent { agent_id: source.agent_id });
    baton.hub().publish(Topic::Inbox(workspace_id), &signal);
    Ok(())
}

/// Leftovers cost disk only, so failing to remove one is noted and forgotten.
pub(super) async fn delete_file(baton: &Baton, path: &Path) {
    if let Err(error) = baton.files().delete(path).await {
        tracing::debug!(error = &error as &dyn std::error::Error, "nothing to delete of a source");
    }
}

/// An agent's sources.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such agent.
pub async fn sources(baton: &Baton, workspace_id: WorkspaceId, agent_id: AgentId) -> Result<Vec<Source>, AppError> {
    baton.agent(workspace_id, agent_id).await?;
    Ok(baton.store().read().await?.sources(workspace_id, agent_id).await?)
}

/// A source.
///
/// # Errors
/// [`AppError::NotFound`] if there is none.
pub async fn source_row(baton: &Baton, workspace_id: WorkspaceId, id: SourceId) -> Result<Source, AppError> {
    baton.store().read().await?.source(workspace_id, id).await?.ok_or(AppError::NotFound)
}

/// A source with the titles, addresses and passage counts of its documents.
///
/// # Errors
/// [`AppError::NotFound`] if there is none.
pub async fn source(
    baton: &Baton,
    workspace_id: WorkspaceId,
    id: SourceId,
) -> Result<(Source, Vec<DocumentPassages>), AppError> {
    let source = source_row(baton, workspace_id, id).await?;
    let documents = match &source.state {
        SourceState::Ready { .. } | SourceState::Indexing => read_documents(baton, workspace_id, id).await?,
        _ if source.web.is_some() && source.documents > 0 => read_documents(baton, workspace_id, id).await?,
        SourceState::Queued | SourceState::Reading | SourceState::Failed { .. } => Vec::new(),
    };
    Ok((source, documents))
}

/// A source's passages from a position on, and the position of the next ones.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such source.
pub async fn passages(
    baton: &Baton,
    workspace_id: WorkspaceId,
    id: SourceId,
    from: usize,
) -> Result<(Vec<PassageView>, Option<usize>), AppError> {
    let (_, documents) = source(baton, workspace_id, id).await?;
    let total: usize = documents.iter().map(|document| document.passages.len()).sum();
    let shown = documents.iter().flat_map(|document| {
        document.passages.iter().map(|passage| PassageView {
            id: passage.id.as_str().to_owned(),
            document_title: document.title.clone(),
            url: document.url.clone(),
            heading_path: passage.place(),
            text: passage.text.clone(),
        })
    });
    let page: Vec<_> = shown.skip(from).take(PASSAGES_AT_ONCE).collect();
    let next = from + page.len();
    Ok((page, (next < total).then_some(next)))
}

/// Sources that were deleted after a snapshot was published: nothing may be said from them any more (I21).
pub(crate) async fn deleted_since(
    baton: &Baton,
    agent: &AgentRow,
    snapshot: &Snapshot,
) -> Result<BTreeSet<Arc<str>>, AppError> {
    let sources = baton.store().read().await?.sources(agent.workspace_id, agent.id).await?;
    Ok(gone(snapshot, &sources))
}

fn gone(snapshot: &Snapshot, sources: &[Source]) -> BTreeSet<Arc<str>> {
    let there: BTreeSet<_> = sources.iter().map(|source| source.id.to_string()).collect();
    snapshot.sources().iter().map(|entry| &entry.id).filter(|id| !there.contains(id.as_ref())).cloned().collect()
}

/// Whether an agent's knowledge is about to change: sources wait to be read, or one is deleted that the snapshot in use still has.
pub async fn is_training(baton: &Baton, agent: &AgentRow, sources: &[Source]) -> bool {
    let reads =
        |source: &Source| matches!(source.state, SourceState::Queued | SourceState::Reading | SourceState::Indexing);
    if sources.iter().any(reads) {
        return true;
    }
    // What is gone is gone on purpose, or waits for somebody: nothing is under way.
    if matches!(agent.knowledge.state, KnowledgeState::Failed { .. } | KnowledgeState::WentBack) {
        return false;
    }
    let published =
        sources.iter().filter(|source| matches!(source.state, SourceState::Ready { .. })).map(|source| source.passages);
    let Some(snapshot_id) = agent.knowledge.snapshot_id else { return false };
    // Opening a snapshot is dear, and where the numbers agree nothing was deleted.
    if published.sum::<u64>() == agent.knowledge.passages {
        return false;
    }
    match baton.snapshots().get(agent.id, snapshot_id).await {
        Ok(snapshot) => !gone(&snapshot, sources).is_empty(),
        // The shelf has told why. A question to this agent says so too.
        Err(_) => false,
    }
}

pub(crate) async fn read_documents(
    baton: &Baton,
    workspace_id: WorkspaceId,
    id: SourceId,
) -> Result<Vec<DocumentPassages>, AppError> {
    let bytes = baton.files().get(&documents_path(workspace_id, &id)).await?.bytes().await?;
    serde_json::from_slice(&bytes).map_err(|_| AppError::Internal("the documents of a source cannot be read"))
}

pub(crate) async fn write_documents(
    baton: &Baton,
    workspace_id: WorkspaceId,
    id: SourceId,
    documents: &[DocumentPassages],
) -> Result<(), AppError> {
    let bytes =
        serde_json::to_vec(documents).map_err(|_| AppError::Internal("the documents of a source cannot be written"))?;
    baton.files().put(&documents_path(workspace_id, &id), PutPayload::from(bytes)).await?;
    Ok(())
}

pub(crate) async fn read_content(
    baton: &Baton,
    workspace_id: WorkspaceId,
    source: &Source,
) -> Result<Vec<u8>, AppError> {
    let bytes = baton.files().get(&content_path(workspace_id, &source.content_hash)).await?.bytes().await?;
    Ok(bytes.to_vec())
}

pub(crate) async fn enqueue_training(
    baton: &Baton,
    unit: &mut dyn baton_storage::WriteUnit,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
) -> Result<(), AppError> {
    unit.enqueue_job(baton.fresh(), workspace_id, JobKind::TrainAgent(agent_id), baton.now()).await?;
    Ok(())
}

pub(crate) fn tell(baton: &Baton, workspace_id: WorkspaceId, source: &Source, progress: Option<(u64, u64)>) {
    let signal = Arc::new(Signal::Source { agent_id: source.agent_id, source_id: source.id, progress });
    baton.hub().publish(Topic::Inbox(workspace_id), &signal);
}

/// Names are made here, never taken from outside (T42).
fn content_path(workspace_id: WorkspaceId, content_hash: &str) -> Path {
    Path::from(format!("sources/{workspace_id}/{content_hash}"))
}

pub(super) fn documents_path(workspace_id: WorkspaceId, id: &SourceId) -> Path {
    Path::from(format!("documents/{workspace_id}/{id}.json"))
}

/// The name under which content is kept: SHA-256, hex. Equal content has one name.
#[must_use]
pub fn content_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
