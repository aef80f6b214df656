//! Agents, their knowledge, and the sites that tried to show them.

use std::sync::Arc;

use baton_domain::agent::AgentSettings;
use baton_domain::ids::{AgentId, SnapshotId};
use baton_domain::text::Origin;

use crate::conformance::world::{World, agent, at};
use crate::{BlockedOrigin, KnowledgeRow, KnowledgeState, ModelKeyRow, Store, quietly};

/// An agent is found within its workspace and by its id alone.
pub async fn a_stored_agent_is_found(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let stored = world.another_agent(at(3)).await;
    let mut unit = world.read().await;
    assert_eq!(unit.agent(world.workspace_id, stored.id).await.unwrap(), Some(stored.clone()));
    assert_eq!(unit.agent_anywhere(stored.id).await.unwrap(), Some(stored));
    let unknown = AgentId(world.id());
    assert_eq!(unit.agent(world.workspace_id, unknown).await.unwrap(), None);
    assert_eq!(unit.agent_anywhere(unknown).await.unwrap(), None);
}

/// Agents come oldest first.
pub async fn agents_are_listed_oldest_first(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let last = world.another_agent(at(20)).await;
    let middle = world.another_agent(at(10)).await;
    let agents = world.read().await.agents(world.workspace_id).await.unwrap();
    let ids: Vec<_> = agents.iter().map(|agent| agent.id).collect();
    assert_eq!(ids, [world.agent_id, middle.id, last.id]);
}

/// Name and settings change together, and nothing else does.
pub async fn an_agent_changes_and_its_knowledge_stays(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let settings = AgentSettings {
        welcome: "Grüß Gott “hier” 🙂".into(),
        answer_threshold: 0.123_456_789,
        allowed_origins: vec![Origin::parse("https://shop.example").unwrap()],
        ..AgentSettings::default()
    };
    let mut unit = world.write().await;
    unit.update_agent(world.workspace_id, world.agent_id, "Renamed", &settings).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    let stored = world.read().await.agent(world.workspace_id, world.agent_id).await.unwrap().unwrap();
    let mut expected = agent(world.agent_id, world.workspace_id, at(0));
    expected.name = "Renamed".into();
    expected.settings = settings;
    assert_eq!(stored, expected);
}

/// Knowledge is empty, ready or failed, with the snapshot that answers meanwhile.
pub async fn knowledge_moves_through_its_states(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let ready = KnowledgeRow {
        state: KnowledgeState::Ready,
        snapshot_id: Some(SnapshotId(world.id())),
        documents: 12,
        passages: 340,
        trained_at: Some(at(7)),
    };
    let failed = KnowledgeRow { state: KnowledgeState::Failed { error: "no room".into() }, ..ready.clone() };
    for knowledge in [ready.clone(), failed, ready] {
        let mut unit = world.write().await;
        unit.update_knowledge(world.workspace_id, world.agent_id, &knowledge).await.unwrap();
        unit.commit(quietly()).await.unwrap();
        let stored = world.read().await.agent_anywhere(world.agent_id).await.unwrap().unwrap();
        assert_eq!(stored.knowledge, knowledge);
    }
}

/// A model's key is there from when it is set, is replaced whole, and is gone when it is forgotten.
pub async fn a_model_key_is_set_replaced_and_forgotten(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let (here, agent_id) = (world.workspace_id, world.agent_id);
    assert_eq!(world.read().await.model_key(here, agent_id).await.unwrap(), None);
    for (sealed, origin, ms) in [(vec![0, 255, 7], "https://a.example", 1), (vec![], "http://b.example:8080", 2)] {
        let key = ModelKeyRow { sealed, hint: "…é".into(), origin: origin.into(), set_at: at(ms) };
        let mut unit = world.write().await;
        unit.put_model_key(here, agent_id, &key).await.unwrap();
        unit.commit(quietly()).await.unwrap();
        assert_eq!(world.read().await.model_key(here, agent_id).await.unwrap(), Some(key));
    }
    let mut unit = world.write().await;
    assert!(unit.delete_model_key(here, agent_id).await.unwrap());
    assert!(!unit.delete_model_key(here, agent_id).await.unwrap());
    unit.commit(quietly()).await.unwrap();
    assert_eq!(world.read().await.model_key(here, agent_id).await.unwrap(), None);
}

/// Every attempt is counted, the latest comes first, and a site that is allowed is forgotten.
pub async fn blocked_origins_are_counted_and_forgotten(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let (a, b) = (Origin::parse("https://a.example").unwrap(), Origin::parse("https://b.example:8443").unwrap());
    let mut unit = world.write().await;
    for (origin, ms) in [(&a, 1), (&b, 2), (&a, 3)] {
        unit.note_blocked_origin(world.workspace_id, world.agent_id, origin, at(ms)).await.unwrap();
    }
    unit.commit(quietly()).await.unwrap();
    let blocked = |origin: &Origin, times, ms| BlockedOrigin { origin: origin.clone(), times, last_at: at(ms) };
    let listed = world.read().await.blocked_origins(world.workspace_id, world.agent_id).await.unwrap();
    assert_eq!(listed, [blocked(&a, 2, 3), blocked(&b, 1, 2)]);
    let mut unit = world.write().await;
    unit.forget_blocked_origin(world.workspace_id, world.agent_id, &a).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    let listed = world.read().await.blocked_origins(world.workspace_id, world.agent_id).await.unwrap();
    assert_eq!(listed, [blocked(&b, 1, 2)]);
}

/// Of sites without end, the latest hundred are listed.
pub async fn as_many_blocked_origins_are_kept_as_are_shown(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let mut unit = world.write().await;
    for n in 0..130 {
        let origin = Origin::parse(&format!("https://{n}.example")).unwrap();
        unit.note_blocked_origin(world.workspace_id, world.agent_id, &origin, at(n)).await.unwrap();
    }
    unit.commit(quietly()).await.unwrap();
    let listed = world.read().await.blocked_origins(world.workspace_id, world.agent_id).await.unwrap();
    assert_eq!(listed.len(), 100);
    assert_eq!(listed[0].origin.as_str(), "https://129.example");
    assert_eq!(listed[99].origin.as_str(), "https://30.example");
}
