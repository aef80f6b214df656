//! Bounds on one reply: time to the first piece, between pieces and in all, and size.

use std::time::Duration;

use futures::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout_at};

use crate::model::{ChatChunk, ChatModel, ChatRequest, ChatStream, ModelError, OUTPUT_BYTES_MAX};

/// How long a reply may take, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadlines {
    /// From the request to the first text; connecting and waiting for a busy provider included.
    pub first_text_ms: u64,
    /// From one text to the next.
    pub between_texts_ms: u64,
    /// From the request to the end of the reply.
    pub total_ms: u64,
}

impl Default for Deadlines {
    /// Ten, eight and thirty seconds: a visitor who sees nothing for ten seconds is better served by the passages.
    fn default() -> Self {
        Self { first_text_ms: 10_000, between_texts_ms: 8_000, total_ms: 30_000 }
    }
}

/// A reply that is read under its deadlines.
pub struct Reading {
    stream: ChatStream,
    between: Duration,
    total: Instant,
    next: Instant,
    bytes: usize,
    ended: bool,
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading").field("bytes", &self.bytes).field("ended", &self.ended).finish_non_exhaustive()
    }
}

/// Starts a reply, asking once more when the provider says when and the time allows it.
///
/// # Errors
/// The model's own, or [`ModelError::Retry`] when the first-text deadline passes while connecting.
pub async fn read(model: &dyn ChatModel, request: ChatRequest, deadlines: Deadlines) -> Result<Reading, ModelError> {
    let start = Instant::now();
    let total = start + Duration::from_millis(deadlines.total_ms);
    let first = (start + Duration::from_millis(deadlines.first_text_ms)).min(total);
    let mut asked_again = false;
    let stream = loop {
        match timeout_at(first, model.stream(request.clone())).await {
            Err(_elapsed) => return Err(too_late("no reply")),
            Ok(Ok(stream)) => break stream,
            // Waiting longer than half of what is left would leave no time for the reply itself.
            Ok(Err(ModelError::Retry { after: Some(after), cause })) if !asked_again => {
                if Instant::now() + after * 2 > first {
                    return Err(ModelError::Retry { after: Some(after), cause });
                }
                asked_again = true;
                tokio::time::sleep(after).await;
            }
            Ok(Err(error)) => return Err(error),
        }
    };
    let between = Duration::from_millis(deadlines.between_texts_ms);
    Ok(Reading { stream, between, total, next: first, bytes: 0, ended: false })
}

impl Reading {
    /// The next piece; `None` once the model said that it is done.
    ///
    /// # Errors
    /// A passed deadline, too much output, or what the stream reports, among it an end without [`ChatChunk::End`].
    pub async fn next(&mut self) -> Result<Option<ChatChunk>, ModelError> {
        loop {
            if self.ended {
                return Ok(None);
            }
            let chunk = match timeout_at(self.next.min(self.total), self.stream.next()).await {
                Err(_elapsed) => return Err(too_late("no text")),
                Ok(None) => return Err(ModelError::give_up("the reply was cut off")),
                Ok(Some(chunk)) => chunk?,
            };
            match &chunk {
                // Empty pieces are keep-alives and buy no time.
                ChatChunk::Text(text) if text.is_empty() => continue,
                ChatChunk::Text(text) => {
                    self.bytes += text.len();
                    if self.bytes > OUTPUT_BYTES_MAX {
                        return Err(ModelError::give_up("the reply is too long"));
                    }
                    self.next = Instant::now() + self.between;
                }
                ChatChunk::Usage(_) => {}
                ChatChunk::End => {
                    self.ended = true;
                    return Ok(None);
                }
            }
            return Ok(Some(chunk));
        }
    }
}

fn too_late(what: &str) -> ModelError {
    ModelError::Retry { after: None, cause: format!("{what} before the deadline") }
}
