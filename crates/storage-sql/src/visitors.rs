//! Visitors and their tokens.

use async_trait::async_trait;
use baton_domain::ids::{VisitorId, WorkspaceId};
use baton_storage::{StoreError, TokenHash, Visitor, VisitorReads, VisitorWrites};

use crate::connection::{Row, SqlConnection, values};
use crate::unit::SqlUnit;

#[async_trait]
impl<C: SqlConnection> VisitorReads for SqlUnit<C> {
    async fn visitor(&mut self, workspace_id: WorkspaceId, id: VisitorId) -> Result<Option<Visitor>, StoreError> {
        self.first(
            "select id, workspace_id, agent_id, created_at
            from visitor
            where id = $1
            and workspace_id = $2",
            values![id, workspace_id],
            visitor,
        )
        .await
    }

    async fn visitor_of_token_anywhere(&mut self, token: TokenHash) -> Result<Option<Visitor>, StoreError> {
        self.first(
            "select id, workspace_id, agent_id, created_at
            from visitor
            where token_hash = $1",
            values![token],
            visitor,
        )
        .await
    }
}

#[async_trait]
impl<C: SqlConnection> VisitorWrites for SqlUnit<C> {
    async fn insert_visitor(&mut self, visitor: &Visitor, token: TokenHash) -> Result<(), StoreError> {
        self.insert(
            "the visitor",
            "insert into visitor (id, workspace_id, agent_id, token_hash, created_at)
            values ($1, $2, $3, $4, $5)",
            values![visitor.id, visitor.workspace_id, visitor.agent_id, token, visitor.created_at],
        )
        .await
    }
}

fn visitor(row: &Row) -> Result<Visitor, StoreError> {
    let row = row.of("visitor");
    Ok(Visitor {
        id: row.id(0, "id")?,
        workspace_id: row.id(1, "workspace_id")?,
        agent_id: row.id(2, "agent_id")?,
        created_at: row.time(3, "created_at")?,
    })
}
