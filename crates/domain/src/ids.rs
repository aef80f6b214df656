//! Identities. Each is its own type, so that an agent's id cannot be passed where a visitor's is meant.
//!
//! Ids are names, not secrets: knowing one gives no right to what it names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Uuid))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

id! {
    /// One customer's account. Nothing crosses workspaces.
    WorkspaceId;
    /// A person of the team.
    MemberId;
    /// A sign-in of a member on one browser.
    SessionId;
    /// An invitation to join a team.
    InvitationId;
    /// An AI agent with its own sources, settings and widget.
    AgentId;
    /// A person on the owner's site.
    VisitorId;
    /// One thread between a visitor and an agent.
    ConversationId;
    /// One piece of AI work: everything unanswered, answered at once.
    TurnId;
    /// One move from the AI to the queue or to a member.
    HandoffId;
    /// Something the owner added to an agent's knowledge.
    SourceId;
    /// One published index of an agent's knowledge.
    SnapshotId;
    /// One training of an agent, whose snapshot was published or refused.
    TrainingId;
    /// A question of which the owner says what is to come of it.
    GoldenQuestionId;
    /// A message id made by the sender, unique per conversation: sending again returns the first result.
    ClientId;
    /// One open live stream of a member's browser.
    StreamId;
}

/// Makes fresh ids. Passed in, so that tests and replay can repeat a run.
pub trait IdSource: Send + Sync {
    /// A new time-ordered id.
    fn next(&self) -> Uuid;
}
