//! Sources.

use std::sync::Arc;

use baton_domain::ids::SourceId;
use baton_domain::source::{
    PageState, Source, SourceError, SourceKind, SourcePage, SourceState, SyncEvery, SyncRun, WebSource,
};
use baton_domain::time::Timestamp;

use crate::conformance::world::{World, at};
use crate::{JobKind, Lane, Store, quietly};

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
        web: None,
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

/// A page of a source, by its key.
pub(crate) fn page(key: &str, state: PageState) -> SourcePage {
    SourcePage {
        key: key.into(),
        url: format!("https://{key}"),
        title: Some("A page".into()),
        state,
        error: (state == PageState::Failed).then(|| SourceError { cause: "Down.".into(), fix: "Wait.".into() }),
        format: Some("html".into()),
        etag: Some("\"1\"".into()),
        last_modified: None,
        content_hash: "00".into(),
        text_hash: "11".into(),
        bytes: 5_000,
        passages: 3,
        fetched_at: at(7),
        missing_since: (state == PageState::Missing).then(|| at(8)),
        missing_syncs: u32::from(state == PageState::Missing),
    }
}

/// What a source is fetched from is stored with it.
pub async fn a_web_source_is_stored_and_changed(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let web =
        WebSource { url: "https://docs.example.com/".into(), sync_every: SyncEvery::Daily, ..WebSource::default() };
    let mut source = Source { kind: SourceKind::Site, web: Some(web), ..source(&world, "docs", at(0)) };
    let mut unit = world.write().await;
    unit.insert_source(world.workspace_id, &source).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    assert_eq!(world.read().await.source(world.workspace_id, source.id).await.unwrap().as_ref(), Some(&source));
    if let Some(web) = &mut source.web {
        web.run = Some(SyncRun { started_at: at(3), pieces: 2 });
        web.next_sync_at = Some(at(4));
        web.pages.read = 9;
    }
    let mut unit = world.write().await;
    unit.update_source(world.workspace_id, &source).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    assert_eq!(world.read().await.sources(world.workspace_id, world.agent_id).await.unwrap(), [source]);
}

/// Pages are stored in place of older ones, listed by key, by state and in parts, and leave one by one or with their source.
pub async fn pages_belong_to_their_source(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let beside = world.beside().await;
    let (one, two) = (source(&world, "one", at(0)), source(&world, "two", at(1)));
    let pages = [
        page("e.example/a", PageState::Read),
        page("e.example/b", PageState::Failed),
        page("e.example/c", PageState::Missing),
    ];
    let mut unit = world.write().await;
    unit.insert_source(world.workspace_id, &one).await.unwrap();
    unit.insert_source(world.workspace_id, &two).await.unwrap();
    unit.put_source_pages(world.workspace_id, one.id, &pages).await.unwrap();
    unit.put_source_pages(world.workspace_id, two.id, &pages[..1]).await.unwrap();
    unit.put_source_pages(beside.workspace_id, one.id, &[page("e.example/z", PageState::Read)]).await.unwrap();
    unit.delete_source_pages(beside.workspace_id, one.id, &["e.example/a".into()]).await.unwrap();
    let sync = JobKind::SyncSource { agent_id: world.agent_id, source_id: one.id };
    unit.enqueue_job(world.id(), world.workspace_id, sync, at(0)).await.unwrap();
    unit.commit(quietly()).await.unwrap();

    let list = async |workspace_id, after, state, limit| {
        world.read().await.source_pages(workspace_id, one.id, after, state, limit).await.unwrap()
    };
    let ours = world.workspace_id;
    assert_eq!(list(ours, None, None, 10).await, pages);
    assert_eq!(list(ours, Some("e.example/a"), None, 1).await, pages[1..2]);
    assert_eq!(list(ours, None, Some(PageState::Missing), 10).await, pages[2..]);
    assert_eq!(list(beside.workspace_id, None, None, 10).await, []);

    let changed = SourcePage { title: None, etag: None, ..page("e.example/b", PageState::Read) };
    let mut unit = world.write().await;
    unit.put_source_pages(ours, one.id, std::slice::from_ref(&changed)).await.unwrap();
    unit.delete_source_pages(ours, one.id, &["e.example/a".into(), "e.example/none".into()]).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    assert_eq!(list(ours, None, None, 10).await, [changed, pages[2].clone()]);

    let mut unit = world.write().await;
    unit.delete_source(ours, one.id).await.unwrap();
    unit.put_source_pages(ours, one.id, &pages).await.unwrap();
    assert_eq!(unit.claim_job_anywhere(Lane::Fetching, at(9), at(10)).await.unwrap(), None, "its work went with it");
    unit.commit(quietly()).await.unwrap();
    assert_eq!(list(ours, None, None, 10).await, []);
    assert_eq!(world.read().await.source_pages(ours, two.id, None, None, 10).await.unwrap(), pages[..1]);
}
