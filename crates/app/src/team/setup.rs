//! The first sign-up: there are no default accounts (T24).

use baton_domain::availability::Availability;
use baton_domain::ids::WorkspaceId;
use baton_domain::team::{Member, Role};
use baton_storage::{Workspace, WriteUnit};
use subtle::ConstantTimeEq;

use crate::team::sessions::{SignedIn, begin_session};
use crate::team::{members, passwords};
use crate::{AppError, Baton};

const WORKSPACE_NAME_CHARS_MAX: usize = 80;

/// Who signs up first.
#[derive(Clone, Debug)]
pub struct NewOwner {
    /// Name of the workspace; visitors read it as the team's name.
    pub workspace_name: String,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their password.
    pub password: String,
}

/// Whether nobody has signed up yet.
///
/// # Errors
/// Only if the store fails.
pub async fn needs_setup(baton: &Baton) -> Result<bool, AppError> {
    Ok(!baton.store().read().await?.any_workspace().await?)
}

/// Makes the first workspace and its owner, and signs them in. Needs the one-time token that the server printed.
///
/// # Errors
/// [`AppError::SetupRefused`] if there is a workspace already or the token is wrong, [`AppError::Invalid`] naming what cannot be.
pub async fn set_up(baton: &Baton, token: &str, owner: NewOwner, user_agent: &str) -> Result<SignedIn, AppError> {
    let expected = baton
        .config()
        .setup_token
        .as_deref()
        .ok_or(AppError::SetupRefused("Baton has been set up. Sign in, or ask a colleague to invite you."))?;
    if !bool::from(expected.as_bytes().ct_eq(token.as_bytes())) {
        return Err(AppError::SetupRefused(
            "This set-up link is not the one that the server printed. Use the newest one from its console.",
        ));
    }
    let workspace_name = owner.workspace_name.trim().to_owned();
    if workspace_name.is_empty() || workspace_name.chars().count() > WORKSPACE_NAME_CHARS_MAX {
        return Err(AppError::invalid(
            "workspace_name",
            format!("Between 1 and {WORKSPACE_NAME_CHARS_MAX} characters."),
        ));
    }
    let password_hash = passwords::hash(&owner.password).await?;
    let workspace = Workspace { id: baton.fresh(), name: workspace_name, created_at: baton.now() };
    let mut unit = baton.store().write().await?;
    if unit.any_workspace().await? {
        return Err(AppError::SetupRefused("Baton has been set up. Sign in, or ask a colleague to invite you."));
    }
    unit.insert_workspace(&workspace).await?;
    let member =
        insert_member(baton, unit.as_mut(), workspace.id, &owner.name, &owner.email, Role::Owner, &password_hash)
            .await?;
    let signed_in = begin_session(baton, unit.as_mut(), member, user_agent).await?;
    unit.commit(baton_storage::quietly()).await?;
    Ok(signed_in)
}

/// Stores a new member after checking their name and address.
pub(crate) async fn insert_member(
    baton: &Baton,
    unit: &mut dyn WriteUnit,
    workspace_id: WorkspaceId,
    name: &str,
    email: &str,
    role: Role,
    password_hash: &str,
) -> Result<Member, AppError> {
    let member = Member {
        id: baton.fresh(),
        workspace_id,
        name: members::name(name)?,
        email: members::email(email)?,
        role,
        availability: Availability::Available,
        seen_at: None,
        suspended: false,
        created_at: baton.now(),
    };
    match unit.insert_member(&member, password_hash).await {
        Ok(()) => Ok(member),
        Err(baton_storage::StoreError::Taken { .. }) => {
            Err(AppError::invalid("email", "Somebody with this address is in a team already."))
        }
        Err(error) => Err(error.into()),
    }
}
