//! Making agents and changing their settings.

use std::sync::Arc;

use baton_domain::agent::AgentSettings;
use baton_domain::golden::Calibration;
use baton_domain::ids::{AgentId, WorkspaceId};
use baton_realtime::{Signal, Topic};
use baton_storage::{AgentRow, KnowledgeRow, KnowledgeState, quietly};

use crate::{AppError, Baton};

const NAME_CHARS_MAX: usize = 80;

/// All agents of a workspace, oldest first.
///
/// # Errors
/// Only if the store fails.
pub async fn agents(baton: &Baton, workspace_id: WorkspaceId) -> Result<Vec<AgentRow>, AppError> {
    Ok(baton.store().read().await?.agents(workspace_id).await?)
}

/// Makes an agent with the settings that everybody starts with.
///
/// # Errors
/// [`AppError::Invalid`] if the name is missing or too long.
pub async fn create_agent(baton: &Baton, workspace_id: WorkspaceId, name: &str) -> Result<AgentRow, AppError> {
    let agent = AgentRow {
        id: baton.fresh(),
        workspace_id,
        name: agent_name(name)?,
        settings: AgentSettings::default(),
        knowledge: KnowledgeRow {
            state: KnowledgeState::Empty,
            snapshot_id: None,
            documents: 0,
            passages: 0,
            trained_at: None,
        },
        calibration: Calibration::default(),
        created_at: baton.now(),
    };
    let mut unit = baton.store().write().await?;
    unit.insert_agent(&agent).await?;
    unit.commit(quietly()).await?;
    tell(baton, workspace_id, agent.id);
    Ok(agent)
}

/// Changes an agent's name and settings.
///
/// # Errors
/// [`AppError::Invalid`] naming every value that cannot be; nothing was saved then.
pub async fn update_agent(
    baton: &Baton,
    workspace_id: WorkspaceId,
    id: AgentId,
    name: &str,
    settings: AgentSettings,
) -> Result<AgentRow, AppError> {
    let mut errors = settings.errors();
    errors.extend(baton.models().errors(&settings.model));
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors));
    }
    let name = agent_name(name)?;
    let mut unit = baton.store().write().await?;
    let agent = unit.agent(workspace_id, id).await?.ok_or(AppError::NotFound)?;
    unit.update_agent(workspace_id, id, &name, &settings).await?;
    unit.commit(quietly()).await?;
    baton.forget_agent(id);
    tell(baton, workspace_id, id);
    Ok(AgentRow { name, settings, ..agent })
}

pub(crate) fn tell(baton: &Baton, workspace_id: WorkspaceId, agent_id: AgentId) {
    baton.hub().publish(Topic::Inbox(workspace_id), &Arc::new(Signal::Agent { agent_id }));
}

fn agent_name(name: &str) -> Result<String, AppError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(AppError::invalid("name", format!("Between 1 and {NAME_CHARS_MAX} characters.")));
    }
    Ok(name.to_owned())
}
