//! Where a conversation stands in the inbox.

use serde::{Deserialize, Serialize};

use crate::conversation::Owner;
use crate::ids::MemberId;

/// The list of the inbox that a conversation is in. Exactly one, and it follows from the owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "view", rename_all = "snake_case")]
pub enum Place {
    /// The AI is talking.
    Live,
    /// Waits for a person.
    Waiting,
    /// A member has it.
    Held {
        /// Who.
        member_id: MemberId,
    },
    /// Over.
    Resolved,
}

impl Place {
    /// The place that follows from an owner.
    #[must_use]
    pub fn of(owner: &Owner) -> Self {
        match owner {
            Owner::Ai { .. } => Self::Live,
            Owner::Queue { .. } => Self::Waiting,
            Owner::Member { member_id, .. } => Self::Held { member_id: *member_id },
            Owner::Closed { .. } => Self::Resolved,
        }
    }

    /// Its name, as stored and sent.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Waiting => "waiting",
            Self::Held { .. } => "held",
            Self::Resolved => "resolved",
        }
    }
}
