//! Goals 1 and 2: a visitor's message, stored and shown to the operator, and the way back.

use anyhow::Result;
use serde::Serialize;
use serde_json::json;

use crate::bench::Bench;
use crate::bench::chat::{self, Plan, Replies};
use crate::bench::held;
use crate::bench::peer::PeerRun;
use crate::report::{Figures, Table, cell, say, write_json};
use crate::setup::Installation;
use crate::stats::{Summary, median};

/// Conversations of a run.
const CONVERSATIONS: usize = 10;
/// Operators who watch.
const OPERATORS: usize = 2;

/// One run of ours, and the peer's that followed it.
#[derive(Clone, Copy, Debug, Serialize)]
struct Pair {
    to_operator: Option<Summary>,
    to_visitor: Option<Summary>,
    acknowledged: Option<Summary>,
    pacing: Option<Summary>,
    undelivered: usize,
    refused: usize,
    peer: Option<PeerRun>,
}

/// Measures; returns the figures and how much was lost.
pub(super) async fn measure(bench: &Bench, figures: Figures) -> Result<(Figures, usize)> {
    let options = &bench.options;
    let installation = Installation::new(bench.launch.clone(), json!({})).await?;
    let mut operators = vec![installation.owner.clone()];
    operators.extend(installation.operators(OPERATORS - 1).await?);
    let held = held::hold(&installation, &operators[0], CONVERSATIONS, options.seed).await?;
    // The first run warms connections, caches and the clock of an idle machine; it is not counted.
    let plan = Plan { rate: options.rate, seconds: options.seconds, replies: Replies::ToEach, seed: options.seed };
    chat::run(&installation, &held, &operators, Plan { seconds: 2.0, seed: options.seed + 1_000, ..plan }).await?;
    let mut pairs = Vec::with_capacity(options.pairs);
    for pair in 0..options.pairs {
        let outcome =
            chat::run(&installation, &held, &operators, Plan { seed: options.seed + 2_000 + pair as u64, ..plan })
                .await?;
        let peer = match &bench.peer {
            Some(peer) => {
                let server = peer.start().await?;
                let run = server.load(CONVERSATIONS, options.rate, options.seconds, OPERATORS).await?;
                server.stop().await?;
                Some(run)
            }
            None => None,
        };
        pairs.push(Pair {
            to_operator: outcome.to_operator.summary(),
            to_visitor: outcome.to_visitor.summary(),
            acknowledged: outcome.acknowledged.summary(),
            pacing: outcome.pacing.summary(),
            undelivered: outcome.undelivered(Replies::ToEach),
            refused: outcome.refused,
            peer,
        });
    }
    installation.server.kill().await?;
    let lost = pairs.iter().map(|pair| pair.undelivered + pair.refused).sum();
    let figures = report(&pairs, figures);
    write_json(&options.out, "latency", &json!({ "rate": options.rate, "seconds": options.seconds, "pairs": pairs }))?;
    Ok((figures, lost))
}

/// A quantity of a pair: its name, ours and the peer's.
type Quantity = (&'static str, fn(&Pair) -> Option<f64>, fn(&PeerRun) -> Option<f64>);

const QUANTITIES: [Quantity; 6] = [
    ("to_operator_p50", |pair| Some(pair.to_operator?.p50_ms), |peer| peer.to_operator_p50_ms),
    ("to_operator_p99", |pair| Some(pair.to_operator?.p99_ms), |peer| peer.to_operator_p99_ms),
    ("to_visitor_p50", |pair| Some(pair.to_visitor?.p50_ms), |peer| peer.to_visitor_p50_ms),
    ("to_visitor_p99", |pair| Some(pair.to_visitor?.p99_ms), |peer| peer.to_visitor_p99_ms),
    ("acknowledged_p50", |pair| Some(pair.acknowledged?.p50_ms), |peer| peer.acknowledged_p50_ms),
    ("acknowledged_p99", |pair| Some(pair.acknowledged?.p99_ms), |peer| peer.acknowledged_p99_ms),
];

fn report(pairs: &[Pair], mut figures: Figures) -> Figures {
    let mut table = Table::new(&[
        "delivery at a low rate, ms",
        "Baton, median of runs",
        "socket.io + SQLite FULL",
        "ratio, median of pairs",
    ]);
    for (name, ours, peers) in QUANTITIES {
        let own: Vec<_> = pairs.iter().filter_map(ours).collect();
        let peer: Vec<_> = pairs.iter().filter_map(|pair| peers(pair.peer.as_ref()?)).collect();
        let ratios: Vec<_> = pairs.iter().filter_map(|pair| Some(ours(pair)? / peers(pair.peer.as_ref()?)?)).collect();
        table.row(&[name.to_owned(), cell(median(&own)), cell(median(&peer)), cell(median(&ratios))]);
        figures = figures.number(&format!("{name}_ms"), median(&own)).number(&format!("{name}_ratio"), median(&ratios));
    }
    say(table.text());
    let pacing = median(&pairs.iter().filter_map(|pair| Some(pair.pacing?.p99_ms)).collect::<Vec<_>>());
    if pacing.is_some_and(|late| late > chat::PACING_P99_MS) {
        say("our own schedule was late: the machine is too busy for these latencies to mean much");
    }
    figures.number("pacing_p99_ms", pacing)
}
