//! AI work as a durable row: whoever holds the lease does it, and a dead node's lease runs out (A9, I9).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, ConversationId, TurnId, WorkspaceId};
use crate::time::Timestamp;

/// How long a node may hold a turn without renewing. Short, because a visitor waits for it.
pub const TURN_LEASE: Duration = Duration::from_secs(10);

/// How often a turn is tried before it is handed to a person or said to have failed.
pub const TURN_ATTEMPTS_MAX: u32 = 3;

/// How a turn ended. Exactly one of these, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnOutcome {
    /// The AI answered, or answered small talk.
    Answered,
    /// The AI said that the docs do not answer this.
    Abstained,
    /// A person was brought in.
    HandedOff,
    /// A newer turn, or a change of owner, took over.
    Superseded,
    /// Nothing worked, and the visitor was told so.
    Failed,
}

/// Where a turn stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TurnState {
    /// Waits until it is due.
    Pending,
    /// A node works on it until the lease runs out.
    Running {
        /// End of the lease.
        lease_until: Timestamp,
    },
    /// Over.
    Ended {
        /// How.
        outcome: TurnOutcome,
        /// When.
        at: Timestamp,
    },
}

/// One piece of AI work: everything the visitor wrote that is unanswered, answered at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Identity.
    pub id: TurnId,
    /// The workspace, which every query is scoped by.
    pub workspace_id: WorkspaceId,
    /// The agent that answers.
    pub agent_id: AgentId,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The owner epoch in which it was opened; an answer of an older epoch is never stored.
    pub epoch: u64,
    /// Where it stands.
    pub state: TurnState,
    /// When work may begin: a short wait lets a burst of messages be answered together (A5).
    pub due_at: Timestamp,
    /// By when the visitor gets an answer, a line or a person (A9).
    pub deadline_at: Timestamp,
    /// How often it was claimed.
    pub attempts: u32,
}
