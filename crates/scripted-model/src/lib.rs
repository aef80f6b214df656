//! A language model server that does what a script says, for tests and demonstrations without a language model.
//!
//! It speaks the protocols of OpenAI, Anthropic, Gemini and Ollama and behaves by a [`Script`]: well, slowly, wrongly or
//! maliciously. A script can be set for the server or named by the request's model (`"slow:40:5ms"`), so that one server
//! serves many tests. It does nothing at random and waits only where its script says so.
//! Every request is kept, so that a test can look at what a model would have been told.

mod prompt;
mod protocol;
mod reply;
mod script;
mod server;

#[cfg(test)]
mod tests;

pub use crate::protocol::Protocol;
pub use crate::reply::{INVENTED_URL, LIES};
pub use crate::script::{RetryAfter, Script, UnknownScript};
pub use crate::server::{RecordedRequest, ScriptedModel, router};
