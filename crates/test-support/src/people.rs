//! People who use the application. What they do goes through the public HTTP API.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::http::{Method, header};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Answer, SITE, TestApp};
use crate::sse::Stream;

/// A message id that no other test message has.
#[must_use]
pub fn client_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    Uuid::from_u128(0x0190_0000_0000_7fff_8000_0000_0000_0000 | u128::from(NEXT.fetch_add(1, Ordering::Relaxed)))
        .to_string()
}

/// A member who is signed in.
#[derive(Clone, Debug)]
pub struct Member<'app> {
    app: &'app TestApp,
    cookie: String,
    /// Their id.
    pub id: String,
}

impl<'app> Member<'app> {
    /// Whoever signed in with this answer.
    #[must_use]
    pub fn new(app: &'app TestApp, signed_in: &Answer) -> Self {
        let cookie = signed_in.headers[header::SET_COOKIE].to_str().expect("cookies are text");
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let id = signed_in.json()["member"]["id"].as_str().expect("a member has an id").to_owned();
        Self { app, cookie, id }
    }

    /// Sends a request as the dashboard does.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let headers = [("cookie", self.cookie.as_str()), ("x-baton-client", "test")];
        self.app.send(method, &format!("/api/v1{path}"), &headers, body).await
    }

    /// Asks for something.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// Makes something, or does something.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Their live inbox, from a change on; while it is open they are there.
    pub async fn stream(&self, query: &str) -> Stream {
        self.app.stream(&format!("/api/v1/stream{query}"), &[("cookie", &self.cookie)]).await
    }

    /// Invites a colleague, who accepts and is signed in.
    pub async fn invite(&self, name: &str, role: &str) -> Member<'app> {
        let email = format!("{}@shop.example", name.to_lowercase());
        let made = self.post("/invitations", json!({ "email": email, "role": role })).await.ok();
        let token =
            made["url"].as_str().and_then(|url| url.split('#').nth(1)).expect("an invitation has a link").to_owned();
        let body = json!({ "token": token, "name": name, "password": "correct horse battery" });
        let accepted =
            self.app.send(Method::POST, "/api/v1/invitations/accept", &[("x-baton-client", "test")], Some(body)).await;
        let _ = accepted.ok();
        Member::new(self.app, &accepted)
    }

    /// Makes an agent that answers at once and may be shown on [`SITE`]; returns its id.
    pub async fn agent(&self) -> String {
        let agent = self.post("/agents", json!({ "name": "Helper" })).await.ok();
        let id = agent["id"].as_str().expect("an agent has an id").to_owned();
        let settings = json!({ "allowed_origins": [SITE], "burst_wait_ms": 0 });
        self.send(Method::PATCH, &format!("/agents/{id}"), Some(settings)).await.ok();
        id
    }

    /// Adds a document in Markdown and waits until it answers questions.
    pub async fn teach(&self, agent_id: &str, title: &str, text: &str) -> String {
        let source =
            self.post(&format!("/agents/{agent_id}/sources/text"), json!({ "title": title, "text": text })).await.ok();
        self.app.settle().await;
        source["id"].as_str().expect("a source has an id").to_owned()
    }

    /// Uploads files.
    pub async fn upload(&self, agent_id: &str, files: &[(&str, &[u8])]) -> Answer {
        let boundary = "a-boundary-that-is-in-no-file";
        let mut body = Vec::new();
        for (name, bytes) in files {
            let head =
                format!("--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let headers = [("cookie", self.cookie.as_str()), ("x-baton-client", "test")];
        let kind = format!("multipart/form-data; boundary={boundary}");
        let path = format!("/api/v1/agents/{agent_id}/sources/files");
        self.app.send_raw(Method::POST, &path, &headers, Some(&kind), Body::from(body)).await
    }
}

/// A visitor with a session.
#[derive(Clone, Debug)]
pub struct Visitor<'app> {
    app: &'app TestApp,
    agent_id: String,
    bearer: String,
}

impl<'app> Visitor<'app> {
    pub(crate) fn new(app: &'app TestApp, agent_id: &str, token: &str) -> Self {
        Self { app, agent_id: agent_id.to_owned(), bearer: format!("Bearer {token}") }
    }

    /// Sends a request as the widget does.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.app.send(method, &format!("/api/widget/v1{path}"), &[("authorization", &self.bearer)], body).await
    }

    /// Asks for something.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// Does something.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Writes a message with an id.
    pub async fn write_as(&self, client_id: &str, text: &str) -> Answer {
        self.post("/messages", json!({ "agent_id": self.agent_id, "client_id": client_id, "text": text })).await
    }

    /// Writes a message; returns the conversation's id.
    pub async fn write(&self, text: &str) -> String {
        let sent = self.write_as(&client_id(), text).await.ok();
        sent["conversation_id"].as_str().expect("a message is in a conversation").to_owned()
    }

    /// Presses a button.
    pub async fn press(&self, client_id: &str, action_id: &str, fields: Value) -> Answer {
        let body = json!({ "agent_id": self.agent_id, "client_id": client_id, "fields": fields });
        self.post(&format!("/actions/{action_id}"), body).await
    }

    /// The entries of the thread that the visitor would continue; empty if there is none.
    pub async fn entries(&self) -> Vec<Value> {
        let thread = self.get("/thread").await.ok();
        thread["thread"]["entries"].as_array().cloned().unwrap_or_default()
    }

    /// The live thread, from an entry on.
    pub async fn stream(&self, conversation_id: &str, after: u64) -> Stream {
        let path = format!("/api/widget/v1/conversations/{conversation_id}/events?after={after}");
        self.app.stream(&path, &[("authorization", &self.bearer)]).await
    }
}
