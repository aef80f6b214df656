//! Background work: due times, leases, one claimer.

use std::collections::HashSet;
use std::sync::Arc;

use baton_domain::ids::{AgentId, SourceId};
use baton_domain::time::Timestamp;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::conformance::world::{World, at};
use crate::{Job, JobKind, Lane, Store, quietly};

async fn enqueue(world: &World, agent_id: AgentId, due_at: Timestamp) -> Uuid {
    let id = world.id();
    let mut unit = world.write().await;
    unit.enqueue_job(id, world.workspace_id, JobKind::TrainAgent(agent_id), due_at).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    id
}

async fn claim(world: &World, now: Timestamp, lease_until: Timestamp) -> Option<Job> {
    let mut unit = world.write().await;
    let job = unit.claim_job_anywhere(Lane::Training, now, lease_until).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    job
}

async fn finish(world: &World, id: Uuid) {
    let mut unit = world.write().await;
    unit.finish_job(id).await.unwrap();
    unit.commit(quietly()).await.unwrap();
}

/// A job is claimed once it is due, the longest due first, and is gone when it is finished.
pub async fn a_job_is_claimed_when_it_is_due(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let other = world.another_agent(at(1)).await.id;
    let later = enqueue(&world, world.agent_id, at(20)).await;
    let sooner = enqueue(&world, other, at(10)).await;
    assert_eq!(claim(&world, at(9), at(100)).await, None);
    let job =
        |id, agent_id| Job { id, workspace_id: world.workspace_id, kind: JobKind::TrainAgent(agent_id), attempts: 1 };
    assert_eq!(claim(&world, at(20), at(100)).await, Some(job(sooner, other)));
    assert_eq!(claim(&world, at(20), at(100)).await, Some(job(later, world.agent_id)));
    assert_eq!(claim(&world, at(20), at(100)).await, None);
    finish(&world, sooner).await;
    finish(&world, later).await;
    assert_eq!(claim(&world, at(1_000), at(2_000)).await, None);
}

/// Work that waits is not added again; work that somebody has begun is, for what has changed since.
pub async fn the_same_work_waits_once(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let first = enqueue(&world, world.agent_id, at(0)).await;
    enqueue(&world, world.agent_id, at(0)).await;
    assert_eq!(claim(&world, at(0), at(10)).await.unwrap().id, first);
    let second = enqueue(&world, world.agent_id, at(0)).await;
    enqueue(&world, world.agent_id, at(0)).await;
    finish(&world, first).await;
    assert_eq!(claim(&world, at(0), at(10)).await.unwrap().id, second);
    finish(&world, second).await;
    assert_eq!(claim(&world, at(1_000), at(2_000)).await, None);
}

/// A lease can be held longer, and runs out when nobody does.
pub async fn a_lease_that_runs_out_gives_the_job_to_the_next(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let id = enqueue(&world, world.agent_id, at(0)).await;
    assert_eq!(claim(&world, at(0), at(10)).await.unwrap().attempts, 1);
    let mut unit = world.write().await;
    unit.renew_job(id, at(20)).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    assert_eq!(claim(&world, at(19), at(30)).await, None);
    let again = claim(&world, at(20), at(30)).await.unwrap();
    assert_eq!((again.id, again.attempts), (id, 2));
}

/// What waits behind the same work is not begun beside it.
pub async fn work_is_not_done_twice_at_the_same_time(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let first = enqueue(&world, world.agent_id, at(0)).await;
    assert_eq!(claim(&world, at(0), at(10)).await.unwrap().id, first);
    let second = enqueue(&world, world.agent_id, at(0)).await;
    assert_eq!(claim(&world, at(5), at(15)).await, None);
    finish(&world, first).await;
    assert_eq!(claim(&world, at(5), at(15)).await.unwrap().id, second);
}

/// However many claim at once, each job is given to one.
pub async fn every_job_has_one_claimer(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let mut jobs = HashSet::new();
    for n in 0..20 {
        let agent = world.another_agent(at(n)).await;
        jobs.insert(enqueue(&world, agent.id, at(0)).await);
    }
    let mut workers = JoinSet::new();
    for _ in 0..16 {
        let world = Arc::clone(&world);
        workers.spawn(async move {
            let mut claimed = Vec::new();
            for n in 0..6 {
                let mut unit = world.write().await;
                let job = unit.claim_job_anywhere(Lane::Training, at(1), at(1_000)).await.unwrap();
                if n % 2 == 0 {
                    unit.commit(quietly()).await.unwrap();
                    claimed.extend(job);
                }
            }
            claimed
        });
    }
    let claimed: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    assert_eq!(claimed.len(), jobs.len());
    assert_eq!(claimed.iter().map(|job| job.id).collect::<HashSet<_>>(), jobs);
}

/// Work of one lane is not claimed for another, and one source's does not wait for another's.
pub async fn lanes_do_not_wait_for_each_other(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let sync = |source_id| JobKind::SyncSource { agent_id: world.agent_id, source_id };
    let (first, second) = (SourceId(world.id()), SourceId(world.id()));
    enqueue(&world, world.agent_id, at(0)).await;
    let mut unit = world.write().await;
    for (source_id, due) in [(first, at(1)), (second, at(2)), (first, at(3))] {
        unit.enqueue_job(world.id(), world.workspace_id, sync(source_id), due).await.unwrap();
    }
    unit.commit(quietly()).await.unwrap();
    let mut claimed = Vec::new();
    for _ in 0..3 {
        let mut unit = world.write().await;
        claimed.extend(unit.claim_job_anywhere(Lane::Fetching, at(5), at(50)).await.unwrap().map(|job| job.kind));
        unit.commit(quietly()).await.unwrap();
    }
    assert_eq!(claimed, [sync(first), sync(second)]);
    assert_eq!(claim(&world, at(5), at(50)).await.unwrap().kind, JobKind::TrainAgent(world.agent_id));
    let mut unit = world.write().await;
    unit.enqueue_job(world.id(), world.workspace_id, JobKind::Calibrate(world.agent_id), at(6)).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    assert_eq!(claim(&world, at(6), at(50)).await.unwrap().kind, JobKind::Calibrate(world.agent_id));
}

/// Work that waits is due at the earliest time that was asked for, and can be withdrawn until somebody begins it.
pub async fn waiting_work_comes_sooner_or_is_withdrawn(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    for due in [50, 20, 90] {
        enqueue(&world, world.agent_id, at(due)).await;
    }
    assert_eq!(claim(&world, at(19), at(30)).await, None);
    let withdraw = async |workspace_id| {
        let mut unit = world.write().await;
        unit.withdraw_job(workspace_id, JobKind::TrainAgent(world.agent_id)).await.unwrap();
        unit.commit(quietly()).await.unwrap();
    };
    withdraw(world.beside().await.workspace_id).await;
    let begun = claim(&world, at(20), at(30)).await.expect("another workspace withdraws nothing");
    withdraw(world.workspace_id).await;
    assert_eq!(claim(&world, at(30), at(40)).await.map(|job| job.id), Some(begun.id), "what was begun goes on");
    enqueue(&world, world.agent_id, at(100)).await;
    withdraw(world.workspace_id).await;
    finish(&world, begun.id).await;
    assert_eq!(claim(&world, at(1_000), at(2_000)).await, None);
}
