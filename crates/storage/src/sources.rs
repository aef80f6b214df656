//! What owners added to their agents' knowledge.

use async_trait::async_trait;
use baton_domain::ids::{AgentId, SourceId, WorkspaceId};
use baton_domain::source::{PageState, Source, SourcePage};

use crate::StoreError;

/// What can be read of sources.
#[async_trait]
pub trait SourceReads {
    /// An agent's sources, oldest first.
    async fn sources(&mut self, workspace_id: WorkspaceId, agent_id: AgentId) -> Result<Vec<Source>, StoreError>;

    /// A source.
    async fn source(&mut self, workspace_id: WorkspaceId, id: SourceId) -> Result<Option<Source>, StoreError>;

    /// Pages of a source in the order of their keys, those after one, and of one state.
    async fn source_pages(
        &mut self,
        workspace_id: WorkspaceId,
        source_id: SourceId,
        after: Option<&str>,
        state: Option<PageState>,
        limit: u32,
    ) -> Result<Vec<SourcePage>, StoreError>;
}

/// What can be changed about sources.
#[async_trait]
pub trait SourceWrites {
    /// Stores a new source.
    async fn insert_source(&mut self, workspace_id: WorkspaceId, source: &Source) -> Result<(), StoreError>;

    /// Stores where its reading stands. Nothing happens if it was deleted meanwhile.
    async fn update_source(&mut self, workspace_id: WorkspaceId, source: &Source) -> Result<(), StoreError>;

    /// Stores pages of a source, in place of those with the same keys. Nothing happens if the source was deleted meanwhile.
    async fn put_source_pages(
        &mut self,
        workspace_id: WorkspaceId,
        source_id: SourceId,
        pages: &[SourcePage],
    ) -> Result<(), StoreError>;

    /// Removes pages of a source by their keys.
    async fn delete_source_pages(
        &mut self,
        workspace_id: WorkspaceId,
        source_id: SourceId,
        keys: &[String],
    ) -> Result<(), StoreError>;

    /// Removes it with its pages and the work that waits for it; whether there was one.
    async fn delete_source(&mut self, workspace_id: WorkspaceId, id: SourceId) -> Result<bool, StoreError>;
}
