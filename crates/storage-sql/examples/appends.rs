//! Measures appends to conversations as the server does them: load, append a message, commit.
//!
//! `cargo run --release -p baton-storage-sql --example appends [folder]`

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use baton_domain::agent::AgentSettings;
use baton_domain::conversation::{Conversation, Event, Summary};
use baton_domain::ids::{AgentId, ClientId, ConversationId, VisitorId, WorkspaceId};
use baton_domain::time::Timestamp;
use baton_storage::{
    AgentRow, Append, KnowledgeRow, KnowledgeState, Store, StoreError, TokenHash, Visitor, Workspace, quietly,
};
use baton_storage_sql::SqliteStore;
use baton_storage_sql::sqlite::Options;
use tokio::task::JoinSet;
use uuid::Uuid;

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
const AGENT: AgentId = AgentId(Uuid::from_u128(2));
const TEXT: &str = "How do I connect my shop, and does the widget work behind a strict content security policy?";

static IDS: AtomicU64 = AtomicU64::new(1);

#[tokio::main]
async fn main() -> Outcome<()> {
    let folder = match std::env::args_os().nth(1) {
        Some(folder) => tempfile::tempdir_in(PathBuf::from(folder))?,
        None => tempfile::tempdir()?,
    };
    let store = Arc::new(SqliteStore::open(&folder.path().join("baton.db"), Options::default()).await?);
    set_up(&store).await?;
    for (tasks, appends_each) in [(1, 4_000), (8, 2_000), (64, 500), (64, 500)] {
        measure(&store, tasks, appends_each).await?;
    }
    measure_reads(&store).await?;
    store.close().await;
    Ok(())
}

async fn set_up(store: &SqliteStore) -> Outcome<()> {
    let mut unit = store.write().await?;
    let created_at = Timestamp(0);
    unit.insert_workspace(&Workspace { id: WORKSPACE, name: "Acme".into(), created_at }).await?;
    let knowledge =
        KnowledgeRow { state: KnowledgeState::Empty, snapshot_id: None, documents: 0, passages: 0, trained_at: None };
    let settings = AgentSettings::default();
    unit.insert_agent(&AgentRow {
        id: AGENT,
        workspace_id: WORKSPACE,
        name: "Docs".into(),
        settings,
        knowledge,
        calibration: baton_domain::golden::Calibration::default(),
        created_at,
    })
    .await?;
    unit.commit(quietly()).await?;
    Ok(())
}

/// Each task has a conversation of its own and appends to it, one message after the other.
async fn measure(store: &Arc<SqliteStore>, tasks: u32, appends_each: u32) -> Outcome<()> {
    let mut ids = Vec::new();
    for _ in 0..tasks {
        ids.push(begin(store).await?);
    }
    let before = store.counts();
    let started = Instant::now();
    let mut writers = JoinSet::new();
    for id in ids {
        let store = Arc::clone(store);
        writers.spawn(async move {
            let mut took = Vec::new();
            for n in 0..appends_each {
                let started = Instant::now();
                append(store.as_ref(), id, Timestamp(i64::from(n))).await?;
                took.push(started.elapsed());
            }
            Ok::<_, StoreError>(took)
        });
    }
    let mut took = Vec::new();
    while let Some(part) = writers.join_next().await {
        took.extend(part??);
    }
    let elapsed = started.elapsed();
    let after = store.counts();
    report(&format!("{tasks} tasks"), &mut took, elapsed);
    let per_commit = (after.units - before.units) as f64 / (after.commits - before.commits) as f64;
    say(&format!("    {per_commit:.1} units in a commit"));
    Ok(())
}

async fn measure_reads(store: &SqliteStore) -> Outcome<()> {
    let id = begin(store).await?;
    for n in 0..20 {
        append(store, id, Timestamp(n)).await?;
    }
    let started = Instant::now();
    let mut took = Vec::new();
    for _ in 0..5_000 {
        let started = Instant::now();
        let entries = store.read().await?.entries(WORKSPACE, id, 0, 20).await?;
        took.push(started.elapsed());
        assert_eq!(entries.len(), 20);
    }
    report("reading 20 entries", &mut took, started.elapsed());
    Ok(())
}

async fn begin(store: &SqliteStore) -> Outcome<ConversationId> {
    let id = fresh();
    let now = Timestamp(0);
    let visitor = Visitor { id: VisitorId(id), workspace_id: WORKSPACE, agent_id: AGENT, created_at: now };
    let mut token = [0; 32];
    token[..16].copy_from_slice(id.as_bytes());
    let before = Conversation::new(ConversationId(id), WORKSPACE, AGENT, visitor.id, now);
    let mut state = before.clone();
    let mut summary = Summary::new(&state);
    let entries = state.append(
        vec![Event::ConversationStarted {
            page: None,
            trail: Vec::new(),
            referrer: None,
            locale: None,
            user_agent: None,
            previous_conversation_id: None,
        }],
        now,
    );
    summary.apply(&entries, &state);
    let mut unit = store.write().await?;
    unit.insert_visitor(&visitor, TokenHash(token)).await?;
    let first = Append { before: &before, state: &state, summary: &summary, entries: &entries, client_id: None };
    unit.begin_conversation(first).await?;
    unit.commit(quietly()).await?;
    Ok(state.id)
}

async fn append(store: &SqliteStore, id: ConversationId, now: Timestamp) -> Result<(), StoreError> {
    let mut unit = store.write().await?;
    let stored = unit.conversation(WORKSPACE, id).await?.ok_or_else(|| StoreError::backend("no conversation"))?;
    let before = stored.state.clone();
    let (mut state, mut summary) = (stored.state, stored.summary);
    let client_id = ClientId(fresh());
    let entries = state.append(vec![Event::VisitorMessage { client_id, text: TEXT.into() }], now);
    summary.apply(&entries, &state);
    let append =
        Append { before: &before, state: &state, summary: &summary, entries: &entries, client_id: Some(client_id) };
    unit.append(append).await?;
    unit.commit(quietly()).await
}

/// Time-ordered, as the server's are.
fn fresh() -> Uuid {
    let n = IDS.fetch_add(1, Ordering::Relaxed);
    let spread = n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
    let mut random = [0; 10];
    random[2..].copy_from_slice(&spread);
    uuid::Builder::from_unix_timestamp_millis(n, &random).into_uuid()
}

fn report(what: &str, took: &mut [Duration], elapsed: Duration) {
    took.sort();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    let per_second = took.len() as f64 / elapsed.as_secs_f64();
    say(&format!(
        "{what}: {per_second:.0}/s, p50 {:?}, p99 {:?}, longest {:?}",
        at(0.5),
        at(0.99),
        took[took.len() - 1]
    ));
}

#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
fn say(line: &str) {
    println!("{line}");
}
