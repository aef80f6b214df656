//! Goal 4: visitors who all write their first message in the same moment, while others go on talking.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::bench::Bench;
use crate::bench::held::{self, Held};
use crate::calls;
use crate::http::{Connection, request};
use crate::identity::Identity;
use crate::log::{Event, FeedItem};
use crate::process::open_files_max;
use crate::report::{Figures, Table, cell, say, write_json};
use crate::seeded::Seeded;
use crate::setup::{Installation, QUESTION};
use crate::stats::{Latencies, milliseconds};
use crate::stream::{About, Resuming};

/// Between two messages of the conversation that goes on.
const CONTROL_EVERY: Duration = Duration::from_millis(200);
/// Between two questions whether the server is alive.
const ALIVE_EVERY: Duration = Duration::from_millis(50);
/// How long the conversation goes on before the burst.
const CALM: Duration = Duration::from_secs(1);
/// How long is waited for the burst to be over.
const OVER_WITHIN: Duration = Duration::from_secs(60);
/// How long one call may take.
const CALL_WITHIN: Duration = Duration::from_secs(60);

/// What a burst came to, milliseconds.
#[derive(Debug, Default, Serialize)]
struct Outcome {
    visitors: usize,
    /// Until the last message was acknowledged.
    stored_ms: Option<f64>,
    /// Until the operator's inbox had shown the last message.
    delivered_ms: Option<f64>,
    /// Until the AI had answered, or brought in a person for, the last message.
    answered_ms: Option<f64>,
    answered: usize,
    lost: usize,
    /// How often the server ended the inbox's stream, which then came again with its cursor.
    inbox_reopened: usize,
    control_p99_ms: Option<f64>,
    control_count: usize,
    alive_max_ms: Option<f64>,
}

/// Measures; returns the figures and how much was lost.
pub(super) async fn measure(bench: &Bench, mut figures: Figures) -> Result<(Figures, usize)> {
    let mut outcomes = Vec::new();
    for visitors in &bench.options.burst {
        outcomes.push(burst(bench, *visitors).await?);
    }
    let mut table = Table::new(&[
        "burst",
        "stored, ms",
        "delivered, ms",
        "answered, ms (how many)",
        "lost",
        "inbox reopened",
        "control p99, ms",
        "alive max, ms",
    ]);
    for outcome in &outcomes {
        table.row(&[
            format!("{} visitors", outcome.visitors),
            cell(outcome.stored_ms),
            cell(outcome.delivered_ms),
            format!("{} ({})", cell(outcome.answered_ms), outcome.answered),
            outcome.lost.to_string(),
            outcome.inbox_reopened.to_string(),
            cell(outcome.control_p99_ms),
            cell(outcome.alive_max_ms),
        ]);
        figures = figures
            .number(&format!("burst_{}_stored_ms", outcome.visitors), outcome.stored_ms)
            .number(&format!("burst_{}_delivered_ms", outcome.visitors), outcome.delivered_ms)
            .number(&format!("burst_{}_answered_ms", outcome.visitors), outcome.answered_ms)
            .add(&format!("burst_{}_inbox_reopened", outcome.visitors), outcome.inbox_reopened)
            .number(&format!("burst_{}_control_p99_ms", outcome.visitors), outcome.control_p99_ms)
            .number(&format!("burst_{}_alive_max_ms", outcome.visitors), outcome.alive_max_ms);
    }
    say(table.text());
    write_json(&bench.options.out, "burst", &outcomes)?;
    Ok((figures, outcomes.iter().map(|outcome| outcome.lost).sum()))
}

async fn burst(bench: &Bench, count: usize) -> Result<Outcome> {
    let files = open_files_max()?;
    anyhow::ensure!(
        files >= count as u64 + 200,
        "{count} visitors need more open files than {files}; raise it with `ulimit -n`"
    );
    let installation = Installation::new(bench.launch.clone(), json!({ "answer_threshold": 0.0 })).await?;
    let mut ids = Seeded::new(bench.options.seed, 50_000);
    let control = held::hold(&installation, &installation.owner, 1, bench.options.seed).await?.remove(0);
    let (go, gone) = watch::channel(false);
    let mut writers = JoinSet::new();
    let mut expected = HashSet::new();
    for visitor in installation.visitors(count).await? {
        let client_id = ids.client_id();
        let request = calls::send_message(&visitor.identity, &installation.agent_id, None, &client_id, QUESTION);
        expected.insert(client_id);
        let (mut connection, mut gone) = (Connection::open(installation.server.address()).await?, gone.clone());
        writers.spawn(async move {
            gone.wait_for(|gone| *gone).await?;
            connection.exchange(&request, CALL_WITHIN).await?.accepted()?;
            Ok::<_, anyhow::Error>(Instant::now())
        });
    }
    let mut around = Around::start(&installation, &control, ids).await?;
    let mut seen = Seen { expected, ..Seen::default() };
    around.read(&mut seen, Instant::now() + CALM).await;
    // What the control conversation looks like in calm is not part of the burst.
    seen.control = Latencies::default();
    let began = Instant::now();
    go.send(true)?;
    let mut outcome = Outcome { visitors: count, ..Outcome::default() };
    around.read(&mut seen, began + OVER_WITHIN).await;
    let mut stored_at = None;
    let mut refused = 0;
    while let Some(written) = writers.join_next().await {
        match written? {
            Ok(at) => stored_at = stored_at.max(Some(at)),
            Err(_) => refused += 1,
        }
    }
    outcome.stored_ms = stored_at.map(|at| milliseconds(at - began));
    outcome.delivered_ms = seen.delivered_at.map(|at| milliseconds(at - began));
    outcome.answered_ms = seen.answered_at.map(|at| milliseconds(at - began));
    outcome.answered = seen.answered;
    outcome.lost = seen.expected.len() + refused;
    outcome.inbox_reopened = around.inbox.reopened();
    outcome.control_p99_ms = seen.control.quantile(0.99).map(milliseconds);
    outcome.control_count = seen.control.len();
    outcome.alive_max_ms = around.alive().await.quantile(1.0).map(milliseconds);
    installation.server.kill().await?;
    Ok(outcome)
}

/// What goes on around a burst.
#[derive(Debug)]
struct Around {
    inbox: Resuming,
    control: JoinSet<Result<()>>,
    alive: JoinSet<Latencies>,
    over: watch::Sender<bool>,
    first: Instant,
}

/// What the inbox has shown.
#[derive(Debug, Default)]
struct Seen {
    /// Client ids of messages that have not been shown yet.
    expected: HashSet<String>,
    /// Conversations whose question has not ended yet.
    waiting: HashSet<String>,
    delivered_at: Option<Instant>,
    answered_at: Option<Instant>,
    answered: usize,
    control: Latencies,
}

impl Around {
    async fn start(installation: &Installation, held: &Held, mut ids: Seeded) -> Result<Self> {
        let address = installation.server.address();
        let feed = installation.api.feed(&installation.owner).await?;
        let inbox = Resuming::open(address, &installation.owner.identity, About::Inbox, feed).await?;
        let (over, is_over) = watch::channel(false);
        let first = Instant::now();
        let mut control = JoinSet::new();
        let mut connection = Connection::open(address).await?;
        let (held, agent_id) = (held.clone(), installation.agent_id.clone());
        control.spawn(async move {
            for number in 0_u32.. {
                tokio::time::sleep_until((first + CONTROL_EVERY * number).into()).await;
                let text = format!("control {number}");
                let message =
                    calls::send_message(&held.visitor, &agent_id, Some(&held.conversation_id), &ids.client_id(), &text);
                connection.exchange(&message, CALL_WITHIN).await?.accepted()?;
            }
            Ok(())
        });
        let mut alive = JoinSet::new();
        let mut connection = Connection::open(address).await?;
        alive.spawn(async move {
            let (ask, mut latencies) = (request("GET", "/livez", &Identity::nobody(), None), Latencies::default());
            for number in 0_u32.. {
                let due = first + ALIVE_EVERY * number;
                tokio::time::sleep_until(due.into()).await;
                if *is_over.borrow() || connection.exchange(&ask, CALL_WITHIN).await.is_err() {
                    break;
                }
                latencies.record(due.elapsed());
            }
            latencies
        });
        Ok(Self { inbox, control, alive, over, first })
    }

    /// Reads the inbox until every expected message is there and every question has ended, or until `deadline`.
    async fn read(&mut self, seen: &mut Seen, deadline: Instant) {
        while !(seen.expected.is_empty() && seen.waiting.is_empty()) {
            let Ok(Ok(frame)) = tokio::time::timeout_at(deadline.into(), self.inbox.next()).await else { return };
            if frame.event != "change" {
                continue;
            }
            let Ok(item) = frame.json::<FeedItem>() else { continue };
            for entry in &item.entries {
                self.take(seen, &item.conversation_id, &entry.event);
            }
        }
    }

    fn take(&self, seen: &mut Seen, conversation_id: &str, event: &Event) {
        match event {
            Event::VisitorMessage { client_id, .. } if seen.expected.remove(client_id) => {
                seen.delivered_at = Some(Instant::now());
                seen.waiting.insert(conversation_id.to_owned());
            }
            Event::VisitorMessage { text, .. } => {
                if let Some(number) = text.strip_prefix("control ").and_then(|number| number.parse().ok()) {
                    seen.control.record((self.first + CONTROL_EVERY * number).elapsed());
                }
            }
            Event::AiMessage { .. } | Event::HandoffRequested {} if seen.waiting.remove(conversation_id) => {
                seen.answered += 1;
                seen.answered_at = Some(Instant::now());
            }
            _ => {}
        }
    }

    async fn alive(mut self) -> Latencies {
        let _ = self.over.send(true);
        self.control.shutdown().await;
        match self.alive.join_next().await {
            Some(Ok(latencies)) => latencies,
            Some(Err(_)) | None => Latencies::default(),
        }
    }
}
