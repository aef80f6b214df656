//! What can be wrong with a question set.

use std::path::PathBuf;

use thiserror::Error;

/// A question set cannot be used.
#[derive(Debug, Error)]
pub enum EvalError {
    /// A file or folder cannot be read or written.
    #[error("cannot use {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is not what it should be.
    #[error("{path}, line {line}: {source}")]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// The documents cannot be read.
    #[error("cannot read the documents in {path}")]
    Documents {
        /// The file.
        path: PathBuf,
        /// Why.
        source: baton_knowledge::ReadError,
    },
    /// The index cannot be built or read.
    #[error("the index failed")]
    Snapshot(#[from] baton_knowledge::SnapshotError),
    /// A question could not be embedded.
    #[error(transparent)]
    Embed(#[from] baton_knowledge::EmbedError),
    /// There is nothing to ask.
    #[error(
        "{path} holds no knowledge base: a folder with docs.jsonl and questions.jsonl is expected, or a folder of such folders"
    )]
    Empty {
        /// The folder.
        path: PathBuf,
    },
}

impl EvalError {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

/// Reads a file of one JSON value a line; empty lines are skipped.
pub(crate) fn lines<T: serde::de::DeserializeOwned>(path: &std::path::Path) -> Result<Vec<T>, EvalError> {
    let text = std::fs::read_to_string(path).map_err(EvalError::file(path))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            let failed = |source| EvalError::Line { path: path.to_owned(), line: at + 1, source };
            serde_json::from_str(line).map_err(failed)
        })
        .collect()
}

/// Writes a file of one JSON value a line.
pub(crate) fn write_lines<T: serde::Serialize>(path: &std::path::Path, values: &[T]) -> Result<(), EvalError> {
    let lines = values.iter().map(|value| serde_json::to_string(value).expect("plain values have a JSON form") + "\n");
    std::fs::write(path, lines.collect::<String>()).map_err(EvalError::file(path))
}
