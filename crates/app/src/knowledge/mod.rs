//! Sources, training, and the snapshots that answers come from.

mod shelf;
mod sources;
mod train;

pub use shelf::SnapshotShelf;
pub(crate) use sources::citable;
pub use sources::{
    Content, NewSource, PassageView, QuestionAnswer, add_source, content_hash, delete_source, passages, retry_source,
    source, source_row, sources,
};
pub use train::{train_agent, train_now};
