//! Background work as rows with leases.

use async_trait::async_trait;
use baton_domain::ids::WorkspaceId;
use baton_domain::time::Timestamp;
use baton_storage::{Job, JobKind, JobWrites, StoreError};
use uuid::Uuid;

use crate::connection::{Row, SqlConnection, values};
use crate::unit::SqlUnit;

const TRAIN_AGENT: &str = "train_agent";

#[async_trait]
impl<C: SqlConnection> JobWrites for SqlUnit<C> {
    async fn enqueue_job(
        &mut self,
        id: Uuid,
        workspace_id: WorkspaceId,
        kind: JobKind,
        due_at: Timestamp,
    ) -> Result<(), StoreError> {
        let JobKind::TrainAgent(agent_id) = kind;
        self.execute(
            "insert into job (id, workspace_id, kind, agent_id, attempts, wake_at)
            values ($1, $2, $3, $4, 0, $5)
            on conflict do nothing",
            values![id, workspace_id, TRAIN_AGENT, agent_id, due_at],
        )
        .await?;
        Ok(())
    }

    async fn claim_job_anywhere(&mut self, now: Timestamp, lease_until: Timestamp) -> Result<Option<Job>, StoreError> {
        // Work that somebody is doing is not begun a second time beside it: what waits behind it waits until it is done.
        self.first(CLAIM, values![now, lease_until], job).await
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
        and not exists (
            select 1
            from job running
            where running.kind = j.kind
            and running.agent_id = j.agent_id
            and running.attempts > 0
            and running.wake_at > $1
        )
        order by j.wake_at, j.id
        limit 1
    )
    returning id, workspace_id, kind, agent_id, attempts";

fn job(row: &Row) -> Result<Job, StoreError> {
    let row = row.of("job");
    let kind = match row.text(2, "kind")?.as_str() {
        TRAIN_AGENT => JobKind::TrainAgent(row.id(3, "agent_id")?),
        other => return Err(row.unknown("kind", other)),
    };
    Ok(Job {
        id: row.id(0, "id")?,
        workspace_id: row.id(1, "workspace_id")?,
        kind,
        attempts: row.small(4, "attempts")?,
    })
}
