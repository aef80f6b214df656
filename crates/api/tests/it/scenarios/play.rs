//! One scenario, step by step.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use baton_test_support::{Answer, Member, Stream, TestApp, Visitor, client_id};
use serde_json::{Value, json};

use crate::scenarios::checks;
use crate::scenarios::held_model::HeldModel;

/// Longer than any scenario's agent waits for the rest of a burst.
const BURST_OVER: Duration = Duration::from_millis(2_100);

/// How long a member's browser may be gone before they count as gone is real time; this is longer.
const LOOKS_MAX: u32 = 200;
const LOOK_EVERY: Duration = Duration::from_millis(50);

struct Scene<'app> {
    app: &'app TestApp,
    agent: String,
    owner: Member<'app>,
    members: BTreeMap<String, Member<'app>>,
    streams: BTreeMap<String, Stream>,
    visitor: Visitor<'app>,
    model: Option<Arc<HeldModel>>,
    conversation: Option<String>,
    /// Number of the last entry that was expected.
    expected: u64,
    ids: BTreeMap<String, String>,
    first_sent: BTreeMap<String, Value>,
    working: Option<tokio::task::JoinHandle<()>>,
}

/// Plays a scenario.
pub(super) async fn play(scenario: &Value, docs: &Path) -> Result<(), String> {
    let pieces = scenario["model"]["writes"]
        .as_array()
        .map(|pieces| pieces.iter().filter_map(|piece| piece.as_str().map(str::to_owned)).collect());
    let model = pieces.map(HeldModel::new);
    let mut builder = TestApp::builder();
    if let Some(model) = &model {
        builder = builder.model(Arc::clone(model) as _);
    }
    let app = builder.start().await;
    let mut scene = Scene::set(&app, scenario, docs, model).await;
    for (number, step) in scenario["steps"].as_array().into_iter().flatten().enumerate() {
        let (kind, with) =
            step.as_object().and_then(|step| step.iter().next()).ok_or("a step is a map with one key")?;
        scene.step(kind, with).await.map_err(|why| format!("step {} ({kind}): {why}", number + 1))?;
    }
    scene.settle().await;
    scene.finish().await
}

impl<'app> Scene<'app> {
    async fn set(app: &'app TestApp, scenario: &Value, docs: &Path, model: Option<Arc<HeldModel>>) -> Self {
        let owner = app.owner().await;
        let agent = owner.post("/agents", json!({ "name": "Helper" })).await.ok()["id"].as_str().unwrap().to_owned();
        let mut settings = scenario["settings"].as_object().cloned().unwrap_or_default();
        settings.insert("allowed_origins".into(), json!([baton_test_support::SITE]));
        owner.send(Method::PATCH, &format!("/agents/{agent}"), Some(Value::Object(settings))).await.ok();
        let mut files: Vec<_> = std::fs::read_dir(docs).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let files: Vec<_> = files
            .iter()
            .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(path).unwrap()))
            .collect();
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        owner.upload(&agent, &files).await.ok();
        app.settle().await;
        let mut members = BTreeMap::new();
        for name in scenario["members"].as_object().into_iter().flatten().map(|(name, _)| name) {
            members.insert(name.clone(), owner.invite(name, "operator").await);
        }
        let visitor = app.visitor(&agent).await;
        let mut scene = Self {
            app,
            agent,
            owner,
            members,
            streams: BTreeMap::new(),
            visitor,
            model,
            conversation: None,
            expected: 0,
            ids: BTreeMap::new(),
            first_sent: BTreeMap::new(),
            working: None,
        };
        for (name, presence) in scenario["members"].as_object().into_iter().flatten() {
            scene.set_presence(name, presence.as_str().unwrap_or_default()).await.unwrap();
        }
        scene
    }

    async fn step(&mut self, kind: &str, with: &Value) -> Result<(), String> {
        let text = |key: &str| with[key].as_str().unwrap_or_default().to_owned();
        match kind {
            "say" => self.say(with).await,
            "press" => {
                let fields = if with["fields"].is_object() { with["fields"].clone() } else { json!({}) };
                let answer = self.visitor.press(&client_id(), &text("action"), fields).await;
                self.sent(&answer, with)
            }
            "set_presence" => self.set_presence(&text("member"), &text("to")).await,
            "take_over" => self.act(with, "take-over", json!({})).await,
            "take_over_together" => self.take_over_together(with).await,
            "reply" => {
                let id = self.client_id(with);
                self.act(with, "messages", json!({ "client_id": id, "text": text("text") })).await
            }
            "assign" => {
                let to = self.members.get(&text("to")).ok_or("no such member")?.id.clone();
                self.act(with, "assign", json!({ "member_id": to })).await
            }
            "return_to_queue" => self.act(with, "return-to-queue", json!({})).await,
            "return_to_ai" => self.act(with, "return-to-ai", json!({})).await,
            "close" => self.act(with, "close", json!({ "outcome": text("outcome") })).await,
            "reopen" => self.act(with, "reopen", json!({})).await,
            "wait_for_writing" => self.wait_for_writing().await,
            "resume_model" => {
                self.model.as_ref().ok_or("there is no model")?.resume();
                Ok(())
            }
            "settle" => {
                self.settle().await;
                Ok(())
            }
            "expect" => self.expect(with).await,
            _ => Err("no such step".to_owned()),
        }
    }

    fn client_id(&mut self, with: &Value) -> String {
        match with["id"].as_str() {
            Some(name) => self.ids.entry(name.to_owned()).or_insert_with(client_id).clone(),
            None => client_id(),
        }
    }

    async fn say(&mut self, with: &Value) -> Result<(), String> {
        let id = self.client_id(with);
        let answer = self.visitor.write_as(&id, with["text"].as_str().unwrap_or_default()).await;
        self.sent(&answer, with)?;
        // Sent again, a message gets the result of the first sending.
        let own = answer.json()["entries"]
            .as_array()
            .and_then(|entries| entries.iter().find(|entry| entry["client_id"] == id.as_str()).cloned());
        if let Some(own) = own {
            let first = self.first_sent.entry(id).or_insert_with(|| own.clone());
            if *first != own {
                return Err(format!("sent again, the message is another: {own} after {first}"));
            }
        }
        Ok(())
    }

    fn sent(&mut self, answer: &Answer, with: &Value) -> Result<(), String> {
        as_told(answer, with)?;
        let id = answer.json()["conversation_id"].as_str().map(str::to_owned);
        match (&self.conversation, id) {
            (Some(before), Some(id)) if *before != id => Err("the conversation is another one".to_owned()),
            (None, Some(id)) => {
                self.conversation = Some(id);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn act(&mut self, with: &Value, what: &str, body: Value) -> Result<(), String> {
        let member = self.members.get(with["by"].as_str().unwrap_or_default()).ok_or("no such member")?;
        let path = format!("/conversations/{}/{what}", self.conversation.as_deref().ok_or("nothing was said yet")?);
        as_told(&member.post(&path, body).await, with)
    }

    async fn take_over_together(&mut self, with: &Value) -> Result<(), String> {
        let path = format!("/conversations/{}/take-over", self.conversation.as_deref().ok_or("nothing was said yet")?);
        let names = with["by"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let calls = names
            .filter_map(|name| self.members.get(name))
            .map(|member| async { (member.id.clone(), member.post(&path, json!({})).await) });
        let answers = futures::future::join_all(calls).await;
        let winners: Vec<_> =
            answers.iter().filter(|(_, answer)| answer.status == StatusCode::OK).map(|(id, _)| id.clone()).collect();
        let [winner] = winners.as_slice() else {
            return Err(format!("{} of {} took it", winners.len(), answers.len()));
        };
        let losers = answers.iter().filter(|(id, _)| id != winner);
        for (_, answer) in losers {
            if answer.code() != "already_taken" || answer.json()["details"]["member_id"] != winner.as_str() {
                return Err(format!("a loser was told {}", answer.json()));
            }
        }
        Ok(())
    }

    async fn set_presence(&mut self, name: &str, to: &str) -> Result<(), String> {
        let member = self.members.get(name).ok_or("no such member")?.clone();
        if to == "offline" {
            self.streams.remove(name);
            for _ in 0..LOOKS_MAX {
                let members = self.owner.get("/members").await.ok();
                let gone = members["members"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .any(|row| row["id"] == member.id.as_str() && row["presence"] == "offline");
                if gone {
                    return Ok(());
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
            return Err(format!("{name} is still there"));
        }
        member.send(Method::PUT, "/me/availability", Some(json!({ "availability": to }))).await.ok();
        let mut stream = member.stream("").await;
        stream.next_named("hello").await;
        self.streams.insert(name.to_owned(), stream);
        Ok(())
    }

    /// Lets the AI work beside the scenario, until its first words have reached the visitor.
    async fn wait_for_writing(&mut self) -> Result<(), String> {
        let id = self.conversation.clone().ok_or("nothing was said yet")?;
        let mut stream = self.visitor.stream(&id, 0).await;
        self.app.clock().advance(BURST_OVER);
        let baton = self.app.baton().clone();
        let tasks = baton.tasks().clone();
        self.working = Some(tasks.spawn(async move {
            baton_app::background::run_due(&baton).await.expect("the store works");
        }));
        stream.next_named("delta").await;
        Ok(())
    }

    async fn settle(&mut self) {
        if let Some(working) = self.working.take() {
            working.await.expect("the work does not panic");
        }
        self.app.advance(BURST_OVER).await;
    }

    async fn log(&self) -> Vec<Value> {
        let Some(id) = &self.conversation else { return Vec::new() };
        let thread = self.owner.get(&format!("/conversations/{id}")).await.ok();
        thread["entries"].as_array().cloned().unwrap_or_default()
    }

    async fn expect(&mut self, with: &Value) -> Result<(), String> {
        let described = with["entries"].as_array().cloned().unwrap_or_default();
        let new = |log: &[Value], after: u64| -> Vec<Value> {
            log.iter()
                .filter(|entry| entry["seq"].as_u64() > Some(after) && !checks::is_timing(entry))
                .cloned()
                .collect()
        };
        let fits = |new: &[Value]| {
            new.len() == described.len()
                && new.iter().zip(&described).all(|(entry, described)| checks::fits(entry, described))
        };
        let mut log = self.log().await;
        if !fits(&new(&log, self.expected)) {
            self.settle().await;
            log = self.log().await;
        }
        let found = new(&log, self.expected);
        if !fits(&found) {
            let lines =
                |entries: &[Value]| entries.iter().map(|entry| format!("    {entry}")).collect::<Vec<_>>().join("\n");
            return Err(format!("expected\n{}\n  found\n{}", lines(&described), lines(&found)));
        }
        self.expected = log.last().and_then(|entry| entry["seq"].as_u64()).unwrap_or(self.expected);
        self.stands(with).await
    }

    /// Who has the conversation, and where the inbox has it.
    async fn stands(&self, with: &Value) -> Result<(), String> {
        let Some(id) = &self.conversation else { return Ok(()) };
        let summary = self.owner.get(&format!("/conversations/{id}")).await.ok()["summary"].clone();
        if let Some(wanted) = with["owner"].as_str() {
            let owner = &summary["owner"];
            let fits = owner["kind"] == wanted || owner["member_name"] == wanted;
            if !fits {
                return Err(format!("the owner is {owner}, not {wanted}"));
            }
        }
        match with["view"].as_str() {
            Some(wanted) if summary["place"]["view"] != wanted => {
                Err(format!("it is in {}, not in {wanted}", summary["place"]))
            }
            _ => Ok(()),
        }
    }

    async fn finish(&self) -> Result<(), String> {
        let Some(id) = &self.conversation else { return Ok(()) };
        let thread = self.owner.get(&format!("/conversations/{id}")).await.ok();
        let team = thread["entries"].as_array().cloned().unwrap_or_default();
        if let Some(more) =
            team.iter().find(|entry| entry["seq"].as_u64() > Some(self.expected) && !checks::is_timing(entry))
        {
            return Err(format!("nobody expected {more}"));
        }
        let visitor = self.visitor.entries().await;
        checks::log(&team, &visitor, thread["summary"]["epoch"].as_u64().unwrap_or_default())?;
        self.is_in_one_view(id).await?;
        self.followed_is_read(id, &visitor).await
    }

    async fn is_in_one_view(&self, id: &str) -> Result<(), String> {
        let mut views = Vec::new();
        for view in ["live", "waiting", "team", "resolved"] {
            let page = self.owner.get(&format!("/inbox?view={view}&agent_id={}", self.agent)).await.ok();
            let rows = page["conversations"].as_array().cloned().unwrap_or_default();
            if page["counts"][view].as_u64() != Some(rows.len() as u64) {
                return Err(format!("the count of {view} is wrong"));
            }
            if rows.iter().any(|row| row["id"] == id) {
                views.push(view);
            }
        }
        if views.len() == 1 { Ok(()) } else { Err(format!("it is in {views:?}")) }
    }

    /// A stream from the beginning gives what the snapshot has.
    async fn followed_is_read(&self, id: &str, visitor: &[Value]) -> Result<(), String> {
        let mut stream = self.visitor.stream(id, 0).await;
        for entry in visitor {
            let frame = stream.next_named("entry").await;
            if frame.data != *entry {
                return Err(format!("the stream has {} where the snapshot has {entry}", frame.data));
            }
        }
        Ok(())
    }
}

fn as_told(answer: &Answer, with: &Value) -> Result<(), String> {
    match with["refused"].as_str() {
        Some(code) if answer.status.is_success() || answer.code() != code => {
            Err(format!("was not refused as {code}: {}", answer.json()))
        }
        None if !answer.status.is_success() => Err(format!("was refused: {}", answer.json())),
        _ => Ok(()),
    }
}
