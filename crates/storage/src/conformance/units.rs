//! Units of work: all or nothing, one moment, order.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use baton_domain::ids::WorkspaceId;
use tokio::task::JoinSet;

use crate::conformance::world::{Step, World, at, said, workspace};
use crate::{Store, StoreError, quietly};

/// A unit that is dropped has changed nothing.
pub async fn a_dropped_unit_changes_nothing(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let begun = world.begun().await;
    let client_id = world.client_id();
    let step = Step::on(&begun, vec![said(client_id, "lost")], at(1));
    let mut unit = world.write().await;
    unit.append(step.append(Some(client_id))).await.unwrap();
    unit.insert_workspace(&workspace(WorkspaceId(world.id()), "Lost", at(1))).await.unwrap();
    drop(unit);
    assert_eq!(world.conversation(begun.state.id).await, begun);
    assert_eq!(world.entries(begun.state.id).await.len(), 1);
    assert_eq!(world.feed().await, 1);
    assert_eq!(world.read().await.workspaces_anywhere().await.unwrap().len(), 1);
    // What was dropped can be done anew.
    let mut unit = world.write().await;
    assert_eq!(unit.append(step.append(Some(client_id))).await.unwrap(), 2);
    unit.commit(quietly()).await.unwrap();
    assert_eq!(world.feed().await, 2);
}

/// Within a unit, what was done before is there; outside it is not, until the commit.
pub async fn a_unit_sees_what_it_has_done(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let begun = world.begun().await;
    let step = Step::on(&begun, vec![said(world.client_id(), "hello")], at(1));
    let mut unit = world.write().await;
    unit.append(step.append(None)).await.unwrap();
    let inside = unit.conversation(world.workspace_id, begun.state.id).await.unwrap();
    assert_eq!(inside.as_ref(), Some(&step.after));
    assert_eq!(world.conversation(begun.state.id).await, begun);
    unit.commit(quietly()).await.unwrap();
    assert_eq!(world.conversation(begun.state.id).await, step.after);
}

/// A unit that reads sees the moment of its first read until it ends.
pub async fn a_read_unit_sees_one_moment(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let begun = world.begun().await;
    let id = begun.state.id;
    let mut before = world.read().await;
    assert_eq!(before.feed(world.workspace_id).await.unwrap(), 1);
    let now = world.add(&begun, vec![said(world.client_id(), "hello")], at(1)).await.unwrap();
    assert_eq!(before.feed(world.workspace_id).await.unwrap(), 1);
    assert_eq!(before.conversation(world.workspace_id, id).await.unwrap(), Some(begun));
    assert_eq!(before.entries(world.workspace_id, id, 0, 10).await.unwrap().len(), 1);
    assert_eq!(before.changes(world.workspace_id, 0, 10).await.unwrap().len(), 1);
    drop(before);
    assert_eq!(world.conversation(id).await, now);
    assert_eq!(world.feed().await, 2);
}

/// A unit that begins to read after a commit has returned sees it.
pub async fn a_commit_is_seen_by_whoever_reads_next(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let mut stored = world.begun().await;
    for _ in 0..50 {
        stored = world.add(&stored, vec![said(world.client_id(), "next")], at(1)).await.unwrap();
        assert_eq!(world.conversation(stored.state.id).await.state.seq, stored.state.seq);
    }
}

/// What a commit is given to run has run when it returns, and has not if it fails or never happens.
pub async fn what_a_commit_runs_has_run_when_it_returns(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let ran = Arc::new(AtomicBool::new(false));
    let then = |ran: &Arc<AtomicBool>| {
        let ran = Arc::clone(ran);
        Box::new(move || ran.store(true, Ordering::SeqCst)) as crate::OnCommit
    };
    let mut unit = world.write().await;
    unit.insert_workspace(&workspace(WorkspaceId(world.id()), "New", at(1))).await.unwrap();
    let commit = unit.commit(then(&ran));
    assert!(!ran.load(Ordering::SeqCst));
    commit.await.unwrap();
    assert!(ran.load(Ordering::SeqCst));
    // A commit that is never begun runs nothing.
    let ran = Arc::new(AtomicBool::new(false));
    let mut unit = world.write().await;
    unit.insert_workspace(&workspace(WorkspaceId(world.id()), "Never", at(1))).await.unwrap();
    drop(unit.commit(then(&ran)));
    assert_eq!(world.read().await.workspaces_anywhere().await.unwrap().len(), 2);
    assert!(!ran.load(Ordering::SeqCst));
}

/// What commits run runs one after the other, in the order of the feed, whoever commits.
pub async fn commits_run_in_the_order_of_the_feed(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let mut ids = Vec::new();
    for _ in 0..32 {
        ids.push(world.begun().await.state.id);
    }
    let mut writers = JoinSet::new();
    for id in ids {
        let (world, told) = (Arc::clone(&world), Arc::clone(&told));
        writers.spawn(async move {
            for _ in 0..5 {
                let then = |feed| {
                    let told = Arc::clone(&told);
                    Box::new(move || told.lock().unwrap().push(feed)) as crate::OnCommit
                };
                let feed = world.post(id, world.client_id(), at(1), then).await;
                assert!(told.lock().unwrap().contains(&feed));
            }
        });
    }
    writers.join_all().await;
    assert_eq!(*told.lock().unwrap(), (33..=32 + 160).collect::<Vec<u64>>());
}

/// A panic in what one commit runs is that unit's alone.
pub async fn a_panic_after_a_commit_harms_nobody(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let mut unit = world.write().await;
    unit.insert_workspace(&workspace(WorkspaceId(world.id()), "New", at(1))).await.unwrap();
    unit.commit(Box::new(|| panic!("this panic is part of the test"))).await.unwrap();
    assert_eq!(world.read().await.workspaces_anywhere().await.unwrap().len(), 2);
    world.begun().await;
    assert_eq!(world.feed().await, 1);
}

/// After a statement has failed, a unit can only be dropped: half of it is never kept.
pub async fn a_unit_with_an_error_cannot_commit(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let mut unit = world.write().await;
    unit.insert_workspace(&workspace(WorkspaceId(world.id()), "Half", at(1))).await.unwrap();
    let twice = unit.insert_workspace(&workspace(world.workspace_id, "Acme again", at(1))).await;
    assert!(matches!(twice, Err(StoreError::Taken { .. })), "{twice:?}");
    assert!(unit.workspaces_anywhere().await.is_err());
    assert!(unit.commit(quietly()).await.is_err());
    assert_eq!(world.read().await.workspaces_anywhere().await.unwrap().len(), 1);
}

/// Units that fail or are dropped in the midst of others take nothing with them.
pub async fn a_broken_unit_harms_no_other(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let mut writers = JoinSet::new();
    for n in 0..96 {
        let world = Arc::clone(&world);
        writers.spawn(async move {
            let id = WorkspaceId(world.id());
            let mut unit = world.write().await;
            unit.insert_workspace(&workspace(id, "Some", at(n))).await.unwrap();
            match n % 3 {
                0 => {
                    unit.commit(quietly()).await.unwrap();
                    Some(id)
                }
                1 => {
                    unit.insert_workspace(&workspace(id, "Twice", at(n))).await.unwrap_err();
                    unit.commit(quietly()).await.unwrap_err();
                    None
                }
                _ => None,
            }
        });
    }
    let mut kept: Vec<_> = writers.join_all().await.into_iter().flatten().collect();
    kept.push(world.workspace_id);
    kept.sort();
    let stored = world.read().await.workspaces_anywhere().await.unwrap();
    let mut stored: Vec<_> = stored.into_iter().map(|workspace| workspace.id).collect();
    stored.sort();
    assert_eq!(stored, kept);
}

/// A closed store refuses, and closing it twice is no harm.
pub async fn a_closed_store_refuses(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    world.store().close().await;
    assert!(world.store().write().await.is_err());
    assert!(world.store().read().await.is_err());
    world.store().close().await;
}
