//! The one connection that writes, and group commit.
//!
//! Writers pass through the lane one after the other: a fair mutex, held by a unit from its beginning until it is committed or dropped.
//! Committing a unit does not end the transaction. The unit joins the members of the open transaction and leaves the lane;
//! then the committer, a task of the store, queues for the lane behind the writers that wait already, commits all members at once, runs what
//! each has to run, and answers them. So groups form by themselves under load, and a lone writer is committed at once.
//! A member that waits for its answer is not in danger from those that come after it: each of them works behind a savepoint.
//!
//! # Cancellation
//! Every future here can be dropped at any await. What then holds:
//! - Waiting for the lane: nothing has happened.
//! - Beginning a unit, or taking back a dropped one: the state says, before each statement is sent, what has to be repeated.
//!   The connection runs statements in the order in which they were sent, those whose sender is gone as well, and each of them can be repeated
//!   whether or not it ran. So whoever comes next first makes sure.
//! - Within a unit: the unit has not joined the members. It is taken back by whoever has the lane next; dropping it wakes the committer, so that
//!   somebody does. A unit that gave up on one of its own statements and goes on is refused: nobody knows what that statement did.
//! - Having lost a race: the unit has left the lane; only the knowledge that the winner is on disk is not waited for.
//! - After joining the members, which is one step without an await: the unit is committed, whether or not anybody waits for the answer.
//! - The committer is not cancelled, and nobody else commits or closes. If the runtime ends, the process does, and what was not committed is not in the file.
//!
//! # Failures
//! - A statement that fails may take the whole transaction with it, members included (a full disk does). It is found out when the savepoint of the
//!   broken unit is gone; then all members fail, and none of them has run anything.
//! - A commit that fails is rolled back, and all members fail.
//! - A commit that fails because the disk does leaves open what is on the disk: a later commit could seem to succeed on top of writes that were lost.
//!   So nothing is written any more until the file was opened, and thereby checked, anew.
//! - The same holds when the log cannot be folded into the file. SQLite would do that by itself, within a commit, and would not say when it fails;
//!   so the committer does it, every now and then, once it has answered the members.

#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use baton_storage::{OnCommit, StoreError};
use sqlx::sqlite::SqliteConnection;
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc, oneshot, watch};
use tokio_util::task::TaskTracker;

use crate::connection::{Outcome, SqlConnection, Statement};
use crate::sqlite::error::{Kind, Lost, kind};
use crate::sqlite::{Counts, close, run};

/// After how many units the log is folded into the file: about 10 MiB of log, if each is committed alone.
const UNITS_PER_CHECKPOINT: usize = 256;

/// How long the log may get, pages of 4 KiB, before writers wait for those who read from it.
/// Readers that overlap all the time would otherwise keep it from ever beginning anew.
const LOG_PAGES_MAX: u64 = if cfg!(test) { 512 } else { 8_192 };

/// The way in for writers.
#[derive(Debug)]
pub(crate) struct Lane {
    state: Arc<Mutex<State>>,
    wake: mpsc::Sender<()>,
    committer: TaskTracker,
    disk_failed: watch::Receiver<bool>,
    counters: Arc<Counters>,
}

#[derive(Debug, Default)]
struct Counters {
    units: AtomicU64,
    commits: AtomicU64,
}

impl Lane {
    /// Takes the connection that writes, and starts the committer.
    pub(crate) fn start(connection: SqliteConnection) -> Self {
        let (wake, woken) = mpsc::channel(1);
        let (disk_fails, disk_failed) = watch::channel(false);
        let counters = Arc::<Counters>::default();
        let state = Arc::new(Mutex::new(State {
            connection: Some(connection),
            transaction: Transaction::None,
            savepoint: Savepoint::None,
            usable: false,
            members: Vec::new(),
            resolved: watch::Sender::new(()),
            suspicion: None,
            refusal: None,
            disk_fails,
            counters: Arc::clone(&counters),
            units_logged: 0,
            log_pages_max: LOG_PAGES_MAX,
        }));
        let committer = TaskTracker::new();
        committer.spawn(commit_groups(Arc::clone(&state), woken));
        Self { state, wake, committer, disk_failed, counters }
    }

    /// Begins a unit of work, once it is its turn.
    pub(crate) async fn enter(&self) -> Result<LaneUnit, StoreError> {
        let state = Arc::clone(&self.state).lock_owned().await;
        // From here on the unit's drop wakes the committer, also if it does not get as far as beginning.
        let mut unit = LaneUnit { state: None, wake: self.wake.clone() };
        unit.state.insert(state).begin().await?;
        Ok(unit)
    }

    /// Refuses all that come from now on, commits what has joined, and closes the connection.
    pub(crate) async fn close(&self) {
        self.state.lock().await.refusal.get_or_insert(Lost::Closed);
        self.wake.try_send(()).ok();
        // The committer does the rest: it is not cancelled, as whoever waits here may be.
        self.committer.close();
        self.committer.wait().await;
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

/// Commits groups, until the lane is closed or refuses.
async fn commit_groups(state: Arc<Mutex<State>>, mut woken: mpsc::Receiver<()>) {
    while woken.recv().await.is_some() {
        let mut state = state.lock().await;
        // Whoever woke us before we had the lane is served now; a second round for them would only split the next group.
        while woken.try_recv().is_ok() {}
        state.settle().await;
        if state.refusal.is_some() {
            if let Some(connection) = state.connection.take() {
                close(connection).await;
            }
            return;
        }
    }
}

/// A unit of work in the lane.
#[derive(Debug)]
pub(crate) struct LaneUnit {
    /// The lane; `None` once the unit is given up.
    state: Option<OwnedMutexGuard<State>>,
    wake: mpsc::Sender<()>,
}

impl LaneUnit {
    /// Joins the members of the open transaction, and waits until they are committed.
    pub(crate) async fn commit(mut self, then: OnCommit) -> Result<(), StoreError> {
        let Some(mut state) = self.state.take_if(|state| state.usable) else {
            return Err(Lost::Broken.into());
        };
        let (answer, answered) = oneshot::channel();
        state.join(Member { then, answer });
        self.leave(state);
        match answered.await {
            Ok(outcome) => Ok(outcome?),
            Err(_) => Err(Lost::Closed.into()),
        }
    }

    /// Leaves the lane to the committer, which queues for it behind those that wait already.
    /// A wake that waits already will do: the committer takes it only once it has the lane.
    fn leave(&self, state: OwnedMutexGuard<State>) {
        self.wake.try_send(()).ok();
        drop(state);
    }

    /// The lane, for one more statement.
    fn state(&mut self) -> Result<&mut State, Lost> {
        match &mut self.state {
            // Stays unusable if the statement is not waited for.
            Some(state) if state.usable => {
                state.usable = false;
                Ok(state)
            }
            Some(_) | None => Err(Lost::Broken),
        }
    }
}

impl Drop for LaneUnit {
    fn drop(&mut self) {
        if let Some(state) = self.state.take() {
            self.leave(state);
        }
    }
}

#[async_trait]
impl SqlConnection for LaneUnit {
    async fn run(&mut self, statements: Vec<Statement>) -> Result<Vec<Outcome>, StoreError> {
        let outcome = run(self.state()?.connection()?, statements).await;
        let Some(state) = &mut self.state else { return Err(Lost::Broken.into()) };
        match outcome {
            Ok(outcomes) => {
                state.usable = true;
                Ok(outcomes)
            }
            Err(error) if kind(&error) == Kind::NotUnique => {
                self.lose().await;
                Err(StoreError::Conflict)
            }
            Err(error) => Err(state.suspect(error)),
        }
    }

    async fn lose(&mut self) {
        // What it lost to may be a member that is not committed yet: seen from in here, but by nobody who reads.
        let Some(mut state) = self.state.take() else { return };
        state.usable = false;
        let mut resolved = state.resolved.subscribe();
        let pending = !state.members.is_empty();
        self.leave(state);
        if pending {
            // Fails only if the lane is gone, and then there is nothing to wait for.
            resolved.changed().await.ok();
        }
    }
}

/// A unit that waits for the commit.
struct Member {
    then: OnCommit,
    answer: oneshot::Sender<Result<(), Lost>>,
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Member").finish_non_exhaustive()
    }
}

/// Where the connection's transaction stands.
#[derive(Clone, Debug)]
enum Transaction {
    /// There is none.
    None,
    /// It holds the members' work and nothing else.
    Settled,
    /// It holds a unit's work, or what a dropped unit left of it. Without members, the transaction is the unit's own.
    Unit,
    /// It is to be given up, and all members with it.
    Doomed(Lost),
}

/// Whether the transaction has a savepoint behind the last member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Savepoint {
    None,
    Set,
    /// Nobody waited for the answer.
    Unsure,
}

#[derive(Debug)]
struct State {
    /// Gone once the lane is closed, or the disk has failed.
    connection: Option<SqliteConnection>,
    transaction: Transaction,
    savepoint: Savepoint,
    /// Whether all statements of the unit in the lane were waited for and went well.
    usable: bool,
    /// In the order in which they joined.
    members: Vec<Member>,
    /// Told whenever members were committed or failed.
    resolved: watch::Sender<()>,
    /// An error of a statement that may have ended the transaction.
    suspicion: Option<Arc<sqlx::Error>>,
    /// Why nothing can be written any more.
    refusal: Option<Lost>,
    disk_fails: watch::Sender<bool>,
    counters: Arc<Counters>,
    /// Units since the log was last folded into the file.
    units_logged: usize,
    /// How long the log may get before writers wait for readers.
    log_pages_max: u64,
}

impl State {
    fn connection(&mut self) -> Result<&mut SqliteConnection, Lost> {
        self.connection.as_mut().ok_or(Lost::Closed)
    }

    async fn control(&mut self, sql: &'static str) -> Result<Vec<Outcome>, Lost> {
        let statements = vec![Statement { sql, values: Vec::new() }];
        run(self.connection()?, statements).await.map_err(|error| Lost::Statement(Arc::new(error)))
    }

    /// Notes the error of a unit's statement.
    fn suspect(&mut self, error: sqlx::Error) -> StoreError {
        let error = Arc::new(error);
        self.suspicion = Some(Arc::clone(&error));
        Lost::Statement(error).into()
    }

    /// Opens a unit: with a transaction of its own, or behind the members of the one that is open.
    async fn begin(&mut self) -> Result<(), StoreError> {
        self.usable = false;
        self.clean().await;
        if let Some(refusal) = &self.refusal {
            return Err(refusal.clone().into());
        }
        if matches!(self.transaction, Transaction::None) {
            // If the answer does not arrive, or is an error, there is a transaction of a unit or none: both are cleaned in the same way.
            self.transaction = Transaction::Unit;
            // At once for writing: a transaction that reads first could not be sure to become one that writes.
            self.control("begin immediate").await?;
            self.usable = true;
            return Ok(());
        }
        let sql = match self.savepoint {
            Savepoint::Set => "release unit; savepoint unit",
            // One that lies beneath does no harm: going back goes to the last.
            Savepoint::None | Savepoint::Unsure => "savepoint unit",
        };
        self.savepoint = Savepoint::Unsure;
        if let Err(lost) = self.control(sql).await {
            self.transaction = Transaction::Doomed(lost.clone());
            self.clean().await;
            return Err(lost.into());
        }
        self.savepoint = Savepoint::Set;
        self.transaction = Transaction::Unit;
        self.usable = true;
        Ok(())
    }

    /// Makes the unit in the lane a member.
    fn join(&mut self, member: Member) {
        self.members.push(member);
        self.transaction = Transaction::Settled;
    }

    /// Takes back what is not of a member. Afterwards the transaction is settled, or there is none.
    async fn clean(&mut self) {
        if matches!(self.transaction, Transaction::Unit) && !self.members.is_empty() {
            match self.control("rollback to unit").await {
                Ok(_) => self.transaction = Transaction::Settled,
                // The savepoint is gone, and the transaction with it.
                Err(lost) => {
                    let lost = self.suspicion.take().map_or(lost, Lost::Statement);
                    self.transaction = Transaction::Doomed(lost);
                }
            }
        }
        match self.transaction.clone() {
            Transaction::None | Transaction::Settled => {}
            Transaction::Unit => self.roll_back().await,
            Transaction::Doomed(lost) => {
                self.roll_back().await;
                for member in self.members.drain(..) {
                    member.answer.send(Err(lost.clone())).ok();
                }
                self.resolved.send_replace(());
            }
        }
        self.suspicion = None;
    }

    async fn roll_back(&mut self) {
        if let Err(lost) = self.control("rollback").await {
            // There is no transaction any more, or never was. If there is one after all, the next begin fails and this is tried again.
            tracing::debug!(error = &lost as &dyn std::error::Error, "nothing to roll back");
        }
        self.transaction = Transaction::None;
        self.savepoint = Savepoint::None;
    }

    /// Commits the members, if there are any.
    async fn settle(&mut self) {
        self.clean().await;
        if self.members.is_empty() {
            return;
        }
        if let Err(lost) = self.control("commit").await {
            let lost = self.commit_failed(lost);
            tracing::error!(error = &lost as &dyn std::error::Error, units = self.members.len(), "the commit failed");
            self.transaction = Transaction::Doomed(lost);
            self.clean().await;
            self.abandon_if_disk_failed();
            return;
        }
        self.transaction = Transaction::None;
        self.savepoint = Savepoint::None;
        self.counters.commits.fetch_add(1, Ordering::Relaxed);
        self.counters.units.fetch_add(self.members.len() as u64, Ordering::Relaxed);
        self.units_logged += self.members.len();
        for Member { then, answer } in self.members.drain(..) {
            if catch_unwind(AssertUnwindSafe(then)).is_err() {
                tracing::error!("what was to run after a commit panicked");
            }
            // Whoever asked may be gone; the unit is committed all the same.
            answer.send(Ok(())).ok();
        }
        self.resolved.send_replace(());
        if self.units_logged >= UNITS_PER_CHECKPOINT
            && let Err(lost) = self.checkpoint().await
        {
            let lost = self.commit_failed(lost);
            tracing::error!(error = &lost as &dyn std::error::Error, "the log could not be folded into the database");
            self.abandon_if_disk_failed();
        }
    }

    /// Folds the log into the file. If the log has become long, waits until nobody reads from it, so that it begins anew.
    async fn checkpoint(&mut self) -> Result<(), Lost> {
        self.units_logged = 0;
        let pages = self.fold("pragma wal_checkpoint(passive)").await?;
        if pages < self.log_pages_max {
            return Ok(());
        }
        let pages = self.fold("pragma wal_checkpoint(truncate)").await?;
        // Whoever reads for longer than one waits is not waited for again until the log is twice as long.
        self.log_pages_max = pages + LOG_PAGES_MAX;
        Ok(())
    }

    /// Runs a checkpoint; returns how long the log is now, pages.
    async fn fold(&mut self, sql: &'static str) -> Result<u64, Lost> {
        let outcomes = self.control(sql).await?;
        let row = outcomes.first().and_then(|outcome| outcome.rows.first());
        // The columns are: whether it had to stop, pages in the log, pages of them that were folded.
        Ok(row.and_then(|row| row.of("wal_checkpoint").number(1, "log").ok()).unwrap_or(0))
    }

    /// Leaves the connection open for good after the disk has failed: closing it would fold the log into the file once more and delete it,
    /// and the log may be the only place where everything still is.
    fn abandon_if_disk_failed(&mut self) {
        if matches!(self.refusal, Some(Lost::Disk(_))) {
            std::mem::forget(self.connection.take());
        }
    }

    /// What a failed commit, or a failed checkpoint, means for whoever waits for it and for all that come.
    fn commit_failed(&mut self, lost: Lost) -> Lost {
        match lost {
            Lost::Statement(error) if kind(&error) == Kind::Disk => {
                let lost = Lost::Disk(error);
                self.refusal = Some(lost.clone());
                self.disk_fails.send_replace(true);
                lost
            }
            Lost::Statement(error) => Lost::Commit(error),
            lost => lost,
        }
    }
}
