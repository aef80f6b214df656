//! The peer: socket.io with better-sqlite3, each message flushed to disk, on the same machine.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde::Serialize;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::report::say;

/// How long installing the peer's packages may take.
const INSTALL_WITHIN: Duration = Duration::from_secs(600);
/// How long the peer's server may take to start.
const START_WITHIN: Duration = Duration::from_secs(30);
/// How long a run of the peer's load may take beyond its plan.
const LOAD_WITHIN: Duration = Duration::from_secs(60);
/// What the peer is made of.
const PACKAGES: [&str; 3] = ["socket.io", "socket.io-client", "better-sqlite3"];

/// A peer that is ready to start.
#[derive(Debug)]
pub(super) struct Peer {
    folder: PathBuf,
    scripts: PathBuf,
}

/// A running peer. Killed when dropped.
#[derive(Debug)]
pub(super) struct PeerServer<'a> {
    peer: &'a Peer,
    child: Child,
    port: u16,
}

/// What the peer's load found, milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct PeerRun {
    pub(super) sent: usize,
    pub(super) delivered: usize,
    pub(super) replies: usize,
    pub(super) to_operator_p50_ms: Option<f64>,
    pub(super) to_operator_p99_ms: Option<f64>,
    pub(super) to_visitor_p50_ms: Option<f64>,
    pub(super) to_visitor_p99_ms: Option<f64>,
    pub(super) acknowledged_p50_ms: Option<f64>,
    pub(super) acknowledged_p99_ms: Option<f64>,
}

impl Peer {
    /// Finds the scripts and installs the packages if they are missing.
    ///
    /// # Errors
    /// If there are no scripts, or the packages cannot be installed.
    pub(super) async fn prepare(folder: &Path, scripts: Option<&Path>) -> Result<Self> {
        let folder = std::path::absolute(folder)?;
        let modules = folder.join("sio");
        let scripts = std::path::absolute(scripts.unwrap_or(&modules))?;
        for script in ["server.mjs", "load.mjs", "idle.mjs"] {
            ensure!(
                scripts.join(script).is_file(),
                "the peer has no {}; give --peer-scripts",
                scripts.join(script).display()
            );
        }
        if PACKAGES.iter().any(|package| !modules.join("node_modules").join(package).is_dir()) {
            say(format!("installing the peer's packages into {}", modules.display()));
            std::fs::create_dir_all(&modules)?;
            let install =
                Command::new("npm").arg("install").args(PACKAGES).current_dir(&modules).kill_on_drop(true).output();
            let done = tokio::time::timeout(INSTALL_WITHIN, install).await.context("npm did not end")??;
            ensure!(done.status.success(), "npm failed: {}", String::from_utf8_lossy(&done.stderr));
        }
        Ok(Self { folder, scripts })
    }

    /// Starts the peer's server on an empty database.
    ///
    /// # Errors
    /// If it does not start.
    pub(super) async fn start(&self) -> Result<PeerServer<'_>> {
        // The peer cannot choose a free port itself.
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut child = self
            .node("server.mjs")
            .args([&port.to_string(), "sqlite", "FULL"])
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start node")?;
        let stdout = child.stdout.take().expect("the output is piped");
        let line = tokio::time::timeout(START_WITHIN, BufReader::new(stdout).lines().next_line()).await;
        let line = line.context("the peer did not start in time")??.context("the peer ended")?;
        ensure!(line.starts_with("up "), "the peer said: {line}");
        Ok(PeerServer { peer: self, child, port })
    }

    fn node(&self, script: &str) -> Command {
        let mut node = Command::new("node");
        node.arg(self.scripts.join(script)).env("PEERS", &self.folder).stdin(Stdio::null()).kill_on_drop(true);
        node
    }
}

impl PeerServer<'_> {
    /// Runs the peer's open-loop load.
    ///
    /// # Errors
    /// If it fails or says nothing we can read.
    pub(super) async fn load(
        &self,
        conversations: usize,
        rate: f64,
        seconds: f64,
        operators: usize,
    ) -> Result<PeerRun> {
        let arguments = [
            self.port.to_string(),
            conversations.to_string(),
            rate.to_string(),
            seconds.to_string(),
            operators.to_string(),
        ];
        let said = self.run("load.mjs", &arguments, Duration::from_secs_f64(seconds)).await?;
        let count = |name: &str| {
            said[name].as_u64().and_then(|count| usize::try_from(count).ok()).with_context(|| format!("no {name}"))
        };
        Ok(PeerRun {
            sent: count("sent")?,
            delivered: count("got")?,
            replies: count("replies")?,
            to_operator_p50_ms: number(&said["v2op_p50"]),
            to_operator_p99_ms: number(&said["v2op_p99"]),
            to_visitor_p50_ms: number(&said["op2v_p50"]),
            to_visitor_p99_ms: number(&said["op2v_p99"]),
            acknowledged_p50_ms: number(&said["ack_p50"]),
            acknowledged_p99_ms: number(&said["ack_p99"]),
        })
    }

    /// Memory per idle connection, kB.
    ///
    /// # Errors
    /// If it fails or says nothing we can read.
    pub(super) async fn idle(&self, connections: usize) -> Result<f64> {
        let process = self.child.id().context("the peer has ended")?;
        let arguments = [self.port.to_string(), connections.to_string(), process.to_string()];
        let said = self.run("idle.mjs", &arguments, Duration::from_secs(30)).await?;
        number(&said["per_conn_kB"]).context("no per_conn_kB")
    }

    /// Ends the peer.
    ///
    /// # Errors
    /// If it cannot be ended.
    pub(super) async fn stop(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    async fn run(&self, script: &str, arguments: &[String], planned: Duration) -> Result<Value> {
        let output = self.peer.node(script).args(arguments).output();
        let done =
            tokio::time::timeout(planned + LOAD_WITHIN, output).await.context("the peer's load did not end")??;
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        let line =
            text.lines().last().with_context(|| format!("{script}: {}", String::from_utf8_lossy(&done.stderr)))?;
        serde_json::from_str(line).with_context(|| format!("{script} said: {line}"))
    }
}

/// A number, or a text that is one; a dash is none.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peer_writes_numbers_as_texts_too() {
        assert_eq!(number(&Value::from("1.40")), Some(1.4));
        assert_eq!(number(&Value::from(2)), Some(2.0));
        assert_eq!(number(&Value::from("-")), None);
    }
}
