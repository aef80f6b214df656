//! The Messages API of Anthropic.

use async_trait::async_trait;
use serde::Deserialize;

use crate::model::wire::{Parsed, ReadEvents, below, events, media_type, send, wrong_content};
use crate::model::{ChatChunk, ChatModel, ChatRequest, ChatStream, Endpoint, Failure, ModelError, Usage};

/// The version of the protocol that is spoken here.
const VERSION: &str = "2023-06-01";

/// A model behind an Anthropic Messages endpoint.
#[derive(Debug, Clone)]
pub struct Anthropic {
    client: reqwest::Client,
    endpoint: Endpoint,
}

impl Anthropic {
    /// Takes the HTTP client, which guards where it connects to.
    pub fn new(client: reqwest::Client, endpoint: Endpoint) -> Self {
        Self { client, endpoint }
    }
}

#[async_trait]
impl ChatModel for Anthropic {
    fn name(&self) -> &str {
        &self.endpoint.model
    }

    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, ModelError> {
        let mut body = serde_json::json!({
            "model": self.endpoint.model,
            "system": request.system,
            "messages": [{ "role": "user", "content": request.user }],
            "max_tokens": request.output_tokens_max,
            "stream": true,
        });
        if let Some(temperature) = self.endpoint.temperature {
            body["temperature"] = temperature.into();
        }
        let url = below(&self.endpoint.base_url, &["messages"])?;
        let mut post = self.client.post(url).header("anthropic-version", VERSION).json(&body);
        if let Some(key) = &self.endpoint.api_key {
            post = post.header("x-api-key", key);
        }
        let response = send(post).await?;
        if media_type(response.headers()) != "text/event-stream" {
            return Err(wrong_content(&response));
        }
        Ok(events(response, Reader::default()))
    }
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum WireEvent {
    MessageStart {
        message: WireMessage,
    },
    ContentBlockDelta {
        delta: WireDelta,
    },
    MessageDelta {
        delta: WireStop,
        usage: Option<WireUsage>,
    },
    MessageStop,
    Error {
        error: WireError,
    },
    /// Pings, the edges of blocks, and what later versions add.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct WireMessage {
    usage: Option<WireUsage>,
}

#[derive(Deserialize)]
struct WireDelta {
    /// Absent for thinking and for the input of tools.
    text: Option<String>,
}

#[derive(Deserialize)]
struct WireStop {
    stop_reason: Option<String>,
}

#[derive(Deserialize)]
struct WireUsage {
    #[serde(default)]
    input_tokens: u32,
    #[serde(default)]
    cache_creation_input_tokens: u32,
    #[serde(default)]
    cache_read_input_tokens: u32,
    #[serde(default)]
    output_tokens: u32,
}

#[derive(Deserialize)]
struct WireError {
    #[serde(rename = "type")]
    kind: String,
    message: String,
}

#[derive(Default)]
struct Reader {
    /// Told at the beginning, while the words written are told at the end.
    input_tokens: Option<u32>,
}

impl ReadEvents for Reader {
    fn read(&mut self, data: &str) -> Parsed {
        let event: WireEvent = serde_json::from_str(data)
            .map_err(|_| ModelError::unusable("an event of the reply is none of the Messages API"))?;
        match event {
            WireEvent::MessageStart { message } => {
                self.input_tokens = message.usage.map(|usage| {
                    usage
                        .input_tokens
                        .saturating_add(usage.cache_creation_input_tokens)
                        .saturating_add(usage.cache_read_input_tokens)
                });
                Ok(Vec::new())
            }
            WireEvent::ContentBlockDelta { delta } => Ok(delta.text.map(ChatChunk::Text).into_iter().collect()),
            WireEvent::MessageDelta { delta, .. } if delta.stop_reason.as_deref() == Some("refusal") => {
                Err(ModelError::new(Failure::Filtered, "the provider's filter stopped the reply"))
            }
            WireEvent::MessageDelta { usage, .. } => {
                let (Some(input), Some(usage)) = (self.input_tokens, usage) else { return Ok(Vec::new()) };
                Ok(vec![ChatChunk::Usage(Usage::reported(input, usage.output_tokens))])
            }
            WireEvent::MessageStop => Ok(vec![ChatChunk::End]),
            WireEvent::Error { error } => Err(failed(&error)),
            WireEvent::Other => Ok(Vec::new()),
        }
    }
}

/// An error in the middle of a stream, where no status can say it any more.
fn failed(error: &WireError) -> ModelError {
    let failure = match error.kind.as_str() {
        "rate_limit_error" => Failure::OverLimit,
        "authentication_error" | "permission_error" | "billing_error" => Failure::KeyRefused,
        "not_found_error" => Failure::NoSuchModel,
        "invalid_request_error" | "request_too_large" => Failure::RequestRefused,
        _ => Failure::ProviderDown,
    };
    ModelError::new(failure, "the provider failed in the middle").with_words(Some(&error.message))
}
