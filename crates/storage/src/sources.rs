//! What owners added to their agents' knowledge.

use async_trait::async_trait;
use baton_domain::ids::{AgentId, SourceId, WorkspaceId};
use baton_domain::source::Source;

use crate::StoreError;

/// What can be read of sources.
#[async_trait]
pub trait SourceReads {
    /// An agent's sources, oldest first.
    async fn sources(&mut self, workspace_id: WorkspaceId, agent_id: AgentId) -> Result<Vec<Source>, StoreError>;

    /// A source.
    async fn source(&mut self, workspace_id: WorkspaceId, id: SourceId) -> Result<Option<Source>, StoreError>;
}

/// What can be changed about sources.
#[async_trait]
pub trait SourceWrites {
    /// Stores a new source.
    async fn insert_source(&mut self, workspace_id: WorkspaceId, source: &Source) -> Result<(), StoreError>;

    /// Stores where its reading stands. Nothing happens if it was deleted meanwhile.
    async fn update_source(&mut self, workspace_id: WorkspaceId, source: &Source) -> Result<(), StoreError>;

    /// Removes it; whether there was one.
    async fn delete_source(&mut self, workspace_id: WorkspaceId, id: SourceId) -> Result<bool, StoreError>;
}
