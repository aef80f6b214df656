//! The operator: one inbox that must not miss anything, and replies to some of the messages.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::Result;
use tokio::sync::mpsc;

use crate::calls;
use crate::chaos::visitor::lock;
use crate::chaos::world::{Caller, World};
use crate::checker::{Acknowledged, Succession};
use crate::identity::Identity;
use crate::log::{Event, FeedItem};
use crate::seeded::Seeded;
use crate::stream::EventStream;

/// One message in so many gets a reply.
const REPLY_TO_ONE_IN: usize = 4;

/// What the inbox has shown, over all reconnects.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    /// Numbers of the changes.
    pub(super) numbers: Succession,
    /// How often the stream was opened.
    pub(super) opened: usize,
    /// How often the server said that the inbox was too far behind.
    pub(super) resets: usize,
    /// Frames that could not be read.
    pub(super) unreadable: usize,
}

/// Where replies to the messages of a conversation are written: one place per conversation, so that they stay in order.
#[derive(Debug, Default)]
pub(super) struct Desks {
    desks: Vec<mpsc::UnboundedSender<String>>,
    desk_of: HashMap<String, usize>,
    unwritten: Arc<AtomicUsize>,
}

impl Desks {
    /// Desks for these conversations; the returned receivers are what lies on each.
    pub(super) fn new(conversations: &[String], count: usize) -> (Self, Vec<mpsc::UnboundedReceiver<String>>) {
        let (desks, receivers) = (0..count).map(|_| mpsc::unbounded_channel()).unzip();
        let desk_of = conversations.iter().enumerate().map(|(at, id)| (id.clone(), at % count)).collect();
        (Self { desks, desk_of, unwritten: Arc::default() }, receivers)
    }

    /// How many replies are still to be written.
    pub(super) fn unwritten(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.unwritten)
    }

    fn put(&self, conversation_id: &str) {
        if let Some(desk) = self.desk_of.get(conversation_id) {
            self.unwritten.fetch_add(1, Ordering::SeqCst);
            let _ = self.desks[*desk].send(conversation_id.to_owned());
        }
    }
}

/// Keeps the inbox's stream open, coming again with the last number after each break. Runs until it is stopped.
pub(super) async fn watch(member: Identity, world: World, inbox: Arc<Mutex<Inbox>>, desks: Desks) {
    let mut messages = 0_usize;
    loop {
        let after = lock(&inbox).numbers.last;
        if let Ok(mut stream) = EventStream::open(world.address(), &calls::inbox_path(after), &member).await {
            lock(&inbox).opened += 1;
            while let Ok(frame) = stream.next().await {
                match frame.event.as_str() {
                    "change" => {}
                    "reset" => {
                        lock(&inbox).resets += 1;
                        continue;
                    }
                    _ => continue,
                }
                let Ok(item) = frame.json::<FeedItem>() else {
                    lock(&inbox).unreadable += 1;
                    continue;
                };
                if !lock(&inbox).numbers.take(item.feed) {
                    continue;
                }
                for _ in item.entries.iter().filter(|entry| matches!(entry.event, Event::VisitorMessage { .. })) {
                    messages += 1;
                    if messages.is_multiple_of(REPLY_TO_ONE_IN) {
                        desks.put(&item.conversation_id);
                    }
                }
            }
        }
        world.pause().await;
    }
}

/// What was written at one desk.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Acknowledged replies in each conversation, in order.
    pub(super) acknowledged: HashMap<String, Vec<Acknowledged>>,
    /// Acknowledgements that the client pretended not to have seen.
    pub(super) dropped: usize,
}

/// Writes the replies that are put on a desk, until nobody puts any more.
///
/// # Errors
/// If a reply is refused, or is not answered at all.
pub(super) async fn write(
    mut desk: mpsc::UnboundedReceiver<String>,
    unwritten: Arc<AtomicUsize>,
    member: Identity,
    world: World,
    mut numbers: Seeded,
    drop_share: f64,
) -> Result<Written> {
    let mut written = Written::default();
    let mut caller = Caller::new(world);
    let mut count = 0_u64;
    while let Some(conversation_id) = desk.recv().await {
        count += 1;
        let (client_id, text) = (numbers.client_id(), format!("reply {count}"));
        let request = calls::reply(&member, &conversation_id, &client_id, &text);
        loop {
            caller.until_answered(&request).await?.accepted()?;
            if !numbers.chance(drop_share) {
                break;
            }
            written.dropped += 1;
        }
        written.acknowledged.entry(conversation_id).or_default().push(Acknowledged { client_id, text });
        unwritten.fetch_sub(1, Ordering::SeqCst);
    }
    Ok(written)
}
