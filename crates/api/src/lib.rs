//! HTTP: what people's browsers and programs talk to.
//!
//! - [`widget`]: what the chat on the owner's site calls. Visitors prove themselves with a bearer token.
//! - [`dashboard`]: what the team's app calls. Members prove themselves with a session cookie.
//! - [`pages`]: the files of both, with the headers that keep them safe.
//! - [`wire`]: the types that cross the wire and are not the domain's own.
//!
//! Handlers parse, call one use case of `app`, and answer; errors become one envelope in [`error`].
//! This crate must not know: the database, and what a decision is made from.

mod auth;
pub mod dashboard;
mod error;
mod headers;
mod json;
mod limits;
mod openapi;
pub mod pages;
mod state;
mod stream;
pub mod widget;
pub mod wire;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

pub use crate::error::{ApiError, ErrorBody};
pub use crate::openapi::document as openapi_document;
pub use crate::pages::WebFiles;
pub use crate::state::ApiState;

/// Largest request body that is not an upload, bytes.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// Everything an installation serves.
pub fn router(state: ApiState) -> Router {
    let document = openapi::document();
    let api = Router::from(openapi::routes())
        .route("/api/openapi.json", get(move || async move { axum::Json(document) }))
        .merge(pages::router())
        .layer(CompressionLayer::new())
        // Behind the compression: its state, of some kilobytes, would be held for each visitor who has the chat open.
        .merge(Router::from(openapi::streams()))
        .layer(axum::middleware::from_fn_with_state(state.clone(), auth::same_site_only))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(axum::middleware::from_fn(headers::on_every_answer))
        .layer(CatchPanicLayer::custom(error::panicked));
    api.with_state(state)
}
