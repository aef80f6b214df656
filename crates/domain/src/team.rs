//! Members of a workspace and what each role may do (P4).

use serde::{Deserialize, Serialize};

use crate::availability::Availability;
use crate::ids::{MemberId, WorkspaceId};
use crate::time::Timestamp;

/// What a member may do. Each role may do all that the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The inbox and their own account.
    Operator,
    /// Also agents, sources, invitations, and members who are not owners.
    Admin,
    /// Everything.
    Owner,
}

/// One kind of thing a member may want to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Read and answer conversations.
    UseInbox,
    /// Change agents, their settings and sources.
    ManageAgents,
    /// Invite, suspend and change members of up to this role.
    ManageMembers(Role),
}

impl Role {
    /// Whether this role has a right.
    #[must_use]
    pub fn may(self, right: Right) -> bool {
        match right {
            Right::UseInbox => true,
            Right::ManageAgents => self >= Role::Admin,
            Right::ManageMembers(Role::Owner) => self == Role::Owner,
            Right::ManageMembers(Role::Admin | Role::Operator) => self >= Role::Admin,
        }
    }

    /// The role as stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Operator => "operator",
            Role::Admin => "admin",
            Role::Owner => "owner",
        }
    }
}

/// A person of the team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Identity.
    pub id: MemberId,
    /// The workspace they belong to.
    pub workspace_id: WorkspaceId,
    /// Shown to visitors and colleagues.
    pub name: String,
    /// Signs in with it; unique, compared without case.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// What they chose.
    pub availability: Availability,
    /// Last sign of life of one of their live streams.
    pub seen_at: Option<Timestamp>,
    /// Suspended members keep their history and can do nothing.
    pub suspended: bool,
    /// When they joined.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p4_roles() {
        for (role, agents, members, owners) in
            [(Role::Operator, false, false, false), (Role::Admin, true, true, false), (Role::Owner, true, true, true)]
        {
            assert!(role.may(Right::UseInbox));
            assert_eq!(role.may(Right::ManageAgents), agents);
            assert_eq!(role.may(Right::ManageMembers(Role::Operator)), members);
            assert_eq!(role.may(Right::ManageMembers(Role::Owner)), owners);
        }
    }
}
