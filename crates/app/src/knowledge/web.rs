//! Sources that are fetched from the web: added, fetched again, and kept up to date (K1, K2).
//!
//! A sync is a job of its own, beside training: it fetches, reads what changed, and stores the outcome in pieces, so that an
//! interrupted one goes on where it was. What it has read takes the way of every other source: a training publishes it whole (K4).

mod add;
mod files;
mod keep;
mod progress;
mod read;
mod sync;

pub use add::{NewWebSource, SourceChange, WebKind, add_web_source, ask_for_sync, change_source, pages, stop_sync};
pub(crate) use files::remove_pieces;
pub(crate) use progress::RunningSyncs;
pub use progress::{SyncProgress, sync_progress};
pub(crate) use sync::abandon_sync;
pub use sync::{sync_now, sync_source};
