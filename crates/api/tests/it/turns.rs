//! The AI's turns: one answer to a burst, silence under a person, and nobody forgotten when a process dies.

use std::time::Duration;

use axum::http::Method;
use baton_app::conversations;
use baton_domain::conversation::Event;
use baton_domain::text::MessageText;
use baton_domain::time::Timestamp;
use baton_domain::turn::Turn;
use baton_test_support::TestApp;
use serde_json::{Value, json};

const DOCS: &str = "# Tails\n\nA tail is 12 metres long.\n\n# Frames\n\nThe frame is made of carbon rods.\n";

fn of_type<'e>(entries: &'e [Value], kind: &str) -> Vec<&'e Value> {
    entries.iter().filter(|entry| entry["type"] == kind).collect()
}

#[tokio::test]
async fn a5_a_burst_gets_one_answer_to_all_of_it() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    owner.teach(&agent, "Kites", DOCS).await;
    owner.send(Method::PATCH, &format!("/agents/{agent}"), Some(json!({ "burst_wait_ms": 600 }))).await.ok();
    let visitor = app.visitor(&agent).await;
    for text in ["hi", "I have a question", "about the tail", "how long is a tail?"] {
        visitor.write(text).await;
        app.settle().await;
    }
    assert_eq!(of_type(&visitor.entries().await, "ai_message").len(), 0, "more may come");
    app.advance(Duration::from_millis(600)).await;
    let entries = visitor.entries().await;
    let said = of_type(&entries, "ai_message");
    assert_eq!(said.len(), 1);
    assert!(said[0]["text"].as_str().is_some_and(|text| text.contains("12 metres")), "{:#}", said[0]);
}

/// A conversation with a turn that this node has claimed, long before its lease runs out.
async fn claimed_turn(app: &TestApp) -> Turn {
    let owner = app.owner().await;
    let agent = owner.agent().await;
    owner.teach(&agent, "Kites", DOCS).await;
    let agent_id = agent.parse().unwrap();
    let ticket = baton_app::agents::make_ticket(app.baton(), agent_id).await.unwrap();
    let (visitor, _) = baton_app::agents::open_session(app.baton(), agent_id, &ticket).await.unwrap();
    let text = MessageText::parse("How long is a tail?").unwrap();
    let id = baton_test_support::client_id().parse().unwrap();
    conversations::post_message(app.baton(), &visitor, id, text, conversations::Arrival::default()).await.unwrap();
    let now = app.now();
    let mut unit = app.baton().store().write().await.unwrap();
    let claimed = unit.claim_turns_anywhere(now, now.after(Duration::from_secs(10)), 10).await.unwrap();
    unit.commit(Box::new(|| {})).await.unwrap();
    assert_eq!(claimed.len(), 1);
    claimed.into_iter().next().expect("the visitor's message opened a turn")
}

async fn answers(app: &TestApp, turn: &Turn) -> usize {
    let mut unit = app.baton().store().read().await.unwrap();
    let entries = unit.entries(turn.workspace_id, turn.conversation_id, 0, 100).await.unwrap();
    entries.iter().filter(|entry| matches!(entry.event, Event::AiMessage { .. })).count()
}

#[tokio::test]
async fn i9_a_turn_whose_node_died_is_answered_by_the_next_one_once() {
    let mut app = TestApp::start().await;
    let turn = claimed_turn(&app).await;
    app.restart().await;
    app.settle().await;
    assert_eq!(answers(&app, &turn).await, 0, "its lease runs still");
    app.advance(Duration::from_secs(11)).await;
    app.settle().await;
    assert_eq!(answers(&app, &turn).await, 1);
}

#[tokio::test]
async fn i9_a_turn_that_a_stopping_node_gives_back_is_answered_by_the_next_one_at_once() {
    let mut app = TestApp::start().await;
    let turn = claimed_turn(&app).await;
    app.baton().shutdown().cancel();
    conversations::run_turn(app.baton(), turn.clone()).await;
    assert_eq!(answers(&app, &turn).await, 0, "a stopping node begins nothing");
    app.restart().await;
    app.settle().await;
    assert_eq!(answers(&app, &turn).await, 1);
}

#[tokio::test]
async fn a9_a_turn_past_its_deadline_ends_with_a_person_or_a_line() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    owner.teach(&agent, "Kites", DOCS).await;
    let visitor = app.visitor(&agent).await;
    visitor.write("How long is a tail?").await;
    app.advance(Duration::from_secs(600)).await;
    let entries = visitor.entries().await;
    let line = of_type(&entries, "system_line");
    assert_eq!(line.first().map(|line| line["line"].as_str()), Some(Some("failed")), "nobody is there: {entries:#?}");

    let _inbox = owner.stream("").await;
    visitor.write("How long is a tail, please?").await;
    app.advance(Duration::from_secs(50)).await;
    let entries = visitor.entries().await;
    assert_eq!(
        of_type(&entries, "handoff_requested").first().map(|entry| entry["reason"].as_str()),
        Some(Some("model_down")),
        "{entries:#?}"
    );
}

#[tokio::test]
async fn h7_racing_takeovers_never_let_the_ai_speak_after_them() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    owner.teach(&agent, "Kites", DOCS).await;
    let mut answered_first = 0;
    for round in 0..200_u64 {
        let visitor = app.visitor(&agent).await;
        let id = visitor.write("How long is a tail?").await;
        let take_over = async {
            for _ in 0..round % 40 {
                tokio::task::yield_now().await;
            }
            owner.post(&format!("/conversations/{id}/take-over"), json!({})).await.ok()
        };
        let ((), _) = tokio::join!(app.settle(), take_over);
        let entries = visitor.entries().await;
        let taken = entries.iter().position(|entry| entry["type"] == "taken_over").expect("the takeover is in the log");
        assert_eq!(of_type(&entries[taken..], "ai_message").len(), 0, "round {round}: {entries:#?}");
        answered_first += of_type(&entries[..taken], "ai_message").len();
    }
    assert!(answered_first < 200, "no takeover came in time to race");
}

#[tokio::test]
async fn h3_with_nobody_there_an_unanswered_question_is_suppressed_and_an_ask_is_queued() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    owner.teach(&agent, "Kites", DOCS).await;
    let visitor = app.visitor(&agent).await;
    let id = visitor.write("Who won the chess championship of 1921?").await;
    app.settle().await;
    let thread = owner.get(&format!("/conversations/{id}")).await.ok();
    let entries = thread["entries"].as_array().cloned().unwrap_or_default();
    assert_eq!(of_type(&entries, "handoff_suppressed").len(), 1);
    assert_eq!(thread["summary"]["place"]["view"], "live");
    visitor.write("then let me talk to somebody from your team").await;
    let entries = visitor.entries().await;
    let line = entries.last().expect("there is a line");
    assert_eq!((line["type"].as_str(), line["line"].as_str()), (Some("system_line"), Some("nobody_there")));
}

#[tokio::test]
async fn i15_a_clock_set_back_loses_nobody() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    owner.teach(&agent, "Kites", DOCS).await;
    let visitor = app.visitor(&agent).await;
    visitor.write("How long is a tail?").await;
    app.settle().await;
    app.clock().set(Timestamp(app.now().0 - 48 * 3_600_000));
    visitor.write("What is the frame made of?").await;
    app.settle().await;
    let entries = visitor.entries().await;
    assert_eq!(of_type(&entries, "ai_message").len(), 2, "{entries:#?}");
}
