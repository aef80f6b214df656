//! Agents: their settings, the knowledge they answer from, the sites that tried to show them.

use async_trait::async_trait;
use baton_domain::agent::AgentSettings;
use baton_domain::golden::Calibration;
use baton_domain::ids::{AgentId, SnapshotId, WorkspaceId};
use baton_domain::text::Origin;
use baton_domain::time::Timestamp;

use crate::StoreError;

/// Where an agent's knowledge stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnowledgeState {
    /// Nothing was ever published.
    Empty,
    /// Questions are answered from the published snapshot.
    Ready,
    /// Questions are answered from an older snapshot, to which somebody went back.
    WentBack,
    /// The last training failed, or was refused; questions are answered from the snapshot before it, if there is one.
    Failed {
        /// Why.
        error: String,
    },
}

/// An agent's knowledge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnowledgeRow {
    /// Where it stands.
    pub state: KnowledgeState,
    /// The published snapshot.
    pub snapshot_id: Option<SnapshotId>,
    /// Documents in it.
    pub documents: u64,
    /// Passages in it.
    pub passages: u64,
    /// When it was published.
    pub trained_at: Option<Timestamp>,
}

/// An AI agent.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentRow {
    /// Identity.
    pub id: AgentId,
    /// The workspace it belongs to.
    pub workspace_id: WorkspaceId,
    /// Shown to visitors and members.
    pub name: String,
    /// Everything the owner decides.
    pub settings: AgentSettings,
    /// What it answers from.
    pub knowledge: KnowledgeRow,
    /// How its confidence is moved, from its own evidence (A3).
    pub calibration: Calibration,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A site that tried to show a widget it may not show (W3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockedOrigin {
    /// The site.
    pub origin: Origin,
    /// How often.
    pub times: u64,
    /// When last.
    pub last_at: Timestamp,
}

/// The key of an agent's own language model, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelKeyRow {
    /// The sealed key; only the installation that sealed it can open it.
    pub sealed: Vec<u8>,
    /// Its last characters.
    pub hint: String,
    /// Where it may be sent: scheme, host and port.
    pub origin: String,
    /// When it was set.
    pub set_at: Timestamp,
}

/// What can be read of agents.
#[async_trait]
pub trait AgentReads {
    /// An agent.
    async fn agent(&mut self, workspace_id: WorkspaceId, id: AgentId) -> Result<Option<AgentRow>, StoreError>;

    /// An agent by what a public page says of it.
    async fn agent_anywhere(&mut self, id: AgentId) -> Result<Option<AgentRow>, StoreError>;

    /// All agents, oldest first.
    async fn agents(&mut self, workspace_id: WorkspaceId) -> Result<Vec<AgentRow>, StoreError>;

    /// Sites that tried to show the widget, latest first, at most 100.
    async fn blocked_origins(
        &mut self,
        workspace_id: WorkspaceId,
        id: AgentId,
    ) -> Result<Vec<BlockedOrigin>, StoreError>;

    /// The key of an agent's own language model, if it has one.
    async fn model_key(&mut self, workspace_id: WorkspaceId, id: AgentId) -> Result<Option<ModelKeyRow>, StoreError>;
}

/// What can be changed about agents.
#[async_trait]
pub trait AgentWrites {
    /// Stores a new agent.
    async fn insert_agent(&mut self, agent: &AgentRow) -> Result<(), StoreError>;

    /// Stores a name and settings.
    async fn update_agent(
        &mut self,
        workspace_id: WorkspaceId,
        id: AgentId,
        name: &str,
        settings: &AgentSettings,
    ) -> Result<(), StoreError>;

    /// Moves the pointer: from this commit on, questions see this snapshot (K4).
    async fn update_knowledge(
        &mut self,
        workspace_id: WorkspaceId,
        id: AgentId,
        knowledge: &KnowledgeRow,
    ) -> Result<(), StoreError>;

    /// Stores how the agent's confidence is moved.
    async fn update_calibration(
        &mut self,
        workspace_id: WorkspaceId,
        id: AgentId,
        calibration: &Calibration,
    ) -> Result<(), StoreError>;

    /// Stores the key of an agent's own language model in place of the one before.
    async fn put_model_key(
        &mut self,
        workspace_id: WorkspaceId,
        id: AgentId,
        key: &ModelKeyRow,
    ) -> Result<(), StoreError>;

    /// Forgets it; whether there was one.
    async fn delete_model_key(&mut self, workspace_id: WorkspaceId, id: AgentId) -> Result<bool, StoreError>;

    /// Counts a site that tried to show the widget.
    async fn note_blocked_origin(
        &mut self,
        workspace_id: WorkspaceId,
        id: AgentId,
        origin: &Origin,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Forgets a site: it is allowed now.
    async fn forget_blocked_origin(
        &mut self,
        workspace_id: WorkspaceId,
        id: AgentId,
        origin: &Origin,
    ) -> Result<(), StoreError>;
}
