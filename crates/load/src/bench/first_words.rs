//! Goal 12: what Baton adds to a model's own time until its first words reach the visitor.
//!
//! The model writes at once. A direct call to it and a visitor's question alternate, so that both meet the same machine; a
//! question is posted, stored, searched for by words and meaning, asked of the model, and its first sentence passes the gate.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde_json::json;

use crate::bench::{Bench, held};
use crate::calls;
use crate::http::{Connection, request};
use crate::identity::Identity;
use crate::model::Model;
use crate::process::Launch;
use crate::report::{Figures, Table, cell, say, write_json};
use crate::seeded::Seeded;
use crate::setup::{ANSWER, Installation, QUESTION};
use crate::stats::{Latencies, Summary, milliseconds};
use crate::stream::EventStream;

/// Questions that are counted; as many as a tenth of them come before and are not.
const QUESTIONS: usize = 200;
const STEP_WITHIN: Duration = Duration::from_secs(10);
/// The pause between two questions, so that one is over before the next.
const PAUSE: Duration = Duration::from_millis(25);

#[derive(Serialize)]
struct Outcome {
    direct: Option<Summary>,
    through_baton: Option<Summary>,
}

/// Measures.
pub(super) async fn measure(bench: &Bench, figures: Figures) -> Result<Figures> {
    let model = Model::start(&ANSWER.join(" "), Duration::ZERO).await?;
    let mut environment = bench.launch.environment.clone();
    environment.extend(model.environment());
    let launch = Launch { environment, ..bench.launch.clone() };
    let settings = json!({ "answer_threshold": 0.0, "burst_wait_ms": 0 });
    let installation = Installation::new(launch, settings).await?;
    let address = installation.server.address();
    let mut ids = Seeded::new(bench.options.seed, 60_000);
    let held = held::begin(&installation, 1, bench.options.seed).await?.remove(0);
    held::at_rest(&installation).await?;
    let mut stream = EventStream::open(address, &calls::events_path(&held.conversation_id, 0), &held.visitor).await?;
    let (mut visitor, mut caller) = (Connection::open(address).await?, Connection::open(model.address()).await?);
    let (mut direct, mut through) = (Latencies::default(), Latencies::default());
    let body = serde_json::to_vec(&json!({ "model": "paced", "stream": true, "messages": [] }))?;
    let call = request("POST", "/v1/chat/completions", &Identity::nobody(), Some(&body));
    for number in 0..QUESTIONS + QUESTIONS / 10 {
        let began = Instant::now();
        caller.exchange(&call, STEP_WITHIN).await?.accepted()?;
        let by_itself = began.elapsed();
        let id = ids.client_id();
        let ask =
            calls::send_message(&held.visitor, &installation.agent_id, Some(&held.conversation_id), &id, QUESTION);
        let began = Instant::now();
        let (posted, words) = tokio::join!(visitor.exchange(&ask, STEP_WITHIN), stream.wait_for("delta", STEP_WITHIN));
        posted?.accepted()?;
        words.context("no first words came")?;
        let took = began.elapsed();
        if number >= QUESTIONS / 10 {
            direct.record(by_itself);
            through.record(took);
        }
        tokio::time::sleep(PAUSE).await;
        stream.drain()?;
    }
    installation.server.kill().await?;
    let added = |share: f64| Some(milliseconds(through.quantile(share)?) - milliseconds(direct.quantile(share)?));
    let mut table =
        Table::new(&["first words", "direct p50, ms", "through Baton p50, ms", "added p50, ms", "added p99, ms"]);
    table.row(&[
        format!("{QUESTIONS} questions"),
        cell(direct.quantile(0.5).map(milliseconds)),
        cell(through.quantile(0.5).map(milliseconds)),
        cell(added(0.5)),
        cell(added(0.99)),
    ]);
    say(table.text());
    write_json(
        &bench.options.out,
        "first_words",
        &Outcome { direct: direct.summary(), through_baton: through.summary() },
    )?;
    Ok(figures.number("first_words_added_p50_ms", added(0.5)).number("first_words_added_p99_ms", added(0.99)))
}
