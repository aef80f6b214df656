//! Members and invitations.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use baton_app::team;
use baton_domain::ids::{InvitationId, MemberId};

use crate::auth::{Peer, SignedInMember, TeamManager, UserAgent};
use crate::dashboard::me::signed_in_answer;
use crate::error::{ApiError, ErrorBody};
use crate::json::{Body, Path};
use crate::state::ApiState;
use crate::wire::team::{
    AcceptInvitation, ChangeMember, Invitation, InvitationSubject, Invitations, Invite, LookUpInvitation, Me, Member,
    Members,
};

/// All members.
#[utoipa::path(get, path = "/api/v1/members", tag = "team", operation_id = "members.list", security(("member" = [])), responses((status = 200, body = Members)))]
pub(crate) async fn members(
    State(state): State<ApiState>,
    signed_in: SignedInMember,
) -> Result<Json<Members>, ApiError> {
    let members = team::members(&state.baton, signed_in.member.workspace_id).await?;
    Ok(Json(Members { members: members.into_iter().map(Member::from).collect() }))
}

/// Changes a member's role, or suspends them.
#[utoipa::path(patch, path = "/api/v1/members/{id}", tag = "team", operation_id = "members.change", security(("member" = [])),
    params(("id" = MemberId, Path)), request_body = ChangeMember, responses((status = 200, body = Member), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn change_member(
    State(state): State<ApiState>,
    TeamManager(by): TeamManager,
    Path(id): Path<MemberId>,
    Body(request): Body<ChangeMember>,
) -> Result<Json<Member>, ApiError> {
    Ok(Json(team::change_member(&state.baton, &by, id, request.role, request.suspended).await?.into()))
}

/// Invitations that can still be accepted.
#[utoipa::path(get, path = "/api/v1/invitations", tag = "team", operation_id = "invitations.list", security(("member" = [])), responses((status = 200, body = Invitations), (status = 403, body = ErrorBody)))]
pub(crate) async fn invitations(
    State(state): State<ApiState>,
    TeamManager(by): TeamManager,
) -> Result<Json<Invitations>, ApiError> {
    let invitations = team::invitations(&state.baton, &by).await?;
    Ok(Json(Invitations { invitations: invitations.into_iter().map(|view| Invitation::new(view, None)).collect() }))
}

/// Invites somebody. The answer holds the link to send them; it is not shown again.
#[utoipa::path(post, path = "/api/v1/invitations", tag = "team", operation_id = "invitations.make", security(("member" = [])), request_body = Invite,
    responses((status = 201, body = Invitation), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn invite(
    State(state): State<ApiState>,
    TeamManager(by): TeamManager,
    Body(request): Body<Invite>,
) -> Result<(StatusCode, Json<Invitation>), ApiError> {
    let (view, token) = team::invite(&state.baton, &by, &request.email, request.role).await?;
    // Behind the #, so that it is in no log and no referrer.
    let url = format!("{}/join#{token}", state.baton.config().public_url);
    Ok((StatusCode::CREATED, Json(Invitation::new(view, Some(url)))))
}

/// Takes an invitation back.
#[utoipa::path(delete, path = "/api/v1/invitations/{id}", tag = "team", operation_id = "invitations.revoke", security(("member" = [])),
    params(("id" = InvitationId, Path)), responses((status = 204), (status = 404, body = ErrorBody)))]
pub(crate) async fn revoke_invitation(
    State(state): State<ApiState>,
    TeamManager(by): TeamManager,
    Path(id): Path<InvitationId>,
) -> Result<StatusCode, ApiError> {
    team::revoke_invitation(&state.baton, &by, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an invitation is to.
#[utoipa::path(post, path = "/api/v1/invitations/lookup", tag = "team", operation_id = "invitations.look_up", request_body = LookUpInvitation,
    responses((status = 200, body = InvitationSubject), (status = 410, body = ErrorBody, description = "`invitation_over`")))]
pub(crate) async fn look_up_invitation(
    State(state): State<ApiState>,
    peer: Peer,
    Body(request): Body<LookUpInvitation>,
) -> Result<Json<InvitationSubject>, ApiError> {
    state.limits.session(peer.0)?;
    let (row, workspace_name) = team::look_up_invitation(&state.baton, &request.token).await?;
    Ok(Json(InvitationSubject { email: row.email, workspace_name, role: row.role }))
}

/// Accepts an invitation and signs in.
#[utoipa::path(post, path = "/api/v1/invitations/accept", tag = "team", operation_id = "invitations.accept", request_body = AcceptInvitation,
    responses((status = 201, body = Me), (status = 410, body = ErrorBody, description = "`invitation_over`"), (status = 422, body = ErrorBody)))]
pub(crate) async fn accept_invitation(
    State(state): State<ApiState>,
    peer: Peer,
    UserAgent(agent): UserAgent,
    Body(request): Body<AcceptInvitation>,
) -> Result<Response, ApiError> {
    state.limits.session(peer.0)?;
    let signed_in =
        team::accept_invitation(&state.baton, &request.token, &request.name, &request.password, &agent).await?;
    signed_in_answer(&state, StatusCode::CREATED, signed_in).await
}
