//! Where embeddings come from.

use std::fmt::Debug;

/// Turns texts into vectors whose nearness is the nearness of their meanings.
///
/// The calling thread waits: for the processor with an embedder inside the program, for an answer with one elsewhere.
pub trait Embedder: Debug + Send + Sync {
    /// A name that changes whenever the same text would get another embedding.
    fn id(&self) -> &str;

    /// The embeddings of texts, in their order, each of length 1. A text too long for the embedder is cut.
    ///
    /// # Errors
    /// When they cannot be had now; an embedder inside the program always has them.
    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError>;
}

impl dyn Embedder + '_ {
    /// The embedding of one text.
    ///
    /// # Errors
    /// As [`Embedder::embed`].
    pub fn embed_one(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        self.embed(&[text])?.pop().ok_or_else(|| EmbedError { cause: "no embedding came back".to_owned() })
    }
}

/// Why texts could not be embedded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("texts cannot be embedded: {cause}")]
pub struct EmbedError {
    /// What happened, without any of the texts.
    pub cause: String,
}
