//! A small world to test in: one workspace with an agent, a member and visitors, and a second workspace beside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use baton_domain::agent::AgentSettings;
use baton_domain::availability::Availability;
use baton_domain::conversation::{By, Conversation, Entry, Event, Outcome, ReopenedTo, Summary, TakenFrom};
use baton_domain::golden::Calibration;
use baton_domain::ids::{
    AgentId, ClientId, ConversationId, HandoffId, MemberId, SessionId, TurnId, VisitorId, WorkspaceId,
};
use baton_domain::policy::HandoffReason;
use baton_domain::team::{Member, Role};
use baton_domain::time::Timestamp;
use baton_domain::turn::{Turn, TurnState};
use uuid::Uuid;

use crate::{
    AgentRow, Append, KnowledgeRow, KnowledgeState, OnCommit, ReadUnit, SessionRow, Store, StoreError, Stored,
    TokenHash, Visitor, Workspace, WriteUnit, quietly,
};

/// When every test begins.
pub(crate) const START: Timestamp = Timestamp(1_700_000_000_000);

/// A time some milliseconds after the start.
pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp(START.0 + ms)
}

/// A store with something in it.
#[derive(Debug)]
pub(crate) struct World {
    store: Arc<dyn Store>,
    ids: AtomicU64,
    pub(crate) workspace_id: WorkspaceId,
    pub(crate) agent_id: AgentId,
    pub(crate) member: Member,
}

impl World {
    /// A workspace with an agent and a member.
    pub(crate) async fn new(store: Arc<dyn Store>) -> Arc<Self> {
        let ids = AtomicU64::new(1);
        let mut world = Self {
            workspace_id: WorkspaceId(fresh(&ids)),
            agent_id: AgentId(fresh(&ids)),
            member: member(MemberId(fresh(&ids)), WorkspaceId(Uuid::nil()), "Ada", at(0)),
            store,
            ids,
        };
        world.member.workspace_id = world.workspace_id;
        let mut unit = world.write().await;
        unit.insert_workspace(&workspace(world.workspace_id, "Acme", at(0))).await.unwrap();
        unit.insert_agent(&agent(world.agent_id, world.workspace_id, at(0))).await.unwrap();
        unit.insert_member(&world.member, "hash of Ada").await.unwrap();
        unit.commit(quietly()).await.unwrap();
        Arc::new(world)
    }

    /// A second workspace with an agent and a member, in the same store.
    pub(crate) async fn beside(&self) -> Self {
        let workspace_id = WorkspaceId(self.id());
        let agent_id = AgentId(self.id());
        let member = member(MemberId(self.id()), workspace_id, "Bob", at(0));
        let mut unit = self.write().await;
        unit.insert_workspace(&workspace(workspace_id, "Beside", at(1))).await.unwrap();
        unit.insert_agent(&agent(agent_id, workspace_id, at(1))).await.unwrap();
        unit.insert_member(&member, "hash of Bob").await.unwrap();
        unit.commit(quietly()).await.unwrap();
        // Its ids begin where nobody else's are.
        let ids = AtomicU64::new(1_000_000 + self.ids.fetch_add(1, Ordering::Relaxed));
        Self { store: Arc::clone(&self.store), ids, workspace_id, agent_id, member }
    }

    pub(crate) fn id(&self) -> Uuid {
        fresh(&self.ids)
    }

    pub(crate) async fn write(&self) -> Box<dyn WriteUnit> {
        self.store.write().await.unwrap()
    }

    pub(crate) async fn read(&self) -> Box<dyn ReadUnit> {
        self.store.read().await.unwrap()
    }

    pub(crate) fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    pub(crate) async fn another_member(&self, name: &str, created_at: Timestamp) -> Member {
        let member = member(MemberId(self.id()), self.workspace_id, name, created_at);
        let mut unit = self.write().await;
        unit.insert_member(&member, "hash").await.unwrap();
        unit.commit(quietly()).await.unwrap();
        member
    }

    pub(crate) async fn another_agent(&self, created_at: Timestamp) -> AgentRow {
        let agent = agent(AgentId(self.id()), self.workspace_id, created_at);
        let mut unit = self.write().await;
        unit.insert_agent(&agent).await.unwrap();
        unit.commit(quietly()).await.unwrap();
        agent
    }

    pub(crate) async fn visitor_of(&self, agent_id: AgentId) -> VisitorId {
        let visitor =
            Visitor { id: VisitorId(self.id()), workspace_id: self.workspace_id, agent_id, created_at: at(0) };
        let mut unit = self.write().await;
        unit.insert_visitor(&visitor, self.token()).await.unwrap();
        unit.commit(quietly()).await.unwrap();
        visitor.id
    }

    pub(crate) async fn visitor(&self) -> VisitorId {
        self.visitor_of(self.agent_id).await
    }

    pub(crate) fn token(&self) -> TokenHash {
        let mut hash = [7; 32];
        hash[..16].copy_from_slice(self.id().as_bytes());
        TokenHash(hash)
    }

    pub(crate) fn client_id(&self) -> ClientId {
        ClientId(self.id())
    }

    pub(crate) fn session(&self, created_at: Timestamp, expires_at: Timestamp) -> SessionRow {
        SessionRow {
            id: SessionId(self.id()),
            member_id: self.member.id,
            workspace_id: self.workspace_id,
            created_at,
            used_at: created_at,
            expires_at,
            user_agent: "Firefox".into(),
        }
    }

    pub(crate) fn turn(&self, conversation_id: ConversationId, due_at: Timestamp) -> Turn {
        Turn {
            id: TurnId(self.id()),
            workspace_id: self.workspace_id,
            agent_id: self.agent_id,
            conversation_id,
            epoch: 1,
            state: TurnState::Pending,
            due_at,
            deadline_at: Timestamp(due_at.0 + 30_000),
            attempts: 0,
        }
    }

    /// Stores a turn of a new conversation.
    pub(crate) async fn open_turn(&self, due_at: Timestamp) -> Turn {
        let conversation = self.begun().await;
        let turn = self.turn(conversation.state.id, due_at);
        let mut unit = self.write().await;
        unit.open_turn(&turn).await.unwrap();
        unit.commit(quietly()).await.unwrap();
        turn
    }

    /// A conversation that is not stored.
    pub(crate) fn empty(&self, agent_id: AgentId, visitor_id: VisitorId, now: Timestamp) -> Stored {
        let state = Conversation::new(ConversationId(self.id()), self.workspace_id, agent_id, visitor_id, now);
        Stored { summary: Summary::new(&state), state }
    }

    /// Begins a conversation of a visitor.
    pub(crate) async fn begin(&self, agent_id: AgentId, visitor_id: VisitorId, now: Timestamp) -> Stored {
        let step = Step::on(&self.empty(agent_id, visitor_id, now), vec![started()], now);
        let mut unit = self.write().await;
        unit.begin_conversation(step.append(None)).await.unwrap();
        unit.commit(quietly()).await.unwrap();
        step.after
    }

    /// A conversation of a new visitor.
    pub(crate) async fn begun_at(&self, now: Timestamp) -> Stored {
        let visitor_id = self.visitor().await;
        self.begin(self.agent_id, visitor_id, now).await
    }

    /// A conversation of a new visitor, begun at the start.
    pub(crate) async fn begun(&self) -> Stored {
        self.begun_at(at(0)).await
    }

    /// Appends events to a conversation as it was loaded.
    pub(crate) async fn add(&self, stored: &Stored, events: Vec<Event>, now: Timestamp) -> Result<Stored, StoreError> {
        let step = Step::on(stored, events, now);
        let mut unit = self.write().await;
        unit.append(step.append(None)).await?;
        unit.commit(quietly()).await?;
        Ok(step.after)
    }

    /// Loads a conversation and appends a message, again and again until nobody else was faster.
    /// Returns the feed number; `then` is told it.
    pub(crate) async fn post(
        &self,
        id: ConversationId,
        client_id: ClientId,
        now: Timestamp,
        then: impl Fn(u64) -> OnCommit,
    ) -> u64 {
        loop {
            let mut unit = self.write().await;
            let stored = unit.conversation(self.workspace_id, id).await.unwrap().unwrap();
            let step = Step::on(&stored, vec![said(client_id, "hello")], now);
            match unit.append(step.append(Some(client_id))).await {
                Ok(feed) => {
                    unit.commit(then(feed)).await.unwrap();
                    return feed;
                }
                Err(StoreError::Conflict) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }

    pub(crate) async fn conversation(&self, id: ConversationId) -> Stored {
        self.read().await.conversation(self.workspace_id, id).await.unwrap().unwrap()
    }

    pub(crate) async fn entries(&self, id: ConversationId) -> Vec<Entry> {
        self.read().await.entries(self.workspace_id, id, 0, u32::MAX).await.unwrap()
    }

    pub(crate) async fn feed(&self) -> u64 {
        self.read().await.feed(self.workspace_id).await.unwrap()
    }

    /// Passed to the queue.
    pub(crate) fn handed_off(&self) -> Event {
        Event::HandoffRequested {
            handoff_id: HandoffId(self.id()),
            reason: HandoffReason::Asked,
            evidence: "“a person, please”".into(),
            turn_id: None,
            action: None,
            someone_there: true,
        }
    }

    /// Taken by a member.
    pub(crate) fn taken_by(&self, member: &Member) -> Event {
        Event::TakenOver {
            member_id: member.id,
            member_name: member.name.clone(),
            from: TakenFrom::Ai,
            handoff_id: HandoffId(self.id()),
        }
    }
}

/// Events on top of a state, before they are stored.
pub(crate) struct Step {
    before: Conversation,
    pub(crate) after: Stored,
    pub(crate) entries: Vec<Entry>,
}

impl Step {
    pub(crate) fn on(stored: &Stored, events: Vec<Event>, now: Timestamp) -> Self {
        let before = stored.state.clone();
        let Stored { mut state, mut summary } = stored.clone();
        let entries = state.append(events, now);
        summary.apply(&entries, &state);
        Self { before, after: Stored { state, summary }, entries }
    }

    pub(crate) fn append(&self, client_id: Option<ClientId>) -> Append<'_> {
        Append {
            before: &self.before,
            state: &self.after.state,
            summary: &self.after.summary,
            entries: &self.entries,
            client_id,
        }
    }
}

fn fresh(ids: &AtomicU64) -> Uuid {
    Uuid::from_u128(u128::from(ids.fetch_add(1, Ordering::Relaxed)))
}

pub(crate) fn workspace(id: WorkspaceId, name: &str, created_at: Timestamp) -> Workspace {
    Workspace { id, name: name.into(), created_at }
}

pub(crate) fn agent(id: AgentId, workspace_id: WorkspaceId, created_at: Timestamp) -> AgentRow {
    AgentRow {
        id,
        workspace_id,
        name: "Docs".into(),
        settings: AgentSettings::default(),
        knowledge: KnowledgeRow {
            state: KnowledgeState::Empty,
            snapshot_id: None,
            documents: 0,
            passages: 0,
            trained_at: None,
        },
        calibration: Calibration::default(),
        created_at,
    }
}

pub(crate) fn member(id: MemberId, workspace_id: WorkspaceId, name: &str, created_at: Timestamp) -> Member {
    Member {
        id,
        workspace_id,
        name: name.into(),
        email: format!("{name}@Example.com"),
        role: Role::Admin,
        availability: Availability::Away,
        seen_at: None,
        suspended: false,
        created_at,
    }
}

pub(crate) fn started() -> Event {
    Event::ConversationStarted {
        page: None,
        trail: Vec::new(),
        referrer: None,
        locale: Some("de".into()),
        user_agent: None,
        previous_conversation_id: None,
    }
}

pub(crate) fn said(client_id: ClientId, text: &str) -> Event {
    Event::VisitorMessage { client_id, text: text.into() }
}

pub(crate) fn closed() -> Event {
    Event::Closed { by: By::System, outcome: Outcome::Solved }
}

pub(crate) fn reopened() -> Event {
    Event::Reopened { by: By::Visitor, to: ReopenedTo::Ai }
}
