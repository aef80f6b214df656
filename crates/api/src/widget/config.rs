//! What the loader asks first, from the owner's site.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use baton_domain::ids::AgentId;
use baton_domain::text::Origin;
use baton_storage::AgentRow;
use serde_json::json;

use crate::error::{ApiError, ErrorBody};
use crate::json::Path;
use crate::state::ApiState;
use crate::widget::person_of;
use crate::wire::widget::WidgetConfig;

/// The configuration, for sites that may show the widget (W3).
#[utoipa::path(get, path = "/api/widget/v1/agents/{agent_id}/config", tag = "widget", operation_id = "widget.config",
    params(("agent_id" = AgentId, Path)),
    responses((status = 200, body = WidgetConfig), (status = 403, body = ErrorBody, description = "`origin_not_allowed`"), (status = 404, body = ErrorBody, description = "`unknown_agent`")))]
pub(crate) async fn config(
    State(state): State<ApiState>,
    Path(agent_id): Path<AgentId>,
    headers: HeaderMap,
) -> Response {
    let origin = asking_origin(&state, &headers);
    let mut response = match answer(&state, agent_id, origin.as_ref()).await {
        Ok(config) => {
            let kept = [(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=60"))];
            (kept, Json(config)).into_response()
        }
        Err(error) => error.into_response(),
    };
    let out = response.headers_mut();
    out.insert(header::VARY, HeaderValue::from_static("Origin"));
    out.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    // Sites that may not show the widget may read why: the loader says it on their console.
    if let Some(value) = origin.as_ref().and_then(|origin| HeaderValue::from_str(origin.as_str()).ok()) {
        out.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
    }
    response
}

/// Lets browsers ask across origins.
#[utoipa::path(options, path = "/api/widget/v1/agents/{agent_id}/config", tag = "widget", operation_id = "widget.config.preflight",
    params(("agent_id" = AgentId, Path)), responses((status = 204)))]
pub(crate) async fn preflight(State(state): State<ApiState>, headers: HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let out = response.headers_mut();
    if let Some(value) = asking_origin(&state, &headers).and_then(|origin| HeaderValue::from_str(origin.as_str()).ok())
    {
        out.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
        out.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET"));
        out.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    out.insert(header::VARY, HeaderValue::from_static("Origin"));
    response
}

async fn answer(state: &ApiState, agent_id: AgentId, origin: Option<&Origin>) -> Result<WidgetConfig, ApiError> {
    let agent = match state.baton.agent_anywhere(agent_id).await {
        Ok(agent) => agent,
        Err(baton_app::AppError::NotFound) => {
            let message = "There is no agent with this id. Copy the snippet again from Settings → Widget.";
            return Err(ApiError::new(StatusCode::NOT_FOUND, "unknown_agent", message));
        }
        Err(error) => return Err(error.into()),
    };
    match origin {
        Some(origin) if baton_app::agents::check_origin(&state.baton, &agent, origin).await? => {}
        _ => return Err(not_allowed(agent_id, origin)),
    }
    let workspace = baton_app::team::workspace(&state.baton, agent.workspace_id).await?;
    let AgentRow { id, name, settings, .. } = agent.as_ref();
    Ok(WidgetConfig {
        agent_id: *id,
        name: name.clone(),
        team_name: workspace.name,
        welcome: settings.welcome.clone(),
        suggestions: settings.suggestions.clone(),
        accent_color: settings.accent_color.clone(),
        position: settings.position,
        announcement: settings.handoff.announcement,
        actions: settings.actions.clone(),
        person: person_of(state, &agent).await?,
        ticket: baton_app::agents::make_ticket(&state.baton, agent_id).await?,
    })
}

/// The site that asks. Browsers leave the origin out of requests to their own site, and say so in another header.
fn asking_origin(state: &ApiState, headers: &HeaderMap) -> Option<Origin> {
    if let Some(origin) = headers.get(header::ORIGIN) {
        return Origin::parse(origin.to_str().ok()?).ok();
    }
    let own = headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    own.then(|| Origin::parse(&state.baton.config().public_url).ok()).flatten()
}

fn not_allowed(agent_id: AgentId, origin: Option<&Origin>) -> ApiError {
    let origin = origin.map_or("unknown", Origin::as_str);
    let setting = "Settings → Widget → Allowed sites";
    ApiError::new(
        StatusCode::FORBIDDEN,
        "origin_not_allowed",
        format!("{origin} is not an allowed origin for agent {agent_id}. {setting}"),
    )
    .with(json!({ "origin": origin, "setting": setting }))
}
