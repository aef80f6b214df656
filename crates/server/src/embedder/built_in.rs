//! The embedder inside the binary.

use std::sync::Arc;

use baton_embedder::MiniLm;
use baton_knowledge::{EmbedError, Embedder};

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

/// The embedder, if this binary was built with its model.
pub(crate) fn built_in() -> anyhow::Result<Option<Arc<dyn Embedder>>> {
    Ok(match MODEL {
        Some(model) => Some(Arc::new(BuiltIn(MiniLm::load(model)?))),
        None => None,
    })
}

#[cfg(has_model)]
const MODEL: Option<&[u8]> = Some(include_bytes!(env!("BATON_MODEL_FILE")));
#[cfg(not(has_model))]
const MODEL: Option<&[u8]> = None;
