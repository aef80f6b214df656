//! The log as the API tells it: what the checks need of each entry, and nothing else.

use serde::Deserialize;

/// One entry of a conversation's log, or of the visitor's view of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Entry {
    /// Its number.
    pub(crate) seq: u64,
    /// What happened.
    #[serde(flatten)]
    pub(crate) event: Event,
}

/// What happened, as far as the checks care.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Event {
    ConversationStarted {},
    VisitorMessage {
        client_id: String,
        text: String,
    },
    TurnOpened {
        turn_id: String,
    },
    AiMessage {
        turn_id: String,
        kind: AiKind,
        text: String,
    },
    MemberMessage {
        member_id: String,
        client_id: String,
        text: String,
    },
    SystemLine {},
    HandoffRequested {},
    HandoffSuppressed {},
    HandoffRepeated {},
    TakenOver {
        member_id: String,
    },
    Assigned {
        member_id: String,
    },
    ReturnedToQueue {},
    ReturnedToAi {},
    Closed {},
    Reopened {
        by: By,
        to: ReopenedTo,
    },
    Seen {},
    Rated {},
    PageVisited {},
    /// Stands in the visitor's view for what they may not see.
    Hidden,
}

/// What kind of message the AI wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AiKind {
    Answer,
    SmallTalk,
    Abstain,
}

/// Who reopened.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum By {
    Visitor,
    Member { member_id: String },
    System,
}

/// Who has it after it was reopened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReopenedTo {
    Ai,
    Queue,
    Member,
}

/// Who has a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Ai,
    Queue,
    Member(String),
    Closed,
}

impl Event {
    /// Whose the conversation is after this, if this changes it.
    pub(crate) fn owner_after(&self) -> Option<Owner> {
        match self {
            Self::ConversationStarted {} | Self::ReturnedToAi {} => Some(Owner::Ai),
            Self::HandoffRequested {} | Self::ReturnedToQueue {} => Some(Owner::Queue),
            Self::TakenOver { member_id } | Self::Assigned { member_id } => Some(Owner::Member(member_id.clone())),
            Self::Closed {} => Some(Owner::Closed),
            Self::Reopened { by, to } => Some(match (to, by) {
                (ReopenedTo::Ai, _) => Owner::Ai,
                (ReopenedTo::Member, By::Member { member_id }) => Owner::Member(member_id.clone()),
                (ReopenedTo::Queue | ReopenedTo::Member, _) => Owner::Queue,
            }),
            Self::VisitorMessage { .. }
            | Self::TurnOpened { .. }
            | Self::AiMessage { .. }
            | Self::MemberMessage { .. }
            | Self::SystemLine {}
            | Self::HandoffSuppressed {}
            | Self::HandoffRepeated {}
            | Self::Seen {}
            | Self::Rated {}
            | Self::PageVisited {}
            | Self::Hidden => None,
        }
    }

    /// The client's id of a message that a person wrote.
    pub(crate) fn client_id(&self) -> Option<&str> {
        match self {
            Self::VisitorMessage { client_id, .. } | Self::MemberMessage { client_id, .. } => Some(client_id),
            _ => None,
        }
    }

    /// What the visitor sees of it.
    pub(crate) fn seen_by_visitor(&self) -> Self {
        match self {
            Self::HandoffSuppressed {} | Self::HandoffRepeated {} | Self::PageVisited {} => Self::Hidden,
            shown => shown.clone(),
        }
    }
}

/// What a commit brings to the inbox.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct FeedItem {
    /// Its number in the workspace.
    pub(crate) feed: u64,
    /// The conversation.
    pub(crate) conversation_id: String,
    /// What was added to it.
    pub(crate) entries: Vec<Entry>,
}

/// A conversation with its whole log, as a member opens it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct OpenedConversation {
    /// The log.
    pub(crate) entries: Vec<Entry>,
    /// The row of the inbox.
    pub(crate) summary: Summary,
}

/// What the checks need of a row of the inbox.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Summary {
    /// Number of the last entry.
    pub(crate) seq: u64,
    /// Who has it.
    pub(crate) owner: SummaryOwner,
}

/// Who has a conversation, as the inbox says it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum SummaryOwner {
    Ai,
    Queue {},
    Member { member_id: String },
    Closed {},
}

impl From<&SummaryOwner> for Owner {
    fn from(owner: &SummaryOwner) -> Self {
        match owner {
            SummaryOwner::Ai => Self::Ai,
            SummaryOwner::Queue {} => Self::Queue,
            SummaryOwner::Member { member_id } => Self::Member(member_id.clone()),
            SummaryOwner::Closed {} => Self::Closed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_as_the_api_tells_them() {
        let text = r#"[
            {"seq":1,"at":5,"type":"conversation_started","page":null,"trail":[],"referrer":null},
            {"seq":2,"at":6,"type":"visitor_message","client_id":"c","text":"hello"},
            {"seq":3,"at":7,"type":"taken_over","member_id":"m","member_name":"Mo","from":"ai","handoff_id":"h"},
            {"seq":4,"at":8,"type":"reopened","by":{"kind":"member","member_id":"m","name":"Mo"},"to":"member"},
            {"seq":5,"at":9,"type":"hidden"}
        ]"#;
        let entries: Vec<Entry> = serde_json::from_str(text).unwrap();
        assert_eq!(entries[1].event.client_id(), Some("c"));
        assert_eq!(entries[2].event.owner_after(), Some(Owner::Member("m".into())));
        assert_eq!(entries[3].event.owner_after(), Some(Owner::Member("m".into())));
        assert_eq!(entries[4], Entry { seq: 5, event: Event::Hidden });
    }

    #[test]
    fn an_unknown_kind_of_entry_is_an_error_not_a_gap() {
        assert!(serde_json::from_str::<Entry>(r#"{"seq":1,"at":5,"type":"surprise"}"#).is_err());
    }

    #[test]
    fn owners_are_read_as_the_inbox_tells_them() {
        for (text, owner) in [
            (r#"{"kind":"ai"}"#, Owner::Ai),
            (r#"{"kind":"queue","since":1,"reason":"asked"}"#, Owner::Queue),
            (
                r#"{"kind":"member","member_id":"m","member_name":"Mo","since":1,"spoken":true}"#,
                Owner::Member("m".into()),
            ),
            (r#"{"kind":"closed","at":1,"outcome":"solved","by_name":null}"#, Owner::Closed),
        ] {
            assert_eq!(Owner::from(&serde_json::from_str::<SummaryOwner>(text).unwrap()), owner, "{text}");
        }
    }
}
