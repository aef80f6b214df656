//! Nothing crosses workspaces: with another workspace's id, nothing is found and nothing is changed.

use std::sync::Arc;

use baton_domain::agent::AgentSettings;
use baton_domain::availability::Availability;
use baton_domain::source::SourceState;
use baton_domain::team::Role;
use baton_domain::text::Origin;
use baton_domain::turn::TurnOutcome;

use crate::conformance::sources::source;
use crate::conformance::team::invitation;
use crate::conformance::world::{Step, World, at, said};
use crate::{
    InboxQuery, KnowledgeRow, KnowledgeState, ModelKeyRow, PlaceCounts, PlaceFilter, Store, StoreError, Stored,
    TurnEnd, quietly,
};

/// A workspace in which there is one of everything.
struct Full {
    world: Arc<World>,
    conversation: Stored,
    client_id: baton_domain::ids::ClientId,
    source: baton_domain::source::Source,
    session: crate::SessionRow,
    invitation: crate::InvitationRow,
    origin: Origin,
    key: ModelKeyRow,
}

impl Full {
    async fn new(store: Arc<dyn Store>) -> Self {
        let world = World::new(store).await;
        let begun = world.begun().await;
        let client_id = world.client_id();
        let step = Step::on(&begun, vec![said(client_id, "secret")], at(1));
        let source = source(&world, "secret.md", at(0));
        let session = world.session(at(0), at(1_000));
        let invitation = invitation(&world, "bob@example.com", at(0), at(1_000));
        let origin = Origin::parse("https://secret.example").unwrap();
        let mut unit = world.write().await;
        unit.append(step.append(Some(client_id))).await.unwrap();
        unit.set_mark(world.workspace_id, world.member.id, begun.state.id, 1).await.unwrap();
        unit.insert_source(world.workspace_id, &source).await.unwrap();
        unit.insert_session(&session, world.token()).await.unwrap();
        unit.insert_invitation(&invitation, world.token()).await.unwrap();
        unit.note_blocked_origin(world.workspace_id, world.agent_id, &origin, at(0)).await.unwrap();
        let key =
            ModelKeyRow { sealed: vec![1], hint: "secret".into(), origin: "https://m.example".into(), set_at: at(0) };
        unit.put_model_key(world.workspace_id, world.agent_id, &key).await.unwrap();
        unit.commit(quietly()).await.unwrap();
        Self { world, conversation: step.after, client_id, source, session, invitation, origin, key }
    }
}

/// No read finds anything of another workspace.
pub async fn reads_of_another_workspace_find_nothing(store: Arc<dyn Store>) {
    let full = Full::new(store).await;
    let other = full.world.beside().await;
    let there = other.workspace_id;
    let id = full.conversation.state.id;
    let member_id = full.world.member.id;
    let visitor_id = full.conversation.state.visitor_id;
    let mut unit = full.world.read().await;
    assert_eq!(unit.conversation(there, id).await.unwrap(), None);
    assert_eq!(unit.latest_conversation(there, full.world.agent_id, visitor_id).await.unwrap(), None);
    assert_eq!(unit.conversations_of_visitor(there, visitor_id).await.unwrap(), 0);
    assert_eq!(unit.entries(there, id, 0, 100).await.unwrap(), []);
    assert_eq!(unit.entry_of_client(there, id, full.client_id).await.unwrap(), None);
    assert_eq!(unit.feed(there).await.unwrap(), 0);
    assert_eq!(unit.changes(there, 0, 100).await.unwrap(), []);
    for agent_id in [None, Some(full.world.agent_id)] {
        for place in [
            PlaceFilter::Live,
            PlaceFilter::Waiting,
            PlaceFilter::Held(None),
            PlaceFilter::Held(Some(member_id)),
            PlaceFilter::Resolved,
        ] {
            let query = InboxQuery { place, agent_id, after: None, limit: 100 };
            assert_eq!(unit.inbox(there, query).await.unwrap(), []);
        }
        assert_eq!(unit.place_counts(there, agent_id).await.unwrap(), PlaceCounts::default());
    }
    assert_eq!(unit.marks(there, member_id, &[id]).await.unwrap(), []);
    assert_eq!(unit.visitor(there, visitor_id).await.unwrap(), None);
    assert_eq!(unit.agent(there, full.world.agent_id).await.unwrap(), None);
    assert_eq!(unit.agents(there).await.unwrap().len(), 1);
    assert_eq!(unit.blocked_origins(there, full.world.agent_id).await.unwrap(), []);
    assert_eq!(unit.model_key(there, full.world.agent_id).await.unwrap(), None);
    assert_eq!(unit.sources(there, full.world.agent_id).await.unwrap(), []);
    assert_eq!(unit.source(there, full.source.id).await.unwrap(), None);
    assert_eq!(unit.members(there).await.unwrap(), std::slice::from_ref(&other.member));
    assert_eq!(unit.member(there, member_id).await.unwrap(), None);
    assert_eq!(unit.sessions(there, member_id, at(1)).await.unwrap(), []);
    assert_eq!(unit.invitations(there, at(1)).await.unwrap(), []);
}

/// No write changes anything of another workspace.
pub async fn writes_of_another_workspace_change_nothing(store: Arc<dyn Store>) {
    let full = Full::new(store).await;
    let other = full.world.beside().await;
    let (here, there) = (full.world.workspace_id, other.workspace_id);
    let (agent_id, member_id) = (full.world.agent_id, full.world.member.id);
    let id = full.conversation.state.id;
    let agent = full.world.read().await.agent(here, agent_id).await.unwrap().unwrap();
    let ready = KnowledgeRow {
        state: KnowledgeState::Ready,
        snapshot_id: None,
        documents: 9,
        passages: 9,
        trained_at: Some(at(1)),
    };
    let mut unit = full.world.write().await;
    unit.set_mark(there, member_id, id, 9).await.unwrap();
    unit.set_mark(there, other.member.id, id, 9).await.unwrap();
    unit.set_mark(here, other.member.id, id, 9).await.unwrap();
    unit.update_agent(there, agent_id, "Taken", &AgentSettings::default()).await.unwrap();
    unit.update_knowledge(there, agent_id, &ready).await.unwrap();
    unit.note_blocked_origin(there, agent_id, &full.origin, at(9)).await.unwrap();
    unit.forget_blocked_origin(there, agent_id, &full.origin).await.unwrap();
    let other_key = ModelKeyRow { hint: "taken".into(), ..full.key.clone() };
    unit.put_model_key(there, agent_id, &other_key).await.unwrap();
    assert!(!unit.delete_model_key(there, agent_id).await.unwrap());
    let mut changed = full.source.clone();
    changed.state = SourceState::Indexing;
    unit.update_source(there, &changed).await.unwrap();
    assert!(!unit.delete_source(there, full.source.id).await.unwrap());
    unit.update_member(there, member_id, Role::Owner, true).await.unwrap();
    unit.set_availability(there, member_id, Availability::Available).await.unwrap();
    unit.set_seen(there, member_id, Some(at(9))).await.unwrap();
    unit.touch_session(there, full.session.id, at(9)).await.unwrap();
    assert!(!unit.delete_session(there, member_id, full.session.id).await.unwrap());
    unit.delete_sessions(there, member_id).await.unwrap();
    assert!(!unit.delete_invitation(there, full.invitation.id).await.unwrap());
    unit.commit(quietly()).await.unwrap();
    // Nor is a conversation appended to under another workspace's name.
    let mut moved = full.conversation.clone();
    moved.state.workspace_id = there;
    let appended = other.add(&moved, vec![said(other.client_id(), "mine")], at(2)).await;
    assert!(matches!(appended, Err(StoreError::Conflict)), "{appended:?}");

    let mut unit = full.world.read().await;
    assert_eq!(unit.conversation(here, id).await.unwrap(), Some(full.conversation));
    assert_eq!(unit.marks(here, member_id, &[id]).await.unwrap(), [(id, 1)]);
    assert_eq!(unit.marks(here, other.member.id, &[id]).await.unwrap(), []);
    assert_eq!(unit.agent(here, agent_id).await.unwrap(), Some(agent));
    let blocked = unit.blocked_origins(here, agent_id).await.unwrap();
    assert_eq!((blocked.len(), blocked[0].times), (1, 1));
    assert_eq!(unit.source(here, full.source.id).await.unwrap(), Some(full.source));
    assert_eq!(unit.member(here, member_id).await.unwrap().as_ref(), Some(&full.world.member));
    assert_eq!(unit.sessions(here, member_id, at(1)).await.unwrap(), [full.session]);
    assert_eq!(unit.invitations(here, at(1)).await.unwrap(), [full.invitation]);
    assert_eq!(unit.feed(there).await.unwrap(), 0);
}

/// Turns are claimed, held and ended within their workspace alone.
pub async fn turns_of_another_workspace_are_left_alone(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let there = world.beside().await.workspace_id;
    let turn = world.open_turn(at(0)).await;
    let end = TurnEnd {
        outcome: TurnOutcome::Failed,
        at: at(1),
        features: serde_json::Value::Null,
        decision: serde_json::Value::Null,
        confidence: None,
    };
    let mut unit = world.write().await;
    assert_eq!(unit.claim_turn(there, turn.id, at(1), at(10)).await.unwrap(), None);
    unit.end_turn(there, turn.id, &end).await.unwrap();
    unit.supersede_turns(there, turn.conversation_id, at(1)).await.unwrap();
    assert!(unit.claim_turn(world.workspace_id, turn.id, at(1), at(10)).await.unwrap().is_some());
    unit.renew_turn(there, turn.id, at(1_000)).await.unwrap();
    let claimed = unit.claim_turns_anywhere(at(10), at(20), 10).await.unwrap();
    assert_eq!(claimed.iter().map(|turn| turn.id).collect::<Vec<_>>(), [turn.id]);
    unit.commit(quietly()).await.unwrap();
}
