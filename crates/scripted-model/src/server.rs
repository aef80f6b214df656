//! The endpoints.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::post;
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::protocol::Protocol;
use crate::reply::text;
use crate::script::{RetryAfter, Script};

/// What the server's clock says when it names a date.
const NOW: Duration = Duration::from_secs(1_700_000_000);

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
    /// How it was spoken to.
    pub protocol: Protocol,
    /// The model named by the request.
    pub model: String,
    /// The system message.
    pub system: String,
    /// The last user message.
    pub user: String,
    /// Whether a stream was asked for.
    pub stream: bool,
    /// The version of the protocol that the request names.
    pub version: Option<String>,
    /// The whole body.
    pub body: String,
    /// The key, if any.
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

    /// The OpenAI-compatible address up to and including the version, as clients are configured with.
    pub fn base_url(&self) -> String {
        self.base_url_of(Protocol::OpenAi)
    }

    /// The address of a protocol, as clients are configured with.
    pub fn base_url_of(&self, protocol: Protocol) -> String {
        format!("http://{}{}", self.address, protocol.base_path())
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
    Router::new()
        .route(
            "/v1/chat/completions",
            post(async |state, headers, body| reply(Protocol::OpenAi, None, state, headers, body).await),
        )
        .route(
            "/v1/messages",
            post(async |state, headers, body| reply(Protocol::Anthropic, None, state, headers, body).await),
        )
        .route(
            "/api/chat",
            post(async |state, headers, body| reply(Protocol::Ollama, None, state, headers, body).await),
        )
        .route("/v1beta/models/{call}", post(generate))
        .with_state(shared)
}

async fn generate(Path(call): Path<String>, state: State<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    match call.rsplit_once(':') {
        Some((model, "streamGenerateContent")) => {
            reply(Protocol::Gemini, Some(model.to_owned()), state, headers, body).await
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn reply(
    protocol: Protocol,
    named: Option<String>,
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let Some(request) = protocol.request(named.as_deref(), &headers, body) else {
        return failure(protocol, StatusCode::BAD_REQUEST, "the body is no request of this protocol");
    };
    let earlier = {
        let mut requests = shared.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.push(request.clone());
        requests.len() - 1
    };
    let named = request.model.parse().ok();
    let script = named.unwrap_or_else(|| shared.script.lock().unwrap_or_else(PoisonError::into_inner).clone());
    match script {
        Script::RateLimited { once: true, .. } if earlier > 0 => answer(&Script::Grounded, &request).await,
        Script::FailsTimes { status, times } if earlier < times => answer(&Script::Fails { status }, &request).await,
        script => answer(&script, &request).await,
    }
}

async fn answer(script: &Script, request: &RecordedRequest) -> Response {
    let protocol = request.protocol;
    match script {
        Script::Hangs => std::future::pending().await,
        Script::Fails { status } => failure(
            protocol,
            StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            "scripted failure",
        ),
        Script::FailsSaying { status, words } => {
            failure(protocol, StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), words)
        }
        Script::RateLimited { after, .. } => {
            let mut response = failure(protocol, StatusCode::TOO_MANY_REQUESTS, "scripted rate limit");
            match after {
                RetryAfter::Seconds(seconds) => {
                    response.headers_mut().insert(header::RETRY_AFTER, (*seconds).into());
                }
                RetryAfter::Date(seconds) => {
                    let until = NOW + Duration::from_secs(u64::from(*seconds));
                    response.headers_mut().insert(header::DATE, date(NOW));
                    response.headers_mut().insert(header::RETRY_AFTER, date(until));
                }
            }
            response
        }
        Script::HtmlPage => {
            let page = "<!doctype html><title>Bad gateway</title><h1>502</h1><script>alert(1)</script>";
            ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
        }
        _ if !request.stream || *script == Script::IgnoresStreaming => {
            Json(protocol.whole(request, &text(script, request))).into_response()
        }
        _ => ([(header::CONTENT_TYPE, protocol.content_type())], Body::from_stream(events(script, request)))
            .into_response(),
    }
}

fn date(since_epoch: Duration) -> HeaderValue {
    let text = httpdate::fmt_http_date(UNIX_EPOCH + since_epoch);
    HeaderValue::from_str(&text).expect("a date is plain ASCII")
}

fn failure(protocol: Protocol, status: StatusCode, message: &str) -> Response {
    (status, Json(protocol.error_body(message))).into_response()
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
    let protocol = request.protocol;
    let text = text(script, request);
    let counts = *script != Script::CountsNothing;
    let send = |text: String| Step::Send(text.into_bytes());
    let opening = protocol.opening(request, counts);
    let closing = || protocol.closing(request, &text, counts);
    let half = text.floor_char_boundary(text.len() / 2);
    let begun = || format!("{opening}{}", protocol.event(&text[..half]));
    let steps = match script {
        Script::Slow { pieces, pause } => paced(protocol, &opening, split(&text, *pieces), *pause, closing()),
        Script::Drip { pause } => {
            paced(protocol, &opening, text.chars().map(String::from).collect(), *pause, closing())
        }
        Script::CutInCharacter => {
            let mut bytes = format!("{}{}", begun(), protocol.event_start()).into_bytes();
            bytes.push(0xc3);
            vec![Step::Send(bytes), Step::Break]
        }
        Script::CutInJson => {
            let start = protocol.event_start();
            vec![send(format!("{}{}", begun(), &start[..start.len() - 9])), Step::Break]
        }
        Script::CutInEvent => {
            let whole = protocol.event(&text[half..]);
            vec![send(format!("{}{}", begun(), whole.trim_end())), Step::Break]
        }
        Script::EndsEarly => vec![send(begun())],
        Script::FailsMidway => vec![send(begun() + &protocol.error_event())],
        Script::Filtered => vec![send(opening.clone() + &protocol.filtered_event())],
        Script::Empty => Vec::new(),
        Script::WrongSchema => vec![send(protocol.wrong_schema())],
        Script::BadUtf8 => vec![Step::Send(protocol.bad_utf8())],
        Script::Stalls => return then_pending(vec![send(opening + &protocol.event("The"))]),
        Script::Silent => return forever(opening, protocol.keep_alive()),
        Script::NeverEnds => return forever(opening, protocol.event(&text)),
        _ => {
            let pieces: String = split(&text, 12).iter().map(|piece| protocol.event(piece)).collect();
            let again = if *script == Script::EndsTwice { closing() } else { String::new() };
            vec![send(format!("{opening}{pieces}{}{again}", closing()))]
        }
    };
    perform(steps)
}

fn paced(protocol: Protocol, opening: &str, pieces: Vec<String>, pause: Duration, closing: String) -> Vec<Step> {
    let mut steps = vec![Step::Send(opening.as_bytes().to_vec())];
    steps.extend(
        pieces.into_iter().flat_map(|piece| [Step::Wait(pause), Step::Send(protocol.event(&piece).into_bytes())]),
    );
    steps.push(Step::Send(closing.into_bytes()));
    steps
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
fn forever(opening: String, piece: String) -> std::pin::Pin<Box<dyn Stream<Item = Sent> + Send>> {
    let pieces = stream::repeat(piece).then(async |piece| {
        tokio::time::sleep(Duration::from_millis(1)).await;
        Ok::<_, Infallible>(Bytes::from(piece))
    });
    let opening = stream::iter([Ok(Bytes::from(opening))]);
    opening.chain(pieces).map(|sent| sent.map_err(|never| match never {})).boxed()
}
