//! What every use case works with.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use baton_answer::model::ChatModel;
use baton_domain::conversation::FreshIds;
use baton_domain::ids::{AgentId, HandoffId, IdSource, TurnId, WorkspaceId};
use baton_domain::time::{Clock, Timestamp};
use baton_fetch::Fetcher;
use baton_knowledge::Embedder;
use baton_realtime::{Availabilities, Hub, Presences};
use baton_storage::{AgentRow, Store, TokenHash, Visitor};
use lru::LruCache;
use object_store::ObjectStore;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::error::AppError;
use crate::knowledge::{RunningSyncs, SnapshotShelf};
use crate::models::{ModelParts, Models};
use crate::reader::DocumentReader;
use crate::running::RunningTurns;
use crate::team::People;

/// Agents and visitors' tokens kept in memory: each message needs them, and they rarely change.
const AGENTS_KEPT: usize = 1_000;
const VISITORS_KEPT: usize = 20_000;

/// How long a kept agent is taken as is. Changes made on this node are seen at once, those of other nodes after this.
const AGENT_FRESH: Duration = Duration::from_secs(2);

/// What an installation is given at its start.
pub struct Parts {
    /// The database.
    pub store: Arc<dyn Store>,
    /// Uploaded files and what was read from them.
    pub files: Arc<dyn ObjectStore>,
    /// What reads the files of sources.
    pub reader: Arc<dyn DocumentReader>,
    /// What embeds passages and questions; without it, only words are searched.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// What fetches pages on somebody's behalf.
    pub fetcher: Fetcher,
    /// The language model; without one, answers are quoted from the docs (A1).
    pub model: Option<Arc<dyn ChatModel>>,
    /// For the models that agents have of their own.
    pub models: ModelParts,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub ids: Arc<dyn IdSource>,
    /// What the operator of the installation decides.
    pub config: Config,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").field("config", &self.config).finish_non_exhaustive()
    }
}

/// What the operator of the installation decides.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the published snapshots lie.
    pub snapshots_dir: PathBuf,
    /// The address under which people reach this installation, without a final slash.
    pub public_url: String,
    /// The one-time token that the first sign-up needs.
    pub setup_token: Option<String>,
}

/// What every use case works with. Cheap to clone.
#[derive(Clone)]
pub struct Baton {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for Baton {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Baton").field("config", &self.inner.config).finish_non_exhaustive()
    }
}

struct Inner {
    store: Arc<dyn Store>,
    files: Arc<dyn ObjectStore>,
    reader: Arc<dyn DocumentReader>,
    embedder: Option<Arc<dyn Embedder>>,
    fetcher: Fetcher,
    model: Option<Arc<dyn ChatModel>>,
    models: Models,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    config: Config,
    hub: Hub,
    presences: Presences,
    availabilities: Availabilities,
    people: People,
    snapshots: SnapshotShelf,
    running: RunningTurns,
    agents: Mutex<LruCache<AgentId, (Timestamp, Arc<AgentRow>)>>,
    visitors: Mutex<LruCache<TokenHash, Visitor>>,
    turns_due: Notify,
    jobs_due: Notify,
    embeddings_due: Notify,
    syncs_due: Notify,
    syncs: RunningSyncs,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl Baton {
    /// Puts an installation together. Nothing runs until [`crate::background::start`].
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { store, files, reader, embedder, fetcher, model, models, clock, ids, config } = parts;
        let snapshots = SnapshotShelf::new(config.snapshots_dir.clone());
        let kept = |count| NonZeroUsize::new(count).expect("the constants are not zero");
        Self {
            inner: Arc::new(Inner {
                store,
                files,
                reader,
                embedder,
                fetcher,
                model,
                models: Models::new(models),
                clock,
                ids,
                config,
                hub: Hub::default(),
                presences: Presences::default(),
                availabilities: Availabilities::default(),
                people: People::default(),
                snapshots,
                running: RunningTurns::default(),
                agents: Mutex::new(LruCache::new(kept(AGENTS_KEPT))),
                visitors: Mutex::new(LruCache::new(kept(VISITORS_KEPT))),
                turns_due: Notify::new(),
                jobs_due: Notify::new(),
                embeddings_due: Notify::new(),
                syncs_due: Notify::new(),
                syncs: RunningSyncs::default(),
                tasks: TaskTracker::new(),
                shutdown: CancellationToken::new(),
            }),
        }
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        self.inner.store.as_ref()
    }

    /// Who watches what.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.inner.hub
    }

    /// Whether a person can be had, for the widgets that watch.
    #[must_use]
    pub fn availabilities(&self) -> &Availabilities {
        &self.inner.availabilities
    }

    /// Which members have streams open.
    #[must_use]
    pub fn presences(&self) -> &Presences {
        &self.inner.presences
    }

    /// What the operator of the installation decides.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// A fresh id of any kind.
    pub fn fresh<T: From<uuid::Uuid>>(&self) -> T {
        T::from(self.inner.ids.next())
    }

    /// Told when the installation shuts down.
    #[must_use]
    pub fn shutdown(&self) -> &CancellationToken {
        &self.inner.shutdown
    }

    /// Tasks that are awaited at shutdown.
    #[must_use]
    pub fn tasks(&self) -> &TaskTracker {
        &self.inner.tasks
    }

    /// Stops all background work and waits until it has ended; then closes the store.
    pub async fn stop(&self) {
        self.inner.shutdown.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
        self.inner.store.close().await;
    }

    pub(crate) fn fresh_ids(&self) -> FreshIds {
        FreshIds { turn_id: self.fresh::<TurnId>(), handoff_id: self.fresh::<HandoffId>() }
    }

    pub(crate) fn files(&self) -> &dyn ObjectStore {
        self.inner.files.as_ref()
    }

    pub(crate) fn reader(&self) -> &dyn DocumentReader {
        self.inner.reader.as_ref()
    }

    pub(crate) fn embedder(&self) -> Option<Arc<dyn Embedder>> {
        self.inner.embedder.clone()
    }

    pub(crate) fn model(&self) -> Option<Arc<dyn ChatModel>> {
        self.inner.model.clone()
    }

    pub(crate) fn models(&self) -> &Models {
        &self.inner.models
    }

    pub(crate) fn people(&self) -> &People {
        &self.inner.people
    }

    pub(crate) fn snapshots(&self) -> &SnapshotShelf {
        &self.inner.snapshots
    }

    pub(crate) fn running(&self) -> &RunningTurns {
        &self.inner.running
    }

    pub(crate) fn turns_due(&self) -> &Notify {
        &self.inner.turns_due
    }

    pub(crate) fn jobs_due(&self) -> &Notify {
        &self.inner.jobs_due
    }

    pub(crate) fn embeddings_due(&self) -> &Notify {
        &self.inner.embeddings_due
    }

    pub(crate) fn syncs_due(&self) -> &Notify {
        &self.inner.syncs_due
    }

    pub(crate) fn syncs(&self) -> &RunningSyncs {
        &self.inner.syncs
    }

    pub(crate) fn fetcher(&self) -> &Fetcher {
        &self.inner.fetcher
    }

    /// An agent, from memory if it was read a moment ago.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if there is none in this workspace.
    pub async fn agent(&self, workspace_id: WorkspaceId, id: AgentId) -> Result<Arc<AgentRow>, AppError> {
        let agent = self.agent_anywhere(id).await?;
        if agent.workspace_id == workspace_id { Ok(agent) } else { Err(AppError::NotFound) }
    }

    /// An agent of any workspace, for its public pages.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if there is none.
    pub async fn agent_anywhere(&self, id: AgentId) -> Result<Arc<AgentRow>, AppError> {
        let now = self.now();
        if let Some((read_at, agent)) = lock(&self.inner.agents).get(&id)
            && now.since(*read_at) < AGENT_FRESH
        {
            return Ok(Arc::clone(agent));
        }
        let agent = Arc::new(self.store().read().await?.agent_anywhere(id).await?.ok_or(AppError::NotFound)?);
        lock(&self.inner.agents).put(id, (now, Arc::clone(&agent)));
        Ok(agent)
    }

    pub(crate) fn forget_agent(&self, id: AgentId) {
        lock(&self.inner.agents).pop(&id);
    }

    /// Whose token this is.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if it is nobody's.
    pub async fn visitor_of_token(&self, token: &str) -> Result<Visitor, AppError> {
        let hash = crate::system::token_hash(token);
        if let Some(visitor) = lock(&self.inner.visitors).get(&hash) {
            return Ok(visitor.clone());
        }
        let visitor = self.store().read().await?.visitor_of_token_anywhere(hash).await?.ok_or(AppError::NotFound)?;
        lock(&self.inner.visitors).put(hash, visitor.clone());
        Ok(visitor)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
