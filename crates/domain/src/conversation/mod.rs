//! One thread between a visitor and an agent: an append-only log with one owner at a time.

mod apply;
mod command;
mod decide;
mod event;
mod place;
mod summary;
mod visitor_view;

#[cfg(test)]
mod model_check;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod transcripts;

use serde::{Deserialize, Serialize};

pub use crate::conversation::command::{Command, Context, FreshIds, Person, Reading, Refusal, Reply};
pub use crate::conversation::decide::{HOLDING_EVERY, decide};
pub use crate::conversation::event::{
    ActionTaken, By, Citation, Entry, Event, Line, Outcome, Rating, ReopenedTo, ReplyKind, Side, TakenFrom,
};
pub use crate::conversation::place::Place;
pub use crate::conversation::summary::{HandoffNote, LastMessage, OwnerView, Summary, Writer};
pub use crate::conversation::visitor_view::visitor_view;

use crate::ids::{AgentId, ConversationId, HandoffId, MemberId, TurnId, VisitorId, WorkspaceId};
use crate::policy::HandoffReason;
use crate::time::Timestamp;

/// Who a conversation is with. Exactly one of these at any time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Owner {
    /// The AI answers.
    Ai {
        /// The work under way for everything unanswered.
        turn: Option<TurnId>,
        /// Failed answers in a row.
        failed_answers: u32,
    },
    /// Waits for a person. The AI is silent.
    Queue {
        /// The open handoff.
        handoff_id: HandoffId,
        /// Why.
        reason: HandoffReason,
        /// Since when it waits.
        since: Timestamp,
        /// When Baton last told the visitor that somebody will come; absent until it did.
        told_at: Option<Timestamp>,
    },
    /// One member has it. The AI is silent.
    Member {
        /// Who.
        member_id: MemberId,
        /// Their name at the time.
        name: String,
        /// The handoff this belongs to.
        handoff_id: HandoffId,
        /// Why a person was needed.
        reason: HandoffReason,
        /// Since when.
        since: Timestamp,
        /// Whether they have written yet.
        spoken: bool,
    },
    /// Over, until somebody writes again.
    Closed {
        /// How it ended.
        outcome: Outcome,
        /// When.
        at: Timestamp,
        /// The handoff it ended with, if people were involved since the AI last had it.
        handoff: Option<(HandoffId, HandoffReason)>,
    },
}

/// The state that decisions are made from. Everything in it follows from the log.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Conversation {
    /// Identity.
    pub id: ConversationId,
    /// The workspace it belongs to.
    pub workspace_id: WorkspaceId,
    /// The agent it is with.
    pub agent_id: AgentId,
    /// The visitor it is with.
    pub visitor_id: VisitorId,
    /// Sequence number of the last event; the first event has 1, and there are no gaps.
    pub seq: u64,
    /// Raised at each change of owner. Whatever the AI began in an older epoch is never stored.
    pub epoch: u64,
    /// Who it is with.
    pub owner: Owner,
    /// Sequence number of the first visitor message that nobody has followed yet.
    pub unanswered: Option<u64>,
    /// What the AI takes into account begins after this event: the start, or the last close (A2).
    pub context_after: u64,
    /// How far the visitor has read.
    pub seen_by_visitor: u64,
    /// How far the team has read.
    pub seen_by_team: u64,
    /// When anything was last said.
    pub active_at: Timestamp,
}

impl Conversation {
    /// An empty conversation, before its first event.
    #[must_use]
    pub fn new(
        id: ConversationId,
        workspace_id: WorkspaceId,
        agent_id: AgentId,
        visitor_id: VisitorId,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            workspace_id,
            agent_id,
            visitor_id,
            seq: 0,
            epoch: 1,
            owner: Owner::Ai { turn: None, failed_answers: 0 },
            unanswered: None,
            context_after: 0,
            seen_by_visitor: 0,
            seen_by_team: 0,
            active_at: now,
        }
    }

    /// Appends events: numbers them, folds them in and returns the new entries of the log.
    pub fn append(&mut self, events: Vec<Event>, now: Timestamp) -> Vec<Entry> {
        events
            .into_iter()
            .map(|event| {
                let entry = Entry { seq: self.seq + 1, at: now, event };
                self.apply(&entry);
                entry
            })
            .collect()
    }

    /// Failed answers in a row, zero unless the AI has it.
    #[must_use]
    pub fn failed_answers(&self) -> u32 {
        match self.owner {
            Owner::Ai { failed_answers, .. } => failed_answers,
            Owner::Queue { .. } | Owner::Member { .. } | Owner::Closed { .. } => 0,
        }
    }

    /// The turn under way.
    #[must_use]
    pub fn open_turn(&self) -> Option<TurnId> {
        match self.owner {
            Owner::Ai { turn, .. } => turn,
            Owner::Queue { .. } | Owner::Member { .. } | Owner::Closed { .. } => None,
        }
    }

    /// Whether it is over until somebody writes again.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self.owner, Owner::Closed { .. })
    }
}
