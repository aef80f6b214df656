//! Claims jobs that are due and does them, one at a time: reading and indexing want the whole processor.

use std::time::Duration;

use baton_storage::{Job, JobKind, quietly};

use crate::knowledge::train_agent;
use crate::{AppError, Baton};

/// How long a node may hold a job without renewing.
const LEASE: Duration = Duration::from_secs(60);
const RENEW_EVERY: Duration = Duration::from_secs(20);

/// How often the table is looked at without being told.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How often a job is tried before it is given up.
const ATTEMPTS_MAX: u32 = 5;

pub(crate) async fn run(baton: Baton) {
    loop {
        match claim(&baton).await {
            Ok(Some(job)) => {
                do_job(&baton, &job).await;
                continue;
            }
            Ok(None) => {}
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "cannot claim jobs"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = baton.jobs_due().notified() => {}
            () = baton.shutdown().cancelled() => return,
        }
    }
}

/// Does a job that is due; whether there was one.
pub(crate) async fn run_due(baton: &Baton) -> Result<bool, AppError> {
    let job = claim(baton).await?;
    if let Some(job) = &job {
        do_job(baton, job).await;
    }
    Ok(job.is_some())
}

async fn claim(baton: &Baton) -> Result<Option<Job>, AppError> {
    let now = baton.now();
    let mut unit = baton.store().write().await?;
    let job = unit.claim_job_anywhere(now, now.after(LEASE)).await?;
    if job.is_some() {
        unit.commit(quietly()).await?;
    }
    Ok(job)
}

async fn do_job(baton: &Baton, job: &Job) {
    let JobKind::TrainAgent(agent_id) = job.kind;
    let work = train_agent(baton, job.workspace_id, agent_id);
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
    if over && let Err(error) = finish(baton, job).await {
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
