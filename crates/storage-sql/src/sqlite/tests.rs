use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use baton_domain::ids::WorkspaceId;
use baton_domain::time::Timestamp;
use baton_storage::{Store, Workspace, quietly};
use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Row as _};
use tempfile::TempDir;
use uuid::Uuid;

use crate::connection::{Statement, Value, values};
use crate::sqlite::error::{Kind, kind};
use crate::sqlite::{MIGRATIONS, OpenError, Options, SqliteStore, script};
use crate::{conversations, jobs, turns};

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

    pub(crate) async fn open(&self) -> Arc<SqliteStore> {
        Arc::new(SqliteStore::open(&self.path(), Options::default()).await.unwrap())
    }

    /// Size of the log, bytes.
    pub(crate) fn log_size(&self) -> u64 {
        std::fs::metadata(self.folder.path().join("baton.db-wal")).unwrap().len()
    }

    /// What SQLite itself says of the file.
    pub(crate) async fn check(&self, store: &SqliteStore) -> String {
        let mut connection = store.readers.acquire().await.unwrap();
        sqlx::query_scalar("pragma integrity_check").fetch_one(&mut *connection).await.unwrap()
    }
}

/// An error of the database with a result code.
#[derive(Debug)]
pub(crate) struct DatabaseFailure(pub(crate) u32);

impl fmt::Display for DatabaseFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "code {}", self.0)
    }
}

impl Error for DatabaseFailure {}

impl DatabaseError for DatabaseFailure {
    fn message(&self) -> &str {
        "a test"
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.0.to_string().into())
    }

    fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
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
        (5, Kind::Other),
        (1, Kind::Other),
    ] {
        assert_eq!(kind(&sqlx::Error::Database(Box::new(DatabaseFailure(code)))), expected, "{code}");
    }
    assert_eq!(kind(&sqlx::Error::WorkerCrashed), Kind::Other);
}

#[test]
fn statements_that_go_together_are_numbered_on() {
    let statement = |sql, values| Statement { sql, values };
    let (sql, _) = script(vec![statement("select $1 from t where a = $2", values![1_u32, 2_u32])]);
    assert_eq!(sql.as_str(), "select $1 from t where a = $2");
    let (sql, values) = script(vec![
        statement("update t set a = $2 where b = $1", values![1_u32, 2_u32]),
        statement("delete from t", values![]),
        statement("insert into t values ($1, $1, $12)", values![3_u32]),
    ]);
    assert_eq!(
        sql.as_str(),
        "update t set a = $2 where b = $1;\ndelete from t;\ninsert into t values ($3, $3, $14);\n"
    );
    assert_eq!(values, [1, 2, 3].map(|number| Value::Int(Some(number))));
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
    let mut unit = crate::unit::SqlUnit { connection: store.lane.enter().await.unwrap() };
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
    let mut connection = SqliteConnectOptions::new().filename(disk.path()).connect().await.unwrap();
    sqlx::query(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
        values (999, 'from the future', true, x'00', 0)",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let refused = SqliteStore::open(&disk.path(), Options::default()).await.unwrap_err();
    let known = MIGRATIONS[MIGRATIONS.len() - 1].0;
    assert!(matches!(refused, OpenError::Newer { found: 999, known: k, .. } if k == known), "{refused:?}");
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

/// Opening can be interrupted anywhere, also in the middle of a migration, and be done again.
#[tokio::test]
async fn opening_can_be_interrupted() {
    for polls in 0..40 {
        let disk = Disk::new();
        let path = disk.path();
        let mut opening = Box::pin(SqliteStore::open(&path, Options::default()));
        let mut left = polls;
        let opened = std::future::poll_fn(|context| {
            if left == 0 {
                return std::task::Poll::Ready(None);
            }
            left -= 1;
            opening.as_mut().poll(context).map(Some)
        });
        let opened = opened.await;
        drop(opening);
        drop(opened);
        let store = disk.open().await;
        write(store.as_ref(), 1).await;
        assert_eq!(workspaces(store.as_ref()).await, 1);
    }
}

/// What is asked often, or of a table that grows without end, is found through an index and comes sorted from it.
#[tokio::test]
async fn hot_queries_have_their_index() {
    let disk = Disk::new();
    disk.open().await.close().await;
    let mut connection = SqliteConnectOptions::new().filename(disk.path()).connect().await.unwrap();
    for (sql, index) in [
        (conversations::INBOX, "conversation_by_place"),
        (conversations::INBOX_OF_AGENT, "conversation_by_agent"),
        (conversations::WAITING, "conversation_by_place"),
        (conversations::WAITING_OF_AGENT, "conversation_by_agent"),
        (conversations::HELD_BY_MEMBER, "conversation_by_owner"),
        (conversations::LATEST, "conversation_by_visitor"),
        (conversations::CHANGES, "primary key"),
        (conversations::ENTRIES_OF_CHANGES, "primary key"),
        (conversations::MARKS, "primary key"),
        (turns::CLAIM, "turn_by_wake"),
        (turns::SUPERSEDE, "turn_open"),
        (jobs::CLAIM, "job_by_wake"),
    ] {
        let plan = sqlx::query(AssertSqlSafe(format!("explain query plan {sql}")));
        let rows = plan.fetch_all(&mut connection).await.unwrap();
        let steps: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
        let plan = steps.join("\n").to_lowercase();
        assert!(plan.contains(index), "{sql}\n{plan}");
        assert!(!plan.contains("scan"), "{sql}\n{plan}");
        // The few conversations of one visitor are sorted, and what is due at the same millisecond.
        let sorts = plan.contains("temp b-tree") && !plan.contains("temp b-tree for last term");
        assert!(sql == conversations::LATEST || !sorts, "{sql}\n{plan}");
    }
}
