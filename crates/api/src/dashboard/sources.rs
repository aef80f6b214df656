//! What an agent answers from.

use axum::Json;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use baton_app::knowledge::{self as cases, Content, NewSource};
use baton_domain::ids::{AgentId, SourceId};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::auth::AgentManager;
use crate::error::{ApiError, ErrorBody};
use crate::json::{Body, Path, Query};
use crate::state::ApiState;
use crate::wire::agents::{AddPairs, AddText, Document, Passage, Passages, Source, SourceDetail, Sources};

/// Files in one upload.
const FILES_MAX: usize = 100;

/// An agent's sources.
#[utoipa::path(get, path = "/api/v1/agents/{id}/sources", tag = "sources", operation_id = "sources.list", security(("member" = [])),
    params(("id" = AgentId, Path)), responses((status = 200, body = Sources), (status = 404, body = ErrorBody)))]
pub(crate) async fn sources(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
) -> Result<Json<Sources>, ApiError> {
    let sources = cases::sources(&state.baton, by.workspace_id, id).await?;
    Ok(Json(Sources { sources: sources.into_iter().map(|source| Source::new(source, None)).collect() }))
}

/// Files, each in a part named `file`.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form in the API document")]
pub(crate) struct Upload {
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<Vec<u8>>,
}

/// Adds files. Each becomes a source; one that cannot be read says why, the others go on.
#[utoipa::path(post, path = "/api/v1/agents/{id}/sources/files", tag = "sources", operation_id = "sources.upload", security(("member" = [])),
    params(("id" = AgentId, Path)), request_body(content = Upload, content_type = "multipart/form-data"),
    responses((status = 201, body = Sources), (status = 404, body = ErrorBody), (status = 413, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn upload(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
    mut form: Multipart,
) -> Result<(StatusCode, Json<Sources>), ApiError> {
    state.baton.agent(by.workspace_id, id).await?;
    let mut files = Vec::new();
    while let Some(part) = form.next_field().await.map_err(|error| unreadable(&error))? {
        if part.name() != Some("file") {
            continue;
        }
        let name = part.file_name().unwrap_or("unnamed").to_owned();
        files.push(NewSource {
            name: short(&name),
            content: Content::File(part.bytes().await.map_err(|error| unreadable(&error))?.to_vec()),
        });
        if files.len() > FILES_MAX {
            return Err(ApiError::bad_request(format!("At most {FILES_MAX} files at once. Nothing was added.")));
        }
    }
    if files.is_empty() {
        return Err(ApiError::bad_request("There was no file in the upload. Send each file in a part named “file”."));
    }
    let mut sources = Vec::new();
    for file in files {
        let source = cases::add_source(&state.baton, by.workspace_id, id, file).await?;
        sources.push(Source::new(source, None));
    }
    Ok((StatusCode::CREATED, Json(Sources { sources })))
}

/// Adds text typed in.
#[utoipa::path(post, path = "/api/v1/agents/{id}/sources/text", tag = "sources", operation_id = "sources.add_text", security(("member" = [])),
    params(("id" = AgentId, Path)), request_body = AddText, responses((status = 201, body = Source), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn add_text(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
    Body(request): Body<AddText>,
) -> Result<(StatusCode, Json<Source>), ApiError> {
    let new = NewSource { name: request.title, content: Content::Text(request.text) };
    let source = cases::add_source(&state.baton, by.workspace_id, id, new).await?;
    Ok((StatusCode::CREATED, Json(Source::new(source, None))))
}

/// Adds question-and-answer pairs typed in.
#[utoipa::path(post, path = "/api/v1/agents/{id}/sources/qa", tag = "sources", operation_id = "sources.add_pairs", security(("member" = [])),
    params(("id" = AgentId, Path)), request_body = AddPairs, responses((status = 201, body = Source), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn add_pairs(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
    Body(request): Body<AddPairs>,
) -> Result<(StatusCode, Json<Source>), ApiError> {
    let pairs = request.pairs.into_iter().map(Into::into).collect();
    let new = NewSource { name: request.title, content: Content::Pairs(pairs) };
    let source = cases::add_source(&state.baton, by.workspace_id, id, new).await?;
    Ok((StatusCode::CREATED, Json(Source::new(source, None))))
}

/// A source and what it parsed into.
#[utoipa::path(get, path = "/api/v1/sources/{id}", tag = "sources", operation_id = "sources.get", security(("member" = [])),
    params(("id" = SourceId, Path)), responses((status = 200, body = SourceDetail), (status = 404, body = ErrorBody)))]
pub(crate) async fn source(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<SourceId>,
) -> Result<Json<SourceDetail>, ApiError> {
    let (source, documents) = cases::source(&state.baton, by.workspace_id, id).await?;
    let documents = documents
        .into_iter()
        .map(|document| Document {
            passages: document.passages.len() as u64,
            id: document.key,
            title: document.title,
            url: document.url,
        })
        .collect();
    Ok(Json(SourceDetail { source: Source::new(source, None), documents }))
}

/// Removes a source. From now on nothing is answered from it.
#[utoipa::path(delete, path = "/api/v1/sources/{id}", tag = "sources", operation_id = "sources.delete", security(("member" = [])),
    params(("id" = SourceId, Path)), responses((status = 204), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<SourceId>,
) -> Result<StatusCode, ApiError> {
    cases::delete_source(&state.baton, by.workspace_id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads a source again.
#[utoipa::path(post, path = "/api/v1/sources/{id}/retry", tag = "sources", operation_id = "sources.retry", security(("member" = [])),
    params(("id" = SourceId, Path)), responses((status = 200, body = Source), (status = 404, body = ErrorBody)))]
pub(crate) async fn retry(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<SourceId>,
) -> Result<Json<Source>, ApiError> {
    let source = cases::retry_source(&state.baton, by.workspace_id, id).await?;
    Ok(Json(Source::new(source, None)))
}

/// Where to begin.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PassagesQuery {
    /// What the page before gave as `next`.
    #[serde(default)]
    after: usize,
}

/// The passages of a source.
#[utoipa::path(get, path = "/api/v1/sources/{id}/passages", tag = "sources", operation_id = "sources.passages", security(("member" = [])),
    params(("id" = SourceId, Path), PassagesQuery), responses((status = 200, body = Passages), (status = 404, body = ErrorBody)))]
pub(crate) async fn passages(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<SourceId>,
    Query(query): Query<PassagesQuery>,
) -> Result<Json<Passages>, ApiError> {
    let (passages, next) = cases::passages(&state.baton, by.workspace_id, id, query.after).await?;
    Ok(Json(Passages {
        passages: passages.into_iter().map(Passage::from).collect(),
        next: next.map(|next| next as u64),
    }))
}

fn unreadable(error: &axum::extract::multipart::MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "The upload is too large. Send fewer files at once. Nothing was added.",
        );
    }
    ApiError::bad_request("The upload broke off or has the wrong form. Nothing was added; please try again.")
}

/// The last part of a path, at a length that fits a row.
fn short(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let clean: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    if clean.trim().is_empty() { "unnamed".to_owned() } else { clean }
}
