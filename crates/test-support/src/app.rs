//! An installation on a throw-away folder.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use baton_answer::{ChatModel, Endpoint};
use baton_api::ApiState;
use baton_app::models::{ModelConnections, ModelParts, PriceTable};
use baton_app::sealing::Sealer;
use baton_app::{Baton, Config, DocumentReader, Parts, background};
use baton_domain::time::Timestamp;
use baton_fetch::{FetchConfig, Fetcher};
use baton_knowledge::Embedder;
use baton_reader::InProcessReader;
use baton_storage_sql::SqliteStore;
use baton_storage_sql::sqlite::Options;
use object_store::local::LocalFileSystem;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::doubles::{CountedIds, FixedClock, NoWebFiles};
use crate::people::{Member, Visitor};
use crate::sse::Stream;

/// The token that the first sign-up needs.
const SETUP_TOKEN: &str = "set-up-token-of-the-test";

/// The site on which the widget may be shown.
pub const SITE: &str = "https://shop.example";

/// Longest answer that a test reads whole, bytes.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// How an installation is to be.
#[derive(Default)]
pub struct TestAppBuilder {
    model: Option<Arc<dyn ChatModel>>,
    embedder: Option<Arc<dyn Embedder>>,
    reader: Option<Arc<dyn DocumentReader>>,
    limits: bool,
    no_loopback: bool,
}

impl std::fmt::Debug for TestAppBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestAppBuilder").field("model", &self.model).field("limits", &self.limits).finish()
    }
}

impl TestAppBuilder {
    /// With a language model.
    #[must_use]
    pub fn model(mut self, model: Arc<dyn ChatModel>) -> Self {
        self.model = Some(model);
        self
    }

    /// With another reader than the one in this process.
    #[must_use]
    pub fn reader(mut self, reader: Arc<dyn DocumentReader>) -> Self {
        self.reader = Some(reader);
        self
    }

    /// With something that embeds passages and questions.
    #[must_use]
    pub fn embedder(mut self, embedder: Arc<dyn Embedder>) -> Self {
        self.embedder = Some(embedder);
        self
    }

    /// With the limits on how often somebody may do something, which most tests only trip over.
    #[must_use]
    pub fn limits(mut self) -> Self {
        self.limits = true;
        self
    }

    /// As installed: pages on this machine may not be fetched, which is where the sites of tests are.
    #[must_use]
    pub fn without_loopback(mut self) -> Self {
        self.no_loopback = true;
        self
    }

    /// Starts it.
    pub async fn start(self) -> TestApp {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let clock = Arc::new(FixedClock::default());
        let (baton, router) = open(folder.path(), &clock, &self, 0).await;
        TestApp { folder, clock, baton, router, builder: self, restarts: 0 }
    }
}

/// An installation on a throw-away folder.
#[derive(Debug)]
pub struct TestApp {
    folder: TempDir,
    clock: Arc<FixedClock>,
    baton: Baton,
    router: Router,
    builder: TestAppBuilder,
    restarts: u64,
}

/// What a request came to.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as it came.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body as JSON; `null` if it is empty.
    #[must_use]
    pub fn json(&self) -> Value {
        if self.bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&self.bytes).expect("the answer is JSON")
        }
    }

    /// The error's code.
    #[must_use]
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The body, after checking that all went well.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, String::from_utf8_lossy(&self.bytes));
        self.json()
    }
}

impl TestApp {
    /// Prepares an installation.
    #[must_use]
    pub fn builder() -> TestAppBuilder {
        TestAppBuilder::default()
    }

    /// Starts an installation without a language model.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// The use cases, for what has no HTTP API.
    #[must_use]
    pub fn baton(&self) -> &Baton {
        &self.baton
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.baton.now()
    }

    /// Lets time pass, and what is due by then happen.
    pub async fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.settle().await;
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &FixedClock {
        &self.clock
    }

    /// Does everything that is due.
    pub async fn settle(&self) {
        background::run_due(&self.baton).await.expect("the store works");
    }

    /// The process dies and starts again on the same folder: what was under way is gone, what was stored is there.
    pub async fn restart(&mut self) {
        self.restarts += 1;
        self.baton.shutdown().cancel();
        let (baton, router) = open(self.folder.path(), &self.clock, &self.builder, self.restarts << 32).await;
        self.baton = baton;
        self.router = router;
    }

    /// The first owner, signed up and in.
    pub async fn owner(&self) -> Member<'_> {
        let body = serde_json::json!({
            "setup_token": SETUP_TOKEN, "workspace_name": "Shop", "name": "Olga", "email": "olga@shop.example", "password": "correct horse battery",
        });
        let answer = self.send(Method::POST, "/api/v1/setup", &[("x-baton-client", "test")], Some(body)).await;
        answer.ok();
        Member::new(self, &answer)
    }

    /// A visitor on [`SITE`], with a session.
    pub async fn visitor(&self, agent_id: &str) -> Visitor<'_> {
        let config = self
            .send(Method::GET, &format!("/api/widget/v1/agents/{agent_id}/config"), &[("origin", SITE)], None)
            .await
            .ok();
        let body = serde_json::json!({ "ticket": config["ticket"] });
        let session =
            self.send(Method::POST, &format!("/api/widget/v1/agents/{agent_id}/sessions"), &[], Some(body)).await.ok();
        Visitor::new(self, agent_id, session["visitor_token"].as_str().expect("a session has a token"))
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        let (body, kind) = match body {
            Some(body) => (Body::from(body.to_string()), Some("application/json")),
            None => (Body::empty(), None),
        };
        self.send_raw(method, path, headers, kind, body).await
    }

    /// Sends a request with any body.
    pub async fn send_raw(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        kind: Option<&str>,
        body: Body,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let request = request.body(body).expect("the test's request can be made");
        let response = self.router.clone().oneshot(request).await.expect("the router always answers");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, ANSWER_BYTES_MAX).await.expect("the answer can be read");
        Answer { status: parts.status, headers: parts.headers, bytes: bytes.to_vec() }
    }

    /// All bytes of the database's files, for what must not be in them.
    #[must_use]
    pub fn stored_bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).expect("the folder can be read");
        let database =
            files.filter_map(Result::ok).filter(|file| file.file_name().to_string_lossy().starts_with("baton.db"));
        database.flat_map(|file| std::fs::read(file.path()).expect("a file can be read")).collect()
    }

    /// Opens a stream.
    pub async fn stream(&self, path: &str, headers: &[(&str, &str)]) -> Stream {
        let mut request = Request::builder().method(Method::GET).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).expect("the test's request can be made");
        let response = self.router.clone().oneshot(request).await.expect("the router always answers");
        assert_eq!(response.status(), StatusCode::OK, "the stream opens");
        Stream::new(response.into_body())
    }
}

/// Models on this machine, where the scripted ones are; nothing else may be asked.
#[derive(Debug)]
struct LoopbackModels;

impl ModelConnections for LoopbackModels {
    fn refuses(&self, address: &url::Url) -> Option<String> {
        (address.host_str() != Some("127.0.0.1")).then(|| "A test asks nobody but itself.".to_owned())
    }

    fn connect(&self, endpoint: Endpoint) -> Arc<dyn ChatModel> {
        // Another test of this process may have installed it already; either way it is there.
        let _ = rustls::crypto::ring::default_provider().install_default();
        endpoint.model(reqwest::Client::builder().build().expect("a client can be made"))
    }
}

fn fetcher(no_loopback: bool) -> Fetcher {
    // Only the first of a process is taken, and all are the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let loopback = "127.0.0.0/8".parse().expect("a network");
    let allow = if no_loopback { Vec::new() } else { vec![loopback] };
    Fetcher::new(&FetchConfig { allow, ..FetchConfig::default() }).expect("a client can be made")
}

async fn open(folder: &Path, clock: &Arc<FixedClock>, builder: &TestAppBuilder, first_id: u64) -> (Baton, Router) {
    let files = folder.join("files");
    std::fs::create_dir_all(&files).expect("a folder can be made");
    let store = SqliteStore::open(&folder.join("baton.db"), Options::default()).await.expect("the database opens");
    let baton = Baton::new(Parts {
        store: Arc::new(store),
        files: Arc::new(LocalFileSystem::new_with_prefix(files).expect("the folder is there")),
        reader: builder.reader.clone().unwrap_or_else(|| Arc::new(InProcessReader)),
        embedder: builder.embedder.clone(),
        fetcher: fetcher(builder.no_loopback),
        model: builder.model.clone(),
        models: ModelParts {
            connections: Arc::new(LoopbackModels),
            sealer: Sealer::new(&[7; 32]),
            prices: PriceTable::default(),
        },
        clock: Arc::clone(clock) as _,
        ids: Arc::new(CountedIds::from(first_id)),
        config: Config {
            snapshots_dir: folder.join("snapshots"),
            public_url: "http://baton.example".to_owned(),
            setup_token: Some(SETUP_TOKEN.to_owned()),
        },
    });
    let state = ApiState::new(baton.clone(), Arc::new(NoWebFiles));
    let state = if builder.limits { state } else { state.without_limits() };
    (baton, baton_api::router(state))
}
