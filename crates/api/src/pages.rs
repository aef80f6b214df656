//! The files of both front ends, with the headers that keep them safe.

use std::borrow::Cow;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use baton_domain::ids::AgentId;
use baton_domain::text::Origin;

use crate::error::ApiError;
use crate::state::ApiState;

/// The front ends' files, built beforehand. Paths such as `widget/widget.js` and `dashboard/assets/index-1a2b.js`.
pub trait WebFiles: Send + Sync {
    /// A file, if there is one.
    fn get(&self, path: &str) -> Option<WebFile>;
}

/// One file.
#[derive(Clone, Debug)]
pub struct WebFile {
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
    /// Its media type.
    pub mime: String,
    /// Changes with its content.
    pub etag: String,
}

/// The team's app. Inline styles are allowed because the component library positions its layers with them.
const DASHBOARD_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data: blob:; \
     font-src 'self'; manifest-src 'self'; media-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The chat. `frame-ancestors` is added per agent.
const FRAME_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; \
     media-src 'self' data: blob:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'";

/// Names of assets change with their content, so they may be kept for ever.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_EACH_TIME: &str = "no-cache";

pub(crate) fn router() -> Router<ApiState> {
    Router::new()
        .route("/widget.js", get(loader))
        .route("/widget/frame/{agent_id}", get(frame))
        .route("/widget/assets/{*path}", get(widget_asset))
        .route("/c/{agent_id}", get(hosted))
        .route("/assets/{*path}", get(dashboard_asset))
        .route("/livez", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .route("/api/{*path}", get(|| async { ApiError::not_found() }))
        .fallback(get(dashboard))
}

async fn ready(State(state): State<ApiState>) -> Response {
    let read = match state.baton.store().read().await {
        Ok(mut unit) => unit.any_workspace().await.map(|_| ()),
        Err(error) => Err(error),
    };
    match read {
        Ok(()) => "ready".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer").into_response(),
    }
}

/// The script that owners put on their sites.
async fn loader(State(state): State<ApiState>, headers: HeaderMap) -> Response {
    let mut response = file(&state, "widget/widget.js", &headers, "public, max-age=300");
    response.headers_mut().insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

/// The chat, in a frame on the owner's site. Browsers show it on allowed sites alone (W3).
async fn frame(State(state): State<ApiState>, Path(agent_id): Path<String>, headers: HeaderMap) -> Response {
    chat(&state, &agent_id, &headers).await
}

/// The chat on a page of its own.
async fn hosted(State(state): State<ApiState>, Path(agent_id): Path<String>, headers: HeaderMap) -> Response {
    chat(&state, &agent_id, &headers).await
}

async fn chat(state: &ApiState, agent_id: &str, headers: &HeaderMap) -> Response {
    let Ok(agent_id) = agent_id.parse::<AgentId>() else { return ApiError::not_found().into_response() };
    let agent = match state.baton.agent_anywhere(agent_id).await {
        Ok(agent) => agent,
        Err(error) => return ApiError::from(error).into_response(),
    };
    let ancestors: Vec<_> = agent.settings.allowed_origins.iter().map(Origin::as_str).collect();
    let policy = format!("{FRAME_CSP}; frame-ancestors 'self' {}", ancestors.join(" "));
    let mut response = file(state, "widget/frame.html", headers, ASK_EACH_TIME);
    let out = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(policy.trim_end()) {
        out.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    // A frame is part of another site's page, and must not be cut off from it.
    out.insert("cross-origin-opener-policy", HeaderValue::from_static("unsafe-none"));
    out.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

/// Parts of the loader are modules, which browsers fetch from the owner's site with its origin; they are the same for everybody.
async fn widget_asset(State(state): State<ApiState>, Path(path): Path<String>, headers: HeaderMap) -> Response {
    let mut response = file(&state, &format!("widget/assets/{path}"), &headers, FOR_EVER);
    let out = response.headers_mut();
    out.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    out.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

async fn dashboard_asset(State(state): State<ApiState>, Path(path): Path<String>, headers: HeaderMap) -> Response {
    file(&state, &format!("dashboard/assets/{path}"), &headers, FOR_EVER)
}

/// Every other address is one of the app's own.
async fn dashboard(State(state): State<ApiState>, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let known = !path.is_empty() && state.web.get(&format!("dashboard/{path}")).is_some();
    let name = if known { format!("dashboard/{path}") } else { "dashboard/index.html".to_owned() };
    let mut response = file(&state, &name, &headers, ASK_EACH_TIME);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(DASHBOARD_CSP));
    response
}

fn file(state: &ApiState, path: &str, headers: &HeaderMap, kept: &'static str) -> Response {
    let Some(WebFile { bytes, mime, etag }) = state.web.get(path) else { return ApiError::not_found().into_response() };
    let etag = format!("\"{etag}\"");
    let unchanged = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let mut response =
        if unchanged { StatusCode::NOT_MODIFIED.into_response() } else { bytes.into_owned().into_response() };
    let out = response.headers_mut();
    for (name, value) in
        [(header::CONTENT_TYPE, mime.as_str()), (header::ETAG, etag.as_str()), (header::CACHE_CONTROL, kept)]
    {
        if let Ok(value) = HeaderValue::from_str(value) {
            out.insert(name, value);
        }
    }
    response
}
