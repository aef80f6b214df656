//! Fits the confidence model and says how well it carries over to a knowledge base it has not seen.
//!
//! `cargo run -p baton-eval --example fit_confidence -- FOLDER SET,SET,… [MEASURED,MEASURED,…]`, where FOLDER holds one
//! folder a set. The first list is fitted, each set whole and as small knowledge bases made from it; each set of it is also measured by a model fitted without it. The second list
//! is only measured, by the model fitted on the whole first list.
#![expect(clippy::print_stdout, reason = "a report for the person who runs it")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use baton_answer::DEFAULT_THRESHOLD;
use baton_answer::confidence::{FEATURES, FITTED, Features, Model};
use baton_embedder::MiniLm;
use baton_eval::docs_qa::Set;
use baton_eval::metrics::{Judged, selection};
use baton_knowledge::Embedder;

/// How strongly weights are held near zero; chosen for carrying over, the fit itself would like less.
const RIDGE: f64 = 0.02;

struct Samples {
    name: String,
    rows: Vec<Row>,
    /// The rows of small knowledge bases made from the set.
    small: Vec<Row>,
}

struct Row {
    features: Option<Features>,
    safe: bool,
    answerable: bool,
    kind: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: fit_confidence FOLDER SET,SET,… [MEASURED,…]";
    let folder = arguments.next().ok_or(usage)?;
    let list = |names: String| -> Result<Vec<Samples>, Box<dyn Error>> {
        names.split(',').map(|name| samples(&Path::new(&folder).join(name))).collect()
    };
    let fitted = list(arguments.next().ok_or(usage)?)?;
    let measured = arguments.next().map(list).transpose()?.unwrap_or_default();
    println!("weights in use:");
    let mut all = Vec::new();
    for set in fitted.iter().chain(&measured) {
        let scored = score(&set.rows, &FITTED);
        println!("{}", line(&set.name, &scored, DEFAULT_THRESHOLD));
        all.extend(scored);
    }
    println!("{}", line("pooled", &all, DEFAULT_THRESHOLD));
    println!("leaving each set out:");
    let (mut pooled, mut pooled_small) = (Vec::new(), Vec::new());
    for (at, set) in fitted.iter().enumerate() {
        let others: Vec<&Samples> =
            fitted.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, set)| set).collect();
        let model = fit(&others);
        pooled_small.extend(score(&set.small, &model));
        let scored = score(&set.rows, &model);
        println!("{}", line(&set.name, &scored, DEFAULT_THRESHOLD));
        pooled.extend(scored);
    }
    println!("{}", line("pooled", &pooled, DEFAULT_THRESHOLD));
    println!("{}", line("small", &pooled_small, DEFAULT_THRESHOLD));
    for threshold in [0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 0.9] {
        println!("{}", line("pooled", &pooled, threshold));
    }
    let model = fit(&fitted.iter().collect::<Vec<_>>());
    if !measured.is_empty() {
        println!("sets outside the fit:");
        for set in &measured {
            println!("{}", line(&set.name, &score(&set.rows, &model), DEFAULT_THRESHOLD));
            println!("{}", line("  small", &score(&set.small, &model), DEFAULT_THRESHOLD));
        }
    }
    println!("bias: {:.3}, weights: {:.3?}", model.bias, model.weights);
    Ok(())
}

fn samples(folder: &Path) -> Result<Samples, Box<dyn Error>> {
    let embedder = embedder()?;
    let set = Set::load(folder, embedder.as_ref())?;
    let mut small = Vec::new();
    for set in Set::load_small(folder, embedder.as_ref())? {
        small.extend(rows(&set)?);
    }
    Ok(Samples { rows: rows(&set)?, name: set.name, small })
}

/// The embedding model, if the set-up has fetched it: then the fit is for agents with embeddings.
fn embedder() -> Result<Option<Arc<dyn Embedder>>, Box<dyn Error>> {
    let Ok(model) = std::fs::read("models/all-minilm-l6-v2.baton") else { return Ok(None) };
    Ok(Some(Arc::new(BuiltIn(MiniLm::load(model)?))))
}

#[derive(Debug)]
struct BuiltIn(MiniLm);

impl Embedder for BuiltIn {
    fn id(&self) -> &str {
        self.0.id()
    }

    fn embed(&self, text: &str) -> Vec<f32> {
        self.0.embed_query(text).as_slice().to_vec()
    }
}

fn rows(set: &Set) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut rows = Vec::new();
    for item in set.items.iter().filter(|item| item.answerable.is_some()) {
        let features = set.measure(item)?.map(|measured| measured.features);
        rows.push(Row {
            features,
            safe: set.ask(item, DEFAULT_THRESHOLD)?.judged.is_some_and(|judged| judged.safe),
            answerable: item.answerable == Some(true),
            kind: item.kind.clone(),
        });
    }
    Ok(rows)
}

/// The rows with the confidence that a model gives them, answered from the default threshold on.
fn score(rows: &[Row], model: &Model) -> Vec<Judged> {
    let rows = rows.iter().map(|row| {
        let confidence = row.features.map_or(0.0, |features| model.confidence(&features));
        Judged {
            agent: String::new(),
            kind: row.kind.clone(),
            answerable: row.answerable,
            safe: row.safe,
            confidence,
            answered: confidence >= DEFAULT_THRESHOLD,
        }
    });
    rows.collect()
}

/// One line: discrimination, calibration, and what the threshold does.
fn line(name: &str, judged: &[Judged], threshold: f64) -> String {
    let at: Vec<Judged> =
        judged.iter().map(|one| Judged { answered: one.confidence >= threshold, ..one.clone() }).collect();
    let of_kinds = |kinds: &[&str]| {
        let of: Vec<Judged> = at.iter().filter(|one| kinds.contains(&one.kind.as_str())).cloned().collect();
        selection(&of).answered
    };
    let figures = selection(&at);
    format!(
        "{name:12} n {:4} | AUROC {:.3} ECE {:.3} coverage at 20 % risk {:.3} | at {threshold:.2}: answered {:.3} precision {:.3} of unanswerable {:.3} other+chitchat {:.3} missing {:.3}",
        at.len(),
        figures.auroc_safe,
        figures.ece,
        figures.coverage_at_20,
        figures.answered,
        1.0 - figures.wrong_of_answered,
        figures.answered_unanswerable,
        of_kinds(&["other", "chitchat"]),
        of_kinds(&["missing"]),
    )
}

/// Logistic regression with a ridge by Newton's method; every set weighs the same, whatever its size.
fn fit(sets: &[&Samples]) -> Model {
    let mut rows: Vec<([f64; FEATURES], f64, f64)> = Vec::new();
    for part in sets.iter().flat_map(|set| [&set.rows, &set.small]) {
        let known: Vec<&Row> = part.iter().filter(|row| row.features.is_some()).collect();
        let weight = 1.0 / (known.len() * sets.len() * 2) as f64;
        rows.extend(known.iter().map(|row| {
            let features = row.features.expect("filtered above").to_array();
            (features, f64::from(u8::from(row.safe)), weight)
        }));
    }
    const SIZE: usize = FEATURES + 1;
    let mut beta = [0.0; SIZE];
    for _ in 0..50 {
        let mut gradient = [0.0; SIZE];
        let mut hessian = [[0.0; SIZE]; SIZE];
        for (features, target, weight) in &rows {
            let value = |at: usize| if at == 0 { 1.0 } else { features[at - 1] };
            let odds: f64 = (0..SIZE).map(|at| beta[at] * value(at)).sum();
            let chance = 1.0 / (1.0 + (-odds).exp());
            for i in 0..SIZE {
                gradient[i] += weight * (target - chance) * value(i);
                for (j, cell) in hessian[i].iter_mut().enumerate() {
                    *cell += weight * chance * (1.0 - chance) * value(i) * value(j);
                }
            }
        }
        for i in 1..SIZE {
            gradient[i] -= RIDGE * 0.1 * beta[i];
            hessian[i][i] += RIDGE * 0.1;
        }
        let step = solve(hessian, gradient);
        for (value, step) in beta.iter_mut().zip(step) {
            *value += step;
        }
        if step.iter().all(|step| step.abs() < 1e-9) {
            break;
        }
    }
    let mut weights = [0.0; FEATURES];
    weights.copy_from_slice(&beta[1..]);
    Model { bias: beta[0], weights }
}

/// Solves a small linear system by elimination with row exchange.
fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> [f64; N] {
    for column in 0..N {
        let pivot =
            (column..N).max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs())).unwrap_or(column);
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        for row in column + 1..N {
            let factor = matrix[row][column] / matrix[column][column];
            let above = matrix[column];
            for (cell, value) in matrix[row].iter_mut().zip(above) {
                *cell -= factor * value;
            }
            right[row] -= factor * right[column];
        }
    }
    let mut out = [0.0; N];
    for row in (0..N).rev() {
        let known: f64 = (row + 1..N).map(|column| matrix[row][column] * out[column]).sum();
        out[row] = (right[row] - known) / matrix[row][row];
    }
    out
}
