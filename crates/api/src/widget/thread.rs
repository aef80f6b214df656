//! The thread a visitor would continue.

use axum::Json;
use axum::extract::State;

use crate::auth::KnownVisitor;
use crate::error::{ApiError, ErrorBody};
use crate::state::ApiState;
use crate::widget::person_of;
use crate::wire::widget::{ThreadAnswer, VisitorThread};

/// The thread that the next message would continue, whole.
#[utoipa::path(get, path = "/api/widget/v1/thread", tag = "widget", operation_id = "widget.thread", security(("visitor" = [])),
    responses((status = 200, body = ThreadAnswer), (status = 401, body = ErrorBody)))]
pub(crate) async fn thread(
    State(state): State<ApiState>,
    KnownVisitor(visitor): KnownVisitor,
) -> Result<Json<ThreadAnswer>, ApiError> {
    let agent = state.baton.agent(visitor.workspace_id, visitor.agent_id).await?;
    let person = person_of(&state, &agent).await?;
    let thread = baton_app::conversations::visitor_thread(&state.baton, &visitor).await?.map(|thread| VisitorThread {
        conversation_id: thread.conversation_id,
        cursor: thread.entries.last().map_or(0, |entry| entry.seq),
        epoch: thread.epoch,
        entries: thread.entries,
        person,
    });
    Ok(Json(ThreadAnswer { thread }))
}
