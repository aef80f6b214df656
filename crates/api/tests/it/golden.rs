//! Golden questions, trainings that are refused or gone back to, and what an agent learns from its own evidence.

use axum::http::{Method, StatusCode};
use baton_test_support::{Member, TestApp};
use serde_json::{Value, json};

const TAILS: &str = "# Tails\n\nA tail is 12 metres long.\n";
const FRAMES: &str = "# Frames\n\nThe frame is made of carbon rods.\n";
const HOW_LONG: &str = "How long is a tail?";
const MADE_OF: &str = "What is the frame made of?";
const UNKNOWN: &str = "Who won the chess championship of 1921?";

fn page(title: &str) -> Value {
    json!({ "kind": "document", "title": title })
}

async fn add(owner: &Member<'_>, agent: &str, question: &str, expect: Value) -> Value {
    let body = json!({ "question": question, "expect": expect });
    owner.post(&format!("/agents/{agent}/golden-questions"), body).await.ok()
}

async fn run(owner: &Member<'_>, agent: &str) -> Value {
    owner.post(&format!("/agents/{agent}/golden-questions/run"), json!({})).await.ok()
}

async fn trainings(owner: &Member<'_>, agent: &str) -> Vec<Value> {
    let listed = owner.get(&format!("/agents/{agent}/trainings")).await.ok();
    listed["trainings"].as_array().cloned().unwrap_or_default()
}

async fn publish(owner: &Member<'_>, agent: &str, training: &Value) -> baton_test_support::Answer {
    let id = training["id"].as_str().unwrap_or_default();
    owner.post(&format!("/agents/{agent}/trainings/{id}/publish"), json!({})).await
}

async fn kind(owner: &Member<'_>, agent: &str, question: &str) -> Value {
    owner.post(&format!("/agents/{agent}/ask"), json!({ "question": question })).await.ok()["kind"].clone()
}

async fn set(owner: &Member<'_>, agent: &str, settings: Value) {
    owner.send(Method::PATCH, &format!("/agents/{agent}"), Some(settings)).await.ok();
}

#[tokio::test]
async fn k7_golden_questions_are_asked_through_what_answers_visitors() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let nothing = owner.post(&format!("/agents/{agent}/golden-questions/run"), json!({})).await;
    assert_eq!((nothing.status, nothing.code().as_str()), (StatusCode::CONFLICT, "not_possible"));
    let tails = owner.teach(&agent, "Tails", TAILS).await;
    owner.teach(&agent, "Frames", FRAMES).await;
    let first = add(&owner, &agent, HOW_LONG, page(" tails ")).await;
    assert_eq!(first["expect"]["source_id"], tails.as_str(), "named by its title, kept by its key too: {first:#}");
    add(&owner, &agent, MADE_OF, page("Tails")).await;
    add(&owner, &agent, UNKNOWN, json!({ "kind": "hand_off" })).await;
    add(&owner, &agent, "Can a kite be repaired?", page("Repairs")).await;
    let answers = run(&owner, &agent).await;
    let results = answers["results"].as_array().cloned().unwrap_or_default();
    let passed: Vec<_> = results.iter().map(|result| result["passed"] == true).collect();
    assert_eq!((passed, &answers["passed"], &answers["total"]), (vec![true, false, true, false], &json!(2), &json!(4)));
    assert_eq!(results[0]["observed"]["documents"][0]["title"], "Tails");
    let why = results[1]["why"].as_str().unwrap_or_default();
    assert!(why.starts_with("The expected page"), "{why}");
    assert_eq!(results[3]["why"], "The expected page is not in the docs.");
    let listed = owner.get(&format!("/agents/{agent}/golden-questions")).await.ok();
    assert_eq!((&listed["passed"], &listed["asked"], &listed["limit"]), (&json!(2), &json!(4), &json!(500)));
    assert_eq!(listed["questions"][0]["last"]["passed"], true);
    // What the owner changes is judged anew, without asking again.
    set(&owner, &agent, json!({ "answer_threshold": 1.0 })).await;
    let listed = owner.get(&format!("/agents/{agent}/golden-questions")).await.ok();
    let why = listed["questions"][0]["last"]["why"].as_str().unwrap_or_default().to_owned();
    assert!(why.starts_with("Found, but below the threshold: ") && why.ends_with(" < 1.00."), "{why}");
    // Nothing was said to anybody.
    assert_eq!(owner.get("/inbox?view=live").await.ok()["conversations"], json!([]));
    let operator = owner.invite("Otto", "operator").await;
    assert_eq!(operator.get(&format!("/agents/{agent}/golden-questions")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn k7_questions_are_changed_imported_and_refused_with_the_reason_beside_the_field() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let at = format!("/agents/{agent}/golden-questions");
    let made = add(&owner, &agent, HOW_LONG, page("Tails")).await;
    let one = format!("{at}/{}", made["id"].as_str().unwrap_or_default());
    for (body, field) in [
        (json!({ "question": " ", "expect": page("Tails") }), "question"),
        (json!({ "question": "how long is a TAIL?", "expect": page("Tails") }), "question"),
        (json!({ "question": "What else?", "expect": page(" ") }), "expect"),
    ] {
        let refused = owner.post(&at, body.clone()).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert!(refused.json()["details"]["fields"][field].is_string(), "{body}: {}", refused.json());
    }
    let changed = owner.send(Method::PATCH, &one, Some(json!({ "expect": { "kind": "hand_off" } }))).await.ok();
    assert_eq!((&changed["question"], &changed["expect"]["kind"]), (&json!(HOW_LONG), &json!("hand_off")));
    let csv = format!(
        "question,expect,must_hand_off\n{HOW_LONG},Tails,\n\"Frames, made of what?\",https://a.example/f,\n{UNKNOWN},,yes\n"
    );
    let imported = owner.post(&format!("{at}/import"), json!({ "text": csv })).await.ok();
    assert_eq!(imported, json!({ "added": 2, "changed": 1, "unchanged": 0 }));
    let lines = format!(
        "{{\"question\":\"{UNKNOWN}\",\"must_hand_off\":true}}\n\n{{\"question\":\"New?\",\"expect\":\"Tails\"}}\n"
    );
    let imported = owner.post(&format!("{at}/import"), json!({ "text": lines })).await.ok();
    assert_eq!(imported, json!({ "added": 1, "changed": 0, "unchanged": 1 }));
    let broken = "{\"question\":\"A?\",\"expect\":\"x\"}\nrubbish\n{\"question\":\"B?\"}\n";
    let refused = owner.post(&format!("{at}/import"), json!({ "text": broken })).await;
    let fields = refused.json()["details"]["fields"].clone();
    assert!(fields["line.2"].is_string() && fields["line.3"].is_string(), "{fields}");
    let listed = owner.get(&at).await.ok();
    assert_eq!(listed["questions"].as_array().map(Vec::len), Some(4), "all of an import or nothing");
    let other = owner.agent().await;
    let elsewhere = one.replace(&agent, &other);
    assert_eq!(owner.send(Method::DELETE, &elsewhere, None).await.status, StatusCode::NOT_FOUND, "another agent's");
    assert_eq!(owner.send(Method::DELETE, &one, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(owner.send(Method::DELETE, &one, None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn k7_there_are_at_most_five_hundred_golden_questions() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let text = |count: usize| -> String {
        (0..count).map(|at| format!("{{\"question\":\"Number {at}?\",\"must_hand_off\":true}}\n")).collect()
    };
    let at = format!("/agents/{agent}/golden-questions");
    let refused = owner.post(&format!("{at}/import"), json!({ "text": text(501) })).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    owner.post(&format!("{at}/import"), json!({ "text": text(500) })).await.ok();
    let refused = owner.post(&at, json!({ "question": "More?", "expect": { "kind": "hand_off" } })).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn k7_a_worse_training_is_refused_and_can_be_published_anyway() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let tails = owner.teach(&agent, "Tails", TAILS).await;
    add(&owner, &agent, HOW_LONG, page("Tails")).await;
    add(&owner, &agent, MADE_OF, page("Frames")).await;
    owner.teach(&agent, "Frames", FRAMES).await;
    let listed = trainings(&owner, &agent).await;
    assert_eq!(listed[0]["golden"]["better"][0]["question"], MADE_OF, "{:#}", listed[0]);
    assert_eq!((&listed[0]["golden"]["passed"], &listed[0]["golden"]["worse"]), (&json!(2), &json!([])));
    set(&owner, &agent, json!({ "refuse_worse_training": true })).await;
    owner.send(Method::DELETE, &format!("/sources/{tails}"), None).await.ok();
    owner.teach(&agent, "Colours", "# Colours\n\nKites are red or blue.\n").await;
    let listed = trainings(&owner, &agent).await;
    let refused = &listed[0];
    assert_eq!(
        (&refused["state"], &refused["in_use"], &refused["kept"]),
        (&json!("refused"), &json!(false), &json!(true))
    );
    assert_eq!(refused["golden"]["worse"][0]["question"], HOW_LONG, "{refused:#}");
    assert_eq!(refused["golden"]["worse"][0]["why"], "The expected page is not in the docs.");
    assert_eq!(listed[1]["in_use"], true);
    let knowledge = owner.get(&format!("/agents/{agent}")).await.ok()["knowledge"].clone();
    assert_eq!(knowledge["state"], "failed");
    assert!(knowledge["error"].as_str().is_some_and(|error| error.contains("1 golden question")), "{knowledge:#}");
    assert_eq!(kind(&owner, &agent, MADE_OF).await, "answer", "the old docs answer");
    assert_eq!(kind(&owner, &agent, HOW_LONG).await, "abstain", "but nothing that was deleted");
    assert_eq!(kind(&owner, &agent, "Which colours do kites have?").await, "abstain", "and not the new docs");
    let details =
        owner.get(&format!("/agents/{agent}/trainings/{}", refused["id"].as_str().unwrap_or_default())).await.ok();
    assert_eq!(details["results"].as_array().map(Vec::len), Some(2));
    let published = publish(&owner, &agent, refused).await.ok();
    assert_eq!((&published["state"], &published["in_use"]), (&json!("published"), &json!(true)));
    app.settle().await;
    assert_eq!(kind(&owner, &agent, "Which colours do kites have?").await, "answer");
    assert_eq!(owner.get(&format!("/agents/{agent}")).await.ok()["knowledge"]["state"], "ready");
    // What fails by now is what the next training is compared with.
    owner.teach(&agent, "Strings", "# Strings\n\nStrings hold 90 kilograms.\n").await;
    assert_eq!(trainings(&owner, &agent).await[0]["state"], "published");
}

#[tokio::test]
async fn k4_going_back_moves_one_pointer_and_a_deleted_source_stays_uncited() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let tails = owner.teach(&agent, "Tails", TAILS).await;
    owner.teach(&agent, "Frames", FRAMES).await;
    owner.send(Method::DELETE, &format!("/sources/{tails}"), None).await.ok();
    app.settle().await;
    let listed = trainings(&owner, &agent).await;
    assert_eq!(listed.len(), 3);
    assert!(listed.iter().all(|training| training["kept"] == true && training["golden"].is_null()), "{listed:#?}");
    let with_both = &listed[1];
    let went_back = publish(&owner, &agent, with_both).await.ok();
    assert_eq!((&went_back["in_use"], &went_back["documents"]), (&json!(true), &json!(2)));
    assert_eq!(kind(&owner, &agent, MADE_OF).await, "answer");
    assert_eq!(kind(&owner, &agent, HOW_LONG).await, "abstain", "its source is deleted");
    let knowledge = owner.get(&format!("/agents/{agent}")).await.ok()["knowledge"].clone();
    assert_eq!((&knowledge["state"], &knowledge["documents"]), (&json!("ready"), &json!(2)), "nothing is under way");
    // Further trainings push the oldest out; the one in use is never among those.
    owner.teach(&agent, "One", "# One\n\nThe first page says one.\n").await;
    owner.teach(&agent, "Two", "# Two\n\nThe second page says two.\n").await;
    owner.teach(&agent, "Three", "# Three\n\nThe third page says three.\n").await;
    let listed = trainings(&owner, &agent).await;
    let kept: Vec<_> = listed.iter().map(|training| training["kept"] == true).collect();
    assert_eq!(kept, [true, true, true, false, false, false]);
    let gone = publish(&owner, &agent, &listed[5]).await;
    assert_eq!((gone.status, gone.code().as_str()), (StatusCode::CONFLICT, "not_possible"));
    assert_eq!(kind(&owner, &agent, MADE_OF).await, "answer", "nothing has changed");
    let other = owner.agent().await;
    assert_eq!(publish(&owner, &other, &listed[1]).await.status, StatusCode::NOT_FOUND, "another agent's");
}

#[tokio::test]
async fn a8_ratings_and_golden_questions_move_this_agents_confidence() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    owner.teach(&agent, "Tails", TAILS).await;
    let coverage = async || owner.get(&format!("/agents/{agent}/coverage")).await.ok();
    let before = coverage().await;
    assert_eq!((&before["basis"], &before["questions"]), (&json!("public_sets"), &json!(0)));
    assert_eq!(before["points"][12]["sentence"], "At 0.90: 21 % answered, 79 % to people");
    let confidence = async || {
        let tried = owner.post(&format!("/agents/{agent}/ask"), json!({ "question": HOW_LONG })).await.ok();
        tried["confidence"].as_f64().unwrap_or_default()
    };
    let raw = confidence().await;
    for rated in 0..10 {
        let visitor = app.visitor(&agent).await;
        let id = visitor.write(HOW_LONG).await;
        app.settle().await;
        let entries = visitor.entries().await;
        let answer = entries.iter().find(|entry| entry["type"] == "ai_message").expect("an answer");
        let body = json!({ "message_seq": answer["seq"], "rating": "down" });
        let status = visitor.post(&format!("/conversations/{id}/ratings"), body).await.status;
        assert_eq!(status, StatusCode::NO_CONTENT, "{rated}");
    }
    app.settle().await;
    let after = coverage().await;
    assert_eq!(after["calibration"]["ratings"], 10, "{:#}", after["calibration"]);
    assert!(after["calibration"]["shift"].as_f64().is_some_and(|shift| shift < -0.3), "{:#}", after["calibration"]);
    assert!(confidence().await < raw, "ten visitors were not helped");
    assert_eq!(after["note"].as_str().map(|note| note.contains("10 questions")), Some(true), "{}", after["note"]);
}

#[tokio::test]
async fn a3_coverage_counts_this_agents_own_questions() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    owner.teach(&agent, "Tails", TAILS).await;
    owner.teach(&agent, "Frames", FRAMES).await;
    for (at, question) in [HOW_LONG, MADE_OF, UNKNOWN, "hello"].iter().cycle().take(32).enumerate() {
        let visitor = app.visitor(&agent).await;
        let id = visitor.write(question).await;
        app.settle().await;
        let entries = visitor.entries().await;
        let answer = entries.iter().find(|entry| entry["kind"] == "answer");
        if let Some(answer) = answer.filter(|_| at % 8 < 2) {
            let body = json!({ "message_seq": answer["seq"], "rating": "up" });
            visitor.post(&format!("/conversations/{id}/ratings"), body).await;
        }
    }
    app.settle().await;
    let coverage = owner.get(&format!("/agents/{agent}/coverage")).await.ok();
    assert_eq!((&coverage["basis"], &coverage["questions"]), (&json!("visitors"), &json!(24)), "hello is no question");
    assert_eq!((&coverage["note"], coverage["points"].as_array().map(Vec::len)), (&Value::Null, Some(14)));
    let current = &coverage["current"];
    assert_eq!(current["sentence"], "At 0.50: 67 % answered, 33 % to people", "{current:#}");
    assert_eq!(current["measured"], json!({ "known": 8, "right": 1.0 }));
    let shares: Vec<_> =
        coverage["points"].as_array().into_iter().flatten().filter_map(|point| point["answered"].as_f64()).collect();
    assert!(shares.is_sorted_by(|a, b| a >= b), "{shares:?}");
    app.advance(std::time::Duration::from_secs(91 * 24 * 60 * 60)).await;
    let later = owner.get(&format!("/agents/{agent}/coverage")).await;
    assert!(later.status == StatusCode::UNAUTHORIZED || later.json()["questions"] == 0, "old questions do not count");
}
