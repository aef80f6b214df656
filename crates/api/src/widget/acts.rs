//! What visitors do besides writing.

use axum::extract::State;
use axum::http::StatusCode;
use baton_domain::ids::ConversationId;

use crate::auth::KnownVisitor;
use crate::error::{ApiError, ErrorBody};
use crate::json::{Body, Path};
use crate::state::ApiState;
use crate::wire::widget::{Rate, Seen, Typing, Visited};

/// Types, or has stopped.
#[utoipa::path(post, path = "/api/widget/v1/conversations/{id}/typing", tag = "widget", operation_id = "widget.typing", security(("visitor" = [])),
    params(("id" = ConversationId, Path)), request_body = Typing, responses((status = 204), (status = 404, body = ErrorBody)))]
pub(crate) async fn typing(
    State(state): State<ApiState>,
    KnownVisitor(visitor): KnownVisitor,
    Path(id): Path<ConversationId>,
    Body(request): Body<Typing>,
) -> Result<StatusCode, ApiError> {
    state.limits.sign(visitor.id)?;
    baton_app::conversations::visitor_types(&state.baton, &visitor, id, request.typing).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has read.
#[utoipa::path(post, path = "/api/widget/v1/conversations/{id}/seen", tag = "widget", operation_id = "widget.seen", security(("visitor" = [])),
    params(("id" = ConversationId, Path)), request_body = Seen, responses((status = 204), (status = 404, body = ErrorBody)))]
pub(crate) async fn seen(
    State(state): State<ApiState>,
    KnownVisitor(visitor): KnownVisitor,
    Path(id): Path<ConversationId>,
    Body(request): Body<Seen>,
) -> Result<StatusCode, ApiError> {
    state.limits.sign(visitor.id)?;
    baton_app::conversations::see(&state.baton, &visitor, id, request.up_to).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Goes to another page.
#[utoipa::path(post, path = "/api/widget/v1/conversations/{id}/pages", tag = "widget", operation_id = "widget.pages", security(("visitor" = [])),
    params(("id" = ConversationId, Path)), request_body = Visited, responses((status = 204), (status = 404, body = ErrorBody)))]
pub(crate) async fn visited(
    State(state): State<ApiState>,
    KnownVisitor(visitor): KnownVisitor,
    Path(id): Path<ConversationId>,
    Body(request): Body<Visited>,
) -> Result<StatusCode, ApiError> {
    state.limits.sign(visitor.id)?;
    let page = request.page.parse().ok_or_else(|| ApiError::bad_request("A page needs a web address."))?;
    baton_app::conversations::visit_page(&state.baton, &visitor, id, page).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Rates an answer (A8).
#[utoipa::path(post, path = "/api/widget/v1/conversations/{id}/ratings", tag = "widget", operation_id = "widget.rate", security(("visitor" = [])),
    params(("id" = ConversationId, Path)), request_body = Rate, responses((status = 204), (status = 404, body = ErrorBody)))]
pub(crate) async fn rate(
    State(state): State<ApiState>,
    KnownVisitor(visitor): KnownVisitor,
    Path(id): Path<ConversationId>,
    Body(request): Body<Rate>,
) -> Result<StatusCode, ApiError> {
    state.limits.sign(visitor.id)?;
    let Rate { message_seq, rating, comment } = request;
    baton_app::conversations::rate(&state.baton, &visitor, id, message_seq, rating, comment.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}
