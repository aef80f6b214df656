//! Reading a stream frame by frame.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use futures::StreamExt as _;
use serde_json::Value;

/// Longest a test waits for a frame. Reached only when a test fails.
const WAIT_MAX: Duration = Duration::from_secs(20);

/// One frame of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Its name.
    pub event: String,
    /// Its id.
    pub id: Option<u64>,
    /// Its data.
    pub data: Value,
}

/// An open stream.
#[derive(Debug)]
pub struct Stream {
    body: BodyDataStream,
    text: String,
}

impl Stream {
    pub(crate) fn new(body: Body) -> Self {
        Self { body: body.into_data_stream(), text: String::new() }
    }

    /// The next frame; `None` when the stream has ended.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let block: String = self.text.drain(..end + 2).collect();
                if let Some(frame) = parse(&block) {
                    return Some(frame);
                }
                continue;
            }
            let piece = tokio::time::timeout(WAIT_MAX, self.body.next()).await.expect("a frame comes in time")?;
            self.text.push_str(std::str::from_utf8(&piece.ok()?).expect("frames are UTF-8"));
        }
    }

    /// The next frame with this name; others before it are passed over.
    pub async fn next_named(&mut self, event: &str) -> Frame {
        loop {
            let frame = self.next().await.expect("the stream goes on");
            if frame.event == event {
                return frame;
            }
        }
    }
}

/// Comments are heartbeats and no frames.
fn parse(block: &str) -> Option<Frame> {
    let (mut event, mut id, mut data) = (String::new(), None, None);
    for line in block.lines() {
        match line.split_once(": ").or_else(|| line.split_once(':')) {
            Some(("event", name)) => event = name.to_owned(),
            Some(("id", number)) => id = number.parse().ok(),
            Some(("data", json)) => data = serde_json::from_str(json).ok(),
            _ => {}
        }
    }
    data.map(|data| Frame { event, id, data })
}
