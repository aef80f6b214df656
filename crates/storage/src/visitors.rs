//! Visitors and their tokens.

use async_trait::async_trait;
use baton_domain::ids::{AgentId, VisitorId, WorkspaceId};
use baton_domain::time::Timestamp;

use crate::StoreError;
use crate::team::TokenHash;

/// A person on the owner's site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// Identity.
    pub id: VisitorId,
    /// The workspace of the agent they talk to.
    pub workspace_id: WorkspaceId,
    /// The agent they talk to.
    pub agent_id: AgentId,
    /// When they first wrote.
    pub created_at: Timestamp,
}

/// What can be read of visitors.
#[async_trait]
pub trait VisitorReads {
    /// A visitor.
    async fn visitor(&mut self, workspace_id: WorkspaceId, id: VisitorId) -> Result<Option<Visitor>, StoreError>;

    /// Whose token this is.
    async fn visitor_of_token_anywhere(&mut self, token: TokenHash) -> Result<Option<Visitor>, StoreError>;
}

/// What can be changed about visitors.
#[async_trait]
pub trait VisitorWrites {
    /// Stores a new visitor with the hash of their token.
    async fn insert_visitor(&mut self, visitor: &Visitor, token: TokenHash) -> Result<(), StoreError>;
}
