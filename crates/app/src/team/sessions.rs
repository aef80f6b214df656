//! Signing in and out.

use std::time::Duration;

use baton_domain::ids::SessionId;
use baton_domain::team::Member;
use baton_storage::{SessionRow, WriteUnit, quietly};

use crate::system::{new_token, token_hash};
use crate::team::passwords;
use crate::{AppError, Baton};

/// How long a sign-in lasts.
const SESSION_VALID: Duration = Duration::from_secs(60 * 60 * 24 * 30);

/// How exactly a session's last use is kept: writing it at each request would make every read a write.
const USED_EVERY: Duration = Duration::from_secs(60);

const USER_AGENT_CHARS_MAX: usize = 400;

/// A member who has just signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub member: Member,
    /// The session.
    pub session_id: SessionId,
    /// The token that their browser keeps.
    pub token: String,
}

/// Signs a member in.
///
/// # Errors
/// [`AppError::BadCredentials`], after the same time and in the same words for an unknown address and for a wrong password.
pub async fn sign_in(baton: &Baton, email: &str, password: &str, user_agent: &str) -> Result<SignedIn, AppError> {
    let credentials = baton.store().read().await?.credentials_anywhere(email.trim()).await?;
    let hash = credentials.as_ref().map(|credentials| credentials.password_hash.as_str());
    let verified = passwords::verify(password, hash).await;
    let member = credentials.map(|credentials| credentials.member).filter(|member| verified && !member.suspended);
    let member = member.ok_or(AppError::BadCredentials)?;
    let mut unit = baton.store().write().await?;
    let signed_in = begin_session(baton, unit.as_mut(), member, user_agent).await?;
    unit.commit(quietly()).await?;
    Ok(signed_in)
}

/// Who a session belongs to.
///
/// # Errors
/// [`AppError::NotFound`] if it is over or never was, or if its member was suspended.
pub async fn member_of_session(baton: &Baton, token: &str) -> Result<(SessionRow, Member), AppError> {
    let now = baton.now();
    let found = baton.store().read().await?.session_of_token_anywhere(token_hash(token), now).await?;
    let (session, member) = found.filter(|(_, member)| !member.suspended).ok_or(AppError::NotFound)?;
    if now.since(session.used_at) >= USED_EVERY {
        let mut unit = baton.store().write().await?;
        unit.touch_session(session.workspace_id, session.id, now).await?;
        unit.commit(quietly()).await?;
    }
    Ok((session, member))
}

/// A member's sessions, newest first.
///
/// # Errors
/// Only if the store fails.
pub async fn sessions(baton: &Baton, member: &Member) -> Result<Vec<SessionRow>, AppError> {
    Ok(baton.store().read().await?.sessions(member.workspace_id, member.id, baton.now()).await?)
}

/// Ends one session of a member.
///
/// # Errors
/// [`AppError::NotFound`] if the session is not theirs.
pub async fn end_session(baton: &Baton, member: &Member, id: SessionId) -> Result<(), AppError> {
    let mut unit = baton.store().write().await?;
    let ended = unit.delete_session(member.workspace_id, member.id, id).await?;
    unit.commit(quietly()).await?;
    if !ended {
        return Err(AppError::NotFound);
    }
    super::people::revoke_streams(baton, member.workspace_id, member.id);
    Ok(())
}

/// Signs out.
///
/// # Errors
/// Only if the store fails.
pub async fn sign_out(baton: &Baton, session: &SessionRow) -> Result<(), AppError> {
    let mut unit = baton.store().write().await?;
    unit.delete_session(session.workspace_id, session.member_id, session.id).await?;
    unit.commit(quietly()).await?;
    super::people::revoke_streams(baton, session.workspace_id, session.member_id);
    Ok(())
}

pub(crate) async fn begin_session(
    baton: &Baton,
    unit: &mut dyn WriteUnit,
    member: Member,
    user_agent: &str,
) -> Result<SignedIn, AppError> {
    let (token, hash) = new_token();
    let now = baton.now();
    let session = SessionRow {
        id: baton.fresh(),
        member_id: member.id,
        workspace_id: member.workspace_id,
        created_at: now,
        used_at: now,
        expires_at: now.after(SESSION_VALID),
        user_agent: baton_domain::text::cut(user_agent, USER_AGENT_CHARS_MAX),
    };
    unit.insert_session(&session, hash).await?;
    Ok(SignedIn { member, session_id: session.id, token })
}
