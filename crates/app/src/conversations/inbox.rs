//! The inbox: lists, counts, and the feed of what changes in them.

use baton_domain::conversation::{OwnerView, Summary};
use baton_domain::ids::{AgentId, ConversationId, WorkspaceId};
use baton_domain::team::Member;
use baton_domain::time::Timestamp;
use baton_storage::{Change, InboxQuery, PlaceCounts, PlaceFilter};

use crate::{AppError, Baton};

/// Rows of one page of a list.
const ROWS_MAX: u32 = 100;

/// A list of the inbox, as a member sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The AI is talking.
    Live,
    /// Waits for a person.
    Waiting,
    /// The member has it.
    Mine,
    /// Some member has it.
    Team,
    /// Over.
    Resolved,
}

/// One page of a list that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct InboxRequest {
    /// Which list.
    pub view: View,
    /// Of one agent alone.
    pub agent_id: Option<AgentId>,
    /// Continues after this row.
    pub after: Option<Position>,
}

/// Where a row stands in its list.
pub type Position = (Timestamp, ConversationId);

/// One page of a list, as of one moment.
#[derive(Clone, Debug)]
pub struct InboxPage {
    /// Number of the workspace's last change at this moment.
    pub feed: u64,
    /// How many conversations are where.
    pub counts: PlaceCounts,
    /// The rows.
    pub conversations: Vec<Summary>,
    /// Where the next page begins.
    pub next: Option<Position>,
    /// How far the reader has read, for the rows where they have.
    pub marks: Vec<(ConversationId, u64)>,
}

/// One page of a list.
///
/// # Errors
/// Only if the store fails.
pub async fn inbox(baton: &Baton, member: &Member, request: InboxRequest) -> Result<InboxPage, AppError> {
    let mut unit = baton.store().read().await?;
    let place = match request.view {
        View::Live => PlaceFilter::Live,
        View::Waiting => PlaceFilter::Waiting,
        View::Mine => PlaceFilter::Held(Some(member.id)),
        View::Team => PlaceFilter::Held(None),
        View::Resolved => PlaceFilter::Resolved,
    };
    let query = InboxQuery { place, agent_id: request.agent_id, after: request.after, limit: ROWS_MAX };
    let conversations = unit.inbox(member.workspace_id, query).await?;
    let ids: Vec<_> = conversations.iter().map(|row| row.id).collect();
    let marks = unit.marks(member.workspace_id, member.id, &ids).await?;
    let counts = unit.place_counts(member.workspace_id, request.agent_id).await?;
    let feed = unit.feed(member.workspace_id).await?;
    let next =
        conversations.last().filter(|_| conversations.len() == ROWS_MAX as usize).map(|row| (sort_time(row), row.id));
    Ok(InboxPage { feed, counts, conversations, next, marks })
}

/// The time a list is sorted by: how long somebody waits, otherwise when anything was last said.
fn sort_time(row: &Summary) -> Timestamp {
    match &row.owner {
        OwnerView::Queue { since, .. } => *since,
        OwnerView::Ai | OwnerView::Member { .. } | OwnerView::Closed { .. } => row.active_at,
    }
}

/// How many conversations this member and the whole team have.
#[must_use]
pub fn counts_for(counts: &PlaceCounts, member: &Member) -> (u64, u64) {
    let mine = counts.held.iter().filter(|(id, _)| *id == member.id).map(|(_, count)| count).sum();
    (mine, counts.held.iter().map(|(_, count)| count).sum())
}

/// Changes of a workspace after a number, in order.
///
/// # Errors
/// Only if the store fails.
pub async fn changes(
    baton: &Baton,
    workspace_id: WorkspaceId,
    after: u64,
    limit: u32,
) -> Result<Vec<Change>, AppError> {
    Ok(baton.store().read().await?.changes(workspace_id, after, limit).await?)
}
