use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use baton_domain::ids::{MemberId, WorkspaceId};
use baton_domain::time::Timestamp;
use baton_storage::{OnCommit, Store, StoreError, TeamWrites, Workspace, WriteUnit, quietly};
use futures::FutureExt;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::connection::{Value, values};
use crate::sqlite::lane::{LOG_PAGES_MAX, LaneUnit, Lost, UNITS_PER_CHECKPOINT};
use crate::sqlite::tests::{Disk, failure};
use crate::sqlite::{Counts, SqliteStore};
use crate::unit::SqlUnit;

fn workspace(n: u128) -> Workspace {
    Workspace { id: WorkspaceId(Uuid::from_u128(n)), name: format!("{n}"), created_at: Timestamp(0) }
}

async fn stored(store: &dyn Store) -> BTreeSet<u128> {
    let workspaces = store.read().await.unwrap().workspaces_anywhere().await.unwrap();
    workspaces.iter().map(|workspace| workspace.id.0.as_u128()).collect()
}

async fn write(store: &dyn Store, n: u128) -> Result<(), StoreError> {
    let mut unit = store.write().await?;
    unit.insert_workspace(&workspace(n)).await?;
    unit.commit(quietly()).await
}

/// The unit as the lane has it, to run any statement in.
async fn unit(store: &SqliteStore) -> Box<SqlUnit<LaneUnit>> {
    Box::new(SqlUnit { connection: store.lane.enter().await.unwrap() })
}

/// When a future is dropped.
#[derive(Clone, Copy, Debug)]
enum Cancel {
    /// While it waits for something.
    Waiting,
    /// Once what it waited for has come, before it knows.
    Woken,
}

/// Polls a future a number of times, and drops it if it is not done by then.
async fn cancel_after<T>(polls: u32, cancel: Cancel, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match (future.as_mut().poll(context), cancel) {
            (Poll::Ready(value), _) => Poll::Ready(Some(value)),
            (Poll::Pending, Cancel::Waiting) if left == 0 => Poll::Ready(None),
            (Poll::Pending, Cancel::Waiting | Cancel::Woken) => Poll::Pending,
        }
    })
    .await
}

/// Lets all other tasks of this thread run until they wait.
async fn all_wait() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn units_that_wait_together_share_a_commit() {
    let disk = Disk::new();
    let store = disk.open().await;
    let mut first = unit(&store).await;
    first.insert_workspace(&workspace(1)).await.unwrap();
    let mut writers = JoinSet::new();
    for n in 2..=64 {
        let store = Arc::clone(&store);
        writers.spawn(async move { write(store.as_ref(), n).await });
    }
    all_wait().await;
    first.commit(quietly()).await.unwrap();
    for outcome in writers.join_all().await {
        outcome.unwrap();
    }
    assert_eq!(store.counts(), Counts { units: 64, commits: 1 });
    assert_eq!(stored(store.as_ref()).await, (1..=64).collect());
}

#[tokio::test]
async fn a_lone_unit_does_not_wait_for_others() {
    let disk = Disk::new();
    let store = disk.open().await;
    for n in 1..=10 {
        write(store.as_ref(), n).await.unwrap();
    }
    assert_eq!(store.counts(), Counts { units: 10, commits: 10 });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_need_fewer_commits() {
    let disk = Disk::new();
    let store = disk.open().await;
    let mut writers = JoinSet::new();
    for writer in 0..64 {
        let store = Arc::clone(&store);
        writers.spawn(async move {
            for n in 0..10 {
                write(store.as_ref(), writer * 10 + n).await.unwrap();
            }
        });
    }
    writers.join_all().await;
    let Counts { units, commits } = store.counts();
    assert_eq!(units, 640);
    assert!(commits <= 320, "{commits} commits");
    assert_eq!(stored(store.as_ref()).await.len(), 640);
}

#[tokio::test]
async fn the_log_does_not_grow_without_end() {
    let disk = Disk::new();
    let store = disk.open().await;
    let mut sizes = Vec::new();
    for round in 0..4 {
        for n in 0..UNITS_PER_CHECKPOINT as u128 {
            write(store.as_ref(), round * 1_000 + n).await.unwrap();
        }
        sizes.push(disk.log_size());
    }
    // The first round is as long as they get: afterwards the same room is used again.
    assert!(sizes[0] > 0);
    assert!(sizes[3] < sizes[0] * 2, "{sizes:?}");
}

/// Neither does it when somebody reads from it at any time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_do_not_make_the_log_grow() {
    let disk = Disk::new();
    let store = disk.open().await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut readers = JoinSet::new();
    for _ in 0..8 {
        let (store, stop) = (Arc::clone(&store), Arc::clone(&stop));
        readers.spawn(async move {
            while !stop.load(Ordering::SeqCst) {
                stored(store.as_ref()).await;
            }
        });
    }
    let mut longest = 0;
    for round in 0..8 {
        for n in 0..UNITS_PER_CHECKPOINT as u128 {
            write(store.as_ref(), round * 1_000 + n).await.unwrap();
        }
        longest = disk.log_size().max(longest);
    }
    stop.store(true, Ordering::SeqCst);
    readers.join_all().await;
    // A round is about 300 pages; without an end to it, this would be eight of them.
    assert!(longest < 3 * LOG_PAGES_MAX * 4_096, "{longest} bytes");
}

/// A commit fails as a whole: here because one of its units breaks a rule that is checked only then.
#[tokio::test]
async fn when_a_commit_fails_all_its_units_do() {
    let disk = Disk::new();
    let store = disk.open().await;
    let ran = Arc::new(AtomicBool::new(false));
    let then = || {
        let ran = Arc::clone(&ran);
        Box::new(move || ran.store(true, Ordering::SeqCst)) as OnCommit
    };
    let mut first = unit(&store).await;
    first.insert_workspace(&workspace(1)).await.unwrap();
    let mut others = JoinSet::new();
    let (bad_store, good_store, bad_then, good_then) = (Arc::clone(&store), Arc::clone(&store), then(), then());
    others.spawn(async move {
        let mut bad = unit(&bad_store).await;
        bad.execute("pragma defer_foreign_keys = on", values![]).await.unwrap();
        let nobody = MemberId(Uuid::from_u128(99));
        bad.execute(
            "insert into mark (workspace_id, member_id, conversation_id, seq) values ($1, $1, $1, 1)",
            values![nobody],
        )
        .await
        .unwrap();
        bad.commit(bad_then).await
    });
    others.spawn(async move {
        let mut good = unit(&good_store).await;
        good.insert_workspace(&workspace(2)).await.unwrap();
        good.commit(good_then).await
    });
    all_wait().await;
    let outcome = first.commit(then()).await;
    assert!(matches!(outcome, Err(StoreError::Backend(_))), "{outcome:?}");
    for outcome in others.join_all().await {
        assert!(matches!(outcome, Err(StoreError::Backend(_))), "{outcome:?}");
    }
    assert!(!ran.load(Ordering::SeqCst));
    assert_eq!(stored(store.as_ref()).await, BTreeSet::new());
    assert_eq!(store.counts(), Counts::default());
    // The next one is not concerned.
    write(store.as_ref(), 3).await.unwrap();
    assert_eq!(stored(store.as_ref()).await, BTreeSet::from([3]));
}

/// A statement can end the whole transaction, with the units in it that wait for their commit: they are told so, and none of them has run anything.
#[tokio::test]
async fn a_statement_that_ends_the_transaction_fails_all_its_units() {
    for value in [Value::Text(None), Value::from("1")] {
        let disk = Disk::new();
        let store = disk.open().await;
        let ran = Arc::new(AtomicBool::new(false));
        let mut member = unit(&store).await;
        member.insert_workspace(&workspace(1)).await.unwrap();
        let mut others = JoinSet::new();
        let end_store = Arc::clone(&store);
        others.spawn(async move {
            let mut end = unit(&end_store).await;
            end.insert_workspace(&workspace(2)).await.unwrap();
            // The name is missing, or the id is the member's.
            let sql = "insert or rollback into workspace (id, name, created_at) values ($1, $2, 0)";
            end.execute(sql, values![workspace(1).id, value]).await.unwrap_err();
            end.commit(quietly()).await
        });
        all_wait().await;
        let runs = Arc::clone(&ran);
        let outcome = member.commit(Box::new(move || runs.store(true, Ordering::SeqCst))).await;
        assert!(matches!(outcome, Err(StoreError::Backend(_))), "{outcome:?}");
        assert!(others.join_all().await[0].is_err());
        assert!(!ran.load(Ordering::SeqCst));
        write(store.as_ref(), 3).await.unwrap();
        assert_eq!(stored(store.as_ref()).await, BTreeSet::from([3]));
        assert_eq!(store.counts(), Counts { units: 1, commits: 1 });
    }
}

/// A full database may end the whole transaction in the middle of one unit; whatever it does, nothing is acknowledged that is not there.
#[tokio::test]
async fn when_the_database_is_full_units_say_so_and_reading_goes_on() {
    let disk = Disk::new();
    let store = disk.open().await;
    write(store.as_ref(), 1).await.unwrap();
    let mut member = unit(&store).await;
    member.insert_workspace(&workspace(2)).await.unwrap();
    let mut others = JoinSet::new();
    let big_store = Arc::clone(&store);
    others.spawn(async move {
        let mut big = unit(&big_store).await;
        // As many pages as there are: no more.
        big.execute("pragma max_page_count = 1", values![]).await.unwrap();
        let mut big = big as Box<dyn WriteUnit>;
        let full = big.keep_installation_secret("big", &vec![1; 10_000_000]).await;
        assert!(matches!(full, Err(StoreError::Full)), "{full:?}");
        big.commit(quietly()).await
    });
    all_wait().await;
    let outcome = member.commit(quietly()).await;
    let big = others.join_all().await;
    assert!(matches!(big[0], Err(StoreError::Backend(_))), "{big:?}");
    let now = stored(store.as_ref()).await;
    match outcome {
        Ok(()) => assert_eq!(now, BTreeSet::from([1, 2])),
        Err(StoreError::Full) => assert_eq!(now, BTreeSet::from([1])),
        Err(error) => panic!("{error}"),
    }
    let mut room = unit(&store).await;
    room.execute("pragma max_page_count = 1000000", values![]).await.unwrap();
    room.commit(quietly()).await.unwrap();
    write(store.as_ref(), 3).await.unwrap();
    assert!(stored(store.as_ref()).await.contains(&3));
    assert_eq!(disk.check(&store).await, "ok");
}

#[tokio::test]
async fn after_the_disk_has_failed_nothing_is_written_and_reading_goes_on() {
    let disk = Disk::new();
    let store = disk.open().await;
    write(store.as_ref(), 1).await.unwrap();
    assert!(store.failed().now_or_never().is_none());
    {
        let mut state = store.lane.state.lock().await;
        // 1034: a sync of the file failed.
        let lost = state.commit_failed(Lost::Statement(Arc::new(failure(1034))));
        assert!(matches!(lost, Lost::Disk(_)));
        state.abandon_if_disk_failed();
        assert!(state.connection().is_err());
    }
    let refused = write(store.as_ref(), 2).await.unwrap_err();
    assert!(matches!(refused, StoreError::Backend(_)), "{refused:?}");
    store.failed().await;
    assert_eq!(stored(store.as_ref()).await, BTreeSet::from([1]));
    // Opened anew, it is checked and goes on.
    store.close().await;
    let store = disk.open().await;
    write(store.as_ref(), 2).await.unwrap();
    assert_eq!(stored(store.as_ref()).await, BTreeSet::from([1, 2]));
}

#[tokio::test]
async fn a_unit_with_a_failed_statement_cannot_go_on() {
    let disk = Disk::new();
    let store = disk.open().await;
    let mut unit = unit(&store).await;
    unit.insert_workspace(&workspace(1)).await.unwrap();
    let failed = unit.execute("insert into workspace (id) values ($1)", values![Uuid::nil()]).await;
    assert!(matches!(failed, Err(StoreError::Backend(_))), "{failed:?}");
    assert!(unit.insert_workspace(&workspace(3)).await.is_err());
    assert!(unit.commit(quietly()).await.is_err());
    write(store.as_ref(), 4).await.unwrap();
    assert_eq!(stored(store.as_ref()).await, BTreeSet::from([4]));
}

/// What runs after a commit runs on a thread of the store, and can still spawn tasks.
#[tokio::test]
async fn what_runs_after_a_commit_finds_the_runtime() {
    let disk = Disk::new();
    let store = disk.open().await;
    let unit = store.write().await.unwrap();
    let (ran, runs) = tokio::sync::oneshot::channel();
    let tasks = tokio_util::task::TaskTracker::new();
    let spawned = tasks.clone();
    let then = move || drop(spawned.spawn(async move { ran.send(()).unwrap() }));
    unit.commit(Box::new(then)).await.unwrap();
    runs.await.unwrap();
}

/// Closing in the midst of writers: each is told the truth.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn closing_commits_what_was_begun_and_refuses_the_rest() {
    let disk = Disk::new();
    let store = disk.open().await;
    let mut writers = JoinSet::new();
    let begun = Arc::new(AtomicU64::new(0));
    for writer in 0..16 {
        let (store, begun) = (Arc::clone(&store), Arc::clone(&begun));
        writers.spawn(async move {
            let mut acked = Vec::new();
            for n in 0.. {
                let id = writer * 1_000_000 + n + 1;
                match write(store.as_ref(), id).await {
                    Ok(()) => acked.push(id),
                    Err(_) => break,
                }
                begun.fetch_add(1, Ordering::SeqCst);
            }
            acked
        });
    }
    while begun.load(Ordering::SeqCst) < 100 {
        assert!(writers.try_join_next().is_none(), "a writer was refused before the store was closed");
        tokio::task::yield_now().await;
    }
    store.close().await;
    let acked: BTreeSet<_> = writers.join_all().await.into_iter().flatten().collect();
    let store = disk.open().await;
    assert_eq!(stored(store.as_ref()).await, acked);
}

/// Writers that are dropped after any number of steps, fail, or change their mind, all at once. For every seed:
/// a unit is there whole or not at all, what was acknowledged is there, what ran after a commit is exactly what is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_storm_of_cancellations_loses_nothing() {
    for seed in 0..12 {
        storm(seed).await;
    }
}

async fn storm(seed: u64) {
    const WRITERS: u128 = 16;
    const UNITS_EACH: u128 = 40;
    /// The second half of a unit is a row this far on.
    const HALF: u128 = 1 << 64;

    let disk = Disk::new();
    let store = disk.open().await;
    let told = Arc::new(Mutex::new(BTreeSet::new()));
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (store, told) = (Arc::clone(&store), Arc::clone(&told));
        let mut random = SmallRng::seed_from_u64(seed * 1_000 + u64::try_from(writer).unwrap());
        writers.spawn(async move {
            let mut acked = Vec::new();
            for n in 0..UNITS_EACH {
                let id = writer * UNITS_EACH + n + 1;
                let told = Arc::clone(&told);
                let fate = random.random_range(0..10);
                let work = async {
                    let mut unit = store.write().await?;
                    unit.insert_workspace(&workspace(id)).await?;
                    unit.insert_workspace(&workspace(id + HALF)).await?;
                    if fate == 0 {
                        return Err(StoreError::Conflict);
                    }
                    if fate == 1 {
                        unit.insert_workspace(&workspace(id)).await.unwrap_err();
                    }
                    unit.commit(Box::new(move || assert!(told.lock().unwrap().insert(id)))).await
                };
                // Most are dropped somewhere on their way; some get through.
                let polls = if fate < 7 { random.random_range(0..4) } else { u32::MAX };
                let cancel = if random.random() { Cancel::Waiting } else { Cancel::Woken };
                if let Some(Ok(())) = cancel_after(polls, cancel, work).await {
                    assert!(fate > 1);
                    acked.push(id);
                }
            }
            acked
        });
    }
    let acked: BTreeSet<_> = writers.join_all().await.into_iter().flatten().collect();
    // Whoever comes last is behind all that were left to themselves.
    write(store.as_ref(), u128::MAX).await.unwrap();
    let rows = stored(store.as_ref()).await;
    let first: BTreeSet<_> = rows.iter().copied().filter(|id| *id < HALF).collect();
    let second: BTreeSet<_> = rows.iter().copied().filter(|id| *id > HALF && *id != u128::MAX).collect();
    assert_eq!(second, first.iter().map(|id| id + HALF).collect(), "seed {seed}: a unit is there in half");
    assert!(acked.is_subset(&first), "seed {seed}: acknowledged and not there");
    assert_eq!(*told.lock().unwrap(), first, "seed {seed}: what ran is not what is there");
    assert!(!acked.is_empty() && acked.len() < usize::try_from(WRITERS * UNITS_EACH).unwrap());
    assert_eq!(disk.check(&store).await, "ok");
    store.close().await;
    let store = disk.open().await;
    assert_eq!(stored(store.as_ref()).await, rows);
}
