//! A thread, and what a member does with it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use baton_app::conversations::{Acted, MemberAct, act, mark_read, member_types, member_writes, thread as read_thread};
use baton_domain::ids::ConversationId;
use baton_domain::text::MessageText;

use crate::auth::SignedInMember;
use crate::error::{ApiError, ErrorBody};
use crate::json::{Body, Path};
use crate::state::ApiState;
use crate::wire::inbox::{ActedView, AssignTo, CloseAs, SendReply, ThreadView, VisitorView};
use crate::wire::widget::{Seen, Typing};

/// A thread with everything a person needs for their first line (H5).
#[utoipa::path(get, path = "/api/v1/conversations/{id}", tag = "inbox", operation_id = "conversations.get", security(("member" = [])),
    params(("id" = ConversationId, Path)), responses((status = 200, body = ThreadView), (status = 404, body = ErrorBody)))]
pub(crate) async fn thread(
    State(state): State<ApiState>,
    signed_in: SignedInMember,
    Path(id): Path<ConversationId>,
) -> Result<Json<ThreadView>, ApiError> {
    let thread = read_thread(&state.baton, &signed_in.member, id).await?;
    let watching = state.baton.presences().of(signed_in.member.workspace_id);
    let mut viewers: Vec<_> =
        watching.into_iter().filter(|stream| stream.viewing == Some(id)).map(|stream| stream.member_id).collect();
    viewers.sort_unstable();
    viewers.dedup();
    let visitor = VisitorView {
        id: thread.summary.visitor.id,
        label: thread.summary.visitor.label.clone(),
        first_seen_at: thread.visitor_since,
        conversations: thread.conversations,
    };
    Ok(Json(ThreadView {
        feed: thread.feed,
        summary: thread.summary,
        entries: thread.entries,
        visitor,
        mark: thread.mark,
        viewers,
    }))
}

/// Takes the conversation. Of two who do so at once, one gets it and the other is told who has it (H8).
#[utoipa::path(post, path = "/api/v1/conversations/{id}/take-over", tag = "inbox", operation_id = "conversations.take_over", security(("member" = [])),
    params(("id" = ConversationId, Path)), responses((status = 200, body = ActedView), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody, description = "`already_taken`")))]
pub(crate) async fn take_over(
    State(state): State<ApiState>,
    signed_in: SignedInMember,
    Path(id): Path<ConversationId>,
) -> Result<Json<ActedView>, ApiError> {
    acts(state, signed_in, id, MemberAct::TakeOver).await
}

/// Replies. Takes the conversation first if nobody has it (H7).
#[utoipa::path(post, path = "/api/v1/conversations/{id}/messages", tag = "inbox", operation_id = "conversations.reply", security(("member" = [])),
    params(("id" = ConversationId, Path)), request_body = SendReply,
    responses((status = 200, body = ActedView), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody, description = "`already_taken`, `client_id_reused`"),
        (status = 413, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn reply(
    State(state): State<ApiState>,
    signed_in: SignedInMember,
    Path(id): Path<ConversationId>,
    Body(request): Body<SendReply>,
) -> Result<Json<ActedView>, ApiError> {
    let text = MessageText::parse(&request.text)?;
    let baton = state.baton.clone();
    let acted =
        to_its_end(&state, async move { member_writes(&baton, &signed_in.member, id, request.client_id, text).await })
            .await?;
    Ok(Json(view(acted)))
}

/// Gives the conversation to a member.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/assign", tag = "inbox", operation_id = "conversations.assign", security(("member" = [])),
    params(("id" = ConversationId, Path)), request_body = AssignTo, responses((status = 200, body = ActedView), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn assign(
    State(state): State<ApiState>,
    signed_in: SignedInMember,
    Path(id): Path<ConversationId>,
    Body(request): Body<AssignTo>,
) -> Result<Json<ActedView>, ApiError> {
    acts(state, signed_in, id, MemberAct::Assign(request.member_id)).await
}

/// Puts the conversation back into the queue.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/return-to-queue", tag = "inbox", operation_id = "conversations.return_to_queue", security(("member" = [])),
    params(("id" = ConversationId, Path)), responses((status = 200, body = ActedView), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn return_to_queue(
    State(state): State<ApiState>,
    signed_in: SignedInMember,
    Path(id): Path<ConversationId>,
) -> Result<Json<ActedView>, ApiError> {
    acts(state, signed_in, id, MemberAct::ReturnToQueue).await
}

/// Gives the conversation back to the AI, which answers what nobody has.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/return-to-ai", tag = "inbox", operation_id = "conversations.return_to_ai", security(("member" = [])),
    params(("id" = ConversationId, Path)), responses((status = 200, body = ActedView), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn return_to_ai(
    State(state): State<ApiState>,
    signed_in: SignedInMember,
    Path(id): Path<ConversationId>,
) -> Result<Json<ActedView>, ApiError> {
    acts(state, signed_in, id, MemberAct::ReturnToAi).await
}

/// Ends the conversation (H9).
#[utoipa::path(post, path = "/api/v1/conversations/{id}/close", tag = "inbox", operation_id = "conversations.close", security(("member" = [])),
    params(("id" = ConversationId, Path)), request_body = CloseAs, responses((status = 200, body = ActedView), (status = 404, body = ErrorBody)))]
pub(crate) async fn close(
    State(state): State<ApiState>,
    signed_in: SignedInMember,
    Path(id): Path<ConversationId>,
    Body(request): Body<CloseAs>,
) -> Result<Json<ActedView>, ApiError> {
    acts(state, signed_in, id, MemberAct::Close(request.outcome)).await
}

/// Reopens the conversation and takes it.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/reopen", tag = "inbox", operation_id = "conversations.reopen", security(("member" = [])),
    params(("id" = ConversationId, Path)), responses((status = 200, body = ActedView), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn reopen(
    State(state): State<ApiState>,
    signed_in: SignedInMember,
    Path(id): Path<ConversationId>,
) -> Result<Json<ActedView>, ApiError> {
    acts(state, signed_in, id, MemberAct::Reopen).await
}

/// Types, or has stopped.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/typing", tag = "inbox", operation_id = "conversations.typing", security(("member" = [])),
    params(("id" = ConversationId, Path)), request_body = Typing, responses((status = 204), (status = 404, body = ErrorBody)))]
pub(crate) async fn typing(
    State(state): State<ApiState>,
    signed_in: SignedInMember,
    Path(id): Path<ConversationId>,
    Body(request): Body<Typing>,
) -> Result<StatusCode, ApiError> {
    member_types(&state.baton, &signed_in.member, id, request.typing).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has read.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/seen", tag = "inbox", operation_id = "conversations.seen", security(("member" = [])),
    params(("id" = ConversationId, Path)), request_body = Seen, responses((status = 204), (status = 404, body = ErrorBody)))]
pub(crate) async fn seen(
    State(state): State<ApiState>,
    signed_in: SignedInMember,
    Path(id): Path<ConversationId>,
    Body(request): Body<Seen>,
) -> Result<StatusCode, ApiError> {
    mark_read(&state.baton, &signed_in.member, id, request.up_to).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn acts(
    state: ApiState,
    signed_in: SignedInMember,
    id: ConversationId,
    what: MemberAct,
) -> Result<Json<ActedView>, ApiError> {
    let baton = state.baton.clone();
    let acted = to_its_end(&state, async move { act(&baton, &signed_in.member, id, what).await }).await?;
    Ok(Json(view(acted)))
}

/// Runs a use case to its end even if the member's connection goes away in the middle.
async fn to_its_end(
    state: &ApiState,
    work: impl Future<Output = Result<Acted, baton_app::AppError>> + Send + 'static,
) -> Result<Acted, ApiError> {
    match state.baton.tasks().spawn(work).await {
        Ok(acted) => Ok(acted?),
        Err(_) => Err(baton_app::AppError::Internal("a request stopped in the middle").into()),
    }
}

fn view(acted: Acted) -> ActedView {
    ActedView { summary: acted.summary, entries: acted.entries }
}
