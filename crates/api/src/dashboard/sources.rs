//! What an agent answers from.

use axum::Json;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use baton_app::knowledge::{self as cases, Content, NewSource, NewWebSource, SourceChange, WebKind};
use baton_domain::ids::{AgentId, SourceId};
use baton_domain::source::{PageState, SiteOptions, Source as DomainSource};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::auth::AgentManager;
use crate::error::{ApiError, ErrorBody};
use crate::json::{Body, Path, Query};
use crate::state::ApiState;
use crate::wire::sources::{
    AddPage, AddPairs, AddSite, AddText, ChangeSource, Document, Passage, Passages, Source, SourceDetail, SourcePages,
    Sources,
};

/// Files in one upload.
const FILES_MAX: usize = 100;

/// A source with how far it is.
pub(crate) fn view(state: &ApiState, source: DomainSource, progress: Option<(u64, u64)>) -> Source {
    let sync = cases::sync_progress(&state.baton, source.id);
    Source::new(source, progress, sync)
}

/// An agent's sources.
#[utoipa::path(get, path = "/api/v1/agents/{id}/sources", tag = "sources", operation_id = "sources.list", security(("member" = [])),
    params(("id" = AgentId, Path)), responses((status = 200, body = Sources), (status = 404, body = ErrorBody)))]
pub(crate) async fn sources(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
) -> Result<Json<Sources>, ApiError> {
    let sources = cases::sources(&state.baton, by.workspace_id, id).await?;
    Ok(Json(Sources { sources: sources.into_iter().map(|source| view(&state, source, None)).collect() }))
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
        sources.push(view(&state, source, None));
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
    Ok((StatusCode::CREATED, Json(view(&state, source, None))))
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
    Ok((StatusCode::CREATED, Json(view(&state, source, None))))
}

/// A source and what it parsed into.
#[utoipa::path(get, path = "/api/v1/sources/{id}", tag = "sources", operation_id = "sources.get", security(("member" = [])),
    params(("id" = SourceId, Path)), responses((status = 200, body = SourceDetail), (status = 404, body = ErrorBody)))]
pub(crate) async fn source(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<SourceId>,
) -> Result<Json<SourceDetail>, ApiError> {
    let (source, documents, pages, pages_next) =
        if cases::source_row(&state.baton, by.workspace_id, id).await?.web.is_some() {
            // The rows of its pages say all that is asked here; its passages are many.
            let (pages, next) = cases::pages(&state.baton, by.workspace_id, id, None, None).await?;
            (cases::source_row(&state.baton, by.workspace_id, id).await?, Vec::new(), pages, next)
        } else {
            let (source, documents) = cases::source(&state.baton, by.workspace_id, id).await?;
            (source, documents, Vec::new(), None)
        };
    let documents = documents.into_iter().map(|document| Document {
        passages: document.passages.len() as u64,
        id: document.key,
        title: document.title,
        url: document.url,
    });
    let of_pages = pages.iter().filter(|page| page.answers()).map(|page| Document {
        id: page.key.clone(),
        title: page.title.clone().unwrap_or_default(),
        url: Some(page.url.clone()),
        passages: page.passages,
    });
    let documents = documents.chain(of_pages).collect();
    let pages = pages.into_iter().map(Into::into).collect();
    Ok(Json(SourceDetail { source: view(&state, source, None), documents, pages, pages_next }))
}

/// Adds one page by its address. It is fetched at once, and again by its schedule.
#[utoipa::path(post, path = "/api/v1/agents/{id}/sources/page", tag = "sources", operation_id = "sources.add_page", security(("member" = [])),
    params(("id" = AgentId, Path)), request_body = AddPage, responses((status = 201, body = Source), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn add_page(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
    Body(request): Body<AddPage>,
) -> Result<(StatusCode, Json<Source>), ApiError> {
    let AddPage { url, title, sync_every } = request;
    let options = SiteOptions::default();
    let new = NewWebSource { kind: WebKind::Page, url, name: title, options, sync_every };
    let source = cases::add_web_source(&state.baton, by.workspace_id, id, new).await?;
    tracing::info!(source.id = %source.id, member.id = %by.id, "a page was added");
    Ok((StatusCode::CREATED, Json(view(&state, source, None))))
}

/// Adds a site by the address where it begins: a page, a sitemap, or an llms.txt. It is fetched at once, and again by its schedule.
#[utoipa::path(post, path = "/api/v1/agents/{id}/sources/site", tag = "sources", operation_id = "sources.add_site", security(("member" = [])),
    params(("id" = AgentId, Path)), request_body = AddSite, responses((status = 201, body = Source), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn add_site(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<AgentId>,
    Body(request): Body<AddSite>,
) -> Result<(StatusCode, Json<Source>), ApiError> {
    let AddSite { url, title, sync_every, options } = request;
    let new = NewWebSource { kind: WebKind::Site, url, name: title, options, sync_every };
    let source = cases::add_web_source(&state.baton, by.workspace_id, id, new).await?;
    tracing::info!(source.id = %source.id, member.id = %by.id, "a site was added");
    Ok((StatusCode::CREATED, Json(view(&state, source, None))))
}

/// Changes a source: its name, how often and how much of it is fetched.
#[utoipa::path(patch, path = "/api/v1/sources/{id}", tag = "sources", operation_id = "sources.change", security(("member" = [])),
    params(("id" = SourceId, Path)), request_body = ChangeSource, responses((status = 200, body = Source), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn change(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<SourceId>,
    Body(request): Body<ChangeSource>,
) -> Result<Json<Source>, ApiError> {
    let ChangeSource { name, sync_every, options } = request;
    let change = SourceChange { name, sync_every, options };
    let source = cases::change_source(&state.baton, by.workspace_id, id, change).await?;
    tracing::info!(source.id = %source.id, member.id = %by.id, "a source was changed");
    Ok(Json(view(&state, source, None)))
}

/// Fetches a page or a site again, now.
#[utoipa::path(post, path = "/api/v1/sources/{id}/sync", tag = "sources", operation_id = "sources.sync", security(("member" = [])),
    params(("id" = SourceId, Path)), responses((status = 200, body = Source), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn sync(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<SourceId>,
) -> Result<Json<Source>, ApiError> {
    let source = cases::ask_for_sync(&state.baton, by.workspace_id, id).await?;
    tracing::info!(source.id = %source.id, member.id = %by.id, "a sync was asked for");
    Ok(Json(view(&state, source, None)))
}

/// Stops fetching a page or a site. What was fetched by then is used; nothing is taken for gone.
#[utoipa::path(post, path = "/api/v1/sources/{id}/stop", tag = "sources", operation_id = "sources.stop", security(("member" = [])),
    params(("id" = SourceId, Path)), responses((status = 200, body = Source), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn stop(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<SourceId>,
) -> Result<Json<Source>, ApiError> {
    let source = cases::stop_sync(&state.baton, by.workspace_id, id).await?;
    tracing::info!(source.id = %source.id, member.id = %by.id, "a sync was stopped");
    Ok(Json(view(&state, source, None)))
}

/// Which pages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PagesQuery {
    /// What the page before gave as `next`.
    #[serde(default)]
    after: Option<String>,
    /// Only pages of this state.
    #[serde(default)]
    state: Option<PageState>,
}

/// The pages of a source and what became of them, a hundred at a time.
#[utoipa::path(get, path = "/api/v1/sources/{id}/pages", tag = "sources", operation_id = "sources.pages", security(("member" = [])),
    params(("id" = SourceId, Path), PagesQuery), responses((status = 200, body = SourcePages), (status = 404, body = ErrorBody)))]
pub(crate) async fn pages(
    State(state): State<ApiState>,
    AgentManager(by): AgentManager,
    Path(id): Path<SourceId>,
    Query(query): Query<PagesQuery>,
) -> Result<Json<SourcePages>, ApiError> {
    let (pages, next) = cases::pages(&state.baton, by.workspace_id, id, query.after.as_deref(), query.state).await?;
    Ok(Json(SourcePages { pages: pages.into_iter().map(Into::into).collect(), next }))
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
    Ok(Json(view(&state, source, None)))
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
