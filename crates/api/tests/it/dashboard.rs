//! What members do: taking conversations, and losing races.

use axum::http::StatusCode;
use baton_test_support::{TestApp, client_id};
use serde_json::json;

#[tokio::test]
async fn h8_of_two_takeovers_one_wins_and_the_other_is_told_who() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let sam = owner.invite("Sam", "operator").await;
    for round in 0..50 {
        let visitor = app.visitor(&agent).await;
        let id = visitor.write(&format!("a human please, {round}")).await;
        let path = format!("/conversations/{id}/take-over");
        let (a, b) = tokio::join!(owner.post(&path, json!({})), sam.post(&path, json!({})));
        let (won, lost) = if a.status == StatusCode::OK { (a, b) } else { (b, a) };
        assert_eq!(
            (won.status, lost.status, lost.code().as_str()),
            (StatusCode::OK, StatusCode::CONFLICT, "already_taken")
        );
        assert_eq!(lost.json()["details"]["member_id"], won.json()["summary"]["owner"]["member_id"]);
    }
}

#[tokio::test]
async fn h7_a_first_reply_takes_over_and_a_colleague_cannot_reply_into_it() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let sam = owner.invite("Sam", "operator").await;
    let visitor = app.visitor(&agent).await;
    let id = visitor.write("hello").await;
    app.settle().await;
    let reply = |text: &str| json!({ "client_id": client_id(), "text": text });
    let acted = owner.post(&format!("/conversations/{id}/messages"), reply("Hi")).await.ok();
    assert_eq!(acted["summary"]["owner"]["kind"], "member");
    let refused = sam.post(&format!("/conversations/{id}/messages"), reply("Hi from Sam")).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "already_taken"));
    owner.post(&format!("/conversations/{id}/assign"), json!({ "member_id": sam.id })).await.ok();
    sam.post(&format!("/conversations/{id}/messages"), reply("Hi from Sam")).await.ok();
    let mine = sam.get("/inbox?view=mine").await.ok();
    assert_eq!((mine["counts"]["mine"].as_u64(), mine["counts"]["team"].as_u64()), (Some(1), Some(1)));
}

#[tokio::test]
async fn i1_a_row_says_what_the_visitor_last_said_and_not_what_baton_tells_everybody() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let _inbox = owner.stream("").await;
    let visitor = app.visitor(&agent).await;
    visitor.write("Can I talk to a human, please?").await;
    app.settle().await;
    let row = owner.get("/inbox?view=waiting").await.ok()["conversations"][0].clone();
    assert_eq!(
        (row["last_message"]["author"].as_str(), row["last_message"]["text"].as_str()),
        (Some("visitor"), Some("Can I talk to a human, please?")),
        "{row:#}"
    );
    visitor.write("And who won the chess championship of 1921?").await;
    let asked = owner.get("/inbox?view=waiting").await.ok()["conversations"][0].clone();
    assert_eq!(asked["last_message"]["text"], "And who won the chess championship of 1921?");

    let stranger = app.visitor(&agent).await;
    stranger.write("Who won the chess championship of 1921?").await;
    app.settle().await;
    let rows = owner.get("/inbox?view=waiting").await.ok();
    let row = &rows["conversations"][1];
    assert_eq!(row["owner"]["reason"], "no_answer", "{rows:#}");
    assert_eq!(row["last_message"]["text"], "Who won the chess championship of 1921?", "{row:#}");
    let said = visitor.entries().await;
    assert!(said.iter().any(|entry| entry["type"] == "system_line"), "Baton spoke too: {said:#?}");
}

#[tokio::test]
async fn i1_a_handoff_by_a_button_is_unread_like_one_by_a_message() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let _inbox = owner.stream("").await;
    let config = owner.get(&format!("/agents/{agent}")).await.ok();
    let action = config["settings"]["actions"][0]["action_id"].as_str().expect("there is a button").to_owned();
    let visitor = app.visitor(&agent).await;
    visitor.press(&client_id(), &action, json!({})).await.ok();
    let page = owner.get("/inbox?view=waiting").await.ok();
    let row = &page["conversations"][0];
    let id = row["id"].as_str().expect("a row has an id");
    let seq = |row: &serde_json::Value| row["last_visitor_seq"].as_u64().unwrap_or_default();
    assert!(seq(row) > 0 && page["marks"][id].is_null(), "{page:#}");
    owner.post(&format!("/conversations/{id}/seen"), json!({ "up_to": seq(row) })).await.ok();
    let read = owner.get("/inbox?view=waiting").await.ok();
    assert_eq!(read["marks"][id].as_u64(), Some(seq(row)), "opened, it is read: {read:#}");
    visitor.press(&client_id(), &action, json!({})).await.ok();
    let again = owner.get("/inbox?view=waiting").await.ok();
    assert!(seq(&again["conversations"][0]) > seq(row), "pressed again, it is unread again: {again:#}");
}

#[tokio::test]
async fn a_reply_sent_twice_is_said_once() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let visitor = app.visitor(&agent).await;
    let id = visitor.write("a human please").await;
    let body = json!({ "client_id": client_id(), "text": "Hello" });
    owner.post(&format!("/conversations/{id}/messages"), body.clone()).await.ok();
    let again = owner.post(&format!("/conversations/{id}/messages"), body.clone()).await.ok();
    assert_eq!(again["entries"][0]["text"], "Hello");
    let other = owner
        .post(&format!("/conversations/{id}/messages"), json!({ "client_id": body["client_id"], "text": "Bye" }))
        .await;
    assert_eq!(other.code(), "client_id_reused");
    let said = visitor.entries().await.into_iter().filter(|entry| entry["type"] == "member_message").count();
    assert_eq!(said, 1);
}

#[tokio::test]
async fn settings_are_merged_checked_and_kept() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let patch = async |body: serde_json::Value| {
        owner.send(axum::http::Method::PATCH, &format!("/agents/{agent}"), Some(body)).await
    };
    let saved = patch(json!({ "name": "Kite helper", "handoff": { "no_answer_after": 2 } })).await.ok();
    assert_eq!(saved["name"], "Kite helper");
    assert_eq!(
        (saved["settings"]["handoff"]["no_answer_after"].as_u64(), saved["settings"]["handoff"]["mode"].as_str()),
        (Some(2), Some("auto"))
    );
    let wrong = patch(json!({ "handoff": { "no_answer_after": 99 }, "accent_color": "red" })).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "settings_invalid"));
    assert!(wrong.json()["details"]["fields"]["handoff.no_answer_after"].is_string());
    assert_eq!(patch(json!({ "no_such_setting": 1 })).await.code(), "settings_invalid");
    let kept = owner.get(&format!("/agents/{agent}")).await.ok();
    assert_eq!(kept["settings"]["handoff"]["no_answer_after"], 2);
}
