//! Use cases: what Baton does, one function each.
//!
//! Each takes a [`Baton`] (store, hub, knowledge, model, clock, ids), does its work in one unit of work, and returns after the commit is on disk.
//! Decisions are made in `domain`; this crate loads what they need, stores what follows and tells who watches.
//!
//! - [`conversations`]: what visitors and members do in a thread, and the AI's turns.
//! - [`knowledge`]: sources, training, snapshots.
//! - [`golden`]: golden questions, trainings to go back to, calibration, what a threshold does.
//! - [`agents`]: settings, allowed sites, tickets.
//! - [`models`]: which language model writes for an agent, its key, its cost.
//! - [`team`]: set-up, sign-in, invitations, members, availability.
//! - [`background`]: everything that runs without being asked: turns, training, presence.
//!
//! This crate must not know: HTTP, SQL, the names of adapters.

pub mod agents;
pub mod background;
mod baton;
pub mod conversations;
mod error;
pub mod golden;
pub mod knowledge;
pub mod models;
mod reader;
mod running;
pub mod sealing;
pub mod system;
pub mod team;

pub use crate::baton::{Baton, Config, Parts};
pub use crate::error::AppError;
pub use crate::reader::{DocumentReader, PageAddress, ReadDocuments, ReadFailure, ReadRequest};
