//! Who of the team is there right now, and telling everybody when that changes (H3).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use baton_domain::availability::{self, Presence};
use baton_domain::ids::{ConversationId, MemberId, StreamId, WorkspaceId};
use baton_domain::team::Member;
use baton_domain::time::Timestamp;
use baton_realtime::signal::MemberPresence;
use baton_realtime::{Signal, Topic, Watching};
use baton_storage::quietly;
use tokio::sync::watch;

use crate::{AppError, Baton};

/// How long what was read of a team is taken as is. Changes on this node are seen at once, those of other nodes after this.
const FRESH: Duration = Duration::from_secs(5);

/// What was last told about each workspace.
#[derive(Debug, Default)]
pub struct People {
    told: Mutex<HashMap<WorkspaceId, Told>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    read_at: Timestamp,
    someone_there: bool,
    members: Vec<MemberPresence>,
}

impl People {
    /// Whether a member of the workspace is Available.
    pub(crate) async fn someone_there(&self, baton: &Baton, workspace_id: WorkspaceId) -> Result<bool, AppError> {
        let now = baton.now();
        if let Some(told) = self.told().get(&workspace_id)
            && now.since(told.read_at) < FRESH
        {
            return Ok(told.someone_there);
        }
        refresh(baton, workspace_id).await
    }

    fn told(&self) -> MutexGuard<'_, HashMap<WorkspaceId, Told>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a member of the workspace is Available.
///
/// # Errors
/// Only if the store fails.
pub async fn someone_there(baton: &Baton, workspace_id: WorkspaceId) -> Result<bool, AppError> {
    baton.people().someone_there(baton, workspace_id).await
}

/// What a member is, seen from outside. A suspended member is never there.
#[must_use]
pub fn presence_of(member: &Member, now: Timestamp) -> Presence {
    if member.suspended { Presence::Offline } else { availability::presence(member.availability, member.seen_at, now) }
}

/// Reads who is there and tells everybody who watches, if it has changed. Returns whether someone is there.
pub(crate) async fn refresh(baton: &Baton, workspace_id: WorkspaceId) -> Result<bool, AppError> {
    let team = baton.store().read().await?.members(workspace_id).await?;
    let now = baton.now();
    let watching = baton.presences().of(workspace_id);
    let members: Vec<_> = team
        .iter()
        .map(|member| MemberPresence {
            member_id: member.id,
            presence: presence_of(member, now),
            viewing: watching
                .iter()
                .find(|stream| stream.member_id == member.id && stream.viewing.is_some())
                .and_then(|stream| stream.viewing),
        })
        .collect();
    let someone_there = availability::someone_there(members.iter().map(|member| member.presence));
    let told = Told { read_at: now, someone_there, members };
    let before = baton.people().told().insert(workspace_id, told.clone());
    if before.as_ref().is_none_or(|before| before.members != told.members) {
        let signal = Arc::new(Signal::Presence { members: told.members });
        baton.hub().publish(Topic::Inbox(workspace_id), &signal);
    }
    if before.is_none_or(|before| before.someone_there != someone_there) {
        baton.availabilities().tell(workspace_id, someone_there);
    }
    Ok(someone_there)
}

/// The streams of a member end: their rights have changed, and each opens again with what they may do now (G-S2).
pub(crate) fn revoke_streams(baton: &Baton, workspace_id: WorkspaceId, member_id: MemberId) {
    baton.hub().publish(Topic::Inbox(workspace_id), &Arc::new(Signal::Revoked { member_id }));
}

/// While this lives, its member's browser is connected.
#[derive(Debug)]
pub struct StreamGuard {
    baton: Baton,
    /// The stream, as the browser names it when it says what it looks at.
    pub stream_id: StreamId,
    /// The conversation that the browser looks at, and when that changes.
    pub viewing: watch::Receiver<Option<ConversationId>>,
    workspace_id: WorkspaceId,
    member_id: MemberId,
}

/// A member's browser connects.
///
/// # Errors
/// Only if the store fails.
pub async fn open_stream(
    baton: &Baton,
    member: &Member,
    viewing: Option<ConversationId>,
) -> Result<StreamGuard, AppError> {
    let stream_id: StreamId = baton.fresh();
    let watching = Watching { workspace_id: member.workspace_id, member_id: member.id, viewing };
    let viewing = baton.presences().open(stream_id, watching);
    let guard = StreamGuard {
        baton: baton.clone(),
        stream_id,
        viewing,
        workspace_id: member.workspace_id,
        member_id: member.id,
    };
    store_seen(baton, member.workspace_id, member.id, Some(baton.now())).await?;
    refresh(baton, member.workspace_id).await?;
    Ok(guard)
}

/// A member's browser looks at another conversation.
///
/// # Errors
/// [`AppError::NotFound`] if the stream is not theirs.
pub async fn view_conversation(
    baton: &Baton,
    member: &Member,
    stream_id: StreamId,
    viewing: Option<ConversationId>,
) -> Result<(), AppError> {
    if !baton.presences().view(stream_id, member.id, viewing) {
        return Err(AppError::NotFound);
    }
    refresh(baton, member.workspace_id).await?;
    Ok(())
}

impl Drop for StreamGuard {
    fn drop(&mut self) {
        let last = self.baton.presences().close(self.stream_id);
        let (baton, workspace_id, member_id) = (self.baton.clone(), self.workspace_id, self.member_id);
        if baton.tasks().is_closed() {
            return;
        }
        self.baton.tasks().spawn(async move {
            // A reload closes one stream and opens the next: wait before saying that somebody has left.
            if last {
                tokio::select! {
                    () = tokio::time::sleep(GRACE) => {}
                    () = baton.shutdown().cancelled() => return,
                }
                if baton.presences().of(workspace_id).iter().any(|stream| stream.member_id == member_id) {
                    return;
                }
                if let Err(error) = store_seen(&baton, workspace_id, member_id, None).await {
                    tracing::warn!(error = &error as &dyn std::error::Error, "cannot store that a member has left");
                }
            }
            if let Err(error) = refresh(&baton, workspace_id).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot tell that a member has left");
            }
        });
    }
}

/// How long a closed browser may take to come back before its member counts as gone.
const GRACE: Duration = Duration::from_secs(5);

pub(crate) async fn store_seen(
    baton: &Baton,
    workspace_id: WorkspaceId,
    member_id: MemberId,
    at: Option<Timestamp>,
) -> Result<(), AppError> {
    let mut unit = baton.store().write().await?;
    unit.set_seen(workspace_id, member_id, at).await?;
    unit.commit(quietly()).await?;
    Ok(())
}
