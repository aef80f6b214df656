//! Where embeddings come from.

use std::fmt::Debug;

/// Turns texts into vectors whose nearness is the nearness of their meanings.
pub trait Embedder: Debug + Send + Sync {
    /// A name that changes whenever the same text would get another embedding.
    fn id(&self) -> &str;

    /// The embedding of a text, of length 1. A text too long for the embedder is cut.
    fn embed(&self, text: &str) -> Vec<f32>;
}
