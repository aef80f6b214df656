//! What a visitor may see of the log. An allow-list: what is not named here is hidden.

use crate::conversation::{Citation, Entry, Event};

/// An entry as its visitor sees it. Entries they may not see become [`Event::Hidden`], so that numbers have no gaps.
#[must_use]
pub fn visitor_view(entry: &Entry) -> Entry {
    let event = match &entry.event {
        Event::ConversationStarted { .. } => Event::ConversationStarted {
            page: None,
            trail: Vec::new(),
            referrer: None,
            locale: None,
            user_agent: None,
            previous_conversation_id: None,
        },
        Event::HandoffRequested { handoff_id, reason, turn_id, action, someone_there, .. } => Event::HandoffRequested {
            handoff_id: *handoff_id,
            reason: *reason,
            evidence: String::new(),
            turn_id: *turn_id,
            action: action.clone(),
            someone_there: *someone_there,
        },
        Event::HandoffSuppressed { .. } | Event::HandoffRepeated { .. } | Event::PageVisited { .. } | Event::Hidden => {
            Event::Hidden
        }
        Event::AiMessage { turn_id, kind, text, citations, confidence, offers_person } => Event::AiMessage {
            turn_id: *turn_id,
            kind: *kind,
            text: text.clone(),
            citations: citations.iter().map(without_score).collect(),
            confidence: *confidence,
            offers_person: *offers_person,
        },
        Event::VisitorMessage { .. }
        | Event::TurnOpened { .. }
        | Event::MemberMessage { .. }
        | Event::SystemLine { .. }
        | Event::TakenOver { .. }
        | Event::Assigned { .. }
        | Event::ReturnedToQueue { .. }
        | Event::ReturnedToAi { .. }
        | Event::Closed { .. }
        | Event::Reopened { .. }
        | Event::Seen { .. }
        | Event::Rated { .. } => entry.event.clone(),
    };
    Entry { seq: entry.seq, at: entry.at, event }
}

/// How well a passage matched is the team's business.
fn without_score(citation: &Citation) -> Citation {
    Citation { score: 0.0, ..citation.clone() }
}
