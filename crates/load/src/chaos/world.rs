//! What all clients of a server that keeps dying share: where it is now, and patience.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::sync::watch;

use crate::http::{Connection, Response};

/// How long one attempt may take; the server may die in the middle of it.
const ATTEMPT_WITHIN: Duration = Duration::from_secs(5);
/// Between two attempts.
const RETRY_AFTER: Duration = Duration::from_millis(20);
/// Attempts before a client gives up: far longer than any restart.
const ATTEMPTS_MAX: u32 = 3_000;

/// The world as a client sees it.
#[derive(Clone, Debug)]
pub(super) struct World {
    /// Where the server is now.
    pub(super) address: watch::Receiver<SocketAddr>,
    /// Whether clients should finish what they do and stop.
    pub(super) stopping: watch::Receiver<bool>,
    /// The agent.
    pub(super) agent_id: Arc<str>,
}

impl World {
    /// Where the server is now.
    pub(super) fn address(&self) -> SocketAddr {
        *self.address.borrow()
    }

    /// Whether clients should finish what they do and stop.
    pub(super) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// A little later.
    pub(super) async fn pause(&self) {
        tokio::time::sleep(RETRY_AFTER).await;
    }
}

/// A client that sends a request until it is answered.
#[derive(Debug)]
pub(super) struct Caller {
    world: World,
    connection: Option<Connection>,
    /// Attempts that ended without a response.
    pub(super) broken: usize,
    /// Responses that said the server could not.
    pub(super) server_errors: usize,
}

impl Caller {
    pub(super) fn new(world: World) -> Self {
        Self { world, connection: None, broken: 0, server_errors: 0 }
    }

    /// Sends a request until a response comes that is not the server's fault.
    ///
    /// # Errors
    /// If none comes, however often it is tried.
    pub(super) async fn until_answered(&mut self, request: &[u8]) -> Result<Response> {
        for _ in 0..ATTEMPTS_MAX {
            match self.attempt(request).await {
                Ok(response) if response.status < 500 => return Ok(response),
                Ok(_) => self.server_errors += 1,
                Err(_) => {
                    self.connection = None;
                    self.broken += 1;
                }
            }
            self.world.pause().await;
        }
        bail!("a request was not answered in {ATTEMPTS_MAX} attempts")
    }

    async fn attempt(&mut self, request: &[u8]) -> Result<Response> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(self.world.address()).await?,
        };
        let response = connection.exchange(request, ATTEMPT_WITHIN).await?;
        self.connection = Some(connection);
        Ok(response)
    }
}
