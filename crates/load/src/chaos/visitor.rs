//! A visitor who writes one message after the other, and their open thread.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use crate::calls;
use crate::chaos::world::{Caller, World};
use crate::checker::{Acknowledged, Succession};
use crate::identity::Identity;
use crate::log::Entry;
use crate::seeded::Seeded;
use crate::setup::QUESTION;
use crate::stream::EventStream;

/// Longest pause of a visitor between two messages to a person, milliseconds.
const THINK_MS_MAX: u64 = 25;
/// Longest pause between two questions to the AI: long enough that some answers are written to their end.
const THINK_MS_MAX_AI: u64 = 400;

/// Who a visitor talks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TalksTo {
    /// The AI.
    Ai,
    /// The operator.
    Operator,
}

/// A visitor's thread.
#[derive(Clone, Debug)]
pub(super) struct Thread {
    pub(super) number: usize,
    pub(super) visitor: Identity,
    pub(super) conversation_id: String,
    pub(super) talks_to: TalksTo,
}

/// What a sender remembers.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// What was acknowledged, in order.
    pub(super) acknowledged: Vec<Acknowledged>,
    /// Acknowledgements that the client pretended not to have seen.
    pub(super) dropped: usize,
    /// Repeated messages that were answered with another place in the log than at first.
    pub(super) changed_results: usize,
    /// Attempts that ended without a response.
    pub(super) broken: usize,
    /// Responses that said the server could not.
    pub(super) server_errors: usize,
}

#[derive(Deserialize)]
struct SendResult {
    conversation_id: String,
    entries: Vec<Entry>,
}

/// Writes until told to stop. Each message is sent until it is acknowledged and the acknowledgement was seen.
///
/// # Errors
/// If a message is refused, or is not answered at all.
pub(super) async fn write(thread: Thread, world: World, mut numbers: Seeded, drop_share: f64) -> Result<Sent> {
    let mut sent = Sent::default();
    let mut caller = Caller::new(world.clone());
    let think_ms_max = if thread.talks_to == TalksTo::Ai { THINK_MS_MAX_AI } else { THINK_MS_MAX };
    for count in 1_u64.. {
        if world.is_stopping() {
            break;
        }
        let client_id = numbers.client_id();
        let text = match thread.talks_to {
            TalksTo::Ai => QUESTION.to_owned(),
            TalksTo::Operator => format!("message {count} of visitor {}", thread.number),
        };
        let request =
            calls::send_message(&thread.visitor, &world.agent_id, Some(&thread.conversation_id), &client_id, &text);
        let mut place = None;
        loop {
            let result: SendResult = caller.until_answered(&request).await?.accepted()?.json()?;
            ensure!(result.conversation_id == thread.conversation_id, "the visitor was moved to another conversation");
            let entry = result.entries.iter().find(|entry| entry.event.client_id() == Some(client_id.as_str()));
            let seq = entry.context("an acknowledged message is not in what was acknowledged")?.seq;
            sent.changed_results += usize::from(place.is_some_and(|place| place != seq));
            place = Some(seq);
            if !numbers.chance(drop_share) {
                break;
            }
            sent.dropped += 1;
        }
        sent.acknowledged.push(Acknowledged { client_id, text });
        tokio::time::sleep(numbers.milliseconds(0, think_ms_max)).await;
    }
    Ok(Sent { broken: caller.broken, server_errors: caller.server_errors, ..sent })
}

/// What a visitor's open thread has shown, over all reconnects.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// The entries, in the order in which they came.
    pub(super) entries: Vec<Entry>,
    /// Their numbers.
    pub(super) numbers: Succession,
    /// How often the stream was opened.
    pub(super) opened: usize,
}

/// Keeps a visitor's stream open, coming again with the last number after each break. Runs until it is stopped.
pub(super) async fn watch(thread: Thread, world: World, shown: Arc<Mutex<Shown>>) {
    loop {
        let after = lock(&shown).numbers.last;
        let path = calls::events_path(&thread.conversation_id, after);
        if let Ok(mut stream) = EventStream::open(world.address(), &path, &thread.visitor).await {
            lock(&shown).opened += 1;
            while let Ok(frame) = stream.next().await {
                if frame.event != "entry" {
                    continue;
                }
                // Something that is no entry shows up as a difference from the log.
                let Ok(entry) = frame.json::<Entry>() else { continue };
                let mut shown = lock(&shown);
                if shown.numbers.take(entry.seq) {
                    shown.entries.push(entry);
                }
            }
        }
        world.pause().await;
    }
}

/// Locks what a watcher has seen; a watcher cannot leave it half-changed.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
