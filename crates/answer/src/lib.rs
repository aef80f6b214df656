//! A question in context to a cited answer or an abstention.
//!
//! The way of a question: [`intent`] says whether it is small talk or a request for a person, [`question`] puts it into its
//! context, [`evidence`] finds what the documents say, [`extractive`] chooses the sentences that answer, [`confidence`]
//! says how sure that is, a [`model`] may write the answer from the passages by the [`prompt`], its [`reply`] is read as data, the
//! [`gate`] lets only supported sentences through, and [`respond()`] is the whole turn.
//!
//! The crate knows no HTTP server, no database and no clock; randomness comes in as an argument.
//! One more language model is one more implementation of [`model::ChatModel`].

pub mod citation;
pub mod confidence;
pub mod evidence;
pub mod extractive;
pub mod gate;
pub mod intent;
pub mod model;
pub mod prompt;
pub mod question;
pub mod reply;
pub mod respond;

pub use crate::citation::Citation;
pub use crate::confidence::{DEFAULT_THRESHOLD, Features};
pub use crate::model::{ChatModel, Deadlines, Endpoint, Failure, ModelError, OpenAiCompatible, Protocol, Usage};
pub use crate::question::{Question, Turn, Who};
pub use crate::respond::{
    AnswerContext, AnswerSettings, Considered, Origin, Outcome, Progress, Related, Response, respond,
};
