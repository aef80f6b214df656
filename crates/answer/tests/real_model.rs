//! Our adapter against a real server of the OpenAI protocol: llama.cpp with random weights. `make real-model` runs it.
//!
//! The server speaks and says nothing, so that every turn has to end with the documents' own sentences.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::sync::Arc;
use std::time::Instant;

use baton_answer::model::{ChatChunk, ChatRequest, check, read};
use baton_answer::{
    AnswerContext, AnswerSettings, ChatModel, Deadlines, Endpoint, Failure, ModelError, Origin, Outcome, Progress,
    Protocol, Question, Usage, respond,
};
use baton_knowledge::{
    BuildOptions, Format, ReadOptions, Snapshot, SourcePassages, document_passages, read as read_document,
};

const DEADLINES: Deadlines = Deadlines { first_text_ms: 60_000, between_texts_ms: 20_000, total_ms: 120_000 };
const TEXT: &str = "# Refunds\n\nYou can ask for a refund within 30 days of your purchase. Refunds are paid to the original card within a week.\n";

#[expect(clippy::disallowed_methods, reason = "the script that starts the server says where it is")]
fn address() -> String {
    std::env::var("BATON_REAL_MODEL").expect("run it with `make real-model`, which starts the server")
}

fn model(base_url: &str, name: &str, key: Option<&str>) -> Arc<dyn ChatModel> {
    // Another test of this process may have installed it already; either way it is there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let endpoint = Endpoint {
        protocol: Protocol::OpenAi,
        base_url: base_url.parse().unwrap(),
        api_key: key.map(str::to_owned),
        model: name.to_owned(),
        temperature: Some(1.0),
    };
    endpoint.model(reqwest::Client::builder().build().unwrap())
}

struct Reply {
    text: String,
    pieces: usize,
    usage: Option<Usage>,
}

async fn ask(model: &dyn ChatModel, output_tokens_max: u32) -> Result<Reply, ModelError> {
    let request = ChatRequest { system: "Rules.".to_owned(), user: "Hello?".to_owned(), output_tokens_max };
    let mut reading = read(model, request, DEADLINES, &|_| 0.5).await?;
    let mut reply = Reply { text: String::new(), pieces: 0, usage: None };
    while let Some(chunk) = reading.next().await? {
        match chunk {
            ChatChunk::Text(text) => {
                reply.text.push_str(&text);
                reply.pieces += 1;
            }
            ChatChunk::Usage(usage) => reply.usage = Some(usage),
            ChatChunk::End => {}
        }
    }
    Ok(reply)
}

#[tokio::test]
#[ignore = "needs a real server: make real-model"]
async fn a_reply_streams_and_ends_at_its_limit() {
    let model = model(&address(), "random", Some("sesame"));
    for limit in [1, 5, 200] {
        let started = Instant::now();
        let reply = ask(model.as_ref(), limit).await.unwrap();
        println!(
            "limit {limit}: {} pieces, {} bytes, usage {:?}, {:?}",
            reply.pieces,
            reply.text.len(),
            reply.usage,
            started.elapsed()
        );
        assert!(reply.pieces <= limit as usize, "a piece is at least a token");
        if let Some(usage) = reply.usage {
            assert!(usage.output_tokens <= limit + 1);
        }
        if limit == 200 {
            assert!(reply.pieces > 20, "it comes in pieces");
        }
    }
}

#[tokio::test]
#[ignore = "needs a real server: make real-model"]
async fn what_is_configured_wrongly_is_told_apart() {
    let key = Some("sesame");
    let failure = async |base_url: &str, key| ask(model(base_url, "random", key).as_ref(), 3).await.map(|_| ());
    let wrong_key = failure(&address(), Some("wrong")).await.unwrap_err();
    println!("wrong key: {wrong_key} said {:?}", wrong_key.said);
    assert_eq!(wrong_key.failure, Failure::KeyRefused);
    let wrong_path = failure(&address().replace("/v1", "/nope"), key).await.unwrap_err();
    println!("wrong path: {wrong_path} said {:?}", wrong_path.said);
    assert_eq!(wrong_path.failure, Failure::WrongAddress);
    let nobody = failure("http://127.0.0.1:9/v1", key).await.unwrap_err();
    assert_eq!(nobody.failure, Failure::Unreachable);
    // llama.cpp has one model and answers by any name; others refuse. Both are fine, silence is not.
    match ask(model(&address(), "no-such-model", key).as_ref(), 3).await {
        Ok(reply) => println!("an unknown model name is answered: {} pieces", reply.pieces),
        Err(error) => assert_eq!(error.failure, Failure::NoSuchModel, "{error}"),
    }
    let checked = check(model(&address(), "random", key).as_ref()).await;
    println!("check: {checked:?}");
    assert!(checked.result.is_ok(), "{checked:?}");
}

#[tokio::test]
#[ignore = "needs a real server: make real-model"]
async fn random_words_never_reach_a_visitor() {
    let options = ReadOptions { file_name: "refunds.md".to_owned(), format: Some(Format::Markdown), title: None };
    let documents = vec![document_passages(&read_document(TEXT.as_bytes(), &options).unwrap()[0], "help")];
    let source = SourcePassages { source_id: "help".to_owned(), source_name: "Help".to_owned(), documents };
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("snapshot");
    Snapshot::build(&at, &[source], &BuildOptions::default()).unwrap();
    let ctx = AnswerContext {
        snapshot: Snapshot::open(&at).unwrap(),
        embedder: None,
        model: Some(model(&address(), "random", Some("sesame"))),
        settings: AnswerSettings { threshold: 0.3, shift: 0.0, instructions: String::new(), deadlines: DEADLINES },
        nonce: "k7".to_owned(),
    };
    for turn in 0..5 {
        let mut shown = String::new();
        let question = Question::new("Can I ask for a refund within 30 days of my purchase?");
        let response = respond(&ctx, &question, &mut |step| match step {
            Progress::Delta { text, .. } => shown.push_str(&text),
            Progress::Restart => panic!("nothing of it was shown"),
            Progress::Searching | Progress::Reading { .. } | Progress::Writing => {}
        })
        .await
        .unwrap();
        println!("turn {turn}: {:?}, usage {:?}", response.origin, response.usage);
        assert!(matches!(response.origin, Origin::FallbackExtractive { .. }), "{:?}", response.origin);
        assert!(matches!(response.outcome, Outcome::Answer { .. }));
        assert!(shown.starts_with("You can ask for a refund within 30 days of your purchase."), "{shown}");
        assert!(response.usage.input_tokens > 0 && response.usage.output_tokens > 0);
    }
}
