//! Who watches what on this node, and getting signals to them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use baton_domain::ids::{ConversationId, WorkspaceId};
use tokio::sync::mpsc;

use crate::gate::{Gate, Muted, Passing};
use crate::signal::Signal;

/// Signals that may wait for one watcher. A watcher that falls further behind is dropped and reads the log instead.
pub const QUEUE_LENGTH_MAX: usize = 512;

/// What is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// One conversation, as its visitor's widget does, or a member who looks at it.
    Conversation(ConversationId),
    /// A workspace's inbox.
    Inbox(WorkspaceId),
}

/// All watchers of this node. A lock per call, held for a few pushes; nothing waits for a watcher.
#[derive(Clone, Debug, Default)]
pub struct Hub {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    topics: Mutex<HashMap<Topic, Watchers>>,
    next: AtomicU64,
}

#[derive(Debug, Default)]
struct Watchers {
    /// Subscriptions that live, also those that were dropped for being slow: what waits for them asks the same gate.
    count: usize,
    gate: Arc<Gate>,
    queues: Vec<(u64, mpsc::Sender<Arc<Signal>>)>,
}

impl Hub {
    /// Begins to watch. Subscribe before reading the log, so that nothing falls in between.
    #[must_use]
    pub fn subscribe(&self, topic: Topic) -> Subscription {
        let (sender, receiver) = mpsc::channel(QUEUE_LENGTH_MAX);
        let id = self.inner.next.fetch_add(1, Ordering::Relaxed);
        let mut topics = self.topics();
        let watchers = topics.entry(topic).or_default();
        watchers.count += 1;
        watchers.queues.push((id, sender));
        Subscription { id, topic, receiver, gate: Arc::clone(&watchers.gate), inner: Arc::clone(&self.inner) }
    }

    /// Tells everybody who watches `topic`. Watchers whose queue is full are dropped.
    pub fn publish(&self, topic: Topic, signal: &Arc<Signal>) {
        let mut topics = self.topics();
        let Some(watchers) = topics.get_mut(&topic) else { return };
        match signal.as_ref() {
            Signal::Committed(committed) => watchers.gate.raise(committed.summary.epoch),
            Signal::Delta { epoch, .. } | Signal::Progress { epoch, .. } if !watchers.gate.lets_pass(*epoch) => return,
            _ => {}
        }
        watchers.queues.retain(|(_, queue)| queue.try_send(Arc::clone(signal)).is_ok());
    }

    /// Silences streamed words of the AI in a conversation while its owner is being changed.
    pub fn mute(&self, conversation_id: ConversationId) -> Muted {
        let topic = Topic::Conversation(conversation_id);
        let topics = self.topics();
        // Nobody watches: there is nothing to silence, and no reason to remember the conversation.
        topics.get(&topic).map(|watchers| Arc::clone(&watchers.gate)).unwrap_or_default().mute()
    }

    /// How many watch, over all topics.
    #[must_use]
    pub fn watchers(&self) -> usize {
        self.topics().values().map(|watchers| watchers.queues.len()).sum()
    }

    fn topics(&self) -> MutexGuard<'_, HashMap<Topic, Watchers>> {
        self.inner.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One watcher's queue.
#[derive(Debug)]
pub struct Subscription {
    id: u64,
    topic: Topic,
    receiver: mpsc::Receiver<Arc<Signal>>,
    gate: Arc<Gate>,
    inner: Arc<Inner>,
}

/// The watcher was too slow and has been dropped: read the log from the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost;

impl Subscription {
    /// The next signal.
    ///
    /// # Errors
    /// [`Lost`] once this watcher has fallen behind and its queue is drained.
    pub async fn next(&mut self) -> Result<Arc<Signal>, Lost> {
        self.receiver.recv().await.ok_or(Lost)
    }

    /// The next signal, if one is waiting.
    ///
    /// # Errors
    /// [`Lost`] once this watcher has fallen behind and its queue is drained.
    pub fn try_next(&mut self) -> Result<Option<Arc<Signal>>, Lost> {
        match self.receiver.try_recv() {
            Ok(signal) => Ok(Some(signal)),
            Err(mpsc::error::TryRecvError::Empty) => Ok(None),
            Err(mpsc::error::TryRecvError::Disconnected) => Err(Lost),
        }
    }

    /// The conversation has reached this epoch, as read from the log after subscribing.
    pub fn raise(&self, epoch: u64) {
        self.gate.raise(epoch);
    }

    /// Lets a piece of an AI message through if it may still be shown. Ask right before writing it, and hold what you get
    /// until it is written.
    pub fn pass(&self, epoch: u64) -> Option<Passing> {
        self.gate.pass(epoch)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut topics = self.inner.topics.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(watchers) = topics.get_mut(&self.topic) {
            watchers.queues.retain(|(id, _)| *id != self.id);
            watchers.count -= 1;
            if watchers.count == 0 {
                topics.remove(&self.topic);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_domain::ids::TurnId;

    fn conversation() -> ConversationId {
        ConversationId("00000000-0000-7000-8000-000000000001".parse().unwrap())
    }

    fn delta(epoch: u64) -> Arc<Signal> {
        let turn_id = TurnId("00000000-0000-7000-8000-000000000002".parse().unwrap());
        Arc::new(Signal::Delta { conversation_id: conversation(), turn_id, epoch, offset: 0, text: "x".into() })
    }

    #[tokio::test]
    async fn i12_a_slow_watcher_is_dropped_and_the_others_are_not() {
        let hub = Hub::default();
        let topic = Topic::Conversation(conversation());
        let mut slow = hub.subscribe(topic);
        let mut quick = hub.subscribe(topic);
        for _ in 0..=QUEUE_LENGTH_MAX {
            hub.publish(topic, &delta(1));
            quick.next().await.unwrap();
        }
        assert_eq!(hub.watchers(), 1);
        for _ in 0..QUEUE_LENGTH_MAX {
            slow.next().await.unwrap();
        }
        assert_eq!(slow.next().await.unwrap_err(), Lost);
        hub.publish(topic, &delta(1));
        assert!(quick.next().await.is_ok());
    }

    #[tokio::test]
    async fn h7_nothing_passes_a_muted_conversation() {
        let hub = Hub::default();
        let topic = Topic::Conversation(conversation());
        let mut watcher = hub.subscribe(topic);
        hub.publish(topic, &delta(1));
        let muted = hub.mute(conversation());
        hub.publish(topic, &delta(1));
        assert!(watcher.next().await.is_ok());
        assert!(matches!(watcher.try_next(), Ok(None)));
        assert!(watcher.pass(1).is_none(), "what waits in a queue is stopped too");
        drop(muted);
        assert!(watcher.pass(1).is_some());
    }

    #[tokio::test]
    async fn h7_what_waits_for_a_watcher_that_was_dropped_meets_the_same_gate() {
        let hub = Hub::default();
        let topic = Topic::Conversation(conversation());
        let mut slow = hub.subscribe(topic);
        for _ in 0..=QUEUE_LENGTH_MAX {
            hub.publish(topic, &delta(1));
        }
        let other = hub.subscribe(topic);
        let muted = hub.mute(conversation());
        other.raise(2);
        drop(muted);
        assert!(slow.next().await.is_ok(), "its queue is not empty yet");
        assert!(slow.pass(1).is_none());
    }

    #[test]
    fn topics_without_watchers_are_forgotten() {
        let hub = Hub::default();
        let watcher = hub.subscribe(Topic::Conversation(conversation()));
        drop(watcher);
        drop(hub.mute(conversation()));
        assert!(hub.topics().is_empty());
    }
}
