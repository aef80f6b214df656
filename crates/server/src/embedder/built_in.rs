//! The embedder inside the binary.
//!
//! Its weights are read at the first question or the first training, not at the start: a server whose agents are idle does not
//! hold them in memory.

use std::sync::{Arc, OnceLock};

use baton_embedder::MiniLm;
use baton_knowledge::{EmbedError, Embedder};

#[derive(Debug)]
struct BuiltIn {
    id: String,
    bytes: &'static [u8],
    model: OnceLock<Result<MiniLm, EmbedError>>,
}

impl Embedder for BuiltIn {
    fn id(&self) -> &str {
        &self.id
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let load = || MiniLm::load(self.bytes).map_err(|error| EmbedError { cause: error.to_string() });
        let model = self.model.get_or_init(load).as_ref().map_err(Clone::clone)?;
        Ok(model.embed(texts).iter().map(|embedding| embedding.as_slice().to_vec()).collect())
    }
}

/// The embedder, if this binary was built with its model.
pub(crate) fn built_in() -> anyhow::Result<Option<Arc<dyn Embedder>>> {
    let Some(bytes) = MODEL else { return Ok(None) };
    Ok(Some(Arc::new(BuiltIn { id: MiniLm::id_of(bytes)?, bytes, model: OnceLock::new() })))
}

#[cfg(has_model)]
const MODEL: Option<&[u8]> = Some(include_bytes!(env!("BATON_MODEL_FILE")));
#[cfg(not(has_model))]
const MODEL: Option<&[u8]> = None;
