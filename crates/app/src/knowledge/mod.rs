//! Sources, training, and the snapshots that answers come from.

mod embed;
mod shelf;
mod sources;
mod train;
mod web;

pub(crate) use embed::embed_what_is_missing;
pub use embed::{Meaning, embed_agent, meaning};
pub use shelf::SnapshotShelf;
pub(crate) use shelf::open as open_snapshot;
pub(crate) use sources::deleted_since;
pub use sources::{
    Content, NewSource, PassageView, QuestionAnswer, add_source, content_hash, delete_source, is_training, passages,
    retry_source, source, source_row, sources,
};
pub use train::{train_agent, train_now};
pub use web::{
    NewWebSource, SourceChange, SyncProgress, WebKind, add_web_source, ask_for_sync, change_source, pages, stop_sync,
    sync_now, sync_progress, sync_source,
};
pub(crate) use web::{RunningSyncs, abandon_sync};
