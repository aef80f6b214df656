//! What a world is at one moment: what is stored, and what everybody is about to do.

use std::hash::{Hash, Hasher};

use uuid::Uuid;

use crate::conversation::{Conversation, Event, Owner};
use crate::ids::TurnId;
use crate::time::Timestamp;
use crate::turn::TurnOutcome;

/// Time stands still: nothing here depends on how long anything takes.
pub(super) const NOW: Timestamp = Timestamp(1_000_000);

/// Everything that is at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) stored: Conversation,
    pub(super) turns: Vec<Row>,
    /// Sorted, for it does not matter which node does what.
    pub(super) nodes: Vec<Node>,
    pub(super) desks: [Desk; 2],
    pub(super) left: Left,
    /// The epoch of the last takeover that a member was told of.
    pub(super) acknowledged: u64,
    pub(super) wrong: Wrong,
}

/// The checker knows a moment by what can still make a difference, so that worlds that only took another way to it are one.
///
/// Numbers of entries, epochs and turns say how much has happened; what anybody does depends on whether they are equal, never on how large they are.
/// Turns that are over are forgotten unless a node still works on them.
impl Hash for Moment {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let kept: Vec<usize> = (0..self.turns.len())
            .filter(|turn| self.held(*turn) || !matches!(self.turns[*turn].state, RowState::Ended(_)))
            .collect();
        let place = |turn: usize| kept.iter().position(|kept| *kept == turn);
        for turn in &kept {
            let row = &self.turns[*turn];
            let is_open = self.stored.open_turn() == Some(turn_id(*turn));
            let is_current = (row.epoch == self.stored.epoch, row.epoch < self.acknowledged);
            (is_open, is_current, row.attempts, &row.state).hash(hasher);
        }
        kept.len().hash(hasher);
        for node in &self.nodes {
            match node {
                Node::Idle => 0.hash(hasher),
                Node::Claimed { turn } => (1, place(*turn)).hash(hasher),
                Node::Writing { turn, seq, finding, .. } => {
                    (2, place(*turn), *seq == self.stored.seq, finding).hash(hasher);
                }
            }
        }
        for desk in &self.desks {
            match desk {
                Desk::Idle => 0.hash(hasher),
                Desk::Deciding { deed, seq } => (1, deed, *seq == self.stored.seq).hash(hasher),
            }
        }
        match &self.stored.owner {
            Owner::Ai { turn, failed_answers } => (0, turn.is_some(), failed_answers).hash(hasher),
            Owner::Queue { reason, told_at, .. } => (1, reason, told_at).hash(hasher),
            Owner::Member { member_id, reason, spoken, .. } => (2, member_id, reason, spoken).hash(hasher),
            Owner::Closed { outcome, handoff, .. } => (3, outcome, handoff.map(|(_, reason)| reason)).hash(hasher),
        }
        let acknowledged = self.acknowledged > 0;
        (self.stored.unanswered.is_some(), acknowledged, &self.left, &self.wrong).hash(hasher);
    }
}

/// How much may still happen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Left {
    pub(super) messages: u8,
    pub(super) deeds: u8,
    pub(super) crashes: u8,
    pub(super) pauses: u8,
}

/// The row of a turn; its place among the rows is its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Row {
    pub(super) epoch: u64,
    pub(super) attempts: u32,
    pub(super) state: RowState,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum RowState {
    Pending,
    Leased,
    Ended(TurnOutcome),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Node {
    Idle,
    /// Has claimed a turn.
    Claimed {
        turn: usize,
    },
    /// Has loaded the conversation as of `seq` and is about to commit.
    Writing {
        turn: usize,
        seq: u64,
        epoch: u64,
        finding: Found,
    },
}

/// What a node makes of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Found {
    Answer,
    NoAnswer,
    /// Tried too often: a person is brought in, or the visitor is told.
    GaveUp,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Desk {
    Idle,
    /// Has loaded the conversation as of `seq` and is about to commit.
    Deciding {
        deed: Deed,
        seq: u64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Deed {
    TakeOver,
    Write,
    ReturnToAi,
    ReturnToQueue,
    Close,
}

/// What must never be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Wrong {
    pub(super) spoke_under_another_owner: bool,
    pub(super) spoke_outside_its_turn: bool,
    pub(super) spoke_after_an_acknowledged_takeover: bool,
    pub(super) ended_a_turn_twice: bool,
    pub(super) acknowledged_a_takeover_that_was_none: bool,
}

impl Moment {
    /// One commit: the events, and the rows of the turns that follow from them.
    pub(super) fn append(&mut self, events: Vec<Event>, concluded: Option<(usize, Found)>) {
        if let Some((turn, finding)) = concluded {
            let over = matches!(self.turns[turn].state, RowState::Ended(_));
            self.wrong.ended_a_turn_twice |= over;
            self.turns[turn].state = RowState::Ended(match finding {
                Found::Answer => TurnOutcome::Answered,
                Found::NoAnswer => TurnOutcome::Abstained,
                Found::GaveUp => TurnOutcome::Failed,
            });
        }
        for event in events {
            if let Event::AiMessage { turn_id: spoke, .. } = &event {
                let turn = concluded.map(|(turn, _)| turn).expect("only a node makes the AI speak");
                let wrong = &mut self.wrong;
                wrong.spoke_under_another_owner |= !matches!(self.stored.owner, Owner::Ai { .. });
                wrong.spoke_outside_its_turn |= self.stored.open_turn() != Some(*spoke);
                wrong.spoke_after_an_acknowledged_takeover |= self.turns[turn].epoch < self.acknowledged;
            }
            let epoch = self.stored.epoch;
            let opened = matches!(event, Event::TurnOpened { .. });
            self.stored.append(vec![event], NOW);
            if opened || self.stored.epoch != epoch {
                for row in &mut self.turns {
                    if !matches!(row.state, RowState::Ended(_)) {
                        row.state = RowState::Ended(TurnOutcome::Superseded);
                    }
                }
            }
            if opened {
                self.turns.push(Row { epoch: self.stored.epoch, attempts: 0, state: RowState::Pending });
            }
        }
    }

    pub(super) fn pending(&self) -> impl Iterator<Item = usize> {
        let rows = self.turns.iter().enumerate();
        rows.filter(|(_, row)| row.state == RowState::Pending).map(|(turn, _)| turn)
    }

    pub(super) fn leased(&self) -> impl Iterator<Item = usize> {
        let rows = self.turns.iter().enumerate();
        rows.filter(|(_, row)| row.state == RowState::Leased).map(|(turn, _)| turn)
    }

    /// Whether a node that lives works on a turn.
    pub(super) fn held(&self, held: usize) -> bool {
        self.nodes.iter().any(|node| match node {
            Node::Idle => false,
            Node::Claimed { turn } | Node::Writing { turn, .. } => *turn == held,
        })
    }

    /// Whether nobody is about to do anything, and no turn waits for a node that could claim it.
    pub(super) fn at_rest(&self) -> bool {
        self.nodes.iter().all(|node| *node == Node::Idle)
            && self.desks.iter().all(|desk| *desk == Desk::Idle)
            && self.pending().next().is_none()
    }
}

/// The id of the turn in a row.
pub(super) fn turn_id(turn: usize) -> TurnId {
    TurnId(Uuid::from_u128(turn as u128))
}
