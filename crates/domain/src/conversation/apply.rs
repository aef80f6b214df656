//! Folding events into the state. Cannot fail: what is in the log has happened.

use crate::conversation::event::By;
use crate::conversation::{Conversation, Entry, Event, Line, Owner, ReopenedTo, ReplyKind, Side};
use crate::ids::HandoffId;
use crate::policy::HandoffReason;

impl Conversation {
    /// Folds the next entry in.
    pub fn apply(&mut self, entry: &Entry) {
        debug_assert_eq!(entry.seq, self.seq + 1, "entries are folded in order");
        self.seq = entry.seq;
        if is_activity(&entry.event) {
            self.active_at = entry.at;
        }
        self.apply_owner(entry);
        match &entry.event {
            Event::VisitorMessage { .. } => self.unanswered = self.unanswered.or(Some(entry.seq)),
            // Being told to wait is no answer: whoever gets the conversation next still owes one.
            Event::SystemLine { line: Line::Holding, .. } => {}
            Event::AiMessage { .. } | Event::MemberMessage { .. } | Event::SystemLine { .. } => self.unanswered = None,
            Event::Closed { .. } => {
                self.context_after = entry.seq;
                self.unanswered = None;
            }
            Event::Seen { by: Side::Visitor, up_to } => self.seen_by_visitor = *up_to,
            Event::Seen { by: Side::Team, up_to } => self.seen_by_team = *up_to,
            Event::ConversationStarted { .. }
            | Event::TurnOpened { .. }
            | Event::HandoffRequested { .. }
            | Event::HandoffSuppressed { .. }
            | Event::HandoffRepeated { .. }
            | Event::TakenOver { .. }
            | Event::Assigned { .. }
            | Event::ReturnedToQueue { .. }
            | Event::ReturnedToAi { .. }
            | Event::Reopened { .. }
            | Event::Rated { .. }
            | Event::PageVisited { .. }
            | Event::Hidden => {}
        }
    }

    fn apply_owner(&mut self, entry: &Entry) {
        let at = entry.at;
        match &entry.event {
            Event::TurnOpened { turn_id } => {
                if let Owner::Ai { turn, .. } = &mut self.owner {
                    *turn = Some(*turn_id);
                }
            }
            Event::AiMessage { kind, .. } => {
                if let Owner::Ai { turn, failed_answers } = &mut self.owner {
                    *turn = None;
                    match kind {
                        ReplyKind::Answer => *failed_answers = 0,
                        ReplyKind::SmallTalk => {}
                        ReplyKind::Abstain => *failed_answers = failed_answers.saturating_add(1),
                    }
                }
            }
            Event::MemberMessage { .. } => {
                if let Owner::Member { spoken, .. } = &mut self.owner {
                    *spoken = true;
                }
            }
            Event::SystemLine { .. } => match &mut self.owner {
                Owner::Ai { turn, .. } => *turn = None,
                Owner::Queue { told_at, .. } => *told_at = Some(at),
                Owner::Member { .. } | Owner::Closed { .. } => {}
            },
            Event::HandoffRequested { handoff_id, reason, .. } => {
                self.pass_to(Owner::Queue { handoff_id: *handoff_id, reason: *reason, since: at, told_at: None });
            }
            Event::TakenOver { member_id, member_name, handoff_id, .. }
            | Event::Assigned { member_id, member_name, handoff_id, .. } => {
                self.pass_to(Owner::Member {
                    member_id: *member_id,
                    name: member_name.clone(),
                    handoff_id: *handoff_id,
                    reason: self.handoff().map_or(HandoffReason::TakenOver, |(_, reason)| reason),
                    since: at,
                    spoken: false,
                });
            }
            Event::ReturnedToQueue { .. } => self.pass_to_queue(at),
            Event::ReturnedToAi { .. } => self.pass_to(Owner::Ai { turn: None, failed_answers: 0 }),
            Event::Closed { outcome, .. } => {
                let handoff = self.handoff();
                self.pass_to(Owner::Closed { outcome: *outcome, at, handoff });
            }
            Event::Reopened { by, to } => match (to, by) {
                (ReopenedTo::Queue, _) => self.pass_to_queue(at),
                (ReopenedTo::Member, By::Member { member_id, name }) => {
                    let (handoff_id, reason) =
                        self.handoff().unwrap_or((HandoffId(self.id.0), HandoffReason::TakenOver));
                    let owner = Owner::Member {
                        member_id: *member_id,
                        name: name.clone(),
                        handoff_id,
                        reason,
                        since: at,
                        spoken: false,
                    };
                    self.pass_to(owner);
                }
                (ReopenedTo::Ai, _) | (ReopenedTo::Member, By::Visitor | By::System) => {
                    self.pass_to(Owner::Ai { turn: None, failed_answers: 0 });
                }
            },
            Event::ConversationStarted { .. }
            | Event::VisitorMessage { .. }
            | Event::HandoffSuppressed { .. }
            | Event::HandoffRepeated { .. }
            | Event::Seen { .. }
            | Event::Rated { .. }
            | Event::PageVisited { .. }
            | Event::Hidden => {}
        }
    }

    fn pass_to_queue(&mut self, at: crate::time::Timestamp) {
        let (handoff_id, reason) = self.handoff().unwrap_or((HandoffId(self.id.0), HandoffReason::TakenOver));
        self.pass_to(Owner::Queue { handoff_id, reason, since: at, told_at: None });
    }

    /// The one place where the owner changes, and with it the epoch.
    fn pass_to(&mut self, owner: Owner) {
        self.owner = owner;
        self.epoch += 1;
    }

    /// The handoff under way, or the one a closed conversation ended with.
    #[must_use]
    pub fn handoff(&self) -> Option<(HandoffId, HandoffReason)> {
        match &self.owner {
            Owner::Ai { .. } => None,
            Owner::Queue { handoff_id, reason, .. } | Owner::Member { handoff_id, reason, .. } => {
                Some((*handoff_id, *reason))
            }
            Owner::Closed { handoff, .. } => *handoff,
        }
    }
}

/// Whether an event is something said or done, rather than something noticed.
fn is_activity(event: &Event) -> bool {
    !matches!(event, Event::Seen { .. } | Event::PageVisited { .. } | Event::Rated { .. } | Event::Hidden)
}
