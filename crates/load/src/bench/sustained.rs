//! Goal 3: the rate doubles until delivery is no longer quick.

use anyhow::Result;
use serde::Serialize;
use serde_json::json;

use crate::bench::Bench;
use crate::bench::chat::{self, Plan};
use crate::bench::held;
use crate::bench::peer::PeerRun;
use crate::report::{Figures, Table, cell, say, write_json};
use crate::setup::Installation;
use crate::stats::Summary;

/// Conversations of a run.
const CONVERSATIONS: usize = 50;
/// Operators who watch.
const OPERATORS: usize = 2;
/// Where the rate begins.
const RATE_FIRST: f64 = 50.0;
/// Slowest delivery to the operator that is still quick, milliseconds.
const QUICK_P99_MS: f64 = 50.0;

/// One step.
#[derive(Clone, Copy, Debug, Serialize)]
struct Step {
    rate: f64,
    attempt: usize,
    to_operator: Option<Summary>,
    to_visitor: Option<Summary>,
    pacing: Option<Summary>,
    undelivered: usize,
    refused: usize,
    reopened: usize,
    stored_per_second: f64,
    server_load: f64,
    own_load: f64,
    held: bool,
}

/// One step of the peer.
#[derive(Clone, Copy, Debug, Serialize)]
struct PeerStep {
    rate: f64,
    attempt: usize,
    run: PeerRun,
    held: bool,
}

/// Measures.
pub(super) async fn measure(bench: &Bench, figures: Figures) -> Result<Figures> {
    let options = &bench.options;
    let installation = Installation::new(bench.launch.clone(), json!({})).await?;
    let mut operators = vec![installation.owner.clone()];
    operators.extend(installation.operators(OPERATORS - 1).await?);
    let held = held::hold(&installation, &operators[0], CONVERSATIONS, options.seed).await?;
    let (mut steps, mut peer_steps) = (Vec::new(), Vec::new());
    let (mut ours, mut peers) = (Climb::default(), Climb { over: bench.peer.is_none(), ..Climb::default() });
    let mut rate = RATE_FIRST;
    while rate <= options.rate_max && !(ours.over && peers.over) {
        for attempt in 0..options.attempts {
            if !ours.needs(rate) {
                break;
            }
            let seed = options.seed + 10_000 + (steps.len() as u64);
            let plan = Plan { rate, seconds: options.step_seconds, replies: options.replies, seed };
            let outcome = chat::run(&installation, &held, &operators, plan).await?;
            let step = Step {
                rate,
                attempt,
                to_operator: outcome.to_operator.summary(),
                to_visitor: outcome.to_visitor.summary(),
                pacing: outcome.pacing.summary(),
                undelivered: outcome.undelivered(options.replies),
                refused: outcome.refused,
                reopened: outcome.reopened,
                stored_per_second: outcome.stored_per_second(plan),
                server_load: outcome.server_load,
                own_load: outcome.own_load,
                held: outcome.undelivered(options.replies) + outcome.refused + outcome.broken == 0
                    && is_quick(outcome.to_operator.summary().map(|found| found.p99_ms)),
            };
            steps.push(step);
            ours.take(rate, step.held, attempt + 1 == options.attempts);
            // What a failed step left behind is not to be the next one's.
            held::at_rest(&installation).await?;
        }
        if let Some(peer) = &bench.peer {
            for attempt in 0..options.attempts {
                if !peers.needs(rate) {
                    break;
                }
                let server = peer.start().await?;
                let run = server.load(CONVERSATIONS, rate, options.step_seconds, OPERATORS).await?;
                server.stop().await?;
                let held = run.delivered == run.sent && run.replies == run.sent && is_quick(run.to_operator_p99_ms);
                peer_steps.push(PeerStep { rate, attempt, run, held });
                peers.take(rate, held, attempt + 1 == options.attempts);
            }
        }
        rate *= 2.0;
    }
    installation.server.kill().await?;
    say(table(&steps, &peer_steps).text());
    write_json(
        &options.out,
        "sustained",
        &json!({ "replies": format!("{:?}", options.replies), "steps": steps, "peer_steps": peer_steps }),
    )?;
    Ok(figures
        .number("sustained_per_second", ours.highest)
        .number("sustained_peer_per_second", peers.highest)
        .number("sustained_ratio", ours.highest.zip(peers.highest).map(|(ours, peers)| ours / peers)))
}

/// How far a side has come.
#[derive(Clone, Copy, Debug, Default)]
struct Climb {
    highest: Option<f64>,
    over: bool,
}

impl Climb {
    fn needs(&self, rate: f64) -> bool {
        !self.over && self.highest.is_none_or(|highest| highest < rate)
    }

    fn take(&mut self, rate: f64, held: bool, was_last_attempt: bool) {
        if held {
            self.highest = Some(rate);
        } else {
            self.over = was_last_attempt;
        }
    }
}

fn is_quick(p99_ms: Option<f64>) -> bool {
    p99_ms.is_some_and(|p99| p99 <= QUICK_P99_MS)
}

fn table(steps: &[Step], peer_steps: &[PeerStep]) -> Table {
    let mut table = Table::new(&[
        "messages/s",
        "who",
        "to operator p50/p99, ms",
        "to visitor p50/p99, ms",
        "own pacing p99, ms",
        "undelivered",
        "streams reopened",
        "stored/s",
        "server/generator load",
        "held",
    ]);
    let both = |found: Option<Summary>| {
        format!("{} / {}", cell(found.map(|found| found.p50_ms)), cell(found.map(|found| found.p99_ms)))
    };
    for step in steps {
        table.row(&[
            format!("{:.0}", step.rate),
            "Baton".to_owned(),
            both(step.to_operator),
            both(step.to_visitor),
            cell(step.pacing.map(|found| found.p99_ms)),
            (step.undelivered + step.refused).to_string(),
            step.reopened.to_string(),
            format!("{:.0}", step.stored_per_second),
            format!("{:.2} / {:.2}", step.server_load, step.own_load),
            step.held.to_string(),
        ]);
    }
    for PeerStep { rate, run, held, .. } in peer_steps {
        table.row(&[
            format!("{rate:.0}"),
            "socket.io + SQLite FULL".to_owned(),
            format!("{} / {}", cell(run.to_operator_p50_ms), cell(run.to_operator_p99_ms)),
            format!("{} / {}", cell(run.to_visitor_p50_ms), cell(run.to_visitor_p99_ms)),
            String::new(),
            (2 * run.sent).saturating_sub(run.delivered + run.replies).to_string(),
            String::new(),
            String::new(),
            String::new(),
            held.to_string(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_climbs_until_a_step_fails_every_attempt() {
        let mut climb = Climb::default();
        assert!(climb.needs(50.0));
        climb.take(50.0, true, false);
        assert!(!climb.needs(50.0) && climb.needs(100.0));
        climb.take(100.0, false, false);
        assert!(climb.needs(100.0));
        climb.take(100.0, true, true);
        climb.take(200.0, false, false);
        climb.take(200.0, false, true);
        assert!(!climb.needs(400.0));
        assert_eq!(climb.highest, Some(100.0));
    }

    #[test]
    fn quick_is_measured() {
        assert!(is_quick(Some(50.0)) && !is_quick(Some(50.1)) && !is_quick(None));
    }
}
