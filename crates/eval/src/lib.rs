//! How good the answers are, on questions whose answers are known.
//!
//! [`docs_qa`] asks knowledge bases their questions and says for each which documents were found, how sure the answer is, and
//! whether Baton would answer; [`intent`] says of messages whether they ask for a person.
//! [`metrics`] turns that into figures, [`report`] into a page to read.
//! Everything goes through the code that serves visitors: what is measured is what they get.
//!
//! This crate must not know: the database, HTTP, conversations.

mod cache;
pub mod docs_qa;
mod error;
pub mod intent;
pub mod metrics;
pub mod report;

pub use crate::cache::Cached;
pub use crate::error::EvalError;
