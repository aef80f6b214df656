//! What a model can fail with, by what we do next and what a person can do about it.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Why a model gave no reply.
///
/// `Display` never holds the provider's own words: they can echo what a visitor wrote, and it goes to logs and records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelError {
    /// What kind of failure it is.
    pub failure: Failure,
    /// How long the provider asks us to wait.
    pub after: Option<Duration>,
    /// What happened, in our own words.
    pub cause: String,
    /// The provider's own message, cut to a line. Only for whoever tries out the settings, with a question of ours.
    pub said: Option<String>,
}

/// The kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// No connection, or it broke.
    Unreachable,
    /// It did not answer, or did not go on, in time.
    TooSlow,
    /// The key's limit is used up for now.
    OverLimit,
    /// The provider fails or is overloaded.
    ProviderDown,
    /// It failed so often in a row that it is not asked for a while.
    Resting,
    /// The key is missing, wrong, or may not use the model.
    KeyRefused,
    /// The provider has no model of this name.
    NoSuchModel,
    /// Something else answers at the address.
    WrongAddress,
    /// The provider does not take the request.
    RequestRefused,
    /// The provider's own filter stopped the reply.
    Filtered,
    /// The reply was cut off, too long, or nothing that can be read.
    Unusable,
}

impl Failure {
    /// Whether the same request may succeed when it is sent again.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Unreachable | Self::TooSlow | Self::OverLimit | Self::ProviderDown)
    }

    /// Whether the endpoint is at fault, not this one reply.
    pub fn is_of_endpoint(self) -> bool {
        !matches!(self, Self::Filtered | Self::Resting)
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.failure {
            Failure::Unreachable | Failure::TooSlow | Failure::OverLimit | Failure::ProviderDown | Failure::Resting => {
                "language model is not ready"
            }
            Failure::KeyRefused | Failure::NoSuchModel | Failure::WrongAddress | Failure::RequestRefused => {
                "language model is misconfigured"
            }
            Failure::Filtered | Failure::Unusable => "language model gave no usable reply",
        };
        write!(f, "{what}: {}", self.cause)
    }
}

impl std::error::Error for ModelError {}

impl ModelError {
    pub(crate) fn new(failure: Failure, cause: impl Into<String>) -> Self {
        Self { failure, after: None, cause: cause.into(), said: None }
    }

    pub(crate) fn unusable(cause: impl Into<String>) -> Self {
        Self::new(Failure::Unusable, cause)
    }

    /// With the provider's own words, on one line and not longer than a line.
    pub(crate) fn with_words(mut self, said: Option<&str>) -> Self {
        let line =
            |said: &str| said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SAID_CHARS_MAX).collect();
        self.said = said.map(line);
        self
    }
}

/// Longest part of a provider's message that is kept.
const SAID_CHARS_MAX: usize = 200;
