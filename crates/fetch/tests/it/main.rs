//! The guard and the crawl against real servers on loopback.

#![expect(clippy::unwrap_used, reason = "a step that fails is a test that fails")]

mod crawling;
mod guard;
mod limits;
mod site;
