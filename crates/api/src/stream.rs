//! What both kinds of streams share: frames, heartbeats, headers.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use serde::Serialize;

/// How often an idle stream says that it is alive. Proxies drop connections that are silent for longer.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(15);

/// Longest a poll may wait, seconds: shorter than what proxies allow.
pub(crate) const WAIT_SECONDS_MAX: u64 = 25;

/// Why a stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bye {
    /// The reader was too slow: come again with the cursor.
    Slow,
    /// The server is going down: come again with the cursor.
    Shutdown,
    /// Rights have changed: sign in, or come again.
    Revoked,
}

#[derive(Serialize)]
struct ByeFrame {
    reason: Bye,
}

/// An answer that goes on.
pub(crate) fn answer(frames: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    let mut response = Sse::new(frames).keep_alive(KeepAlive::new().interval(HEARTBEAT_EVERY)).into_response();
    let headers = response.headers_mut();
    // Without these, proxies gather a stream until it is long enough for their taste.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// A frame whose data has its JSON form already.
pub(crate) fn raw(name: &'static str, id: Option<u64>, json: &str) -> Event {
    let frame = Event::default().event(name).data(json);
    match id {
        Some(id) => frame.id(id.to_string()),
        None => frame,
    }
}

/// A frame.
pub(crate) fn frame(name: &'static str, id: Option<u64>, data: &impl Serialize) -> Event {
    let json = serde_json::to_string(data).expect("values with string keys always have a JSON form");
    raw(name, id, &json)
}

/// The last frame.
pub(crate) fn bye(reason: Bye) -> Event {
    frame("bye", None, &ByeFrame { reason })
}
