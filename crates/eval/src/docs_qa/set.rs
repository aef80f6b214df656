//! Question sets with known answers, as folders of `docs.jsonl` (or Markdown files in `docs`) and `questions.jsonl`.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use baton_answer::{Question, Turn, Who};
use baton_knowledge::{
    BuildOptions, Document, Embedder, Format, ReadOptions, Snapshot, SourcePassages, Vectors, document_passages, embed,
    read,
};
use serde::Deserialize;

use crate::error::{EvalError, lines};

/// A knowledge base with its questions.
#[derive(Debug)]
pub struct Set {
    /// Its folder's name.
    pub name: String,
    /// The indexed documents.
    pub snapshot: Snapshot,
    /// The questions.
    pub items: Vec<Item>,
    /// What embeds documents and questions, if anything does.
    pub embedder: Option<Arc<dyn Embedder>>,
    _folder: tempfile::TempDir,
}

/// One question with what is known about its answer.
#[derive(Debug, Clone)]
pub struct Item {
    /// What names it in its set.
    pub id: String,
    /// What is asked, after what.
    pub question: Question,
    /// Absent where the set says that it cannot be scored.
    pub answerable: Option<bool>,
    /// Why it can or cannot be answered, in the set's words: `in`, `missing`, `other`, `chitchat` …
    pub kind: String,
    /// Keys of the documents that answer it.
    pub gold: HashSet<String>,
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
    ///
    /// # Errors
    /// If it cannot be read or indexed.
    pub fn load(folder: &Path, embedder: Option<&Arc<dyn Embedder>>) -> Result<Self, EvalError> {
        Self::build(folder, |_| true, items(folder)?, embedder)
    }

    /// Small knowledge bases made from the set, as a new owner has them: each of a few documents that answer some questions,
    /// asked those questions and as many times more that only the other documents answer.
    ///
    /// # Errors
    /// If the set cannot be read or indexed.
    pub fn load_small(folder: &Path, embedder: Option<&Arc<dyn Embedder>>) -> Result<Vec<Self>, EvalError> {
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
            sets.push(Self::build(folder, |key| documents.contains(key), asked, embedder)?);
        }
        Ok(sets)
    }

    fn build(
        folder: &Path,
        keep: impl Fn(&str) -> bool,
        items: Vec<Item>,
        embedder: Option<&Arc<dyn Embedder>>,
    ) -> Result<Self, EvalError> {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let documents = documents(folder)?;
        let kept = documents.iter().filter(|document| keep(document.key()));
        let documents = kept.map(|document| document_passages(document, "set")).collect();
        let source = SourcePassages { source_id: "set".to_owned(), source_name: name.clone(), documents };
        let temporary = tempfile::tempdir().map_err(EvalError::file(folder))?;
        let at = temporary.path().join("snapshot");
        Snapshot::build(&at, &[source], &BuildOptions::default())?;
        let mut snapshot = Snapshot::open(&at)?;
        if let Some(embedder) = embedder {
            let vectors = temporary.path().join("vectors");
            embed(&snapshot, embedder.as_ref(), None, &|| false, &vectors)?;
            snapshot = snapshot.with_vectors(Vectors::open(&vectors)?)?;
        }
        Ok(Self { name, snapshot, items, embedder: embedder.cloned(), _folder: temporary })
    }
}

/// The documents of `docs.jsonl`, or of the Markdown files in `docs`.
fn documents(folder: &Path) -> Result<Vec<Document>, EvalError> {
    let one = folder.join("docs.jsonl");
    let files = if one.exists() {
        vec![(one, Format::Jsonl)]
    } else {
        let folder = folder.join("docs");
        let entries = std::fs::read_dir(&folder).map_err(EvalError::file(&folder))?;
        let mut paths = Vec::new();
        for entry in entries {
            paths.push((entry.map_err(EvalError::file(&folder))?.path(), Format::Markdown));
        }
        paths.sort_by(|a, b| a.0.cmp(&b.0));
        paths
    };
    let mut documents = Vec::new();
    for (path, format) in files {
        let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let options = ReadOptions { file_name, format: Some(format), title: None };
        let bytes = std::fs::read(&path).map_err(EvalError::file(&path))?;
        documents.extend(read(&bytes, &options).map_err(|source| EvalError::Documents { path, source })?);
    }
    Ok(documents)
}

fn items(folder: &Path) -> Result<Vec<Item>, EvalError> {
    Ok(lines(&folder.join("questions.jsonl"))?.into_iter().map(item).collect())
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
