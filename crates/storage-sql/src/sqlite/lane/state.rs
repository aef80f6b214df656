//! What the lane guards: the connection, where its transaction stands, and who waits for the commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use baton_storage::{OnCommit, StoreError};
use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use crate::sqlite::error::{Kind, Lost, kind};
use crate::sqlite::lane::{Counters, LOG_PAGES_MAX, UNITS_PER_CHECKPOINT};
use crate::sqlite::statements::{control, run_one, wait_out};

/// A unit that waits for the commit.
pub(super) struct Member {
    then: OnCommit,
    answer: oneshot::Sender<Result<(), Lost>>,
}

impl Member {
    pub(super) fn new(then: OnCommit, answer: oneshot::Sender<Result<(), Lost>>) -> Self {
        Self { then, answer }
    }
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Member").finish_non_exhaustive()
    }
}

/// Members whose fate is known, and who have to be told.
#[derive(Debug)]
#[must_use]
pub(super) struct Group {
    number: u64,
    members: Vec<Member>,
    outcome: Result<(), Lost>,
    settled: watch::Sender<u64>,
}

impl Group {
    /// Runs what the members gave to be run, if they were committed, and answers them.
    pub(super) fn tell(self) {
        let Self { number, members, outcome, settled } = self;
        if members.is_empty() {
            return;
        }
        for Member { then, answer } in members {
            if outcome.is_ok() && catch_unwind(AssertUnwindSafe(then)).is_err() {
                tracing::error!("what was to run after a commit panicked");
            }
            // Whoever asked may be gone; the unit is committed all the same.
            answer.send(outcome.clone()).ok();
        }
        settled.send_modify(|last| *last = number.max(*last));
    }
}

/// A group that is not committed yet.
#[derive(Debug)]
pub(super) struct Pending {
    number: u64,
    settled: watch::Receiver<u64>,
}

impl Pending {
    /// Returns once the group is committed or has failed.
    pub(super) async fn settled(mut self) {
        // Fails only if the lane is gone, and then there is nothing to wait for.
        self.settled.wait_for(|last| *last >= self.number).await.ok();
    }
}

#[derive(Debug)]
pub(super) struct State {
    /// Gone once the lane is closed, or the disk has failed.
    connection: Option<Connection>,
    /// How long other processes are waited for.
    patience: Duration,
    /// In the order in which they joined. They have a transaction open, in which a unit works behind a savepoint.
    members: Vec<Member>,
    /// Number of the group that the members are.
    group: u64,
    /// Number of the last group that was told.
    settled: watch::Sender<u64>,
    /// Whether the committer was called, and has not come yet.
    called: bool,
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
    pub(super) fn new(
        connection: Connection,
        patience: Duration,
        disk_fails: watch::Sender<bool>,
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            connection: Some(connection),
            patience,
            members: Vec::new(),
            group: 1,
            settled: watch::Sender::new(0),
            called: false,
            refusal: None,
            disk_fails,
            counters,
            units_logged: 0,
            log_pages_max: LOG_PAGES_MAX,
        }
    }

    pub(super) fn connection(&mut self) -> Result<&mut Connection, Lost> {
        self.connection.as_mut().ok_or(Lost::Closed)
    }

    fn control(&mut self, sql: &'static str) -> Result<(), Lost> {
        control(self.connection()?, sql).map_err(|error| Lost::Statement(Arc::new(error)))
    }

    /// Whether a transaction is open. A statement that fails can end one.
    fn in_transaction(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| !connection.is_autocommit())
    }

    /// Opens a unit: with a transaction of its own, or behind the members of the one that is open.
    pub(super) async fn begin(&mut self) -> Result<(), StoreError> {
        if let Some(refusal) = &self.refusal {
            return Err(refusal.clone().into());
        }
        if !self.members.is_empty() {
            return Ok(self.control("savepoint unit").inspect_err(|lost| self.fail_members(lost))?);
        }
        self.roll_back();
        let patience = self.patience;
        let connection = self.connection()?;
        // At once for writing: a transaction that reads first could not be sure to become one that writes.
        let begun = wait_out(patience, || control(connection, "begin immediate")).await;
        Ok(begun.map_err(|error| Lost::Statement(Arc::new(error)))?)
    }

    /// Makes the unit in the lane a member. Returns whether the committer has to be called.
    pub(super) fn join(&mut self, member: Member) -> Result<bool, Lost> {
        if !self.members.is_empty() {
            self.control("release unit")?;
        }
        self.members.push(member);
        Ok(!std::mem::replace(&mut self.called, true))
    }

    /// Takes back the unit in the lane. Afterwards the transaction holds the members' work and nothing else, or there is none.
    pub(super) fn take_back(&mut self) {
        if self.members.is_empty() {
            self.roll_back();
        } else if let Err(lost) = self.control("rollback to unit").and_then(|()| self.control("release unit")) {
            self.fail_members(&lost);
        }
    }

    /// Notes that a statement of the unit in the lane has failed.
    pub(super) fn statement_failed(&mut self, error: rusqlite::Error) -> Lost {
        let lost = Lost::Statement(Arc::new(error));
        if !self.in_transaction() {
            // It took the transaction with it.
            self.fail_members(&lost);
        }
        lost
    }

    /// Gives up the transaction, and all members with it.
    fn fail_members(&mut self, lost: &Lost) {
        self.roll_back();
        self.group(Err(lost.clone())).tell();
    }

    fn roll_back(&mut self) {
        if self.in_transaction()
            && let Err(lost) = self.control("rollback")
        {
            // The next unit tries again before it begins.
            tracing::error!(error = &lost as &dyn std::error::Error, "a transaction could not be rolled back");
        }
    }

    /// The members, whose fate is known now. The next that join are another group.
    fn group(&mut self, outcome: Result<(), Lost>) -> Group {
        let number = self.group;
        self.group += 1;
        Group { number, members: std::mem::take(&mut self.members), outcome, settled: self.settled.clone() }
    }

    /// The group of the members, to wait for, if there are any.
    pub(super) fn pending(&self) -> Option<Pending> {
        (!self.members.is_empty()).then(|| Pending { number: self.group, settled: self.settled.subscribe() })
    }

    /// Commits the members, if there are any.
    pub(super) fn commit(&mut self) -> Group {
        self.called = false;
        if self.members.is_empty() {
            return self.group(Ok(()));
        }
        let units = self.members.len();
        if let Err(lost) = self.control("commit") {
            let lost = self.commit_failed(lost);
            tracing::error!(error = &lost as &dyn std::error::Error, units, "the commit failed");
            self.roll_back();
            self.abandon_if_disk_failed();
            return self.group(Err(lost));
        }
        self.counters.commits.fetch_add(1, Ordering::Relaxed);
        self.counters.units.fetch_add(units as u64, Ordering::Relaxed);
        self.units_logged += units;
        self.group(Ok(()))
    }

    /// Whether the committer has nothing more to do until it is called.
    pub(super) fn rests(&self) -> bool {
        self.units_logged < UNITS_PER_CHECKPOINT && !self.refuses()
    }

    /// Folds the log into the file, every now and then.
    pub(super) fn checkpoint_if_due(&mut self) {
        if self.units_logged >= UNITS_PER_CHECKPOINT
            && let Err(lost) = self.checkpoint()
        {
            let lost = self.commit_failed(lost);
            tracing::error!(error = &lost as &dyn std::error::Error, "the log could not be folded into the database");
            self.abandon_if_disk_failed();
        }
    }

    /// Folds the log into the file. If the log has become long, waits until nobody reads from it, so that it begins anew.
    fn checkpoint(&mut self) -> Result<(), Lost> {
        self.units_logged = 0;
        let pages = self.fold("pragma wal_checkpoint(passive)")?;
        if pages < self.log_pages_max {
            return Ok(());
        }
        // This thread may wait. Whoever reads for longer is not waited for again until the log is twice as long.
        self.wait_when_busy(self.patience)?;
        let pages = self.fold("pragma wal_checkpoint(truncate)");
        self.wait_when_busy(Duration::ZERO)?;
        self.log_pages_max = pages? + LOG_PAGES_MAX;
        Ok(())
    }

    fn wait_when_busy(&mut self, patience: Duration) -> Result<(), Lost> {
        self.connection()?.busy_timeout(patience).map_err(|error| Lost::Statement(Arc::new(error)))
    }

    /// Runs a checkpoint; returns how long the log is now, pages.
    fn fold(&mut self, sql: &'static str) -> Result<u64, Lost> {
        let outcome = run_one(self.connection()?, sql, &[]).map_err(|error| Lost::Statement(Arc::new(error)))?;
        // The columns are: whether it had to stop, pages in the log, pages of them that were folded.
        Ok(outcome.rows.first().and_then(|row| row.of("wal_checkpoint").number(1, "log").ok()).unwrap_or(0))
    }

    /// From now on nothing can be written, for this reason or an earlier one.
    pub(super) fn refuse(&mut self, lost: Lost) {
        self.refusal.get_or_insert(lost);
    }

    /// Whether nothing can be written any more.
    pub(super) fn refuses(&self) -> bool {
        self.refusal.is_some()
    }

    /// Closes the connection, which folds the log into the file once more and deletes it.
    pub(super) fn close(&mut self) {
        if let Some(Err((_, error))) = self.connection.take().map(Connection::close) {
            tracing::warn!(error = &error as &dyn std::error::Error, "the database did not close cleanly");
        }
    }

    /// Leaves the connection open for good after the disk has failed: closing it would fold the log into the file once more and delete it,
    /// and the log may be the only place where everything still is.
    pub(super) fn abandon_if_disk_failed(&mut self) {
        if matches!(self.refusal, Some(Lost::Disk(_))) {
            std::mem::forget(self.connection.take());
        }
    }

    /// What a failed commit, or a failed checkpoint, means for whoever waits for it and for all that come.
    pub(super) fn commit_failed(&mut self, lost: Lost) -> Lost {
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
