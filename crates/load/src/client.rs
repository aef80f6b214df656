//! The API for what is not timed: setting up, inviting, reading logs.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::identity::Identity;
use crate::log::OpenedConversation;

/// How long a call may take.
const CALL_WITHIN: Duration = Duration::from_secs(60);

/// A client of one server.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    client: reqwest::Client,
    base: String,
}

/// A member who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// Their id.
    pub(crate) id: String,
    /// How they prove who they are.
    pub(crate) identity: Identity,
}

/// A visitor with a session.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    /// How they prove who they are.
    pub(crate) identity: Identity,
}

/// An answer: status, body, and the session cookie if one was set.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    body: Value,
    cookie: Option<String>,
}

impl Api {
    /// A client of the server at this address.
    ///
    /// # Errors
    /// If the client cannot be made.
    pub(crate) fn new(address: std::net::SocketAddr) -> Result<Self> {
        // The provider is set once for the process; later calls find it set.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().timeout(CALL_WITHIN).no_proxy().build()?;
        Ok(Self { client, base: format!("http://{address}") })
    }

    /// Signs up the first owner with the token that the server printed.
    ///
    /// # Errors
    /// If the server refuses.
    pub(crate) async fn set_up(&self, setup_token: &str) -> Result<Member> {
        let body = json!({
            "setup_token": setup_token,
            "workspace_name": "Load",
            "name": "Owner",
            "email": "owner@example.com",
            "password": "a long enough pass phrase 1",
        });
        let answer = self.send(Method::POST, "/api/v1/setup", &Identity::dashboard(), Some(&body)).await?;
        signed_in(answer)
    }

    /// Invites an operator and accepts the invitation as them.
    ///
    /// # Errors
    /// If the server refuses.
    pub(crate) async fn invite_operator(&self, owner: &Member, number: usize) -> Result<Member> {
        let invite = json!({ "email": format!("operator{number}@example.com"), "role": "operator" });
        let invitation: Value = self.call(Method::POST, "/api/v1/invitations", &owner.identity, Some(&invite)).await?;
        let url = invitation["url"].as_str().context("the invitation has no link")?;
        let token = url.split_once("/join#").context("the invitation's link has no token")?.1;
        let accept =
            json!({ "token": token, "name": format!("Operator {number}"), "password": "a long enough pass phrase 2" });
        signed_in(self.send(Method::POST, "/api/v1/invitations/accept", &Identity::dashboard(), Some(&accept)).await?)
    }

    /// Makes an agent with these settings.
    ///
    /// # Errors
    /// If the server refuses.
    pub(crate) async fn create_agent(&self, owner: &Member, settings: &Value) -> Result<String> {
        let agent: Value =
            self.call(Method::POST, "/api/v1/agents", &owner.identity, Some(&json!({ "name": "Load" }))).await?;
        let id = agent["id"].as_str().context("the agent has no id")?.to_owned();
        let _: Value =
            self.call(Method::PATCH, &format!("/api/v1/agents/{id}"), &owner.identity, Some(settings)).await?;
        Ok(id)
    }

    /// Uploads a Markdown file and waits until the agent answers from it.
    ///
    /// # Errors
    /// If the server refuses, or the file is not read in time.
    pub(crate) async fn teach(&self, owner: &Member, agent_id: &str, name: &str, markdown: &str) -> Result<()> {
        let part = Part::text(markdown.to_owned()).file_name(name.to_owned()).mime_str("text/markdown")?;
        let mut upload = self
            .client
            .post(format!("{}/api/v1/agents/{agent_id}/sources/files", self.base))
            .multipart(Form::new().part("file", part));
        for (name, value) in owner.identity.headers() {
            upload = upload.header(*name, value);
        }
        let response = upload.send().await?;
        ensure!(response.status() == StatusCode::CREATED, "upload: {} {}", response.status(), response.text().await?);
        let path = format!("/api/v1/agents/{agent_id}");
        for _ in 0..600 {
            let agent: Value = self.call(Method::GET, &path, &owner.identity, None).await?;
            match agent["knowledge"]["state"].as_str() {
                Some("ready") => return Ok(()),
                Some("failed") => bail!("the file could not be read: {}", agent["knowledge"]["error"]),
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        bail!("the agent was not ready in time")
    }

    /// The ticket with which sessions are opened from a page of this origin.
    ///
    /// # Errors
    /// If the server refuses.
    pub(crate) async fn ticket(&self, agent_id: &str, origin: &str) -> Result<String> {
        let path = format!("/api/widget/v1/agents/{agent_id}/config");
        let config: Value = self.call(Method::GET, &path, &Identity::page(origin), None).await?;
        Ok(config["ticket"].as_str().context("the configuration has no ticket")?.to_owned())
    }

    /// Opens a visitor's session.
    ///
    /// # Errors
    /// If the server refuses.
    pub(crate) async fn visitor(&self, agent_id: &str, ticket: &str) -> Result<Visitor> {
        let path = format!("/api/widget/v1/agents/{agent_id}/sessions");
        let body = json!({ "ticket": ticket });
        let session: Value = self.call(Method::POST, &path, &Identity::nobody(), Some(&body)).await?;
        let token = session["visitor_token"].as_str().context("the session has no token")?;
        Ok(Visitor { identity: Identity::visitor(token) })
    }

    /// A conversation with its whole log.
    ///
    /// # Errors
    /// If the server refuses.
    pub(crate) async fn conversation(&self, member: &Member, id: &str) -> Result<OpenedConversation> {
        self.call(Method::GET, &format!("/api/v1/conversations/{id}"), &member.identity, None).await
    }

    /// Number of the workspace's last change.
    ///
    /// # Errors
    /// If the server refuses.
    pub(crate) async fn feed(&self, member: &Member) -> Result<u64> {
        let page: Value = self.call(Method::GET, "/api/v1/inbox?view=live", &member.identity, None).await?;
        page["feed"].as_u64().context("the inbox has no feed number")
    }

    /// Calls the API and reads the answer.
    ///
    /// # Errors
    /// If the server cannot be reached, refuses, or answers something else.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        identity: &Identity,
        body: Option<&Value>,
    ) -> Result<T> {
        let answer = self.send(method, path, identity, body).await?.accepted(path)?;
        serde_json::from_value(answer.body).with_context(|| format!("{path} answered something else"))
    }

    async fn send(&self, method: Method, path: &str, identity: &Identity, body: Option<&Value>) -> Result<Answer> {
        let mut call = self.client.request(method, format!("{}{path}", self.base));
        for (name, value) in identity.headers() {
            call = call.header(*name, value);
        }
        if let Some(body) = body {
            call = call.json(body);
        }
        let response = call.send().await?;
        let status = response.status();
        let cookie = response.headers().get("set-cookie").and_then(|value| value.to_str().ok());
        let cookie = cookie.and_then(|value| value.split(';').next()).map(str::to_owned);
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer { status, body, cookie })
    }
}

impl Answer {
    fn accepted(self, path: &str) -> Result<Self> {
        ensure!(self.status.is_success(), "{path}: {} {}", self.status, self.body);
        Ok(self)
    }
}

fn signed_in(answer: Answer) -> Result<Member> {
    let answer = answer.accepted("signing in")?;
    let id = answer.body["member"]["id"].as_str().context("the answer does not say who signed in")?.to_owned();
    let cookie = answer.cookie.context("no session cookie was set")?;
    Ok(Member { id, identity: Identity::member(&cookie) })
}
