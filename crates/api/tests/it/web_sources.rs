//! Pages and sites as sources: added, fetched again, scheduled, stopped, gone (K1, K2).

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Method, Request, Response, StatusCode};
use baton_test_support::{Member, TestApp, TestAppBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// A website on loopback whose pages change when a test says so. Every page has an `etag`.
#[derive(Clone)]
struct Site {
    inner: Arc<Inner>,
    address: SocketAddr,
    _tasks: Arc<JoinSet<()>>,
}

struct Inner {
    pages: Mutex<HashMap<String, (u16, String)>>,
    asked: Mutex<Vec<(String, u16)>>,
    /// Each answer takes one; a test that wants to see a sync under way holds them back.
    turns: Semaphore,
}

const MANY: usize = 100_000;

impl Site {
    async fn start(pages: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("the port is known");
        let inner = Arc::new(Inner { pages: Mutex::default(), asked: Mutex::default(), turns: Semaphore::new(MANY) });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&inner));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, router).await.expect("serves") });
        let site = Self { inner, address, _tasks: Arc::new(tasks) };
        for (path, body) in pages {
            site.put(path, body);
        }
        site
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn put(&self, path: &str, body: &str) {
        let page = format!("<!doctype html><title>{path}</title><main>{body}</main>");
        self.inner.pages.lock().expect("whole").insert(path.to_owned(), (200, page));
    }

    fn answer_with(&self, path: &str, status: u16) {
        self.inner.pages.lock().expect("whole").insert(path.to_owned(), (status, String::new()));
    }

    /// What was asked for since the last time, without robots.txt and lists.
    fn asked(&self) -> Vec<(String, u16)> {
        let asked = std::mem::take(&mut *self.inner.asked.lock().expect("whole"));
        let is_page = |path: &str| !["/robots.txt", "/sitemap.xml", "/llms.txt"].contains(&path);
        asked.into_iter().filter(|(path, _)| is_page(path)).collect()
    }

    /// Bodies that were sent since the last time.
    fn bodies(&self) -> usize {
        self.asked().iter().filter(|(_, status)| *status == 200).count()
    }
}

async fn answer(State(inner): State<Arc<Inner>>, request: Request<Body>) -> Response<Body> {
    inner.turns.acquire().await.expect("never closed").forget();
    let path = request.uri().path().to_owned();
    let (status, body) = inner.pages.lock().expect("whole").get(&path).cloned().unwrap_or((404, String::new()));
    let etag = format!("\"{}-{}\"", body.len(), body.bytes().map(u64::from).sum::<u64>());
    let is_same = request.headers().get("if-none-match").is_some_and(|asked| asked == etag.as_str());
    let status = if status == 200 && is_same { 304 } else { status };
    inner.asked.lock().expect("whole").push((path, status));
    let response = Response::builder().status(status).header("content-type", "text/html").header("etag", etag);
    response.body(if status == 200 { Body::from(body) } else { Body::empty() }).expect("an answer")
}

async fn docs() -> Site {
    Site::start(&[
        (
            "/docs/",
            "<h1>Kites</h1><p>All about kites.</p><a href='tails'>t</a> <a href='frames'>f</a> <a href='old'>o</a>",
        ),
        ("/docs/tails", "<h1>Tails</h1><h2 id='length'>Length</h2><p>A tail is 12 metres long.</p>"),
        ("/docs/frames", "<h1>Frames</h1><p>The frame is made of carbon rods.</p>"),
        ("/docs/old", "<h1>Lanterns</h1><p>Lanterns glow for seven hours.</p>"),
    ])
    .await
}

async fn add_site(owner: &Member<'_>, agent: &str, url: &str) -> Value {
    owner.post(&format!("/agents/{agent}/sources/site"), json!({ "url": url })).await.ok()
}

fn id(source: &Value) -> String {
    source["id"].as_str().expect("a source has an id").to_owned()
}

async fn detail(owner: &Member<'_>, id: &str) -> Value {
    owner.get(&format!("/sources/{id}")).await.ok()
}

async fn ask(owner: &Member<'_>, agent: &str, question: &str) -> Value {
    owner.post(&format!("/agents/{agent}/ask"), json!({ "question": question })).await.ok()
}

async fn sync(app: &TestApp, owner: &Member<'_>, id: &str) -> Value {
    owner.post(&format!("/sources/{id}/sync"), json!({})).await.ok();
    app.settle().await;
    detail(owner, id).await["source"].clone()
}

fn states(detail: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pages = detail["pages"].as_array().cloned().unwrap_or_default();
    pages
        .iter()
        .map(|page| {
            (
                text(&page["url"]).split_once("/docs/").map_or_else(|| text(&page["url"]), |(_, path)| path.to_owned()),
                text(&page["state"]),
            )
        })
        .collect()
}

#[tokio::test]
async fn k1_k2_k5_a_site_is_fetched_and_answers_at_its_addresses() {
    let (app, site) = (TestApp::start().await, docs().await);
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let source = add_site(&owner, &agent, &format!("{}?utm_source=mail#top", site.url("/docs/"))).await;
    assert_eq!((source["kind"].as_str(), source["state"].as_str()), (Some("site"), Some("queued")), "{source:#}");
    assert_eq!(source["web"]["url"], site.url("/docs/"));
    assert_eq!(source["web"]["sync"]["phase"], "waiting");
    app.settle().await;
    let detail = detail(&owner, &id(&source)).await;
    let now = &detail["source"];
    assert_eq!(now["state"], "ready", "{now:#}");
    assert_eq!(now["web"]["sync"], Value::Null);
    assert_eq!(now["web"]["pages"], json!({ "read": 4, "skipped": 0, "missing": 0, "failed": 0 }));
    assert_eq!(now["web"]["last_sync"]["added"], 4);
    assert_eq!(now["documents"], 4);
    assert!(now["web"]["last_synced_at"].is_number() && now["bytes"].as_u64() > Some(0));
    assert_eq!(states(&detail).len(), 4);
    assert_eq!(detail["documents"].as_array().map(Vec::len), Some(4));

    let answer = ask(&owner, &agent, "How long is a tail?").await;
    assert!(answer["text"].as_str().is_some_and(|text| text.contains("12 metres")), "{answer:#}");
    assert_eq!(answer["citations"][0]["url"], site.url("/docs/tails#length"), "{answer:#}");
    let passages = owner.get(&format!("/sources/{}/passages", id(&source))).await.ok();
    assert_eq!(passages["passages"].as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn k1_one_page_is_fetched_alone_and_links_stay_its_own() {
    let site = Site::start(&[(
        "/page",
        "<link rel='canonical' href='https://evil.example/login'><h1>Repairs</h1><p>Repairs of torn sails cost 15 euros.</p><a href='/other'>x</a>",
    )])
    .await;
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let body = json!({ "url": site.url("/page"), "title": "Repairs", "sync_every": "weekly" });
    let source = owner.post(&format!("/agents/{agent}/sources/page"), body).await.ok();
    app.settle().await;
    assert_eq!(site.bodies(), 1);
    let answer = ask(&owner, &agent, "What do repairs of torn sails cost?").await;
    let link = answer["citations"][0]["url"].as_str().unwrap_or_default();
    assert!(link.starts_with(&site.url("/page")), "k3: where it was fetched, not where it says it is: {link}");
    let source = detail(&owner, &id(&source)).await["source"].clone();
    assert_eq!(
        (source["kind"].as_str(), source["name"].as_str(), source["state"].as_str()),
        (Some("page"), Some("Repairs"), Some("ready"))
    );
    assert!(source["web"]["next_sync_at"].is_number(), "{source:#}");
}

#[tokio::test]
async fn k1_gs5_an_address_that_cannot_be_is_refused_and_nothing_is_kept() {
    let app = TestAppBuilder::default().without_loopback().start().await;
    let site = docs().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    for url in [
        "",
        "not an address",
        "ftp://example.com/",
        "file:///etc/passwd",
        "http://user:secret@example.com/",
        "http://169.254.169.254/latest",
        "http://10.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://127.1/",
        "http://localhost/",
        "http://8.8.8.8:22/",
        &site.url("/docs/"),
    ] {
        for kind in ["page", "site"] {
            let answer = owner.post(&format!("/agents/{agent}/sources/{kind}"), json!({ "url": url })).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{url}");
            assert!(
                answer.json()["details"]["fields"]["url"].as_str().is_some_and(|why| why.len() > 20),
                "{url}: {}",
                answer.json()
            );
        }
    }
    let answer = owner
        .post(
            &format!("/agents/{agent}/sources/site"),
            json!({ "url": "https://8.8.8.8/", "options": { "max_pages": 0 } }),
        )
        .await;
    assert!(answer.json()["details"]["fields"]["options.max_pages"].is_string(), "{}", answer.json());
    assert_eq!(owner.get(&format!("/agents/{agent}/sources")).await.ok()["sources"], json!([]));
    app.settle().await;
    assert_eq!(site.asked(), []);
}

#[tokio::test]
async fn k2_a_second_sync_fetches_no_body_and_indexes_nothing() {
    let (app, site) = (TestApp::start().await, docs().await);
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let source = id(&add_site(&owner, &agent, &site.url("/docs/")).await);
    app.settle().await;
    assert_eq!(site.bodies(), 4);
    let trained = async || owner.get(&format!("/agents/{agent}")).await.ok()["knowledge"]["trained_at"].clone();
    let before = trained().await;
    app.advance(Duration::from_secs(60)).await;
    let now = sync(&app, &owner, &source).await;
    assert_eq!(site.bodies(), 0, "each page answered that it is as it was");
    assert_eq!(trained().await, before, "nothing was indexed");
    assert_eq!(now["state"], "ready");
    assert_eq!((&now["web"]["last_sync"]["unchanged"], &now["web"]["last_sync"]["changed"]), (&json!(4), &json!(0)));

    // Bytes that differ around the same text: read, not indexed.
    site.put(
        "/docs/tails",
        "<h1>Tails</h1><h2 id='length'>Length</h2><p>A tail is 12 metres long.</p><script>nonce=77</script>",
    );
    let now = sync(&app, &owner, &source).await;
    assert_eq!((site.bodies(), &now["web"]["last_sync"]["changed"]), (1, &json!(0)), "{now:#}");
    assert_eq!(trained().await, before);

    site.put("/docs/tails", "<h1>Tails</h1><h2 id='length'>Length</h2><p>A tail is 15 metres long.</p>");
    let now = sync(&app, &owner, &source).await;
    assert_eq!((site.bodies(), &now["web"]["last_sync"]["changed"]), (1, &json!(1)));
    assert_ne!(trained().await, before);
    let answer = ask(&owner, &agent, "How long is a tail?").await;
    assert!(answer["text"].as_str().is_some_and(|text| text.contains("15 metres")), "{answer:#}");
    let answer = ask(&owner, &agent, "What is the frame made of?").await;
    assert!(
        answer["text"].as_str().is_some_and(|text| text.contains("carbon")),
        "what did not change is there: {answer:#}"
    );
}

#[tokio::test]
async fn k2_pages_that_vanish_leave_after_their_grace() {
    let (app, site) = (TestApp::start().await, docs().await);
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let source = id(&add_site(&owner, &agent, &site.url("/docs/")).await);
    app.settle().await;
    let glows = async || ask(&owner, &agent, "How long do lanterns glow?").await["kind"] == "answer";
    let long = async || ask(&owner, &agent, "How long is a tail?").await["kind"] == "answer";
    // One is not linked any more, one is denied.
    site.put("/docs/", "<h1>Kites</h1><p>All about kites.</p><a href='tails'>t</a> <a href='frames'>f</a>");
    site.answer_with("/docs/tails", 404);
    let now = sync(&app, &owner, &source).await;
    assert_eq!((&now["web"]["pages"]["missing"], &now["web"]["pages"]["read"]), (&json!(2), &json!(2)), "{now:#}");
    assert!(glows().await && long().await, "their last content answers");

    app.advance(Duration::from_secs(60 * 60)).await;
    let now = sync(&app, &owner, &source).await;
    assert_eq!(now["web"]["last_sync"]["removed"], 1, "denied twice running: {now:#}");
    assert!(glows().await && !long().await);

    app.advance(Duration::from_secs(24 * 60 * 60)).await;
    let now = sync(&app, &owner, &source).await;
    assert_eq!((&now["web"]["last_sync"]["removed"], &now["web"]["pages"]["missing"]), (&json!(1), &json!(0)));
    assert!(!glows().await, "not linked for a day");

    site.answer_with("/docs/frames", 410);
    let now = sync(&app, &owner, &source).await;
    assert_eq!((&now["documents"], &now["state"]), (&json!(1), &json!("ready")), "at once");
}

#[tokio::test]
async fn k2_pages_that_fail_keep_their_last_content_and_say_why() {
    let (app, site) = (TestApp::start().await, docs().await);
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let source = id(&add_site(&owner, &agent, &site.url("/docs/")).await);
    app.settle().await;
    site.answer_with("/docs/tails", 403);
    let now = sync(&app, &owner, &source).await;
    assert_eq!(
        (&now["state"], &now["web"]["pages"]["failed"]),
        (&json!("ready"), &json!(1)),
        "ready with a warning: {now:#}"
    );
    let failed = owner.get(&format!("/sources/{source}/pages?state=failed")).await.ok();
    let page = &failed["pages"][0];
    assert_eq!(failed["pages"].as_array().map(Vec::len), Some(1));
    assert!(page["error"]["cause"].as_str().is_some_and(|cause| cause.contains("refuses")), "{page:#}");
    assert!(page["error"]["fix"].as_str().is_some_and(|fix| fix.contains("Baton")), "{page:#}");
    assert_eq!(ask(&owner, &agent, "How long is a tail?").await["kind"], "answer");

    // The whole site is down: everything stays, and the reason is told.
    site.answer_with("/robots.txt", 503);
    let now = sync(&app, &owner, &source).await;
    assert_eq!((&now["state"], &now["web"]["last_sync"]["ended"]), (&json!("ready"), &json!("failed")), "{now:#}");
    assert!(now["web"]["last_sync"]["error"]["cause"].as_str().is_some_and(|cause| cause.contains("robots.txt")));
    assert_eq!(ask(&owner, &agent, "What is the frame made of?").await["kind"], "answer");
}

#[tokio::test]
async fn k2_a_site_without_text_is_failed_never_ready() {
    let site = Site::start(&[("/docs/", "<div id='app'></div><a href='a'></a>")]).await;
    site.answer_with("/docs/a", 404);
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let source = id(&add_site(&owner, &agent, &site.url("/docs/")).await);
    app.settle().await;
    let now = detail(&owner, &source).await["source"].clone();
    assert_eq!(now["state"], "failed", "{now:#}");
    assert!(now["error"]["fix"].as_str().is_some_and(|fix| !fix.is_empty()), "{now:#}");
    site.put("/docs/", "<h1>Tails</h1><p>A tail is 12 metres long.</p>");
    let again = owner.post(&format!("/sources/{source}/retry"), json!({})).await.ok();
    assert_eq!(again["state"], "queued");
    app.settle().await;
    assert_eq!(detail(&owner, &source).await["source"]["state"], "ready");
}

#[tokio::test]
async fn k2_a_schedule_is_kept_over_restarts() {
    let (mut app, site) = (TestApp::start().await, docs().await);
    let source = {
        let owner = app.owner().await;
        let agent = owner.agent().await;
        let source = id(&add_site(&owner, &agent, &site.url("/docs/")).await);
        app.settle().await;
        let change = json!({ "sync_every": "daily", "name": "The docs" });
        let changed = owner.send(Method::PATCH, &format!("/sources/{source}"), Some(change)).await.ok();
        assert_eq!((&changed["web"]["sync_every"], &changed["name"]), (&json!("daily"), &json!("The docs")));
        source
    };
    site.asked();
    app.restart().await;
    app.advance(Duration::from_secs(23 * 60 * 60)).await;
    assert_eq!(site.asked(), [], "not yet");
    app.advance(Duration::from_secs(60 * 60 + 1)).await;
    assert_eq!(site.asked().len(), 4, "a day after the last sync");
    app.advance(Duration::from_secs(24 * 60 * 60 + 1)).await;
    assert_eq!(site.asked().len(), 4, "and a day after that");

    let rows = app.baton().store().read().await.expect("reads").workspaces_anywhere().await.expect("reads");
    let change = baton_app::knowledge::SourceChange {
        sync_every: Some(baton_domain::source::SyncEvery::Off),
        ..Default::default()
    };
    let source = baton_domain::ids::SourceId(source.parse().expect("an id"));
    let changed = baton_app::knowledge::change_source(app.baton(), rows[0].id, source, change).await.expect("changes");
    assert_eq!(changed.web.and_then(|web| web.next_sync_at), None);
    app.advance(Duration::from_secs(72 * 60 * 60)).await;
    assert_eq!(site.asked(), [], "switched off");
}

#[tokio::test]
async fn k2_only_pages_and_sites_are_fetched_again_and_only_by_those_who_may() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let text = owner.teach(&agent, "Tails", "# Tails\n\nA tail is 12 metres long.\n").await;
    assert_eq!(owner.post(&format!("/sources/{text}/sync"), json!({})).await.status, StatusCode::CONFLICT);
    assert_eq!(owner.post(&format!("/sources/{text}/stop"), json!({})).await.status, StatusCode::CONFLICT);
    let schedule = owner.send(Method::PATCH, &format!("/sources/{text}"), Some(json!({ "sync_every": "daily" }))).await;
    assert!(schedule.json()["details"]["fields"]["sync_every"].is_string());
    let renamed =
        owner.send(Method::PATCH, &format!("/sources/{text}"), Some(json!({ "name": "Streamers" }))).await.ok();
    assert_eq!((&renamed["name"], &renamed["web"]), (&json!("Streamers"), &Value::Null));
    app.settle().await;
    assert_eq!(ask(&owner, &agent, "How long is a tail?").await["citations"][0]["source_name"], "Streamers");

    let operator = owner.invite("Omar", "operator").await;
    for (method, path) in [
        (Method::POST, format!("/agents/{agent}/sources/site")),
        (Method::POST, format!("/agents/{agent}/sources/page")),
        (Method::POST, format!("/sources/{text}/sync")),
        (Method::POST, format!("/sources/{text}/stop")),
        (Method::PATCH, format!("/sources/{text}")),
        (Method::GET, format!("/sources/{text}/pages")),
    ] {
        let answer = operator.send(method.clone(), &path, Some(json!({ "url": "https://8.8.8.8/" }))).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}");
    }
}

/// Lets a sync go on until the site has answered so often, and stands still.
async fn until_asked(site: &Site, count: usize) {
    while site.inner.asked.lock().expect("whole").len() < count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn k2_a_crawl_shows_its_progress_and_can_be_stopped() {
    let (app, site) = (TestApp::start().await, docs().await);
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let source = id(&add_site(&owner, &agent, &site.url("/docs/")).await);
    // robots.txt, the start, two lists, and one page more.
    site.inner.turns.forget_permits(MANY);
    site.inner.turns.add_permits(5);
    let mut stream = owner.stream("").await;
    let watching = async {
        until_asked(&site, 5).await;
        let mut now = detail(&owner, &source).await["source"].clone();
        while now["web"]["sync"]["fetched"].as_u64() < Some(2) {
            tokio::task::yield_now().await;
            now = detail(&owner, &source).await["source"].clone();
        }
        assert_eq!((&now["state"], &now["web"]["sync"]["phase"]), (&json!("reading"), &json!("fetching")), "{now:#}");
        assert_eq!(now["web"]["sync"]["found"], 4);
        assert_eq!(now["progress"], json!({ "done": 2, "total": 4 }));
        assert!(now["web"]["sync"]["current"].as_str().is_some_and(|url| url.starts_with(&site.url("/docs/"))));
        let told = stream.next_named("source").await.data;
        assert_eq!((&told["id"], &told["web"]["sync"]["phase"]), (&json!(source), &json!("fetching")), "{told:#}");
        owner.post(&format!("/sources/{source}/stop"), json!({})).await.ok();
    };
    tokio::join!(app.settle(), watching);
    let now = detail(&owner, &source).await["source"].clone();
    assert_eq!((&now["state"], &now["web"]["last_sync"]["ended"]), (&json!("ready"), &json!("stopped")), "{now:#}");
    assert_eq!(now["web"]["pages"]["read"], 2, "what was fetched by then is used");
}

#[tokio::test]
async fn k2_a_source_that_is_deleted_while_it_is_fetched_is_gone() {
    let (app, site) = (TestApp::start().await, docs().await);
    let owner = app.owner().await;
    let agent = owner.agent().await;
    let source = id(&add_site(&owner, &agent, &site.url("/docs/")).await);
    site.inner.turns.forget_permits(MANY);
    site.inner.turns.add_permits(4);
    let deleting = async {
        until_asked(&site, 4).await;
        owner.send(Method::DELETE, &format!("/sources/{source}"), None).await.ok();
    };
    tokio::join!(app.settle(), deleting);
    assert_eq!(owner.get(&format!("/agents/{agent}/sources")).await.ok()["sources"], json!([]));
    assert_eq!(ask(&owner, &agent, "How long is a tail?").await["kind"], "abstain");
}

#[tokio::test]
async fn k2_an_interrupted_sync_goes_on_where_it_was() {
    let pages: Vec<(String, String)> = (0..200)
        .map(|n| {
            let links: String = (0..200).map(|to| format!("<a href='p{to}'>x</a>")).collect();
            (format!("/docs/p{n}"), format!("<h1>Kite {n}</h1><p>Kite number {n} weighs {n} grams.</p>{links}"))
        })
        .collect();
    let list: Vec<_> = pages.iter().map(|(path, body)| (path.as_str(), body.as_str())).collect();
    let site = Site::start(&list).await;
    site.put("/docs/", "<h1>Kites</h1><p>All about kites.</p><a href='p0'>first</a>");
    let mut app = TestApp::start().await;
    let source = {
        let owner = app.owner().await;
        let agent = owner.agent().await;
        id(&add_site(&owner, &agent, &site.url("/docs/")).await)
    };
    site.inner.turns.forget_permits(MANY);
    site.inner.turns.add_permits(4 + 150);
    let dying = async {
        until_asked(&site, 4 + 150).await;
        // Two pieces of 64 are stored by now, or will be before the process dies.
        loop {
            let rows = app.baton().store().read().await.expect("reads").workspaces_anywhere().await.expect("reads");
            let id = baton_domain::ids::SourceId(source.parse().expect("an id"));
            let row = baton_app::knowledge::source_row(app.baton(), rows[0].id, id).await.expect("is there");
            if row.web.and_then(|web| web.run).is_some_and(|run| run.pieces >= 2) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        app.baton().shutdown().cancel();
    };
    tokio::join!(app.settle(), dying);
    let first: Vec<String> = site.asked().into_iter().map(|(path, _)| path).collect();
    app.restart().await;
    site.inner.turns.add_permits(MANY);
    app.advance(Duration::from_secs(61)).await;
    let second: Vec<String> = site.asked().into_iter().map(|(path, _)| path).collect();
    let again = second.iter().filter(|path| first.contains(path)).count();
    assert!(again <= 201 - 128, "at least two pieces were not asked for again: {again} of {}", second.len());
    assert!(second.len() < 201 - 100, "{}", second.len());
    let rows = app.baton().store().read().await.expect("reads").workspaces_anywhere().await.expect("reads");
    let source = baton_domain::ids::SourceId(source.parse().expect("an id"));
    let row = baton_app::knowledge::source_row(app.baton(), rows[0].id, source).await.expect("is there");
    assert_eq!(row.web.map(|web| (web.pages.read, web.run)), Some((201, None)));
    assert_eq!(row.documents, 201);
}
