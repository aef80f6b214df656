//! Conversations: their logs, their rows in the inbox, and the feed of changes.

use async_trait::async_trait;
use baton_domain::conversation::{Conversation, Entry, Place, Summary};
use baton_domain::ids::{AgentId, ClientId, ConversationId, MemberId, VisitorId, WorkspaceId};
use baton_domain::time::Timestamp;

use crate::StoreError;

/// A conversation as stored: the state that decisions are made from, and its row in the inbox.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// The state.
    pub state: Conversation,
    /// The row.
    pub summary: Summary,
}

/// One commit's worth of new entries.
#[derive(Debug)]
pub struct Append<'a> {
    /// The state that was loaded; the append fails if the stored one has moved on.
    pub before: &'a Conversation,
    /// The state after the entries.
    pub state: &'a Conversation,
    /// The row after the entries.
    pub summary: &'a Summary,
    /// The new entries, in order.
    pub entries: &'a [Entry],
    /// The client id of the message among them, by which a repeated one is recognised.
    pub client_id: Option<ClientId>,
}

/// One commit, as the feed of a workspace tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its number in the feed: from 1, without gaps, per workspace.
    pub feed: u64,
    /// The conversation that changed.
    pub conversation_id: ConversationId,
    /// The new entries.
    pub entries: Vec<Entry>,
    /// The row as it is now: of this commit or a later one.
    pub summary: Summary,
    /// Where the conversation was before; `None` if this commit began it.
    pub before: Option<Place>,
}

/// Which list of the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceFilter {
    /// The AI is talking; newest activity first.
    Live,
    /// Waits for a person; longest wait first.
    Waiting,
    /// A member has it, this one if named; newest activity first.
    Held(Option<MemberId>),
    /// Over; newest activity first.
    Resolved,
}

/// One page of a list of the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InboxQuery {
    /// Which list.
    pub place: PlaceFilter,
    /// Of this agent alone.
    pub agent_id: Option<AgentId>,
    /// Continues after a row: the list's sort time of that row and its id.
    pub after: Option<(Timestamp, ConversationId)>,
    /// Most rows to return.
    pub limit: u32,
}

/// How many conversations are where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceCounts {
    /// With the AI.
    pub live: u64,
    /// Waiting.
    pub waiting: u64,
    /// With members, by member.
    pub held: Vec<(MemberId, u64)>,
    /// Over.
    pub resolved: u64,
}

/// What can be read of conversations.
#[async_trait]
pub trait ConversationReads {
    /// A conversation.
    async fn conversation(
        &mut self,
        workspace_id: WorkspaceId,
        id: ConversationId,
    ) -> Result<Option<Stored>, StoreError>;

    /// The conversation a visitor last had with an agent.
    async fn latest_conversation(
        &mut self,
        workspace_id: WorkspaceId,
        agent_id: AgentId,
        visitor_id: VisitorId,
    ) -> Result<Option<Stored>, StoreError>;

    /// How many conversations a visitor has had.
    async fn conversations_of_visitor(
        &mut self,
        workspace_id: WorkspaceId,
        visitor_id: VisitorId,
    ) -> Result<u64, StoreError>;

    /// Entries after a number, in order.
    async fn entries(
        &mut self,
        workspace_id: WorkspaceId,
        id: ConversationId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError>;

    /// The message that was sent with a client id.
    async fn entry_of_client(
        &mut self,
        workspace_id: WorkspaceId,
        id: ConversationId,
        client_id: ClientId,
    ) -> Result<Option<Entry>, StoreError>;

    /// Number of the last change of a workspace; 0 before the first.
    async fn feed(&mut self, workspace_id: WorkspaceId) -> Result<u64, StoreError>;

    /// Changes after a number, in order.
    async fn changes(&mut self, workspace_id: WorkspaceId, after: u64, limit: u32) -> Result<Vec<Change>, StoreError>;

    /// One page of a list of the inbox.
    async fn inbox(&mut self, workspace_id: WorkspaceId, query: InboxQuery) -> Result<Vec<Summary>, StoreError>;

    /// How many conversations are where, of one agent or of all.
    async fn place_counts(
        &mut self,
        workspace_id: WorkspaceId,
        agent_id: Option<AgentId>,
    ) -> Result<PlaceCounts, StoreError>;

    /// How far a member has read, for those of the conversations where they have read at all.
    async fn marks(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        ids: &[ConversationId],
    ) -> Result<Vec<(ConversationId, u64)>, StoreError>;
}

/// What can be changed in conversations.
#[async_trait]
pub trait ConversationWrites {
    /// Stores a new conversation with its first entries; returns the feed number of the commit.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the visitor has an open conversation with this agent already (H10).
    async fn begin_conversation(&mut self, first: Append<'_>) -> Result<u64, StoreError>;

    /// Appends entries; returns the feed number of the commit.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the stored conversation is not at `before` any more, or if the client id was used already.
    async fn append(&mut self, append: Append<'_>) -> Result<u64, StoreError>;

    /// Stores how far a member has read. Never moves back.
    async fn set_mark(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        id: ConversationId,
        seq: u64,
    ) -> Result<(), StoreError>;
}
