//! A visitor writes or presses a button.

use axum::Json;
use axum::extract::State;
use baton_app::AppError;
use baton_app::conversations::{Arrival, Posted, is_own, post_message, press_action};
use baton_domain::ids::AgentId;
use baton_domain::text::MessageText;
use baton_storage::Visitor;

use crate::auth::{KnownVisitor, UserAgent};
use crate::error::{ApiError, ErrorBody};
use crate::json::{Body, Path};
use crate::state::ApiState;
use crate::wire::widget::{Context, PageSeen, PressAction, SendMessage, Sent};

/// Sends a message. Sending again with the same `client_id` is sending once.
#[utoipa::path(post, path = "/api/widget/v1/messages", tag = "widget", operation_id = "widget.messages.send", security(("visitor" = [])), request_body = SendMessage,
    responses((status = 200, body = Sent), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody, description = "`client_id_reused`"),
        (status = 413, body = ErrorBody, description = "`message_too_long`"), (status = 422, body = ErrorBody, description = "`message_empty`"), (status = 429, body = ErrorBody, description = "`too_many_messages`")))]
pub(crate) async fn send(
    State(state): State<ApiState>,
    KnownVisitor(visitor): KnownVisitor,
    UserAgent(user_agent): UserAgent,
    Body(request): Body<SendMessage>,
) -> Result<Json<Sent>, ApiError> {
    own_agent(&visitor, request.agent_id)?;
    let text = MessageText::parse(&request.text)?;
    state.limits.message(visitor.id)?;
    let arrival = Arrival { conversation_id: request.conversation_id, ..arrival(request.context, user_agent) };
    let posted = on_its_own(&state, {
        let baton = state.baton.clone();
        async move { post_message(&baton, &visitor, request.client_id, text, arrival).await }
    })
    .await?;
    Ok(Json(sent(&posted)))
}

/// Presses a button that brings in a person; may be the very first thing a visitor does.
#[utoipa::path(post, path = "/api/widget/v1/actions/{action_id}", tag = "widget", operation_id = "widget.actions.press", security(("visitor" = [])),
    params(("action_id" = String, Path)), request_body = PressAction,
    responses((status = 200, body = Sent), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody, description = "`fields_invalid`"), (status = 429, body = ErrorBody)))]
pub(crate) async fn press(
    State(state): State<ApiState>,
    KnownVisitor(visitor): KnownVisitor,
    UserAgent(user_agent): UserAgent,
    Path(action_id): Path<String>,
    Body(mut request): Body<PressAction>,
) -> Result<Json<Sent>, ApiError> {
    own_agent(&visitor, request.agent_id)?;
    state.limits.message(visitor.id)?;
    if let Some(id) = request.conversation_id {
        is_own(&state.baton, &visitor, id).await?;
    }
    let posted = on_its_own(&state, {
        let baton = state.baton.clone();
        async move {
            let value_of = |name: &str| request.fields.remove(name);
            press_action(
                &baton,
                &visitor,
                request.client_id,
                &action_id,
                value_of,
                arrival(request.context, user_agent),
            )
            .await
        }
    })
    .await?;
    Ok(Json(sent(&posted)))
}

/// Runs a use case to its end even if the visitor's connection goes away in the middle.
async fn on_its_own<T: Send + 'static>(
    state: &ApiState,
    work: impl Future<Output = Result<T, AppError>> + Send + 'static,
) -> Result<T, ApiError> {
    match state.baton.tasks().spawn(work).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(AppError::Internal("a request stopped in the middle").into()),
    }
}

fn own_agent(visitor: &Visitor, agent_id: AgentId) -> Result<(), ApiError> {
    if visitor.agent_id == agent_id { Ok(()) } else { Err(ApiError::not_found()) }
}

fn arrival(context: Context, user_agent: String) -> Arrival {
    Arrival {
        conversation_id: None,
        page: context.page.as_ref().and_then(PageSeen::parse),
        trail: context.trail.iter().filter_map(PageSeen::parse).collect(),
        referrer: context.referrer.filter(|referrer| !referrer.is_empty()),
        locale: context.locale.filter(|locale| !locale.is_empty()),
        user_agent: Some(user_agent).filter(|agent| !agent.is_empty()),
    }
}

fn sent(posted: &Posted) -> Sent {
    let entries = posted.entries.iter().map(baton_domain::conversation::visitor_view).collect();
    Sent { conversation_id: posted.conversation_id, entries, cursor: posted.cursor }
}
