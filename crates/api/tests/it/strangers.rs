//! What belongs to somebody else looks like what does not exist.

use axum::http::{Method, StatusCode};
use baton_test_support::{Answer, TestApp};
use serde_json::{Value, json};

const MISSING: &str = "0190ffff-0000-7000-8000-00000000dead";

/// Every route of the document that takes an id, with a body that it would accept.
fn routes_with_ids() -> Vec<(Method, String)> {
    let document = serde_json::to_value(baton_api::openapi_document()).expect("the document is JSON");
    let paths = document["paths"].as_object().cloned().unwrap_or_default();
    let with_ids = paths.into_iter().filter(|(path, _)| path.contains('{'));
    with_ids
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().cloned().unwrap_or_default();
            methods
                .keys()
                .filter_map(|name| Method::from_bytes(name.to_uppercase().as_bytes()).ok())
                .map(|method| (method, path.clone()))
                .collect::<Vec<_>>()
        })
        .filter(|(method, _)| *method != Method::OPTIONS)
        .collect()
}

fn body_for(path: &str) -> Value {
    json!({
        "agent_id": MISSING, "member_id": MISSING, "conversation_id": null, "client_id": baton_test_support::client_id(), "text": "x", "title": "x", "question": "x",
        "name": "x", "outcome": "solved", "typing": true, "up_to": 1, "page": { "url": "https://a.example" }, "message_seq": 1, "rating": "up",
        "pairs": [{ "question": "a", "answer": "b" }], "key": "sk-1", "origin": "https://a.example", "role": "operator", "ticket": "x", "fields": {},
        "expect": { "kind": "hand_off" }, "path": path, "url": "https://a.example",
    })
}

/// Only the fields that a route knows, so that strict ones accept the body.
fn trimmed(path: &str) -> Value {
    let whole = body_for(path);
    let keys: &[&str] = match path.rsplit('/').next().unwrap_or_default() {
        "assign" => &["member_id"],
        "close" => &["outcome"],
        "messages" => &["client_id", "text"],
        "typing" => &["typing"],
        "seen" => &["up_to"],
        "pages" => &["page"],
        "ratings" => &["message_seq", "rating"],
        "viewing" => &["conversation_id"],
        "ask" => &["question"],
        "text" => &["title", "text"],
        "qa" => &["title", "pairs"],
        "page" | "site" => &["url"],
        "allowed-origins" => &["origin"],
        "model-key" => &["key"],
        "check" => &[],
        "sessions" => &["ticket"],
        "golden-questions" => &["question", "expect"],
        "import" => &["text"],
        "run" | "publish" | "{question_id}" => &[],
        _ if path.contains("/members/") => &["role"],
        _ if path.contains("/actions/") => &["agent_id", "client_id", "fields"],
        _ if path.contains("/agents/{id}") => &["name"],
        _ => &[],
    };
    Value::Object(keys.iter().map(|key| ((*key).to_owned(), whole[*key].clone())).collect())
}

#[tokio::test]
async fn t03_t08_ids_of_others_missing_ids_and_rubbish_get_the_same_answer() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let theirs = app.visitor(&agent).await;
    let foreign = theirs.write("a human please").await;
    let me = app.visitor(&agent).await;
    me.write("hello").await;
    let mut checked = 0;
    for (method, path) in routes_with_ids() {
        let body = (method != Method::GET && method != Method::DELETE).then(|| trimmed(&path));
        let filled = |id: &str| {
            path.replace("{id}", id)
                .replace("{agent_id}", id)
                .replace("{action_id}", "none")
                .replace("{question_id}", id)
                .replace("{training_id}", id)
        };
        if path.ends_with("/files") || path.contains("{agent_id}") {
            continue;
        }
        let mut answers: Vec<(String, Answer)> = Vec::new();
        for id in [MISSING, "rubbish", "0", "%00"] {
            let answer = if path.contains("/widget/") {
                me.send(method.clone(), filled(id).trim_start_matches("/api/widget/v1"), body.clone()).await
            } else {
                owner.send(method.clone(), filled(id).trim_start_matches("/api/v1"), body.clone()).await
            };
            answers.push((id.to_owned(), answer));
        }
        if path.contains("/widget/v1/conversations/") {
            let answer =
                me.send(method.clone(), filled(&foreign).trim_start_matches("/api/widget/v1"), body.clone()).await;
            answers.push((foreign.clone(), answer));
        }
        for (id, answer) in &answers {
            assert_eq!(
                answer.status,
                StatusCode::NOT_FOUND,
                "{method} {path} with {id}: {}",
                String::from_utf8_lossy(&answer.bytes)
            );
            assert_eq!(answer.bytes, answers[0].1.bytes, "{method} {path} with {id}");
            checked += 1;
        }
    }
    assert!(checked > 80, "only {checked} cells were checked");
}

#[tokio::test]
async fn g_s1_nothing_of_the_team_without_signing_in() {
    let app = TestApp::start().await;
    app.owner().await;
    for (method, path) in routes_with_ids().into_iter().filter(|(_, path)| path.starts_with("/api/v1/")) {
        let body = (method != Method::GET).then(|| trimmed(&path));
        let answer =
            app.send(method.clone(), &path.replace("{id}", MISSING), &[("x-baton-client", "test")], body).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::UNAUTHORIZED, "signed_out"),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn csrf_a_change_without_our_header_is_refused() {
    let app = TestApp::start().await;
    let answer =
        app.send(Method::POST, "/api/v1/sign-in", &[], Some(json!({ "email": "a@b.co", "password": "x" }))).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "client_header_missing"));
}

#[tokio::test]
async fn w3_only_allowed_sites_get_the_widget_and_the_owner_sees_the_others() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let config = format!("/api/widget/v1/agents/{agent}/config");
    for origin in [
        "https://evil.example",
        "https://shop.example.evil.example",
        "http://shop.example",
        "https://shop.example:8443",
        "null",
    ] {
        let answer = app.send(Method::GET, &config, &[("origin", origin)], None).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "origin_not_allowed"), "{origin}");
    }
    let answer = app.send(Method::GET, &config, &[], None).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "no origin at all");
    let allowed = app.send(Method::GET, &config, &[("origin", "https://shop.example")], None).await;
    assert_eq!(allowed.headers["access-control-allow-origin"], "https://shop.example");
    let keys: Vec<_> = allowed.ok().as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default();
    assert_eq!(
        keys,
        [
            "accent_color",
            "actions",
            "agent_id",
            "announcement",
            "name",
            "person",
            "position",
            "suggestions",
            "team_name",
            "ticket",
            "welcome"
        ],
        "the public configuration says no more"
    );

    let blocked = owner.get(&format!("/agents/{agent}/blocked-origins")).await.ok();
    let origins: Vec<_> =
        blocked["blocked"].as_array().into_iter().flatten().filter_map(|row| row["origin"].as_str()).collect();
    assert!(origins.contains(&"https://evil.example"), "{origins:?}");
    owner.post(&format!("/agents/{agent}/allowed-origins"), json!({ "origin": "https://evil.example" })).await.ok();
    app.send(Method::GET, &config, &[("origin", "https://evil.example")], None).await.ok();
    let frame = app.send(Method::GET, &format!("/widget/frame/{agent}"), &[], None).await;
    let policy = frame.headers["content-security-policy"].to_str().unwrap_or_default().to_owned();
    assert!(policy.ends_with("frame-ancestors 'self' https://shop.example https://evil.example"), "{policy}");
}

#[tokio::test]
async fn a_session_needs_a_ticket_that_is_ours_and_fresh() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let other = owner.agent().await;
    let config = app
        .send(
            Method::GET,
            &format!("/api/widget/v1/agents/{agent}/config"),
            &[("origin", "https://shop.example")],
            None,
        )
        .await
        .ok();
    let ticket = config["ticket"].as_str().unwrap_or_default().to_owned();
    let open = async |agent: &str, ticket: &str| {
        app.send(
            Method::POST,
            &format!("/api/widget/v1/agents/{agent}/sessions"),
            &[],
            Some(json!({ "ticket": ticket })),
        )
        .await
        .status
    };
    assert_eq!(open(&agent, &ticket).await, StatusCode::CREATED);
    assert_eq!(open(&other, &ticket).await, StatusCode::FORBIDDEN, "another agent's");
    assert_eq!(open(&agent, &ticket.replacen('1', "2", 1)).await, StatusCode::FORBIDDEN, "changed");
    assert_eq!(open(&agent, "").await, StatusCode::FORBIDDEN);
    app.advance(std::time::Duration::from_secs(3_601)).await;
    assert_eq!(open(&agent, &ticket).await, StatusCode::FORBIDDEN, "too old");
}

#[tokio::test]
async fn g_s9_every_answer_carries_the_headers_that_keep_it_safe() {
    let app = TestApp::start().await;
    for path in ["/", "/inbox/waiting", "/widget.js", "/api/v1/me", "/api/openapi.json", "/livez", "/api/nothing"] {
        let answer = app.send(Method::GET, path, &[], None).await;
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert!(answer.headers.contains_key("content-security-policy"), "{path}");
        if path.starts_with("/api/") {
            assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
        }
    }
}
