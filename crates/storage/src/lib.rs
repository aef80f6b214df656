//! What Baton needs from a database, and nothing of how one works.
//!
//! A use case is one unit of work: load, decide, append with the expected version, update projections, commit, then publish.
//! [`Store::write`] opens a unit that may write, [`Store::read`] one that sees a single moment; the traits of the aggregates say what can be done in it.
//!
//! Rules of the contract:
//! - Every query is scoped by workspace in its signature; the few that cannot be (who does this token belong to?) say `anywhere` in their name.
//! - Absence is `None`. A lost race is [`StoreError::Conflict`]. Everything else is opaque.
//! - Who reads begins no other unit until the reading one is dropped: a few such tasks would wait for each other for ever.
//!   A unit that writes may have a reading one beside it.
//! - [`WriteUnit::commit`] returns after the commit is on disk. What it is given to run runs in commit order, before it returns.
//! - A unit that is dropped has changed nothing.
//! - After any error a unit can only be dropped. After [`StoreError::Conflict`], units that begin from then on see what it lost to.
//! - What a unit that writes has read may not be on disk yet: another unit of the same commit can have written it.
//!   Whoever acknowledges something on the strength of it commits the unit first, also if it wrote nothing.
//! - A task that holds a unit that writes does not ask for another one: it would wait for itself.
//!
//! To add a method: write it in the aggregate's trait here, prove it in [`conformance`], then implement it in each adapter.
//! This crate must not know: SQL, HTTP, and what anything means beyond what `domain` says.

pub mod agents;
pub mod conversations;
pub mod error;
pub mod golden;
pub mod jobs;
pub mod sources;
pub mod team;
pub mod turns;
pub mod visitors;

#[cfg(feature = "conformance")]
pub mod conformance;

use async_trait::async_trait;

pub use crate::agents::{AgentReads, AgentRow, AgentWrites, BlockedOrigin, KnowledgeRow, KnowledgeState, ModelKeyRow};
pub use crate::conversations::{
    Append, Change, ConversationReads, ConversationWrites, InboxQuery, PlaceCounts, PlaceFilter, Stored,
};
pub use crate::error::StoreError;
pub use crate::golden::{AskedQuestion, GoldenReads, GoldenWrites, RatingRow};
pub use crate::jobs::{Job, JobKind, JobWrites, Lane};
pub use crate::sources::{SourceReads, SourceWrites};
pub use crate::team::{Credentials, InvitationRow, SessionRow, TeamReads, TeamWrites, TokenHash, Workspace};
pub use crate::turns::{TurnConfidence, TurnEnd, TurnWrites};
pub use crate::visitors::{Visitor, VisitorReads, VisitorWrites};

/// A database with everything Baton keeps.
#[async_trait]
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Opens a unit of work that may write. Waits while another one is open, so that nothing slow belongs inside.
    async fn write(&self) -> Result<Box<dyn WriteUnit>, StoreError>;

    /// Opens a unit of work that sees one moment and changes nothing.
    async fn read(&self) -> Result<Box<dyn ReadUnit>, StoreError>;

    /// Closes all connections; what is committed stays.
    async fn close(&self);
}

/// Everything that can be read in a unit of work.
pub trait ReadUnit:
    AgentReads + ConversationReads + GoldenReads + SourceReads + TeamReads + VisitorReads + Send
{
}

impl<T: AgentReads + ConversationReads + GoldenReads + SourceReads + TeamReads + VisitorReads + Send> ReadUnit for T {}

/// Runs once the unit's changes are on disk.
pub type OnCommit = Box<dyn FnOnce() + Send>;

/// Everything that can be done in a unit of work.
#[async_trait]
pub trait WriteUnit:
    ReadUnit
    + AgentWrites
    + ConversationWrites
    + GoldenWrites
    + JobWrites
    + SourceWrites
    + TeamWrites
    + TurnWrites
    + VisitorWrites
{
    /// Makes the changes durable, then runs `then`, in the order in which units committed.
    ///
    /// Once begun, a commit is completed, whether or not anybody waits for it.
    ///
    /// # Errors
    /// Whatever the error, nothing of the unit was kept and `then` did not run.
    /// One exception: if the disk itself failed, only opening the database anew shows what it kept.
    async fn commit(self: Box<Self>, then: OnCommit) -> Result<(), StoreError>;
}

/// For commits that nobody needs to hear of.
#[must_use]
pub fn quietly() -> OnCommit {
    Box::new(|| {})
}
