//! The key of an agent's own model: it goes in, and never comes out again.
//!
//! A key is sealed for its agent and for the address it was given for, so that changing the address cannot send it elsewhere.

use baton_domain::ids::{AgentId, WorkspaceId};
use baton_domain::time::Timestamp;
use baton_storage::{AgentRow, ModelKeyRow, quietly};
use url::Url;

use crate::{AppError, Baton};

/// Longest key, in characters.
const KEY_CHARS_MAX: usize = 500;
/// Characters that are shown of a key, and the length from which on they are.
const HINT_CHARS: usize = 4;
const HINTED_CHARS_MIN: usize = 16;

/// What can be told about an agent's model beside its settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelState {
    /// The name of the installation's model, if it has one.
    pub installation: Option<String>,
    /// The agent's own key, if there is one.
    pub key: Option<KeyState>,
}

/// What can be told about a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyState {
    /// Its last characters.
    pub hint: String,
    /// When it was set.
    pub set_at: Timestamp,
    /// Where it may be sent: scheme, host and port.
    pub origin: String,
    /// Whether it can be used with the agent's present address.
    pub usable: bool,
}

/// What can be told about an agent's model beside its settings.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such agent.
pub async fn model_state(baton: &Baton, workspace_id: WorkspaceId, id: AgentId) -> Result<ModelState, AppError> {
    let mut unit = baton.store().read().await?;
    let agent = unit.agent(workspace_id, id).await?.ok_or(AppError::NotFound)?;
    let key = unit.model_key(workspace_id, id).await?;
    Ok(state(baton, &agent, key))
}

/// Sets the key of an agent's own model.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such agent, [`AppError::Invalid`] if this is no key or the address is none.
pub async fn set_key(baton: &Baton, workspace_id: WorkspaceId, id: AgentId, key: &str) -> Result<ModelState, AppError> {
    let key = key.trim();
    if key.is_empty() || key.len() > KEY_CHARS_MAX || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message =
            "A key is one word of letters, digits and signs, at most 500 long. Copy it again from the provider.";
        return Err(AppError::invalid("key", message));
    }
    let mut unit = baton.store().write().await?;
    let agent = unit.agent(workspace_id, id).await?.ok_or(AppError::NotFound)?;
    let address = agent.settings.model.address().map_err(|message| AppError::invalid("model.base_url", message))?;
    let origin = origin(&address);
    let hint_from = key.len().saturating_sub(if key.len() < HINTED_CHARS_MIN { 0 } else { HINT_CHARS });
    let row = ModelKeyRow {
        sealed: baton.models().parts.sealer.seal(key, &belongs_to(id, &origin)),
        hint: key[hint_from..].to_owned(),
        origin,
        set_at: baton.now(),
    };
    unit.put_model_key(workspace_id, id, &row).await?;
    unit.commit(quietly()).await?;
    Ok(state(baton, &agent, Some(row)))
}

/// Forgets the key of an agent's own model.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such agent.
pub async fn forget_key(baton: &Baton, workspace_id: WorkspaceId, id: AgentId) -> Result<ModelState, AppError> {
    let mut unit = baton.store().write().await?;
    let agent = unit.agent(workspace_id, id).await?.ok_or(AppError::NotFound)?;
    unit.delete_model_key(workspace_id, id).await?;
    unit.commit(quietly()).await?;
    Ok(state(baton, &agent, None))
}

fn state(baton: &Baton, agent: &AgentRow, key: Option<ModelKeyRow>) -> ModelState {
    let address = agent.settings.model.address().ok();
    let key = key.map(|key| KeyState {
        usable: address.is_some_and(|address| open_key(baton, agent.id, &address, &key).is_some()),
        hint: key.hint,
        set_at: key.set_at,
        origin: key.origin,
    });
    ModelState { installation: baton.model().map(|model| model.name().to_owned()), key }
}

/// The key itself, for a request to this address.
pub(crate) fn open_key(baton: &Baton, agent_id: AgentId, address: &Url, key: &ModelKeyRow) -> Option<String> {
    baton.models().parts.sealer.open(&key.sealed, &belongs_to(agent_id, &origin(address)))
}

fn origin(address: &Url) -> String {
    address.origin().ascii_serialization()
}

fn belongs_to(agent_id: AgentId, origin: &str) -> Vec<u8> {
    [agent_id.0.as_bytes(), origin.as_bytes()].concat()
}
