//! Plays the whole application in a test.
//!
//! [`TestApp`] is an installation on a throw-away folder: the real SQLite store, the real router called in memory, a clock that
//! stands still until it is told, and ids that repeat. Nothing runs on its own: [`TestApp::settle`] does what is due.
//! [`Member`] and [`Visitor`] are people; what they do goes through the public HTTP API.

mod app;
mod doubles;
mod people;
mod sse;

pub use crate::app::{Answer, SITE, TestApp, TestAppBuilder};
pub use crate::doubles::{CountedIds, FixedClock, NoWebFiles};
pub use crate::people::{Member, Visitor, client_id};
pub use crate::sse::{Frame, Stream};
