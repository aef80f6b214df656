//! The whole application through its router, as browsers use it.

mod dashboard;
mod messages;
mod sources;
mod story;
mod streams;
mod strangers;
mod team;
mod turns;
