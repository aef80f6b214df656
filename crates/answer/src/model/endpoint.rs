//! Where a model is and how it is spoken to.

use std::fmt;
use std::sync::Arc;

use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::model::{Anthropic, ChatModel, Gemini, Ollama, OpenAiCompatible};

/// The protocols that are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Chat completions.
    OpenAi,
    /// Messages.
    Anthropic,
    /// `streamGenerateContent`.
    Gemini,
    /// `/api/chat`.
    Ollama,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::OpenAi, Self::Anthropic, Self::Gemini, Self::Ollama];
}

/// What one endpoint needs.
#[derive(Clone, PartialEq)]
pub struct Endpoint {
    /// How it is spoken to.
    pub protocol: Protocol,
    /// The address up to and including the version, such as `https://api.openai.com/v1`; for Ollama the bare host.
    pub base_url: Url,
    /// The key, where the endpoint wants one.
    pub api_key: Option<String>,
    /// The model's name at that endpoint.
    pub model: String,
    /// Sampling temperature; absent leaves the provider's own, which some models insist on.
    pub temperature: Option<f64>,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("protocol", &self.protocol)
            .field("base_url", &self.base_url.as_str())
            .field("model", &self.model)
            .field("has_api_key", &self.api_key.is_some())
            .finish_non_exhaustive()
    }
}

impl Endpoint {
    /// The model there. The client guards where it connects to.
    pub fn model(self, client: reqwest::Client) -> Arc<dyn ChatModel> {
        match self.protocol {
            Protocol::OpenAi => Arc::new(OpenAiCompatible::new(client, self)),
            Protocol::Anthropic => Arc::new(Anthropic::new(client, self)),
            Protocol::Gemini => Arc::new(Gemini::new(client, self)),
            Protocol::Ollama => Arc::new(Ollama::new(client, self)),
        }
    }
}
