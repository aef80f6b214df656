//! AI work as rows with leases.

use async_trait::async_trait;
use baton_domain::ids::{ConversationId, TurnId, WorkspaceId};
use baton_domain::time::Timestamp;
use baton_domain::turn::{Turn, TurnOutcome};

use crate::StoreError;

/// How a turn ended, with what its decision was made from.
#[derive(Clone, Debug, PartialEq)]
pub struct TurnEnd {
    /// How.
    pub outcome: TurnOutcome,
    /// When.
    pub at: Timestamp,
    /// The recorded features, as JSON; `Null` if it never came to a decision.
    pub features: serde_json::Value,
    /// The decision, as JSON; `Null` if it never came to one.
    pub decision: serde_json::Value,
    /// How sure the answer was, if it was a question to the docs.
    pub confidence: Option<TurnConfidence>,
}

/// How sure an answer was, beside the features: what the owner's numbers are made of is read without them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TurnConfidence {
    /// Before the agent's own shift, 0 to 1.
    pub raw: f64,
    /// What the decision was made from, 0 to 1.
    pub shifted: f64,
}

/// What can be done with turns.
#[async_trait]
pub trait TurnWrites {
    /// Stores a new turn; the conversation's older ones that have not ended are superseded, as of when the new one is due.
    async fn open_turn(&mut self, turn: &Turn) -> Result<(), StoreError>;

    /// Claims turns that are due, or whose lease or deadline ran out, until `lease_until`. A claim is counted as an attempt.
    /// The deadline takes a turn from whoever claimed it before; after that only the lease counts.
    async fn claim_turns_anywhere(
        &mut self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Turn>, StoreError>;

    /// Claims one turn if it has not ended and nobody else holds it; it need not be due.
    async fn claim_turn(
        &mut self,
        workspace_id: WorkspaceId,
        id: TurnId,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Option<Turn>, StoreError>;

    /// Holds a claimed turn longer.
    async fn renew_turn(
        &mut self,
        workspace_id: WorkspaceId,
        id: TurnId,
        lease_until: Timestamp,
    ) -> Result<(), StoreError>;

    /// Ends a turn. One that has ended stays as it is.
    async fn end_turn(&mut self, workspace_id: WorkspaceId, id: TurnId, end: &TurnEnd) -> Result<(), StoreError>;

    /// Ends all turns of a conversation that have not ended: its owner changed.
    async fn supersede_turns(
        &mut self,
        workspace_id: WorkspaceId,
        conversation_id: ConversationId,
        at: Timestamp,
    ) -> Result<(), StoreError>;
}
