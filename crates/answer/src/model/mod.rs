//! The language model seam: what a model is asked, what it streams back, and what a failure means for us.
//!
//! A model is a guest: it may be slow, down, cut off or lie.
//! Adapters turn each failure into a [`Failure`]; [`Deadlines`] and [`OUTPUT_BYTES_MAX`] bound what it may cost, [`retry`]
//! says when it is asked again and [`circuit`] when it is left alone; what the text says is checked by the gate, never here.
//!
//! One more provider is one more implementation of [`ChatModel`] on what [`wire`] offers, a variant of [`Protocol`], and its
//! side of the scripted model, which then plays every fault on it.

mod anthropic;
mod check;
pub mod circuit;
mod deadlines;
mod endpoint;
mod failure;
mod gemini;
mod ollama;
mod openai;
pub mod retry;
mod wire;

#[cfg(test)]
mod tests;

use std::fmt;

use async_trait::async_trait;
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};

pub use crate::model::anthropic::Anthropic;
pub use crate::model::check::{Checked, check};
pub use crate::model::circuit::SharedCircuit;
pub use crate::model::deadlines::{Deadlines, Reading, read};
pub use crate::model::endpoint::{Endpoint, Protocol};
pub use crate::model::failure::{Failure, ModelError};
pub use crate::model::gemini::Gemini;
pub use crate::model::ollama::Ollama;
pub use crate::model::openai::OpenAiCompatible;

/// Most bytes of text taken from one model reply; a reply that goes on is cut off as [`Failure::Unusable`].
pub const OUTPUT_BYTES_MAX: usize = 16 * 1024;

/// A language model that writes text for a prompt.
///
/// Dropping the returned stream, or the future that makes it, ends the request.
#[async_trait]
pub trait ChatModel: Send + Sync + fmt::Debug {
    /// The model's name, as recorded with an answer.
    fn name(&self) -> &str;

    /// The circuit breaker of its endpoint, if it has one.
    fn circuit(&self) -> Option<&SharedCircuit> {
        None
    }

    /// Starts one reply.
    ///
    /// # Errors
    /// Why there is none; the stream's items carry what fails later.
    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, ModelError>;
}

/// The pieces of one reply, in order.
pub type ChatStream = BoxStream<'static, Result<ChatChunk, ModelError>>;

/// One request: rules and data, kept apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatRequest {
    /// The rules, written by Baton and the owner; no visitor or document text is ever in it.
    pub system: String,
    /// The data: passages, the conversation, the question.
    pub user: String,
    /// Most tokens the model may write.
    pub output_tokens_max: u32,
}

/// A piece of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChatChunk {
    /// More text.
    Text(String),
    /// What the reply cost so far, as the provider counts it; comes late or never, and the last one counts.
    Usage(Usage),
    /// The model says that it is done; a stream that ends without it was cut off.
    End,
}

/// Tokens of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read.
    pub input_tokens: u32,
    /// Tokens written.
    pub output_tokens: u32,
    /// Whether they are an estimate of ours, because the provider counted nothing.
    #[serde(default)]
    pub estimated: bool,
}

impl Usage {
    /// As the provider counts.
    pub fn reported(input_tokens: u32, output_tokens: u32) -> Self {
        Self { input_tokens, output_tokens, estimated: false }
    }

    /// An estimate for providers that report nothing: four bytes to the token.
    pub fn estimate(input: &str, output: &str) -> Self {
        let tokens = |text: &str| u32::try_from(text.len().div_ceil(4)).unwrap_or(u32::MAX);
        Self { input_tokens: tokens(input), output_tokens: tokens(output), estimated: true }
    }
}

/// A model with the circuit breaker of its endpoint.
#[derive(Debug)]
pub struct Guarded<M> {
    model: M,
    circuit: SharedCircuit,
}

impl<M> Guarded<M> {
    /// Puts a model behind a circuit breaker, which others at the same endpoint may share.
    pub fn new(model: M, circuit: SharedCircuit) -> Self {
        Self { model, circuit }
    }
}

#[async_trait]
impl ChatModel for Guarded<std::sync::Arc<dyn ChatModel>> {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn circuit(&self) -> Option<&SharedCircuit> {
        Some(&self.circuit)
    }

    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, ModelError> {
        self.model.stream(request).await
    }
}
