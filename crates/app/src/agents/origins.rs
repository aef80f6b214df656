//! On which sites a widget may be shown (W3).

use baton_domain::ids::{AgentId, WorkspaceId};
use baton_domain::text::Origin;
use baton_storage::{AgentRow, BlockedOrigin, quietly};

use crate::{AppError, Baton};

/// Whether an agent's widget may be shown on a site. A site that may not is counted for the owner to see.
///
/// # Errors
/// Only if the store fails.
pub async fn check_origin(baton: &Baton, agent: &AgentRow, origin: &Origin) -> Result<bool, AppError> {
    let own = Origin::parse(&baton.config().public_url).ok();
    if own.as_ref() == Some(origin) || agent.settings.allowed_origins.contains(origin) {
        return Ok(true);
    }
    let mut unit = baton.store().write().await?;
    unit.note_blocked_origin(agent.workspace_id, agent.id, origin, baton.now()).await?;
    unit.commit(quietly()).await?;
    Ok(false)
}

/// The sites that tried to show the widget and may not.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such agent.
pub async fn blocked_origins(
    baton: &Baton,
    workspace_id: WorkspaceId,
    id: AgentId,
) -> Result<Vec<BlockedOrigin>, AppError> {
    baton.agent(workspace_id, id).await?;
    Ok(baton.store().read().await?.blocked_origins(workspace_id, id).await?)
}

/// Allows a site.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such agent, [`AppError::Invalid`] if there are too many sites.
pub async fn allow_origin(
    baton: &Baton,
    workspace_id: WorkspaceId,
    id: AgentId,
    origin: Origin,
) -> Result<AgentRow, AppError> {
    let mut unit = baton.store().write().await?;
    let mut agent = unit.agent(workspace_id, id).await?.ok_or(AppError::NotFound)?;
    if !agent.settings.allowed_origins.contains(&origin) {
        agent.settings.allowed_origins.push(origin.clone());
    }
    let errors = agent.settings.errors();
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors));
    }
    unit.update_agent(workspace_id, id, &agent.name, &agent.settings).await?;
    unit.forget_blocked_origin(workspace_id, id, &origin).await?;
    unit.commit(quietly()).await?;
    baton.forget_agent(id);
    crate::agents::settings::tell(baton, workspace_id, id);
    Ok(agent)
}
