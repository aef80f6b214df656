//! Is someone there? One function, for the widget, for the AI's words and for the policy (H3).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// How long after the last sign of life a member counts as there.
///
/// Live streams renew it every [`SEEN_EVERY`]; three missed renewals are a lost connection, not a slow one.
pub const SEEN_WITHIN: Duration = Duration::from_secs(60);

/// How often an open stream renews its member's sign of life.
pub const SEEN_EVERY: Duration = Duration::from_secs(20);

/// What a member chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Takes conversations.
    Available,
    /// Signed in, but takes none.
    Away,
}

/// What a member is, seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Connected and takes conversations.
    Available,
    /// Connected, takes none.
    Away,
    /// Not connected.
    Offline,
}

/// What a member's choice and last sign of life amount to.
#[must_use]
pub fn presence(chosen: Availability, seen_at: Option<Timestamp>, now: Timestamp) -> Presence {
    match (seen_at, chosen) {
        (Some(seen_at), chosen) if now.since(seen_at) <= SEEN_WITHIN => match chosen {
            Availability::Available => Presence::Available,
            Availability::Away => Presence::Away,
        },
        _ => Presence::Offline,
    }
}

/// Whether a person could take a conversation now: at least one member is Available.
#[must_use]
pub fn someone_there(members: impl IntoIterator<Item = Presence>) -> bool {
    members.into_iter().any(|presence| presence == Presence::Available)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h3_presence_needs_both_a_choice_and_a_connection() {
        let now = Timestamp(1_000_000);
        let seen = Some(Timestamp(now.0 - 60_000));
        let lost = Some(Timestamp(now.0 - 60_001));
        assert_eq!(presence(Availability::Available, seen, now), Presence::Available);
        assert_eq!(presence(Availability::Away, seen, now), Presence::Away);
        assert_eq!(presence(Availability::Available, lost, now), Presence::Offline);
        assert_eq!(presence(Availability::Available, None, now), Presence::Offline);
    }

    #[test]
    fn h3_someone_is_there_when_one_member_is_available() {
        assert!(!someone_there([]));
        assert!(!someone_there([Presence::Away, Presence::Offline]));
        assert!(someone_there([Presence::Away, Presence::Available]));
    }

    #[test]
    fn a_clock_set_back_does_not_take_anybody_offline() {
        assert_eq!(presence(Availability::Available, Some(Timestamp(2_000)), Timestamp(1_000)), Presence::Available);
    }
}
