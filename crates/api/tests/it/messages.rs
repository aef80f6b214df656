//! A visitor's messages: once each, whatever is sent.

use axum::http::{Method, StatusCode};
use baton_test_support::{TestApp, client_id};
use serde_json::json;

#[tokio::test]
async fn w5_a_message_sent_twice_is_in_the_thread_once() {
    let app = TestApp::start().await;
    let agent = app.owner().await.agent().await;
    let visitor = app.visitor(&agent).await;
    let id = client_id();
    let first = visitor.write_as(&id, "Is it possible to swap the kite's tail?").await.ok();
    let again = visitor.write_as(&id, "Is it possible to swap the kite's tail?").await.ok();
    assert_eq!(first["conversation_id"], again["conversation_id"]);
    let entry =
        first["entries"].as_array().and_then(|entries| entries.iter().find(|entry| entry["client_id"] == id.as_str()));
    assert_eq!(again["entries"][0], *entry.expect("the message is among the entries"));
    app.settle().await;
    let sent = visitor.entries().await.into_iter().filter(|entry| entry["type"] == "visitor_message").count();
    assert_eq!(sent, 1);
}

#[tokio::test]
async fn w5_a_hundred_parallel_copies_are_one_message() {
    let app = TestApp::start().await;
    let agent = app.owner().await.agent().await;
    let visitor = app.visitor(&agent).await;
    let id = client_id();
    let copies =
        futures::future::join_all((0..100).map(|_| visitor.write_as(&id, "Hello from the edge of the network"))).await;
    assert!(copies.iter().all(|copy| copy.status == StatusCode::OK));
    app.settle().await;
    let sent = visitor.entries().await.into_iter().filter(|entry| entry["type"] == "visitor_message").count();
    assert_eq!(sent, 1);
}

#[tokio::test]
async fn a_client_id_is_not_used_for_another_text() {
    let app = TestApp::start().await;
    let agent = app.owner().await.agent().await;
    let visitor = app.visitor(&agent).await;
    let id = client_id();
    visitor.write_as(&id, "one").await.ok();
    let other = visitor.write_as(&id, "two").await;
    assert_eq!((other.status, other.code().as_str()), (StatusCode::CONFLICT, "client_id_reused"));
}

#[tokio::test]
async fn bad_messages_get_a_clear_error_and_change_nothing() {
    let app = TestApp::start().await;
    let agent = app.owner().await.agent().await;
    let visitor = app.visitor(&agent).await;
    let cases = [
        (visitor.write_as(&client_id(), " \n ").await, StatusCode::UNPROCESSABLE_ENTITY, "message_empty"),
        (visitor.write_as(&client_id(), &"x".repeat(4_001)).await, StatusCode::PAYLOAD_TOO_LARGE, "message_too_long"),
        (visitor.write_as("not-an-id", "hi").await, StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
        (visitor.post("/messages", json!({ "text": "hi" })).await, StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
    ];
    for (answer, status, code) in cases {
        assert_eq!((answer.status, answer.code().as_str()), (status, code));
        assert!(!answer.json()["message"].as_str().unwrap_or_default().is_empty());
    }
    assert_eq!(visitor.entries().await.len(), 0);
    let token_less = app.send(Method::GET, "/api/widget/v1/thread", &[], None).await;
    assert_eq!((token_less.status, token_less.code().as_str()), (StatusCode::UNAUTHORIZED, "session_unknown"));
}

#[tokio::test]
async fn h10_a_button_pressed_twice_with_one_id_is_one_handoff() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let visitor = app.visitor(&agent).await;
    let id = client_id();
    let first = visitor.press(&id, "talk-to-a-human", json!({})).await.ok();
    let again = visitor.press(&id, "talk-to-a-human", json!({})).await.ok();
    assert_eq!(first["conversation_id"], again["conversation_id"]);
    visitor.press(&client_id(), "talk-to-a-human", json!({})).await.ok();
    let handoffs = visitor.entries().await.into_iter().filter(|entry| entry["type"] == "handoff_requested").count();
    assert_eq!(handoffs, 1);
    let unknown = visitor.press(&client_id(), "no-such-button", json!({})).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn h5_fields_are_checked_and_reach_the_inbox() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let fields = json!([{ "name": "email", "label": "E-mail", "kind": "email", "required": true }]);
    let actions = json!({ "actions": [{ "action_id": "order", "label": "Ask about an order", "fields": fields }] });
    owner.send(Method::PATCH, &format!("/agents/{agent}"), Some(actions)).await.ok();
    let visitor = app.visitor(&agent).await;
    let wrong = visitor.press(&client_id(), "order", json!({ "email": "ada" })).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "fields_invalid"));
    assert!(wrong.json()["details"]["fields"]["email"].is_string());
    let sent = visitor.press(&client_id(), "order", json!({ "email": "ada@example.com" })).await.ok();
    let id = sent["conversation_id"].as_str().unwrap_or_default();
    let thread = owner.get(&format!("/conversations/{id}")).await.ok();
    let handoff = thread["entries"]
        .as_array()
        .and_then(|entries| entries.iter().find(|entry| entry["type"] == "handoff_requested"))
        .cloned();
    let handoff = handoff.expect("there is a handoff");
    assert_eq!(handoff["reason"], "action");
    assert_eq!(handoff["action"]["fields"][0]["value"], "ada@example.com");
    assert_eq!(thread["summary"]["visitor"]["label"], "ada@example.com");
}

#[tokio::test]
async fn h9_after_the_session_window_a_new_thread_begins_linked_to_the_old() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let visitor = app.visitor(&agent).await;
    let old = visitor.write("How long is the string of the kite?").await;
    app.settle().await;
    app.advance(std::time::Duration::from_secs(60 * 60 * 25)).await;
    assert_eq!(visitor.entries().await.len(), 0, "the old thread is not continued");
    let new = visitor.write("How long is the string of the kite?").await;
    app.settle().await;
    assert_ne!(old, new);
    assert_eq!(owner.get(&format!("/conversations/{old}")).await.ok()["summary"]["owner"]["outcome"], "lapsed");
    let started = owner.get(&format!("/conversations/{new}")).await.ok()["entries"][0].clone();
    assert_eq!(started["previous_conversation_id"], old.as_str());
}

#[tokio::test]
async fn a_visitor_who_writes_too_much_is_told_when_to_go_on() {
    let app = TestApp::builder().limits().start().await;
    let agent = app.owner().await.agent().await;
    let visitor = app.visitor(&agent).await;
    let mut answers = Vec::new();
    for n in 0..30 {
        answers.push(visitor.write_as(&client_id(), &format!("message {n}")).await);
    }
    let refused =
        answers.iter().find(|answer| answer.status == StatusCode::TOO_MANY_REQUESTS).expect("there is a limit");
    assert_eq!(refused.code(), "too_many_messages");
    assert!(refused.json()["details"]["retry_after_ms"].as_u64().is_some_and(|ms| ms > 0));
    assert!(refused.headers.contains_key("retry-after"));
}
