//! A language model that writes one and the same answer, piece by piece, over a given time.
//!
//! What the races need of a model is its pace: enough pieces over enough time that a takeover can fall between two of them.
//! The words are the guide's own, so the gate releases each sentence as soon as it is complete.

use std::convert::Infallible;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::serve::ListenerExt as _;
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Pieces of an answer.
const PIECES: usize = 40;

/// A running model; dropping it stops it.
#[derive(Debug)]
pub(crate) struct Model {
    address: SocketAddr,
    /// The server. Ends with the set.
    _tasks: JoinSet<std::io::Result<()>>,
}

/// What it writes, and how fast.
#[derive(Debug)]
struct Manner {
    pieces: Vec<Bytes>,
    pause: Duration,
}

impl Model {
    /// Starts a model on a free port that takes `length` for each answer.
    ///
    /// # Errors
    /// If no port can be had.
    pub(crate) async fn start(answer: &str, length: Duration) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        // Otherwise the second piece waits for an acknowledgement that the client delays.
        let listener = listener.tap_io(|connection| {
            let _ = connection.set_nodelay(true);
        });
        let pieces = split(answer, PIECES);
        let pause = length / u32::try_from(pieces.len()).unwrap_or(u32::MAX);
        let manner = Arc::new(Manner { pieces: pieces.iter().map(|piece| event(piece)).collect(), pause });
        let routes = Router::new().route("/v1/chat/completions", post(complete)).with_state(manner);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { address, _tasks: tasks })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The environment in which a server uses this model.
    pub(crate) fn environment(&self) -> Vec<(String, OsString)> {
        vec![
            ("BATON_MODEL__BASE_URL".to_owned(), format!("http://{}/v1", self.address).into()),
            ("BATON_MODEL__NAME".to_owned(), "paced".into()),
            ("BATON_MODEL__API_KEY".to_owned(), "none".into()),
        ]
    }
}

async fn complete(State(manner): State<Arc<Manner>>) -> Response {
    let began = Instant::now();
    let pieces = stream::iter(0..manner.pieces.len()).then(move |number| {
        let (piece, pause) = (manner.pieces[number].clone(), manner.pause);
        async move {
            // From the beginning, not from the last piece, so that coarse timers do not add up.
            tokio::time::sleep_until(began + pause * u32::try_from(number + 1).unwrap_or(u32::MAX)).await;
            Ok::<_, Infallible>(piece)
        }
    });
    let end = stream::iter([Ok(Bytes::from_static(
        b"data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
    ))]);
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(pieces.chain(end))).into_response()
}

fn event(text: &str) -> Bytes {
    let delta = json!({ "choices": [{ "index": 0, "delta": { "content": text }, "finish_reason": null }] });
    Bytes::from(format!("data: {delta}\n\n"))
}

/// Cuts a text into at most so many pieces of about the same length, between characters.
fn split(text: &str, pieces: usize) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(letters.len().div_ceil(pieces).max(1)).map(|piece| piece.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Connection, request};
    use crate::identity::Identity;

    #[test]
    fn pieces_are_the_text() {
        let pieces = split("Grüße aus Köln", 5);
        assert_eq!(pieces.len(), 5);
        assert_eq!(pieces.concat(), "Grüße aus Köln");
        assert_eq!(split("", 5), [""; 0]);
    }

    #[tokio::test]
    async fn an_answer_takes_its_time_and_is_whole() {
        let length = Duration::from_millis(80);
        let model = Model::start("one two three", length).await.unwrap();
        let began = Instant::now();
        let mut connection = Connection::open(model.address).await.unwrap();
        let ask = request("POST", "/v1/chat/completions", &Identity::nobody(), Some(b"{}"));
        let body = connection.exchange(&ask, Duration::from_secs(10)).await.unwrap().accepted().unwrap().body;
        assert!(began.elapsed() >= length);
        let text = String::from_utf8(body).unwrap();
        let said: String = text
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line.strip_prefix("data: ")?).ok())
            .filter_map(|event| event["choices"][0]["delta"]["content"].as_str().map(str::to_owned))
            .collect();
        assert_eq!(said, "one two three");
        assert!(text.ends_with("data: [DONE]\n\n"));
    }
}
