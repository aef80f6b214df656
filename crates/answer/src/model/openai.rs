//! Chat completions as OpenAI, Ollama's `/v1`, vLLM, llama.cpp, LM Studio and most gateways speak them.
//!
//! All adapters are written here on reqwest and `eventsource-stream`, not with the `genai` client, because of what a failing
//! provider may do: genai 0.7 gathers an unfinished event and an error body without a limit (a token of ten megabytes is
//! held, and searched again with every packet), gives an error body no deadline unless reads have one, and writes provider
//! errors, which may echo a visitor's words, to the log.
//! It would also switch on `serde_json/preserve_order` and tokio's `test-util` for the whole program.

use async_trait::async_trait;
use futures::{StreamExt, stream};
use reqwest::Response;
use serde::Deserialize;

use crate::model::wire::{
    Parsed, ReadEvents, WIRE_BYTES_MAX, below, events, limited_body, media_type, send, words_of_error, wrong_content,
};
use crate::model::{ChatChunk, ChatModel, ChatRequest, ChatStream, Endpoint, Failure, ModelError, Usage};

/// The host whose newer models take the output limit by its newer name alone.
const OPENAI_HOST: &str = "api.openai.com";

/// A model behind an OpenAI-compatible endpoint.
#[derive(Debug, Clone)]
pub struct OpenAiCompatible {
    client: reqwest::Client,
    endpoint: Endpoint,
}

impl OpenAiCompatible {
    /// Takes the HTTP client, which guards where it connects to.
    pub fn new(client: reqwest::Client, endpoint: Endpoint) -> Self {
        Self { client, endpoint }
    }

    fn body(&self, request: &ChatRequest) -> serde_json::Value {
        let mut body = serde_json::json!({
            "model": self.endpoint.model,
            "messages": [
                { "role": "system", "content": request.system },
                { "role": "user", "content": request.user },
            ],
            "stream": true,
            "stream_options": { "include_usage": true },
        });
        let is_openai = self.endpoint.base_url.host_str() == Some(OPENAI_HOST);
        body[if is_openai { "max_completion_tokens" } else { "max_tokens" }] = request.output_tokens_max.into();
        if let Some(temperature) = self.endpoint.temperature {
            body["temperature"] = temperature.into();
        }
        body
    }
}

#[async_trait]
impl ChatModel for OpenAiCompatible {
    fn name(&self) -> &str {
        &self.endpoint.model
    }

    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, ModelError> {
        let url = below(&self.endpoint.base_url, &["chat", "completions"])?;
        let mut post = self.client.post(url).json(&self.body(&request));
        if let Some(key) = &self.endpoint.api_key {
            post = post.bearer_auth(key);
        }
        let response = send(post).await?;
        match media_type(response.headers()).as_str() {
            "text/event-stream" => Ok(events(response, Reader::default())),
            // Some gateways ignore `stream` and answer whole.
            "application/json" => whole(response).await,
            _ => Err(wrong_content(&response)),
        }
    }
}

#[derive(Deserialize)]
struct WireReply {
    choices: Vec<WireChoice>,
    usage: Option<WireUsage>,
}

#[derive(Deserialize)]
struct WireChoice {
    #[serde(alias = "message")]
    delta: Option<WireText>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct WireText {
    content: Option<String>,
}

#[derive(Deserialize)]
struct WireUsage {
    #[serde(default)]
    prompt_tokens: u32,
    #[serde(default)]
    completion_tokens: u32,
}

#[derive(Default)]
struct Reader {
    /// Whether a reason to stop was given; some servers then end without the closing word.
    stopped: bool,
}

impl ReadEvents for Reader {
    fn read(&mut self, data: &str) -> Parsed {
        if data == "[DONE]" {
            return Ok(vec![ChatChunk::End]);
        }
        let Ok(reply) = serde_json::from_str::<WireReply>(data) else { return Err(no_completion(data)) };
        let chunks = reply.into_chunks(&mut self.stopped)?;
        Ok(chunks)
    }

    fn at_end(&mut self) -> Vec<ChatChunk> {
        if self.stopped { vec![ChatChunk::End] } else { Vec::new() }
    }
}

/// An event that is no chat completion: an error in the middle of the stream, or anything.
fn no_completion(data: &str) -> ModelError {
    let body = serde_json::from_str(data).unwrap_or(serde_json::Value::Null);
    match words_of_error(&body) {
        Some(words) => {
            ModelError::new(Failure::ProviderDown, "the provider failed in the middle").with_words(Some(&words))
        }
        None => ModelError::unusable("an event of the reply is no chat completion"),
    }
}

impl WireReply {
    fn into_chunks(self, stopped: &mut bool) -> Parsed {
        let mut chunks = Vec::new();
        if let Some(usage) = self.usage {
            chunks.push(ChatChunk::Usage(Usage::reported(usage.prompt_tokens, usage.completion_tokens)));
        }
        if let Some(choice) = self.choices.into_iter().next() {
            match choice.finish_reason.as_deref() {
                Some("content_filter") => {
                    return Err(ModelError::new(Failure::Filtered, "the provider's filter stopped the reply"));
                }
                Some(_) => *stopped = true,
                None => {}
            }
            chunks.extend(choice.delta.and_then(|text| text.content).map(ChatChunk::Text));
        }
        Ok(chunks)
    }
}

/// The chunks of a reply that came in one piece.
async fn whole(response: Response) -> Result<ChatStream, ModelError> {
    let body = limited_body(response, WIRE_BYTES_MAX).await?;
    let reply: WireReply =
        serde_json::from_slice(&body).map_err(|_| ModelError::unusable("the reply is no chat completion"))?;
    let done = reply.choices.first().is_some_and(|choice| choice.finish_reason.is_some() && choice.delta.is_some());
    if !done {
        return Err(ModelError::unusable("the reply holds no text"));
    }
    let chunks = reply.into_chunks(&mut false)?.into_iter().chain([ChatChunk::End]).map(Ok);
    Ok(stream::iter(chunks.collect::<Vec<_>>()).boxed())
}
