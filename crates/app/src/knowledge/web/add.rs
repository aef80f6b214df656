//! What members do with sources from the web: add, change, fetch again, stop.

use baton_domain::agent::FieldError;
use baton_domain::conversation::Refusal;
use baton_domain::ids::{AgentId, SourceId, WorkspaceId};
use baton_domain::source::{
    PageState, SiteOptions, Source, SourceError, SourceKind, SourcePage, SourceState, SyncEvery, WebSource,
};
use baton_fetch::{page_key, parse_address};
use baton_storage::{JobKind, WriteUnit};
use url::Url;

use crate::knowledge::sources::{NAME_CHARS_MAX, enqueue_training, source_row, tell};
use crate::{AppError, Baton};

/// Pages in one answer.
const PAGES_AT_ONCE: u32 = 100;

/// What an owner adds by its address.
#[derive(Clone, Debug)]
pub struct NewWebSource {
    /// A page or a site.
    pub kind: WebKind,
    /// The address, as typed.
    pub url: String,
    /// What to call it; its address if absent.
    pub name: Option<String>,
    /// How much of a site.
    pub options: SiteOptions,
    /// How often to fetch it again.
    pub sync_every: SyncEvery,
}

/// How much is fetched from an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebKind {
    /// The page at the address.
    Page,
    /// The site that begins there.
    Site,
}

/// What is to be different about a source. What is absent stays.
#[derive(Clone, Debug, Default)]
pub struct SourceChange {
    /// Another name.
    pub name: Option<String>,
    /// How often to fetch it again.
    pub sync_every: Option<SyncEvery>,
    /// How much to fetch, from the next sync on.
    pub options: Option<SiteOptions>,
}

/// Adds a page or a site and begins to fetch it.
///
/// # Errors
/// [`AppError::Invalid`] naming what cannot be: no address, one that is not public, one that is a source already. Nothing was kept then.
pub async fn add_web_source(
    baton: &Baton,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
    new: NewWebSource,
) -> Result<Source, AppError> {
    baton.agent(workspace_id, agent_id).await?;
    new.options.check().map_err(AppError::Invalid)?;
    let wrong = |error: baton_fetch::FetchError| AppError::invalid("url", format!("{} {}", error.cause(), error.fix()));
    let url = parse_address(&new.url).map_err(wrong)?;
    baton.fetcher().check(&url).await.map_err(wrong)?;
    let kind = match new.kind {
        WebKind::Page => SourceKind::Page,
        WebKind::Site => SourceKind::Site,
    };
    let name = match new.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => checked_name(name)?,
        None => name_of(&url),
    };
    let now = baton.now();
    let web = WebSource {
        url: url.to_string(),
        options: new.options,
        sync_every: new.sync_every,
        asked_at: Some(now),
        ..WebSource::default()
    };
    let source = Source {
        id: baton.fresh(),
        agent_id,
        name,
        kind,
        format: None,
        state: SourceState::Queued,
        documents: 0,
        passages: 0,
        bytes: 0,
        content_hash: String::new(),
        created_at: now,
        web: Some(web),
    };
    let mut unit = baton.store().write().await?;
    let is_there = |other: &Source| {
        let other_url = other.web.as_ref().and_then(|web| Url::parse(&web.url).ok());
        other.kind == kind && other_url.is_some_and(|other| page_key(&other) == page_key(&url))
    };
    if unit.sources(workspace_id, agent_id).await?.iter().any(is_there) {
        return Err(AppError::invalid("url", "This address is a source of this agent already."));
    }
    unit.insert_source(workspace_id, &source).await?;
    enqueue_sync(baton, unit.as_mut(), workspace_id, &source).await?;
    commit_and_tell(baton, unit, workspace_id, &source).await?;
    Ok(source)
}

/// Fetches a page or a site again. If that is under way already, nothing changes.
///
/// # Errors
/// [`AppError::NotFound`], or [`AppError::Refused`] for what was not fetched from the web.
pub async fn ask_for_sync(baton: &Baton, workspace_id: WorkspaceId, id: SourceId) -> Result<Source, AppError> {
    let mut unit = baton.store().write().await?;
    let mut source = unit.source(workspace_id, id).await?.ok_or(AppError::NotFound)?;
    let has_content = source.passages > 0;
    let web = source.web.as_mut().ok_or(NOT_FROM_THE_WEB)?;
    if web.run.is_some() || web.asked_at.is_some() {
        return Ok(source);
    }
    web.asked_at = Some(baton.now());
    if !has_content {
        source.state = SourceState::Queued;
    }
    unit.update_source(workspace_id, &source).await?;
    enqueue_sync(baton, unit.as_mut(), workspace_id, &source).await?;
    commit_and_tell(baton, unit, workspace_id, &source).await?;
    Ok(source)
}

/// Stops fetching. What was fetched by then is used, and nothing is taken for gone.
///
/// # Errors
/// [`AppError::NotFound`], or [`AppError::Refused`] for what was not fetched from the web.
pub async fn stop_sync(baton: &Baton, workspace_id: WorkspaceId, id: SourceId) -> Result<Source, AppError> {
    let mut unit = baton.store().write().await?;
    let mut source = unit.source(workspace_id, id).await?.ok_or(AppError::NotFound)?;
    let web = source.web.as_mut().ok_or(NOT_FROM_THE_WEB)?;
    if web.run.is_some() {
        drop(unit);
        baton.syncs().stop(id);
        return Ok(source);
    }
    if web.asked_at.take().is_some() {
        if source.state == SourceState::Queued {
            let error = SourceError {
                cause: "It was stopped before it was read.".to_owned(),
                fix: "Sync it again.".to_owned(),
            };
            source.state = SourceState::Failed { error };
        }
        unit.withdraw_job(workspace_id, sync_job(&source)).await?;
        enqueue_sync(baton, unit.as_mut(), workspace_id, &source).await?;
        unit.update_source(workspace_id, &source).await?;
        commit_and_tell(baton, unit, workspace_id, &source).await?;
    }
    Ok(source)
}

/// Changes the name of a source, and how often and how much of it is fetched.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Invalid`] naming what cannot be, such as a schedule for a file. Nothing was changed then.
pub async fn change_source(
    baton: &Baton,
    workspace_id: WorkspaceId,
    id: SourceId,
    change: SourceChange,
) -> Result<Source, AppError> {
    let mut unit = baton.store().write().await?;
    let mut source = unit.source(workspace_id, id).await?.ok_or(AppError::NotFound)?;
    let is_renamed = match change.name.as_deref().map(str::trim) {
        Some(name) if name != source.name => {
            source.name = checked_name(name)?;
            true
        }
        _ => false,
    };
    if let Some(options) = &change.options {
        options.check().map_err(AppError::Invalid)?;
    }
    match &mut source.web {
        Some(web) => {
            web.options = change.options.unwrap_or_else(|| web.options.clone());
            if let Some(every) = change.sync_every {
                web.sync_every = every;
                let from = web.last_synced_at.unwrap_or_else(|| baton.now());
                web.next_sync_at = every.after(from).map(|due| due.max(baton.now()));
                unit.withdraw_job(workspace_id, sync_job(&source)).await?;
                enqueue_sync(baton, unit.as_mut(), workspace_id, &source).await?;
            }
        }
        None => {
            let message = "Only pages and sites are fetched again.";
            let given = [("sync_every", change.sync_every.is_some()), ("options", change.options.is_some())];
            let errors: Vec<_> = given
                .iter()
                .filter(|(_, given)| *given)
                .map(|(field, _)| FieldError { field: (*field).to_owned(), message: message.to_owned() })
                .collect();
            if !errors.is_empty() {
                return Err(AppError::Invalid(errors));
            }
        }
    }
    unit.update_source(workspace_id, &source).await?;
    if is_renamed && source.passages > 0 {
        // Answers name the source of their quotes.
        enqueue_training(baton, unit.as_mut(), workspace_id, source.agent_id).await?;
    }
    commit_and_tell(baton, unit, workspace_id, &source).await?;
    Ok(source)
}

/// Pages of a source in order, from one on, and where the next ones begin.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such source.
pub async fn pages(
    baton: &Baton,
    workspace_id: WorkspaceId,
    id: SourceId,
    after: Option<&str>,
    state: Option<PageState>,
) -> Result<(Vec<SourcePage>, Option<String>), AppError> {
    source_row(baton, workspace_id, id).await?;
    let mut unit = baton.store().read().await?;
    let mut pages = unit.source_pages(workspace_id, id, after, state, PAGES_AT_ONCE + 1).await?;
    let has_more = pages.len() > PAGES_AT_ONCE as usize;
    pages.truncate(PAGES_AT_ONCE as usize);
    let next = pages.last().filter(|_| has_more).map(|page| page.key.clone());
    Ok((pages, next))
}

const NOT_FROM_THE_WEB: AppError =
    AppError::Refused(Refusal::NotPossible("Only pages and sites can be fetched again. Upload the file anew."));

/// The work of fetching a source.
pub(super) fn sync_job(source: &Source) -> JobKind {
    JobKind::SyncSource { agent_id: source.agent_id, source_id: source.id }
}

/// Has a source fetched when it is due: at once if somebody asked, else by its schedule, if it has one.
pub(super) async fn enqueue_sync(
    baton: &Baton,
    unit: &mut dyn WriteUnit,
    workspace_id: WorkspaceId,
    source: &Source,
) -> Result<(), AppError> {
    let Some(web) = &source.web else { return Ok(()) };
    if let Some(due_at) = web.asked_at.or(web.next_sync_at) {
        unit.enqueue_job(baton.fresh(), workspace_id, sync_job(source), due_at).await?;
    }
    Ok(())
}

async fn commit_and_tell(
    baton: &Baton,
    unit: Box<dyn WriteUnit>,
    workspace_id: WorkspaceId,
    source: &Source,
) -> Result<(), AppError> {
    let job_baton = baton.clone();
    unit.commit(Box::new(move || {
        job_baton.syncs_due().notify_one();
        job_baton.jobs_due().notify_one();
    }))
    .await?;
    tell(baton, workspace_id, source, None);
    Ok(())
}

fn checked_name(name: &str) -> Result<String, AppError> {
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(AppError::invalid("name", format!("Between 1 and {NAME_CHARS_MAX} characters.")));
    }
    Ok(name.to_owned())
}

/// The address without what every address has.
fn name_of(url: &Url) -> String {
    let text = url.as_str().split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    text.trim_end_matches('/').chars().take(NAME_CHARS_MAX).collect()
}
