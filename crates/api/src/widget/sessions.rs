//! Beginning a session: a visitor uses the chat for the first time.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use baton_domain::ids::AgentId;

use crate::auth::Peer;
use crate::error::{ApiError, ErrorBody};
use crate::json::{Body, Path};
use crate::state::ApiState;
use crate::wire::widget::{OpenSession, OpenedSession};

/// Begins a session for a new visitor.
#[utoipa::path(post, path = "/api/widget/v1/agents/{agent_id}/sessions", tag = "widget", operation_id = "widget.sessions.open",
    params(("agent_id" = AgentId, Path)), request_body = OpenSession,
    responses((status = 201, body = OpenedSession), (status = 403, body = ErrorBody, description = "`bad_ticket`: load the configuration again"), (status = 429, body = ErrorBody)))]
pub(crate) async fn open(
    State(state): State<ApiState>,
    peer: Peer,
    Path(agent_id): Path<AgentId>,
    Body(request): Body<OpenSession>,
) -> Result<(StatusCode, Json<OpenedSession>), ApiError> {
    state.limits.session(peer.0)?;
    let (visitor, visitor_token) = baton_app::agents::open_session(&state.baton, agent_id, &request.ticket).await?;
    Ok((StatusCode::CREATED, Json(OpenedSession { visitor_token, visitor_id: visitor.id })))
}
