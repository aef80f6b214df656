//! Agents: their settings, the knowledge they answer from, the sites that tried to show them.

use async_trait::async_trait;
use baton_domain::agent::AgentSettings;
use baton_domain::golden::Calibration;
use baton_domain::ids::{AgentId, WorkspaceId};
use baton_domain::text::Origin;
use baton_domain::time::Timestamp;
use baton_storage::{
    AgentReads, AgentRow, AgentWrites, BlockedOrigin, KnowledgeRow, KnowledgeState, ModelKeyRow, StoreError,
};

use crate::connection::{Row, SqlConnection, json, values};
use crate::unit::SqlUnit;

#[async_trait]
impl<C: SqlConnection> AgentReads for SqlUnit<C> {
    async fn agent(&mut self, workspace_id: WorkspaceId, id: AgentId) -> Result<Option<AgentRow>, StoreError> {
        self.first(
            "select id, workspace_id, name, settings, created_at,
            knowledge_state, knowledge_error, snapshot_id, documents, passages, trained_at, calibration
            from agent
            where id = $1
            and workspace_id = $2",
            values![id, workspace_id],
            agent,
        )
        .await
    }

    async fn agent_anywhere(&mut self, id: AgentId) -> Result<Option<AgentRow>, StoreError> {
        self.first(
            "select id, workspace_id, name, settings, created_at,
            knowledge_state, knowledge_error, snapshot_id, documents, passages, trained_at, calibration
            from agent
            where id = $1",
            values![id],
            agent,
        )
        .await
    }

    async fn agents(&mut self, workspace_id: WorkspaceId) -> Result<Vec<AgentRow>, StoreError> {
        self.all(
            "select id, workspace_id, name, settings, created_at,
            knowledge_state, knowledge_error, snapshot_id, documents, passages, trained_at, calibration
            from agent
            where workspace_id = $1
            order by created_at, id",
            values![workspace_id],
            agent,
        )
        .await
    }

    async fn blocked_origins(
        &mut self,
        workspace_id: WorkspaceId,
        id: AgentId,
    ) -> Result<Vec<BlockedOrigin>, StoreError> {
        self.all(
            "select origin, times, last_at
            from blocked_origin
            where agent_id = $1
            and workspace_id = $2
            order by last_at desc, origin desc
            limit 100",
            values![id, workspace_id],
            blocked_origin,
        )
        .await
    }

    async fn model_key(&mut self, workspace_id: WorkspaceId, id: AgentId) -> Result<Option<ModelKeyRow>, StoreError> {
        self.first(
            "select sealed, hint, origin, set_at
            from agent_model_key
            where agent_id = $1
            and workspace_id = $2",
            values![id, workspace_id],
            model_key,
        )
        .await
    }
}

#[async_trait]
impl<C: SqlConnection> AgentWrites for SqlUnit<C> {
    async fn insert_agent(&mut self, agent: &AgentRow) -> Result<(), StoreError> {
        let (state, error) = knowledge_columns(&agent.knowledge.state);
        self.insert(
            "the agent",
            "insert into agent
            (id, workspace_id, name, settings, created_at,
            knowledge_state, knowledge_error, snapshot_id, documents, passages, trained_at, calibration)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            values![
                agent.id,
                agent.workspace_id,
                agent.name.as_str(),
                json(&agent.settings)?,
                agent.created_at,
                state,
                error,
                agent.knowledge.snapshot_id,
                agent.knowledge.documents,
                agent.knowledge.passages,
                agent.knowledge.trained_at,
                json(&agent.calibration)?,
            ],
        )
        .await
    }

    async fn update_agent(
        &mut self,
        workspace_id: WorkspaceId,
        id: AgentId,
        name: &str,
        settings: &AgentSettings,
    ) -> Result<(), StoreError> {
        self.execute(
            "update agent
            set name = $1, settings = $2
            where id = $3
            and workspace_id = $4",
            values![name, json(settings)?, id, workspace_id],
        )
        .await?;
        Ok(())
    }

    async fn update_knowledge(
        &mut self,
        workspace_id: WorkspaceId,
        id: AgentId,
        knowledge: &KnowledgeRow,
    ) -> Result<(), StoreError> {
        let (state, error) = knowledge_columns(&knowledge.state);
        self.execute(
            "update agent
            set knowledge_state = $1, knowledge_error = $2, snapshot_id = $3, documents = $4, passages = $5,
            trained_at = $6
            where id = $7
            and workspace_id = $8",
            values![
                state,
                error,
                knowledge.snapshot_id,
                knowledge.documents,
                knowledge.passages,
                knowledge.trained_at,
                id,
                workspace_id,
            ],
        )
        .await?;
        Ok(())
    }

    async fn update_calibration(
        &mut self,
        workspace_id: WorkspaceId,
        id: AgentId,
        calibration: &Calibration,
    ) -> Result<(), StoreError> {
        self.execute(
            "update agent
            set calibration = $1
            where id = $2
            and workspace_id = $3",
            values![json(calibration)?, id, workspace_id],
        )
        .await?;
        Ok(())
    }

    async fn put_model_key(
        &mut self,
        workspace_id: WorkspaceId,
        id: AgentId,
        key: &ModelKeyRow,
    ) -> Result<(), StoreError> {
        self.execute(
            "insert into agent_model_key (agent_id, workspace_id, sealed, hint, origin, set_at)
            select id, workspace_id, $3, $4, $5, $6
            from agent
            where id = $1
            and workspace_id = $2
            on conflict (agent_id) do update
            set sealed = excluded.sealed, hint = excluded.hint, origin = excluded.origin, set_at = excluded.set_at",
            values![id, workspace_id, key.sealed.as_slice(), key.hint.as_str(), key.origin.as_str(), key.set_at],
        )
        .await?;
        Ok(())
    }

    async fn delete_model_key(&mut self, workspace_id: WorkspaceId, id: AgentId) -> Result<bool, StoreError> {
        let deleted = self
            .execute(
                "delete from agent_model_key
                where agent_id = $1
                and workspace_id = $2",
                values![id, workspace_id],
            )
            .await?;
        Ok(deleted > 0)
    }

    async fn note_blocked_origin(
        &mut self,
        workspace_id: WorkspaceId,
        id: AgentId,
        origin: &Origin,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute(
            "insert into blocked_origin (workspace_id, agent_id, origin, times, last_at)
            select workspace_id, id, $3, 1, $4
            from agent
            where workspace_id = $1
            and id = $2
            on conflict (agent_id, origin) do update
            set times = blocked_origin.times + 1, last_at = excluded.last_at",
            values![workspace_id, id, origin.as_str(), at],
        )
        .await?;
        // Anybody can make up sites, so that only as many are kept as are shown.
        self.execute(
            "delete from blocked_origin
            where workspace_id = $1
            and agent_id = $2
            and (last_at, origin) <= (
                select last_at, origin
                from blocked_origin
                where workspace_id = $1
                and agent_id = $2
                order by last_at desc, origin desc
                limit 1 offset 100
            )",
            values![workspace_id, id],
        )
        .await?;
        Ok(())
    }

    async fn forget_blocked_origin(
        &mut self,
        workspace_id: WorkspaceId,
        id: AgentId,
        origin: &Origin,
    ) -> Result<(), StoreError> {
        self.execute(
            "delete from blocked_origin
            where workspace_id = $1
            and agent_id = $2
            and origin = $3",
            values![workspace_id, id, origin.as_str()],
        )
        .await?;
        Ok(())
    }
}

/// Name and error of a state of knowledge, as stored.
fn knowledge_columns(state: &KnowledgeState) -> (&'static str, Option<&str>) {
    match state {
        KnowledgeState::Empty => ("empty", None),
        KnowledgeState::Ready => ("ready", None),
        KnowledgeState::WentBack => ("went_back", None),
        KnowledgeState::Failed { error } => ("failed", Some(error)),
    }
}

fn agent(row: &Row) -> Result<AgentRow, StoreError> {
    let row = row.of("agent");
    let state = match row.text(5, "knowledge_state")?.as_str() {
        "empty" => KnowledgeState::Empty,
        "ready" => KnowledgeState::Ready,
        "went_back" => KnowledgeState::WentBack,
        "failed" => KnowledgeState::Failed { error: row.text(6, "knowledge_error")? },
        other => return Err(row.unknown("knowledge_state", other)),
    };
    Ok(AgentRow {
        id: row.id(0, "id")?,
        workspace_id: row.id(1, "workspace_id")?,
        name: row.text(2, "name")?,
        settings: row.json(3, "settings")?,
        created_at: row.time(4, "created_at")?,
        knowledge: KnowledgeRow {
            state,
            snapshot_id: row.opt_id(7, "snapshot_id")?,
            documents: row.number(8, "documents")?,
            passages: row.number(9, "passages")?,
            trained_at: row.opt_time(10, "trained_at")?,
        },
        calibration: row.opt_json(11, "calibration")?.unwrap_or_default(),
    })
}

fn blocked_origin(row: &Row) -> Result<BlockedOrigin, StoreError> {
    let row = row.of("blocked_origin");
    Ok(BlockedOrigin {
        origin: row.name(0, "origin")?,
        times: row.number(1, "times")?,
        last_at: row.time(2, "last_at")?,
    })
}

fn model_key(row: &Row) -> Result<ModelKeyRow, StoreError> {
    let row = row.of("agent_model_key");
    Ok(ModelKeyRow {
        sealed: row.blob(0, "sealed")?,
        hint: row.text(1, "hint")?,
        origin: row.text(2, "origin")?,
        set_at: row.time(3, "set_at")?,
    })
}
