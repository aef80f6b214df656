//! The turns that this node is working on: so that a takeover stops the work at once, and so that whoever begins to watch in
//! the middle of an answer gets the words that were already sent.
//!
//! Stopping is a kindness to the machine: what keeps the AI silent is the fence in the transaction and the hub's gate.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use baton_answer::Progress;
use baton_domain::ids::{ConversationId, TurnId};
use baton_domain::turn::Turn;
use tokio_util::sync::CancellationToken;

#[derive(Debug, Default)]
pub(crate) struct RunningTurns {
    turns: Mutex<HashMap<ConversationId, Running>>,
}

#[derive(Debug)]
struct Running {
    turn_id: TurnId,
    epoch: u64,
    stop: CancellationToken,
    said: String,
}

/// The beginning of an AI message that is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordsSoFar {
    /// The turn that writes.
    pub turn_id: TurnId,
    /// The owner epoch in which the turn was opened.
    pub epoch: u64,
    /// Everything that was sent of it.
    pub text: String,
}

impl RunningTurns {
    /// Work on a turn begins; whatever this node did in the same conversation stops.
    pub(crate) fn begin(&self, turn: &Turn) -> CancellationToken {
        let stop = CancellationToken::new();
        let running = Running { turn_id: turn.id, epoch: turn.epoch, stop: stop.clone(), said: String::new() };
        if let Some(older) = self.turns().insert(turn.conversation_id, running) {
            older.stop.cancel();
        }
        stop
    }

    /// Only this turn may go on in the conversation; none if `None`.
    pub(crate) fn keep_only(&self, conversation_id: ConversationId, turn_id: Option<TurnId>) {
        let mut turns = self.turns();
        if let Some(running) = turns.get(&conversation_id)
            && Some(running.turn_id) != turn_id
        {
            running.stop.cancel();
            turns.remove(&conversation_id);
        }
    }

    /// Keeps the words of an answer. Call it before they are sent: who subscribes and then reads misses none.
    pub(crate) fn note(&self, turn: &Turn, progress: &Progress) {
        let mut turns = self.turns();
        let Some(running) = turns.get_mut(&turn.conversation_id).filter(|running| running.turn_id == turn.id) else {
            return;
        };
        match progress {
            Progress::Delta { text, .. } => running.said.push_str(text),
            Progress::Restart => running.said.clear(),
            Progress::Searching | Progress::Reading { .. } | Progress::Writing => {}
        }
    }

    /// What was sent so far of the answer that is being written; `None` before its first word.
    pub(crate) fn words_so_far(&self, conversation_id: ConversationId) -> Option<WordsSoFar> {
        let turns = self.turns();
        let Running { turn_id, epoch, said, .. } = turns.get(&conversation_id)?;
        (!said.is_empty()).then(|| WordsSoFar { turn_id: *turn_id, epoch: *epoch, text: said.clone() })
    }

    /// Work on a turn has ended.
    pub(crate) fn end(&self, conversation_id: ConversationId, turn_id: TurnId) {
        let mut turns = self.turns();
        if turns.get(&conversation_id).is_some_and(|running| running.turn_id == turn_id) {
            turns.remove(&conversation_id);
        }
    }

    fn turns(&self) -> MutexGuard<'_, HashMap<ConversationId, Running>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
