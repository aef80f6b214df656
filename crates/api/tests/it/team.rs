//! Signing up and in, invitations, roles, sessions.

use std::time::Duration;

use axum::http::{Method, StatusCode, header};
use baton_test_support::TestApp;
use serde_json::json;

async fn sign_in(app: &TestApp, email: &str, password: &str) -> baton_test_support::Answer {
    app.send(
        Method::POST,
        "/api/v1/sign-in",
        &[("x-baton-client", "test")],
        Some(json!({ "email": email, "password": password })),
    )
    .await
}

#[tokio::test]
async fn t24_the_first_owner_needs_the_token_and_there_is_only_one_first() {
    let app = TestApp::start().await;
    assert_eq!(app.send(Method::GET, "/api/v1/setup", &[], None).await.ok()["needs_setup"], true);
    let body = |token: &str| json!({ "setup_token": token, "workspace_name": "W", "name": "N", "email": "n@w.example", "password": "correct horse battery" });
    for token in ["", "guess"] {
        let answer = app.send(Method::POST, "/api/v1/setup", &[("x-baton-client", "t")], Some(body(token))).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "setup_refused"));
    }
    app.owner().await;
    assert_eq!(app.send(Method::GET, "/api/v1/setup", &[], None).await.ok()["needs_setup"], false);
    let again = app
        .send(Method::POST, "/api/v1/setup", &[("x-baton-client", "t")], Some(body("set-up-token-of-the-test")))
        .await;
    assert_eq!(again.code(), "setup_refused");
}

#[tokio::test]
async fn p4_signing_in_says_the_same_for_an_unknown_address_and_a_wrong_password() {
    let app = TestApp::start().await;
    app.owner().await;
    let wrong = sign_in(&app, "olga@shop.example", "wrong password").await;
    let unknown = sign_in(&app, "nobody@shop.example", "wrong password").await;
    assert_eq!((wrong.status, wrong.bytes), (StatusCode::UNAUTHORIZED, unknown.bytes));
    let right = sign_in(&app, " OLGA@shop.example ", "correct horse battery").await;
    let cookie = right.headers[header::SET_COOKIE].to_str().unwrap_or_default().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
}

#[tokio::test]
async fn g_s8_guessing_is_throttled() {
    let app = TestApp::builder().limits().start().await;
    app.owner().await;
    let mut refused = 0;
    for _ in 0..12 {
        refused += usize::from(
            sign_in(&app, "olga@shop.example", "guess guess guess").await.status == StatusCode::TOO_MANY_REQUESTS,
        );
    }
    assert!(refused >= 2, "{refused}");
}

#[tokio::test]
async fn t17_an_invitation_works_once_and_not_for_ever() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let token_of = |made: &serde_json::Value| {
        made["url"].as_str().and_then(|url| url.split('#').nth(1)).unwrap_or_default().to_owned()
    };
    let accept = async |token: &str| {
        let body = json!({ "token": token, "name": "Sam", "password": "correct horse battery" });
        app.send(Method::POST, "/api/v1/invitations/accept", &[("x-baton-client", "t")], Some(body)).await
    };
    let used = owner.post("/invitations", json!({ "email": "sam@shop.example", "role": "operator" })).await.ok();
    assert_eq!(accept(&token_of(&used)).await.status, StatusCode::CREATED);
    assert_eq!(accept(&token_of(&used)).await.code(), "invitation_over");
    let revoked = owner.post("/invitations", json!({ "email": "ray@shop.example", "role": "operator" })).await.ok();
    owner
        .send(Method::DELETE, &format!("/invitations/{}", revoked["id"].as_str().unwrap_or_default()), None)
        .await
        .ok();
    assert_eq!(accept(&token_of(&revoked)).await.status, StatusCode::GONE);
    let late = owner.post("/invitations", json!({ "email": "lee@shop.example", "role": "operator" })).await.ok();
    app.advance(Duration::from_secs(60 * 60 * 73)).await;
    assert_eq!(accept(&token_of(&late)).await.status, StatusCode::GONE);
    assert_eq!(accept("").await.status, StatusCode::GONE);
}

#[tokio::test]
async fn p4_an_operator_uses_the_inbox_and_nothing_more() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let operator = owner.invite("Sam", "operator").await;
    operator.get("/inbox?view=live").await.ok();
    for (method, path, body) in [
        (Method::POST, "/agents".to_owned(), Some(json!({ "name": "x" }))),
        (Method::PATCH, format!("/agents/{agent}"), Some(json!({ "name": "x" }))),
        (Method::GET, format!("/agents/{agent}/sources"), None),
        (Method::POST, "/invitations".to_owned(), Some(json!({ "email": "a@b.co", "role": "operator" }))),
        (Method::PATCH, format!("/members/{}", owner.id), Some(json!({ "role": "operator" }))),
    ] {
        let answer = operator.send(method.clone(), &path, body).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "not_allowed"), "{method} {path}");
    }
    let admin = owner.invite("Ada", "admin").await;
    assert_eq!(admin.post("/invitations", json!({ "email": "a@b.co", "role": "owner" })).await.code(), "not_allowed");
    assert_eq!(
        admin.send(Method::PATCH, &format!("/members/{}", owner.id), Some(json!({ "suspended": true }))).await.code(),
        "not_allowed"
    );
    let last = owner.send(Method::PATCH, &format!("/members/{}", owner.id), Some(json!({ "role": "operator" }))).await;
    assert_eq!(last.code(), "fields_invalid", "a workspace keeps an owner");
}

#[tokio::test]
async fn i3_a_colleague_who_joins_is_told_to_those_who_are_there() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let mut stream = owner.stream("").await;
    stream.next_named("hello").await;
    let sam = owner.invite("Sam", "operator").await;
    loop {
        let told = stream.next_named("presence").await.data;
        let members = told["members"].as_array().cloned().unwrap_or_default();
        if let Some(joined) = members.iter().find(|member| member["member_id"] == sam.id.as_str()) {
            assert_eq!(joined["presence"], "offline", "their browser has not come yet");
            return;
        }
    }
}

#[tokio::test]
async fn p4_a_suspended_member_is_out_at_once() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let operator = owner.invite("Sam", "operator").await;
    let mut stream = operator.stream("").await;
    stream.next_named("hello").await;
    owner.send(Method::PATCH, &format!("/members/{}", operator.id), Some(json!({ "suspended": true }))).await.ok();
    assert_eq!(stream.next_named("bye").await.data["reason"], "revoked");
    assert_eq!(operator.get("/inbox?view=live").await.code(), "signed_out");
    assert_eq!(sign_in(&app, "sam@shop.example", "correct horse battery").await.code(), "bad_credentials");
}

#[tokio::test]
async fn p4_sessions_are_listed_and_ended() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    sign_in(&app, "olga@shop.example", "correct horse battery").await.ok();
    let sessions = owner.get("/me/sessions").await.ok()["sessions"].as_array().cloned().unwrap_or_default();
    assert_eq!(sessions.len(), 2);
    let other = sessions.iter().find(|session| session["current"] == false).expect("there is another one");
    owner.send(Method::DELETE, &format!("/me/sessions/{}", other["id"].as_str().unwrap_or_default()), None).await.ok();
    assert_eq!(owner.get("/me/sessions").await.ok()["sessions"].as_array().map(Vec::len), Some(1));
}
