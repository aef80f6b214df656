//! Live fan-out inside one node: what was committed, and what is happening right now, to whoever watches.
//!
//! The log in the database is the truth and the only thing that a client needs; signals only make it fast.
//! A watcher that misses a signal (too slow, another node, a restart) reads the log from its cursor and is whole again.
//! So nothing here is ever awaited by a use case, nothing is stored, and every queue is bounded.
//!
//! The one promise made here is about words that are not in the log yet: a streamed piece of an AI message is dropped
//! once its conversation has a new owner, and while a change of owner is being committed (H7). See [`gate`].
//!
//! This crate must not know: databases, HTTP, use cases.

pub mod availability;
pub mod gate;
pub mod hub;
pub mod presence;
pub mod signal;

pub use availability::Availabilities;
pub use gate::{Muted, Passing};
pub use hub::{Hub, Lost, Subscription, Topic};
pub use presence::{Presences, Watching};
pub use signal::{Committed, Phase, Signal, Typist};
