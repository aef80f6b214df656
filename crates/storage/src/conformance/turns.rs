//! AI work: due times, leases, deadlines, one claimer.

use std::sync::Arc;

use baton_domain::ids::TurnId;
use baton_domain::time::Timestamp;
use baton_domain::turn::{Turn, TurnOutcome, TurnState};
use tokio::task::JoinSet;

use crate::conformance::world::{World, at};
use crate::{Store, TurnEnd, quietly};

async fn claim(world: &World, now: Timestamp, lease_until: Timestamp) -> Vec<Turn> {
    let mut unit = world.write().await;
    let turns = unit.claim_turns_anywhere(now, lease_until, 100).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    turns
}

async fn claim_one(world: &World, id: TurnId, now: Timestamp, lease_until: Timestamp) -> Option<Turn> {
    let mut unit = world.write().await;
    let turn = unit.claim_turn(world.workspace_id, id, now, lease_until).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    turn
}

async fn end(world: &World, id: TurnId, outcome: TurnOutcome) {
    let end = TurnEnd {
        outcome,
        at: at(9),
        features: serde_json::json!({ "failed_answers": 1 }),
        decision: serde_json::Value::Null,
        confidence: None,
    };
    let mut unit = world.write().await;
    unit.end_turn(world.workspace_id, id, &end).await.unwrap();
    unit.commit(quietly()).await.unwrap();
}

fn running(turn: &Turn, lease_until: Timestamp, attempts: u32) -> Turn {
    Turn { state: TurnState::Running { lease_until }, attempts, ..turn.clone() }
}

/// A turn is claimed once it is due, with everything it was stored with.
pub async fn a_turn_is_claimed_when_it_is_due(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let turn = world.open_turn(at(100)).await;
    assert_eq!(claim(&world, at(99), at(5_000)).await, []);
    assert_eq!(claim(&world, at(100), at(5_000)).await, [running(&turn, at(5_000), 1)]);
    assert_eq!(claim(&world, at(101), at(5_000)).await, []);
}

/// Whoever knows a turn need not wait for it to be due; one that is claimed they do not get.
pub async fn a_turn_can_be_claimed_by_name_before_it_is_due(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let turn = world.open_turn(at(100)).await;
    assert_eq!(claim_one(&world, TurnId(world.id()), at(0), at(50)).await, None);
    assert_eq!(claim_one(&world, turn.id, at(0), at(50)).await, Some(running(&turn, at(50), 1)));
    assert_eq!(claim_one(&world, turn.id, at(49), at(90)).await, None);
    assert_eq!(claim_one(&world, turn.id, at(50), at(90)).await, Some(running(&turn, at(90), 2)));
}

/// A lease keeps everybody else away, can be held longer, and runs out.
pub async fn a_lease_keeps_others_away_until_it_runs_out(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let turn = world.open_turn(at(0)).await;
    assert_eq!(claim(&world, at(0), at(1_000)).await.len(), 1);
    let mut unit = world.write().await;
    unit.renew_turn(world.workspace_id, turn.id, at(2_000)).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    assert_eq!(claim(&world, at(1_500), at(3_000)).await, []);
    assert_eq!(claim(&world, at(2_000), at(3_000)).await, [running(&turn, at(3_000), 2)]);
}

/// At its deadline a turn goes to whoever comes, lease or not; that one then has it like any other.
pub async fn a_passed_deadline_takes_a_turn_from_its_holder_once(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let turn = world.open_turn(at(0)).await;
    assert_eq!(turn.deadline_at, at(30_000));
    assert_eq!(claim(&world, at(0), at(60_000)).await.len(), 1);
    let mut unit = world.write().await;
    unit.renew_turn(world.workspace_id, turn.id, at(90_000)).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    assert_eq!(claim(&world, at(29_999), at(60_000)).await, []);
    assert_eq!(claim(&world, at(30_000), at(40_000)).await, [running(&turn, at(40_000), 2)]);
    assert_eq!(claim(&world, at(30_001), at(50_000)).await, []);
    assert_eq!(claim_one(&world, turn.id, at(30_001), at(50_000)).await, None);
    let mut unit = world.write().await;
    unit.renew_turn(world.workspace_id, turn.id, at(45_000)).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    assert_eq!(claim(&world, at(44_999), at(60_000)).await, []);
    assert_eq!(claim(&world, at(45_000), at(60_000)).await, [running(&turn, at(60_000), 3)]);
}

/// A newer turn of a conversation ends the older ones, and so does a change of owner; other conversations go on.
pub async fn a_newer_turn_supersedes_older_ones(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let conversation = world.begun().await;
    let other = world.open_turn(at(0)).await;
    let older = world.turn(conversation.state.id, at(0));
    let newer = world.turn(conversation.state.id, at(1));
    for turn in [&older, &newer] {
        let mut unit = world.write().await;
        unit.open_turn(turn).await.unwrap();
        unit.commit(quietly()).await.unwrap();
        assert!(claim_one(&world, turn.id, at(1), at(10)).await.is_some());
    }
    assert_eq!(claim_one(&world, older.id, at(20), at(30)).await, None);
    assert!(claim_one(&world, newer.id, at(20), at(30)).await.is_some());
    let mut unit = world.write().await;
    unit.supersede_turns(world.workspace_id, conversation.state.id, at(25)).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    assert_eq!(claim(&world, at(1_000_000), at(2_000_000)).await, [running(&other, at(2_000_000), 1)]);
}

/// A turn that has ended is never claimed, held or ended again.
pub async fn a_turn_ends_once(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let turn = world.open_turn(at(0)).await;
    claim(&world, at(0), at(1_000)).await;
    end(&world, turn.id, TurnOutcome::Answered).await;
    end(&world, turn.id, TurnOutcome::Failed).await;
    let mut unit = world.write().await;
    unit.renew_turn(world.workspace_id, turn.id, at(2_000)).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    assert_eq!(claim(&world, at(1_000_000), at(2_000_000)).await, []);
    assert_eq!(claim_one(&world, turn.id, at(1_000_000), at(2_000_000)).await, None);
    // One that nobody claimed can end as well.
    let unclaimed = world.open_turn(at(0)).await;
    end(&world, unclaimed.id, TurnOutcome::HandedOff).await;
    assert_eq!(claim(&world, at(1_000_000), at(2_000_000)).await, []);
}

/// No more are claimed than asked for, and whoever is due longest goes first.
pub async fn claims_are_limited_and_the_longest_due_goes_first(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let mut turns = Vec::new();
    for ms in [30, 10, 20] {
        turns.push(world.open_turn(at(ms)).await);
    }
    let mut unit = world.write().await;
    let first = unit.claim_turns_anywhere(at(50), at(100), 2).await.unwrap();
    let second = unit.claim_turns_anywhere(at(50), at(100), 2).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    let ids = |turns: &[Turn]| turns.iter().map(|turn| turn.id).collect::<Vec<_>>();
    assert_eq!(ids(&first), [turns[1].id, turns[2].id]);
    assert_eq!(ids(&second), [turns[0].id]);
}

/// However many claim at once, in either way, each turn is given to one.
pub async fn every_turn_has_one_claimer(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let mut turns = Vec::new();
    for _ in 0..40 {
        turns.push(world.open_turn(at(0)).await.id);
    }
    let mut workers = JoinSet::new();
    for worker in 0..16 {
        let (world, turns) = (Arc::clone(&world), turns.clone());
        workers.spawn(async move {
            let mut claimed = Vec::new();
            for n in 0..5 {
                let named = turns[(worker * 5 + n) % turns.len()];
                claimed.extend(claim_one(&world, named, at(1), at(1_000)).await);
                let mut unit = world.write().await;
                let more = unit.claim_turns_anywhere(at(1), at(1_000), 2).await.unwrap();
                // A claim that is not committed is none.
                if n % 2 == 0 {
                    unit.commit(quietly()).await.unwrap();
                    claimed.extend(more);
                }
            }
            claimed
        });
    }
    let claimed: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    let mut ids: Vec<_> = claimed.iter().map(|turn| turn.id).collect();
    ids.sort();
    turns.sort();
    assert_eq!(ids, turns);
    assert!(claimed.iter().all(|turn| turn.attempts == 1));
}
