//! Live streams: nothing missing and nothing twice, from wherever a client comes back.

use axum::http::Method;
use std::sync::Arc;

use baton_test_support::{Frame, TestApp, client_id};
use serde_json::{Value, json};

use crate::scenarios::held_model::HeldModel;

async fn frames(mut stream: baton_test_support::Stream, event: &str, last: u64) -> Vec<Frame> {
    let mut frames = Vec::new();
    while frames.last().and_then(|frame: &Frame| frame.id).unwrap_or(0) < last {
        frames.push(stream.next_named(event).await);
    }
    frames
}

/// The next frame with one of these names.
async fn first_of(stream: &mut baton_test_support::Stream, names: &[&str]) -> Frame {
    loop {
        let frame = stream.next().await.expect("the stream goes on");
        if names.contains(&frame.event.as_str()) {
            return frame;
        }
    }
}

/// A visitor's long thread with every kind of entry that both sides can make.
async fn busy_thread<'app>(
    app: &'app TestApp,
) -> (baton_test_support::Member<'app>, baton_test_support::Visitor<'app>, String) {
    let owner = app.owner().await;
    let agent = owner.agent().await;
    owner.teach(&agent, "Kites", "# Kites\n\nThe string of the big kite is 40 metres long.\n").await;
    let visitor = app.visitor(&agent).await;
    let id = visitor.write("How long is the string of the big kite?").await;
    app.settle().await;
    visitor.post(&format!("/conversations/{id}/ratings"), json!({ "message_seq": 4, "rating": "up" })).await.ok();
    visitor.post(&format!("/conversations/{id}/seen"), json!({ "up_to": 4 })).await.ok();
    visitor
        .post(&format!("/conversations/{id}/pages"), json!({ "page": { "url": "https://shop.example/b" } }))
        .await
        .ok();
    visitor.write("a human please").await;
    visitor.write("a human please!").await;
    for (act, body) in [
        ("take-over", json!({})),
        ("messages", json!({ "client_id": client_id(), "text": "Hello" })),
        ("return-to-queue", json!({})),
        ("take-over", json!({})),
        ("return-to-ai", json!({})),
        ("close", json!({ "outcome": "solved" })),
        ("reopen", json!({})),
        ("close", json!({ "outcome": "not_solved" })),
    ] {
        owner.post(&format!("/conversations/{id}/{act}"), body).await.ok();
        app.settle().await;
    }
    visitor.write("How long is the string?").await;
    app.settle().await;
    (owner, visitor, id)
}

#[tokio::test]
async fn i6_a_visitor_who_comes_back_at_any_entry_gets_exactly_the_rest() {
    let app = TestApp::start().await;
    let (_, visitor, id) = busy_thread(&app).await;
    let all = visitor.entries().await;
    let last = all.last().and_then(|entry| entry["seq"].as_u64()).expect("there are entries");
    assert!(last > 20, "the thread is long");
    for after in 0..last {
        let rest: Vec<Value> =
            frames(visitor.stream(&id, after).await, "entry", last).await.into_iter().map(|frame| frame.data).collect();
        assert_eq!(rest, all[usize::try_from(after).expect("a small number")..], "from {after}");
    }
    let polled = visitor.get(&format!("/conversations/{id}/events?after=3&wait=0")).await.ok();
    assert_eq!(polled["entries"].as_array().map(Vec::len), Some(all.len() - 3));
}

#[tokio::test]
async fn w5_entries_have_no_gaps_and_hide_what_is_for_the_team() {
    let app = TestApp::start().await;
    let (owner, visitor, id) = busy_thread(&app).await;
    let seen = visitor.entries().await;
    let full = owner.get(&format!("/conversations/{id}")).await.ok()["entries"].as_array().cloned().unwrap_or_default();
    let numbers: Vec<_> = seen.iter().filter_map(|entry| entry["seq"].as_u64()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    assert_eq!(seen.len(), full.len());
    for (seen, full) in seen.iter().zip(&full) {
        let hidden = matches!(full["type"].as_str(), Some("page_visited" | "handoff_repeated" | "handoff_suppressed"));
        assert_eq!(seen["type"] == "hidden", hidden, "{full}");
        assert!(seen["evidence"].as_str().unwrap_or_default().is_empty());
    }
}

#[tokio::test]
async fn i22_the_inbox_read_once_and_followed_is_the_inbox_read_later() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let before = owner.get("/inbox?view=live").await.ok();
    assert_eq!(before["feed"], 0);
    let mut stream = owner.stream("?after=0").await;
    stream.next_named("hello").await;

    let ann = app.visitor(&agent).await;
    let bob = app.visitor(&agent).await;
    let a = ann.write("Is there somebody? I want a human").await;
    let b = bob.write("What colours are there?").await;
    app.settle().await;
    owner.post(&format!("/conversations/{a}/take-over"), json!({})).await.ok();
    owner.post(&format!("/conversations/{a}/close"), json!({ "outcome": "solved" })).await.ok();
    bob.write("a person please").await;

    let feed = owner.get("/inbox?view=live").await.ok()["feed"].as_u64().expect("a number");
    let mut rows = std::collections::BTreeMap::new();
    for expected in 1..=feed {
        let change = stream.next_named("change").await;
        assert_eq!(change.id, Some(expected), "the feed has no gaps");
        rows.insert(
            change.data["conversation_id"].as_str().unwrap_or_default().to_owned(),
            change.data["summary"].clone(),
        );
    }
    for (view, id) in [("resolved", &a), ("waiting", &b)] {
        let page = owner.get(&format!("/inbox?view={view}")).await.ok();
        assert_eq!(page["conversations"], json!([rows[id]]), "{view}");
    }

    let mut again = owner.stream(&format!("?after={}", feed - 2)).await;
    let caught_up: Vec<_> =
        [again.next_named("change").await.id, again.next_named("change").await.id].into_iter().flatten().collect();
    assert_eq!(caught_up, [feed - 1, feed]);
}

#[tokio::test]
async fn i1_who_opens_a_conversation_in_the_middle_of_an_answer_reads_it_from_its_first_word() {
    let writes = ["A tail is 12 metres long [1]. The", " frame is made of carbon rods [1]."].map(str::to_owned);
    let model = HeldModel::new(writes.to_vec());
    let app = TestApp::builder().model(Arc::clone(&model) as _).start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let text = "# Tails\n\nA tail is 12 metres long. The frame is made of carbon rods.\n";
    owner.teach(&agent, "Tails", text).await;
    let visitor = app.visitor(&agent).await;
    let id = visitor.write("How long is a tail?").await;
    let mut thread = visitor.stream(&id, 0).await;
    let baton = app.baton().clone();
    let working = app.baton().tasks().spawn(async move { baton_app::background::run_due(&baton).await });
    let first = thread.next_named("delta").await.data;

    let mut late = owner.stream(&format!("?viewing={id}")).await;
    let so_far = late.next_named("delta").await.data;
    assert_eq!(
        (so_far["offset"].as_u64(), so_far["text"].as_str(), so_far["turn_id"].as_str()),
        (Some(0), first["text"].as_str(), first["turn_id"].as_str())
    );
    model.resume();
    let next = late.next_named("delta").await.data;
    let said = first["text"].as_str().map_or(0, |text| text.chars().count() as u64);
    assert_eq!(next["offset"].as_u64(), Some(said), "what follows fits: {next:#}");
    working.await.expect("the work does not panic").expect("the store works");
    let mut after = owner.stream(&format!("?viewing={id}")).await;
    after.next_named("hello").await;
    visitor.post(&format!("/conversations/{id}/typing"), json!({ "typing": true })).await.ok();
    let frame = first_of(&mut after, &["delta", "typing"]).await;
    assert_eq!(frame.event, "typing", "an answer that is in the log is not said again");
}

#[tokio::test]
async fn h7_who_opens_a_conversation_after_a_takeover_reads_nothing_of_the_answer_it_cut_off() {
    let model = HeldModel::new(vec!["A tail is 12 metres long [1]. The".to_owned(), " rest".to_owned()]);
    let app = TestApp::builder().model(Arc::clone(&model) as _).start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    owner.teach(&agent, "Tails", "# Tails\n\nA tail is 12 metres long.\n").await;
    let visitor = app.visitor(&agent).await;
    let id = visitor.write("How long is a tail?").await;
    let mut thread = visitor.stream(&id, 0).await;
    let baton = app.baton().clone();
    let working = app.baton().tasks().spawn(async move { baton_app::background::run_due(&baton).await });
    thread.next_named("delta").await;
    owner.post(&format!("/conversations/{id}/take-over"), json!({})).await.ok();
    let mut late = owner.stream(&format!("?viewing={id}")).await;
    late.next_named("hello").await;
    visitor.post(&format!("/conversations/{id}/typing"), json!({ "typing": true })).await.ok();
    let frame = first_of(&mut late, &["delta", "typing"]).await;
    assert_eq!(frame.event, "typing");
    model.resume();
    working.await.expect("the work does not panic").expect("the store works");
}

#[tokio::test]
async fn a_client_far_behind_is_told_to_read_the_inbox_again() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let mut ahead = owner.stream("?after=17").await;
    assert_eq!(ahead.next_named("reset").await.data, json!({}));
}

#[tokio::test]
async fn g_s2_a_stream_ends_when_its_member_signs_out() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let mut stream = owner.stream("").await;
    stream.next_named("hello").await;
    owner.post("/sign-out", json!({})).await.ok();
    assert_eq!(stream.next_named("bye").await.data["reason"], "revoked");
    assert!(stream.next().await.is_none());
    assert_eq!(owner.get("/me").await.code(), "signed_out");
}

#[tokio::test]
async fn h3_the_offer_of_a_person_follows_who_is_there() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let visitor = app.visitor(&agent).await;
    let id = visitor.write("hello").await;
    app.settle().await;
    let mut thread = visitor.stream(&id, 0).await;
    assert_eq!(thread.next_named("hello").await.data["person"], json!({ "someone_there": false, "offered": false }));
    let _inbox = owner.stream("").await;
    assert_eq!(thread.next_named("person").await.data, json!({ "someone_there": true, "offered": true }));
    owner.send(Method::PUT, "/me/availability", Some(json!({ "availability": "away" }))).await.ok();
    assert_eq!(thread.next_named("person").await.data, json!({ "someone_there": false, "offered": false }));
}

#[tokio::test]
async fn h3_who_has_not_written_sees_the_offer_come_and_go_and_leaves_no_trace() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let path = format!("/api/widget/v1/agents/{agent}/person");
    let (there, away) =
        (json!({ "someone_there": true, "offered": true }), json!({ "someone_there": false, "offered": false }));
    let mut person = app.stream(&path, &[]).await;
    assert_eq!(person.next().await.map(|frame| (frame.event, frame.data)), Some(("person".to_owned(), away.clone())));
    let inbox = owner.stream("").await;
    assert_eq!(person.next_named("person").await.data, there);
    let poll = format!("{path}?wait=0");
    assert_eq!(app.send(Method::GET, &poll, &[], None).await.ok(), there);
    owner.send(Method::PUT, "/me/availability", Some(json!({ "availability": "away" }))).await.ok();
    assert_eq!(person.next_named("person").await.data, away);
    assert_eq!(app.send(Method::GET, &poll, &[], None).await.ok(), away);

    drop((person, inbox));
    assert_eq!(app.baton().hub().watchers(), 0, "who has gone is forgotten");
    app.baton().shutdown().cancel();
    let mut late = app.stream(&path, &[]).await;
    late.next_named("person").await;
    assert_eq!(late.next_named("bye").await.data["reason"], "shutdown");
    assert!(late.next().await.is_none());
}

#[tokio::test]
async fn h3_looking_for_a_person_is_limited_and_only_for_agents_that_are_there() {
    let app = TestApp::builder().limits().start().await;
    let agent = app.owner().await.agent().await;
    let unknown = "/api/widget/v1/agents/00000000-0000-7000-8000-000000000000/person?wait=0";
    assert_eq!(app.send(Method::GET, unknown, &[], None).await.status, 404);
    let path = format!("/api/widget/v1/agents/{agent}/person?wait=0");
    let mut looks = 1;
    let refused = loop {
        let answer = app.send(Method::GET, &path, &[("origin", "https://other.example")], None).await;
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "other sites cannot read it");
        if answer.status != 200 {
            break answer;
        }
        looks += 1;
        assert!(looks < 2000, "there is a limit");
    };
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (429, "too_many_requests"));
    assert!(looks >= 300, "a whole office may look: {looks}");
}

#[tokio::test]
async fn i2_typing_and_read_marks_reach_the_other_side() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let visitor = app.visitor(&agent).await;
    let id = visitor.write("a human please").await;
    owner.post(&format!("/conversations/{id}/take-over"), json!({})).await.ok();
    let mut inbox = owner.stream(&format!("?viewing={id}")).await;
    inbox.next_named("hello").await;
    let mut thread = visitor.stream(&id, 0).await;
    thread.next_named("hello").await;
    visitor.post(&format!("/conversations/{id}/typing"), json!({ "typing": true })).await.ok();
    let typing = inbox.next_named("typing").await.data;
    assert_eq!((typing["who"].as_str(), typing["typing"].as_bool()), (Some("visitor"), Some(true)));
    owner.post(&format!("/conversations/{id}/typing"), json!({ "typing": true })).await.ok();
    assert_eq!(thread.next_named("typing").await.data["name"], "Olga");
    owner.post(&format!("/conversations/{id}/seen"), json!({ "up_to": 99 })).await.ok();
    let seen = visitor.entries().await.pop().expect("there are entries");
    assert_eq!((seen["type"].as_str(), seen["by"].as_str()), (Some("seen"), Some("team")));
}
