//! Golden questions, trainings, and what an answer threshold does (K7, A3).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use baton_app::golden as cases;
use baton_app::golden::NewGolden;
use baton_domain::ids::{AgentId, GoldenQuestionId, TrainingId};

use crate::auth::AgentManager;
use crate::error::{ApiError, ErrorBody};
use crate::json::{Body, Path};
use crate::state::ApiState;
use crate::wire::golden::{
    AddGoldenQuestion, ChangeGoldenQuestion, Coverage, GoldenQuestion, GoldenQuestions, GoldenRun,
    ImportGoldenQuestions, ImportedGoldenQuestions, Training, TrainingDetails, Trainings,
};

/// An agent's golden questions with what came of them last.
#[utoipa::path(get, path = "/api/v1/agents/{id}/golden-questions", tag = "golden", operation_id = "golden.list", security(("member" = [])),
    params(("id" = AgentId, Path)), responses((status = 200, body = GoldenQuestions), (status = 404, body = ErrorBody)))]
pub(crate) async fn questions(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
) -> Result<Json<GoldenQuestions>, ApiError> {
    Ok(Json(cases::list(&state.baton, by.workspace_id, id).await?.into()))
}

/// Adds a golden question.
#[utoipa::path(post, path = "/api/v1/agents/{id}/golden-questions", tag = "golden", operation_id = "golden.add", security(("member" = [])),
    params(("id" = AgentId, Path)), request_body = AddGoldenQuestion, responses((status = 201, body = GoldenQuestion), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn add(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
    Body(request): Body<AddGoldenQuestion>,
) -> Result<(StatusCode, Json<GoldenQuestion>), ApiError> {
    let new = NewGolden { question: request.question, expect: request.expect };
    let question = cases::add(&state.baton, by.workspace_id, id, new).await?;
    Ok((StatusCode::CREATED, Json(GoldenQuestion::new(question, &[]))))
}

/// Adds many golden questions from CSV or JSONL; those that are there expect afterwards what the text says. All or none.
#[utoipa::path(post, path = "/api/v1/agents/{id}/golden-questions/import", tag = "golden", operation_id = "golden.import", security(("member" = [])),
    params(("id" = AgentId, Path)), request_body = ImportGoldenQuestions,
    responses((status = 200, body = ImportedGoldenQuestions), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody, description = "`details.fields` names each line, as `line.7`")))]
pub(crate) async fn import(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
    Body(request): Body<ImportGoldenQuestions>,
) -> Result<Json<ImportedGoldenQuestions>, ApiError> {
    Ok(Json(cases::import(&state.baton, by.workspace_id, id, &request.text).await?.into()))
}

/// Asks all golden questions of the docs in use.
#[utoipa::path(post, path = "/api/v1/agents/{id}/golden-questions/run", tag = "golden", operation_id = "golden.run", security(("member" = [])),
    params(("id" = AgentId, Path)), responses((status = 200, body = GoldenRun), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody, description = "`not_possible`: no docs or no questions")))]
pub(crate) async fn run(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
) -> Result<Json<GoldenRun>, ApiError> {
    Ok(Json(cases::run(&state.baton, by.workspace_id, id).await?.into()))
}

/// Changes a golden question.
#[utoipa::path(patch, path = "/api/v1/agents/{id}/golden-questions/{question_id}", tag = "golden", operation_id = "golden.change", security(("member" = [])),
    params(("id" = AgentId, Path), ("question_id" = GoldenQuestionId, Path)), request_body = ChangeGoldenQuestion,
    responses((status = 200, body = GoldenQuestion), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn change(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path((id, question_id)): Path<(AgentId, GoldenQuestionId)>,
    Body(request): Body<ChangeGoldenQuestion>,
) -> Result<Json<GoldenQuestion>, ApiError> {
    let ChangeGoldenQuestion { question, expect } = request;
    let question = cases::edit(&state.baton, by.workspace_id, id, question_id, question, expect).await?;
    let results = cases::list(&state.baton, by.workspace_id, id).await?.results;
    Ok(Json(GoldenQuestion::new(question, &results)))
}

/// Removes a golden question.
#[utoipa::path(delete, path = "/api/v1/agents/{id}/golden-questions/{question_id}", tag = "golden", operation_id = "golden.delete", security(("member" = [])),
    params(("id" = AgentId, Path), ("question_id" = GoldenQuestionId, Path)), responses((status = 204), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path((id, question_id)): Path<(AgentId, GoldenQuestionId)>,
) -> Result<StatusCode, ApiError> {
    cases::delete(&state.baton, by.workspace_id, id, question_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An agent's trainings, latest first, with what golden questions made of each.
#[utoipa::path(get, path = "/api/v1/agents/{id}/trainings", tag = "golden", operation_id = "trainings.list", security(("member" = [])),
    params(("id" = AgentId, Path)), responses((status = 200, body = Trainings), (status = 404, body = ErrorBody)))]
pub(crate) async fn trainings(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
) -> Result<Json<Trainings>, ApiError> {
    let trainings = cases::trainings(&state.baton, by.workspace_id, id).await?;
    Ok(Json(Trainings { trainings: trainings.into_iter().map(Training::from).collect() }))
}

/// A training with what each golden question came to.
#[utoipa::path(get, path = "/api/v1/agents/{id}/trainings/{training_id}", tag = "golden", operation_id = "trainings.get", security(("member" = [])),
    params(("id" = AgentId, Path), ("training_id" = TrainingId, Path)), responses((status = 200, body = TrainingDetails), (status = 404, body = ErrorBody)))]
pub(crate) async fn training(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path((id, training_id)): Path<(AgentId, TrainingId)>,
) -> Result<Json<TrainingDetails>, ApiError> {
    let (training, results) = cases::training(&state.baton, by.workspace_id, id, training_id).await?;
    Ok(Json(TrainingDetails { training: training.into(), results }))
}

/// Publishes a training that was refused, or goes back to an earlier one.
#[utoipa::path(post, path = "/api/v1/agents/{id}/trainings/{training_id}/publish", tag = "golden", operation_id = "trainings.publish", security(("member" = [])),
    params(("id" = AgentId, Path), ("training_id" = TrainingId, Path)), responses((status = 200, body = Training), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody, description = "`not_possible`: its snapshot is not kept any more")))]
pub(crate) async fn publish(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path((id, training_id)): Path<(AgentId, TrainingId)>,
) -> Result<Json<Training>, ApiError> {
    Ok(Json(cases::publish_training(&state.baton, by.workspace_id, id, training_id).await?.into()))
}

/// What answer thresholds do with this agent's questions.
#[utoipa::path(get, path = "/api/v1/agents/{id}/coverage", tag = "golden", operation_id = "agents.coverage", security(("member" = [])),
    params(("id" = AgentId, Path)), responses((status = 200, body = Coverage), (status = 404, body = ErrorBody)))]
pub(crate) async fn coverage(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
) -> Result<Json<Coverage>, ApiError> {
    Ok(Json(cases::coverage(&state.baton, by.workspace_id, id).await?.into()))
}
