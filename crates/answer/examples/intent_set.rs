//! Measures the request-for-a-person classifier on a labelled set.
//!
//! `cargo run -p baton-answer --example intent_set -- FILE [--show]`, where each line of FILE is a JSON object with
//! `text`, `group` and `label` (1 asks for a person, 0 does not, null is not scored).
#![expect(clippy::print_stdout, reason = "a report for the person who runs it")]

use std::collections::BTreeMap;
use std::error::Error;

use baton_answer::intent::{Intent, classify};
use serde::Deserialize;

#[derive(Deserialize)]
struct Line {
    text: String,
    group: String,
    label: Option<u8>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: intent_set FILE [--show]")?;
    let show = arguments.next().is_some();
    // Per group: lines, flagged as a request, seen as small talk.
    let mut groups: BTreeMap<(String, u8), (usize, usize, usize)> = BTreeMap::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let line: Line = serde_json::from_str(line)?;
        let Some(label) = line.label else { continue };
        let intent = classify(&line.text);
        let flagged = matches!(intent, Intent::AsksForPerson { .. });
        let group = groups.entry((line.group.clone(), label)).or_default();
        group.0 += 1;
        group.1 += usize::from(flagged);
        group.2 += usize::from(matches!(intent, Intent::SmallTalk { .. }));
        if show && flagged != (label == 1) {
            println!("{} {}: {}  {:?}", if label == 1 { "MISSED" } else { "FALSE " }, line.group, line.text, intent);
        }
    }
    let sum = |label: u8| {
        groups
            .iter()
            .filter(|((_, l), _)| *l == label)
            .fold((0, 0), |sum, (_, group)| (sum.0 + group.0, sum.1 + group.1))
    };
    let ((positives, found), (negatives, false_alarms)) = (sum(1), sum(0));
    for ((name, label), (lines, flagged, small_talk)) in &groups {
        println!("{name:22} label {label}: {lines:5} lines, {flagged:4} flagged, {small_talk:3} small talk");
    }
    println!(
        "precision {:.3}  recall {:.3}  false alarms {false_alarms} of {negatives} = {:.2} %",
        found as f64 / (found + false_alarms) as f64,
        found as f64 / positives as f64,
        100.0 * false_alarms as f64 / negatives as f64
    );
    Ok(())
}
