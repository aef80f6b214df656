//! Training: new sources are read, a snapshot of all sources is built beside the one in use, then one pointer moves (K4).

use std::sync::Arc;

use baton_domain::golden::{GoldenQuestion, GoldenSummary, Training, TrainingState};
use baton_domain::ids::{AgentId, SnapshotId, WorkspaceId};
use baton_domain::source::{Source, SourceError, SourceKind, SourceState};
use baton_knowledge::{BuildOptions, Format, Manifest, ReadOptions, Snapshot, SourcePassages};
use baton_realtime::{Signal, Topic};
use baton_storage::{AgentRow, JobKind, KnowledgeRow, KnowledgeState, quietly};

use crate::golden::{Exam, TRAININGS_KEPT, baseline, examine, tidy};
use crate::knowledge::embed::embed_snapshot;
use crate::knowledge::shelf::open as open_snapshot;
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
    let Some(built) = build(baton, workspace_id, agent_id, &readable).await? else { return Ok(()) };
    let mut unit = baton.store().read().await?;
    let agent = unit.agent(workspace_id, agent_id).await?.ok_or(AppError::NotFound)?;
    let questions = unit.golden_questions(workspace_id, agent_id).await?;
    drop(unit);
    let before = agent.knowledge.snapshot_id;
    if questions.is_empty() {
        conclude(baton, workspace_id, agent_id, &readable, &built, Verdict::Unasked).await?;
        // The docs answer from here on, by their words; their meaning follows.
        return embed_snapshot(baton, agent_id, built.snapshot_id, before).await;
    }
    // What is judged is what visitors would get, so the meaning comes first here.
    embed_snapshot(baton, agent_id, built.snapshot_id, before).await?;
    let verdict = ask_golden_questions(baton, &agent, built.snapshot_id, &questions).await?;
    conclude(baton, workspace_id, agent_id, &readable, &built, verdict).await
}

/// Does the training that is due right now, in this task: for the command line, and for tests.
///
/// # Errors
/// As [`train_agent`].
pub async fn train_now(baton: &Baton, workspace_id: WorkspaceId, agent_id: AgentId) -> Result<(), AppError> {
    train_agent(baton, workspace_id, agent_id).await
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
    ReadRequest { source_id: source.id.to_string(), options }
}

/// A snapshot that is whole and that nobody asks yet.
struct Built {
    snapshot_id: SnapshotId,
    manifest: Manifest,
}

/// What the golden questions say of a snapshot (K7).
enum Verdict {
    /// There are none.
    Unasked,
    /// They were asked.
    Asked { summary: GoldenSummary, exam: Exam },
}

/// Builds a snapshot of sources that were read, beside the one in use. `None` if it could not be built; that has been told.
async fn build(
    baton: &Baton,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
    sources: &[Source],
) -> Result<Option<Built>, AppError> {
    let mut passages = Vec::with_capacity(sources.len());
    for source in sources {
        let documents = read_documents(baton, workspace_id, source.id).await?;
        passages.push(SourcePassages { source_id: source.id.to_string(), source_name: source.name.clone(), documents });
    }
    let snapshot_id: SnapshotId = baton.fresh();
    let path = baton.snapshots().path(agent_id, snapshot_id);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(|_| AppError::Internal("the folder for snapshots cannot be made"))?;
    }
    let built = tokio::task::spawn_blocking(move || Snapshot::build(&path, &passages, &BuildOptions::default())).await;
    let why = match built {
        Ok(Ok(manifest)) => return Ok(Some(Built { snapshot_id, manifest })),
        Ok(Err(error)) => {
            tracing::error!(agent.id = %agent_id, error = &error as &dyn std::error::Error, "training failed");
            error.to_string()
        }
        Err(_) => "building the index failed".to_owned(),
    };
    fail(baton, workspace_id, agent_id, sources, &why).await?;
    Ok(None)
}

/// Asks the golden questions of the new snapshot, and tells what differs from the one in use.
async fn ask_golden_questions(
    baton: &Baton,
    agent: &AgentRow,
    snapshot_id: SnapshotId,
    questions: &[GoldenQuestion],
) -> Result<Verdict, AppError> {
    let (path, vectors) =
        (baton.snapshots().path(agent.id, snapshot_id), baton.snapshots().vectors_path(agent.id, snapshot_id));
    let opened = tokio::task::spawn_blocking(move || open_snapshot(&path, &vectors)).await;
    let Ok(Ok(snapshot)) = opened else { return Err(AppError::Internal("the new index cannot be opened")) };
    let exam = examine(baton, agent, &snapshot, questions).await?;
    let before = baseline(baton, agent, questions).await?;
    let before = exam.judge_again(agent.settings.answer_threshold, &before);
    let summary = GoldenSummary::of(&exam.results, &before, baton.now());
    Ok(Verdict::Asked { summary, exam })
}

/// Publishes a snapshot, or keeps it back because golden questions got worse and the owner wants it so. One commit either way.
async fn conclude(
    baton: &Baton,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
    sources: &[Source],
    built: &Built,
    verdict: Verdict,
) -> Result<(), AppError> {
    let (golden, results, calibration) = match verdict {
        Verdict::Unasked => (None, Vec::new(), None),
        Verdict::Asked { summary, exam } => (Some(summary), exam.results, Some(exam.calibration)),
    };
    let mut unit = baton.store().write().await?;
    let agent = unit.agent(workspace_id, agent_id).await?.ok_or(AppError::NotFound)?;
    let worse = golden.as_ref().map_or(0, |golden| golden.worse.len());
    let is_refused = worse > 0 && agent.settings.refuse_worse_training;
    let knowledge = if is_refused {
        KnowledgeRow { state: KnowledgeState::Failed { error: refusal(worse) }, ..agent.knowledge }
    } else {
        ready(baton, built)
    };
    let now = baton.now();
    let training = Training {
        id: baton.fresh(),
        agent_id,
        snapshot_id: built.snapshot_id,
        at: now,
        documents: u64::from(built.manifest.documents),
        passages: u64::from(built.manifest.passages),
        state: if is_refused { TrainingState::Refused } else { TrainingState::Published },
        published_at: (!is_refused).then_some(now),
        golden,
    };
    unit.update_knowledge(workspace_id, agent_id, &knowledge).await?;
    unit.insert_training(workspace_id, &training, &results).await?;
    unit.trim_trainings(workspace_id, agent_id, TRAININGS_KEPT).await?;
    match calibration {
        Some(calibration) if !is_refused => {
            unit.update_calibration(workspace_id, agent_id, &calibration).await?;
        }
        // The questions that it was fitted from are gone.
        None if agent.calibration.golden > 0 => {
            unit.enqueue_job(baton.fresh(), workspace_id, JobKind::Calibrate(agent_id), now).await?;
        }
        Some(_) | None => {}
    }
    for source in sources {
        // As it is by now: its name or schedule may have changed, and one that is to be read again is not ready.
        let Some(now) = unit.source(workspace_id, source.id).await? else { continue };
        if matches!(now.state, SourceState::Indexing | SourceState::Ready { .. }) {
            let state = SourceState::Ready { synced_at: baton.now() };
            unit.update_source(workspace_id, &Source { state, ..now }).await?;
        }
    }
    unit.commit(quietly()).await?;
    baton.forget_agent(agent_id);
    tidy(baton, workspace_id, agent_id).await?;
    for source in sources {
        tell(baton, workspace_id, source, None);
    }
    tell_agent(baton, workspace_id, agent_id);
    Ok(())
}

fn refusal(worse: usize) -> String {
    let questions =
        if worse == 1 { "1 golden question that passed fails" } else { "golden questions that passed fail" };
    let count = if worse == 1 { String::new() } else { format!("{worse} ") };
    format!("The new docs were not published: {count}{questions} with them. Answers come from the docs before.")
}

fn ready(baton: &Baton, built: &Built) -> KnowledgeRow {
    KnowledgeRow {
        state: if built.manifest.passages == 0 { KnowledgeState::Empty } else { KnowledgeState::Ready },
        snapshot_id: Some(built.snapshot_id),
        documents: u64::from(built.manifest.documents),
        passages: u64::from(built.manifest.passages),
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

fn tell_agent(baton: &Baton, workspace_id: WorkspaceId, agent_id: AgentId) {
    baton.hub().publish(Topic::Inbox(workspace_id), &Arc::new(Signal::Agent { agent_id }));
}
