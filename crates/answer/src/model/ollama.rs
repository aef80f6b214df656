//! Ollama's own `/api/chat`: one JSON value on each line.

use async_trait::async_trait;
use serde::Deserialize;

use crate::model::wire::{Parsed, ReadEvents, below, json_lines, media_type, send, wrong_content};
use crate::model::{ChatChunk, ChatModel, ChatRequest, ChatStream, Endpoint, Failure, ModelError, Usage};

/// Room for the rules, the passages, the conversation and the answer, in tokens.
/// Ollama's default is smaller, and what does not fit it is cut off at the beginning, where the rules stand, without a word.
const CONTEXT_TOKENS: u32 = 16_384;

/// A model behind an Ollama server.
#[derive(Debug, Clone)]
pub struct Ollama {
    client: reqwest::Client,
    endpoint: Endpoint,
}

impl Ollama {
    /// Takes the HTTP client, which guards where it connects to.
    pub fn new(client: reqwest::Client, endpoint: Endpoint) -> Self {
        Self { client, endpoint }
    }
}

#[async_trait]
impl ChatModel for Ollama {
    fn name(&self) -> &str {
        &self.endpoint.model
    }

    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, ModelError> {
        let mut options = serde_json::json!({ "num_predict": request.output_tokens_max, "num_ctx": CONTEXT_TOKENS });
        if let Some(temperature) = self.endpoint.temperature {
            options["temperature"] = temperature.into();
        }
        let body = serde_json::json!({
            "model": self.endpoint.model,
            "messages": [
                { "role": "system", "content": request.system },
                { "role": "user", "content": request.user },
            ],
            "stream": true,
            "options": options,
        });
        let mut post = self.client.post(below(&self.endpoint.base_url, &["api", "chat"])?).json(&body);
        // Ollama itself has no keys; a proxy in front of it may.
        if let Some(key) = &self.endpoint.api_key {
            post = post.bearer_auth(key);
        }
        let response = send(post).await?;
        match media_type(response.headers()).as_str() {
            "application/x-ndjson" | "application/json" => Ok(json_lines(response, Reader)),
            _ => Err(wrong_content(&response)),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WireLine {
    Error { error: String },
    Reply { message: Option<WireMessage>, done: bool, prompt_eval_count: Option<u32>, eval_count: Option<u32> },
}

#[derive(Deserialize)]
struct WireMessage {
    #[serde(default)]
    content: String,
}

struct Reader;

impl ReadEvents for Reader {
    fn read(&mut self, data: &str) -> Parsed {
        let line: WireLine = serde_json::from_str(data)
            .map_err(|_| ModelError::unusable("a line of the reply is none of the Ollama API"))?;
        match line {
            WireLine::Error { error } => {
                Err(ModelError::new(Failure::ProviderDown, "the provider failed in the middle")
                    .with_words(Some(&error)))
            }
            WireLine::Reply { message, done, prompt_eval_count, eval_count } => {
                let text = message.map(|message| message.content).filter(|text| !text.is_empty());
                let mut chunks: Vec<ChatChunk> = text.map(ChatChunk::Text).into_iter().collect();
                if done {
                    // Without the first count the prompt came from Ollama's cache; half a count is none.
                    if let (Some(input), Some(output)) = (prompt_eval_count, eval_count) {
                        chunks.push(ChatChunk::Usage(Usage::reported(input, output)));
                    }
                    chunks.push(ChatChunk::End);
                }
                Ok(chunks)
            }
        }
    }
}
