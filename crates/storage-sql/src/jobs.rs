//! Background work as rows with leases.

use async_trait::async_trait;
use baton_domain::ids::{AgentId, WorkspaceId};
use baton_domain::time::Timestamp;
use baton_storage::{Job, JobKind, JobWrites, Lane, StoreError};
use uuid::Uuid;

use crate::connection::{Row, SqlConnection, values};
use crate::unit::SqlUnit;

const TRAIN_AGENT: &str = "train_agent";
const EMBED_AGENT: &str = "embed_agent";
const CALIBRATE: &str = "calibrate";
const SYNC_SOURCE: &str = "sync_source";

/// How a job is stored: the name of its kind, its agent, and what it is done to.
fn columns(kind: JobKind) -> (&'static str, AgentId, Uuid) {
    match kind {
        JobKind::TrainAgent(agent_id) => (TRAIN_AGENT, agent_id, agent_id.0),
        JobKind::EmbedAgent(agent_id) => (EMBED_AGENT, agent_id, agent_id.0),
        JobKind::Calibrate(agent_id) => (CALIBRATE, agent_id, agent_id.0),
        JobKind::SyncSource { agent_id, source_id } => (SYNC_SOURCE, agent_id, source_id.0),
    }
}

#[async_trait]
impl<C: SqlConnection> JobWrites for SqlUnit<C> {
    async fn enqueue_job(
        &mut self,
        id: Uuid,
        workspace_id: WorkspaceId,
        kind: JobKind,
        due_at: Timestamp,
    ) -> Result<(), StoreError> {
        let (kind, agent_id, subject) = columns(kind);
        self.execute(
            "insert into job (id, workspace_id, kind, agent_id, subject, attempts, wake_at)
            values ($1, $2, $3, $4, $5, 0, $6)
            on conflict (kind, subject) where attempts = 0 do update
            set wake_at = case when excluded.wake_at < job.wake_at then excluded.wake_at else job.wake_at end",
            values![id, workspace_id, kind, agent_id, subject, due_at],
        )
        .await?;
        Ok(())
    }

    async fn withdraw_job(&mut self, workspace_id: WorkspaceId, kind: JobKind) -> Result<(), StoreError> {
        let (kind, _, subject) = columns(kind);
        self.execute(
            "delete from job
            where kind = $1
            and subject = $2
            and workspace_id = $3
            and attempts = 0",
            values![kind, subject, workspace_id],
        )
        .await?;
        Ok(())
    }

    async fn claim_job_anywhere(
        &mut self,
        lane: Lane,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Option<Job>, StoreError> {
        let (kind, or_kind) = match lane {
            Lane::Training => (TRAIN_AGENT, CALIBRATE),
            Lane::Embedding => (EMBED_AGENT, EMBED_AGENT),
            Lane::Fetching => (SYNC_SOURCE, SYNC_SOURCE),
        };
        // Work that somebody is doing is not begun a second time beside it: what waits behind it waits until it is done.
        self.first(CLAIM, values![now, lease_until, kind, or_kind], job).await
    }

    async fn renew_job(&mut self, id: Uuid, lease_until: Timestamp) -> Result<(), StoreError> {
        self.execute(
            "update job
            set wake_at = $1
            where id = $2
            and attempts > 0",
            values![lease_until, id],
        )
        .await?;
        Ok(())
    }

    async fn finish_job(&mut self, id: Uuid) -> Result<(), StoreError> {
        self.execute("delete from job where id = $1", values![id]).await?;
        Ok(())
    }
}

pub(crate) const CLAIM: &str = "update job
    set attempts = attempts + 1, wake_at = $2
    where wake_at <= $1
    and id in (
        select j.id
        from job j
        where j.wake_at <= $1
        and j.kind in ($3, $4)
        and not exists (
            select 1
            from job running
            where running.kind = j.kind
            and running.subject = j.subject
            and running.attempts > 0
            and running.wake_at > $1
        )
        order by j.wake_at, j.id
        limit 1
    )
    returning id, workspace_id, kind, agent_id, subject, attempts";

fn job(row: &Row) -> Result<Job, StoreError> {
    let row = row.of("job");
    let kind = match row.text(2, "kind")?.as_str() {
        TRAIN_AGENT => JobKind::TrainAgent(row.id(3, "agent_id")?),
        EMBED_AGENT => JobKind::EmbedAgent(row.id(3, "agent_id")?),
        CALIBRATE => JobKind::Calibrate(row.id(3, "agent_id")?),
        SYNC_SOURCE => JobKind::SyncSource { agent_id: row.id(3, "agent_id")?, source_id: row.id(4, "subject")? },
        other => return Err(row.unknown("kind", other)),
    };
    Ok(Job {
        id: row.id(0, "id")?,
        workspace_id: row.id(1, "workspace_id")?,
        kind,
        attempts: row.small(5, "attempts")?,
    })
}
