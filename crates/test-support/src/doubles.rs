//! A clock, ids and files for tests.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use baton_api::WebFiles;
use baton_api::pages::WebFile;
use baton_domain::ids::IdSource;
use baton_domain::time::{Clock, Timestamp};
use uuid::Uuid;

/// A clock that stands still until it is told.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl Default for FixedClock {
    /// Some day in 2026.
    fn default() -> Self {
        Self(AtomicI64::new(1_790_000_000_000))
    }
}

impl FixedClock {
    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).expect("tests wait for less than an age"), Ordering::SeqCst);
    }

    /// Sets the clock, also back.
    pub fn set(&self, to: Timestamp) {
        self.0.store(to.0, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// Ids that count up: ordered in time, and the same in every run.
#[derive(Debug, Default)]
pub struct CountedIds(AtomicU64);

impl CountedIds {
    /// Ids from a number on, so that a restarted installation makes no id twice.
    #[must_use]
    pub fn from(number: u64) -> Self {
        Self(AtomicU64::new(number))
    }
}

impl IdSource for CountedIds {
    fn next(&self) -> Uuid {
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | u128::from(number))
    }
}

/// Front ends of a few bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoWebFiles;

impl WebFiles for NoWebFiles {
    fn get(&self, path: &str) -> Option<WebFile> {
        let (bytes, mime) = match path {
            "widget/widget.js" => ("/* loader */", "text/javascript; charset=utf-8"),
            "widget/frame.html" => ("<!doctype html><title>chat</title>", "text/html; charset=utf-8"),
            "dashboard/index.html" => ("<!doctype html><title>Baton</title>", "text/html; charset=utf-8"),
            _ => return None,
        };
        Some(WebFile { bytes: bytes.as_bytes().into(), mime: mime.to_owned(), etag: "test".to_owned() })
    }
}
