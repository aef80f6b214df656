//! One row of the inbox: what a person needs to choose a conversation. Folded from the same events as the state.

use serde::{Deserialize, Serialize};

use crate::conversation::{
    ActionTaken, By, Conversation, Entry, Event, Outcome, Owner, Place, ReopenedTo, ReplyKind, TakenFrom,
};
use crate::ids::{AgentId, ConversationId, MemberId, VisitorId};
use crate::policy::HandoffReason;
use crate::text::{Page, cut};
use crate::time::Timestamp;

/// How much of the last message a row shows, characters.
const EXCERPT_CHARS_MAX: usize = 160;

/// One row of the inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ConversationSummary))]
pub struct Summary {
    /// The conversation.
    pub id: ConversationId,
    /// The agent it is with.
    pub agent_id: AgentId,
    /// The agent's name when this row last changed.
    #[serde(default)]
    pub agent_name: String,
    /// Who the visitor is, as far as known.
    pub visitor: VisitorLabel,
    /// Number of the last entry.
    pub seq: u64,
    /// The owner epoch.
    pub epoch: u64,
    /// The list it is in.
    pub place: Place,
    /// Who has it.
    pub owner: OwnerView,
    /// The last handoff.
    pub handoff: Option<HandoffNote>,
    /// What was last said in this conversation alone: what Baton says everywhere, and that the docs do not answer, is no news.
    pub last_message: Option<LastMessage>,
    /// Number of the visitor's last message or request for a person; 0 before the first. Whoever has seen less has something
    /// to read.
    pub last_visitor_seq: u64,
    /// The page the visitor is on.
    pub page: Option<Page>,
    /// When it began.
    pub started_at: Timestamp,
    /// When anything was last said.
    pub active_at: Timestamp,
}

/// Who a visitor is, as far as known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorLabel {
    /// The visitor.
    pub id: VisitorId,
    /// Their name or address if they gave one, otherwise `Visitor` and the end of their id.
    pub label: String,
}

/// Who has a conversation, for a reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OwnerView {
    /// The AI.
    Ai,
    /// The queue.
    Queue {
        /// Since when it waits.
        since: Timestamp,
        /// Why.
        reason: HandoffReason,
    },
    /// A member.
    Member {
        /// Who.
        member_id: MemberId,
        /// Their name.
        member_name: String,
        /// Since when.
        since: Timestamp,
        /// Whether they have written yet.
        spoken: bool,
    },
    /// Nobody, until somebody writes.
    Closed {
        /// When it ended.
        at: Timestamp,
        /// How.
        outcome: Outcome,
        /// The member who closed it.
        by_name: Option<String>,
    },
}

/// Why a person was last needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandoffNote {
    /// Why.
    pub reason: HandoffReason,
    /// When.
    pub at: Timestamp,
    /// What showed it.
    pub evidence: String,
}

/// What was last said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LastMessage {
    /// By whom.
    pub author: Writer,
    /// Its beginning.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// Number of its entry.
    pub seq: u64,
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Writer {
    /// The visitor.
    Visitor,
    /// The AI.
    Ai,
    /// A member.
    Member,
}

impl Summary {
    /// The row of an empty conversation.
    #[must_use]
    pub fn new(state: &Conversation) -> Self {
        let id = state.visitor_id.0.simple().to_string();
        Self {
            id: state.id,
            agent_id: state.agent_id,
            agent_name: String::new(),
            visitor: VisitorLabel {
                id: state.visitor_id,
                label: format!("Visitor {}", id[id.len() - 4..].to_uppercase()),
            },
            seq: state.seq,
            epoch: state.epoch,
            place: Place::of(&state.owner),
            owner: OwnerView::Ai,
            handoff: None,
            last_message: None,
            last_visitor_seq: 0,
            page: None,
            started_at: state.active_at,
            active_at: state.active_at,
        }
    }

    /// Folds in entries that `state` already has.
    pub fn apply(&mut self, entries: &[Entry], state: &Conversation) {
        for entry in entries {
            self.apply_one(entry);
            self.place = place_after(self.place, &entry.event);
        }
        self.seq = state.seq;
        self.epoch = state.epoch;
        self.active_at = state.active_at;
        self.place = Place::of(&state.owner);
        self.owner = match &state.owner {
            Owner::Ai { .. } => OwnerView::Ai,
            Owner::Queue { since, reason, .. } => OwnerView::Queue { since: *since, reason: *reason },
            Owner::Member { member_id, name, since, spoken, .. } => {
                OwnerView::Member { member_id: *member_id, member_name: name.clone(), since: *since, spoken: *spoken }
            }
            Owner::Closed { outcome, at, .. } => {
                OwnerView::Closed { at: *at, outcome: *outcome, by_name: self.closed_by(entries) }
            }
        };
    }

    fn apply_one(&mut self, entry: &Entry) {
        let said = |author, text: &str| LastMessage {
            author,
            text: cut(text, EXCERPT_CHARS_MAX),
            at: entry.at,
            seq: entry.seq,
        };
        match &entry.event {
            Event::ConversationStarted { page, .. } => self.page.clone_from(page),
            Event::PageVisited { page } => self.page = Some(page.clone()),
            Event::VisitorMessage { text, .. } => {
                self.last_visitor_seq = entry.seq;
                self.last_message = Some(said(Writer::Visitor, text));
            }
            Event::AiMessage { kind: ReplyKind::Abstain, .. } | Event::SystemLine { .. } => {}
            Event::AiMessage { text, .. } => self.last_message = Some(said(Writer::Ai, text)),
            Event::MemberMessage { text, .. } => self.last_message = Some(said(Writer::Member, text)),
            Event::HandoffRequested { reason, evidence, action, .. } => {
                self.last_visitor_seq = entry.seq;
                self.handoff = Some(HandoffNote { reason: *reason, at: entry.at, evidence: evidence.clone() });
                self.label_from(action.as_ref());
            }
            Event::HandoffRepeated { action, .. } => {
                self.last_visitor_seq = entry.seq;
                self.label_from(action.as_ref());
            }
            Event::TakenOver { from: TakenFrom::Ai, member_name, .. } => {
                self.stepped_in(entry, format!("{member_name} stepped in"));
            }
            // Nobody had been needed until this member was.
            Event::Assigned { member_name, by_name, .. } if self.place == Place::Live => {
                self.stepped_in(entry, format!("{by_name} assigned {member_name}"));
            }
            Event::Reopened { by: By::Member { name, .. }, to: ReopenedTo::Member } if self.handoff.is_none() => {
                self.stepped_in(entry, format!("{name} reopened it"));
            }
            Event::TakenOver { from: TakenFrom::Queue, .. }
            | Event::Assigned { .. }
            | Event::TurnOpened { .. }
            | Event::HandoffSuppressed { .. }
            | Event::ReturnedToQueue { .. }
            | Event::ReturnedToAi { .. }
            | Event::Closed { .. }
            | Event::Reopened { .. }
            | Event::Seen { .. }
            | Event::Rated { .. }
            | Event::Hidden => {}
        }
    }

    /// What the visitor calls themselves in a button's fields.
    fn label_from(&mut self, action: Option<&ActionTaken>) {
        let named = |name: &str| {
            let mut fields = action.iter().flat_map(|action| &action.fields);
            fields.find(|field| field.name == name).map(|field| field.value.clone())
        };
        if let Some(label) = named("name").or_else(|| named("email")) {
            self.visitor.label = label;
        }
    }

    /// A member came without having been asked for.
    fn stepped_in(&mut self, entry: &Entry, evidence: String) {
        self.handoff = Some(HandoffNote { reason: HandoffReason::TakenOver, at: entry.at, evidence });
    }

    fn closed_by(&self, entries: &[Entry]) -> Option<String> {
        let closing = entries.iter().rev().find_map(|entry| match &entry.event {
            Event::Closed { by, .. } => Some(by),
            _ => None,
        });
        match (closing, &self.owner) {
            (Some(By::Member { name, .. }), _) => Some(name.clone()),
            (Some(By::Visitor | By::System), _) => None,
            (None, OwnerView::Closed { by_name, .. }) => by_name.clone(),
            (None, OwnerView::Ai | OwnerView::Queue { .. } | OwnerView::Member { .. }) => None,
        }
    }
}

/// Where a conversation is after an event, so that several entries fold as one by one.
fn place_after(before: Place, event: &Event) -> Place {
    match event {
        Event::HandoffRequested { .. } | Event::ReturnedToQueue { .. } => Place::Waiting,
        Event::TakenOver { member_id, .. } | Event::Assigned { member_id, .. } => Place::Held { member_id: *member_id },
        Event::ReturnedToAi { .. } => Place::Live,
        Event::Closed { .. } => Place::Resolved,
        Event::Reopened { by, to } => match (to, by) {
            (ReopenedTo::Queue, _) => Place::Waiting,
            (ReopenedTo::Member, By::Member { member_id, .. }) => Place::Held { member_id: *member_id },
            (ReopenedTo::Ai, _) | (ReopenedTo::Member, By::Visitor | By::System) => Place::Live,
        },
        Event::ConversationStarted { .. }
        | Event::VisitorMessage { .. }
        | Event::TurnOpened { .. }
        | Event::AiMessage { .. }
        | Event::MemberMessage { .. }
        | Event::SystemLine { .. }
        | Event::HandoffSuppressed { .. }
        | Event::HandoffRepeated { .. }
        | Event::Seen { .. }
        | Event::Rated { .. }
        | Event::PageVisited { .. }
        | Event::Hidden => before,
    }
}
