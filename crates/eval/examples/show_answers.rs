//! Prints what Baton answers to the questions of a set, without a model, to be read.
//!
//! `cargo run -p baton-eval --example show_answers -- FOLDER`, with the folder of one knowledge base.
#![expect(clippy::print_stdout, reason = "a report for the person who runs it")]

use std::error::Error;
use std::path::Path;

use baton_answer::extractive::markdown;
use baton_answer::gate::{Citable, Verdict, check};
use baton_eval::docs_qa::{Measured, Set};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: show_answers FOLDER")?;
    let set = Set::load(Path::new(&folder), None)?;
    let terms = |text: &str| set.snapshot.terms(text);
    for item in &set.items {
        println!("\n=== {} [{}]\nQ: {}", item.id, item.kind, item.question.asked());
        let Some(measured) = set.measure(item)? else { continue };
        println!("confidence {:.2}, safe {}", measured.features.confidence(), measured.is_safe(item));
        let Measured { evidence, found, .. } = &measured;
        let hits = found.parts.iter().map(|part| &evidence.passages[part.passage].hit);
        for hit in hits.clone() {
            println!("  < {} › {}", hit.passage.document_title, hit.passage.heading_path.join(" › "));
        }
        let citable: Vec<Citable> = hits.map(Citable::from).collect();
        match check(&markdown(evidence, found), &citable, &terms) {
            Verdict::Supported { text, .. } => println!("{text}"),
            Verdict::Unsupported { why } => println!("refused by the gate: {why:?}"),
        }
    }
    Ok(())
}
