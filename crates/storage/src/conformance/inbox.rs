//! The lists of the inbox, their counts, and how far members have read.

use std::sync::Arc;

use baton_domain::ids::{AgentId, ConversationId};

use crate::conformance::world::{World, at, closed, reopened, said};
use crate::{InboxQuery, PlaceCounts, PlaceFilter, Store, quietly};

fn query(place: PlaceFilter) -> InboxQuery {
    InboxQuery { place, agent_id: None, after: None, limit: 100 }
}

async fn listed(world: &World, query: InboxQuery) -> Vec<ConversationId> {
    let rows = world.read().await.inbox(world.workspace_id, query).await.unwrap();
    rows.iter().map(|row| row.id).collect()
}

async fn counts(world: &World, agent_id: Option<AgentId>) -> PlaceCounts {
    world.read().await.place_counts(world.workspace_id, agent_id).await.unwrap()
}

async fn mark(world: &World, id: ConversationId, seq: u64) {
    let mut unit = world.write().await;
    unit.set_mark(world.workspace_id, world.member.id, id, seq).await.unwrap();
    unit.commit(quietly()).await.unwrap();
}

/// A conversation is in exactly one list, the one that follows from its owner; newest activity comes first.
pub async fn every_place_has_its_list(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let old = world.begun_at(at(10)).await;
    let new = world.begun_at(at(20)).await;
    let waiting = world.begun().await;
    let waiting = world.add(&waiting, vec![world.handed_off()], at(30)).await.unwrap();
    let held = world.begun().await;
    let held = world.add(&held, vec![world.taken_by(&world.member)], at(40)).await.unwrap();
    let over = world.begun().await;
    let over = world.add(&over, vec![closed()], at(50)).await.unwrap();
    assert_eq!(listed(&world, query(PlaceFilter::Live)).await, [new.state.id, old.state.id]);
    assert_eq!(listed(&world, query(PlaceFilter::Waiting)).await, [waiting.state.id]);
    assert_eq!(listed(&world, query(PlaceFilter::Held(None))).await, [held.state.id]);
    assert_eq!(listed(&world, query(PlaceFilter::Resolved)).await, [over.state.id]);
    // A message brings a row to the top.
    world.add(&old, vec![said(world.client_id(), "still here")], at(60)).await.unwrap();
    assert_eq!(listed(&world, query(PlaceFilter::Live)).await, [old.state.id, new.state.id]);
    // Rows are whole.
    let rows = world.read().await.inbox(world.workspace_id, query(PlaceFilter::Held(None))).await.unwrap();
    assert_eq!(rows, [held.summary]);
}

/// In the queue, a new message moves nobody: the longest wait stays first.
pub async fn who_waits_longest_comes_first(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let mut waiting = Vec::new();
    for ms in [30, 10, 20] {
        let stored = world.begun().await;
        waiting.push(world.add(&stored, vec![world.handed_off()], at(ms)).await.unwrap());
    }
    let expected = [waiting[1].state.id, waiting[2].state.id, waiting[0].state.id];
    assert_eq!(listed(&world, query(PlaceFilter::Waiting)).await, expected);
    world.add(&waiting[1], vec![said(world.client_id(), "hello?")], at(99)).await.unwrap();
    assert_eq!(listed(&world, query(PlaceFilter::Waiting)).await, expected);
}

/// Reading a list page by page finds every row once, also where times are equal.
pub async fn pages_have_no_gaps_and_repeat_nothing(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    for n in 0..15 {
        let stored = world.begun_at(at(n / 4)).await;
        match n % 3 {
            0 => stored,
            1 => world.add(&stored, vec![world.handed_off()], at(n / 4)).await.unwrap(),
            _ => world.add(&stored, vec![world.taken_by(&world.member)], at(n / 4)).await.unwrap(),
        };
    }
    for place in
        [PlaceFilter::Live, PlaceFilter::Waiting, PlaceFilter::Held(None), PlaceFilter::Held(Some(world.member.id))]
    {
        for agent_id in [None, Some(world.agent_id)] {
            let whole = listed(&world, InboxQuery { agent_id, ..query(place) }).await;
            assert_eq!(whole.len(), 5);
            for limit in 1..=6 {
                let mut paged = Vec::new();
                let mut after = None;
                loop {
                    let query = InboxQuery { place, agent_id, after, limit };
                    let rows = world.read().await.inbox(world.workspace_id, query).await.unwrap();
                    assert!(rows.len() <= limit as usize);
                    let Some(last) = rows.last() else { break };
                    // Here all times of a row are the same, whatever its list is sorted by.
                    after = Some((last.active_at, last.id));
                    paged.extend(rows.iter().map(|row| row.id));
                }
                assert_eq!(paged, whole, "{place:?} by {limit}");
            }
        }
    }
}

/// Lists and counts can be of one agent, and held ones of one member.
pub async fn a_list_can_be_of_one_agent_or_one_member(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let other = world.another_agent(at(1)).await;
    let bob = world.another_member("Bob", at(1)).await;
    let mut ids = Vec::new();
    for (agent_id, member) in [(world.agent_id, &world.member), (other.id, &world.member), (other.id, &bob)] {
        let visitor_id = world.visitor_of(agent_id).await;
        let stored = world.begin(agent_id, visitor_id, at(0)).await;
        world.add(&stored, vec![world.taken_by(member)], at(1)).await.unwrap();
        ids.push(stored.state.id);
    }
    let held = async |member_id, agent_id| {
        let mut ids = listed(&world, InboxQuery { agent_id, ..query(PlaceFilter::Held(member_id)) }).await;
        ids.sort();
        ids
    };
    assert_eq!(held(None, None).await, ids);
    assert_eq!(held(None, Some(other.id)).await, ids[1..]);
    assert_eq!(held(Some(world.member.id), None).await, ids[..2]);
    assert_eq!(held(Some(world.member.id), Some(other.id)).await, ids[1..2]);
    assert_eq!(held(Some(bob.id), Some(world.agent_id)).await, []);
    let mut both = vec![(world.member.id, 2), (bob.id, 1)];
    both.sort();
    assert_eq!(counts(&world, None).await.held, both);
    assert_eq!(counts(&world, Some(world.agent_id)).await.held, [(world.member.id, 1)]);
}

/// Counts are what the lists hold, through every move and back.
pub async fn counts_follow_every_move(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let bob = world.another_member("Bob", at(1)).await;
    assert_eq!(counts(&world, None).await, PlaceCounts::default());
    let (ada, bob_id) = (world.member.id, bob.id);
    let mut stored = world.begun().await;
    world.begun().await;
    let count = |live, waiting, held: &[_], resolved| PlaceCounts { live, waiting, held: held.to_vec(), resolved };
    assert_eq!(counts(&world, None).await, count(2, 0, &[], 0));
    let moves = [
        (said(world.client_id(), "no move"), count(2, 0, &[], 0)),
        (world.handed_off(), count(1, 1, &[], 0)),
        (world.taken_by(&world.member), count(1, 0, &[(ada, 1)], 0)),
        (world.taken_by(&bob), count(1, 0, &[(bob_id, 1)], 0)),
        (closed(), count(1, 0, &[], 1)),
        (reopened(), count(2, 0, &[], 0)),
    ];
    for (event, expected) in moves {
        stored = world.add(&stored, vec![event], at(2)).await.unwrap();
        assert_eq!(counts(&world, None).await, expected);
        assert_eq!(counts(&world, Some(world.agent_id)).await, expected);
    }
    // From one place to another and back within one commit is no move.
    stored = world.add(&stored, vec![closed(), reopened()], at(3)).await.unwrap();
    assert_eq!(counts(&world, None).await, count(2, 0, &[], 0));
    assert_eq!(counts(&world, Some(AgentId(world.id()))).await, PlaceCounts::default());
    assert_eq!(listed(&world, query(PlaceFilter::Live)).await.len(), 2);
    assert_eq!(stored.state.seq, 9);
}

/// A mark moves forward only, is one member's, and is absent until something was read.
pub async fn marks_never_move_back(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let id = world.begun().await.state.id;
    let unread = world.begun().await.state.id;
    let marks = async |member_id| world.read().await.marks(world.workspace_id, member_id, &[id, unread]).await.unwrap();
    assert_eq!(marks(world.member.id).await, []);
    for (set, expected) in [(3, 3), (2, 3), (3, 3), (7, 7), (0, 7)] {
        mark(&world, id, set).await;
        assert_eq!(marks(world.member.id).await, [(id, expected)]);
    }
    let bob = world.another_member("Bob", at(1)).await;
    assert_eq!(marks(bob.id).await, []);
}

/// As many conversations can be asked about as a screen shows, and none.
pub async fn marks_of_many_conversations_are_found(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let mut ids = Vec::new();
    for seq in 1..=70 {
        let id = world.begun().await.state.id;
        mark(&world, id, seq).await;
        ids.push(id);
    }
    for count in [0, 1, 31, 32, 33, 64, 70] {
        let mut marks = world.read().await.marks(world.workspace_id, world.member.id, &ids[..count]).await.unwrap();
        marks.sort();
        let expected: Vec<_> = ids[..count].iter().copied().zip(1..).collect();
        assert_eq!(marks, expected);
    }
}
