//! Members of a team: who they are, what they may do, whether they take conversations.

use baton_domain::agent::is_email;
use baton_domain::availability::{Availability, Presence};
use baton_domain::ids::{MemberId, WorkspaceId};
use baton_domain::team::{Member, Right, Role};
use baton_storage::{Workspace, quietly};

use crate::team::people;
use crate::{AppError, Baton};

const NAME_CHARS_MAX: usize = 80;

/// A member, with what they look like from outside.
#[derive(Clone, Debug)]
pub struct MemberView {
    /// The member.
    pub member: Member,
    /// Whether they are there.
    pub presence: Presence,
}

/// The workspace a member belongs to.
///
/// # Errors
/// [`AppError::NotFound`] if there is none.
pub async fn workspace(baton: &Baton, id: WorkspaceId) -> Result<Workspace, AppError> {
    baton.store().read().await?.workspace(id).await?.ok_or(AppError::NotFound)
}

/// All members of a workspace.
///
/// # Errors
/// Only if the store fails.
pub async fn members(baton: &Baton, workspace_id: WorkspaceId) -> Result<Vec<MemberView>, AppError> {
    let members = baton.store().read().await?.members(workspace_id).await?;
    let now = baton.now();
    Ok(members.into_iter().map(|member| MemberView { presence: people::presence_of(&member, now), member }).collect())
}

/// Changes a member's role, or suspends them. A suspended member is signed out everywhere at once.
///
/// # Errors
/// [`AppError::NotAllowed`] if the role of who asks does not reach, [`AppError::Invalid`] if no owner would be left.
pub async fn change_member(
    baton: &Baton,
    by: &Member,
    id: MemberId,
    role: Option<Role>,
    suspended: Option<bool>,
) -> Result<MemberView, AppError> {
    let mut unit = baton.store().write().await?;
    let member = unit.member(by.workspace_id, id).await?.ok_or(AppError::NotFound)?;
    let role = role.unwrap_or(member.role);
    let suspended = suspended.unwrap_or(member.suspended);
    if !by.role.may(Right::ManageMembers(member.role)) || !by.role.may(Right::ManageMembers(role)) {
        return Err(AppError::NotAllowed);
    }
    let owners = unit
        .members(by.workspace_id)
        .await?
        .into_iter()
        .filter(|other| other.role == Role::Owner && !other.suspended && other.id != id)
        .count();
    if owners == 0 && (role != Role::Owner || suspended) {
        return Err(AppError::invalid("role", "A workspace needs an owner. Make somebody else an owner first."));
    }
    unit.update_member(by.workspace_id, id, role, suspended).await?;
    if suspended {
        unit.delete_sessions(by.workspace_id, id).await?;
    }
    unit.commit(quietly()).await?;
    people::revoke_streams(baton, by.workspace_id, id);
    people::refresh(baton, by.workspace_id).await?;
    let member = Member { role, suspended, ..member };
    Ok(MemberView { presence: people::presence_of(&member, baton.now()), member })
}

/// A member chooses whether they take conversations.
///
/// # Errors
/// Only if the store fails.
pub async fn set_availability(
    baton: &Baton,
    member: &Member,
    availability: Availability,
) -> Result<MemberView, AppError> {
    let mut unit = baton.store().write().await?;
    unit.set_availability(member.workspace_id, member.id, availability).await?;
    unit.commit(quietly()).await?;
    people::refresh(baton, member.workspace_id).await?;
    let member = Member { availability, ..member.clone() };
    Ok(MemberView { presence: people::presence_of(&member, baton.now()), member })
}

pub(crate) fn name(name: &str) -> Result<String, AppError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(AppError::invalid("name", format!("Between 1 and {NAME_CHARS_MAX} characters.")));
    }
    Ok(name.to_owned())
}

pub(crate) fn email(email: &str) -> Result<String, AppError> {
    let email = email.trim();
    if is_email(email) {
        Ok(email.to_lowercase())
    } else {
        Err(AppError::invalid("email", "An e-mail address looks like name@example.com."))
    }
}
