//! Workspaces, members, sessions, invitations.

use async_trait::async_trait;
use baton_domain::availability::Availability;
use baton_domain::ids::{InvitationId, MemberId, SessionId, WorkspaceId};
use baton_domain::team::{Member, Role};
use baton_domain::time::Timestamp;

use crate::StoreError;

/// SHA-256 of a secret token. The token itself is known to its holder alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

/// One customer's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// Identity.
    pub id: WorkspaceId,
    /// Shown to members and, as the team's name, to visitors.
    pub name: String,
    /// When it was set up.
    pub created_at: Timestamp,
}

/// A member with the hash of their password (a PHC string).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The member.
    pub member: Member,
    /// Argon2id, in PHC form.
    pub password_hash: String,
}

/// A sign-in on one browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Identity.
    pub id: SessionId,
    /// Whose.
    pub member_id: MemberId,
    /// Of which workspace.
    pub workspace_id: WorkspaceId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// The browser, as it calls itself.
    pub user_agent: String,
}

/// An invitation that has not been accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRow {
    /// Identity.
    pub id: InvitationId,
    /// To which workspace.
    pub workspace_id: WorkspaceId,
    /// Whom.
    pub email: String,
    /// As what.
    pub role: Role,
    /// Who invited them.
    pub invited_by: MemberId,
    /// When.
    pub created_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

/// What can be read of teams.
#[async_trait]
pub trait TeamReads {
    /// Whether any workspace exists: whether Baton has been set up.
    async fn any_workspace(&mut self) -> Result<bool, StoreError>;

    /// All workspaces, for work that runs for each.
    async fn workspaces_anywhere(&mut self) -> Result<Vec<Workspace>, StoreError>;

    /// A workspace.
    async fn workspace(&mut self, id: WorkspaceId) -> Result<Option<Workspace>, StoreError>;

    /// All members, in the order in which they joined.
    async fn members(&mut self, workspace_id: WorkspaceId) -> Result<Vec<Member>, StoreError>;

    /// A member.
    async fn member(&mut self, workspace_id: WorkspaceId, id: MemberId) -> Result<Option<Member>, StoreError>;

    /// Who signs in with this address, compared without case.
    async fn credentials_anywhere(&mut self, email: &str) -> Result<Option<Credentials>, StoreError>;

    /// Whose session this is. Expired ones are not found.
    async fn session_of_token_anywhere(
        &mut self,
        token: TokenHash,
        now: Timestamp,
    ) -> Result<Option<(SessionRow, Member)>, StoreError>;

    /// A member's sessions, newest first. Expired ones are not listed.
    async fn sessions(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        now: Timestamp,
    ) -> Result<Vec<SessionRow>, StoreError>;

    /// Invitations that can still be accepted, newest first.
    async fn invitations(
        &mut self,
        workspace_id: WorkspaceId,
        now: Timestamp,
    ) -> Result<Vec<InvitationRow>, StoreError>;

    /// The invitation with this token, if it can still be accepted.
    async fn invitation_of_token_anywhere(
        &mut self,
        token: TokenHash,
        now: Timestamp,
    ) -> Result<Option<InvitationRow>, StoreError>;

    /// A secret of this installation, made once.
    async fn installation_secret(&mut self, name: &'static str) -> Result<Option<Vec<u8>>, StoreError>;
}

/// What can be changed in teams.
#[async_trait]
pub trait TeamWrites {
    /// Stores a new workspace.
    async fn insert_workspace(&mut self, workspace: &Workspace) -> Result<(), StoreError>;

    /// Stores a new member.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the address belongs to a member already.
    async fn insert_member(&mut self, member: &Member, password_hash: &str) -> Result<(), StoreError>;

    /// Changes a member's role and whether they are suspended.
    async fn update_member(
        &mut self,
        workspace_id: WorkspaceId,
        id: MemberId,
        role: Role,
        suspended: bool,
    ) -> Result<(), StoreError>;

    /// Stores what a member chose.
    async fn set_availability(
        &mut self,
        workspace_id: WorkspaceId,
        id: MemberId,
        availability: Availability,
    ) -> Result<(), StoreError>;

    /// Stores a member's last sign of life; `None` when their last stream has closed.
    async fn set_seen(
        &mut self,
        workspace_id: WorkspaceId,
        id: MemberId,
        seen_at: Option<Timestamp>,
    ) -> Result<(), StoreError>;

    /// Stores a new session with the hash of its token.
    async fn insert_session(&mut self, session: &SessionRow, token: TokenHash) -> Result<(), StoreError>;

    /// Stores when a session was last used.
    async fn touch_session(
        &mut self,
        workspace_id: WorkspaceId,
        id: SessionId,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Ends one session of a member; whether there was one.
    async fn delete_session(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        id: SessionId,
    ) -> Result<bool, StoreError>;

    /// Ends all sessions of a member.
    async fn delete_sessions(&mut self, workspace_id: WorkspaceId, member_id: MemberId) -> Result<(), StoreError>;

    /// Stores a new invitation with the hash of its token.
    async fn insert_invitation(&mut self, invitation: &InvitationRow, token: TokenHash) -> Result<(), StoreError>;

    /// Takes an invitation back, or uses it up; whether there was one.
    async fn delete_invitation(&mut self, workspace_id: WorkspaceId, id: InvitationId) -> Result<bool, StoreError>;

    /// Stores a secret of this installation if there is none of this name; returns the one that is stored.
    async fn keep_installation_secret(&mut self, name: &'static str, value: &[u8]) -> Result<Vec<u8>, StoreError>;
}
