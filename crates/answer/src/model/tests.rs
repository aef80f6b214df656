use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use baton_scripted_model::{Protocol as Spoken, RetryAfter, Script, ScriptedModel};
use futures::future::join_all;
use futures::{StreamExt, stream};
use serde_json::json;

use crate::model::circuit::FAILURES_MAX;
use crate::model::{
    ChatChunk, ChatModel, ChatRequest, ChatStream, Deadlines, Endpoint, Failure, Guarded, ModelError, Protocol,
    SharedCircuit, Usage, check, read,
};

const PROTOCOLS: [(Protocol, Spoken); 4] = [
    (Protocol::OpenAi, Spoken::OpenAi),
    (Protocol::Anthropic, Spoken::Anthropic),
    (Protocol::Gemini, Spoken::Gemini),
    (Protocol::Ollama, Spoken::Ollama),
];

fn request() -> ChatRequest {
    ChatRequest { system: "rules".to_owned(), user: "data".to_owned(), output_tokens_max: 100 }
}

fn endpoint(protocol: Protocol, base_url: &str) -> Endpoint {
    Endpoint {
        protocol,
        base_url: base_url.parse().expect("an address"),
        api_key: Some("secret-key".to_owned()),
        model: "test-model".to_owned(),
        temperature: Some(0.5),
    }
}

fn adapter(protocol: Protocol, base_url: &str) -> Arc<dyn ChatModel> {
    // Another test of this process may have installed it already; either way it is there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    endpoint(protocol, base_url).model(reqwest::Client::builder().build().expect("a client"))
}

/// For what is to run into a deadline.
fn brief() -> Deadlines {
    Deadlines { first_text_ms: 1_000, between_texts_ms: 400, total_ms: 1_500 }
}

/// For what is not, however busy the machine is.
fn patient() -> Deadlines {
    Deadlines { first_text_ms: 20_000, between_texts_ms: 20_000, total_ms: 20_000 }
}

type Replied = Result<(String, Option<Usage>), ModelError>;

/// The whole reply, or how it failed.
async fn reply(model: &dyn ChatModel, deadlines: Deadlines) -> Replied {
    let mut reading = read(model, request(), deadlines, &|_| 0.0).await?;
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

/// What a script comes to in each protocol.
async fn scripted(script: &Script, deadlines: Deadlines) -> Vec<(Protocol, Replied)> {
    let replies = PROTOCOLS.map(|(protocol, spoken)| async move {
        let server = ScriptedModel::start(script.clone()).await.expect("a port");
        (protocol, reply(adapter(protocol, &server.base_url_of(spoken)).as_ref(), deadlines).await)
    });
    join_all(replies).await
}

fn says(words: &str) -> Script {
    Script::Says(words.to_owned())
}

fn failed(failure: Failure, cause: &str) -> ModelError {
    ModelError::new(failure, cause)
}

#[tokio::test]
async fn a_reply_comes_whole_with_its_usage() {
    for script in [says("Grüße, 世界! 👋"), Script::EndsTwice] {
        for (protocol, replied) in scripted(&script, patient()).await {
            let (text, usage) = replied.expect("a reply");
            let expected = if script == Script::EndsTwice { "{\"refuse\":true}" } else { "Grüße, 世界! 👋" };
            assert_eq!(text, expected, "{protocol:?}");
            let tokens = u32::try_from(text.len() / 4).expect("short");
            assert_eq!(usage, Some(Usage::reported(2, tokens)), "{protocol:?} {script:?}");
        }
    }
}

#[tokio::test]
async fn a_provider_that_counts_nothing_reports_no_usage() {
    for (protocol, replied) in scripted(&Script::CountsNothing, patient()).await {
        assert_eq!(replied, Ok(("{\"refuse\":true}".to_owned(), None)), "{protocol:?}");
    }
}

#[tokio::test]
async fn a_reply_that_is_not_streamed_is_taken_where_the_protocol_allows_it() {
    for (protocol, replied) in scripted(&Script::IgnoresStreaming, patient()).await {
        match protocol {
            Protocol::OpenAi | Protocol::Ollama => {
                let (text, usage) = replied.expect("a reply");
                assert_eq!((text.as_str(), usage.is_some()), ("{\"refuse\":true}", true), "{protocol:?}");
            }
            Protocol::Anthropic | Protocol::Gemini => {
                assert_eq!(replied.expect_err("no stream").failure, Failure::WrongAddress, "{protocol:?}");
            }
        }
    }
}

#[tokio::test]
async fn the_request_is_what_each_provider_expects() {
    for (protocol, spoken) in PROTOCOLS {
        let server = ScriptedModel::start(says("ok")).await.expect("a port");
        reply(adapter(protocol, &server.base_url_of(spoken)).as_ref(), patient()).await.expect("a reply");
        let request = &server.requests()[0];
        let body: serde_json::Value = serde_json::from_str(&request.body).expect("JSON");
        let system_and_user = json!([{ "role": "system", "content": "rules" }, { "role": "user", "content": "data" }]);
        let expected = match protocol {
            Protocol::OpenAi => json!({
                "model": "test-model", "messages": system_and_user, "stream": true,
                "stream_options": { "include_usage": true }, "max_tokens": 100, "temperature": 0.5,
            }),
            Protocol::Anthropic => json!({
                "model": "test-model", "system": "rules", "messages": [{ "role": "user", "content": "data" }], "stream": true,
                "max_tokens": 100, "temperature": 0.5,
            }),
            Protocol::Gemini => json!({
                "systemInstruction": { "parts": [{ "text": "rules" }] },
                "contents": [{ "role": "user", "parts": [{ "text": "data" }] }],
                "generationConfig": { "maxOutputTokens": 100, "temperature": 0.5 },
            }),
            Protocol::Ollama => json!({
                "model": "test-model", "messages": system_and_user, "stream": true,
                "options": { "num_predict": 100, "num_ctx": 16_384, "temperature": 0.5 },
            }),
        };
        assert_eq!(body, expected, "{protocol:?}");
        assert_eq!((request.model.as_str(), request.token.as_deref()), ("test-model", Some("secret-key")));
        assert_eq!(request.version.is_some(), protocol == Protocol::Anthropic);
        let model = adapter(protocol, &server.base_url_of(spoken));
        assert!(!format!("{model:?}").contains("secret-key"));
    }
}

/// I10: every fault in every protocol, by what it means for us.
#[tokio::test]
async fn i10_each_failure_says_what_to_do_next() {
    let limited = |after| Script::RateLimited { after, once: false };
    let minute = |cause: &str| ModelError { after: Some(Duration::from_secs(60)), ..failed(Failure::OverLimit, cause) };
    let filter = "the provider's filter stopped the reply";
    let cases = [
        (Script::Fails { status: 500 }, failed(Failure::ProviderDown, "status 500")),
        (Script::Fails { status: 503 }, failed(Failure::ProviderDown, "status 503")),
        (Script::Fails { status: 529 }, failed(Failure::ProviderDown, "status 529")),
        (Script::Fails { status: 401 }, failed(Failure::KeyRefused, "status 401")),
        (Script::Fails { status: 403 }, failed(Failure::KeyRefused, "status 403")),
        (Script::Fails { status: 404 }, failed(Failure::WrongAddress, "status 404")),
        (Script::Fails { status: 413 }, failed(Failure::RequestRefused, "status 413")),
        (limited(RetryAfter::Seconds(60)), minute("status 429")),
        (limited(RetryAfter::Date(60)), minute("status 429")),
        (
            Script::HtmlPage,
            failed(Failure::WrongAddress, "the address answers text/html, not a language model's reply"),
        ),
        (Script::HugeToken { bytes: 100_000 }, failed(Failure::Unusable, "the reply is too long")),
        (Script::NeverEnds, failed(Failure::TooSlow, "no text before the deadline")),
        (Script::Stalls, failed(Failure::TooSlow, "no text before the deadline")),
        (Script::Silent, failed(Failure::TooSlow, "no text before the deadline")),
        (Script::Hangs, failed(Failure::TooSlow, "no reply before the deadline")),
        (Script::EndsEarly, failed(Failure::Unusable, "the reply was cut off")),
        (Script::Empty, failed(Failure::Unusable, "the reply was cut off")),
        (Script::CutInJson, failed(Failure::Unreachable, "the connection broke")),
        (Script::CutInCharacter, failed(Failure::Unreachable, "the connection broke")),
        (Script::CutInEvent, failed(Failure::Unreachable, "the connection broke")),
        (Script::FailsMidway, failed(Failure::ProviderDown, "the provider failed in the middle")),
        (Script::BadUtf8, failed(Failure::Unusable, "the reply is not UTF-8")),
        (Script::Filtered, failed(Failure::Filtered, filter)),
    ];
    for (script, expected) in cases {
        let deadlines = if expected.failure == Failure::TooSlow { brief() } else { patient() };
        for (protocol, replied) in scripted(&script, deadlines).await {
            // Ollama has no filter of its own: it just stops.
            let ends = protocol == Protocol::Ollama && script == Script::Filtered;
            let expected = if ends { failed(Failure::Unusable, "the reply was cut off") } else { expected.clone() };
            let error = replied.expect_err("it fails");
            assert!(!error.to_string().contains("scripted"), "the provider's words stay out of logs: {error}");
            assert_eq!(ModelError { said: None, ..error }, expected, "{protocol:?} {script:?}");
        }
    }
}

#[tokio::test]
async fn a_reply_of_another_form_is_unusable() {
    for (protocol, replied) in scripted(&Script::WrongSchema, patient()).await {
        assert_eq!(replied.expect_err("no reply").failure, Failure::Unusable, "{protocol:?}");
    }
}

#[tokio::test]
async fn what_a_person_has_to_change_is_told_apart() {
    for (status, words, expected) in [
        (404, "model \"nope\" not found, try pulling it first", Failure::NoSuchModel),
        (404, "The model `nope` does not exist", Failure::NoSuchModel),
        (404, "Not Found", Failure::WrongAddress),
        (400, "API key not valid. Please pass a valid API key.", Failure::KeyRefused),
        (400, "temperature: must be at most 1", Failure::RequestRefused),
        (402, "Insufficient balance", Failure::KeyRefused),
        (405, "Method Not Allowed", Failure::WrongAddress),
        (301, "Moved", Failure::WrongAddress),
    ] {
        let script = Script::FailsSaying { status, words: words.to_owned() };
        for (protocol, replied) in scripted(&script, patient()).await {
            let error = replied.expect_err("it fails");
            assert_eq!(error.failure, expected, "{protocol:?} {words}");
            assert_eq!(error.said.as_deref(), Some(words), "kept for whoever tries it out");
        }
    }
}

#[tokio::test]
async fn i10_a_token_of_ten_megabytes_is_not_held() {
    for (protocol, replied) in scripted(&Script::HugeToken { bytes: 10_000_000 }, patient()).await {
        assert_eq!(replied, Err(failed(Failure::Unusable, "a line of the reply is too long")), "{protocol:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_worth_a_retry() {
    let gone = ScriptedModel::start(Script::Empty).await.expect("a port").base_url();
    let error = reply(adapter(Protocol::OpenAi, &gone).as_ref(), patient()).await.expect_err("nobody is there");
    assert_eq!(error, failed(Failure::Unreachable, "no connection"));
}

#[tokio::test]
async fn what_may_pass_is_asked_again_within_the_deadline() {
    let patient = Deadlines { first_text_ms: 7_000, between_texts_ms: 7_000, total_ms: 7_000 };
    let asked = async |script: Script| {
        let server = ScriptedModel::start(script).await.expect("a port");
        let replied = reply(adapter(Protocol::OpenAi, &server.base_url()).as_ref(), patient).await;
        (replied.is_ok(), server.requests().len())
    };
    assert_eq!(asked(Script::RateLimited { after: RetryAfter::Seconds(0), once: true }).await, (true, 2));
    assert_eq!(asked(Script::FailsTimes { status: 503, times: 2 }).await, (true, 3));
    assert_eq!(asked(Script::FailsTimes { status: 503, times: 9 }).await, (false, 3), "not for ever");
    assert_eq!(asked(Script::FailsTimes { status: 401, times: 1 }).await, (false, 1), "a key does not get better");
    let long = Script::RateLimited { after: RetryAfter::Seconds(4), once: true };
    assert_eq!(asked(long).await, (false, 1), "no time would be left to answer");
}

#[tokio::test]
async fn an_endpoint_that_keeps_failing_is_left_alone_until_it_is_tried_out() {
    let server = ScriptedModel::start(Script::Fails { status: 401 }).await.expect("a port");
    let model = Guarded::new(adapter(Protocol::OpenAi, &server.base_url()), SharedCircuit::default());
    for _ in 0..FAILURES_MAX {
        assert_eq!(reply(&model, patient()).await.expect_err("refused").failure, Failure::KeyRefused);
    }
    let asked = server.requests().len();
    assert_eq!(reply(&model, patient()).await.expect_err("left alone").failure, Failure::Resting);
    assert_eq!(server.requests().len(), asked, "nothing was sent");
    server.set_script(says("ready"));
    assert!(check(&model).await.result.is_ok(), "trying it out does not ask the breaker");
    assert!(reply(&model, patient()).await.is_ok(), "and closes it");
}

#[tokio::test]
async fn a_slow_endpoint_is_a_failing_one_and_a_dropped_request_is_not() {
    let server = ScriptedModel::start(Script::Hangs).await.expect("a port");
    let circuit = SharedCircuit::default();
    let model = Guarded::new(adapter(Protocol::OpenAi, &server.base_url()), circuit.clone());
    assert!(tokio::time::timeout(Duration::from_millis(50), reply(&model, patient())).await.is_err());
    assert_eq!(circuit.failures(), 0);
    assert_eq!(reply(&model, brief()).await.expect_err("too slow").failure, Failure::TooSlow);
    assert_eq!(circuit.failures(), 1);
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
