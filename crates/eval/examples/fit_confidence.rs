//! Fits the confidence model and says how well it carries over to a knowledge base it has not seen.
//!
//! `cargo run -p baton-eval --example fit_confidence -- FOLDER SET,SET,… [MEASURED,MEASURED,…]`, where FOLDER holds one
//! folder a set. The first list is fitted, each set whole and as small knowledge bases made from it; each set of it is also measured by a model fitted without it. The second list
//! is only measured, by the model fitted on the whole first list.
//! With `--words` before FOLDER it fits the model for agents without embeddings. Embeddings are kept in
//! `target/eval/embeddings` for the next run.
#![expect(clippy::print_stdout, reason = "a report for the person who runs it")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use baton_answer::DEFAULT_THRESHOLD;
use baton_answer::confidence::{Features, Model};
use baton_embedder::MiniLm;
use baton_eval::Cached;
use baton_eval::docs_qa::Set;
use baton_eval::metrics::{Judged, selection};
use baton_knowledge::{EmbedError, Embedder};

/// How strongly the weights of measures, brought to a spread of one, are held near zero.
const RIDGE: f64 = 0.003;
/// What the small knowledge bases of a set weigh together, against 1 for the set.
const SMALL_WEIGHT: f64 = 0.5;
/// Where embeddings are kept.
const EMBEDDINGS: &str = "target/eval/embeddings";

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
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let words_only = arguments.first().is_some_and(|first| first == "--words");
    if words_only {
        arguments.remove(0);
    }
    let [folder, fitted, measured @ ..] = arguments.as_slice() else {
        return Err("usage: fit_confidence [--words] FOLDER SET,SET,… [MEASURED,…]".into());
    };
    let cached = if words_only { None } else { embedder()? };
    let embedder = cached.clone().map(|cached| -> Arc<dyn Embedder> { cached });
    let list = |names: &str| -> Result<Vec<Samples>, Box<dyn Error>> {
        names.split(',').map(|name| samples(&Path::new(folder).join(name), embedder.as_ref())).collect()
    };
    let fitted = list(fitted)?;
    let measured = measured.first().map(|names| list(names)).transpose()?.unwrap_or_default();
    if let Some(cached) = cached {
        cached.save()?;
    }
    if words_only {
        report(&fitted, &measured, Features::by_words);
    } else {
        report(&fitted, &measured, Features::by_meaning);
    }
    Ok(())
}

fn report<const N: usize>(fitted: &[Samples], measured: &[Samples], of: fn(&Features) -> [f64; N]) {
    println!("weights in use:");
    let mut all = Vec::new();
    for set in fitted.iter().chain(measured) {
        let scored = score(&set.rows, Features::confidence);
        println!("{}", line(&set.name, &scored, DEFAULT_THRESHOLD));
        all.extend(scored);
    }
    println!("{}", line("pooled", &all, DEFAULT_THRESHOLD));
    println!("leaving each set out:");
    let (mut pooled, mut pooled_small) = (Vec::new(), Vec::new());
    for (at, set) in fitted.iter().enumerate() {
        let others: Vec<&Samples> =
            fitted.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, set)| set).collect();
        let model = fit(&others, of);
        let by = |features: &Features| model.probability(&of(features));
        pooled_small.extend(score(&set.small, by));
        let scored = score(&set.rows, by);
        println!("{}", line(&set.name, &scored, DEFAULT_THRESHOLD));
        pooled.extend(scored);
    }
    println!("{}", line("pooled", &pooled, DEFAULT_THRESHOLD));
    println!("{}", line("small", &pooled_small, DEFAULT_THRESHOLD));
    let model = fit(&fitted.iter().collect::<Vec<_>>(), of);
    let by = |features: &Features| model.probability(&of(features));
    if !measured.is_empty() {
        println!("sets outside the fit:");
        for set in measured {
            let scored = score(&set.rows, by);
            println!("{}", line(&set.name, &scored, DEFAULT_THRESHOLD));
            println!("{}", line("  small", &score(&set.small, by), DEFAULT_THRESHOLD));
            pooled.extend(scored);
        }
    }
    println!("all sets, each by a model that has not seen it:");
    for threshold in [0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 0.9] {
        println!("{}", line("pooled", &pooled, threshold));
    }
    println!("bias: {:.3}, weights: {:.3?}", model.bias, model.weights);
}

fn samples(folder: &Path, embedder: Option<&Arc<dyn Embedder>>) -> Result<Samples, Box<dyn Error>> {
    let set = Set::load(folder, embedder)?;
    let mut small = Vec::new();
    for set in Set::load_small(folder, embedder)? {
        small.extend(rows(&set)?);
    }
    Ok(Samples { rows: rows(&set)?, name: set.name, small })
}

/// The embedding model, if the set-up has fetched it: then the fit is for agents with embeddings.
fn embedder() -> Result<Option<Arc<Cached>>, Box<dyn Error>> {
    let Ok(model) = std::fs::read("models/all-minilm-l6-v2.baton") else { return Ok(None) };
    if let Some(folder) = Path::new(EMBEDDINGS).parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(Some(Arc::new(Cached::open(Arc::new(BuiltIn(MiniLm::load(model)?)), Path::new(EMBEDDINGS))?)))
}

#[derive(Debug)]
struct BuiltIn(MiniLm);

impl Embedder for BuiltIn {
    fn id(&self) -> &str {
        self.0.id()
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        Ok(self.0.embed(texts).iter().map(|embedding| embedding.as_slice().to_vec()).collect())
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
fn score(rows: &[Row], confidence: impl Fn(&Features) -> f64) -> Vec<Judged> {
    let rows = rows.iter().map(|row| {
        let confidence = row.features.as_ref().map_or(0.0, &confidence);
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
fn fit<const N: usize>(sets: &[&Samples], of: fn(&Features) -> [f64; N]) -> Model<N> {
    let mut rows: Vec<([f64; N], f64, f64)> = Vec::new();
    for (part, share) in sets.iter().flat_map(|set| [(&set.rows, 1.0), (&set.small, SMALL_WEIGHT)]) {
        let known: Vec<(&Features, bool)> =
            part.iter().filter_map(|row| Some((row.features.as_ref()?, row.safe))).collect();
        let weight = share / (known.len() as f64 * sets.len() as f64 * (1.0 + SMALL_WEIGHT));
        rows.extend(known.iter().map(|(features, safe)| (of(features), f64::from(u8::from(*safe)), weight)));
    }
    let spread = Spread::of(&rows);
    // The first is the bias.
    let value = |features: &[f64; N], at: usize| match at {
        0 => 1.0,
        _ => (features[at - 1] - spread.mean[at - 1]) / spread.deviation[at - 1],
    };
    let mut beta = vec![0.0; N + 1];
    for _ in 0..50 {
        let mut gradient = vec![0.0; N + 1];
        let mut hessian = vec![vec![0.0; N + 1]; N + 1];
        for (features, target, weight) in &rows {
            let odds: f64 = (0..=N).map(|at| beta[at] * value(features, at)).sum();
            let chance = 1.0 / (1.0 + (-odds).exp());
            for i in 0..=N {
                gradient[i] += weight * (target - chance) * value(features, i);
                for (j, cell) in hessian[i].iter_mut().enumerate() {
                    *cell += weight * chance * (1.0 - chance) * value(features, i) * value(features, j);
                }
            }
        }
        for i in 1..=N {
            gradient[i] -= RIDGE * beta[i];
            hessian[i][i] += RIDGE;
        }
        let step = solve(hessian, gradient);
        for (value, step) in beta.iter_mut().zip(&step) {
            *value += step;
        }
        if step.iter().all(|step| step.abs() < 1e-9) {
            break;
        }
    }
    let mut model = Model { bias: beta[0], weights: [0.0; N] };
    for at in 0..N {
        model.weights[at] = beta[at + 1] / spread.deviation[at];
        model.bias -= model.weights[at] * spread.mean[at];
    }
    model
}

/// Mean and standard deviation of every measure.
struct Spread<const N: usize> {
    mean: [f64; N],
    deviation: [f64; N],
}

impl<const N: usize> Spread<N> {
    fn of(rows: &[([f64; N], f64, f64)]) -> Self {
        let count = rows.len().max(1) as f64;
        let mean = std::array::from_fn(|at| rows.iter().map(|(features, _, _)| features[at]).sum::<f64>() / count);
        let deviation = std::array::from_fn(|at: usize| {
            let squares = rows.iter().map(|(features, _, _)| (features[at] - mean[at]).powi(2)).sum::<f64>();
            (squares / count).sqrt().max(1e-9)
        });
        Self { mean, deviation }
    }
}

/// Solves a small linear system by elimination with row exchange.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for column in 0..size {
        let pivot = (column..size)
            .max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs()))
            .unwrap_or(column);
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        for row in column + 1..size {
            let factor = matrix[row][column] / matrix[column][column];
            let above = matrix[column].clone();
            for (cell, value) in matrix[row].iter_mut().zip(above) {
                *cell -= factor * value;
            }
            right[row] -= factor * right[column];
        }
    }
    let mut out = vec![0.0; size];
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|column| matrix[row][column] * out[column]).sum();
        out[row] = (right[row] - known) / matrix[row][row];
    }
    out
}
