//! The four protocols that language models are spoken to with: how a request is read and how a reply looks on the wire.

use axum::http::HeaderMap;
use serde_json::{Value, json};

use crate::server::RecordedRequest;

/// A protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Chat completions: `POST /v1/chat/completions`.
    OpenAi,
    /// Messages: `POST /v1/messages`.
    Anthropic,
    /// `POST /v1beta/models/NAME:streamGenerateContent`.
    Gemini,
    /// `POST /api/chat`.
    Ollama,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::OpenAi, Self::Anthropic, Self::Gemini, Self::Ollama];

    /// The path of the base address that clients are configured with.
    pub(crate) fn base_path(self) -> &'static str {
        match self {
            Self::OpenAi | Self::Anthropic => "/v1",
            Self::Gemini => "/v1beta",
            Self::Ollama => "",
        }
    }

    /// Reads a request; `None` if the body is none of this protocol. `named` is the model in the address.
    pub(crate) fn request(self, named: Option<&str>, headers: &HeaderMap, body: String) -> Option<RecordedRequest> {
        let wire: Value = serde_json::from_str(&body).ok()?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let of_role = |role: &str| {
            let messages = wire["messages"].as_array()?;
            text(&messages.iter().rev().find(|message| message["role"] == role)?["content"])
        };
        let (system, user, model) = match self {
            Self::OpenAi | Self::Ollama => (of_role("system"), of_role("user")?, text(&wire["model"])?),
            Self::Anthropic => (text(&wire["system"]), of_role("user")?, text(&wire["model"])?),
            Self::Gemini => (
                text(&wire["systemInstruction"]["parts"][0]["text"]),
                text(&wire["contents"][0]["parts"][0]["text"])?,
                named?.to_owned(),
            ),
        };
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let key = match self {
            Self::OpenAi | Self::Ollama => {
                header("authorization").map(|value| value.trim_start_matches("Bearer ").to_owned())
            }
            Self::Anthropic => header("x-api-key"),
            Self::Gemini => header("x-goog-api-key"),
        };
        let stream = self == Self::Gemini || wire["stream"] == true;
        Some(RecordedRequest {
            protocol: self,
            model,
            system: system.unwrap_or_default(),
            user,
            stream,
            version: header("anthropic-version"),
            body,
            token: key,
        })
    }

    pub(crate) fn content_type(self) -> &'static str {
        if self == Self::Ollama { "application/x-ndjson" } else { "text/event-stream" }
    }

    /// What stands before the first text.
    pub(crate) fn opening(self, request: &RecordedRequest, counts: bool) -> String {
        if self != Self::Anthropic {
            return String::new();
        }
        let usage = if counts { json!({ "input_tokens": read(request), "output_tokens": 1 }) } else { Value::Null };
        let start =
            json!({ "type": "message_start", "message": { "id": "scripted", "role": "assistant", "usage": usage } });
        let block =
            json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } });
        format!(
            "event: message_start\ndata: {start}\n\nevent: content_block_start\ndata: {block}\n\nevent: ping\ndata: {{\"type\": \"ping\"}}\n\n"
        )
    }

    /// One piece of text.
    pub(crate) fn event(self, text: &str) -> String {
        match self {
            Self::OpenAi => {
                let delta = json!({ "index": 0, "delta": { "content": text }, "finish_reason": null });
                sse(&json!({ "id": "scripted", "object": "chat.completion.chunk", "choices": [delta] }))
            }
            Self::Anthropic => {
                let delta = json!({ "type": "text_delta", "text": text });
                let event = json!({ "type": "content_block_delta", "index": 0, "delta": delta });
                format!("event: content_block_delta\ndata: {event}\n\n")
            }
            Self::Gemini => {
                sse(&json!({ "candidates": [{ "content": { "role": "model", "parts": [{ "text": text }] } }] }))
            }
            Self::Ollama => format!(
                "{}\n",
                json!({ "model": "scripted", "message": { "role": "assistant", "content": text }, "done": false })
            ),
        }
    }

    /// The beginning of one piece of text, up to the text itself.
    pub(crate) fn event_start(self) -> &'static str {
        match self {
            Self::OpenAi => "data: {\"choices\":[{\"delta\":{\"content\":\"caf",
            Self::Anthropic => {
                "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"caf"
            }
            Self::Gemini => "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"caf",
            Self::Ollama => "{\"message\":{\"role\":\"assistant\",\"content\":\"caf",
        }
    }

    /// What stands after the last text: the reason to stop, the cost, the end.
    pub(crate) fn closing(self, request: &RecordedRequest, text: &str, counts: bool) -> String {
        let (read, written) = (read(request), text.len() / 4);
        match self {
            Self::OpenAi => {
                let stop = sse(&json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] }));
                let usage = if counts {
                    sse(&json!({ "choices": [], "usage": openai_usage(read, written) }))
                } else {
                    String::new()
                };
                format!("{stop}{usage}data: [DONE]\n\n")
            }
            Self::Anthropic => {
                let usage = if counts { json!({ "output_tokens": written }) } else { Value::Null };
                let delta = json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" }, "usage": usage });
                format!(
                    "event: content_block_stop\ndata: {{\"type\":\"content_block_stop\",\"index\":0}}\n\nevent: message_delta\ndata: {delta}\n\nevent: message_stop\ndata: {{\"type\":\"message_stop\"}}\n\n"
                )
            }
            Self::Gemini => {
                let mut last =
                    json!({ "candidates": [{ "content": { "parts": [{ "text": "" }] }, "finishReason": "STOP" }] });
                if counts {
                    last["usageMetadata"] = json!({ "promptTokenCount": read, "candidatesTokenCount": written, "totalTokenCount": read + written });
                }
                sse(&last)
            }
            Self::Ollama => {
                let mut last = json!({ "model": "scripted", "message": { "role": "assistant", "content": "" }, "done": true, "done_reason": "stop" });
                if counts {
                    last["prompt_eval_count"] = read.into();
                    last["eval_count"] = written.into();
                }
                format!("{last}\n")
            }
        }
    }

    /// An error in the middle of a stream.
    pub(crate) fn error_event(self) -> String {
        match self {
            Self::OpenAi | Self::Gemini => sse(&json!({ "error": { "code": 500, "message": "scripted failure" } })),
            Self::Anthropic => {
                let error =
                    json!({ "type": "error", "error": { "type": "overloaded_error", "message": "scripted failure" } });
                format!("event: error\ndata: {error}\n\n")
            }
            Self::Ollama => format!("{}\n", json!({ "error": "scripted failure" })),
        }
    }

    /// A reply that the provider's own filter stopped.
    pub(crate) fn filtered_event(self) -> String {
        match self {
            Self::OpenAi => sse(&json!({ "choices": [{ "delta": {}, "finish_reason": "content_filter" }] })),
            Self::Anthropic => {
                let delta = json!({ "type": "message_delta", "delta": { "stop_reason": "refusal" }, "usage": { "output_tokens": 0 } });
                format!("event: message_delta\ndata: {delta}\n\n")
            }
            Self::Gemini => sse(&json!({ "promptFeedback": { "blockReason": "SAFETY" } })),
            // Ollama has no filter; it just stops.
            Self::Ollama => String::new(),
        }
    }

    /// What a proxy sends to keep the connection open.
    pub(crate) fn keep_alive(self) -> String {
        match self {
            Self::Ollama => format!("\n{}", self.event("")),
            Self::OpenAi | Self::Anthropic | Self::Gemini => format!(": keep-alive\n\n{}", self.event("")),
        }
    }

    /// Valid JSON that is no reply.
    pub(crate) fn wrong_schema(self) -> String {
        match self {
            Self::OpenAi => "data: {\"answer\": 42}\n\ndata: [DONE]\n\n".to_owned(),
            Self::Anthropic | Self::Gemini => "data: {\"answer\": 42}\n\n".to_owned(),
            Self::Ollama => "{\"answer\": 42}\n".to_owned(),
        }
    }

    /// Bytes that are no UTF-8.
    pub(crate) fn bad_utf8(self) -> Vec<u8> {
        let bytes: &[u8] = if self == Self::Ollama { b"\xff\xfe\xfd\n" } else { b"data: \xff\xfe\xfd\n\n" };
        bytes.to_vec()
    }

    /// A whole reply to a request that asked for a stream.
    pub(crate) fn whole(self, request: &RecordedRequest, text: &str) -> Value {
        let (read, written) = (read(request), text.len() / 4);
        match self {
            Self::OpenAi => json!({
                "id": "scripted", "object": "chat.completion", "model": request.model,
                "choices": [{ "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }],
                "usage": openai_usage(read, written),
            }),
            Self::Anthropic => json!({
                "type": "message", "role": "assistant", "content": [{ "type": "text", "text": text }], "stop_reason": "end_turn",
                "usage": { "input_tokens": read, "output_tokens": written },
            }),
            Self::Gemini => {
                json!([{ "candidates": [{ "content": { "parts": [{ "text": text }] }, "finishReason": "STOP" }] }])
            }
            Self::Ollama => json!({
                "message": { "role": "assistant", "content": text }, "done": true, "prompt_eval_count": read, "eval_count": written,
            }),
        }
    }

    /// The body of an error reply.
    pub(crate) fn error_body(self, message: &str) -> Value {
        match self {
            Self::OpenAi => json!({ "error": { "message": message, "type": "scripted" } }),
            Self::Anthropic => json!({ "type": "error", "error": { "type": "scripted", "message": message } }),
            Self::Gemini => json!([{ "error": { "code": 0, "message": message, "status": "SCRIPTED" } }]),
            Self::Ollama => json!({ "error": message }),
        }
    }
}

fn sse(event: &Value) -> String {
    format!("data: {event}\n\n")
}

fn openai_usage(read: usize, written: usize) -> Value {
    json!({ "prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written })
}

/// Tokens of the request, counted as four bytes each.
fn read(request: &RecordedRequest) -> usize {
    (request.system.len() + request.user.len()) / 4
}
