//! What an owner adds to an agent's knowledge, and where its reading stands (K1, K2).

use serde::{Deserialize, Serialize};

pub mod web;

pub use self::web::{
    Missed, PageCounts, PageState, SiteOptions, SourcePage, SyncEnd, SyncEvery, SyncReport, SyncRun, WebSource,
};

use crate::ids::{AgentId, SourceId};
use crate::time::Timestamp;

/// Where a source came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// An uploaded file.
    File,
    /// Text typed in.
    Text,
    /// Question-and-answer pairs typed in.
    Qa,
    /// One page of the web.
    Page,
    /// A site of the web.
    Site,
}

/// What can go wrong with a source, in words for its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SourceError {
    /// What happened.
    pub cause: String,
    /// What to do.
    pub fix: String,
}

/// Where the reading of a source stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SourceState {
    /// Waits for its turn.
    Queued,
    /// Is being parsed.
    Reading,
    /// Its passages are being put into the next snapshot.
    Indexing,
    /// Its passages answer questions.
    Ready {
        /// When the snapshot that holds it was published.
        synced_at: Timestamp,
    },
    /// Could not be read; the snapshot in use was not touched.
    Failed {
        /// Why, and what to do.
        error: SourceError,
    },
}

/// Something the owner added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Identity.
    pub id: SourceId,
    /// The agent that answers from it.
    pub agent_id: AgentId,
    /// File name or title.
    pub name: String,
    /// Where it came from.
    pub kind: SourceKind,
    /// Name of the format it was read as, once known (`markdown`, `html`, `text`, `csv`, `jsonl`, `qa`).
    pub format: Option<String>,
    /// Where reading stands.
    pub state: SourceState,
    /// How many documents it parsed into.
    pub documents: u64,
    /// How many passages.
    pub passages: u64,
    /// Size of the content, bytes.
    pub bytes: u64,
    /// SHA-256 of the content, hex: the key under which it is stored, and how an unchanged upload is recognised.
    pub content_hash: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// What it is fetched from; only pages and sites have it.
    pub web: Option<WebSource>,
}
