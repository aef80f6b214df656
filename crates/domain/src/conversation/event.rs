//! What can happen in a conversation. Stored as JSON and sent as such, so every release must read all older ones.

use serde::{Deserialize, Serialize};

use crate::agent::FieldValue;
use crate::ids::{ClientId, ConversationId, HandoffId, MemberId, TurnId};
use crate::policy::HandoffReason;
use crate::text::Page;
use crate::time::Timestamp;

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = LogEntry))]
pub struct Entry {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// When it was stored.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The visitor opened the thread. Always the first event.
    ConversationStarted {
        /// Where they were.
        page: Option<Page>,
        /// Where they had been, oldest first.
        trail: Vec<Page>,
        /// Where they came to the site from.
        referrer: Option<String>,
        /// Their language, as the browser says it.
        locale: Option<String>,
        /// Their browser, as it calls itself.
        user_agent: Option<String>,
        /// The thread they had before, if this one continues it after the session window.
        previous_conversation_id: Option<ConversationId>,
    },
    /// The visitor wrote.
    VisitorMessage {
        /// Made by the widget; the same id is the same message.
        client_id: ClientId,
        /// As written.
        text: String,
    },
    /// The AI begins to work on everything unanswered. A newer turn supersedes an older one.
    TurnOpened {
        /// The turn.
        turn_id: TurnId,
    },
    /// The AI wrote. Ends its turn.
    AiMessage {
        /// The turn it ends.
        turn_id: TurnId,
        /// What kind of message it is.
        kind: ReplyKind,
        /// Markdown; `[1]` refers to the citation with that index.
        text: String,
        /// The passages it stands on.
        citations: Vec<Citation>,
        /// Calibrated probability that it is right, 0 to 1; absent for small talk.
        confidence: Option<f64>,
        /// Whether the visitor is offered a person beneath it.
        offers_person: bool,
    },
    /// A member wrote.
    MemberMessage {
        /// Who.
        member_id: MemberId,
        /// Their name at the time.
        member_name: String,
        /// Made by the dashboard; the same id is the same message.
        client_id: ClientId,
        /// As written.
        text: String,
    },
    /// Baton itself said something to the visitor.
    SystemLine {
        /// What for.
        line: Line,
        /// The words.
        text: String,
    },
    /// The conversation passed to the queue.
    HandoffRequested {
        /// The handoff.
        handoff_id: HandoffId,
        /// Why.
        reason: HandoffReason,
        /// What showed it.
        evidence: String,
        /// The turn that led to it.
        turn_id: Option<TurnId>,
        /// The button that led to it.
        action: Option<ActionTaken>,
        /// Whether a member was Available.
        someone_there: bool,
    },
    /// A person was wanted, nobody was there, and the AI carried on. Kept for the team.
    HandoffSuppressed {
        /// Why a person was wanted.
        reason: HandoffReason,
        /// What showed it.
        evidence: String,
        /// The turn that led to it.
        turn_id: Option<TurnId>,
    },
    /// The visitor asked again while waiting: the same handoff, more urgent (H10).
    HandoffRepeated {
        /// Why.
        reason: HandoffReason,
        /// What showed it.
        evidence: String,
        /// The button, if one was pressed.
        action: Option<ActionTaken>,
    },
    /// A member took the conversation.
    TakenOver {
        /// Who.
        member_id: MemberId,
        /// Their name at the time.
        member_name: String,
        /// From whom.
        from: TakenFrom,
        /// The handoff this belongs to.
        handoff_id: HandoffId,
    },
    /// A member gave the conversation to a member.
    Assigned {
        /// Who has it now.
        member_id: MemberId,
        /// Their name at the time.
        member_name: String,
        /// Who gave it.
        by_member_id: MemberId,
        /// Their name at the time.
        by_name: String,
        /// The handoff this belongs to.
        handoff_id: HandoffId,
    },
    /// A member put the conversation back into the queue.
    ReturnedToQueue {
        /// Who.
        by_member_id: MemberId,
        /// Their name at the time.
        by_name: String,
    },
    /// A member gave the conversation back to the AI.
    ReturnedToAi {
        /// Who.
        by_member_id: MemberId,
        /// Their name at the time.
        by_name: String,
    },
    /// The conversation is over.
    Closed {
        /// Who ended it.
        by: By,
        /// How it ended.
        outcome: Outcome,
    },
    /// The conversation goes on after a close.
    Reopened {
        /// Who reopened it.
        by: By,
        /// Who has it now.
        to: ReopenedTo,
    },
    /// One side has read up to an entry.
    Seen {
        /// Which side.
        by: Side,
        /// Number of the last entry read.
        up_to: u64,
    },
    /// The visitor rated an answer; the last rating counts.
    Rated {
        /// Number of the answer's entry.
        message_seq: u64,
        /// The rating; `None` takes it back.
        rating: Option<Rating>,
        /// What the visitor said about it.
        comment: Option<String>,
    },
    /// The visitor went to another page.
    PageVisited {
        /// The page.
        page: Page,
    },
    /// An entry that the visitor may not see. Never stored: it stands in the visitor's view so that numbers have no gaps.
    Hidden,
}

/// A passage that an answer stands on, with all that is needed to open it at the right place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Citation {
    /// The number it has in the text, from 1.
    pub index: u32,
    /// Title of the document.
    pub title: String,
    /// Opens the document at the passage; absent if the document has no address.
    pub url: Option<String>,
    /// The source the document came from.
    pub source_name: String,
    /// The headings above the passage, outermost first.
    pub heading_path: Vec<String>,
    /// The words of the passage that answer.
    pub quote: String,
    /// The passage.
    pub passage_id: String,
    /// How well the passage matched, 0 to 1.
    pub score: f64,
}

/// What kind of message the AI wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReplyKind {
    /// An answer from the docs, cited.
    Answer,
    /// Hello, thanks, bye.
    SmallTalk,
    /// The docs do not answer this.
    Abstain,
}

/// What a line of Baton's own is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The team is being brought in.
    Handoff,
    /// Nobody is there; the conversation waits for the team.
    NobodyThere,
    /// The team still has it; the message was added.
    Holding,
    /// Said to small talk after a close.
    Closed,
    /// Points to the button that brings in a person.
    UseButton,
    /// Answering failed.
    Failed,
}

/// The button that led to a handoff, with what was filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionTaken {
    /// The action.
    pub action_id: String,
    /// Its label at the time.
    pub label: String,
    /// What the visitor filled in.
    pub fields: Vec<FieldValue>,
}

/// Who a conversation was taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TakenFrom {
    /// The AI had it.
    Ai,
    /// It was waiting.
    Queue,
}

/// Who did something that people and Baton itself can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum By {
    /// The visitor.
    Visitor,
    /// A member.
    Member {
        /// Who.
        member_id: MemberId,
        /// Their name at the time.
        name: String,
    },
    /// Baton.
    System,
}

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The member says it is solved.
    Solved,
    /// The member says it is not.
    NotSolved,
    /// Not a real conversation.
    Spam,
    /// The session window passed; the visitor began anew.
    Lapsed,
}

/// Who has a reopened conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReopenedTo {
    /// The AI.
    Ai,
    /// The queue.
    Queue,
    /// The member who reopened it.
    Member,
}

/// One side of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The visitor.
    Visitor,
    /// Any member.
    Team,
}

/// A visitor's verdict on an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    /// It helped.
    Up,
    /// It did not.
    Down,
}
