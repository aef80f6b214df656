//! What an agent answers from: added, failed, removed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::{Method, StatusCode};
use baton_knowledge::{EmbedError, Embedder};
use baton_test_support::{TestApp, TestAppBuilder};
use serde_json::{Value, json};

async fn ask(owner: &baton_test_support::Member<'_>, agent: &str, question: &str) -> Value {
    owner.post(&format!("/agents/{agent}/ask"), json!({ "question": question })).await.ok()
}

/// Whether an agent's passages are found by their meaning too.
async fn meaning(owner: &baton_test_support::Member<'_>, agent: &str) -> Value {
    owner.get(&format!("/agents/{agent}")).await.ok()["knowledge"]["meaning"].clone()
}

#[tokio::test]
async fn k1_k2_each_format_answers_and_what_cannot_be_read_says_why() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let files: [(&str, &[u8]); 6] = [
        ("tails.md", b"# Tails\n\nA tail is 12 metres long.\n"),
        ("frames.html", b"<html><head><title>Frames</title></head><body><main><h1>Frames</h1><p>The frame is made of carbon rods.</p></main></body></html>"),
        ("faq.csv", b"question,answer\nDo you ship to Norway?,We ship to Norway within nine days.\n"),
        ("docs.jsonl", b"{\"id\":\"1\",\"title\":\"Repairs\",\"text\":\"Repairs of torn sails cost 15 euros.\",\"url\":\"https://shop.example/repairs\"}\n"),
        ("invoice.pdf", b"%PDF-1.7 binary"),
        ("empty.txt", b"  \n"),
    ];
    assert_eq!(owner.upload(&agent, &files).await.status, StatusCode::CREATED);
    app.settle().await;
    let sources =
        owner.get(&format!("/agents/{agent}/sources")).await.ok()["sources"].as_array().cloned().unwrap_or_default();
    for source in &sources {
        let failed = matches!(source["name"].as_str(), Some("invoice.pdf" | "empty.txt"));
        assert_eq!(source["state"] == "failed", failed, "{source:#}");
        let told = source["error"]["cause"].as_str().is_some_and(|text| !text.is_empty())
            && source["error"]["fix"].as_str().is_some_and(|text| !text.is_empty());
        assert_eq!(told, failed, "{source:#}");
    }
    for (question, part, url) in [
        ("How long is a tail?", "12 metres", None),
        ("What is the frame made of?", "carbon", None),
        ("Do you ship to Norway?", "nine days", None),
        ("What do repairs of torn sails cost?", "15 euros", Some("https://shop.example/repairs")),
    ] {
        let answer = ask(&owner, &agent, question).await;
        assert!(answer["text"].as_str().is_some_and(|text| text.contains(part)), "{question}: {answer:#}");
        if let Some(url) = url {
            assert!(answer["citations"][0]["url"].as_str().is_some_and(|link| link.starts_with(url)), "{answer:#}");
        }
    }
}

#[tokio::test]
async fn i21_a_deleted_source_is_not_cited_even_before_the_next_training() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let source = owner.teach(&agent, "Tails", "# Tails\n\nA tail is 12 metres long.\n").await;
    assert_eq!(ask(&owner, &agent, "How long is a tail?").await["kind"], "answer");
    owner.send(Method::DELETE, &format!("/sources/{source}"), None).await.ok();
    let answer = ask(&owner, &agent, "How long is a tail?").await;
    assert_eq!(answer["kind"], "abstain", "the old snapshot is still in use");
    assert_eq!(answer["passages"], json!([]), "what is deleted is not listed either");
    assert_eq!(answer["confidence"], 0.0, "nothing that is left is an answer");
    let state = async || owner.get(&format!("/agents/{agent}")).await.ok()["knowledge"]["state"].clone();
    assert_eq!(state().await, "training", "the snapshot in use still has what was deleted");
    app.settle().await;
    assert_eq!(ask(&owner, &agent, "How long is a tail?").await["kind"], "abstain");
    assert_eq!(state().await, "empty");
}

#[tokio::test]
async fn i21_what_is_left_answers_while_a_source_is_being_forgotten() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let tails = owner.teach(&agent, "Tails", "# Tails\n\nA tail is 12 metres long.\n").await;
    owner.teach(&agent, "Frames", "# Frames\n\nThe frame is made of carbon rods.\n").await;
    owner.send(Method::DELETE, &format!("/sources/{tails}"), None).await.ok();
    let answer = ask(&owner, &agent, "What is the frame made of?").await;
    assert!(answer["text"].as_str().is_some_and(|text| text.contains("carbon")), "{answer:#}");
    let listed = answer["passages"].as_array().cloned().unwrap_or_default();
    assert!(listed.iter().all(|passage| passage["title"] != "Tails"), "{listed:#?}");
    app.settle().await;
    assert_eq!(owner.get(&format!("/agents/{agent}")).await.ok()["knowledge"]["state"], "ready");
}

#[tokio::test]
async fn k4_a_source_that_fails_leaves_the_old_answers() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    owner.teach(&agent, "Tails", "# Tails\n\nA tail is 12 metres long.\n").await;
    owner.upload(&agent, &[("broken.md", b"\xff\xfe\x00\x00\x00")]).await;
    app.settle().await;
    assert_eq!(ask(&owner, &agent, "How long is a tail?").await["kind"], "answer");
}

#[tokio::test]
async fn h1_the_test_pane_says_what_the_policy_would_do() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    owner.teach(&agent, "Tails", "# Tails\n\nA tail is 12 metres long.\n").await;
    for (question, there, action) in [
        ("How long is a tail?", false, "answer"),
        ("Who won the chess championship of 1921?", false, "suppress"),
        ("Who won the chess championship of 1921?", true, "hand_off"),
        ("Let me talk to a human", false, "hand_off"),
    ] {
        let _stream = if there { Some(owner.stream("").await) } else { None };
        let answer = ask(&owner, &agent, question).await;
        assert_eq!(answer["would"]["action"], action, "{question}: {answer:#}");
        assert!(answer["would"]["why"].as_str().is_some_and(|why| !why.is_empty()));
    }
}

/// Knows that two words mean the same, and counts what it is asked.
#[derive(Debug, Default)]
struct Thesaurus {
    asked: AtomicUsize,
}

impl Embedder for Thesaurus {
    fn id(&self) -> &str {
        "thesaurus"
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.asked.fetch_add(texts.len(), Ordering::SeqCst);
        Ok(texts.iter().map(|text| numbers(text)).collect())
    }
}

fn numbers(text: &str) -> Vec<f32> {
    let lower = text.to_lowercase();
    let about = |words: &[&str]| f32::from(u8::from(words.iter().any(|word| lower.contains(word))));
    let numbers = [about(&["tail", "streamer"]), about(&["repair", "mend"]), 0.1];
    let length = numbers.iter().map(|number| number * number).sum::<f32>().sqrt();
    numbers.iter().map(|number| number / length).collect()
}

#[tokio::test]
async fn k2_k4_passages_are_found_by_meaning_and_embedded_once() {
    let thesaurus = Arc::new(Thesaurus::default());
    let app = TestAppBuilder::default().embedder(Arc::clone(&thesaurus) as _).start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    owner.teach(&agent, "Tails", "# Tails\n\nA tail is 12 metres long.\n").await;
    assert_eq!(thesaurus.asked.load(Ordering::SeqCst), 2, "the passage and its one sentence");
    let found = ask(&owner, &agent, "streamer?").await;
    assert_eq!(found["passages"][0]["title"], "Tails", "no word is shared: {found:#}");
    assert_eq!(meaning(&owner, &agent).await, "ready");
    let without = TestApp::start().await;
    let elsewhere = without.owner().await;
    let by_words = elsewhere.agent().await;
    elsewhere.teach(&by_words, "Tails", "# Tails\n\nA tail is 12 metres long.\n").await;
    assert_eq!(meaning(&elsewhere, &by_words).await, "off");

    thesaurus.asked.store(0, Ordering::SeqCst);
    owner.teach(&agent, "Repairs", "# Repairs\n\nTorn sails are repaired within nine days.\n").await;
    assert_eq!(thesaurus.asked.load(Ordering::SeqCst), 2, "what did not change is not embedded again");
    let found = ask(&owner, &agent, "mending?").await;
    assert_eq!(found["passages"][0]["title"], "Repairs", "{found:#}");
}
