//! The model that writes for an agent, as its settings and its key are now.

use std::sync::Arc;

use async_trait::async_trait;
use baton_answer::model::{ChatRequest, ChatStream, Guarded};
use baton_answer::{ChatModel, Endpoint, Failure, ModelError, Protocol};
use baton_domain::ids::{AgentId, WorkspaceId};
use baton_domain::model::{ModelChoice, ModelProvider, ModelSettings};
use baton_storage::{AgentRow, ModelKeyRow};
use sha2::{Digest, Sha256};

use crate::models::Ready;
use crate::models::keys::open_key;
use crate::{AppError, Baton};

/// The model that writes for an agent; `None` if answers are quoted.
pub(crate) async fn pick(baton: &Baton, agent: &AgentRow) -> Result<Option<Arc<dyn ChatModel>>, AppError> {
    match agent.settings.model.choice {
        ModelChoice::None => Ok(None),
        ModelChoice::Installation => Ok(baton.model()),
        ModelChoice::Own => own(baton, agent.workspace_id, agent.id, &agent.settings.model).await.map(Some),
    }
}

/// An agent's own model by these settings, made anew when they or the key have changed.
pub(crate) async fn own(
    baton: &Baton,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
    settings: &ModelSettings,
) -> Result<Arc<dyn ChatModel>, AppError> {
    let key = baton.store().read().await?.model_key(workspace_id, agent_id).await?;
    let sealed = key.as_ref().map(|key| key.sealed.clone());
    if let Some(ready) = baton.models().ready().get(&agent_id)
        && ready.settings == *settings
        && ready.sealed == sealed
    {
        return Ok(Arc::clone(&ready.model));
    }
    let model = make(baton, agent_id, settings, key.as_ref());
    let ready = Ready { settings: settings.clone(), sealed, model: Arc::clone(&model) };
    baton.models().ready().put(agent_id, ready);
    Ok(model)
}

fn make(baton: &Baton, agent_id: AgentId, settings: &ModelSettings, key: Option<&ModelKeyRow>) -> Arc<dyn ChatModel> {
    match endpoint(baton, agent_id, settings, key) {
        Ok(endpoint) => {
            let circuit = baton.models().circuit(fingerprint(&endpoint));
            Arc::new(Guarded::new(baton.models().parts.connections.connect(endpoint), circuit))
        }
        Err(error) => Arc::new(Unusable { name: settings.name.clone(), error }),
    }
}

fn endpoint(
    baton: &Baton,
    agent_id: AgentId,
    settings: &ModelSettings,
    key: Option<&ModelKeyRow>,
) -> Result<Endpoint, ModelError> {
    let wrong = |failure, cause: &str| ModelError { failure, after: None, cause: cause.to_owned(), said: None };
    let base_url = settings.address().map_err(|_| wrong(Failure::WrongAddress, "the address cannot be used"))?;
    if baton.models().parts.connections.refuses(&base_url).is_some() {
        return Err(wrong(Failure::WrongAddress, "this installation does not allow the address"));
    }
    let api_key = match key {
        None => None,
        Some(key) => Some(open_key(baton, agent_id, &base_url, key).ok_or_else(|| {
            wrong(Failure::KeyRefused, "the stored key belongs to another address, or cannot be read any more")
        })?),
    };
    let protocol = match settings.provider {
        ModelProvider::OpenAi => Protocol::OpenAi,
        ModelProvider::Anthropic => Protocol::Anthropic,
        ModelProvider::Gemini => Protocol::Gemini,
        ModelProvider::Ollama => Protocol::Ollama,
    };
    let model = settings.name.trim().to_owned();
    Ok(Endpoint { protocol, base_url, api_key, model, temperature: settings.temperature })
}

/// Two agents share a circuit breaker when they ask the same model at the same address with the same key.
fn fingerprint(endpoint: &Endpoint) -> [u8; 32] {
    let mut hash = Sha256::new();
    let key = endpoint.api_key.as_deref().unwrap_or_default();
    for part in [&format!("{:?}", endpoint.protocol), endpoint.base_url.as_str(), &endpoint.model, key] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

/// A model whose settings cannot work: it fails at once with the reason, and the documents answer.
#[derive(Debug)]
struct Unusable {
    name: String,
    error: ModelError,
}

#[async_trait]
impl ChatModel for Unusable {
    fn name(&self) -> &str {
        &self.name
    }

    async fn stream(&self, _request: ChatRequest) -> Result<ChatStream, ModelError> {
        Err(self.error.clone())
    }
}
