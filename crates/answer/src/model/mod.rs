//! The language model seam: what a model is asked, what it streams back, and what a failure means for us.
//!
//! A model is untrusted: it may be slow, down, cut off or lie.
//! Adapters turn each failure into what we do next; [`Deadlines`] and [`OUTPUT_BYTES_MAX`] bound what they may cost; what the
//! text says is checked by the gate, never here.

mod deadlines;
mod openai;

#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};

pub use crate::model::deadlines::{Deadlines, read};
pub use crate::model::openai::{OpenAiCompatible, OpenAiSettings, TokenLimitField};

/// Most bytes of text taken from one model reply; a reply that goes on is cut off as [`ModelError::GiveUp`].
pub const OUTPUT_BYTES_MAX: usize = 16 * 1024;

/// A language model that writes text for a prompt.
///
/// Dropping the returned stream, or the future that makes it, ends the request.
#[async_trait]
pub trait ChatModel: Send + Sync + fmt::Debug {
    /// The model's name, as recorded with an answer.
    fn name(&self) -> &str;

    /// Starts one reply.
    ///
    /// # Errors
    /// What to do about a request that got no reply; the stream's items carry what fails later.
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
    /// What the reply cost, as the provider counts it; comes once, late, or never.
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
}

impl Usage {
    /// An estimate for providers that report nothing: four bytes to the token.
    pub fn estimate(input: &str, output: &str) -> Self {
        let tokens = |text: &str| u32::try_from(text.len().div_ceil(4)).unwrap_or(u32::MAX);
        Self { input_tokens: tokens(input), output_tokens: tokens(output) }
    }
}

/// Why a model gave no reply, by what we do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The same request may succeed later.
    #[error("language model is not ready: {cause}")]
    Retry {
        /// How long the provider asks us to wait.
        after: Option<Duration>,
        /// What happened, without any text of the conversation.
        cause: String,
    },
    /// This reply is lost, and asking again at once would not help.
    #[error("language model gave no usable reply: {cause}")]
    GiveUp {
        /// What happened, without any text of the conversation.
        cause: String,
    },
    /// A person has to change the settings: address, key or model name.
    #[error("language model is misconfigured: {cause}")]
    Misconfigured {
        /// What happened, for the person who configured it.
        cause: String,
    },
}

impl ModelError {
    pub(crate) fn give_up(cause: impl Into<String>) -> Self {
        Self::GiveUp { cause: cause.into() }
    }
}
