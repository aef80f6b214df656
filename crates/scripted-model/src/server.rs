//! The endpoint.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::post;
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::reply::text;
use crate::script::Script;

/// A running server; dropping it stops it.
#[derive(Debug)]
pub struct ScriptedModel {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<io::Result<()>>,
}

/// One request as it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedRequest {
    /// The model named by the request.
    pub model: String,
    /// The system message.
    pub system: String,
    /// The last user message.
    pub user: String,
    /// Whether a stream was asked for.
    pub stream: bool,
    /// The whole body.
    pub body: String,
    /// The bearer token, if any.
    pub token: Option<String>,
}

#[derive(Debug)]
struct Shared {
    script: Mutex<Script>,
    requests: Mutex<Vec<RecordedRequest>>,
}

impl ScriptedModel {
    /// Starts a server on a free port of the loopback interface.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(script: Script) -> io::Result<Self> {
        Self::listen(TcpListener::bind("127.0.0.1:0").await?, script)
    }

    /// Serves on a listener.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn listen(listener: TcpListener, script: Script) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { script: Mutex::new(script), requests: Mutex::new(Vec::new()) });
        let routes = routes(shared.clone());
        #[expect(clippy::disallowed_methods, reason = "the server owns its one task and ends it when dropped")]
        let task = tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { address, shared, task })
    }

    /// The address up to and including the version, as clients are configured with.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes what it does from the next request on.
    pub fn set_script(&self, script: Script) {
        *self.shared.script.lock().unwrap_or_else(PoisonError::into_inner) = script;
    }

    /// The requests so far, oldest first.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Serves until the listener fails.
    ///
    /// # Errors
    /// What ended the service.
    pub async fn serve(mut self) -> io::Result<()> {
        (&mut self.task).await.map_err(io::Error::other)?
    }
}

impl Drop for ScriptedModel {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The routes alone, to be mounted in another server.
pub fn router(script: Script) -> Router {
    routes(Arc::new(Shared { script: Mutex::new(script), requests: Mutex::new(Vec::new()) }))
}

fn routes(shared: Arc<Shared>) -> Router {
    Router::new().route("/v1/chat/completions", post(complete)).with_state(shared)
}

#[derive(Deserialize)]
struct WireRequest {
    model: String,
    messages: Vec<WireMessage>,
    #[serde(default)]
    stream: bool,
}

#[derive(Deserialize)]
struct WireMessage {
    role: String,
    content: String,
}

async fn complete(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    let Ok(wire) = serde_json::from_str::<WireRequest>(&body) else {
        return failure(StatusCode::BAD_REQUEST, "the body is no chat completion request");
    };
    let message = |role: &str| wire.messages.iter().rev().find(|message| message.role == role);
    let content = |role: &str| message(role).map(|message| message.content.clone()).unwrap_or_default();
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let request = RecordedRequest {
        system: content("system"),
        user: content("user"),
        stream: wire.stream,
        token: token.map(|token| token.trim_start_matches("Bearer ").to_owned()),
        model: wire.model,
        body,
    };
    let earlier = {
        let mut requests = shared.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.push(request.clone());
        requests.len() - 1
    };
    let named = request.model.parse().ok();
    let script = named.unwrap_or_else(|| shared.script.lock().unwrap_or_else(PoisonError::into_inner).clone());
    match script {
        Script::RateLimited { once: true, .. } if earlier > 0 => answer(&Script::Grounded, &request),
        script => answer(&script, &request),
    }
}

fn answer(script: &Script, request: &RecordedRequest) -> Response {
    match script {
        Script::Fails { status } => {
            failure(StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), "scripted failure")
        }
        Script::RateLimited { after_seconds, .. } => {
            let mut response = failure(StatusCode::TOO_MANY_REQUESTS, "scripted rate limit");
            response.headers_mut().insert(header::RETRY_AFTER, (*after_seconds).into());
            response
        }
        Script::HtmlPage => {
            let page = "<!doctype html><title>Bad gateway</title><h1>502</h1><script>alert(1)</script>";
            ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
        }
        _ if !request.stream || *script == Script::IgnoresStreaming => whole(&text(script, request), request),
        _ => {
            ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(events(script, request))).into_response()
        }
    }
}

fn failure(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "error": { "message": message, "type": "scripted" } }))).into_response()
}

fn whole(text: &str, request: &RecordedRequest) -> Response {
    Json(json!({
        "id": "scripted", "object": "chat.completion", "model": request.model,
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }],
        "usage": usage(request, text),
    }))
    .into_response()
}

fn usage(request: &RecordedRequest, text: &str) -> serde_json::Value {
    let (read, written) = ((request.system.len() + request.user.len()) / 4, text.len() / 4);
    json!({ "prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written })
}

fn event(text: &str) -> String {
    let delta = json!({ "index": 0, "delta": { "content": text }, "finish_reason": null });
    format!("data: {}\n\n", json!({ "id": "scripted", "object": "chat.completion.chunk", "choices": [delta] }))
}

fn closing(request: &RecordedRequest, text: &str) -> String {
    let stop = json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] });
    let usage = json!({ "choices": [], "usage": usage(request, text) });
    format!("data: {stop}\n\ndata: {usage}\n\ndata: [DONE]\n\n")
}

/// What goes over the wire, and when.
enum Step {
    Send(Vec<u8>),
    Wait(Duration),
    /// The connection breaks here.
    Break,
}

type Sent = Result<Bytes, io::Error>;

fn events(script: &Script, request: &RecordedRequest) -> std::pin::Pin<Box<dyn Stream<Item = Sent> + Send>> {
    let text = text(script, request);
    let send = |text: String| Step::Send(text.into_bytes());
    let half = text.floor_char_boundary(text.len() / 2);
    let steps = match script {
        Script::Slow { pieces, pause } => {
            let mut steps = paced(split(&text, *pieces), *pause);
            steps.push(send(closing(request, &text)));
            steps
        }
        Script::Drip { pause } => {
            let mut steps = paced(text.chars().map(String::from).collect(), *pause);
            steps.push(send(closing(request, &text)));
            steps
        }
        Script::CutInCharacter => {
            let mut bytes =
                format!("{}data: {{\"choices\":[{{\"delta\":{{\"content\":\"caf", event(&text[..half])).into_bytes();
            bytes.push(0xc3);
            vec![Step::Send(bytes), Step::Break]
        }
        Script::CutInJson => vec![send(format!("{}data: {{\"choices\":[{{\"del", event(&text[..half]))), Step::Break],
        Script::EndsEarly => vec![send(event(&text[..half]))],
        Script::Empty => Vec::new(),
        Script::WrongSchema => vec![send("data: {\"answer\": 42}\n\ndata: [DONE]\n\n".to_owned())],
        Script::BadUtf8 => vec![Step::Send(b"data: \xff\xfe\xfd\n\n".to_vec())],
        Script::Stalls => return then_pending(vec![send(event("The"))]),
        Script::Silent => return forever(format!(": keep-alive\n\n{}", event(""))),
        Script::NeverEnds => return forever(event(&text)),
        _ => {
            vec![send(split(&text, 12).iter().map(|piece| event(piece)).collect::<String>() + &closing(request, &text))]
        }
    };
    perform(steps)
}

fn paced(pieces: Vec<String>, pause: Duration) -> Vec<Step> {
    pieces.into_iter().flat_map(|piece| [Step::Wait(pause), Step::Send(event(&piece).into_bytes())]).collect()
}

/// Cuts a text into about equal pieces on character boundaries.
fn split(text: &str, pieces: usize) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(letters.len().div_ceil(pieces).max(1)).map(|piece| piece.iter().collect()).collect()
}

fn perform(steps: Vec<Step>) -> std::pin::Pin<Box<dyn Stream<Item = Sent> + Send>> {
    stream::iter(steps)
        .filter_map(async |step| match step {
            Step::Send(bytes) => Some(Ok(Bytes::from(bytes))),
            Step::Break => Some(Err(io::Error::other("scripted break"))),
            Step::Wait(pause) => {
                tokio::time::sleep(pause).await;
                None
            }
        })
        .boxed()
}

fn then_pending(steps: Vec<Step>) -> std::pin::Pin<Box<dyn Stream<Item = Sent> + Send>> {
    perform(steps).chain(stream::pending()).boxed()
}

/// The same piece every millisecond.
fn forever(piece: String) -> std::pin::Pin<Box<dyn Stream<Item = Sent> + Send>> {
    stream::repeat(piece)
        .then(async |piece| {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok::<_, Infallible>(Bytes::from(piece))
        })
        .map(|sent| sent.map_err(|never| match never {}))
        .boxed()
}
