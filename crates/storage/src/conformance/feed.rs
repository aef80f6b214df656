//! The feed: every commit of a workspace, numbered without gaps.

use std::sync::Arc;

use baton_domain::conversation::Place;
use tokio::task::JoinSet;

use crate::conformance::world::{Step, World, at, closed, said, started};
use crate::{Change, Store, quietly};

/// Every commit is one change: its entries, where the conversation was, and its row as it is now.
pub async fn the_feed_tells_every_commit(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    assert_eq!(world.feed().await, 0);
    let visitor_id = world.visitor().await;
    let begun = Step::on(&world.empty(world.agent_id, visitor_id, at(0)), vec![started()], at(0));
    let mut unit = world.write().await;
    assert_eq!(unit.begin_conversation(begun.append(None)).await.unwrap(), 1);
    unit.commit(quietly()).await.unwrap();
    let asked = Step::on(&begun.after, vec![said(world.client_id(), "a person"), world.handed_off()], at(1));
    let taken = Step::on(&asked.after, vec![world.taken_by(&world.member)], at(2));
    let over = Step::on(&taken.after, vec![closed()], at(3));
    for (step, number) in [(&asked, 2), (&taken, 3), (&over, 4)] {
        let mut unit = world.write().await;
        assert_eq!(unit.append(step.append(None)).await.unwrap(), number);
        unit.commit(quietly()).await.unwrap();
    }
    let places = [None, Some(Place::Live), Some(Place::Waiting), Some(Place::Held { member_id: world.member.id })];
    let expected: Vec<_> = [&begun, &asked, &taken, &over]
        .into_iter()
        .zip(places)
        .zip(1..)
        .map(|((step, before), feed)| Change {
            feed,
            conversation_id: begun.after.state.id,
            entries: step.entries.clone(),
            summary: over.after.summary.clone(),
            before,
        })
        .collect();
    let mut unit = world.read().await;
    assert_eq!(unit.feed(world.workspace_id).await.unwrap(), 4);
    assert_eq!(unit.changes(world.workspace_id, 0, 100).await.unwrap(), expected);
}

/// Changes come in order, after a number, as many as asked for.
pub async fn the_feed_is_read_in_pages(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    for _ in 0..10 {
        world.begun().await;
    }
    let mut unit = world.read().await;
    let mut numbers = async |after, limit| {
        let changes = unit.changes(world.workspace_id, after, limit).await.unwrap();
        changes.iter().map(|change| change.feed).collect::<Vec<_>>()
    };
    assert_eq!(numbers(0, 4).await, [1, 2, 3, 4]);
    assert_eq!(numbers(4, 4).await, [5, 6, 7, 8]);
    assert_eq!(numbers(8, 4).await, [9, 10]);
    assert_eq!(numbers(10, 4).await, Vec::<u64>::new());
    assert_eq!(numbers(u64::MAX, 4).await, Vec::<u64>::new());
}

/// Numbers are counted within a workspace.
pub async fn every_workspace_has_its_own_feed(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let beside = world.beside().await;
    let here = world.begun().await;
    let there = beside.begun().await;
    world.add(&here, vec![closed()], at(1)).await.unwrap();
    beside.add(&there, vec![closed()], at(1)).await.unwrap();
    for (world, id) in [(&*world, here.state.id), (&beside, there.state.id)] {
        let changes = world.read().await.changes(world.workspace_id, 0, 10).await.unwrap();
        let told: Vec<_> = changes.iter().map(|change| (change.feed, change.conversation_id)).collect();
        assert_eq!(told, [(1, id), (2, id)]);
    }
}

/// Writers that work at once, some of them in vain, leave no gap: a number that was not committed is given again.
pub async fn the_feed_has_no_gaps_under_concurrent_writers(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let mut ids = Vec::new();
    for _ in 0..32 {
        ids.push(world.begun().await.state.id);
    }
    let mut writers = JoinSet::new();
    for (writer, id) in ids.into_iter().enumerate() {
        let world = Arc::clone(&world);
        writers.spawn(async move {
            let mut told = Vec::new();
            for n in 0..6 {
                if (writer + n) % 3 == 0 {
                    let mut unit = world.write().await;
                    let stored = unit.conversation(world.workspace_id, id).await.unwrap().unwrap();
                    let step = Step::on(&stored, vec![said(world.client_id(), "in vain")], at(1));
                    unit.append(step.append(None)).await.unwrap();
                }
                told.push((world.post(id, world.client_id(), at(1), |_| quietly()).await, id));
            }
            told
        });
    }
    let mut told: Vec<_> = writers.join_all().await.into_iter().flatten().collect();
    told.sort();
    let changes = world.read().await.changes(world.workspace_id, 32, 1_000).await.unwrap();
    let stored: Vec<_> = changes.iter().map(|change| (change.feed, change.conversation_id)).collect();
    assert_eq!(stored, told);
    let numbers: Vec<_> = stored.iter().map(|(feed, _)| *feed).collect();
    assert_eq!(numbers, (33..=32 + 192).collect::<Vec<_>>());
    assert!(changes.iter().all(|change| change.entries.len() == 1));
}
