//! Signing up, in and out, and one's own account.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use baton_app::team::{self, MemberView, NewOwner, SignedIn};
use baton_domain::ids::SessionId;

use crate::auth::{Peer, SignedInMember, UserAgent, session_cookie};
use crate::error::{ApiError, ErrorBody};
use crate::json::{Body, Path};
use crate::state::ApiState;
use crate::wire::team::{ChooseAvailability, Me, Session, Sessions, SetUp, SetupState, SignIn};

/// Whether anybody has signed up.
#[utoipa::path(get, path = "/api/v1/setup", tag = "account", operation_id = "setup.state", responses((status = 200, body = SetupState)))]
pub(crate) async fn setup_state(State(state): State<ApiState>) -> Result<Json<SetupState>, ApiError> {
    Ok(Json(SetupState { needs_setup: team::needs_setup(&state.baton).await? }))
}

/// The first owner signs up.
#[utoipa::path(post, path = "/api/v1/setup", tag = "account", operation_id = "setup", request_body = SetUp,
    responses((status = 201, body = Me), (status = 403, body = ErrorBody, description = "`setup_refused`"), (status = 422, body = ErrorBody)))]
pub(crate) async fn set_up(
    State(state): State<ApiState>,
    peer: Peer,
    UserAgent(agent): UserAgent,
    Body(request): Body<SetUp>,
) -> Result<Response, ApiError> {
    state.limits.sign_in(peer.0, "set-up")?;
    let SetUp { setup_token, workspace_name, name, email, password } = request;
    let owner = NewOwner { workspace_name, name, email, password };
    let signed_in = team::set_up(&state.baton, &setup_token, owner, &agent).await?;
    signed_in_answer(&state, StatusCode::CREATED, signed_in).await
}

/// Signs in.
#[utoipa::path(post, path = "/api/v1/sign-in", tag = "account", operation_id = "sign_in", request_body = SignIn,
    responses((status = 200, body = Me), (status = 401, body = ErrorBody, description = "`bad_credentials`"), (status = 429, body = ErrorBody, description = "`too_many_attempts`")))]
pub(crate) async fn sign_in(
    State(state): State<ApiState>,
    peer: Peer,
    UserAgent(agent): UserAgent,
    Body(request): Body<SignIn>,
) -> Result<Response, ApiError> {
    state.limits.sign_in(peer.0, &request.email)?;
    let signed_in = team::sign_in(&state.baton, &request.email, &request.password, &agent).await?;
    signed_in_answer(&state, StatusCode::OK, signed_in).await
}

/// Signs out.
#[utoipa::path(post, path = "/api/v1/sign-out", tag = "account", operation_id = "sign_out", security(("member" = [])), responses((status = 204)))]
pub(crate) async fn sign_out(State(state): State<ApiState>, signed_in: SignedInMember) -> Result<Response, ApiError> {
    team::sign_out(&state.baton, &signed_in.session).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, session_cookie(state.secure, None))]).into_response())
}

/// Who I am.
#[utoipa::path(get, path = "/api/v1/me", tag = "account", operation_id = "me", security(("member" = [])), responses((status = 200, body = Me), (status = 401, body = ErrorBody)))]
pub(crate) async fn me(State(state): State<ApiState>, signed_in: SignedInMember) -> Result<Json<Me>, ApiError> {
    let presence = team::presence_of(&signed_in.member, state.baton.now());
    me_of(&state, MemberView { member: signed_in.member, presence }).await.map(Json)
}

/// Chooses whether I take conversations.
#[utoipa::path(put, path = "/api/v1/me/availability", tag = "account", operation_id = "me.availability", security(("member" = [])), request_body = ChooseAvailability, responses((status = 200, body = Me)))]
pub(crate) async fn choose_availability(
    State(state): State<ApiState>,
    signed_in: SignedInMember,
    Body(request): Body<ChooseAvailability>,
) -> Result<Json<Me>, ApiError> {
    let view = team::set_availability(&state.baton, &signed_in.member, request.availability).await?;
    me_of(&state, view).await.map(Json)
}

/// My sign-ins.
#[utoipa::path(get, path = "/api/v1/me/sessions", tag = "account", operation_id = "me.sessions", security(("member" = [])), responses((status = 200, body = Sessions)))]
pub(crate) async fn sessions(
    State(state): State<ApiState>,
    signed_in: SignedInMember,
) -> Result<Json<Sessions>, ApiError> {
    let rows = team::sessions(&state.baton, &signed_in.member).await?;
    Ok(Json(Sessions { sessions: rows.into_iter().map(|row| Session::new(row, signed_in.session.id)).collect() }))
}

/// Ends one of my sign-ins.
#[utoipa::path(delete, path = "/api/v1/me/sessions/{id}", tag = "account", operation_id = "me.sessions.end", security(("member" = [])),
    params(("id" = SessionId, Path)), responses((status = 204), (status = 404, body = ErrorBody)))]
pub(crate) async fn end_session(
    State(state): State<ApiState>,
    signed_in: SignedInMember,
    Path(id): Path<SessionId>,
) -> Result<StatusCode, ApiError> {
    team::end_session(&state.baton, &signed_in.member, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn signed_in_answer(
    state: &ApiState,
    status: StatusCode,
    signed_in: SignedIn,
) -> Result<Response, ApiError> {
    let SignedIn { member, token, .. } = signed_in;
    let presence = team::presence_of(&member, state.baton.now());
    let me = me_of(state, MemberView { member, presence }).await?;
    Ok((status, [(header::SET_COOKIE, session_cookie(state.secure, Some(&token)))], Json(me)).into_response())
}

async fn me_of(state: &ApiState, view: MemberView) -> Result<Me, ApiError> {
    let workspace = team::workspace(&state.baton, view.member.workspace_id).await?;
    Ok(Me { member: view.into(), workspace: workspace.into() })
}
