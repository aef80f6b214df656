//! Inviting people into a team.

use std::time::Duration;

use baton_domain::ids::InvitationId;
use baton_domain::team::{Member, Right, Role};
use baton_storage::{InvitationRow, quietly};

use crate::system::{new_token, token_hash};
use crate::team::sessions::{SignedIn, begin_session};
use crate::team::{members, passwords, people, setup};
use crate::{AppError, Baton};

/// How long an invitation can be accepted.
const INVITATION_VALID: Duration = Duration::from_secs(60 * 60 * 72);

/// An invitation, with the name of who sent it.
#[derive(Clone, Debug)]
pub struct InvitationView {
    /// The invitation.
    pub row: InvitationRow,
    /// Who sent it.
    pub invited_by: String,
}

/// Invites somebody. Returns the invitation and the token that its link carries; the link is shown once.
///
/// # Errors
/// [`AppError::NotAllowed`] if the member may not give that role, [`AppError::Invalid`] if the address cannot be one.
pub async fn invite(baton: &Baton, by: &Member, email: &str, role: Role) -> Result<(InvitationView, String), AppError> {
    if !by.role.may(Right::ManageMembers(role)) {
        return Err(AppError::NotAllowed);
    }
    let now = baton.now();
    let row = InvitationRow {
        id: baton.fresh(),
        workspace_id: by.workspace_id,
        email: members::email(email)?,
        role,
        invited_by: by.id,
        created_at: now,
        expires_at: now.after(INVITATION_VALID),
    };
    let (token, hash) = new_token();
    let mut unit = baton.store().write().await?;
    if unit.credentials_anywhere(&row.email).await?.is_some() {
        return Err(AppError::invalid("email", "Somebody with this address is in a team already."));
    }
    unit.insert_invitation(&row, hash).await?;
    unit.commit(quietly()).await?;
    Ok((InvitationView { row, invited_by: by.name.clone() }, token))
}

/// Invitations that can still be accepted.
///
/// # Errors
/// Only if the store fails.
pub async fn invitations(baton: &Baton, by: &Member) -> Result<Vec<InvitationView>, AppError> {
    let mut unit = baton.store().read().await?;
    let team = unit.members(by.workspace_id).await?;
    let rows = unit.invitations(by.workspace_id, baton.now()).await?;
    let name = |id| team.iter().find(|member| member.id == id).map_or_else(String::new, |member| member.name.clone());
    Ok(rows.into_iter().map(|row| InvitationView { invited_by: name(row.invited_by), row }).collect())
}

/// Takes an invitation back.
///
/// # Errors
/// [`AppError::NotFound`] if there is none.
pub async fn revoke_invitation(baton: &Baton, by: &Member, id: InvitationId) -> Result<(), AppError> {
    let mut unit = baton.store().write().await?;
    let revoked = unit.delete_invitation(by.workspace_id, id).await?;
    unit.commit(quietly()).await?;
    if revoked { Ok(()) } else { Err(AppError::NotFound) }
}

/// What an invitation is to: its row and the workspace's name.
///
/// # Errors
/// [`AppError::InvitationOver`] if it was used, taken back or is too old.
pub async fn look_up_invitation(baton: &Baton, token: &str) -> Result<(InvitationRow, String), AppError> {
    let mut unit = baton.store().read().await?;
    let found = unit.invitation_of_token_anywhere(token_hash(token), baton.now()).await?;
    let row = found.ok_or(AppError::InvitationOver)?;
    let workspace = unit.workspace(row.workspace_id).await?.ok_or(AppError::InvitationOver)?;
    Ok((row, workspace.name))
}

/// Accepts an invitation: the person becomes a member and is signed in. It works once.
///
/// # Errors
/// [`AppError::InvitationOver`], or [`AppError::Invalid`] naming what cannot be.
pub async fn accept_invitation(
    baton: &Baton,
    token: &str,
    name: &str,
    password: &str,
    user_agent: &str,
) -> Result<SignedIn, AppError> {
    look_up_invitation(baton, token).await?;
    let password_hash = passwords::hash(password).await?;
    let mut unit = baton.store().write().await?;
    let found = unit.invitation_of_token_anywhere(token_hash(token), baton.now()).await?;
    let row = found.ok_or(AppError::InvitationOver)?;
    unit.delete_invitation(row.workspace_id, row.id).await?;
    let member =
        setup::insert_member(baton, unit.as_mut(), row.workspace_id, name, &row.email, row.role, &password_hash)
            .await?;
    let signed_in = begin_session(baton, unit.as_mut(), member, user_agent).await?;
    unit.commit(quietly()).await?;
    // Whoever looks at the team learns that there is one more.
    people::refresh(baton, row.workspace_id).await?;
    Ok(signed_in)
}
