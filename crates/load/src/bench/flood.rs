//! As many messages as the server takes: visitors who write the next as soon as the last is acknowledged.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;
use tokio::task::JoinSet;

use crate::bench::Bench;
use crate::bench::held;
use crate::calls;
use crate::checker;
use crate::http::Connection;
use crate::process::own_processor_time;
use crate::report::{Figures, Table, cell, say, write_json};
use crate::seeded::Seeded;
use crate::setup::Installation;
use crate::stats::{Latencies, per_second};

/// Visitors who write.
const VISITORS: usize = 64;
/// Before counting, so that every connection is warm.
const WARM_UP: Duration = Duration::from_millis(500);
/// How long one call may take.
const CALL_WITHIN: Duration = Duration::from_secs(10);

/// What one visitor did.
#[derive(Debug, Default)]
struct Wrote {
    /// Acknowledged while it was counted.
    counted: Latencies,
    /// Acknowledged in all.
    acknowledged: usize,
}

/// Measures; returns the figures and how much was lost.
pub(super) async fn measure(bench: &Bench, figures: Figures) -> Result<(Figures, usize)> {
    let options = &bench.options;
    let installation = Installation::new(bench.launch.clone(), json!({})).await?;
    let held = held::hold(&installation, &installation.owner, VISITORS, options.seed).await?;
    let mut visitors = JoinSet::new();
    let counts_from = Instant::now() + WARM_UP;
    let length = Duration::from_secs_f64(options.flood_seconds);
    let over_at = counts_from + length;
    let text = "x".repeat(200);
    for (number, held) in held.iter().cloned().enumerate() {
        let mut connection = Connection::open(installation.server.address()).await?;
        let (agent_id, text, mut ids) =
            (installation.agent_id.clone(), text.clone(), Seeded::new(options.seed, number as u64));
        visitors.spawn(async move {
            let mut wrote = Wrote::default();
            while Instant::now() < over_at {
                let request =
                    calls::send_message(&held.visitor, &agent_id, Some(&held.conversation_id), &ids.client_id(), &text);
                let sent_at = Instant::now();
                connection.exchange(&request, CALL_WITHIN).await?.accepted()?;
                wrote.acknowledged += 1;
                if (counts_from..over_at).contains(&Instant::now()) {
                    wrote.counted.record(sent_at.elapsed());
                }
            }
            Ok::<_, anyhow::Error>((held.conversation_id, wrote))
        });
    }
    tokio::time::sleep_until(counts_from.into()).await;
    let (server_before, own_before) = (installation.server.processor_time()?, own_processor_time()?);
    tokio::time::sleep_until(over_at.into()).await;
    let share = |before: Duration, now: Duration| now.saturating_sub(before).as_secs_f64() / length.as_secs_f64();
    let server_load = share(server_before, installation.server.processor_time()?);
    let own_load = share(own_before, own_processor_time()?);

    let (mut latencies, mut lost) = (Latencies::default(), 0);
    while let Some(visitor) = visitors.join_next().await {
        let (conversation_id, wrote) = visitor??;
        latencies.merge(&wrote.counted);
        // The greeting is the visitor's too.
        let log = installation.api.conversation(&installation.owner, &conversation_id).await?.entries;
        let stored = log.iter().filter(|entry| matches!(entry.event, crate::log::Event::VisitorMessage { .. })).count();
        lost += (stored - 1).abs_diff(wrote.acknowledged) + checker::gaps(&log) + checker::repeated_client_ids(&log);
    }
    installation.server.kill().await?;
    let rate = per_second(latencies.len(), length);
    let summary = latencies.summary();
    let mut table = Table::new(&["flood", "messages/s", "p50, ms", "p99, ms", "server load", "generator load", "lost"]);
    let (p50, p99) = (summary.map(|found| found.p50_ms), summary.map(|found| found.p99_ms));
    let cells = [
        format!("{VISITORS} visitors"),
        format!("{rate:.0}"),
        cell(p50),
        cell(p99),
        cell(Some(server_load)),
        cell(Some(own_load)),
        lost.to_string(),
    ];
    table.row(&cells);
    say(table.text());
    let found = json!({ "visitors": VISITORS, "per_second": rate, "latency": summary, "server_load": server_load, "own_load": own_load, "lost": lost });
    write_json(&options.out, "flood", &found)?;
    Ok((figures.number("flood_per_second", Some(rate)).number("flood_p99_ms", p99), lost))
}
