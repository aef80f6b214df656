//! What the clients remember against what the server has.

use anyhow::Result;

use crate::chaos::Memory;
use crate::chaos::visitor::lock;
use crate::checker::{self, Delivery};
use crate::setup::Installation;

/// What the comparison came to.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Messages of visitors and replies that were acknowledged.
    pub(super) acknowledged: usize,
    pub(super) delivery: Delivery,
    pub(super) gaps: usize,
    pub(super) repeated_client_ids: usize,
    pub(super) ai_out_of_turn: usize,
    pub(super) turns_without_end: usize,
    /// Places where a visitor's stream and the log differ, and entries that it never showed.
    pub(super) view_differences: usize,
    /// Entries that a visitor's stream sent twice or out of order.
    pub(super) shown_twice: usize,
    /// Changes that the inbox's stream never showed.
    pub(super) feed_behind: u64,
}

impl Verdict {
    /// Whether every promise was kept.
    pub(super) fn kept(&self) -> bool {
        let Delivery { stored, lost, duplicated, reordered, altered } = self.delivery;
        let delivered = stored == self.acknowledged && lost + duplicated + reordered + altered == 0;
        let logs = self.gaps + self.repeated_client_ids + self.ai_out_of_turn + self.turns_without_end == 0;
        delivered && logs && self.view_differences + self.shown_twice == 0 && self.feed_behind == 0
    }

    fn add(&mut self, delivery: Delivery) {
        self.delivery.stored += delivery.stored;
        self.delivery.lost += delivery.lost;
        self.delivery.duplicated += delivery.duplicated;
        self.delivery.reordered += delivery.reordered;
        self.delivery.altered += delivery.altered;
    }
}

/// Compares.
pub(super) async fn verify(installation: &Installation, memory: &Memory) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let feed = installation.api.feed(&installation.owner).await?;
    verdict.feed_behind = feed.abs_diff(lock(&memory.inbox).numbers.last);
    for ((thread, sent), shown) in memory.threads.iter().zip(&memory.sent).zip(&memory.shown) {
        let log = installation.api.conversation(&installation.owner, &thread.conversation_id).await?.entries;
        verdict.acknowledged += sent.acknowledged.len();
        verdict.add(checker::delivery(&sent.acknowledged, &log));
        if let Some(replies) = memory.written.acknowledged.get(&thread.conversation_id) {
            verdict.acknowledged += replies.len();
            verdict.add(checker::delivery(replies, &log));
        }
        verdict.gaps += checker::gaps(&log);
        verdict.repeated_client_ids += checker::repeated_client_ids(&log);
        verdict.ai_out_of_turn += checker::ai_messages_out_of_turn(&log);
        verdict.turns_without_end += checker::turns_without_end(&log);
        let shown = lock(shown);
        verdict.view_differences +=
            checker::view_differences(&log, &shown.entries) + log.len().saturating_sub(shown.entries.len());
        verdict.shown_twice += shown.numbers.gaps + shown.numbers.repeats;
    }
    Ok(verdict)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_good_only_if_everything_is() {
        let good = || Verdict {
            acknowledged: 2,
            delivery: Delivery { stored: 2, ..Delivery::default() },
            ..Verdict::default()
        };
        assert!(good().kept());
        let bad = [
            Verdict { acknowledged: 3, ..good() },
            Verdict { delivery: Delivery { stored: 2, lost: 1, ..Delivery::default() }, ..good() },
            Verdict { delivery: Delivery { stored: 2, altered: 1, ..Delivery::default() }, ..good() },
            Verdict { gaps: 1, ..good() },
            Verdict { repeated_client_ids: 1, ..good() },
            Verdict { ai_out_of_turn: 1, ..good() },
            Verdict { turns_without_end: 1, ..good() },
            Verdict { view_differences: 1, ..good() },
            Verdict { shown_twice: 1, ..good() },
            Verdict { feed_behind: 1, ..good() },
        ];
        for verdict in bad {
            assert!(!verdict.kept(), "{verdict:?}");
        }
    }
}
