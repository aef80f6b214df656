//! Sources, training, and the snapshots that answers come from.

mod embed;
mod shelf;
mod sources;
mod train;

pub use shelf::SnapshotShelf;
pub(crate) use sources::deleted_since;
pub use sources::{
    Content, NewSource, PassageView, QuestionAnswer, add_source, content_hash, delete_source, is_training, passages,
    retry_source, source, source_row, sources,
};
pub use train::{train_agent, train_now};
