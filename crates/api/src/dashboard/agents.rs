//! Agents: settings, sites, trying out.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use baton_app::{AppError, agents as cases};
use baton_domain::agent::AgentSettings;
use baton_domain::ids::AgentId;
use baton_domain::text::{MessageText, Origin};
use baton_storage::AgentRow;
use serde_json::Value;

use crate::auth::{AgentManager, SignedInMember};
use crate::error::{ApiError, ErrorBody};
use crate::json::{Body, Path};
use crate::state::ApiState;
use crate::wire::agents::{
    Agent, Agents, AllowOrigin, Ask, AskAnswer, BlockedOrigin, BlockedOrigins, ChangeAgent, CreateAgent,
};

/// All agents.
#[utoipa::path(get, path = "/api/v1/agents", tag = "agents", operation_id = "agents.list", security(("member" = [])), responses((status = 200, body = Agents)))]
pub(crate) async fn agents(State(state): State<ApiState>, signed_in: SignedInMember) -> Result<Json<Agents>, ApiError> {
    let mut agents = Vec::new();
    for row in cases::agents(&state.baton, signed_in.member.workspace_id).await? {
        agents.push(view(&state, &row).await?);
    }
    Ok(Json(Agents { agents }))
}

/// Makes an agent.
#[utoipa::path(post, path = "/api/v1/agents", tag = "agents", operation_id = "agents.make", security(("member" = [])), request_body = CreateAgent,
    responses((status = 201, body = Agent), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn create(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Body(request): Body<CreateAgent>,
) -> Result<(StatusCode, Json<Agent>), ApiError> {
    let row = cases::create_agent(&state.baton, by.workspace_id, &request.name).await?;
    Ok((StatusCode::CREATED, Json(view(&state, &row).await?)))
}

/// An agent.
#[utoipa::path(get, path = "/api/v1/agents/{id}", tag = "agents", operation_id = "agents.get", security(("member" = [])),
    params(("id" = AgentId, Path)), responses((status = 200, body = Agent), (status = 404, body = ErrorBody)))]
pub(crate) async fn agent(
    State(state): State<ApiState>,
    signed_in: SignedInMember,
    Path(id): Path<AgentId>,
) -> Result<Json<Agent>, ApiError> {
    let row = state.baton.agent(signed_in.member.workspace_id, id).await?;
    Ok(Json(view(&state, &row).await?))
}

/// Changes an agent. Settings that are not named stay as they are.
#[utoipa::path(patch, path = "/api/v1/agents/{id}", tag = "agents", operation_id = "agents.change", security(("member" = [])),
    params(("id" = AgentId, Path)), request_body = ChangeAgent, responses((status = 200, body = Agent), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody, description = "`settings_invalid`")))]
pub(crate) async fn change(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
    Body(request): Body<ChangeAgent>,
) -> Result<Json<Agent>, ApiError> {
    let row = state.baton.agent(by.workspace_id, id).await?;
    let settings = merged(&row.settings, Value::Object(request.settings))?;
    let name = request.name.unwrap_or_else(|| row.name.clone());
    match cases::update_agent(&state.baton, by.workspace_id, id, &name, settings).await {
        Ok(row) => Ok(Json(view(&state, &row).await?)),
        Err(AppError::Invalid(errors)) => Err(ApiError::fields("settings_invalid", errors)),
        Err(error) => Err(error.into()),
    }
}

/// Sites that tried to show the widget and may not (W3).
#[utoipa::path(get, path = "/api/v1/agents/{id}/blocked-origins", tag = "agents", operation_id = "agents.blocked_origins", security(("member" = [])),
    params(("id" = AgentId, Path)), responses((status = 200, body = BlockedOrigins), (status = 404, body = ErrorBody)))]
pub(crate) async fn blocked_origins(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
) -> Result<Json<BlockedOrigins>, ApiError> {
    let rows = cases::blocked_origins(&state.baton, by.workspace_id, id).await?;
    let blocked = rows
        .into_iter()
        .map(|row| BlockedOrigin { origin: row.origin, times: row.times, last_at: row.last_at })
        .collect();
    Ok(Json(BlockedOrigins { blocked }))
}

/// Allows a site to show the widget.
#[utoipa::path(post, path = "/api/v1/agents/{id}/allowed-origins", tag = "agents", operation_id = "agents.allow_origin", security(("member" = [])),
    params(("id" = AgentId, Path)), request_body = AllowOrigin, responses((status = 200, body = Agent), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn allow_origin(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
    Body(request): Body<AllowOrigin>,
) -> Result<Json<Agent>, ApiError> {
    let origin = Origin::parse(&request.origin).map_err(|error| AppError::invalid("origin", error.to_string()))?;
    let row = cases::allow_origin(&state.baton, by.workspace_id, id, origin).await?;
    Ok(Json(view(&state, &row).await?))
}

/// Asks the agent, without a conversation: what it would say, and what the policy would do (K6).
#[utoipa::path(post, path = "/api/v1/agents/{id}/ask", tag = "agents", operation_id = "agents.ask", security(("member" = [])),
    params(("id" = AgentId, Path)), request_body = Ask, responses((status = 200, body = AskAnswer), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn ask(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
    Body(request): Body<Ask>,
) -> Result<Json<AskAnswer>, ApiError> {
    let question = MessageText::parse(&request.question)?;
    Ok(Json(cases::ask(&state.baton, by.workspace_id, id, question.as_str()).await?.into()))
}

pub(crate) async fn view(state: &ApiState, row: &AgentRow) -> Result<Agent, ApiError> {
    let sources = baton_app::knowledge::sources(&state.baton, row.workspace_id, row.id).await?;
    let training = baton_app::knowledge::is_training(&state.baton, row, &sources).await;
    Ok(Agent::new(
        row,
        &sources,
        training,
        baton_app::knowledge::meaning(&state.baton, row).into(),
        &state.baton.config().public_url,
    ))
}

/// The settings with changes merged in: objects are merged, everything else is replaced.
fn merged(settings: &AgentSettings, changes: Value) -> Result<AgentSettings, ApiError> {
    let mut merged = serde_json::to_value(settings).map_err(|_| AppError::Internal("settings cannot be written"))?;
    merge(&mut merged, changes);
    serde_json::from_value(merged).map_err(|error| {
        ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "settings_invalid",
            format!("A setting does not have the right form: {error}. Nothing was changed."),
        )
    })
}

fn merge(into: &mut Value, changes: Value) {
    match (into, changes) {
        (Value::Object(into), Value::Object(changes)) => {
            for (key, change) in changes {
                merge(into.entry(key).or_insert(Value::Null), change);
            }
        }
        (into, change) => *into = change,
    }
}
