//! The one connection that writes, and group commit.
//!
//! Writers pass through the lane one after the other: a fair mutex, held by a unit from its beginning until it joins a commit or is dropped.
//! A unit's statements run on the task that has it, without a way to another thread.
//! Committing a unit does not end the transaction. The unit joins the members of the open transaction and leaves the lane;
//! then the committer, a thread, queues for the lane behind the writers that wait already, commits all members at once, runs what
//! each has to run, and answers them. So groups form by themselves under load, and a lone writer is committed at once.
//! A member that waits for its answer is not in danger from those that come after it: each of them works behind a savepoint.
//!
//! The committer is a thread because a commit waits for the disk, which no async thread may do. It is one of its own, so that
//! it is awake after one wake-up however busy the runtime is, and so that commits, and what runs after them, have one order.
//!
//! # Cancellation
//! A statement is not an await, so that a future cannot be dropped in the middle of one. Where it can be:
//! - Waiting for the lane, or until another process lets go of the file: nothing has happened.
//! - Within a unit: the unit has not joined the members. Dropping it takes it back, then and there.
//! - Having lost a race: the unit is taken back and has left the lane; only the knowledge that the winner is on disk is not waited for.
//! - After joining the members: the unit is committed, whether or not anybody waits for the answer.
//! - The committer is not cancelled, and nobody else commits or closes. If the process ends, what was not committed is not in the file.
//!
//! # Other processes
//! One that writes, such as a person with a database tool, is waited for when a unit begins its transaction, which is when the right to write
//! is taken: without a thread, by trying again. From then on nothing can be busy. Folding the log waits on the committer's thread.
//!
//! # Failures
//! - A statement that fails may take the whole transaction with it, members included (a full disk does). Then all members fail at once,
//!   and none of them has run anything.
//! - A commit that fails is rolled back, and all members fail.
//! - A commit that fails because the disk does leaves open what is on the disk: a later commit could seem to succeed on top of writes that were lost.
//!   So nothing is written any more until the file was opened, and thereby checked, anew.
//! - The same holds when the log cannot be folded into the file. SQLite would do that by itself, within a commit, and would not say when it fails;
//!   so the committer does it, every now and then, once it has answered the members.

mod state;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use async_trait::async_trait;
use baton_storage::{OnCommit, StoreError};
use rusqlite::Connection;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot, watch};

use crate::connection::{Outcome, SqlConnection, Statement};
use crate::sqlite::Counts;
use crate::sqlite::error::{Kind, Lost, kind};
use crate::sqlite::lane::state::{Member, State};
use crate::sqlite::statements::run;

/// After how many units the log is folded into the file: about 10 MiB of log, if each is committed alone.
const UNITS_PER_CHECKPOINT: usize = 256;

/// How long the log may get, pages of 4 KiB, before writers wait for those who read from it.
/// Readers that overlap all the time would otherwise keep it from ever beginning anew.
const LOG_PAGES_MAX: u64 = if cfg!(test) { 512 } else { 8_192 };

/// The way in for writers.
#[derive(Debug)]
pub(crate) struct Lane {
    state: Arc<Mutex<State>>,
    committer: mpsc::Sender<()>,
    /// Nothing is ever sent: it is closed once the committer has ended.
    committer_ends: watch::Receiver<()>,
    disk_failed: watch::Receiver<bool>,
    counters: Arc<Counters>,
}

#[derive(Debug, Default)]
struct Counters {
    units: AtomicU64,
    commits: AtomicU64,
}

impl Lane {
    /// Takes the connection that writes, and starts the committer. `patience` is for other processes.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub(crate) fn start(connection: Connection, patience: Duration) -> std::io::Result<Self> {
        let (committer, calls) = mpsc::channel();
        let (ends, committer_ends) = watch::channel(());
        let (disk_fails, disk_failed) = watch::channel(false);
        let counters = Arc::<Counters>::default();
        let state = State::new(connection, patience, disk_fails, Arc::clone(&counters));
        let state = Arc::new(Mutex::new(state));
        let (lane, runtime) = (Arc::clone(&state), Handle::current());
        std::thread::Builder::new().name("commits".into()).spawn(move || {
            // What runs after a commit may spawn tasks.
            let _context = runtime.enter();
            commit_groups(&lane, &calls);
            // The connection goes before whoever waits for the end is told.
            drop(lane);
            drop(ends);
        })?;
        Ok(Self { state, committer, committer_ends, disk_failed, counters })
    }

    /// Begins a unit of work, once it is its turn.
    pub(crate) async fn enter(&self) -> Result<LaneUnit, StoreError> {
        let mut state = Arc::clone(&self.state).lock_owned().await;
        state.begin().await?;
        Ok(LaneUnit { state: Some(state), failed: false, committer: self.committer.clone() })
    }

    /// Refuses all that come from now on, commits what has joined, and closes the connection.
    pub(crate) async fn close(&self) {
        self.state.lock().await.refuse(Lost::Closed);
        // The committer does the rest: it is not cancelled, as whoever waits here may be. It has ended already if the disk has failed.
        self.committer.send(()).ok();
        self.committer_ends.clone().changed().await.ok();
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts {
            units: self.counters.units.load(Ordering::Relaxed),
            commits: self.counters.commits.load(Ordering::Relaxed),
        }
    }

    /// Returns when a commit has failed because the disk did.
    pub(crate) async fn failed(&self) {
        if self.disk_failed.clone().wait_for(|failed| *failed).await.is_err() {
            // The lane is gone without having failed.
            std::future::pending::<()>().await;
        }
    }
}

/// Commits a group at each call, until the lane refuses or is gone. Then closes the connection.
fn commit_groups(lane: &Mutex<State>, calls: &mpsc::Receiver<()>) {
    while calls.recv().is_ok() {
        let mut state = lane.blocking_lock();
        let group = state.commit();
        if state.rests() {
            // The next writers go on while the members of this group are told.
            drop(state);
            group.tell();
            continue;
        }
        group.tell();
        state.checkpoint_if_due();
        if state.refuses() {
            break;
        }
    }
    lane.blocking_lock().close();
}

/// A unit of work in the lane.
#[derive(Debug)]
pub(crate) struct LaneUnit {
    /// The lane; `None` once the unit is given up.
    state: Option<OwnedMutexGuard<State>>,
    /// Whether one of its statements has failed. Then it can only be dropped.
    failed: bool,
    committer: mpsc::Sender<()>,
}

impl LaneUnit {
    /// Joins the members of the open transaction, and waits until they are committed.
    pub(crate) async fn commit(mut self, then: OnCommit) -> Result<(), StoreError> {
        let Some(mut state) = self.state.take_if(|_| !self.failed) else { return Err(Lost::Broken.into()) };
        let (answer, answered) = oneshot::channel();
        let first = match state.join(Member::new(then, answer)) {
            Ok(first) => first,
            Err(lost) => {
                state.take_back();
                return Err(lost.into());
            }
        };
        // The committer finds the lane open, unless a writer waits for it.
        drop(state);
        if first && self.committer.send(()).is_err() {
            return Err(Lost::Closed.into());
        }
        match answered.await {
            Ok(outcome) => Ok(outcome?),
            Err(_) => Err(Lost::Closed.into()),
        }
    }
}

impl Drop for LaneUnit {
    fn drop(&mut self) {
        if let Some(mut state) = self.state.take() {
            state.take_back();
        }
    }
}

#[async_trait]
impl SqlConnection for LaneUnit {
    async fn run(&mut self, statements: Vec<Statement>) -> Result<Vec<Outcome>, StoreError> {
        let Some(state) = self.state.as_mut().filter(|_| !self.failed) else { return Err(Lost::Broken.into()) };
        match run(state.connection()?, &statements) {
            Ok(outcomes) => Ok(outcomes),
            Err(error) if kind(&error) == Kind::NotUnique => {
                self.lose().await;
                Err(StoreError::Conflict)
            }
            Err(error) => {
                self.failed = true;
                Err(state.statement_failed(error).into())
            }
        }
    }

    async fn lose(&mut self) {
        // What it lost to may be a member that is not committed yet: seen from in here, but by nobody who reads.
        let Some(mut state) = self.state.take() else { return };
        state.take_back();
        let pending = state.pending();
        drop(state);
        if let Some(pending) = pending {
            pending.settled().await;
        }
    }
}
