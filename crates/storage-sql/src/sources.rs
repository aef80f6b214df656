//! What owners added to their agents' knowledge.

use async_trait::async_trait;
use baton_domain::ids::{AgentId, SourceId, WorkspaceId};
use baton_domain::source::Source;
use baton_storage::{SourceReads, SourceWrites, StoreError};

use crate::connection::{Row, SqlConnection, json, name, values};
use crate::unit::SqlUnit;

#[async_trait]
impl<C: SqlConnection> SourceReads for SqlUnit<C> {
    async fn sources(&mut self, workspace_id: WorkspaceId, agent_id: AgentId) -> Result<Vec<Source>, StoreError> {
        self.all(
            "select id, agent_id, name, kind, format, state, documents, passages, bytes, content_hash, created_at
            from source
            where agent_id = $1
            and workspace_id = $2
            order by created_at, id",
            values![agent_id, workspace_id],
            source,
        )
        .await
    }

    async fn source(&mut self, workspace_id: WorkspaceId, id: SourceId) -> Result<Option<Source>, StoreError> {
        self.first(
            "select id, agent_id, name, kind, format, state, documents, passages, bytes, content_hash, created_at
            from source
            where id = $1
            and workspace_id = $2",
            values![id, workspace_id],
            source,
        )
        .await
    }
}

#[async_trait]
impl<C: SqlConnection> SourceWrites for SqlUnit<C> {
    async fn insert_source(&mut self, workspace_id: WorkspaceId, source: &Source) -> Result<(), StoreError> {
        self.insert(
            "the source",
            "insert into source
            (id, workspace_id, agent_id, name, kind, format, state, documents, passages, bytes, content_hash, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            values![
                source.id,
                workspace_id,
                source.agent_id,
                source.name.as_str(),
                name(source.kind)?,
                source.format.as_deref(),
                json(&source.state)?,
                source.documents,
                source.passages,
                source.bytes,
                source.content_hash.as_str(),
                source.created_at,
            ],
        )
        .await
    }

    async fn update_source(&mut self, workspace_id: WorkspaceId, source: &Source) -> Result<(), StoreError> {
        self.execute(
            "update source
            set name = $1, kind = $2, format = $3, state = $4, documents = $5, passages = $6, bytes = $7,
            content_hash = $8
            where id = $9
            and workspace_id = $10",
            values![
                source.name.as_str(),
                name(source.kind)?,
                source.format.as_deref(),
                json(&source.state)?,
                source.documents,
                source.passages,
                source.bytes,
                source.content_hash.as_str(),
                source.id,
                workspace_id,
            ],
        )
        .await?;
        Ok(())
    }

    async fn delete_source(&mut self, workspace_id: WorkspaceId, id: SourceId) -> Result<bool, StoreError> {
        let rows = self
            .execute(
                "delete from source
                where id = $1
                and workspace_id = $2",
                values![id, workspace_id],
            )
            .await?;
        Ok(rows > 0)
    }
}

fn source(row: &Row) -> Result<Source, StoreError> {
    let row = row.of("source");
    Ok(Source {
        id: row.id(0, "id")?,
        agent_id: row.id(1, "agent_id")?,
        name: row.text(2, "name")?,
        kind: row.name(3, "kind")?,
        format: row.opt_text(4, "format")?,
        state: row.json(5, "state")?,
        documents: row.number(6, "documents")?,
        passages: row.number(7, "passages")?,
        bytes: row.number(8, "bytes")?,
        content_hash: row.text(9, "content_hash")?,
        created_at: row.time(10, "created_at")?,
    })
}
