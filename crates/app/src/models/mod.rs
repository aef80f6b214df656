//! Language models: which one writes for an agent, its key, trying it out, and what its answers cost.

mod keys;
mod pick;
mod prices;
mod trial;

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use baton_answer::model::SharedCircuit;
use baton_answer::{ChatModel, Endpoint};
use baton_domain::agent::FieldError;
use baton_domain::ids::AgentId;
use baton_domain::model::{ModelChoice, ModelSettings};
use lru::LruCache;

pub use crate::models::keys::{KeyState, ModelState, forget_key, model_state, set_key};
pub(crate) use crate::models::pick::pick;
pub use crate::models::prices::{Price, PriceTable, Spend};
pub use crate::models::trial::{Trial, TrialProblem, try_model};
use crate::sealing::Sealer;

/// Models kept ready; making one is cheap, but its circuit breaker remembers.
const READY_MAX: usize = 1_000;

/// How models are reached. The one who implements it guards where connections go.
pub trait ModelConnections: Send + Sync + fmt::Debug {
    /// Why this address may not be asked, in words for the person who typed it in; `None` if it may.
    fn refuses(&self, address: &url::Url) -> Option<String>;

    /// The model at an endpoint. Nothing is sent yet.
    fn connect(&self, endpoint: Endpoint) -> Arc<dyn ChatModel>;
}

/// What an installation is given for the models of its agents.
#[derive(Debug)]
pub struct ModelParts {
    /// How they are reached.
    pub connections: Arc<dyn ModelConnections>,
    /// Seals their keys.
    pub sealer: Sealer,
    /// What they cost.
    pub prices: PriceTable,
}

/// Everything that is known about models at run time.
pub(crate) struct Models {
    pub(crate) parts: ModelParts,
    ready: Mutex<LruCache<AgentId, Ready>>,
    circuits: Mutex<LruCache<[u8; 32], SharedCircuit>>,
}

/// A model that was made for an agent, and what it was made from.
#[derive(Clone)]
struct Ready {
    settings: ModelSettings,
    sealed: Option<Vec<u8>>,
    model: Arc<dyn ChatModel>,
}

impl Models {
    pub(crate) fn new(parts: ModelParts) -> Self {
        let cache = || NonZeroUsize::new(READY_MAX).expect("the constant is not zero");
        Self { parts, ready: Mutex::new(LruCache::new(cache())), circuits: Mutex::new(LruCache::new(cache())) }
    }

    fn ready(&self) -> std::sync::MutexGuard<'_, LruCache<AgentId, Ready>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The circuit breaker of an endpoint, shared by all agents that ask it with the same key.
    fn circuit(&self, name: [u8; 32]) -> SharedCircuit {
        let mut circuits = self.circuits.lock().unwrap_or_else(PoisonError::into_inner);
        circuits.get_or_insert(name, SharedCircuit::default).clone()
    }

    /// What is wrong with where a model is to be asked, beyond what the settings themselves can tell.
    pub(crate) fn errors(&self, settings: &ModelSettings) -> Vec<FieldError> {
        let (ModelChoice::Own, Ok(address)) = (settings.choice, settings.address()) else { return Vec::new() };
        let refused = self.parts.connections.refuses(&address);
        refused.map(|message| FieldError { field: "model.base_url".to_owned(), message }).into_iter().collect()
    }
}
