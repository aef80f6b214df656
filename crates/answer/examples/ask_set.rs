//! Answers a question set without a model and says how often it was right.
//!
//! `cargo run -p baton-answer --example ask_set -- FOLDER [THRESHOLD] [--show]`.
#![expect(clippy::print_stdout, reason = "a report for the person who runs it")]

mod dataset;

use std::error::Error;
use std::path::Path;

use baton_answer::DEFAULT_THRESHOLD;
use baton_answer::extractive::markdown;
use baton_answer::gate::{Citable, Verdict, check};

use crate::dataset::Set;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: ask_set FOLDER [THRESHOLD] [--show]")?;
    let rest: Vec<String> = arguments.collect();
    let threshold = rest.iter().find_map(|argument| argument.parse().ok()).unwrap_or(DEFAULT_THRESHOLD);
    let show = rest.iter().any(|argument| argument == "--show");
    let set = Set::load(Path::new(&folder))?;
    let terms = |text: &str| set.snapshot.terms(text);
    let (mut scored, mut answered, mut right, mut answerable, mut in_hits, mut cited_gold) = (0, 0, 0, 0, 0, 0);
    let (mut unanswerable, mut wrongly, mut refused_by_gate, mut parts, mut first_right) = (0, 0, 0, 0, 0);
    for item in set.items.iter().filter(|item| item.answerable.is_some()) {
        scored += 1;
        let can = item.answerable == Some(true);
        answerable += usize::from(can);
        unanswerable += usize::from(!can);
        let Some(measured) = set.measure(item)? else { continue };
        let found: Vec<&str> =
            measured.evidence.passages.iter().map(|passage| passage.hit.passage.document_key.as_str()).collect();
        in_hits += usize::from(can && found.iter().take(5).any(|key| item.gold.contains(*key)));
        cited_gold += usize::from(measured.is_safe(item));
        parts += measured.found.parts.len();
        first_right += usize::from(can && item.gold.contains(measured.cited()[0]));
        let confidence = measured.features.confidence();
        let text = markdown(&measured.evidence, &measured.found);
        let citable: Vec<Citable> = measured
            .found
            .parts
            .iter()
            .map(|part| Citable::from(&measured.evidence.passages[part.passage].hit))
            .collect();
        let verdict = check(&text, &citable, &terms);
        if show {
            println!(
                "\n=== {} [{}] {confidence:.2} safe={}\nQ: {}",
                item.id,
                item.kind,
                measured.is_safe(item),
                item.question.asked()
            );
            for part in &measured.found.parts {
                println!("  < {}", measured.evidence.passages[part.passage].hit.passage.heading_path.join(" › "));
            }
            match &verdict {
                Verdict::Supported { text, .. } => println!("{text}"),
                Verdict::Unsupported { why } => println!("GATE {why:?}: {text}"),
            }
        }
        if confidence < threshold {
            continue;
        }
        if matches!(verdict, Verdict::Unsupported { .. }) {
            refused_by_gate += 1;
            continue;
        }
        answered += 1;
        right += usize::from(measured.is_safe(item));
        wrongly += usize::from(!can);
    }
    let percent = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    println!(
        "{:12} n {scored}  passages {}  gold in first five hits {:.1} %, among the cited (no threshold) {:.1} %, first cited {:.1} % of answerable, {:.2} passages an answer",
        set.name,
        set.snapshot.manifest().passages,
        percent(in_hits, answerable),
        percent(cited_gold, answerable),
        percent(first_right, answerable),
        parts as f64 / scored as f64
    );
    println!(
        "  threshold {threshold}: answered {:.1} %, with a gold document cited {:.1} % of all, precision {:.1} %, unanswerable answered {:.1} % of {unanswerable}, refused by the gate {refused_by_gate}",
        percent(answered, scored),
        percent(right, scored),
        percent(right, answered),
        percent(wrongly, unanswerable)
    );
    Ok(())
}
