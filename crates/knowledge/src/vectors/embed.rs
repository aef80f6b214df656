//! Making the embeddings of a snapshot.

use std::path::Path;

use crate::embedder::{EmbedError, Embedder};
use crate::passage::Passage;
use crate::snapshot::{Snapshot, SnapshotError};
use crate::vectors::{EmbeddedPassage, Embedding, SENTENCES_MAX, Vectors};

/// Embeds every passage of a snapshot, with its title and headings, and each of its sentences by itself, and writes the
/// embeddings as the new file `to`.
/// Passages that an older snapshot has embeddings of, by the same embedder, are not embedded again.
/// When `stop` says so nothing is written.
///
/// # Errors
/// A failure of the disk, or of the embedder.
pub fn embed(
    snapshot: &Snapshot,
    embedder: &dyn Embedder,
    older: Option<&Snapshot>,
    stop: &dyn Fn() -> bool,
    to: &Path,
) -> Result<(), SnapshotError> {
    let older = older.and_then(|older| Some((older, older.vectors()?)));
    let older = older.filter(|(_, vectors)| vectors.embedder() == embedder.id());
    let mut embedded = Vec::with_capacity(snapshot.manifest().passages as usize);
    for passage in snapshot.passages() {
        if stop() {
            return Ok(());
        }
        let passage = passage?;
        let known = match older {
            Some((older, vectors)) => older.number_of(&passage.id)?.and_then(|number| vectors.embedded(number)),
            None => None,
        };
        embedded.push(match known {
            Some(known) => known,
            None => embed_passage(&passage, embedder)?,
        });
    }
    Vectors::write(to, embedder.id(), &snapshot.manifest().content_hash, &embedded)
}

fn embed_passage(passage: &Passage, embedder: &dyn Embedder) -> Result<EmbeddedPassage, EmbedError> {
    let whole = text_of(passage);
    let sentences = passage.sentences.iter().take(SENTENCES_MAX).map(|sentence| passage.sentence_text(sentence));
    let texts: Vec<&str> = std::iter::once(whole.as_str()).chain(sentences).collect();
    let mut made = embedder.embed(&texts)?.into_iter().map(|numbers| Embedding::of(&numbers));
    let whole = made.next().ok_or_else(|| EmbedError { cause: "no embedding came back".to_owned() })?;
    Ok(EmbeddedPassage { whole, sentences: made.collect() })
}

/// What is embedded of a passage: what it stands under, then what it says.
fn text_of(passage: &Passage) -> String {
    let mut lines = vec![passage.document_title.as_str()];
    lines.extend(passage.heading_path.iter().map(String::as_str));
    lines.push(&passage.text);
    lines.join("\n")
}
