//! Measures how fast a snapshot is built, opened and searched, by words. How good the ranking is says `baton eval`.
//!
//! `cargo run --release -p baton-knowledge --example measure -- <folder>` where the folder has a sub-folder for each
//! knowledge base with `docs.jsonl` (documents) and `questions.jsonl` (`question`).
#![expect(clippy::print_stdout, reason = "the printed figures are the purpose of this program")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use baton_knowledge::{
    BuildOptions, DocumentPassages, Format, ReadOptions, Snapshot, SourcePassages, document_passages, read,
};
use serde::Deserialize;

/// How many passages the speed is measured on.
const SPEED_PASSAGES: usize = 10_000;

#[derive(Deserialize)]
struct Question {
    question: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: measure <folder with knowledge bases>")?;
    let mut names: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    names.sort();
    let (mut all, mut asked) = (Vec::new(), Vec::new());
    for path in names.iter().filter(|path| path.join("docs.jsonl").is_file()) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        all.extend(documents(&path.join("docs.jsonl"), &name)?);
        asked.extend(questions(&path.join("questions.jsonl"))?.into_iter().map(|question| question.question));
    }
    let scratch = tempfile::tempdir()?;
    speed(scratch.path(), all, &asked)
}

fn documents(path: &Path, source_id: &str) -> Result<Vec<DocumentPassages>, Box<dyn Error>> {
    let options = ReadOptions { format: Some(Format::Jsonl), ..ReadOptions::default() };
    let documents = read(&fs::read(path)?, &options)?;
    Ok(documents.iter().map(|document| document_passages(document, source_id)).collect())
}

fn questions(path: &Path) -> Result<Vec<Question>, Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
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
