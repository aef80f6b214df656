//! Sources.

use std::sync::Arc;

use baton_domain::ids::SourceId;
use baton_domain::source::{Source, SourceError, SourceKind, SourceState};
use baton_domain::time::Timestamp;

use crate::conformance::world::{World, at};
use crate::{Store, quietly};

pub(crate) fn source(world: &World, name: &str, created_at: Timestamp) -> Source {
    Source {
        id: SourceId(world.id()),
        agent_id: world.agent_id,
        name: name.into(),
        kind: SourceKind::File,
        format: None,
        state: SourceState::Queued,
        documents: 0,
        passages: 0,
        bytes: 1_234,
        content_hash: "00ff".into(),
        created_at,
    }
}

/// A source is stored, changed and deleted; one that is gone does not come back.
pub async fn a_source_is_stored_changed_and_deleted(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let mut source = source(&world, "guide.md", at(0));
    let mut unit = world.write().await;
    unit.insert_source(world.workspace_id, &source).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    let mut states = vec![
        SourceState::Reading,
        SourceState::Indexing,
        SourceState::Failed { error: SourceError { cause: "It is empty.".into(), fix: "Add text.".into() } },
        SourceState::Ready { synced_at: at(9) },
    ];
    while let Some(state) = states.pop() {
        source.state = state;
        source.format = Some("markdown".into());
        source.documents += 1;
        source.passages += 10;
        let mut unit = world.write().await;
        unit.update_source(world.workspace_id, &source).await.unwrap();
        unit.commit(quietly()).await.unwrap();
        let stored = world.read().await.source(world.workspace_id, source.id).await.unwrap();
        assert_eq!(stored.as_ref(), Some(&source));
    }
    let mut unit = world.write().await;
    assert!(unit.delete_source(world.workspace_id, source.id).await.unwrap());
    assert!(!unit.delete_source(world.workspace_id, source.id).await.unwrap());
    unit.commit(quietly()).await.unwrap();
    let mut unit = world.write().await;
    unit.update_source(world.workspace_id, &source).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    assert_eq!(world.read().await.source(world.workspace_id, source.id).await.unwrap(), None);
}

/// An agent's sources come oldest first, and are only its own.
pub async fn sources_are_listed_oldest_first(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let other = world.another_agent(at(1)).await;
    let mut unit = world.write().await;
    for (name, ms) in [("third", 30), ("first", 10), ("second", 20)] {
        unit.insert_source(world.workspace_id, &source(&world, name, at(ms))).await.unwrap();
    }
    let elsewhere = Source { agent_id: other.id, ..source(&world, "elsewhere", at(0)) };
    unit.insert_source(world.workspace_id, &elsewhere).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    let sources = world.read().await.sources(world.workspace_id, world.agent_id).await.unwrap();
    let names: Vec<_> = sources.iter().map(|source| source.name.as_str()).collect();
    assert_eq!(names, ["first", "second", "third"]);
}
