//! Question sets with known answers, as folders of `docs.jsonl` (or Markdown files in `docs`) and `questions.jsonl`.
#![allow(dead_code, reason = "each example uses its part")]

use std::collections::HashSet;
use std::error::Error;
use std::path::Path;

use baton_answer::confidence::Features;
use baton_answer::evidence::Evidence;
use baton_answer::extractive::{Extract, extract};
use baton_answer::intent::{Intent, classify};
use baton_answer::{Question, Turn, Who};
use baton_knowledge::{BuildOptions, Document, Format, ReadOptions, Snapshot, SourcePassages, document_passages, read};
use serde::Deserialize;

/// A knowledge base with its questions.
pub(crate) struct Set {
    pub(crate) name: String,
    pub(crate) snapshot: Snapshot,
    pub(crate) items: Vec<Item>,
    _folder: tempfile::TempDir,
}

/// One question with what is known about its answer.
#[derive(Clone)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) question: Question,
    /// Absent where the set says that it cannot be scored.
    pub(crate) answerable: Option<bool>,
    pub(crate) kind: String,
    /// Keys of the documents that answer it.
    pub(crate) gold: HashSet<String>,
}

/// What the crate makes of a question without a model.
pub(crate) struct Measured {
    pub(crate) evidence: Evidence,
    pub(crate) found: Extract,
    pub(crate) features: Features,
}

#[derive(Deserialize)]
struct Line {
    id: String,
    question: String,
    #[serde(default)]
    history: Vec<Said>,
    answerable: Option<bool>,
    kind: String,
    #[serde(default)]
    gold: Vec<String>,
}

#[derive(Deserialize)]
struct Said {
    speaker: String,
    text: String,
}

impl Set {
    /// The whole set.
    pub(crate) fn load(folder: &Path) -> Result<Self, Box<dyn Error>> {
        Self::build(folder, |_| true, items(folder)?)
    }

    /// Small knowledge bases made from the set, as a new owner has them: each of a few documents that answer some questions,
    /// asked those questions and as many times more that only the other documents answer.
    pub(crate) fn load_small(folder: &Path) -> Result<Vec<Self>, Box<dyn Error>> {
        const BASES: usize = 6;
        const QUESTIONS: usize = 5;
        const FOREIGN_PER_OWN: usize = 2;
        let answerable: Vec<Item> = items(folder)?.into_iter().filter(|item| item.answerable == Some(true)).collect();
        let step = (answerable.len() / (BASES * QUESTIONS)).max(1);
        let mut sets = Vec::new();
        for base in 0..BASES {
            let chosen = answerable.iter().skip(base).step_by(step * BASES).take(QUESTIONS);
            let documents: HashSet<String> = chosen.flat_map(|item| item.gold.iter().cloned()).collect();
            let (own, foreign): (Vec<&Item>, Vec<&Item>) =
                answerable.iter().partition(|item| item.gold.iter().any(|gold| documents.contains(gold)));
            let stride = (foreign.len() / (own.len() * FOREIGN_PER_OWN).max(1)).max(1);
            let foreign = foreign.into_iter().step_by(stride).take(own.len() * FOREIGN_PER_OWN).map(|item| Item {
                answerable: Some(false),
                kind: "missing".to_owned(),
                ..item.clone()
            });
            let asked = own.into_iter().cloned().chain(foreign).collect();
            sets.push(Self::build(folder, |key| documents.contains(key), asked)?);
        }
        Ok(sets)
    }

    fn build(folder: &Path, keep: impl Fn(&str) -> bool, items: Vec<Item>) -> Result<Self, Box<dyn Error>> {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let documents = documents(folder)?;
        let kept = documents.iter().filter(|document| keep(document.key()));
        let documents = kept.map(|document| document_passages(document, "set")).collect();
        let source = SourcePassages { source_id: "set".to_owned(), source_name: name.clone(), documents };
        let temporary = tempfile::tempdir()?;
        let at = temporary.path().join("snapshot");
        Snapshot::build(&at, &[source], &BuildOptions::default())?;
        let snapshot = Snapshot::open(&at)?;
        Ok(Self { name, snapshot, items, _folder: temporary })
    }

    /// Searches and extracts; `None` for small talk and when nothing is found.
    pub(crate) fn measure(&self, item: &Item) -> Result<Option<Measured>, Box<dyn Error>> {
        let asked = item.question.asked();
        if matches!(classify(&asked), Intent::SmallTalk { .. }) {
            return Ok(None);
        }
        let evidence = Evidence::gather(&self.snapshot, &item.question)?;
        let Some(found) = extract(&evidence, &asked) else { return Ok(None) };
        let features = Features::measure(&evidence, &found);
        Ok(Some(Measured { evidence, found, features }))
    }
}

impl Measured {
    /// Keys of the cited documents.
    pub(crate) fn cited(&self) -> Vec<&str> {
        let passages = self.found.parts.iter().map(|part| &self.evidence.passages[part.passage]);
        passages.map(|passage| passage.hit.passage.document_key.as_str()).collect()
    }

    /// Whether the question can be answered and the answer cites a document that does.
    pub(crate) fn is_safe(&self, item: &Item) -> bool {
        item.answerable == Some(true) && self.cited().iter().any(|key| item.gold.contains(*key))
    }
}

/// The documents of `docs.jsonl`, or of the Markdown files in `docs`.
fn documents(folder: &Path) -> Result<Vec<Document>, Box<dyn Error>> {
    let lines = folder.join("docs.jsonl");
    let files = if lines.exists() {
        vec![(lines, Format::Jsonl)]
    } else {
        let entries: Result<Vec<_>, _> = std::fs::read_dir(folder.join("docs"))?.collect();
        entries?.into_iter().map(|entry| (entry.path(), Format::Markdown)).collect()
    };
    let mut documents = Vec::new();
    for (path, format) in files {
        let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let options = ReadOptions { file_name, format: Some(format), title: None };
        documents.extend(read(&std::fs::read(&path)?, &options)?);
    }
    Ok(documents)
}

fn items(folder: &Path) -> Result<Vec<Item>, Box<dyn Error>> {
    let lines = std::fs::read_to_string(folder.join("questions.jsonl"))?;
    lines.lines().map(|line| Ok(item(serde_json::from_str(line)?))).collect()
}

fn item(line: Line) -> Item {
    let turns = line.history.into_iter().map(|said| {
        let who = if said.speaker == "user" { Who::Visitor } else { Who::Ai };
        Turn { who, text: said.text }
    });
    Item {
        id: line.id,
        question: Question { burst: vec![line.question], history: turns.collect() },
        answerable: line.answerable,
        kind: line.kind,
        gold: line.gold.into_iter().collect(),
    }
}
