//! A website on loopback that says what it was asked.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// What the site says under a path.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn new(kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, headers: vec![("content-type".into(), kind.into())], body: body.into() }
    }

    pub(crate) fn html(body: impl AsRef<str>) -> Self {
        let page = format!("<!doctype html><title>Page</title><main>{}</main>", body.as_ref());
        Self::new("text/html; charset=utf-8", page)
    }

    pub(crate) fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn redirect(to: &str) -> Self {
        Self::status(302).with("location", to)
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

#[derive(Default)]
struct Inner {
    pages: HashMap<String, Reply>,
    asked: Vec<String>,
    bodies: usize,
    endless: bool,
}

/// A website on loopback.
#[derive(Clone)]
pub(crate) struct Site {
    inner: Arc<Mutex<Inner>>,
    pub(crate) address: SocketAddr,
    _tasks: Arc<JoinSet<()>>,
}

impl Site {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let inner = Arc::new(Mutex::new(Inner::default()));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&inner));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { inner, address, _tasks: Arc::new(tasks) }
    }

    pub(crate) fn url(&self, path: &str) -> url::Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    pub(crate) fn put(&self, path: &str, reply: Reply) {
        self.inner.lock().unwrap().pages.insert(path.to_owned(), reply);
    }

    /// Every path that is not there has a page that links to two more.
    pub(crate) fn make_endless(&self) {
        self.inner.lock().unwrap().endless = true;
    }

    /// What was asked for since the last time, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.inner.lock().unwrap().asked)
    }

    /// How many bodies of pages were sent since the last time.
    pub(crate) fn bodies(&self) -> usize {
        std::mem::take(&mut self.inner.lock().unwrap().bodies)
    }
}

async fn answer(State(inner): State<Arc<Mutex<Inner>>>, request: Request<Body>) -> Response<Body> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let mut inner = inner.lock().unwrap();
    inner.asked.push(path.clone());
    let reply = inner.pages.get(&path).cloned().or_else(|| {
        let depth = path.len();
        let links = format!("<a href='{path}x{depth}/'>x</a> <a href='{path}y{depth}/'>y</a> {path}");
        (inner.endless && path.ends_with('/')).then(|| Reply::html(links))
    });
    let reply = reply.unwrap_or_else(|| Reply::status(404));
    if is_unchanged(request.headers(), &reply) {
        return Response::builder().status(StatusCode::NOT_MODIFIED).body(Body::empty()).unwrap();
    }
    inner.bodies += usize::from(reply.status == 200);
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(reply.body)).unwrap()
}

fn is_unchanged(headers: &HeaderMap, reply: &Reply) -> bool {
    let of = |name: &str| reply.headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str());
    let asked = |name| headers.get(name).and_then(|value| value.to_str().ok());
    asked(header::IF_NONE_MATCH).is_some_and(|etag| of("etag") == Some(etag))
        || asked(header::IF_MODIFIED_SINCE).is_some_and(|at| of("last-modified") == Some(at))
}
