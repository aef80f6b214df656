//! A chat completions server that does what a script says, for tests and demonstrations without a language model.
//!
//! It speaks the OpenAI-compatible protocol, streaming and not, and behaves by a [`Script`]: well, slowly, wrongly or
//! maliciously. A script can be set for the server or named by the request's model (`"slow:40:5ms"`), so that one server
//! serves many tests. It does nothing at random and waits only where its script says so.
//! Every request is kept, so that a test can look at what a model would have been told.

mod prompt;
mod reply;
mod script;
mod server;

#[cfg(test)]
mod tests;

pub use crate::reply::{INVENTED_URL, LIES};
pub use crate::script::{Script, UnknownScript};
pub use crate::server::{RecordedRequest, ScriptedModel, router};
