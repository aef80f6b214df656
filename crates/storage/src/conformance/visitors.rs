//! Visitors and their tokens.

use std::sync::Arc;

use baton_domain::ids::VisitorId;

use crate::conformance::world::{World, at};
use crate::{Store, StoreError, Visitor, quietly};

/// A visitor is found by id and by token.
pub async fn a_stored_visitor_is_found(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let visitor = Visitor {
        id: VisitorId(world.id()),
        workspace_id: world.workspace_id,
        agent_id: world.agent_id,
        created_at: at(5),
    };
    let token = world.token();
    let mut unit = world.write().await;
    unit.insert_visitor(&visitor, token).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    let mut unit = world.read().await;
    assert_eq!(unit.visitor(world.workspace_id, visitor.id).await.unwrap(), Some(visitor.clone()));
    assert_eq!(unit.visitor(world.workspace_id, VisitorId(world.id())).await.unwrap(), None);
    assert_eq!(unit.visitor_of_token_anywhere(token).await.unwrap(), Some(visitor));
    assert_eq!(unit.visitor_of_token_anywhere(world.token()).await.unwrap(), None);
}

/// Two visitors cannot have the same token.
pub async fn a_visitor_token_is_of_one_visitor(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let visitor = |id| Visitor { id, workspace_id: world.workspace_id, agent_id: world.agent_id, created_at: at(0) };
    let token = world.token();
    let mut unit = world.write().await;
    unit.insert_visitor(&visitor(VisitorId(world.id())), token).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    let second = visitor(VisitorId(world.id()));
    let mut unit = world.write().await;
    let twice = unit.insert_visitor(&second, token).await;
    assert!(matches!(twice, Err(StoreError::Taken { .. })), "{twice:?}");
    drop(unit);
    assert_eq!(world.read().await.visitor(world.workspace_id, second.id).await.unwrap(), None);
}
