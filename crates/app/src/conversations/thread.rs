//! Reading a thread, as its visitor or as the team.

use baton_domain::conversation::{Entry, Summary, visitor_view};
use baton_domain::ids::ConversationId;
use baton_domain::team::Member;
use baton_domain::time::Timestamp;
use baton_storage::{Stored, Visitor};

use crate::conversations::post_message::continues;
use crate::running::WordsSoFar;
use crate::{AppError, Baton};

/// Entries of a thread that are read at once. A longer thread is read in pieces of this length.
const ENTRIES_AT_ONCE: u32 = 1_000;

/// A thread as its visitor sees it.
#[derive(Clone, Debug)]
pub struct VisitorThread {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The owner epoch.
    pub epoch: u64,
    /// The whole log, as its visitor sees it.
    pub entries: Vec<Entry>,
}

/// A thread as the team sees it.
#[derive(Clone, Debug)]
pub struct Thread {
    /// Number of the workspace's last change at this moment.
    pub feed: u64,
    /// The row of the inbox.
    pub summary: Summary,
    /// The whole log.
    pub entries: Vec<Entry>,
    /// When the visitor first wrote.
    pub visitor_since: Timestamp,
    /// How many conversations the visitor has had.
    pub conversations: u64,
    /// How far the reader has read.
    pub mark: u64,
}

/// The thread that a visitor would continue by writing now.
///
/// # Errors
/// Only if the store fails.
pub async fn visitor_thread(baton: &Baton, visitor: &Visitor) -> Result<Option<VisitorThread>, AppError> {
    let agent = baton.agent(visitor.workspace_id, visitor.agent_id).await?;
    let mut unit = baton.store().read().await?;
    let latest = unit.latest_conversation(visitor.workspace_id, visitor.agent_id, visitor.id).await?;
    let Some(stored) = latest.filter(|stored| continues(&stored.state, &agent, baton.now())) else { return Ok(None) };
    let entries = all_entries(unit.as_mut(), &stored).await?;
    Ok(Some(VisitorThread {
        conversation_id: stored.state.id,
        epoch: stored.state.epoch,
        entries: entries.iter().map(visitor_view).collect(),
    }))
}

/// A visitor's entries after a number, as they see them, with the owner epoch at that moment.
///
/// # Errors
/// [`AppError::NotFound`] if the conversation is not theirs.
pub async fn entries_after(
    baton: &Baton,
    visitor: &Visitor,
    id: ConversationId,
    after: u64,
) -> Result<(u64, Vec<Entry>), AppError> {
    let mut unit = baton.store().read().await?;
    let stored =
        unit.conversation(visitor.workspace_id, id).await?.filter(|stored| stored.state.visitor_id == visitor.id);
    let stored = stored.ok_or(AppError::NotFound)?;
    let entries = unit.entries(visitor.workspace_id, id, after, ENTRIES_AT_ONCE).await?;
    Ok((stored.state.epoch, entries.iter().map(visitor_view).collect()))
}

/// A thread with everything that a person needs for their first line (H5).
///
/// # Errors
/// [`AppError::NotFound`] if there is none in the member's workspace.
pub async fn thread(baton: &Baton, member: &Member, id: ConversationId) -> Result<Thread, AppError> {
    let mut unit = baton.store().read().await?;
    let stored = unit.conversation(member.workspace_id, id).await?.ok_or(AppError::NotFound)?;
    let visitor = unit.visitor(member.workspace_id, stored.state.visitor_id).await?.ok_or(AppError::NotFound)?;
    let conversations = unit.conversations_of_visitor(member.workspace_id, visitor.id).await?;
    let marks = unit.marks(member.workspace_id, member.id, &[id]).await?;
    let feed = unit.feed(member.workspace_id).await?;
    let entries = all_entries(unit.as_mut(), &stored).await?;
    let mark = marks.first().map_or(0, |(_, seq)| *seq);
    Ok(Thread { feed, summary: stored.summary, entries, visitor_since: visitor.created_at, conversations, mark })
}

/// Whether a conversation is this visitor's.
///
/// # Errors
/// [`AppError::UnknownConversation`] if it is not.
pub async fn is_own(baton: &Baton, visitor: &Visitor, id: ConversationId) -> Result<(), AppError> {
    match own_conversation(baton, visitor, id).await {
        Ok(_) => Ok(()),
        Err(AppError::NotFound) => Err(AppError::UnknownConversation),
        Err(error) => Err(error),
    }
}

/// The owner epoch of a conversation of the member's workspace.
///
/// # Errors
/// [`AppError::NotFound`] if there is none.
pub async fn epoch_of(baton: &Baton, member: &Member, id: ConversationId) -> Result<u64, AppError> {
    let stored = baton.store().read().await?.conversation(member.workspace_id, id).await?;
    stored.map(|stored| stored.state.epoch).ok_or(AppError::NotFound)
}

/// What was sent so far of the AI message that is being written in a conversation; `None` before its first word.
///
/// For somebody who begins to watch in the middle. The caller has checked that they may see the conversation, subscribes to
/// it first, and asks the gate before showing the words, as with every piece (H7).
#[must_use]
pub fn words_so_far(baton: &Baton, id: ConversationId) -> Option<WordsSoFar> {
    baton.running().words_so_far(id)
}

/// The conversation, if it is this visitor's.
pub(crate) async fn own_conversation(baton: &Baton, visitor: &Visitor, id: ConversationId) -> Result<Stored, AppError> {
    let stored = baton.store().read().await?.conversation(visitor.workspace_id, id).await?;
    stored.filter(|stored| stored.state.visitor_id == visitor.id).ok_or(AppError::NotFound)
}

pub(crate) async fn all_entries(
    unit: &mut dyn baton_storage::ReadUnit,
    stored: &Stored,
) -> Result<Vec<Entry>, AppError> {
    let mut entries: Vec<Entry> = Vec::new();
    loop {
        let after = entries.last().map_or(0, |entry| entry.seq);
        let more = unit.entries(stored.state.workspace_id, stored.state.id, after, ENTRIES_AT_ONCE).await?;
        let last = more.len() < ENTRIES_AT_ONCE as usize;
        entries.extend(more);
        if last {
            return Ok(entries);
        }
    }
}
