use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use baton_scripted_model::{Script, ScriptedModel};
use futures::{StreamExt, stream};

use crate::model::{
    ChatChunk, ChatModel, ChatRequest, ChatStream, Deadlines, ModelError, OpenAiCompatible, OpenAiSettings,
    TokenLimitField, Usage, read,
};

fn request() -> ChatRequest {
    ChatRequest { system: "rules".to_owned(), user: "data".to_owned(), output_tokens_max: 100 }
}

fn adapter(base_url: &str) -> OpenAiCompatible {
    // Another test of this process may have installed it already; either way it is there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().build().expect("a client");
    let settings = OpenAiSettings {
        base_url: base_url.parse().expect("an address"),
        api_key: Some("secret-key".to_owned()),
        model: "test-model".to_owned(),
        temperature: Some(0.0),
        token_limit_field: TokenLimitField::MaxTokens,
    };
    OpenAiCompatible::new(client, settings)
}

fn brief() -> Deadlines {
    Deadlines { first_text_ms: 400, between_texts_ms: 150, total_ms: 900 }
}

/// The whole reply, or how it failed.
async fn reply(model: &dyn ChatModel, deadlines: Deadlines) -> Result<(String, Option<Usage>), ModelError> {
    let mut reading = read(model, request(), deadlines).await?;
    let (mut text, mut usage) = (String::new(), None);
    while let Some(chunk) = reading.next().await? {
        match chunk {
            ChatChunk::Text(piece) => text.push_str(&piece),
            ChatChunk::Usage(reported) => usage = Some(reported),
            ChatChunk::End => {}
        }
    }
    Ok((text, usage))
}

async fn scripted(script: Script) -> Result<(String, Option<Usage>), ModelError> {
    let server = ScriptedModel::start(script).await.expect("a port");
    reply(&adapter(&server.base_url()), brief()).await
}

fn says(words: &str) -> Script {
    Script::Says(words.to_owned())
}

#[tokio::test]
async fn a_reply_comes_whole_with_its_usage_streamed_or_not() {
    let expected = Ok(("Grüße, 世界! 👋".to_owned(), Some(Usage { input_tokens: 2, output_tokens: 5 })));
    assert_eq!(scripted(says("Grüße, 世界! 👋")).await, expected);
    let server = ScriptedModel::start(Script::IgnoresStreaming).await.expect("a port");
    let (text, usage) = reply(&adapter(&server.base_url()), brief()).await.expect("a reply");
    assert_eq!((text.as_str(), usage.is_some()), ("NOT_IN_PASSAGES", true));
}

#[tokio::test]
async fn the_request_is_what_compatible_servers_expect() {
    let server = ScriptedModel::start(says("ok")).await.expect("a port");
    reply(&adapter(&server.base_url()), brief()).await.expect("a reply");
    let requests = server.requests();
    let body: serde_json::Value = serde_json::from_str(&requests[0].body).expect("JSON");
    assert_eq!(
        body,
        serde_json::json!({
            "model": "test-model",
            "messages": [{ "role": "system", "content": "rules" }, { "role": "user", "content": "data" }],
            "stream": true, "stream_options": { "include_usage": true }, "max_tokens": 100, "temperature": 0.0,
        })
    );
    assert_eq!(requests[0].token.as_deref(), Some("secret-key"));
    assert!(!format!("{:?}", adapter(&server.base_url())).contains("secret-key"));
}

#[tokio::test]
async fn i10_each_failure_says_what_to_do_next() {
    let cause = |cause: &str| cause.to_owned();
    let cases = [
        (
            Script::Fails { status: 500 },
            ModelError::Retry { after: None, cause: cause("status 500: scripted failure") },
        ),
        (
            Script::Fails { status: 503 },
            ModelError::Retry { after: None, cause: cause("status 503: scripted failure") },
        ),
        (Script::Fails { status: 401 }, ModelError::Misconfigured { cause: cause("status 401: scripted failure") }),
        (Script::Fails { status: 404 }, ModelError::Misconfigured { cause: cause("status 404: scripted failure") }),
        (Script::Fails { status: 413 }, ModelError::GiveUp { cause: cause("status 413: scripted failure") }),
        (
            Script::RateLimited { after_seconds: 60, once: false },
            ModelError::Retry { after: Some(Duration::from_secs(60)), cause: cause("status 429: scripted rate limit") },
        ),
        (
            Script::HtmlPage,
            ModelError::Misconfigured { cause: cause("the address answers text/html, not chat completions") },
        ),
        (Script::WrongSchema, ModelError::GiveUp { cause: cause("an event of the reply is no chat completion") }),
        (Script::HugeToken { bytes: 100_000 }, ModelError::GiveUp { cause: cause("the reply is too long") }),
        (Script::NeverEnds, ModelError::Retry { after: None, cause: cause("no text before the deadline") }),
        (Script::Stalls, ModelError::Retry { after: None, cause: cause("no text before the deadline") }),
        (Script::Silent, ModelError::Retry { after: None, cause: cause("no text before the deadline") }),
        (Script::EndsEarly, ModelError::GiveUp { cause: cause("the reply was cut off") }),
        (Script::Empty, ModelError::GiveUp { cause: cause("the reply was cut off") }),
        (Script::CutInJson, ModelError::Retry { after: None, cause: cause("the connection broke") }),
        (Script::CutInCharacter, ModelError::Retry { after: None, cause: cause("the connection broke") }),
        (Script::BadUtf8, ModelError::GiveUp { cause: cause("the reply is not UTF-8") }),
    ];
    for (script, expected) in cases {
        assert_eq!(scripted(script.clone()).await, Err(expected), "{script:?}");
    }
}

#[tokio::test]
async fn i10_a_token_of_ten_megabytes_is_not_held() {
    let server = ScriptedModel::start(Script::HugeToken { bytes: 10_000_000 }).await.expect("a port");
    let patient = Deadlines { first_text_ms: 20_000, between_texts_ms: 20_000, total_ms: 20_000 };
    assert_eq!(
        reply(&adapter(&server.base_url()), patient).await,
        Err(ModelError::GiveUp { cause: "a line of the reply is too long".to_owned() })
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_worth_a_retry() {
    let gone = ScriptedModel::start(Script::Empty).await.expect("a port").base_url();
    assert_eq!(
        reply(&adapter(&gone), brief()).await,
        Err(ModelError::Retry { after: None, cause: "no connection".to_owned() })
    );
}

#[tokio::test]
async fn a_short_wait_that_the_provider_asks_for_is_waited_once() {
    let server = ScriptedModel::start(Script::RateLimited { after_seconds: 0, once: true }).await.expect("a port");
    assert!(reply(&adapter(&server.base_url()), brief()).await.is_ok());
    assert_eq!(server.requests().len(), 2);
    server.set_script(Script::RateLimited { after_seconds: 0, once: false });
    assert!(reply(&adapter(&server.base_url()), brief()).await.is_err());
    assert_eq!(server.requests().len(), 4, "asked again once, not for ever");
}

/// A model in this process whose pieces come at given times.
#[derive(Debug)]
struct Timed {
    connect: Duration,
    pieces: Vec<(Duration, ChatChunk)>,
}

#[async_trait]
impl ChatModel for Timed {
    fn name(&self) -> &str {
        "timed"
    }

    async fn stream(&self, _request: ChatRequest) -> Result<ChatStream, ModelError> {
        tokio::time::sleep(self.connect).await;
        let pieces = self.pieces.clone();
        Ok(stream::iter(pieces)
            .then(async |(pause, chunk)| {
                tokio::time::sleep(pause).await;
                Ok(chunk)
            })
            .boxed())
    }
}

#[tokio::test(start_paused = true)]
async fn deadlines_bound_the_first_text_the_gaps_and_the_whole() {
    let text = |pause_ms: u64| (Duration::from_millis(pause_ms), ChatChunk::Text("a".to_owned()));
    let end = (Duration::ZERO, ChatChunk::End);
    let deadlines = Deadlines { first_text_ms: 10_000, between_texts_ms: 8_000, total_ms: 30_000 };
    let run = async |connect_ms: u64, pieces: Vec<(Duration, ChatChunk)>| {
        let started = tokio::time::Instant::now();
        let model: Arc<dyn ChatModel> = Arc::new(Timed { connect: Duration::from_millis(connect_ms), pieces });
        let answered = reply(model.as_ref(), deadlines).await.is_ok();
        (answered, started.elapsed().as_millis())
    };
    assert_eq!(run(9_000, vec![text(900), end.clone()]).await, (true, 9_900));
    assert!(!run(10_500, vec![text(0), end.clone()]).await.0);
    assert!(!run(9_000, vec![text(2_000), end.clone()]).await.0, "connecting counts");
    assert_eq!(run(0, vec![text(0), text(8_500), end.clone()]).await, (false, 8_000));
    let drip = (0..20).map(|_| text(5_000)).chain([end.clone()]).collect();
    assert_eq!(run(0, drip).await, (false, 30_000), "a steady drip still ends");
    let empty = (0..100).map(|_| (Duration::from_millis(500), ChatChunk::Text(String::new()))).chain([end]).collect();
    assert!(!run(0, empty).await.0, "empty pieces buy no time");
}
