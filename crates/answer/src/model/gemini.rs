//! `streamGenerateContent` of the Gemini API.

use async_trait::async_trait;
use serde::Deserialize;

use crate::model::wire::{Parsed, ReadEvents, below, events, media_type, send, words_of_error, wrong_content};
use crate::model::{ChatChunk, ChatModel, ChatRequest, ChatStream, Endpoint, Failure, ModelError, Usage};

/// A model behind a Gemini endpoint.
#[derive(Debug, Clone)]
pub struct Gemini {
    client: reqwest::Client,
    endpoint: Endpoint,
}

impl Gemini {
    /// Takes the HTTP client, which guards where it connects to.
    pub fn new(client: reqwest::Client, endpoint: Endpoint) -> Self {
        Self { client, endpoint }
    }
}

#[async_trait]
impl ChatModel for Gemini {
    fn name(&self) -> &str {
        &self.endpoint.model
    }

    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, ModelError> {
        let mut generation = serde_json::json!({ "maxOutputTokens": request.output_tokens_max });
        if let Some(temperature) = self.endpoint.temperature {
            generation["temperature"] = temperature.into();
        }
        let body = serde_json::json!({
            "systemInstruction": { "parts": [{ "text": request.system }] },
            "contents": [{ "role": "user", "parts": [{ "text": request.user }] }],
            "generationConfig": generation,
        });
        let model = self.endpoint.model.trim_start_matches("models/");
        let mut url = below(&self.endpoint.base_url, &["models", &format!("{model}:streamGenerateContent")])?;
        url.set_query(Some("alt=sse"));
        let mut post = self.client.post(url).json(&body);
        // In a header: addresses end up in logs.
        if let Some(key) = &self.endpoint.api_key {
            post = post.header("x-goog-api-key", key);
        }
        let response = send(post).await?;
        if media_type(response.headers()) != "text/event-stream" {
            return Err(wrong_content(&response));
        }
        Ok(events(response, Reader))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireReply {
    #[serde(default)]
    candidates: Vec<WireCandidate>,
    usage_metadata: Option<WireUsage>,
    prompt_feedback: Option<WireFeedback>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireCandidate {
    content: Option<WireContent>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct WireContent {
    #[serde(default)]
    parts: Vec<WirePart>,
}

#[derive(Deserialize)]
struct WirePart {
    text: Option<String>,
    /// Whether it is a summary of thoughts and no part of the reply.
    #[serde(default)]
    thought: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireUsage {
    #[serde(default)]
    prompt_token_count: u32,
    #[serde(default)]
    candidates_token_count: u32,
    #[serde(default)]
    thoughts_token_count: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireFeedback {
    block_reason: Option<String>,
}

struct Reader;

impl ReadEvents for Reader {
    fn read(&mut self, data: &str) -> Parsed {
        let wrong = || ModelError::unusable("an event of the reply is none of the Gemini API");
        let body: serde_json::Value = serde_json::from_str(data).map_err(|_| wrong())?;
        if let Some(words) = words_of_error(&body) {
            let error = ModelError::new(Failure::ProviderDown, "the provider failed in the middle");
            return Err(error.with_words(Some(&words)));
        }
        let reply: WireReply = serde_json::from_value(body).map_err(|_| wrong())?;
        let filtered = || ModelError::new(Failure::Filtered, "the provider's filter stopped the reply");
        if reply.prompt_feedback.is_some_and(|feedback| feedback.block_reason.is_some()) {
            return Err(filtered());
        }
        if reply.candidates.is_empty() && reply.usage_metadata.is_none() {
            return Err(wrong());
        }
        let mut chunks = Vec::new();
        if let Some(usage) = reply.usage_metadata {
            let written = usage.candidates_token_count.saturating_add(usage.thoughts_token_count);
            chunks.push(ChatChunk::Usage(Usage::reported(usage.prompt_token_count, written)));
        }
        let Some(candidate) = reply.candidates.into_iter().next() else { return Ok(chunks) };
        let parts = candidate.content.map(|content| content.parts).unwrap_or_default();
        let texts = parts.into_iter().filter(|part| !part.thought).filter_map(|part| part.text);
        chunks.extend(texts.map(ChatChunk::Text));
        match candidate.finish_reason.as_deref() {
            None | Some("FINISH_REASON_UNSPECIFIED") => {}
            Some("STOP" | "MAX_TOKENS") => chunks.push(ChatChunk::End),
            Some("SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "LANGUAGE") => {
                return Err(filtered());
            }
            Some(_) => return Err(ModelError::unusable("the provider stopped the reply")),
        }
        Ok(chunks)
    }
}
