//! What is told to watchers.

use std::sync::{Arc, OnceLock};

use baton_domain::availability::Presence;
use baton_domain::conversation::{Entry, Place, Summary, visitor_view};
use baton_domain::ids::{AgentId, ConversationId, MemberId, SourceId, TurnId, WorkspaceId};
use serde::Serialize;

/// Something that watchers of a conversation or of a workspace's inbox are told.
#[derive(Debug)]
pub enum Signal {
    /// Entries were added to a conversation's log. Durable: watchers that miss it read it from the log.
    Committed(Box<Committed>),
    /// The next piece of an AI message that is being written. Only the committed message counts.
    Delta {
        /// The conversation.
        conversation_id: ConversationId,
        /// The turn that writes.
        turn_id: TurnId,
        /// The owner epoch in which the turn was opened.
        epoch: u64,
        /// Characters before this piece.
        offset: u64,
        /// The piece.
        text: String,
    },
    /// What the AI is doing before it writes.
    Progress {
        /// The conversation.
        conversation_id: ConversationId,
        /// The turn.
        turn_id: TurnId,
        /// The owner epoch in which the turn was opened.
        epoch: u64,
        /// What it does.
        phase: Phase,
        /// Title of the document it reads.
        title: Option<String>,
    },
    /// Somebody types, or has stopped.
    Typing {
        /// The conversation.
        conversation_id: ConversationId,
        /// Who.
        typist: Typist,
        /// Whether they type.
        typing: bool,
    },
    /// Who of the team is there and what they look at.
    Presence {
        /// All members.
        members: Vec<MemberPresence>,
    },
    /// A source's state or progress changed.
    Source {
        /// The agent.
        agent_id: AgentId,
        /// The source.
        source_id: SourceId,
        /// Steps done and steps in all, where they can be counted.
        progress: Option<(u64, u64)>,
    },
    /// An agent's settings or knowledge changed.
    Agent {
        /// The agent.
        agent_id: AgentId,
    },
    /// Rights changed: the stream of this member must end (G-S2).
    Revoked {
        /// Whose.
        member_id: MemberId,
    },
}

/// What the AI does before it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Looks for passages.
    Searching,
    /// Reads one.
    Reading,
    /// Writes.
    Writing,
}

/// Who types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typist {
    /// The visitor.
    Visitor,
    /// A member.
    Member {
        /// Who.
        member_id: MemberId,
        /// Their name.
        name: String,
    },
}

/// One member, and what they look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberPresence {
    /// Who.
    pub member_id: MemberId,
    /// Whether they are there.
    pub presence: Presence,
    /// The conversation they look at.
    pub viewing: Option<ConversationId>,
}

/// One commit to a conversation's log, with what each kind of watcher is sent, made at most once however many watch.
#[derive(Debug)]
pub struct Committed {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Number of the commit in the workspace's feed.
    pub feed: u64,
    /// The new entries.
    pub entries: Vec<Entry>,
    /// The row of the inbox after them.
    pub summary: Summary,
    /// Where the conversation was before; `None` if this commit began it.
    pub before: Option<Place>,
    change_json: OnceLock<Arc<str>>,
    visitor_json: OnceLock<Vec<(u64, Arc<str>)>>,
}

/// A change as sent to the inbox.
#[derive(Serialize)]
struct ChangeView<'a> {
    feed: u64,
    conversation_id: ConversationId,
    entries: &'a [Entry],
    summary: &'a Summary,
    before: Option<Place>,
}

impl Committed {
    /// One commit.
    #[must_use]
    pub fn new(
        workspace_id: WorkspaceId,
        feed: u64,
        entries: Vec<Entry>,
        summary: Summary,
        before: Option<Place>,
    ) -> Self {
        let conversation_id = summary.id;
        let (change_json, visitor_json) = (OnceLock::new(), OnceLock::new());
        Self { workspace_id, conversation_id, feed, entries, summary, before, change_json, visitor_json }
    }

    /// The change as sent to the inbox, JSON.
    pub fn change_json(&self) -> &Arc<str> {
        self.change_json.get_or_init(|| {
            let Self { feed, conversation_id, entries, summary, before, .. } = self;
            let view = ChangeView { feed: *feed, conversation_id: *conversation_id, entries, summary, before: *before };
            to_json(&view)
        })
    }

    /// Each entry as its visitor sees it: number and JSON.
    pub fn visitor_json(&self) -> &[(u64, Arc<str>)] {
        self.visitor_json
            .get_or_init(|| self.entries.iter().map(|entry| (entry.seq, to_json(&visitor_view(entry)))).collect())
    }
}

fn to_json(value: &impl Serialize) -> Arc<str> {
    serde_json::to_string(value).expect("values with string keys always have a JSON form").into()
}
