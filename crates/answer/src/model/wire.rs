//! What all adapters share: bounded reading, streams of events or lines, and what an error reply means.

use std::time::Duration;

use eventsource_stream::{EventStreamError, Eventsource};
use futures::{Stream, StreamExt, TryStreamExt, stream};
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, StatusCode, Url};
use serde::Deserialize;

use crate::model::{ChatChunk, ChatStream, Failure, ModelError};

/// Most bytes taken from one reply on the wire; a token costs about 250 bytes of JSON.
pub(super) const WIRE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Longest line of a stream, in bytes; a longer one is no token.
const LINE_BYTES_MAX: usize = 256 * 1024;
/// Most bytes of an error reply that are read for its message.
const ERROR_BYTES_MAX: usize = 16 * 1024;

/// The chunks of one event or line, or why it has none.
pub(super) type Parsed = Result<Vec<ChatChunk>, ModelError>;

/// How an adapter reads the data of its stream. It may remember what it has read.
pub(super) trait ReadEvents: Send + 'static {
    /// Reads the data of one event.
    fn read(&mut self, data: &str) -> Parsed;

    /// Called when the stream has ended in order; most protocols say before that they are done.
    fn at_end(&mut self) -> Vec<ChatChunk> {
        Vec::new()
    }
}

/// An address below the base address.
pub(super) fn below(base: &Url, segments: &[&str]) -> Result<Url, ModelError> {
    let mut url = base.clone();
    url.path_segments_mut()
        .map_err(|()| ModelError::new(Failure::WrongAddress, "the base address cannot have a path"))?
        .pop_if_empty()
        .extend(segments);
    Ok(url)
}

/// Sends a request; what comes back has a status of success.
pub(super) async fn send(request: RequestBuilder) -> Result<Response, ModelError> {
    let response = request.send().await.map_err(|error| transport(&error))?;
    if response.status().is_success() { Ok(response) } else { Err(refused(response).await) }
}

/// The chunks of an event stream.
pub(super) fn events(response: Response, reader: impl ReadEvents) -> ChatStream {
    let events = bounded(response.bytes_stream().map_err(|error| transport(&error))).eventsource();
    let data = events.map(|event| {
        event.map(|event| event.data).map_err(|error| match error {
            EventStreamError::Transport(error) => error,
            EventStreamError::Utf8(_) => ModelError::unusable("the reply is not UTF-8"),
            EventStreamError::Parser(_) => ModelError::unusable("the reply is not an event stream"),
        })
    });
    chunks(data, reader)
}

/// The chunks of a stream with one JSON value on each line.
pub(super) fn json_lines(response: Response, reader: impl ReadEvents) -> ChatStream {
    let bytes = bounded(response.bytes_stream().map_err(|error| transport(&error)));
    let ended = bytes.map(Some).chain(stream::iter([None]));
    let mut open = Vec::new();
    let lines = ended.map(move |piece| {
        let Some(piece) = piece else {
            let last = std::mem::take(&mut open);
            return if last.is_empty() { Vec::new() } else { vec![line(last)] };
        };
        let piece = match piece {
            Ok(piece) => piece,
            Err(error) => return vec![Err(error)],
        };
        let mut lines = Vec::new();
        for part in piece.as_ref().split_inclusive(|byte| *byte == b'\n') {
            open.extend_from_slice(part);
            if part.last() == Some(&b'\n') {
                lines.push(line(std::mem::take(&mut open)));
            }
        }
        lines
    });
    chunks(lines.flat_map(stream::iter), reader)
}

fn line(bytes: Vec<u8>) -> Result<String, ModelError> {
    String::from_utf8(bytes).map_err(|_| ModelError::unusable("the reply is not UTF-8"))
}

fn chunks(
    data: impl Stream<Item = Result<String, ModelError>> + Send + 'static,
    mut reader: impl ReadEvents,
) -> ChatStream {
    data.map(Some)
        .chain(stream::iter([None]))
        .map(move |data| {
            let read = match data {
                None => Ok(reader.at_end()),
                Some(Err(error)) => Err(error),
                Some(Ok(data)) if data.trim().is_empty() => Ok(Vec::new()),
                Some(Ok(data)) => reader.read(data.trim()),
            };
            match read {
                Ok(chunks) => chunks.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            }
        })
        .flat_map(stream::iter)
        .boxed()
}

/// Passes bytes on until a line or the whole is longer than any reply of tokens.
fn bounded<B: AsRef<[u8]>>(
    bytes: impl Stream<Item = Result<B, ModelError>>,
) -> impl Stream<Item = Result<B, ModelError>> {
    let mut total = 0;
    let mut line = 0;
    bytes.map(move |piece| {
        let piece = piece?;
        total += piece.as_ref().len();
        for part in piece.as_ref().split_inclusive(|byte| *byte == b'\n') {
            line += part.len();
            if line > LINE_BYTES_MAX {
                return Err(ModelError::unusable("a line of the reply is too long"));
            }
            if part.last() == Some(&b'\n') {
                line = 0;
            }
        }
        if total > WIRE_BYTES_MAX {
            return Err(ModelError::unusable("the reply is too long"));
        }
        Ok(piece)
    })
}

/// A whole body of at most so many bytes.
pub(super) async fn limited_body(response: Response, bytes_max: usize) -> Result<Vec<u8>, ModelError> {
    let mut body = Vec::new();
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.next().await {
        body.extend_from_slice(&piece.map_err(|error| transport(&error))?);
        if body.len() > bytes_max {
            return Err(ModelError::unusable("the reply is too long"));
        }
    }
    Ok(body)
}

/// That something else than a model answers here.
pub(super) fn wrong_content(response: &Response) -> ModelError {
    let kind = media_type(response.headers());
    let kind = if kind.is_empty() { "something without a content type" } else { &kind };
    ModelError::new(Failure::WrongAddress, format!("the address answers {kind}, not a language model's reply"))
}

pub(super) fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// What a reply with an error status means.
async fn refused(response: Response) -> ModelError {
    let status = response.status();
    let after = retry_after(response.headers());
    let is_json = media_type(response.headers()) == "application/json";
    let message = if is_json { error_message(response).await } else { None };
    let about = message.as_deref().unwrap_or_default().to_ascii_lowercase();
    let failure = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::PAYMENT_REQUIRED => Failure::KeyRefused,
        StatusCode::TOO_MANY_REQUESTS => Failure::OverLimit,
        // A path that nobody serves and a model that nobody has are the same status; only the words differ.
        StatusCode::NOT_FOUND if about.contains("model") => Failure::NoSuchModel,
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Failure::WrongAddress,
        status if status.is_redirection() => Failure::WrongAddress,
        StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT | StatusCode::TOO_EARLY => Failure::ProviderDown,
        status if status.is_server_error() => Failure::ProviderDown,
        StatusCode::BAD_REQUEST if about.contains("api key") => Failure::KeyRefused,
        StatusCode::BAD_REQUEST if is_about_unknown_model(&about) => Failure::NoSuchModel,
        _ => Failure::RequestRefused,
    };
    let error = ModelError::new(failure, format!("status {}", status.as_u16())).with_words(message.as_deref());
    ModelError { after, ..error }
}

fn is_about_unknown_model(about: &str) -> bool {
    about.contains("model")
        && ["not found", "does not exist", "not exist", "unknown", "invalid model", "no such"]
            .iter()
            .any(|words| about.contains(words))
}

/// The provider's own words about an error.
async fn error_message(response: Response) -> Option<String> {
    let body = limited_body(response, ERROR_BYTES_MAX).await.ok()?;
    words_of_error(&serde_json::from_slice(&body).ok()?)
}

/// The words in any of the forms in which providers put them.
pub(super) fn words_of_error(body: &serde_json::Value) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Words {
        Object { message: String },
        Text(String),
    }
    // Gemini answers a list of one where a stream was asked for.
    let body = body.get(0).unwrap_or(body);
    let said = body.get("error").or_else(|| body.get("detail")).or_else(|| body.get("message"))?;
    match serde_json::from_value(said.clone()).ok()? {
        Words::Object { message } | Words::Text(message) => Some(message),
    }
}

/// The wait a provider asks for, in milliseconds, in seconds, or until a date by the provider's own clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |name: &str| text(name)?.parse::<u32>().ok().map(u64::from);
    if let Some(milliseconds) = number("retry-after-ms") {
        return Some(Duration::from_millis(milliseconds));
    }
    if let Some(seconds) = number(RETRY_AFTER.as_str()) {
        return Some(Duration::from_secs(seconds));
    }
    let date = |name: &str| httpdate::parse_http_date(text(name)?).ok();
    let (until, now) = (date(RETRY_AFTER.as_str())?, date(DATE.as_str())?);
    Some(until.duration_since(now).unwrap_or_default())
}

pub(super) fn transport(error: &reqwest::Error) -> ModelError {
    if error.is_builder() {
        return ModelError::new(Failure::RequestRefused, "the request cannot be built from the settings");
    }
    let cause = if error.is_connect() {
        "no connection"
    } else if error.is_timeout() {
        "the connection timed out"
    } else {
        "the connection broke"
    };
    ModelError::new(Failure::Unreachable, cause)
}
