//! What the chat on the owner's site sends and gets.

use std::collections::BTreeMap;

use baton_domain::agent::{Action, Announcement, Position};
use baton_domain::conversation::{Entry, Rating};
use baton_domain::ids::{AgentId, ClientId, ConversationId, TurnId, VisitorId};
use baton_domain::text::Page;
use baton_realtime::Phase;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Everything the widget needs to know before the visitor does anything.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WidgetConfig {
    /// The agent.
    pub agent_id: AgentId,
    /// Its name.
    pub name: String,
    /// The team behind it.
    pub team_name: String,
    /// First line.
    pub welcome: String,
    /// Questions to begin with.
    pub suggestions: Vec<String>,
    /// `#rrggbb`.
    pub accent_color: String,
    /// Corner of the page.
    pub position: Position,
    /// How handoffs are announced.
    pub announcement: Announcement,
    /// Buttons.
    pub actions: Vec<Action>,
    /// Whether a person can be had.
    pub person: PersonState,
    /// Signed proof, good for an hour, that this site may show the widget.
    pub ticket: String,
}

/// Whether a person can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonState {
    /// Whether a member is Available.
    pub someone_there: bool,
    /// Whether to show the buttons that bring in a person.
    pub offered: bool,
}

/// Begins a session.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenSession {
    /// From the configuration.
    pub ticket: String,
}

/// A session that has begun.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenedSession {
    /// Proves from now on who the visitor is. Only the widget knows it.
    pub visitor_token: String,
    /// The visitor.
    pub visitor_id: VisitorId,
}

/// Where the visitor is and was.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Context {
    /// The page they are on.
    pub page: Option<PageSeen>,
    /// Pages before, oldest first.
    pub trail: Vec<PageSeen>,
    /// Where they came to the site from.
    pub referrer: Option<String>,
    /// Their language.
    pub locale: Option<String>,
}

/// A page as the widget reports it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PageSeen {
    /// Its address.
    pub url: String,
    /// Its title.
    #[serde(default)]
    pub title: Option<String>,
}

impl PageSeen {
    /// The page, if its address is a web address.
    #[must_use]
    pub fn parse(&self) -> Option<Page> {
        Page::parse(&self.url, self.title.as_deref())
    }
}

/// A message to send.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SendMessage {
    /// The agent it is for.
    pub agent_id: AgentId,
    /// Made by the widget, new for each message; sending again with the same id is sending once.
    pub client_id: ClientId,
    /// What the visitor wrote.
    pub text: String,
    /// The thread the widget shows.
    #[serde(default)]
    pub conversation_id: Option<ConversationId>,
    /// Where the visitor is.
    #[serde(default)]
    pub context: Context,
}

/// A button that was pressed.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PressAction {
    /// The agent it is for.
    pub agent_id: AgentId,
    /// Made by the widget, new for each press.
    pub client_id: ClientId,
    /// What was filled in, by field name.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// The thread the widget shows.
    #[serde(default)]
    pub conversation_id: Option<ConversationId>,
    /// Where the visitor is.
    #[serde(default)]
    pub context: Context,
}

/// What was added to the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sent {
    /// The thread; a new one if the one that the widget showed is over.
    pub conversation_id: ConversationId,
    /// The new entries; on a repeated message, that message's entry again.
    pub entries: Vec<Entry>,
    /// Number of the last of them.
    pub cursor: u64,
}

/// The thread a visitor would continue.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreadAnswer {
    /// `null` if the next message begins a new one.
    pub thread: Option<VisitorThread>,
}

/// A thread as its visitor sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitorThread {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Number of the last entry.
    pub cursor: u64,
    /// The owner epoch.
    pub epoch: u64,
    /// The whole log, as its visitor sees it.
    pub entries: Vec<Entry>,
    /// Whether a person can be had.
    pub person: PersonState,
}

/// Entries after a cursor, for clients that cannot hold a stream.
#[derive(Debug, Serialize, ToSchema)]
pub struct Polled {
    /// The entries; empty if nothing came in time.
    pub entries: Vec<Entry>,
    /// Number of the last of them.
    pub cursor: u64,
    /// Whether a person can be had.
    pub person: PersonState,
}

/// Somebody types, or has stopped.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Typing {
    /// Whether they type.
    pub typing: bool,
}

/// Somebody has read.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Seen {
    /// Number of the last entry read.
    pub up_to: u64,
}

/// The visitor went to another page.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Visited {
    /// The page.
    pub page: PageSeen,
}

/// A verdict on an answer.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Rate {
    /// Number of the answer's entry.
    pub message_seq: u64,
    /// `null` takes it back.
    pub rating: Option<Rating>,
    /// What the visitor says about it.
    #[serde(default)]
    pub comment: Option<String>,
}

/// First frame of a visitor's stream.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitorHello {
    /// Number of the last entry before the live ones.
    pub cursor: u64,
    /// The owner epoch.
    pub epoch: u64,
    /// Whether a person can be had.
    pub person: PersonState,
}

/// A piece of an AI message that is being written.
#[derive(Debug, Serialize, ToSchema)]
pub struct Delta<'a> {
    /// The conversation; on a visitor's stream it goes without saying.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// The turn that writes.
    pub turn_id: TurnId,
    /// The owner epoch.
    pub epoch: u64,
    /// Characters before this piece.
    pub offset: u64,
    /// The piece.
    pub text: &'a str,
}

/// What the AI is doing.
#[derive(Debug, Serialize)]
pub struct ProgressFrame<'a> {
    /// The conversation; on a visitor's stream it goes without saying.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// The turn.
    pub turn_id: TurnId,
    /// The owner epoch.
    pub epoch: u64,
    /// What it does.
    pub phase: Phase,
    /// Title of the document it reads.
    pub title: Option<&'a str>,
}
