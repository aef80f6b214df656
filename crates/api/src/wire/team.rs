//! Members, sessions, invitations.

use baton_app::team::{InvitationView, MemberView};
use baton_domain::availability::{Availability, Presence};
use baton_domain::ids::{InvitationId, MemberId, SessionId, WorkspaceId};
use baton_domain::team::Role;
use baton_domain::time::Timestamp;
use baton_storage::{SessionRow, Workspace};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A member who is signed in, and their workspace.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The member.
    pub member: Member,
    /// Their workspace.
    pub workspace: WorkspaceView,
}

/// A workspace.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Workspace)]
pub struct WorkspaceView {
    /// Identity.
    pub id: WorkspaceId,
    /// Its name.
    pub name: String,
}

impl From<Workspace> for WorkspaceView {
    fn from(workspace: Workspace) -> Self {
        Self { id: workspace.id, name: workspace.name }
    }
}

/// A person of the team.
#[derive(Debug, Serialize, ToSchema)]
pub struct Member {
    /// Identity.
    pub id: MemberId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// What they chose.
    pub availability: Availability,
    /// What they are, seen from outside.
    pub presence: Presence,
    /// Whether they can sign in.
    pub suspended: bool,
}

impl From<MemberView> for Member {
    fn from(view: MemberView) -> Self {
        let MemberView { member, presence } = view;
        Self {
            id: member.id,
            name: member.name,
            email: member.email,
            role: member.role,
            availability: member.availability,
            presence,
            suspended: member.suspended,
        }
    }
}

/// All members.
#[derive(Debug, Serialize, ToSchema)]
pub struct Members {
    /// In the order in which they joined.
    pub members: Vec<Member>,
}

/// Whether anybody has signed up.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetupState {
    /// Whether the first owner is still to sign up.
    pub needs_setup: bool,
}

/// The first owner signs up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// From the link that the server printed.
    pub setup_token: String,
    /// Name of the workspace.
    pub workspace_name: String,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their password.
    pub password: String,
}

/// A member signs in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Their address.
    pub email: String,
    /// Their password.
    pub password: String,
}

/// A member chooses whether they take conversations.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChooseAvailability {
    /// What they choose.
    pub availability: Availability,
}

/// A sign-in on one browser.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// Identity.
    pub id: SessionId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Timestamp,
    /// The browser, as it calls itself.
    pub user_agent: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

impl Session {
    pub(crate) fn new(row: SessionRow, current: SessionId) -> Self {
        Self {
            current: row.id == current,
            id: row.id,
            created_at: row.created_at,
            last_used_at: row.used_at,
            user_agent: row.user_agent,
        }
    }
}

/// A member's sessions.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sessions {
    /// Newest first.
    pub sessions: Vec<Session>,
}

/// Changes of a member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeMember {
    /// Another role.
    #[serde(default)]
    pub role: Option<Role>,
    /// Whether they can sign in.
    #[serde(default)]
    pub suspended: Option<bool>,
}

/// Somebody is invited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// Their address.
    pub email: String,
    /// What they will be.
    pub role: Role,
}

/// An invitation that can still be accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invitation {
    /// Identity.
    pub id: InvitationId,
    /// Whom.
    pub email: String,
    /// As what.
    pub role: Role,
    /// When.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// Who sent it.
    pub invited_by: String,
    /// The link to send them. Said once, when the invitation is made; `null` from then on.
    pub url: Option<String>,
}

impl Invitation {
    pub(crate) fn new(view: InvitationView, url: Option<String>) -> Self {
        let InvitationView { row, invited_by } = view;
        Self {
            id: row.id,
            email: row.email,
            role: row.role,
            created_at: row.created_at,
            expires_at: row.expires_at,
            invited_by,
            url,
        }
    }
}

/// Invitations that can still be accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invitations {
    /// Newest first.
    pub invitations: Vec<Invitation>,
}

/// Asks what an invitation is to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookUpInvitation {
    /// From its link.
    pub token: String,
}

/// What an invitation is to.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationSubject {
    /// Whom.
    pub email: String,
    /// To which team.
    pub workspace_name: String,
    /// As what.
    pub role: Role,
}

/// Somebody accepts an invitation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    /// From its link.
    pub token: String,
    /// Their name.
    pub name: String,
    /// Their password.
    pub password: String,
}
