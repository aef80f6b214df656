//! The turns that this node is working on, so that a takeover stops the work at once.
//!
//! Stopping is a kindness to the machine: what keeps the AI silent is the fence in the transaction and the hub's gate.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use baton_domain::ids::{ConversationId, TurnId};
use tokio_util::sync::CancellationToken;

#[derive(Debug, Default)]
pub(crate) struct RunningTurns {
    turns: Mutex<HashMap<ConversationId, (TurnId, CancellationToken)>>,
}

impl RunningTurns {
    /// Work on a turn begins; whatever this node did in the same conversation stops.
    pub(crate) fn begin(&self, conversation_id: ConversationId, turn_id: TurnId) -> CancellationToken {
        let token = CancellationToken::new();
        if let Some((_, older)) = self.turns().insert(conversation_id, (turn_id, token.clone())) {
            older.cancel();
        }
        token
    }

    /// Only this turn may go on in the conversation; none if `None`.
    pub(crate) fn keep_only(&self, conversation_id: ConversationId, turn_id: Option<TurnId>) {
        let mut turns = self.turns();
        if let Some((running, token)) = turns.get(&conversation_id)
            && Some(*running) != turn_id
        {
            token.cancel();
            turns.remove(&conversation_id);
        }
    }

    /// Work on a turn has ended.
    pub(crate) fn end(&self, conversation_id: ConversationId, turn_id: TurnId) {
        let mut turns = self.turns();
        if turns.get(&conversation_id).is_some_and(|(running, _)| *running == turn_id) {
            turns.remove(&conversation_id);
        }
    }

    fn turns(&self) -> MutexGuard<'_, HashMap<ConversationId, (TurnId, CancellationToken)>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
