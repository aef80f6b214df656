//! Workspaces, members, sessions, invitations, secrets of the installation.

use std::sync::Arc;

use baton_domain::availability::Availability;
use baton_domain::ids::{InvitationId, MemberId, SessionId, WorkspaceId};
use baton_domain::team::{Member, Role};
use baton_domain::time::Timestamp;
use tokio::task::JoinSet;

use crate::conformance::world::{World, at, member, workspace};
use crate::{Credentials, InvitationRow, SessionRow, Store, StoreError, TokenHash, quietly};

pub(crate) fn invitation(world: &World, email: &str, created_at: Timestamp, expires_at: Timestamp) -> InvitationRow {
    InvitationRow {
        id: InvitationId(world.id()),
        workspace_id: world.workspace_id,
        email: email.into(),
        role: Role::Operator,
        invited_by: world.member.id,
        created_at,
        expires_at,
    }
}

async fn sign_in(world: &World, session: &SessionRow) -> TokenHash {
    let token = world.token();
    let mut unit = world.write().await;
    unit.insert_session(session, token).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    token
}

async fn invite(world: &World, invitation: &InvitationRow) -> TokenHash {
    let token = world.token();
    let mut unit = world.write().await;
    unit.insert_invitation(invitation, token).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    token
}

async fn sessions(world: &World, now: Timestamp) -> Vec<SessionId> {
    let mut unit = world.read().await;
    let sessions = unit.sessions(world.workspace_id, world.member.id, now).await.unwrap();
    sessions.iter().map(|session| session.id).collect()
}

async fn invitations(world: &World, now: Timestamp) -> Vec<InvitationId> {
    let invitations = world.read().await.invitations(world.workspace_id, now).await.unwrap();
    invitations.iter().map(|invitation| invitation.id).collect()
}

/// Whether Baton has been set up is known from the first workspace on.
pub async fn workspaces_are_found(store: Arc<dyn Store>) {
    let mut unit = store.read().await.unwrap();
    assert!(!unit.any_workspace().await.unwrap());
    assert_eq!(unit.workspaces_anywhere().await.unwrap(), []);
    drop(unit);
    let world = World::new(store).await;
    let beside = world.beside().await;
    let expected = [workspace(world.workspace_id, "Acme", at(0)), workspace(beside.workspace_id, "Beside", at(1))];
    let mut unit = world.read().await;
    assert!(unit.any_workspace().await.unwrap());
    assert_eq!(unit.workspaces_anywhere().await.unwrap(), expected);
    assert_eq!(unit.workspace(world.workspace_id).await.unwrap().as_ref(), Some(&expected[0]));
    assert_eq!(unit.workspace(WorkspaceId(world.id())).await.unwrap(), None);
}

/// Members come in the order in which they joined, and are found one by one.
pub async fn members_are_listed_in_the_order_they_joined(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let third = world.another_member("Cleo", at(20)).await;
    let second = world.another_member("Bob", at(10)).await;
    let mut unit = world.read().await;
    let members = unit.members(world.workspace_id).await.unwrap();
    assert_eq!(members, [world.member.clone(), second.clone(), third]);
    assert_eq!(unit.member(world.workspace_id, second.id).await.unwrap(), Some(second));
    assert_eq!(unit.member(world.workspace_id, MemberId(world.id())).await.unwrap(), None);
}

/// An address is one member's, in whatever case and whichever workspace.
pub async fn an_address_belongs_to_one_member(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let beside = world.beside().await;
    for (workspace_id, email) in [(world.workspace_id, "ADA@example.COM"), (beside.workspace_id, "ada@example.com")] {
        let twin = Member { email: email.into(), ..member(MemberId(world.id()), workspace_id, "Other Ada", at(1)) };
        let mut unit = world.write().await;
        let twice = unit.insert_member(&twin, "hash").await;
        assert!(matches!(twice, Err(StoreError::Taken { .. })), "{twice:?}");
    }
    let mut unit = world.read().await;
    for email in ["Ada@Example.com", "ada@example.com", "ADA@EXAMPLE.COM"] {
        let found = unit.credentials_anywhere(email).await.unwrap();
        assert_eq!(found, Some(Credentials { member: world.member.clone(), password_hash: "hash of Ada".into() }));
    }
    assert_eq!(unit.credentials_anywhere("nobody@example.com").await.unwrap(), None);
    assert_eq!(unit.members(world.workspace_id).await.unwrap().len(), 1);
}

/// Role, suspension, availability and the last sign of life each change alone.
pub async fn a_member_changes(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let mut expected = world.member.clone();
    let bystander = world.another_member("Bob", at(1)).await;
    let stored = async || world.read().await.member(world.workspace_id, world.member.id).await.unwrap().unwrap();
    let mut unit = world.write().await;
    unit.update_member(world.workspace_id, expected.id, Role::Owner, true).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    (expected.role, expected.suspended) = (Role::Owner, true);
    assert_eq!(stored().await, expected);
    let mut unit = world.write().await;
    unit.set_availability(world.workspace_id, expected.id, Availability::Available).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    expected.availability = Availability::Available;
    assert_eq!(stored().await, expected);
    for seen_at in [Some(at(5)), None] {
        let mut unit = world.write().await;
        unit.set_seen(world.workspace_id, expected.id, seen_at).await.unwrap();
        unit.commit(quietly()).await.unwrap();
        expected.seen_at = seen_at;
        assert_eq!(stored().await, expected);
    }
    let mut unit = world.read().await;
    assert_eq!(unit.member(world.workspace_id, bystander.id).await.unwrap(), Some(bystander));
}

/// Sessions come newest first, remember their last use, and end one by one or all at once.
pub async fn sessions_end(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let mut old = world.session(at(10), at(1_000));
    let new = world.session(at(20), at(1_000));
    let token = sign_in(&world, &old).await;
    sign_in(&world, &new).await;
    assert_eq!(sessions(&world, at(50)).await, [new.id, old.id]);
    let mut unit = world.write().await;
    unit.touch_session(world.workspace_id, old.id, at(60)).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    old.used_at = at(60);
    let found = world.read().await.session_of_token_anywhere(token, at(61)).await.unwrap();
    assert_eq!(found, Some((old.clone(), world.member.clone())));
    // Somebody else's session cannot be ended.
    let bob = world.another_member("Bob", at(1)).await;
    let mut unit = world.write().await;
    assert!(!unit.delete_session(world.workspace_id, bob.id, old.id).await.unwrap());
    assert!(unit.delete_session(world.workspace_id, world.member.id, old.id).await.unwrap());
    assert!(!unit.delete_session(world.workspace_id, world.member.id, old.id).await.unwrap());
    unit.commit(quietly()).await.unwrap();
    assert_eq!(world.read().await.session_of_token_anywhere(token, at(61)).await.unwrap(), None);
    assert_eq!(sessions(&world, at(61)).await, [new.id]);
    let theirs = SessionRow { member_id: bob.id, ..world.session(at(30), at(1_000)) };
    let their_token = sign_in(&world, &theirs).await;
    let mut unit = world.write().await;
    unit.delete_sessions(world.workspace_id, world.member.id).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    assert_eq!(sessions(&world, at(61)).await, []);
    let found = world.read().await.session_of_token_anywhere(their_token, at(61)).await.unwrap();
    assert_eq!(found, Some((theirs, bob)));
}

/// A session ends by itself at the time it was given.
pub async fn expired_sessions_are_not_found(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let session = world.session(at(0), at(100));
    let token = sign_in(&world, &session).await;
    let found = async |now| world.read().await.session_of_token_anywhere(token, now).await.unwrap().is_some();
    assert!(found(at(99)).await);
    assert!(!found(at(100)).await);
    assert_eq!(sessions(&world, at(99)).await, [session.id]);
    assert_eq!(sessions(&world, at(100)).await, []);
    // The next sign-in is not in the way of sessions that still run.
    let next = world.session(at(50), at(150));
    sign_in(&world, &next).await;
    assert!(found(at(99)).await);
    sign_in(&world, &world.session(at(120), at(220))).await;
    assert_eq!(sessions(&world, at(130)).await.len(), 2);
}

/// Invitations come newest first, are found by token, and are used up.
pub async fn invitations_end(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let old = invitation(&world, "bob@example.com", at(10), at(1_000));
    let new = invitation(&world, "cleo@example.com", at(20), at(1_000));
    let token = invite(&world, &old).await;
    invite(&world, &new).await;
    assert_eq!(invitations(&world, at(30)).await, [new.id, old.id]);
    let found = world.read().await.invitation_of_token_anywhere(token, at(30)).await.unwrap();
    assert_eq!(found.as_ref(), Some(&old));
    assert_eq!(world.read().await.invitation_of_token_anywhere(world.token(), at(30)).await.unwrap(), None);
    let mut unit = world.write().await;
    assert!(unit.delete_invitation(world.workspace_id, old.id).await.unwrap());
    assert!(!unit.delete_invitation(world.workspace_id, old.id).await.unwrap());
    unit.commit(quietly()).await.unwrap();
    assert_eq!(world.read().await.invitation_of_token_anywhere(token, at(30)).await.unwrap(), None);
    assert_eq!(invitations(&world, at(30)).await, [new.id]);
}

/// An invitation that can no longer be accepted is not there.
pub async fn expired_invitations_are_not_found(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let short = invitation(&world, "bob@example.com", at(0), at(100));
    let token = invite(&world, &short).await;
    let long = invitation(&world, "cleo@example.com", at(50), at(200));
    invite(&world, &long).await;
    let found = async |now| world.read().await.invitation_of_token_anywhere(token, now).await.unwrap().is_some();
    assert!(found(at(99)).await);
    assert!(!found(at(100)).await);
    assert_eq!(invitations(&world, at(99)).await, [long.id, short.id]);
    assert_eq!(invitations(&world, at(100)).await, [long.id]);
}

/// A secret of the installation is whatever was stored first.
pub async fn an_installation_secret_is_made_once(store: Arc<dyn Store>) {
    assert_eq!(store.read().await.unwrap().installation_secret("first").await.unwrap(), None);
    for (name, value, expected) in [("first", b"one", b"one"), ("first", b"two", b"one"), ("other", b"six", b"six")] {
        let mut unit = store.write().await.unwrap();
        assert_eq!(unit.keep_installation_secret(name, value).await.unwrap(), expected);
        unit.commit(quietly()).await.unwrap();
        let stored = store.read().await.unwrap().installation_secret(name).await.unwrap();
        assert_eq!(stored.as_deref(), Some(expected.as_slice()));
    }
}

/// Whoever makes a secret at the same time gets the same one.
pub async fn one_of_many_racing_secrets_is_kept(store: Arc<dyn Store>) {
    let mut nodes = JoinSet::new();
    for node in 0..16_u8 {
        let store = Arc::clone(&store);
        nodes.spawn(async move {
            let mut unit = store.write().await.unwrap();
            let kept = unit.keep_installation_secret("key", &[node; 32]).await.unwrap();
            unit.commit(quietly()).await.unwrap();
            kept
        });
    }
    let kept = nodes.join_all().await;
    assert!(kept.iter().all(|secret| *secret == kept[0]));
}
