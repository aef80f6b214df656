//! What can be asked of a conversation, and the ways in which it can be refused.

use thiserror::Error;

use crate::agent::AgentSettings;
use crate::conversation::{ActionTaken, Citation, Outcome, Rating, ReplyKind, Side};
use crate::ids::{ClientId, ConversationId, HandoffId, MemberId, TurnId};
use crate::policy::Decision;
use crate::text::{MessageText, Page};
use crate::time::Timestamp;

/// What somebody wants to happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The thread begins.
    Start {
        /// Where the visitor is.
        page: Option<Page>,
        /// Where they had been, oldest first.
        trail: Vec<Page>,
        /// Where they came to the site from.
        referrer: Option<String>,
        /// Their language.
        locale: Option<String>,
        /// Their browser.
        user_agent: Option<String>,
        /// The thread they had before.
        previous_conversation_id: Option<ConversationId>,
    },
    /// The visitor writes.
    VisitorWrites {
        /// Made by the widget.
        client_id: ClientId,
        /// What they wrote.
        text: MessageText,
        /// What kind of message it is.
        reading: Reading,
    },
    /// The visitor presses a button that brings in a person.
    PressAction {
        /// The button and what was filled in.
        action: ActionTaken,
    },
    /// A turn has come to its end.
    ConcludeTurn {
        /// Which.
        turn_id: TurnId,
        /// The epoch it was opened in.
        epoch: u64,
        /// What the AI would say; `None` if there is nothing (it broke, or the visitor asked for a person).
        reply: Option<Reply>,
        /// What the policy made of it.
        decision: Decision,
    },
    /// A member takes the conversation.
    TakeOver {
        /// Who.
        member: Person,
    },
    /// A member writes. Takes over first, whatever the screen (H7).
    MemberWrites {
        /// Who.
        member: Person,
        /// Made by the dashboard.
        client_id: ClientId,
        /// What they wrote.
        text: MessageText,
    },
    /// A member gives the conversation to a member.
    Assign {
        /// To whom.
        to: Person,
        /// Who gives it.
        by: Person,
    },
    /// A member puts the conversation back into the queue.
    ReturnToQueue {
        /// Who.
        by: Person,
    },
    /// A member gives the conversation back to the AI.
    ReturnToAi {
        /// Who.
        by: Person,
    },
    /// The conversation ends.
    Close {
        /// Who ends it; `None` is Baton itself.
        by: Option<Person>,
        /// How it ended.
        outcome: Outcome,
    },
    /// A member reopens the conversation and takes it.
    Reopen {
        /// Who.
        by: Person,
    },
    /// One side has read up to an entry.
    See {
        /// Which side.
        by: Side,
        /// Number of the last entry read.
        up_to: u64,
    },
    /// The visitor rates an answer.
    Rate {
        /// Number of the answer's entry.
        message_seq: u64,
        /// The rating; `None` takes it back.
        rating: Option<Rating>,
        /// What they said about it.
        comment: Option<String>,
    },
    /// The visitor goes to another page.
    VisitPage {
        /// The page.
        page: Page,
    },
}

/// What kind of message a visitor wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Hello, thanks, bye: nothing to look up.
    SmallTalk,
    /// They want a person.
    AsksForPerson {
        /// The words that show it.
        evidence: String,
    },
    /// Anything else.
    Question,
}

/// A member as the log names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: MemberId,
    /// Their name now.
    pub name: String,
}

/// What the AI would say.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// What kind of message it is.
    pub kind: ReplyKind,
    /// Markdown.
    pub text: String,
    /// The passages it stands on.
    pub citations: Vec<Citation>,
    /// Calibrated probability that it is right, 0 to 1.
    pub confidence: Option<f64>,
}

/// What a decision needs to know of the world.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The time now.
    pub now: Timestamp,
    /// Whether a member is Available.
    pub someone_there: bool,
    /// The agent's settings.
    pub settings: &'a AgentSettings,
    /// Ids that the events may use.
    pub fresh: FreshIds,
}

/// Ids made beforehand, so that deciding needs no source of randomness. At most one of each is used.
#[derive(Clone, Copy, Debug)]
pub struct FreshIds {
    /// For a turn that opens.
    pub turn_id: TurnId,
    /// For a handoff that opens.
    pub handoff_id: HandoffId,
}

/// Why nothing happened.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// A colleague has the conversation.
    #[error("{name} has this conversation")]
    AlreadyTaken {
        /// Who.
        member_id: MemberId,
        /// Their name.
        name: String,
        /// Since when.
        since: Timestamp,
    },
    /// The turn is not the one under way: a newer message, a person or another node was faster.
    #[error("the turn was superseded")]
    Superseded,
    /// The state does not allow it.
    #[error("{0}")]
    NotPossible(&'static str),
}
