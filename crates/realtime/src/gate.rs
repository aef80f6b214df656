//! Keeps streamed words of the AI behind changes of owner (H7, I1).
//!
//! An AI message that is being written is sent in pieces that are in no log. Two races would let such a piece out after
//! a takeover was acknowledged: a piece published after the takeover was committed, and a piece published before it but
//! still on its way to a slow socket. A gate per conversation closes both:
//! - it knows the current epoch, raised when a change of owner is published, and pieces of older epochs do not pass;
//! - it can be muted: whoever is about to change the owner mutes it before the commit, and nothing passes while the
//!   commit is on its way to disk. By the time the change is acknowledged, what passed before has long been written.
//!
//! The gate is asked twice: when a piece is published, and again by each stream right before it writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// The gate of one conversation.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    epoch: AtomicU64,
    muted: AtomicU32,
}

impl Gate {
    /// Whether a piece begun in `epoch` may be shown now.
    pub(crate) fn lets_pass(&self, epoch: u64) -> bool {
        self.muted.load(Ordering::SeqCst) == 0 && epoch >= self.epoch.load(Ordering::SeqCst)
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

/// While this lives, no piece of an AI message of the conversation is shown.
#[derive(Debug)]
#[must_use = "the gate opens again when this is dropped"]
pub struct Muted {
    gate: Arc<Gate>,
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
}
