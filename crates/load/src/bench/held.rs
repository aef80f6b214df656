//! Conversations that an operator has: the AI is silent in them, so a message costs a message.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result};
use futures::{StreamExt as _, TryStreamExt as _};
use serde::Deserialize;

use crate::calls;
use crate::client::{Member, Visitor};
use crate::http::Connection;
use crate::identity::Identity;
use crate::seeded::Seeded;
use crate::setup::Installation;

/// How long a single step may take.
const STEP_WITHIN: Duration = Duration::from_secs(30);
/// Conversations that are begun at a time.
const AT_ONCE: usize = 16;

/// A conversation of which we are the visitor.
#[derive(Clone, Debug)]
pub(super) struct Held {
    /// The visitor.
    pub(super) visitor: Identity,
    /// The conversation.
    pub(super) conversation_id: String,
}

#[derive(Deserialize)]
struct Sent {
    conversation_id: String,
}

/// Begins conversations; the AI has them.
///
/// # Errors
/// If the server refuses.
pub(super) async fn begin(installation: &Installation, count: usize, seed: u64) -> Result<Vec<Held>> {
    let visitors = installation.visitors(count).await?;
    let address = installation.server.address();
    let begun = visitors.into_iter().enumerate().map(|(number, visitor)| {
        let client_id = Seeded::new(seed, 40_000 + number as u64).client_id();
        begin_one(address, &installation.agent_id, visitor, client_id)
    });
    futures::stream::iter(begun).buffered(AT_ONCE).try_collect().await
}

async fn begin_one(address: SocketAddr, agent_id: &str, visitor: Visitor, client_id: String) -> Result<Held> {
    let hello = calls::send_message(&visitor.identity, agent_id, None, &client_id, "hello");
    let sent: Sent = Connection::open(address).await?.exchange(&hello, STEP_WITHIN).await?.accepted()?.json()?;
    Ok(Held { visitor: visitor.identity, conversation_id: sent.conversation_id })
}

/// Begins conversations and has a member take them over.
///
/// # Errors
/// If the server refuses.
pub(super) async fn hold(installation: &Installation, member: &Member, count: usize, seed: u64) -> Result<Vec<Held>> {
    let held = begin(installation, count, seed).await?;
    let mut connection = Connection::open(installation.server.address()).await?;
    for held in &held {
        let take_over = calls::take_over(&member.identity, &held.conversation_id);
        connection.exchange(&take_over, STEP_WITHIN).await?.accepted()?;
    }
    at_rest(installation).await?;
    Ok(held)
}

/// Waits until nothing has been committed for a while: greetings of the AI are not part of what is measured.
///
/// # Errors
/// If the server does not come to rest.
pub(super) async fn at_rest(installation: &Installation) -> Result<()> {
    let rest = async {
        let mut last = installation.api.feed(&installation.owner).await?;
        loop {
            tokio::time::sleep(Duration::from_millis(1_500)).await;
            let now = installation.api.feed(&installation.owner).await?;
            if now == last {
                return Ok(());
            }
            last = now;
        }
    };
    tokio::time::timeout(Duration::from_secs(120), rest).await.context("the server does not come to rest")?
}
