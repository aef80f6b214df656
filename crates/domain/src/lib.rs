//! What Baton decides, as pure functions over values.
//!
//! A conversation is an append-only log of events with one owner at a time.
//! [`conversation::decide`] says which events follow from a state and a command, [`conversation::Conversation::apply`] folds them in.
//! [`policy`] says when a person is needed, [`availability`] whether one is there.
//!
//! This crate must not know: async, clocks, randomness, databases, HTTP, files.
//! Time and fresh ids come in as values, so that production, property tests, the model checker and replay run the same code.

pub mod agent;
pub mod availability;
pub mod conversation;
pub mod golden;
pub mod ids;
pub mod model;
pub mod policy;
pub mod source;
pub mod team;
pub mod text;
pub mod time;
pub mod turn;
