//! The language model of an agent: its key, which goes in and never out, and trying it out.

use axum::Json;
use axum::extract::State;
use baton_app::{AppError, models as cases};
use baton_domain::ids::AgentId;

use crate::auth::AgentManager;
use crate::error::{ApiError, ErrorBody};
use crate::json::{Body, Path};
use crate::state::ApiState;
use crate::wire::models::{CheckModel, ModelCheck, ModelState, SetModelKey};

/// What can be told about an agent's language model beside its settings.
#[utoipa::path(get, path = "/api/v1/agents/{id}/model", tag = "agents", operation_id = "agents.model", security(("member" = [])),
    params(("id" = AgentId, Path)), responses((status = 200, body = ModelState), (status = 404, body = ErrorBody)))]
pub(crate) async fn model(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
) -> Result<Json<ModelState>, ApiError> {
    Ok(Json(cases::model_state(&state.baton, by.workspace_id, id).await?.into()))
}

/// Sets the key of an agent's own model, for the address that is saved. It cannot be read again.
#[utoipa::path(put, path = "/api/v1/agents/{id}/model-key", tag = "agents", operation_id = "agents.set_model_key", security(("member" = [])),
    params(("id" = AgentId, Path)), request_body = SetModelKey, responses((status = 200, body = ModelState), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn set_key(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
    Body(request): Body<SetModelKey>,
) -> Result<Json<ModelState>, ApiError> {
    Ok(Json(cases::set_key(&state.baton, by.workspace_id, id, &request.key).await?.into()))
}

/// Forgets the key of an agent's own model.
#[utoipa::path(delete, path = "/api/v1/agents/{id}/model-key", tag = "agents", operation_id = "agents.forget_model_key", security(("member" = [])),
    params(("id" = AgentId, Path)), responses((status = 200, body = ModelState), (status = 404, body = ErrorBody)))]
pub(crate) async fn forget_key(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
) -> Result<Json<ModelState>, ApiError> {
    Ok(Json(cases::forget_key(&state.baton, by.workspace_id, id).await?.into()))
}

/// Asks a language model one tiny question, and says in words what is wrong if it does not answer.
#[utoipa::path(post, path = "/api/v1/agents/{id}/model/check", tag = "agents", operation_id = "agents.check_model", security(("member" = [])),
    params(("id" = AgentId, Path)), request_body = CheckModel, responses((status = 200, body = ModelCheck), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody, description = "`settings_invalid`")))]
pub(crate) async fn check(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
    Body(request): Body<CheckModel>,
) -> Result<Json<ModelCheck>, ApiError> {
    match cases::try_model(&state.baton, by.workspace_id, id, request.model).await {
        Ok(trial) => Ok(Json(trial.into())),
        Err(AppError::Invalid(errors)) => Err(ApiError::fields("settings_invalid", errors)),
        Err(error) => Err(error.into()),
    }
}
