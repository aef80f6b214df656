//! Claims jobs that are due and does them: trainings one at a time, because reading and indexing want the whole processor;
//! embeddings one at a time beside them, so that an agent with thousands of passages keeps nobody from being trained;
//! what is fetched mostly waits, so a few at a time beside them.

use std::sync::Arc;
use std::time::Duration;

use baton_storage::{Job, JobKind, Lane, quietly};
use tokio::sync::{Notify, Semaphore};

use crate::golden::calibrate;
use crate::knowledge::{abandon_sync, embed_agent, sync_source, train_agent};
use crate::{AppError, Baton};

/// How long a node may hold a job without renewing.
const LEASE: Duration = Duration::from_secs(60);
const RENEW_EVERY: Duration = Duration::from_secs(20);

/// How often the table is looked at without being told.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How often a job is tried before it is given up.
const ATTEMPTS_MAX: u32 = 5;

/// Sources that are fetched at a time: one site that answers slowly is not waited for by all others.
const FETCHED_AT_ONCE: usize = 4;

/// Works on the training lane, one job at a time.
pub(crate) async fn run_training(baton: Baton) {
    one_by_one(&baton, Lane::Training, baton.jobs_due()).await;
}

/// Works on the embedding lane, one job at a time.
pub(crate) async fn run_embedding(baton: Baton) {
    one_by_one(&baton, Lane::Embedding, baton.embeddings_due()).await;
}

async fn one_by_one(baton: &Baton, lane: Lane, due: &Notify) {
    loop {
        match claim(baton, lane).await {
            Ok(Some(job)) => {
                do_job(baton, &job).await;
                continue;
            }
            Ok(None) => {}
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "cannot claim jobs"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = due.notified() => {}
            () = baton.shutdown().cancelled() => return,
        }
    }
}

/// Works on the fetching lane, a few jobs at a time.
pub(crate) async fn run_fetching(baton: Baton) {
    let free = Arc::new(Semaphore::new(FETCHED_AT_ONCE));
    loop {
        let permit = tokio::select! {
            permit = Arc::clone(&free).acquire_owned() => permit,
            () = baton.shutdown().cancelled() => return,
        };
        let Ok(permit) = permit else { return };
        match claim(&baton, Lane::Fetching).await {
            Ok(Some(job)) => {
                let baton_of_job = baton.clone();
                baton.tasks().spawn(async move {
                    do_job(&baton_of_job, &job).await;
                    drop(permit);
                });
                continue;
            }
            Ok(None) => {}
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "cannot claim jobs"),
        }
        drop(permit);
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = baton.syncs_due().notified() => {}
            () = baton.shutdown().cancelled() => return,
        }
    }
}

/// Does a job that is due; whether there was one.
pub(crate) async fn run_due(baton: &Baton) -> Result<bool, AppError> {
    for lane in [Lane::Fetching, Lane::Training, Lane::Embedding] {
        if let Some(job) = claim(baton, lane).await? {
            do_job(baton, &job).await;
            return Ok(true);
        }
    }
    Ok(false)
}

async fn claim(baton: &Baton, lane: Lane) -> Result<Option<Job>, AppError> {
    let now = baton.now();
    let mut unit = baton.store().write().await?;
    let job = unit.claim_job_anywhere(lane, now, now.after(LEASE)).await?;
    if job.is_some() {
        unit.commit(quietly()).await?;
    }
    Ok(job)
}

async fn work(baton: &Baton, job: &Job) -> Result<(), AppError> {
    match job.kind {
        JobKind::TrainAgent(agent_id) => train_agent(baton, job.workspace_id, agent_id).await,
        JobKind::EmbedAgent(agent_id) => embed_agent(baton, job.workspace_id, agent_id).await,
        JobKind::Calibrate(agent_id) => calibrate(baton, job.workspace_id, agent_id).await,
        JobKind::SyncSource { source_id, .. } => sync_source(baton, job.workspace_id, source_id).await,
    }
}

async fn do_job(baton: &Baton, job: &Job) {
    let work = work(baton, job);
    tokio::pin!(work);
    let done = loop {
        tokio::select! {
            done = &mut work => break done,
            () = tokio::time::sleep(RENEW_EVERY) => {
                if let Err(error) = renew(baton, job).await {
                    tracing::warn!(error = &error as &dyn std::error::Error, "cannot hold a job longer");
                }
            }
            // Left as it is: the lease runs out, and the next start begins again.
            () = baton.shutdown().cancelled() => return,
        }
    };
    let over = match done {
        Ok(()) | Err(AppError::NotFound) => true,
        Err(error) => {
            tracing::error!(job.id = %job.id, job.attempts = job.attempts, error = &error as &dyn std::error::Error, "a job failed");
            job.attempts >= ATTEMPTS_MAX
        }
    };
    if !over {
        return;
    }
    if let JobKind::SyncSource { source_id, .. } = job.kind
        && let Err(error) = abandon_sync(baton, job.workspace_id, source_id).await
    {
        tracing::error!(error = &error as &dyn std::error::Error, "cannot give up a sync");
    }
    if let Err(error) = finish(baton, job).await {
        tracing::error!(error = &error as &dyn std::error::Error, "cannot finish a job");
    }
}

async fn renew(baton: &Baton, job: &Job) -> Result<(), AppError> {
    let mut unit = baton.store().write().await?;
    unit.renew_job(job.id, baton.now().after(LEASE)).await?;
    Ok(unit.commit(quietly()).await?)
}

async fn finish(baton: &Baton, job: &Job) -> Result<(), AppError> {
    let mut unit = baton.store().write().await?;
    unit.finish_job(job.id).await?;
    Ok(unit.commit(quietly()).await?)
}
