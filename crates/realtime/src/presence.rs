//! Which members have a live stream open on this node, and what they look at.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use baton_domain::ids::{ConversationId, MemberId, StreamId, WorkspaceId};
use tokio::sync::watch;

/// One open stream of a member's browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watching {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Who.
    pub member_id: MemberId,
    /// The conversation they look at.
    pub viewing: Option<ConversationId>,
}

/// All open streams of members on this node.
#[derive(Debug, Default)]
pub struct Presences {
    streams: Mutex<HashMap<StreamId, Stream>>,
}

#[derive(Debug)]
struct Stream {
    watching: Watching,
    viewing: watch::Sender<Option<ConversationId>>,
}

impl Presences {
    /// A stream opened. What it is given back tells the stream when its browser looks at another conversation.
    pub fn open(&self, stream_id: StreamId, watching: Watching) -> watch::Receiver<Option<ConversationId>> {
        let (viewing, changed) = watch::channel(watching.viewing);
        self.streams().insert(stream_id, Stream { watching, viewing });
        changed
    }

    /// A stream's browser looks at another conversation. Whether the stream is this member's.
    pub fn view(&self, stream_id: StreamId, member_id: MemberId, viewing: Option<ConversationId>) -> bool {
        match self.streams().get_mut(&stream_id) {
            Some(stream) if stream.watching.member_id == member_id => {
                stream.watching.viewing = viewing;
                stream.viewing.send_replace(viewing);
                true
            }
            _ => false,
        }
    }

    /// A stream closed; whether its member has no other one open.
    pub fn close(&self, stream_id: StreamId) -> bool {
        let mut streams = self.streams();
        let Some(closed) = streams.remove(&stream_id) else {
            return false;
        };
        !streams.values().any(|stream| stream.watching.member_id == closed.watching.member_id)
    }

    /// The open streams of a workspace.
    #[must_use]
    pub fn of(&self, workspace_id: WorkspaceId) -> Vec<Watching> {
        self.all().into_iter().filter(|watching| watching.workspace_id == workspace_id).collect()
    }

    /// All open streams.
    #[must_use]
    pub fn all(&self) -> Vec<Watching> {
        self.streams().values().map(|stream| stream.watching).collect()
    }

    fn streams(&self) -> MutexGuard<'_, HashMap<StreamId, Stream>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_gone_when_the_last_stream_has_closed() {
        let id = |n: u8| uuid(n);
        let presences = Presences::default();
        let watching = Watching { workspace_id: WorkspaceId(id(1)), member_id: MemberId(id(2)), viewing: None };
        let viewing = presences.open(StreamId(id(3)), watching);
        presences.open(StreamId(id(4)), watching);
        assert!(!presences.view(StreamId(id(3)), MemberId(id(9)), None), "another member's stream");
        assert!(presences.view(StreamId(id(3)), MemberId(id(2)), Some(ConversationId(id(5)))));
        assert_eq!(*viewing.borrow(), Some(ConversationId(id(5))));
        assert!(!presences.close(StreamId(id(3))));
        assert!(presences.close(StreamId(id(4))));
        assert!(!presences.close(StreamId(id(4))));
        assert_eq!(presences.of(WorkspaceId(id(1))), []);
    }

    fn uuid(n: u8) -> uuid::Uuid {
        uuid::Uuid::from_bytes([n; 16])
    }
}
