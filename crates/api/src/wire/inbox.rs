//! The inbox and its threads.

use std::collections::BTreeMap;

use baton_domain::conversation::{Entry, Outcome, Place, Summary};
use baton_domain::ids::{AgentId, ClientId, ConversationId, MemberId, StreamId, VisitorId};
use baton_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which page of which list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InboxQuery {
    /// The list.
    pub view: InboxView,
    /// Of one agent alone.
    #[serde(default)]
    pub agent_id: Option<AgentId>,
    /// Continues after a page: what that page gave as `next`.
    #[serde(default)]
    pub before: Option<String>,
}

/// A list of the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InboxView {
    /// The AI is talking.
    Live,
    /// Waits for a person.
    Waiting,
    /// I have it.
    Mine,
    /// Some member has it.
    Team,
    /// Over.
    Resolved,
}

/// How many conversations are where.
#[derive(Debug, Serialize, ToSchema)]
pub struct Counts {
    /// With the AI.
    pub live: u64,
    /// Waiting.
    pub waiting: u64,
    /// With me.
    pub mine: u64,
    /// With any member.
    pub team: u64,
    /// Over.
    pub resolved: u64,
}

/// One page of a list, as of one moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct InboxPage {
    /// Number of the workspace's last change; continue with the stream from here.
    pub feed: u64,
    /// How many conversations are where.
    pub counts: Counts,
    /// The rows: waiting ones by longest wait, others by latest activity.
    pub conversations: Vec<Summary>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// How far I have read, for the rows where I have.
    pub marks: BTreeMap<ConversationId, u64>,
}

/// A thread with everything a person needs for their first line.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreadView {
    /// Number of the workspace's last change at this moment.
    pub feed: u64,
    /// The row of the inbox.
    pub summary: Summary,
    /// The whole log.
    pub entries: Vec<Entry>,
    /// Who the visitor is.
    pub visitor: VisitorView,
    /// How far I have read.
    pub mark: u64,
    /// Members who look at it.
    pub viewers: Vec<MemberId>,
}

/// Who the visitor is.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitorView {
    /// The visitor.
    pub id: VisitorId,
    /// Their name as far as known.
    pub label: String,
    /// When they first wrote.
    pub first_seen_at: Timestamp,
    /// How many conversations they have had.
    pub conversations: u64,
}

/// A change of a conversation, as the stream tells it.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedItem {
    /// Its number: from 1, without gaps.
    pub feed: u64,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// What was added to its log.
    pub entries: Vec<Entry>,
    /// Its row now.
    pub summary: Summary,
    /// Where it was before; `null` if it has just begun.
    pub before: Option<Place>,
}

/// What an action came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActedView {
    /// The row now.
    pub summary: Summary,
    /// What was added to the log; empty if it held already.
    pub entries: Vec<Entry>,
}

/// A reply to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendReply {
    /// Made by the dashboard, new for each reply.
    pub client_id: ClientId,
    /// What to say; Markdown.
    pub text: String,
}

/// Gives a conversation to a member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignTo {
    /// To whom.
    pub member_id: MemberId,
}

/// Ends a conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseAs {
    /// How it ended.
    pub outcome: Outcome,
}

/// What a browser looks at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Viewing {
    /// The conversation, or none.
    pub conversation_id: Option<ConversationId>,
}

/// First frame of a member's stream.
#[derive(Debug, Serialize, ToSchema)]
pub struct StreamHello {
    /// Names the stream when saying what the browser looks at.
    pub stream_id: StreamId,
    /// Number of the workspace's last change.
    pub feed: u64,
}
