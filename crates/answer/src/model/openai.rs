//! Chat completions as OpenAI, Ollama, vLLM, llama.cpp, LM Studio and most gateways speak them.
//!
//! Written here on reqwest and `eventsource-stream`, not with the `genai` client, because of what a failing provider may
//! do: genai 0.7 gathers an unfinished event and an error body without a limit (a token of ten megabytes is held, and
//! searched again with every packet), gives an error body no deadline unless reads have one, and writes provider errors,
//! which may echo a visitor's words, to the log.
//! It would also switch on `serde_json/preserve_order` and tokio's `test-util` for the whole program.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use eventsource_stream::{Event, EventStreamError, Eventsource};
use futures::{Stream, StreamExt, TryStreamExt, stream};
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode, Url};
use serde::Deserialize;

use crate::model::{ChatChunk, ChatModel, ChatRequest, ChatStream, ModelError, Usage};

/// Most bytes taken from one reply on the wire; a token costs about 250 bytes of JSON.
const WIRE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Longest line of the event stream, in bytes; a longer one is no token.
const LINE_BYTES_MAX: usize = 256 * 1024;
/// Most bytes of an error reply that are read for its message.
const ERROR_BYTES_MAX: usize = 16 * 1024;
/// Longest part of a provider's error message that is kept.
const ERROR_CHARS_MAX: usize = 200;

/// What one OpenAI-compatible endpoint needs.
#[derive(Clone)]
pub struct OpenAiSettings {
    /// The address up to and including the version, such as `https://api.openai.com/v1`.
    pub base_url: Url,
    /// The key, where the endpoint wants one.
    pub api_key: Option<String>,
    /// The model's name at that endpoint.
    pub model: String,
    /// Sampling temperature; absent leaves the provider's own, which some models insist on.
    pub temperature: Option<f32>,
    /// Under which name the endpoint takes the output limit.
    pub token_limit_field: TokenLimitField,
}

impl fmt::Debug for OpenAiSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiSettings")
            .field("base_url", &self.base_url.as_str())
            .field("model", &self.model)
            .field("has_api_key", &self.api_key.is_some())
            .finish_non_exhaustive()
    }
}

/// The two names of the output limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenLimitField {
    /// `max_tokens`: almost every endpoint.
    MaxTokens,
    /// `max_completion_tokens`: OpenAI's own reasoning models.
    MaxCompletionTokens,
}

/// A model behind an OpenAI-compatible endpoint.
#[derive(Debug, Clone)]
pub struct OpenAiCompatible {
    client: reqwest::Client,
    settings: OpenAiSettings,
}

impl OpenAiCompatible {
    /// Takes the program's one HTTP client, which guards where it connects to.
    pub fn new(client: reqwest::Client, settings: OpenAiSettings) -> Self {
        Self { client, settings }
    }

    fn endpoint(&self) -> Result<Url, ModelError> {
        let mut url = self.settings.base_url.clone();
        url.path_segments_mut()
            .map_err(|()| ModelError::Misconfigured { cause: "the base address cannot have a path".to_owned() })?
            .pop_if_empty()
            .extend(["chat", "completions"]);
        Ok(url)
    }

    fn body(&self, request: &ChatRequest) -> serde_json::Value {
        let mut body = serde_json::json!({
            "model": self.settings.model,
            "messages": [
                { "role": "system", "content": request.system },
                { "role": "user", "content": request.user },
            ],
            "stream": true,
            "stream_options": { "include_usage": true },
        });
        let limit = match self.settings.token_limit_field {
            TokenLimitField::MaxTokens => "max_tokens",
            TokenLimitField::MaxCompletionTokens => "max_completion_tokens",
        };
        body[limit] = request.output_tokens_max.into();
        if let Some(temperature) = self.settings.temperature {
            body["temperature"] = temperature.into();
        }
        body
    }
}

#[async_trait]
impl ChatModel for OpenAiCompatible {
    fn name(&self) -> &str {
        &self.settings.model
    }

    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, ModelError> {
        let mut post = self.client.post(self.endpoint()?).json(&self.body(&request));
        if let Some(key) = &self.settings.api_key {
            post = post.bearer_auth(key);
        }
        let response = post.send().await.map_err(|error| transport(&error))?;
        if !response.status().is_success() {
            return Err(refused(response).await);
        }
        match media_type(response.headers()).as_str() {
            "text/event-stream" => Ok(events(response)),
            // Some gateways ignore `stream` and answer whole.
            "application/json" => whole(response).await,
            other => {
                let kind = if other.is_empty() { "something without a content type" } else { other };
                Err(ModelError::Misconfigured { cause: format!("the address answers {kind}, not chat completions") })
            }
        }
    }
}

/// The chunks of an event stream.
fn events(response: Response) -> ChatStream {
    bounded(response.bytes_stream().map_err(|error| transport(&error)))
        .eventsource()
        .map(|event| chunks(event).unwrap_or_else(|error| vec![Err(error)]))
        .flat_map(stream::iter)
        .boxed()
}

/// Passes bytes on until a line or the whole is longer than any reply of tokens.
fn bounded<B: AsRef<[u8]>>(
    bytes: impl Stream<Item = Result<B, ModelError>>,
) -> impl Stream<Item = Result<B, ModelError>> {
    let mut total = 0;
    let mut line = 0;
    bytes.map(move |piece| {
        let piece = piece?;
        total += piece.as_ref().len();
        for part in piece.as_ref().split_inclusive(|byte| *byte == b'\n') {
            line += part.len();
            if line > LINE_BYTES_MAX {
                return Err(ModelError::give_up("a line of the reply is too long"));
            }
            if part.last() == Some(&b'\n') {
                line = 0;
            }
        }
        if total > WIRE_BYTES_MAX {
            return Err(ModelError::give_up("the reply is too long"));
        }
        Ok(piece)
    })
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

/// The chunks in one event.
fn chunks(
    event: Result<Event, EventStreamError<ModelError>>,
) -> Result<Vec<Result<ChatChunk, ModelError>>, ModelError> {
    let event = event.map_err(|error| match error {
        EventStreamError::Transport(error) => error,
        EventStreamError::Utf8(_) => ModelError::give_up("the reply is not UTF-8"),
        EventStreamError::Parser(_) => ModelError::give_up("the reply is not an event stream"),
    })?;
    let data = event.data.trim();
    if data == "[DONE]" {
        return Ok(vec![Ok(ChatChunk::End)]);
    }
    let reply: WireReply =
        serde_json::from_str(data).map_err(|_| ModelError::give_up("an event of the reply is no chat completion"))?;
    Ok(reply.into_chunks().into_iter().map(Ok).collect())
}

impl WireReply {
    fn into_chunks(self) -> Vec<ChatChunk> {
        let mut chunks = Vec::new();
        if let Some(usage) = self.usage {
            let (input_tokens, output_tokens) = (usage.prompt_tokens, usage.completion_tokens);
            chunks.push(ChatChunk::Usage(Usage { input_tokens, output_tokens }));
        }
        if let Some(text) =
            self.choices.into_iter().next().and_then(|choice| choice.delta).and_then(|text| text.content)
        {
            chunks.push(ChatChunk::Text(text));
        }
        chunks
    }
}

/// The chunks of a reply that came in one piece.
async fn whole(response: Response) -> Result<ChatStream, ModelError> {
    let body = limited_body(response, WIRE_BYTES_MAX).await?;
    let reply: WireReply =
        serde_json::from_slice(&body).map_err(|_| ModelError::give_up("the reply is no chat completion"))?;
    let done = reply.choices.first().is_some_and(|choice| choice.finish_reason.is_some() && choice.delta.is_some());
    if !done {
        return Err(ModelError::give_up("the reply holds no text"));
    }
    let chunks = reply.into_chunks().into_iter().chain([ChatChunk::End]).map(Ok);
    Ok(stream::iter(chunks.collect::<Vec<_>>()).boxed())
}

async fn limited_body(response: Response, bytes_max: usize) -> Result<Vec<u8>, ModelError> {
    let mut body = Vec::new();
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.next().await {
        body.extend_from_slice(&piece.map_err(|error| transport(&error))?);
        if body.len() > bytes_max {
            return Err(ModelError::give_up("the reply is too long"));
        }
    }
    Ok(body)
}

/// What a reply with an error status means.
async fn refused(response: Response) -> ModelError {
    let status = response.status();
    let after = retry_after(response.headers());
    let json = media_type(response.headers()) == "application/json";
    let message = if json { error_message(response).await } else { None };
    let cause = match message {
        Some(message) => format!("status {}: {message}", status.as_u16()),
        None => format!("status {}", status.as_u16()),
    };
    match status {
        StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            ModelError::Retry { after, cause }
        }
        status if status.is_server_error() => ModelError::Retry { after, cause },
        StatusCode::PAYLOAD_TOO_LARGE => ModelError::GiveUp { cause },
        _ => ModelError::Misconfigured { cause },
    }
}

/// The provider's own words about an error, which name the wrong setting, cut to a line.
async fn error_message(response: Response) -> Option<String> {
    #[derive(Deserialize)]
    struct WireError {
        error: WireMessage,
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum WireMessage {
        Text(String),
        Object { message: String },
    }
    let body = limited_body(response, ERROR_BYTES_MAX).await.ok()?;
    let (WireMessage::Text(message) | WireMessage::Object { message }) =
        serde_json::from_slice::<WireError>(&body).ok()?.error;
    Some(message.chars().map(|c| if c.is_control() { ' ' } else { c }).take(ERROR_CHARS_MAX).collect())
}

/// The wait a provider asks for, in seconds or milliseconds; a date would need a clock and is taken as no wish.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u32>().ok();
    let milliseconds = number("retry-after-ms").map(|ms| Duration::from_millis(u64::from(ms)));
    milliseconds.or_else(|| number(RETRY_AFTER.as_str()).map(|seconds| Duration::from_secs(u64::from(seconds))))
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn transport(error: &reqwest::Error) -> ModelError {
    if error.is_builder() {
        return ModelError::Misconfigured { cause: "the request cannot be built from the settings".to_owned() };
    }
    let cause = if error.is_connect() {
        "no connection"
    } else if error.is_timeout() {
        "the connection timed out"
    } else {
        "the connection broke"
    };
    ModelError::Retry { after: None, cause: cause.to_owned() }
}
