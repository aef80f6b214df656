//! Measures retrieval quality and speed on question sets.
//!
//! `cargo run --release -p baton-knowledge --example measure -- <folder>` where the folder has a sub-folder for each
//! knowledge base with `docs.jsonl` (documents) and `questions.jsonl` (`question`, `gold`: the ids of documents that
//! answer it).
#![expect(clippy::print_stdout, reason = "the printed figures are the purpose of this program")]

use std::collections::HashSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use baton_knowledge::{
    BuildOptions, DocumentPassages, Format, ReadOptions, Snapshot, SourcePassages, document_passages, read,
};
use serde::Deserialize;

/// How many passages are fetched to rank documents by their best passage.
const FETCHED_PASSAGES: usize = 50;
/// How many passages the speed is measured on.
const SPEED_PASSAGES: usize = 10_000;

#[derive(Deserialize)]
struct Question {
    question: String,
    #[serde(default)]
    gold: Vec<String>,
}

#[derive(Clone, Copy, Default)]
struct Figures {
    recall_1: f64,
    recall_5: f64,
    ndcg_10: f64,
    mrr_10: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: measure <folder with knowledge bases>")?;
    let mut names: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    names.sort();
    let scratch = tempfile::tempdir()?;
    let mut all = Vec::new();
    let mut asked = Vec::new();
    let mut sets = Vec::new();
    println!(
        "{:14} {:>6} {:>8} {:>6} {:>6} {:>6} {:>6} {:>6}",
        "set", "docs", "passages", "asked", "R@1", "R@5", "nDCG", "MRR"
    );
    for path in names.iter().filter(|path| path.join("docs.jsonl").is_file()) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let documents = documents(&path.join("docs.jsonl"), &name)?;
        let questions = questions(&path.join("questions.jsonl"))?;
        let figures = quality(&scratch.path().join(&name), &documents, &questions)?;
        let passages: usize = documents.iter().map(|document| document.passages.len()).sum();
        println!("{name:14} {:6} {passages:8} {:6} {}", documents.len(), questions.len(), show(figures));
        sets.push(figures);
        all.extend(documents);
        asked.extend(questions.into_iter().map(|question| question.question));
    }
    println!("{:14} {:>6} {:>8} {:>6} {}", "macro", "", "", "", show(mean(&sets)));
    speed(scratch.path(), all, &asked)
}

fn documents(path: &Path, source_id: &str) -> Result<Vec<DocumentPassages>, Box<dyn Error>> {
    let options = ReadOptions { format: Some(Format::Jsonl), ..ReadOptions::default() };
    let documents = read(&fs::read(path)?, &options)?;
    Ok(documents.iter().map(|document| document_passages(document, source_id)).collect())
}

/// The questions that some document answers.
fn questions(path: &Path) -> Result<Vec<Question>, Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    let questions: Vec<Question> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    Ok(questions.into_iter().filter(|question| !question.gold.is_empty()).collect())
}

fn quality(dir: &Path, documents: &[DocumentPassages], questions: &[Question]) -> Result<Figures, Box<dyn Error>> {
    let source = SourcePassages { source_id: "s".into(), source_name: "s".into(), documents: documents.to_vec() };
    Snapshot::build(dir, &[source], &BuildOptions::default())?;
    let snapshot = Snapshot::open(dir)?;
    let mut figures = Vec::new();
    for question in questions {
        let mut ranked: Vec<String> = Vec::new();
        for hit in snapshot.search(&question.question, None, FETCHED_PASSAGES)?.hits {
            if !ranked.contains(&hit.passage.document_key) {
                ranked.push(hit.passage.document_key.clone());
            }
        }
        figures.push(score(&ranked, &question.gold));
    }
    Ok(mean(&figures))
}

fn score(ranked: &[String], gold: &[String]) -> Figures {
    let gold: HashSet<&str> = gold.iter().map(String::as_str).collect();
    let hits: Vec<usize> =
        ranked.iter().take(10).enumerate().filter(|(_, key)| gold.contains(key.as_str())).map(|(at, _)| at).collect();
    let first = hits.first().copied();
    let gain = |at: usize| 1.0 / (at as f64 + 2.0).log2();
    let ideal: f64 = (0..gold.len().min(10)).map(gain).sum();
    Figures {
        recall_1: f64::from(first == Some(0)),
        recall_5: f64::from(first.is_some_and(|at| at < 5)),
        ndcg_10: hits.iter().map(|at| gain(*at)).sum::<f64>() / ideal,
        mrr_10: first.map_or(0.0, |at| 1.0 / (at as f64 + 1.0)),
    }
}

fn mean(figures: &[Figures]) -> Figures {
    let over = |pick: fn(&Figures) -> f64| figures.iter().map(pick).sum::<f64>() / figures.len().max(1) as f64;
    Figures {
        recall_1: over(|figures| figures.recall_1),
        recall_5: over(|figures| figures.recall_5),
        ndcg_10: over(|figures| figures.ndcg_10),
        mrr_10: over(|figures| figures.mrr_10),
    }
}

fn show(figures: Figures) -> String {
    let Figures { recall_1, recall_5, ndcg_10, mrr_10 } = figures;
    format!("{recall_1:6.3} {recall_5:6.3} {ndcg_10:6.3} {mrr_10:6.3}")
}

/// Times building, opening and searching on about [`SPEED_PASSAGES`] passages of all knowledge bases together.
fn speed(scratch: &Path, documents: Vec<DocumentPassages>, asked: &[String]) -> Result<(), Box<dyn Error>> {
    let mut left = SPEED_PASSAGES;
    let documents: Vec<DocumentPassages> = documents
        .into_iter()
        .map_while(|document| {
            let fits = left.checked_sub(document.passages.len())?;
            left = fits;
            Some(document)
        })
        .collect();
    let source = SourcePassages { source_id: "s".into(), source_name: "s".into(), documents };
    let dir = scratch.join("speed");
    let start = Instant::now();
    let manifest = Snapshot::build(&dir, &[source], &BuildOptions::default())?;
    println!("\nbuild  {} passages, {:.1} MB: {:?}", manifest.passages, manifest.bytes as f64 / 1e6, start.elapsed());
    let start = Instant::now();
    let snapshot = Snapshot::open(&dir)?;
    println!("open   {:?}", start.elapsed());
    let mut times = Vec::new();
    for question in asked.iter().chain(asked) {
        let start = Instant::now();
        snapshot.search(question, None, 10)?;
        times.push(start.elapsed());
    }
    times.sort();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or(Duration::ZERO);
    println!("search {} queries, 10 hits: p50 {:?}, p99 {:?}, max {:?}", times.len(), at(0.5), at(0.99), at(0.9999));
    Ok(())
}
