//! What embeds texts: the model inside the binary, an endpoint, or nothing.

mod built_in;
mod endpoint;

use std::sync::Arc;

use baton_knowledge::Embedder;

use crate::config::EmbedderConfig;

pub(crate) use crate::embedder::built_in::built_in;

/// The embedder of the configuration; without one, only words are searched.
pub(crate) fn of(config: &EmbedderConfig) -> anyhow::Result<Option<Arc<dyn Embedder>>> {
    match config {
        EmbedderConfig::BuiltIn => built_in(),
        EmbedderConfig::None => Ok(None),
        EmbedderConfig::Endpoint(endpoint) => Ok(Some(Arc::new(endpoint::Endpoint::new(endpoint)?))),
    }
}
