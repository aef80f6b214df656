//! Bounds on one reply: time to the first piece, between pieces and in all, and size.

use std::time::Duration;

use futures::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout_at};

use crate::model::circuit::{Permit, SharedCircuit};
use crate::model::retry::{Random, wait};
use crate::model::{ChatChunk, ChatModel, ChatRequest, ChatStream, Failure, ModelError, OUTPUT_BYTES_MAX};

/// How long a reply may take, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadlines {
    /// From the request to the first text; connecting, asking again and waiting for a busy provider included.
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
    watch: Watch,
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

/// Starts a reply, asking again a few times while what went wrong may pass and the time allows it.
///
/// # Errors
/// Why there is no reply: the model's own words for it, a passed deadline, or that its endpoint is left alone.
pub async fn read(
    model: &dyn ChatModel,
    request: ChatRequest,
    deadlines: Deadlines,
    random: Random<'_>,
) -> Result<Reading, ModelError> {
    let (start, mut sent) = (Instant::now(), 0);
    let first = start + Duration::from_millis(deadlines.first_text_ms.min(deadlines.total_ms));
    loop {
        permitted(model.circuit())?;
        sent += 1;
        let error = match Reading::begin(model, request.clone(), deadlines, start).await {
            Ok(reading) => return Ok(reading),
            Err(error) => error,
        };
        let left = first.saturating_duration_since(Instant::now());
        let Some(wait) = wait(&error, sent, left, random(sent)) else { return Err(error) };
        tokio::time::sleep(wait).await;
    }
}

fn permitted(circuit: Option<&SharedCircuit>) -> Result<(), ModelError> {
    match circuit.map(SharedCircuit::ask) {
        None | Some(Permit::Go | Permit::Probe) => Ok(()),
        Some(Permit::Wait(wait)) => {
            let cause = format!("it kept failing and is asked again in {} s", wait.as_secs() + 1);
            Err(ModelError { after: Some(wait), ..ModelError::new(Failure::Resting, cause) })
        }
    }
}

impl Reading {
    /// Starts a reply without asking twice, and without asking the circuit breaker.
    pub(crate) async fn once(
        model: &dyn ChatModel,
        request: ChatRequest,
        deadlines: Deadlines,
    ) -> Result<Self, ModelError> {
        Self::begin(model, request, deadlines, Instant::now()).await
    }

    async fn begin(
        model: &dyn ChatModel,
        request: ChatRequest,
        deadlines: Deadlines,
        start: Instant,
    ) -> Result<Self, ModelError> {
        let total = start + Duration::from_millis(deadlines.total_ms);
        let first = (start + Duration::from_millis(deadlines.first_text_ms)).min(total);
        let mut watch = Watch { circuit: model.circuit().cloned() };
        let stream = match timeout_at(first, model.stream(request)).await {
            Err(_elapsed) => return Err(watch.failed(too_late("no reply"))),
            Ok(Err(error)) => return Err(watch.failed(error)),
            Ok(Ok(stream)) => stream,
        };
        let between = Duration::from_millis(deadlines.between_texts_ms);
        Ok(Self { stream, watch, between, total, next: first, bytes: 0, ended: false })
    }

    /// The next piece; `None` once the model said that it is done.
    ///
    /// # Errors
    /// A passed deadline, too much output, or what the stream reports, among it an end without [`ChatChunk::End`].
    pub async fn next(&mut self) -> Result<Option<ChatChunk>, ModelError> {
        let next = self.next_unwatched().await;
        match next {
            Ok(None) => self.watch.succeeded(),
            Ok(Some(_)) => {}
            Err(error) => return Err(self.watch.failed(error)),
        }
        next
    }

    async fn next_unwatched(&mut self) -> Result<Option<ChatChunk>, ModelError> {
        loop {
            if self.ended {
                return Ok(None);
            }
            let chunk = match timeout_at(self.next.min(self.total), self.stream.next()).await {
                Err(_elapsed) => return Err(too_late("no text")),
                Ok(None) => return Err(ModelError::unusable("the reply was cut off")),
                Ok(Some(chunk)) => chunk?,
            };
            match &chunk {
                // Empty pieces are keep-alives and buy no time.
                ChatChunk::Text(text) if text.is_empty() => continue,
                ChatChunk::Text(text) => {
                    self.bytes += text.len();
                    if self.bytes > OUTPUT_BYTES_MAX {
                        return Err(ModelError::unusable("the reply is too long"));
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

    /// From now on the reply has at most this long: what it says is known, only its cost is not.
    pub fn hurry(&mut self, left: Duration) {
        self.total = self.total.min(Instant::now() + left);
    }

    /// The reply is not needed any more, which is no failure of the endpoint's.
    pub fn is_enough(&mut self) {
        self.watch.succeeded();
    }
}

/// Tells the circuit breaker once what became of a request; a dropped one was given up by whoever asked.
struct Watch {
    circuit: Option<SharedCircuit>,
}

impl Watch {
    fn succeeded(&mut self) {
        if let Some(circuit) = self.circuit.take() {
            circuit.succeeded();
        }
    }

    fn failed(&mut self, error: ModelError) -> ModelError {
        if let Some(circuit) = self.circuit.take() {
            if error.failure.is_of_endpoint() {
                circuit.failed(error.after);
            } else {
                circuit.abandoned();
            }
        }
        error
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(circuit) = self.circuit.take() {
            circuit.abandoned();
        }
    }
}

fn too_late(what: &str) -> ModelError {
    ModelError::new(Failure::TooSlow, format!("{what} before the deadline"))
}
