//! Keeps streamed words of the AI behind changes of owner (H7, I1).
//!
//! An AI message that is being written is sent in pieces that are in no log. Two races would let such a piece out after
//! a takeover was acknowledged: a piece published after the takeover was committed, and a piece published before it but
//! still on its way to a slow socket. A gate per conversation closes both:
//! - it knows the current epoch, raised when a change of owner is published, and pieces of older epochs do not pass;
//! - it can be muted: whoever is about to change the owner mutes it before the commit, and nothing passes while the
//!   commit is on its way to disk. By the time the change is acknowledged, what passed before has long been written.
//!
//! - it counts the pieces that have passed and are being written: whoever changed the owner waits for them before
//!   acknowledging, so that no piece is between the gate and its socket when the acknowledgement is.
//!
//! The gate is asked twice: when a piece is published, and again by each stream right before it writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

/// How long a change of owner waits for pieces that are being written. Handing a piece to the socket takes microseconds;
/// only a machine that cannot keep up takes longer, and then receivers drop the piece by its epoch.
const SETTLE_WITHIN: Duration = Duration::from_millis(250);

/// The gate of one conversation.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    epoch: AtomicU64,
    muted: AtomicU32,
    passing: AtomicU32,
    passed: Notify,
}

impl Gate {
    /// Whether a piece begun in `epoch` may be shown now.
    pub(crate) fn lets_pass(&self, epoch: u64) -> bool {
        self.muted.load(Ordering::SeqCst) == 0 && epoch >= self.epoch.load(Ordering::SeqCst)
    }

    /// Lets a piece begun in `epoch` through, if it may be shown now.
    pub(crate) fn pass(self: &Arc<Self>, epoch: u64) -> Option<Passing> {
        // Counted before the question: either this piece sees the mute, or who muted sees this piece.
        self.passing.fetch_add(1, Ordering::SeqCst);
        let passing = Passing { gate: Arc::clone(self) };
        self.lets_pass(epoch).then_some(passing)
    }

    /// The conversation has reached this epoch.
    pub(crate) fn raise(&self, epoch: u64) {
        self.epoch.fetch_max(epoch, Ordering::SeqCst);
    }

    pub(crate) fn mute(self: &Arc<Self>) -> Muted {
        self.muted.fetch_add(1, Ordering::SeqCst);
        Muted { gate: Arc::clone(self) }
    }
}

/// A piece on its way from the gate to the socket.
#[derive(Debug)]
#[must_use = "hold it until the piece is written"]
pub struct Passing {
    gate: Arc<Gate>,
}

impl Drop for Passing {
    fn drop(&mut self) {
        if self.gate.passing.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.gate.passed.notify_waiters();
        }
    }
}

/// While this lives, no piece of an AI message of the conversation is shown.
#[derive(Debug)]
#[must_use = "the gate opens again when this is dropped"]
pub struct Muted {
    gate: Arc<Gate>,
}

impl Muted {
    /// Waits until every piece that passed before is written. Acknowledge the change of owner after this.
    pub async fn settled(&self) {
        let written = async {
            loop {
                let passed = self.gate.passed.notified();
                if self.gate.passing.load(Ordering::SeqCst) == 0 {
                    return;
                }
                passed.await;
            }
        };
        // Too long: the pieces are old by their epoch, and whoever receives them drops them.
        let _ = tokio::time::timeout(SETTLE_WITHIN, written).await;
    }
}

impl Drop for Muted {
    fn drop(&mut self) {
        self.gate.muted.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h7_older_epochs_and_muted_gates_let_nothing_pass() {
        let gate = Arc::new(Gate::default());
        gate.raise(3);
        assert!(gate.lets_pass(3) && gate.lets_pass(4) && !gate.lets_pass(2));
        let muted = gate.mute();
        let twice = gate.mute();
        assert!(!gate.lets_pass(4));
        drop(muted);
        assert!(!gate.lets_pass(4));
        drop(twice);
        assert!(gate.lets_pass(4));
        gate.raise(1);
        assert!(!gate.lets_pass(2), "an epoch never falls");
    }

    #[tokio::test]
    async fn h7_a_change_of_owner_waits_for_pieces_that_are_being_written() {
        let gate = Arc::new(Gate::default());
        let piece = gate.pass(1).expect("the gate is open");
        let muted = gate.mute();
        assert!(gate.pass(1).is_none());
        let mut settled = Box::pin(muted.settled());
        assert!(futures::poll!(&mut settled).is_pending());
        drop(piece);
        assert!(futures::poll!(&mut settled).is_ready());
        gate.raise(2);
        drop(settled);
        drop(muted);
        assert!(gate.pass(1).is_none() && gate.pass(2).is_some());
    }
}
