//! Measures how often the right document is among the nearest five: `recall <folder> [model file] [passages to write]`.
//!
//! The folder holds `docs.jsonl` (`id`, `title`, `text`) and `questions.jsonl` (`question`, `gold`: ids).
//! Prints recall for vectors as they are and rounded for storage; a third argument names a file to write the passages to, for comparison with other programs.

use std::collections::HashSet;
use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use baton_embedder::{Embedding, MiniLm};
use serde::Deserialize;

/// Words of a passage; about 150 word pieces.
const PASSAGE_WORDS: usize = 110;
const NEAREST: usize = 5;

#[derive(Deserialize)]
struct Doc {
    id: String,
    title: String,
    text: String,
}

#[derive(Deserialize)]
struct Question {
    question: String,
    gold: HashSet<String>,
}

#[expect(clippy::print_stdout, reason = "the program's output")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().ok_or("usage: recall <folder> [model file] [passages to write]")?;
    let path = arguments.next().unwrap_or("models/all-minilm-l6-v2.baton".into());
    let model = MiniLm::load(std::fs::read(path)?)?;
    let docs: Vec<Doc> = read(&folder.join("docs.jsonl"))?;
    let mut questions: Vec<Question> = read(&folder.join("questions.jsonl"))?;
    questions.retain(|question| !question.gold.is_empty());
    let passages: Vec<_> = docs.iter().flat_map(passages).collect();
    if let Some(out) = arguments.next() {
        let mut file = std::fs::File::create(out)?;
        for (doc, text) in &passages {
            writeln!(file, "{}", serde_json::json!({ "doc": doc, "text": text }))?;
        }
    }
    let start = Instant::now();
    let texts: Vec<_> = passages.iter().map(|(_, text)| text.as_str()).collect();
    let vectors = model.embed(&texts);
    let seconds = start.elapsed().as_secs_f64();
    let tokens: usize = texts.iter().map(|text| model.count_tokens(text)).sum();
    println!(
        "{} passages of {} tokens on average: {:.1} a second",
        texts.len(),
        tokens / texts.len(),
        texts.len() as f64 / seconds
    );
    let asked: Vec<_> = questions.iter().map(|q| model.embed_query(&q.question)).collect();
    let docs_of = |index: usize| passages[index].0;
    let plain = recall(&questions, docs_of, |q, p| asked[q].cosine(&vectors[p]), vectors.len());
    let stored: Vec<_> = vectors.iter().map(Embedding::quantise).collect();
    let asked: Vec<_> = asked.iter().map(Embedding::quantise).collect();
    let rounded = recall(&questions, docs_of, |q, p| asked[q].cosine(&stored[p]), stored.len());
    println!("{} questions, R@{NEAREST}: {plain:.4}; vectors stored at 8 bits: {rounded:.4}", questions.len());
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(path: &std::path::Path) -> Result<Vec<T>, Box<dyn Error>> {
    let text = std::fs::read_to_string(path)?;
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

/// Cuts a document into passages that start with its title.
fn passages(doc: &Doc) -> Vec<(&str, String)> {
    let words: Vec<_> = doc.text.split_whitespace().collect();
    let cut = words.chunks(PASSAGE_WORDS);
    cut.map(|words| (doc.id.as_str(), format!("{}\n{}", doc.title, words.join(" ")))).collect()
}

/// The share of questions with a right document among the nearest.
fn recall<'a>(
    questions: &[Question],
    doc: impl Fn(usize) -> &'a str,
    similarity: impl Fn(usize, usize) -> f32,
    passages: usize,
) -> f64 {
    let hits = questions.iter().enumerate().filter(|(index, question)| {
        let mut order: Vec<_> = (0..passages).map(|p| (similarity(*index, p), p)).collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut found = Vec::new();
        for (_, passage) in order {
            if !found.contains(&doc(passage)) {
                found.push(doc(passage));
            }
            if found.len() == NEAREST {
                break;
            }
        }
        found.iter().any(|doc| question.gold.contains(*doc))
    });
    hits.count() as f64 / questions.len() as f64
}
