//! The demo website: a shop that runs its support on Baton, on a port of its own, as a customer's site would be.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use baton_domain::ids::AgentId;
use rust_embed::RustEmbed;

use crate::demo::guides::Guide;
use crate::web::web_file;

#[derive(RustEmbed)]
#[folder = "demo-site"]
struct Files;

struct Site {
    widget: String,
    dashboard_url: String,
    guides: HashMap<String, String>,
}

/// The demo website.
pub(super) fn router(public_url: &str, agent_id: AgentId, guides: Vec<Guide>) -> Router {
    let site = Site {
        widget: format!("<script async src=\"{public_url}/widget.js\" data-agent-id=\"{agent_id}\"></script>"),
        dashboard_url: format!("{public_url}/inbox/waiting"),
        guides: guides.into_iter().map(|guide| (guide.name, guide.html)).collect(),
    };
    Router::new()
        .route("/", get(|State(site): State<Arc<Site>>| async move { page(&site, "index.html") }))
        .route(
            "/guides/{name}",
            get(|State(site): State<Arc<Site>>, Path(name): Path<String>| async move { guide(&site, &name) }),
        )
        .route(
            "/{name}",
            get(|State(site): State<Arc<Site>>, Path(name): Path<String>| async move { page(&site, &name) }),
        )
        .with_state(Arc::new(site))
}

fn guide(site: &Site, name: &str) -> Response {
    site.guides.get(name).map_or_else(missing, |html| filled(site, html))
}

fn page(site: &Site, name: &str) -> Response {
    let Some(file) = Files::get(name) else { return missing() };
    if name.ends_with(".html") {
        return filled(site, &String::from_utf8_lossy(&file.data));
    }
    let file = web_file(file);
    ([(header::CONTENT_TYPE, file.mime)], file.bytes.into_owned()).into_response()
}

fn filled(site: &Site, html: &str) -> Response {
    axum::response::Html(
        html.replace("<!--baton:widget-->", &site.widget).replace("{{dashboard_url}}", &site.dashboard_url),
    )
    .into_response()
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, "There is no such page.").into_response()
}
