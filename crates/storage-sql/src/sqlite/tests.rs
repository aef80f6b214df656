use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use baton_domain::ids::WorkspaceId;
use baton_domain::time::Timestamp;
use baton_storage::{Store, StoreError, Workspace, quietly};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::connection::values;
use crate::sqlite::error::{Kind, kind};
use crate::sqlite::migrations::KNOWN;
use crate::sqlite::{OpenError, Options, SqliteStore};
use crate::unit::SqlUnit;
use crate::{conversations, golden, jobs, turns};

/// A folder with a database, gone when the test ends.
pub(crate) struct Disk {
    folder: TempDir,
}

impl Disk {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("baton.db")
    }

    /// A connection as another process would have it.
    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }

    pub(crate) async fn open(&self) -> Arc<SqliteStore> {
        Arc::new(SqliteStore::open(&self.path(), Options::default()).await.unwrap())
    }

    /// Size of the log, bytes.
    pub(crate) fn log_size(&self) -> u64 {
        std::fs::metadata(self.folder.path().join("baton.db-wal")).unwrap().len()
    }

    /// What SQLite itself says of the file.
    pub(crate) async fn check(&self, store: &SqliteStore) -> String {
        let mut unit = SqlUnit { connection: store.readers.begin().await.unwrap() };
        let check = unit.first("pragma integrity_check", values![], |row| row.of("pragma").text(0, "integrity_check"));
        check.await.unwrap().unwrap()
    }
}

/// An error of SQLite with a result code.
pub(crate) fn failure(code: i32) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None)
}

async fn fresh_store() -> (Arc<dyn Store>, Disk) {
    let disk = Disk::new();
    (disk.open().await, disk)
}

mod contract {
    baton_storage::conformance_suite!(crate::sqlite::tests::fresh_store);
}

async fn write(store: &dyn Store, n: u128) {
    let mut unit = store.write().await.unwrap();
    let id = WorkspaceId(Uuid::from_u128(n));
    unit.insert_workspace(&Workspace { id, name: "Acme".into(), created_at: Timestamp(0) }).await.unwrap();
    unit.commit(quietly()).await.unwrap();
}

async fn workspaces(store: &dyn Store) -> usize {
    store.read().await.unwrap().workspaces_anywhere().await.unwrap().len()
}

#[test]
fn an_error_means_what_its_code_says() {
    for (code, expected) in [
        (1_555, Kind::NotUnique),
        (2_067, Kind::NotUnique),
        (13, Kind::Full),
        (10, Kind::Disk),
        (266, Kind::Disk),
        (778, Kind::Disk),
        (1_034, Kind::Disk),
        (787, Kind::Other),
        (5, Kind::Busy),
        (261, Kind::Busy),
        (1, Kind::Other),
    ] {
        assert_eq!(kind(&failure(code)), expected, "{code}");
    }
    assert_eq!(kind(&rusqlite::Error::InvalidQuery), Kind::Other);
}

/// SQLite numbers `$1` and its like in the order in which they come; what counts is what they say.
#[tokio::test]
async fn values_go_where_their_numbers_say() {
    let disk = Disk::new();
    let store = disk.open().await;
    let mut unit = SqlUnit { connection: store.readers.begin().await.unwrap() };
    let row = unit.first(
        "select $2, $1, $2, $12",
        values![1_u32, 2_u32, 0_u32, 0_u32, 0_u32, 0_u32, 0_u32, 0_u32, 0_u32, 0_u32, 0_u32, "twelve"],
        |row| {
            let row = row.of("values");
            Ok((row.number(0, "a")?, row.number(1, "b")?, row.number(2, "c")?, row.text(3, "d")?))
        },
    );
    assert_eq!(row.await.unwrap(), Some((2, 1, 2, "twelve".to_owned())));
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_opening_again() {
    let disk = Disk::new();
    let store = disk.open().await;
    write(store.as_ref(), 1).await;
    // Without closing.
    drop(store);
    let store = disk.open().await;
    assert_eq!(workspaces(store.as_ref()).await, 1);
    write(store.as_ref(), 2).await;
    store.close().await;
    let store = disk.open().await;
    assert_eq!(workspaces(store.as_ref()).await, 2);
}

/// What lies on the disk at the moment of an acknowledgement is enough, whatever the process still holds.
#[tokio::test]
async fn what_was_acknowledged_is_in_the_files() {
    let disk = Disk::new();
    let store = disk.open().await;
    for n in 1..=5 {
        write(store.as_ref(), n).await;
        let copy = Disk::new();
        for file in ["baton.db", "baton.db-wal"] {
            std::fs::copy(disk.folder.path().join(file), copy.folder.path().join(file)).unwrap();
        }
        let copied = copy.open().await;
        assert_eq!(workspaces(copied.as_ref()).await, usize::try_from(n).unwrap());
        assert_eq!(copy.check(&copied).await, "ok");
    }
}

#[tokio::test]
async fn commits_wait_for_the_disk() {
    let disk = Disk::new();
    let store = disk.open().await;
    let mut unit = SqlUnit { connection: store.lane.enter().await.unwrap() };
    // 2 is full.
    let synchronous = unit.first("pragma synchronous", values![], |row| row.of("pragma").number(0, "synchronous"));
    assert_eq!(synchronous.await.unwrap(), Some(2));
    let mode = unit.first("pragma journal_mode", values![], |row| row.of("pragma").text(0, "journal_mode"));
    assert_eq!(mode.await.unwrap().as_deref(), Some("wal"));
    let keys = unit.first("pragma foreign_keys", values![], |row| row.of("pragma").flag(0, "foreign_keys"));
    assert_eq!(keys.await.unwrap(), Some(true));
}

#[tokio::test]
async fn a_database_of_a_newer_release_is_refused() {
    let disk = Disk::new();
    disk.open().await.close().await;
    disk.connect().pragma_update(None, "user_version", 999).unwrap();
    let refused = SqliteStore::open(&disk.path(), Options::default()).await.unwrap_err();
    assert!(matches!(refused, OpenError::Newer { found: 999, known: KNOWN, .. }), "{refused:?}");
    assert!(refused.to_string().contains("is of a newer release: its schema is 999"), "{refused}");
}

#[tokio::test]
async fn a_place_where_no_database_can_be_is_said() {
    let disk = Disk::new();
    let file = disk.folder.path().join("file");
    std::fs::write(&file, "this is a text and no database, and it is long enough to be looked at").unwrap();
    for path in [
        disk.folder.path().join("missing").join("baton.db"),
        file.join("baton.db"),
        disk.folder.path().to_owned(),
        file.clone(),
    ] {
        let refused = SqliteStore::open(&path, Options::default()).await.unwrap_err();
        assert!(matches!(refused, OpenError::Open { .. }), "{refused:?}");
        assert_eq!(refused.to_string(), format!("cannot open the database {}", path.display()));
        assert!(refused.source().is_some());
    }
}

/// Who opens can give up at any time, and others open the same file in that moment: the schema is made once.
#[tokio::test]
async fn opening_can_be_interrupted() {
    for _ in 0..20 {
        let disk = Disk::new();
        let path = disk.path();
        let mut opening = Box::pin(SqliteStore::open(&path, Options::default()));
        assert!(futures::poll!(opening.as_mut()).is_pending());
        drop(opening);
        let (one, other) = tokio::join!(disk.open(), disk.open());
        write(one.as_ref(), 1).await;
        write(other.as_ref(), 2).await;
        assert_eq!(workspaces(one.as_ref()).await, 2);
    }
}

/// Another process that writes is waited for, and no thread waits: this test has only one.
#[tokio::test]
async fn another_process_that_writes_is_waited_for() {
    let disk = Disk::new();
    let store = disk.open().await;
    let other = disk.connect();
    other.execute_batch("begin immediate").unwrap();
    let mut writing = Box::pin(write(store.as_ref(), 1));
    for _ in 0..3 {
        assert!(futures::poll!(writing.as_mut()).is_pending());
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert_eq!(workspaces(store.as_ref()).await, 0);
    }
    other.execute_batch("commit").unwrap();
    writing.await;
    assert_eq!(workspaces(store.as_ref()).await, 1);
}

/// Who gives up waiting for another process leaves the lane to the next.
#[tokio::test]
async fn another_process_is_waited_for_in_vain() {
    let disk = Disk::new();
    let impatient = Options { busy_timeout: Duration::from_millis(20), ..Options::default() };
    let store = SqliteStore::open(&disk.path(), impatient).await.unwrap();
    let other = disk.connect();
    other.execute_batch("begin immediate").unwrap();
    for _ in 0..2 {
        let busy = store.write().await.err();
        assert!(matches!(busy, Some(StoreError::Backend(_))), "{busy:?}");
    }
    other.execute_batch("rollback").unwrap();
    write(&store, 1).await;
    assert_eq!(workspaces(&store).await, 1);
}

/// There are only so many connections that read; a unit waits for one, and closing waits for all.
#[tokio::test]
async fn units_that_read_wait_for_a_connection() {
    let disk = Disk::new();
    let store = SqliteStore::open(&disk.path(), Options { readers: 1, ..Options::default() }).await.unwrap();
    let first = store.read().await.unwrap();
    let mut second = Box::pin(store.read());
    assert!(futures::poll!(second.as_mut()).is_pending());
    let mut closing = Box::pin(store.close());
    assert!(futures::poll!(closing.as_mut()).is_pending());
    drop(first);
    let mut second = second.await.unwrap();
    assert!(second.workspaces_anywhere().await.unwrap().is_empty());
    assert!(futures::poll!(closing.as_mut()).is_pending());
    drop(second);
    closing.await;
    assert!(store.read().await.is_err());
    assert!(store.write().await.is_err());
}

/// What is asked often, or of a table that grows without end, is found through an index and comes sorted from it.
#[tokio::test]
async fn hot_queries_have_their_index() {
    let disk = Disk::new();
    disk.open().await.close().await;
    let connection = disk.connect();
    for (sql, index) in [
        (conversations::INBOX, "conversation_by_place"),
        (conversations::LIVE_OF_AGENT, "conversation_by_agent"),
        (conversations::RESOLVED_OF_AGENT, "conversation_by_agent"),
        (conversations::WAITING, "conversation_by_place"),
        (conversations::HELD, "conversation_by_place"),
        (conversations::LATEST, "conversation_by_visitor"),
        (conversations::CHANGES, "primary key"),
        (conversations::ENTRIES_OF_CHANGES, "primary key"),
        (conversations::MARKS, "primary key"),
        (turns::CLAIM, "turn_by_wake"),
        (turns::SUPERSEDE, "turn_open"),
        (jobs::CLAIM, "job_by_wake"),
        (golden::ASKED, "turn_by_question"),
        (golden::RATED, "answer_rating_by_agent"),
    ] {
        let mut plan = connection.prepare(&format!("explain query plan {sql}")).unwrap();
        let steps = plan.raw_query().mapped(|row| row.get::<_, String>("detail"));
        let steps: Vec<String> = steps.collect::<rusqlite::Result<_>>().unwrap();
        let plan = steps.join("\n").to_lowercase();
        assert!(plan.contains(index), "{sql}\n{plan}");
        assert!(!plan.contains("scan"), "{sql}\n{plan}");
        // The few conversations of one visitor are sorted, and what is due at the same millisecond.
        let sorts = plan.contains("temp b-tree") && !plan.contains("temp b-tree for last term");
        assert!(sql == conversations::LATEST || !sorts, "{sql}\n{plan}");
    }
}

#[tokio::test]
async fn a_task_that_reads_begins_no_other_unit() {
    let disk = Disk::new();
    let store = disk.open().await;
    let tasks = TaskTracker::new();
    for writes in [true, false] {
        let begun = Arc::clone(&store);
        let task = tasks.spawn(async move {
            let reading = begun.read().await.unwrap();
            let _other = if writes { begun.write().await.map(drop) } else { begun.read().await.map(drop) };
            drop(reading);
        });
        assert!(task.await.unwrap_err().is_panic(), "writes: {writes}");
    }
    let task = tasks.spawn(async move {
        let writing = store.write().await.unwrap();
        let reading = store.read().await.is_ok();
        drop(writing);
        reading
    });
    assert!(task.await.unwrap(), "who writes may read beside it, and nothing was left taken");
}
