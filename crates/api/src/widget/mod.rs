//! What the chat on the owner's site calls.

mod acts;
mod config;
mod events;
mod messages;
mod person;
mod sessions;
mod thread;

use baton_domain::policy::NobodyThere;
use baton_storage::AgentRow;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::state::ApiState;
use crate::wire::widget::PersonState;

pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(config::config, config::preflight))
        .routes(routes!(sessions::open))
        .routes(routes!(thread::thread))
        .routes(routes!(messages::send))
        .routes(routes!(messages::press))
        .routes(routes!(acts::typing))
        .routes(routes!(acts::seen))
        .routes(routes!(acts::visited))
        .routes(routes!(acts::rate))
}

/// Routes whose answers go on and on.
pub(crate) fn streams() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(events::events)).routes(routes!(person::person))
}

/// Whether a person can be had, and whether to offer one (H3).
pub(crate) fn person_state(agent: &AgentRow, someone_there: bool) -> PersonState {
    let can_wait = agent.settings.handoff.nobody_there == NobodyThere::Queue;
    PersonState { someone_there, offered: !agent.settings.actions.is_empty() && (someone_there || can_wait) }
}

pub(crate) async fn person_of(state: &ApiState, agent: &AgentRow) -> Result<PersonState, ApiError> {
    let someone_there = baton_app::team::someone_there(&state.baton, agent.workspace_id).await?;
    Ok(person_state(agent, someone_there))
}
