//! The language model of an agent (A2, A6, U1): settings, the key that never comes out, trying it out, what answers cost.

use axum::http::{Method, StatusCode};
use baton_scripted_model::{Protocol, Script, ScriptedModel};
use baton_test_support::{Member, TestApp};
use serde_json::{Value, json};

const KEY: &str = "sk-sesame-0123456789-abcd";
const DOC: &str =
    "# Refunds\n\nYou can ask for a refund within 30 days of your purchase. Refunds are paid to the original card.\n";
const ASKED: &str = "Can I ask for a refund within 30 days of my purchase?";

fn own(provider: &str, server: &ScriptedModel, protocol: Protocol, name: &str) -> Value {
    json!({ "choice": "own", "provider": provider, "base_url": server.base_url_of(protocol), "name": name })
}

async fn choose(owner: &Member<'_>, agent: &str, model: Value) -> Value {
    owner.send(Method::PATCH, &format!("/agents/{agent}"), Some(json!({ "model": model }))).await.ok()
}

async fn check(owner: &Member<'_>, agent: &str, body: Value) -> Value {
    owner.post(&format!("/agents/{agent}/model/check"), body).await.ok()
}

async fn put_key(owner: &Member<'_>, agent: &str, key: &str) -> baton_test_support::Answer {
    owner.send(Method::PUT, &format!("/agents/{agent}/model-key"), Some(json!({ "key": key }))).await
}

#[tokio::test]
async fn a2_each_provider_writes_for_an_agent_and_the_answer_says_what_it_cost() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    owner.teach(&agent, "Refunds", DOC).await;
    let server = ScriptedModel::start(Script::Grounded).await.unwrap();
    let quoted = owner.post(&format!("/agents/{agent}/ask"), json!({ "question": ASKED })).await.ok();
    assert_eq!((&quoted["written_by"]["kind"], &quoted["spend"]), (&json!("documents"), &Value::Null));
    for (provider, protocol) in [
        ("open_ai", Protocol::OpenAi),
        ("anthropic", Protocol::Anthropic),
        ("gemini", Protocol::Gemini),
        ("ollama", Protocol::Ollama),
    ] {
        choose(&owner, &agent, own(provider, &server, protocol, "gpt-4o-mini-2024-07-18")).await;
        let answer = owner.post(&format!("/agents/{agent}/ask"), json!({ "question": ASKED })).await.ok();
        assert_eq!(answer["written_by"], json!({ "kind": "model", "name": "gpt-4o-mini-2024-07-18" }), "{provider}");
        let spend = &answer["spend"];
        let cost =
            (spend["input_tokens"].as_f64().unwrap() * 0.15 + spend["output_tokens"].as_f64().unwrap() * 0.6).round();
        assert_eq!(spend["cost_micro_usd"].as_f64(), Some(cost), "{provider}");
        assert_eq!(spend["estimated"], false);
        assert_eq!(server.requests().last().unwrap().protocol, protocol);
    }
    choose(&owner, &agent, json!({ "name": "home-made" })).await;
    let answer = owner.post(&format!("/agents/{agent}/ask"), json!({ "question": ASKED })).await.ok();
    assert_eq!(answer["spend"]["cost_micro_usd"], Value::Null, "an unknown model has no cost");
    assert!(answer["spend"]["input_tokens"].as_u64().unwrap() > 0, "its tokens are counted");
    choose(&owner, &agent, json!({ "choice": "none" })).await;
    let asked = server.requests().len();
    let quoted = owner.post(&format!("/agents/{agent}/ask"), json!({ "question": ASKED })).await.ok();
    assert_eq!((quoted["written_by"]["kind"].as_str(), server.requests().len()), (Some("documents"), asked));
}

#[tokio::test]
async fn a6_a_model_that_fails_costs_the_visitor_nothing() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    owner.teach(&agent, "Refunds", DOC).await;
    let server = ScriptedModel::start(Script::Fails { status: 401 }).await.unwrap();
    choose(&owner, &agent, own("open_ai", &server, Protocol::OpenAi, "m")).await;
    let visitor = app.visitor(&agent).await;
    visitor.write(ASKED).await;
    app.settle().await;
    let entries = visitor.entries().await;
    let answer = entries.iter().find(|entry| entry["type"] == "ai_message").unwrap();
    assert!(answer["text"].as_str().unwrap().contains("30 days"), "{answer}");
    let tried = owner.post(&format!("/agents/{agent}/ask"), json!({ "question": ASKED })).await.ok();
    assert_eq!(tried["written_by"]["kind"], "documents_instead");
    assert_eq!(tried["written_by"]["why"], "language model is misconfigured: status 401");
    let asked = server.requests().len();
    for _ in 0..6 {
        owner.post(&format!("/agents/{agent}/ask"), json!({ "question": ASKED })).await.ok();
    }
    assert_eq!(server.requests().len(), asked + 3, "after five failures in a row it is left alone");
}

#[tokio::test]
async fn a_key_goes_in_and_never_comes_out() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let server = ScriptedModel::start(Script::Says("ready".to_owned())).await.unwrap();
    choose(&owner, &agent, own("anthropic", &server, Protocol::Anthropic, "m")).await;
    let path = format!("/agents/{agent}/model");
    assert_eq!(owner.get(&path).await.ok(), json!({ "installation": null, "key": null }));
    for wrong in ["", "  ", "two words", "naïve", &"x".repeat(501)] {
        let answer = put_key(&owner, &agent, wrong).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, "fields_invalid"),
            "{wrong}"
        );
    }
    let set = put_key(&owner, &agent, &format!(" {KEY}\n")).await.ok();
    assert_eq!((&set["key"]["hint"], &set["key"]["usable"]), (&json!("abcd"), &json!(true)));
    assert_eq!(check(&owner, &agent, json!({})).await["problem"], Value::Null);
    assert_eq!(server.requests()[0].token.as_deref(), Some(KEY), "the provider gets it");
    for path in [path.as_str(), "/agents", &format!("/agents/{agent}")] {
        let answer = owner.get(path).await;
        assert!(!String::from_utf8_lossy(&answer.bytes).contains("sesame"), "{path}");
    }
    let stored = app.stored_bytes();
    assert!(!stored.windows(9).any(|window| window == b"sk-sesame"), "sealed at rest");

    let elsewhere = ScriptedModel::start(Script::Says("ready".to_owned())).await.unwrap();
    let moved = own("anthropic", &elsewhere, Protocol::Anthropic, "m");
    let tried = check(&owner, &agent, json!({ "model": moved })).await;
    assert_eq!(tried["problem"], "key_refused");
    choose(&owner, &agent, moved).await;
    assert_eq!(owner.get(&path).await.ok()["key"]["usable"], false);
    assert_eq!(elsewhere.requests(), [], "a key is sent nowhere but to the address it was set for");

    let forgotten = owner.send(Method::DELETE, &format!("/agents/{agent}/model-key"), None).await.ok();
    assert_eq!(forgotten["key"], Value::Null);
    check(&owner, &agent, json!({})).await;
    assert_eq!(elsewhere.requests()[0].token, None);
}

#[tokio::test]
async fn trying_a_model_out_says_what_is_wrong() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    assert_eq!(check(&owner, &agent, json!({})).await["problem"], "no_model");
    let server = ScriptedModel::start(Script::Grounded).await.unwrap();
    for (script, problem) in [
        ("says:ready", Value::Null),
        ("fails:401", json!("key_refused")),
        ("fails-saying:404:model `m` not found", json!("no_such_model")),
        ("fails:404", json!("wrong_address")),
        ("html-page", json!("wrong_address")),
        ("fails:400", json!("request_refused")),
        ("fails:429", json!("over_limit")),
        ("fails:503", json!("provider_down")),
        ("wrong-schema", json!("unusable")),
        ("empty", json!("unusable")),
    ] {
        server.set_script(script.parse().unwrap());
        let tried = check(&owner, &agent, json!({ "model": own("open_ai", &server, Protocol::OpenAi, "m") })).await;
        assert_eq!(tried["problem"], problem, "{script}: {tried}");
        assert!(!tried["message"].as_str().unwrap().is_empty() && tried["took_ms"].is_u64());
        if script.starts_with("fails") {
            assert!(tried["said"].is_string(), "the provider's words help whoever typed the settings: {script}");
        }
    }
    let model = own("open_ai", &server, Protocol::OpenAi, "m");
    drop(server);
    assert_eq!(check(&owner, &agent, json!({ "model": model })).await["problem"], "no_answer");
}

#[tokio::test]
async fn settings_that_cannot_be_are_named_and_nothing_is_saved() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    for (model, field) in [
        (json!({ "choice": "own", "name": "" , "base_url": "http://127.0.0.1:1" }), "model.name"),
        (json!({ "choice": "own", "name": "m", "base_url": "nonsense" }), "model.base_url"),
        (json!({ "choice": "own", "name": "m", "base_url": "https://user:key@127.0.0.1" }), "model.base_url"),
        (json!({ "choice": "own", "name": "m", "base_url": "http://10.0.0.1/v1" }), "model.base_url"),
        (
            json!({ "choice": "own", "name": "m", "base_url": "http://127.0.0.1:1", "temperature": 3 }),
            "model.temperature",
        ),
    ] {
        for (method, path, body) in [
            (Method::PATCH, format!("/agents/{agent}"), json!({ "model": model })),
            (
                Method::POST,
                format!("/agents/{agent}/model/check"),
                json!({ "model": { "provider": "open_ai", "choice": "own",
                "name": model["name"], "base_url": model["base_url"], "temperature": model["temperature"] } }),
            ),
        ] {
            let answer = owner.send(method, &path, Some(body)).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (StatusCode::UNPROCESSABLE_ENTITY, "settings_invalid"),
                "{path}"
            );
            assert!(answer.json()["details"]["fields"][field].is_string(), "{}", answer.json());
        }
    }
    let saved = owner.get(&format!("/agents/{agent}")).await.ok();
    assert_eq!(saved["settings"]["model"]["choice"], "installation");
}

#[tokio::test]
async fn only_who_manages_agents_sees_sets_and_tries_models() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let operator = owner.invite("Otto", "operator").await;
    for (method, path, body) in [
        (Method::GET, "model", None),
        (Method::PUT, "model-key", Some(json!({ "key": KEY }))),
        (Method::DELETE, "model-key", None),
        (Method::POST, "model/check", Some(json!({}))),
    ] {
        let answer = operator.send(method, &format!("/agents/{agent}/{path}"), body).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "not_allowed"), "{path}");
    }
}
