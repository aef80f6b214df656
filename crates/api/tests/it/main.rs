//! The whole application through its router, as browsers use it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod dashboard;
mod golden;
mod messages;
mod models;
mod scenarios;
mod sources;
mod story;
mod strangers;
mod streams;
mod team;
mod turns;
mod web_sources;
