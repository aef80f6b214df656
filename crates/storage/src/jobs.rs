//! Background work as rows with leases: whoever holds the lease does it, and a dead node's lease runs out.

use async_trait::async_trait;
use baton_domain::ids::{AgentId, SourceId, WorkspaceId};
use baton_domain::time::Timestamp;
use uuid::Uuid;

use crate::StoreError;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// Read an agent's new sources and publish a snapshot of all of them.
    TrainAgent(AgentId),
    /// Embed the passages of an agent's published snapshot.
    EmbedAgent(AgentId),
    /// Fit how an agent's confidence is moved to what is known of its answers.
    Calibrate(AgentId),
    /// Fetch a source of an agent from the web.
    SyncSource {
        /// The agent.
        agent_id: AgentId,
        /// The source.
        source_id: SourceId,
    },
}

/// Work that does not wait for work of another kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Reading and indexing, which want the processor.
    Training,
    /// Embedding, which takes minutes where training takes seconds.
    Embedding,
    /// Fetching, which mostly waits.
    Fetching,
}

/// Work that somebody has claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Identity.
    pub id: Uuid,
    /// The workspace it is done for.
    pub workspace_id: WorkspaceId,
    /// What is to be done.
    pub kind: JobKind,
    /// How often it was claimed.
    pub attempts: u32,
}

/// What can be done with jobs.
#[async_trait]
pub trait JobWrites {
    /// Adds work. If the same work waits already and nobody has begun it, it is due at the earlier of the two times.
    async fn enqueue_job(
        &mut self,
        id: Uuid,
        workspace_id: WorkspaceId,
        kind: JobKind,
        due_at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Removes work that waits and that nobody has begun.
    async fn withdraw_job(&mut self, workspace_id: WorkspaceId, kind: JobKind) -> Result<(), StoreError>;

    /// Claims one job of a lane that is due, or whose lease ran out, until `lease_until`. Skips work that somebody is doing already.
    async fn claim_job_anywhere(
        &mut self,
        lane: Lane,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Option<Job>, StoreError>;

    /// Holds a claimed job longer.
    async fn renew_job(&mut self, id: Uuid, lease_until: Timestamp) -> Result<(), StoreError>;

    /// Removes a job that is done.
    async fn finish_job(&mut self, id: Uuid) -> Result<(), StoreError>;
}
