//! One thread, end to end: ask, answer, hand over, take over, close, ask again.

use baton_test_support::{TestApp, client_id};
use serde_json::{Value, json};

const DOCS: &str = "# Refunds\n\nYou can return a kite within 30 days of delivery.\nThe refund arrives on your card five working days after we receive the parcel.\n";

fn kinds(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["type"].as_str().unwrap_or_default()).collect()
}

#[tokio::test]
async fn h5_h7_h9_one_thread_end_to_end() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    owner.teach(&agent, "Refunds", DOCS).await;
    let mut inbox = owner.stream("").await;
    inbox.next_named("hello").await;

    let visitor = app.visitor(&agent).await;
    let id = visitor.write("Within how many days can I return a kite?").await;
    app.settle().await;
    let entries = visitor.entries().await;
    let answer = entries.last().expect("there are entries");
    assert_eq!((answer["type"].as_str(), answer["kind"].as_str()), (Some("ai_message"), Some("answer")), "{answer:#}");
    assert!(answer["text"].as_str().is_some_and(|text| text.contains("30 days")));
    assert_eq!(answer["citations"][0]["title"], "Refunds");

    visitor.write("Thanks, but can I talk to a real person please?").await;
    let waiting = owner.get("/inbox?view=waiting").await.ok();
    assert_eq!(waiting["conversations"][0]["handoff"]["reason"], "asked");
    let change = inbox.next_named("change").await;
    assert_eq!((change.id, change.data["feed"].as_u64()), (Some(1), Some(1)));

    owner.post(&format!("/conversations/{id}/take-over"), json!({})).await.ok();
    let reply = json!({ "client_id": client_id(), "text": "Hi, Olga here." });
    owner.post(&format!("/conversations/{id}/messages"), reply).await.ok();
    visitor.write("Great!").await;
    app.settle().await;
    owner.post(&format!("/conversations/{id}/close"), json!({ "outcome": "solved" })).await.ok();

    visitor.write("thanks").await;
    app.settle().await;
    assert_eq!(owner.get("/inbox?view=resolved").await.ok()["counts"]["resolved"], 1, "thanks wakes nobody");
    visitor.write("And when does the refund arrive?").await;
    app.settle().await;
    let entries = visitor.entries().await;
    assert_eq!(
        kinds(&entries)[5..],
        [
            "handoff_requested",
            "system_line",
            "taken_over",
            "member_message",
            "visitor_message",
            "closed",
            "visitor_message",
            "system_line",
            "reopened",
            "visitor_message",
            "turn_opened",
            "ai_message"
        ]
    );
    assert!(
        entries
            .last()
            .is_some_and(|entry| entry["text"].as_str().is_some_and(|text| text.contains("five working days")))
    );
}
