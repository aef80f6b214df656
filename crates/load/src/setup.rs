//! A fresh installation with an agent that has something to answer from.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{Api, Member, Visitor};
use crate::process::{Launch, Server};

/// The page that the visitors are on.
pub(crate) const ORIGIN: &str = "https://shop.example.com";

/// What the agent answers from.
const GUIDE: &str = include_str!("guide.md");

/// What visitors ask; the guide answers it.
pub(crate) const QUESTION: &str = "How do I set up the Petrel kite?";

/// What the scripted model says to it: the guide's own words, so that the gate lets every sentence through.
pub(crate) const ANSWER: [&str; 8] = [
    "Lay the Petrel kite flat on dry grass. [1]",
    "Push both rods into the pockets. [1]",
    "Tie the bridle to the ring. [1]",
    "Check the knots with your thumb. [1]",
    "Wind the line onto the reel. [1]",
    "Clip the reel to your belt. [1]",
    "Hold the kite by its spine. [1]",
    "Let go when the wind fills it. [1]",
];

/// Visitors whose sessions are opened at a time.
const OPENING_AT_ONCE: usize = 16;

/// An installation of our own, in a temporary folder that goes with it.
#[derive(Debug)]
pub(crate) struct Installation {
    /// How its server is started.
    pub(crate) launch: Launch,
    /// The running server.
    pub(crate) server: Server,
    /// Its API.
    pub(crate) api: Api,
    /// Who set it up.
    pub(crate) owner: Member,
    /// The agent.
    pub(crate) agent_id: String,
    ticket: String,
    folder: TempDir,
}

impl Installation {
    /// Starts a server on a fresh folder, signs up, and teaches an agent with these settings.
    ///
    /// # Errors
    /// If any step fails.
    pub(crate) async fn new(launch: Launch, settings: Value) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("baton-load-").tempdir()?;
        let server = Server::start(&launch, &folder.path().join("data"), &folder.path().join("server.log")).await?;
        server.wait_until_alive().await?;
        let api = Api::new(server.address())?;
        let token = server.setup_token().context("the server printed no set-up link for a fresh folder")?;
        let owner = api.set_up(token).await?;
        let mut all = json!({ "allowed_origins": [ORIGIN], "burst_wait_ms": 0 });
        merge(&mut all, settings);
        let agent_id = api.create_agent(&owner, &all).await?;
        api.teach(&owner, &agent_id, "guide.md", GUIDE).await?;
        let ticket = api.ticket(&agent_id, ORIGIN).await?;
        Ok(Self { launch, server, api, owner, agent_id, ticket, folder })
    }

    /// Where the server keeps its data.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where the server's error output is.
    pub(crate) fn server_log(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    /// Proof that the page may open sessions. Good for the length of a run.
    pub(crate) fn ticket(&self) -> &str {
        &self.ticket
    }

    /// Invites operators, one after the other: hashing their passwords is the slow part.
    ///
    /// # Errors
    /// If the server refuses.
    pub(crate) async fn operators(&self, count: usize) -> Result<Vec<Member>> {
        let mut operators = Vec::with_capacity(count);
        for number in 0..count {
            operators.push(self.api.invite_operator(&self.owner, number).await?);
        }
        Ok(operators)
    }

    /// Opens sessions of visitors.
    ///
    /// # Errors
    /// If the server refuses.
    pub(crate) async fn visitors(&self, count: usize) -> Result<Vec<Visitor>> {
        let sessions = (0..count).map(|_| self.api.visitor(&self.agent_id, &self.ticket));
        futures::stream::iter(sessions).buffered(OPENING_AT_ONCE).try_collect().await
    }

    /// Kills the server and starts it again on the same data; returns how long the new one took from its start to its
    /// first 200.
    ///
    /// # Errors
    /// If it does not come back.
    pub(crate) async fn restart(self) -> Result<(Self, Duration)> {
        let (data_dir, log) = (self.data_dir(), self.server_log());
        self.server.kill().await?;
        let server = Server::start(&self.launch, &data_dir, &log).await?;
        let took = server.wait_until_alive().await?;
        let api = Api::new(server.address())?;
        Ok((Self { server, api, ..self }, took))
    }
}

/// Puts the values of `other` into `all`.
fn merge(all: &mut Value, other: Value) {
    if let (Some(all), Value::Object(other)) = (all.as_object_mut(), other) {
        all.extend(other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scripted_answer_is_in_the_guide() {
        for sentence in ANSWER {
            let words = sentence.strip_suffix(" [1]").unwrap();
            assert!(GUIDE.contains(words), "{words}");
        }
        assert!(GUIDE.contains(QUESTION));
    }

    #[test]
    fn settings_replace_defaults() {
        let mut all = json!({ "a": 1, "b": 2 });
        merge(&mut all, json!({ "b": 3 }));
        assert_eq!(all, json!({ "a": 1, "b": 3 }));
    }
}
