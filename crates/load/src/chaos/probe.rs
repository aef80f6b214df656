//! A visitor who asks one question shortly before the server dies, and must not be left waiting (I9, G-R8).

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::calls;
use crate::chaos::world::{Caller, World};
use crate::identity::Identity;
use crate::log::{AiKind, Entry, Event};
use crate::seeded::Seeded;
use crate::setup::QUESTION;
use crate::stream::EventStream;

/// How a question ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The AI answered.
    Answered,
    /// The AI said that it cannot.
    Abstained,
    /// A person was brought in.
    HandedOff,
    /// The visitor was told that answering failed.
    FailedVisibly,
}

#[derive(Deserialize)]
struct Sent {
    conversation_id: String,
}

/// Asks, and waits for as long as it takes.
///
/// # Errors
/// If the question is refused, or is not answered at all.
pub(super) async fn ask(visitor: Identity, world: World, mut numbers: Seeded) -> Result<End> {
    let mut caller = Caller::new(world.clone());
    let question = calls::send_message(&visitor, &world.agent_id, None, &numbers.client_id(), QUESTION);
    let sent: Sent = caller.until_answered(&question).await?.accepted()?.json()?;
    let mut cursor = 0;
    loop {
        let path = calls::events_path(&sent.conversation_id, cursor);
        if let Ok(mut stream) = EventStream::open(world.address(), &path, &visitor).await {
            while let Ok(frame) = stream.next().await {
                if frame.event == "entry" {
                    let entry: Entry = frame.json().context("the visitor's stream carries something else")?;
                    cursor = entry.seq;
                    if let Some(end) = end(&entry.event) {
                        return Ok(end);
                    }
                }
            }
        }
        world.pause().await;
    }
}

fn end(event: &Event) -> Option<End> {
    match event {
        Event::AiMessage { kind: AiKind::Answer | AiKind::SmallTalk, .. } => Some(End::Answered),
        Event::AiMessage { kind: AiKind::Abstain, .. } => Some(End::Abstained),
        Event::HandoffRequested {} => Some(End::HandedOff),
        Event::SystemLine {} => Some(End::FailedVisibly),
        _ => None,
    }
}
