//! Fits the model of frustration and writes its weights.
//!
//! `cargo run --release -p baton-eval --example fit_frustration -- FILE [WEIGHTS.rs]`, where FILE is a `frustration.jsonl` of
//! labelled messages. Only messages of sources whose licence allows it are fitted (GoEmotions and BANKING77, both CC-BY-4.0),
//! together with `crates/eval/data/frustration.txt`, which was written for this project; the others are only measured. What is
//! fitted is measured in five folds.
#![expect(clippy::print_stdout, reason = "a report for the person who runs it")]

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use baton_answer::intent::frustration::{DIMENSIONS, MEASURES, measures};
use baton_embedder::MiniLm;
use baton_eval::metrics::{auroc, average_precision};
use serde::Deserialize;

/// Sources that may be fitted.
const FITTED: [&str; 2] = ["goemotions", "banking77"];
/// What one message of our own weighs, against 1 for one of the sources: there are few, and they sound like support.
const OWN_WEIGHT: f64 = 6.0;
/// How strongly weights are held near zero.
const RIDGE: f64 = 3.3;
/// Embeddings have small numbers; this brings them to the spread of the measures.
const EMBEDDING_SCALE: f64 = 2.0;
const FOLDS: usize = 5;
const OWN: &str = "crates/eval/data/frustration.txt";

#[derive(Deserialize)]
struct Line {
    text: String,
    label: Option<u8>,
    source: String,
}

struct Row {
    source: String,
    frustrated: bool,
    values: Vec<f64>,
    weight: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("usage: fit_frustration FILE [WEIGHTS.rs]")?;
    let model = MiniLm::load(std::fs::read("models/all-minilm-l6-v2.baton")?)?;
    let row = |text: &str, source: &str, frustrated: bool, weight: f64| {
        let embedding = model.embed_query(text);
        let scaled = embedding.as_slice().iter().map(|value| f64::from(*value) * EMBEDDING_SCALE);
        let values = std::iter::once(1.0).chain(measures(text)).chain(scaled).collect();
        Row { source: source.to_owned(), frustrated, values, weight }
    };
    let mut rows = Vec::new();
    for line in std::fs::read_to_string(&file)?.lines() {
        let line: Line = serde_json::from_str(line)?;
        if let Some(label) = line.label {
            rows.push(row(&line.text, &line.source, label == 1, 1.0));
        }
    }
    let own: Vec<Row> = std::fs::read_to_string(Path::new(OWN))?
        .lines()
        .filter_map(|line| {
            let frustrated = line.strip_prefix("+ ").map(|text| (text, true));
            frustrated.or_else(|| line.strip_prefix("- ").map(|text| (text, false)))
        })
        .map(|(text, frustrated)| row(text, "own", frustrated, OWN_WEIGHT))
        .collect();
    println!("{} messages, {} of our own", rows.len(), own.len());
    let words = measured("words alone", &rows, &own, 1 + MEASURES);
    let whole = measured("with embeddings", &rows, &own, 1 + MEASURES + DIMENSIONS);
    if let Some(path) = arguments.next() {
        std::fs::write(path, source(&words, &whole)?)?;
    }
    Ok(())
}

/// Says how good the model over the first `size` values is, and gives it.
fn measured(name: &str, rows: &[Row], own: &[Row], size: usize) -> Vec<f64> {
    let may_fit = |row: &&Row| FITTED.contains(&row.source.as_str());
    let all: Vec<&Row> = rows.iter().filter(may_fit).chain(own).collect();
    let model = fit(&all, size);
    let folds: Vec<Vec<f64>> = (0..FOLDS)
        .map(|fold| {
            let others = rows.iter().enumerate().filter(|(at, row)| at % FOLDS != fold && may_fit(row));
            fit(&others.map(|(_, row)| row).chain(own).collect::<Vec<_>>(), size)
        })
        .collect();
    let scored: Vec<(&Row, f64)> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| (row, chance(if may_fit(&row) { &folds[at % FOLDS] } else { &model }, &row.values)))
        .collect();
    let report = |name: &str, of: &dyn Fn(&Row) -> bool| {
        let chosen = || scored.iter().filter(|(row, _)| of(row)).map(|(row, score)| (*score, row.frustrated));
        let share = |wanted: bool, from: f64| {
            let (hits, all) = chosen()
                .filter(|(_, frustrated)| *frustrated == wanted)
                .fold((0.0, 0.0), |(hits, all), (score, _)| (hits + f64::from(u8::from(score >= from)), all + 1.0));
            hits / f64::max(all, 1.0)
        };
        println!(
            "  {name:16} AP {:.3} AUROC {:.3} | at 0.5: recall {:.3} false alarms {:.3} | at 0.85: recall {:.3} false alarms {:.3}",
            average_precision(chosen()),
            auroc(chosen()),
            share(true, 0.5),
            share(false, 0.5),
            share(true, 0.85),
            share(false, 0.85),
        );
    };
    println!("{name}:");
    report("all", &|_| true);
    report("not fitted", &|row| !may_fit(&row));
    for source in ["goemotions", "banking77", "airline-tweets", "acid"] {
        report(source, &|row| row.source == source);
    }
    model
}

fn chance(model: &[f64], values: &[f64]) -> f64 {
    let odds: f64 = model.iter().zip(values).map(|(weight, value)| weight * value).sum();
    1.0 / (1.0 + (-odds).exp())
}

/// Logistic regression with a ridge by Newton's method, each step by conjugate gradients; the first value is the bias.
fn fit(rows: &[&Row], size: usize) -> Vec<f64> {
    let ridge = |at: usize| if at == 0 { 0.0 } else { RIDGE };
    let mut beta = vec![0.0; size];
    for _ in 0..25 {
        let mut gradient: Vec<f64> = beta.iter().enumerate().map(|(at, value)| -ridge(at) * value).collect();
        let curvature: Vec<f64> = rows
            .iter()
            .map(|row| {
                let chance = chance(&beta, &row.values);
                let miss = row.weight * (f64::from(u8::from(row.frustrated)) - chance);
                for (sum, value) in gradient.iter_mut().zip(&row.values) {
                    *sum += miss * value;
                }
                row.weight * chance * (1.0 - chance)
            })
            .collect();
        let times = |vector: &[f64]| {
            let mut out: Vec<f64> = vector.iter().enumerate().map(|(at, value)| (ridge(at) + 1e-9) * value).collect();
            for (row, curvature) in rows.iter().zip(&curvature) {
                let along: f64 = row.values.iter().zip(vector).map(|(a, b)| a * b).sum();
                for (sum, value) in out.iter_mut().zip(&row.values) {
                    *sum += curvature * along * value;
                }
            }
            out
        };
        let step = conjugate_gradients(times, &gradient);
        let largest = step.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
        for (value, step) in beta.iter_mut().zip(step) {
            *value += step;
        }
        if largest < 1e-6 {
            break;
        }
    }
    beta
}

fn conjugate_gradients(times: impl Fn(&[f64]) -> Vec<f64>, right: &[f64]) -> Vec<f64> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let mut out = vec![0.0; right.len()];
    let (mut rest, mut direction) = (right.to_vec(), right.to_vec());
    let mut length = dot(&rest, &rest);
    let enough = length * 1e-12;
    for _ in 0..200 {
        if length <= enough {
            break;
        }
        let product = times(&direction);
        let step = length / dot(&direction, &product);
        for at in 0..out.len() {
            out[at] += step * direction[at];
            rest[at] -= step * product[at];
        }
        let next = dot(&rest, &rest);
        for (direction, rest) in direction.iter_mut().zip(&rest) {
            *direction = rest + next / length * *direction;
        }
        length = next;
    }
    out
}

/// The weights as a file of the `answer` crate.
fn source(words: &[f64], whole: &[f64]) -> Result<String, std::fmt::Error> {
    let mut out = String::from(
        "//! Written by `cargo run --release -p baton-eval --example fit_frustration`, which says what they were fitted to.\n\nuse crate::intent::frustration::{DIMENSIONS, Weights};\n\n",
    );
    let list = |values: &[f64]| values.iter().map(|value| format!("{value:.3}")).collect::<Vec<_>>().join(", ");
    for (name, model) in [("WORDS", words), ("WITH_EMBEDDING", whole)] {
        let (bias, weights) = (model[0], list(&model[1..=MEASURES]));
        writeln!(out, "pub(super) const {name}: Weights = Weights {{ bias: {bias:.3}, weights: [{weights}] }};\n")?;
    }
    let scaled: Vec<f64> = whole[1 + MEASURES..].iter().map(|value| value * EMBEDDING_SCALE).collect();
    writeln!(out, "#[rustfmt::skip]\npub(super) const EMBEDDING: [f32; DIMENSIONS] = [")?;
    for line in scaled.chunks(12) {
        writeln!(out, "    {},", list(line))?;
    }
    out.push_str("];\n");
    Ok(out)
}
