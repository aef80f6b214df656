//! One sync: crawl, read what changed, store it in pieces, put it together.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use baton_domain::ids::{SourceId, WorkspaceId};
use baton_domain::source::{
    Source, SourceError, SourceKind, SourcePage, SourceState, SyncEnd, SyncReport, SyncRun, WebSource,
};
use baton_fetch::{
    Conditions, CrawlEnd, CrawlError, CrawlEvent, CrawlPlan, KnownPage, Mode, Pace, PageReport, SiteLimits, crawl,
};
use baton_storage::quietly;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use tokio::sync::mpsc;
use tokio::time::Instant;
use url::Url;

use crate::knowledge::sources::tell;
use crate::knowledge::web::add::enqueue_sync;
use crate::knowledge::web::files::{Change, Entry, read_links, read_pieces, remove_kept, remove_run, write_piece};
use crate::knowledge::web::keep::{Kept, assemble};
use crate::knowledge::web::progress::Listed;
use crate::{AppError, Baton};

/// Pages that are stored together, and how long the first of them waits for the others.
const PIECE_PAGES: usize = 64;
const PIECE_WITHIN: Duration = Duration::from_secs(2);

/// Pages that are read at a time, and pages that wait to be read: beyond that the crawl waits.
const READ_AT_ONCE: usize = 8;
const WAITING_MAX: usize = 32;

/// How often the members who look on are told, at most.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// Pages of the store that are read at once.
const ROWS_AT_ONCE: u32 = 1_000;

/// Fetches a source if that is due, and has what changed trained.
///
/// # Errors
/// When the store or the disk fails; what was stored by then is not fetched again. [`AppError::NotFound`] if it was deleted.
pub async fn sync_source(baton: &Baton, workspace_id: WorkspaceId, id: SourceId) -> Result<(), AppError> {
    let Some((source, run)) = begin(baton, workspace_id, id).await? else { return Ok(()) };
    let stop = baton.syncs().begin(id, run.started_at);
    let _listed = Listed { baton, id };
    let Some(web) = source.web.clone() else { return Ok(()) };
    let mut state = Sync::open(baton, workspace_id, &source, run).await?;
    tell(baton, workspace_id, &source, None);
    let plan = state.plan(&source, &web)?;
    let (to, events) = mpsc::channel(WAITING_MAX);
    let crawling = crawl(baton.fetcher(), plan, &stop, to);
    let (crawled, taken) = tokio::join!(crawling, state.take(events));
    match taken {
        Ok(()) => state.conclude(crawled).await,
        Err(AppError::NotFound) => {
            state.clear().await;
            Err(AppError::NotFound)
        }
        Err(error) => Err(error),
    }
}

/// Fetches a source in this task: for the command line, and for tests.
///
/// # Errors
/// As [`sync_source`].
pub async fn sync_now(baton: &Baton, workspace_id: WorkspaceId, id: SourceId) -> Result<(), AppError> {
    sync_source(baton, workspace_id, id).await
}

/// Gives up a sync that failed again and again, if there is one; what is published stays.
pub(crate) async fn abandon_sync(baton: &Baton, workspace_id: WorkspaceId, id: SourceId) -> Result<(), AppError> {
    let mut unit = baton.store().write().await?;
    let Some(mut source) = unit.source(workspace_id, id).await? else { return Ok(()) };
    let Some(web) = source.web.as_mut().filter(|web| web.run.is_some()) else { return Ok(()) };
    let run = web.run.take();
    let error = SourceError {
        cause: "Fetching it broke off several times on our side.".to_owned(),
        fix: "Try again later. The answers still come from what was fetched before.".to_owned(),
    };
    web.last = Some(SyncReport { ended: SyncEnd::Failed, error: Some(error.clone()), ..SyncReport::default() });
    web.next_sync_at = web.sync_every.after(baton.now());
    if source.state == SourceState::Reading {
        source.state = SourceState::Failed { error };
    }
    enqueue_sync(baton, unit.as_mut(), workspace_id, &source).await?;
    unit.update_source(workspace_id, &source).await?;
    unit.commit(quietly()).await?;
    if let Some(run) = run {
        remove_run(baton, workspace_id, id, run).await;
    }
    tell(baton, workspace_id, &source, None);
    Ok(())
}

/// Notes that the sync is under way, or finds the one that was interrupted. `None` if none is due.
async fn begin(baton: &Baton, workspace_id: WorkspaceId, id: SourceId) -> Result<Option<(Source, SyncRun)>, AppError> {
    let now = baton.now();
    let mut unit = baton.store().write().await?;
    let mut source = unit.source(workspace_id, id).await?.ok_or(AppError::NotFound)?;
    let has_content = source.passages > 0;
    let Some(web) = source.web.as_mut() else { return Ok(None) };
    if let Some(run) = web.run {
        return Ok(Some((source, run)));
    }
    if web.asked_at.is_none() && web.next_sync_at.is_none_or(|due| due > now) {
        return Ok(None);
    }
    let run = SyncRun { started_at: now, pieces: 0 };
    web.run = Some(run);
    web.asked_at = None;
    if !has_content {
        source.state = SourceState::Reading;
    }
    unit.update_source(workspace_id, &source).await?;
    unit.commit(quietly()).await?;
    Ok(Some((source, run)))
}

/// A sync under way.
pub(super) struct Sync<'b> {
    pub(super) baton: &'b Baton,
    pub(super) workspace_id: WorkspaceId,
    pub(super) id: SourceId,
    pub(super) run: SyncRun,
    /// All pages, as they are by now.
    pub(super) rows: HashMap<String, SourcePage>,
    pub(super) links: HashMap<String, Vec<String>>,
    /// Pages that something came of in this sync.
    pub(super) touched: HashSet<String>,
    pub(super) report: SyncReport,
    /// Whether what answers differs from what is kept.
    pub(super) is_changed: bool,
    pub(super) links_changed: bool,
    waiting: Vec<Entry>,
    waits_since: Option<Instant>,
    told_at: Option<Instant>,
}

impl<'b> Sync<'b> {
    async fn open(
        baton: &'b Baton,
        workspace_id: WorkspaceId,
        source: &Source,
        run: SyncRun,
    ) -> Result<Self, AppError> {
        let mut state = Self {
            baton,
            workspace_id,
            id: source.id,
            run,
            rows: rows(baton, workspace_id, source.id).await?,
            links: read_links(baton, workspace_id, source.id).await?,
            touched: HashSet::new(),
            report: SyncReport::default(),
            is_changed: false,
            links_changed: false,
            waiting: Vec::new(),
            waits_since: None,
            told_at: None,
        };
        for entry in read_pieces(baton, workspace_id, source.id, run).await? {
            state.note(&entry);
        }
        Ok(state)
    }

    fn plan(&self, source: &Source, web: &WebSource) -> Result<CrawlPlan, AppError> {
        let start = Url::parse(&web.url).map_err(|_| AppError::Internal("the address of a source cannot be read"))?;
        let mode = if source.kind == SourceKind::Page { Mode::Page } else { Mode::Site };
        let options = &web.options;
        let megabytes = |count: u32| u64::from(count) * 1024 * 1024;
        let known = self.rows.values().filter(|page| !page.content_hash.is_empty() || self.touched.contains(&page.key));
        let known = known.map(|page| {
            let links = self.links.get(&page.key).into_iter().flatten();
            let known = KnownPage {
                conditions: Conditions { etag: page.etag.clone(), last_modified: page.last_modified.clone() },
                content_hash: page.content_hash.clone(),
                links: links.filter_map(|link| Url::parse(link).ok()).collect(),
                is_done: self.touched.contains(&page.key),
            };
            (page.key.clone(), known)
        });
        Ok(CrawlPlan {
            start,
            mode,
            path_prefix: options.path_prefix.clone(),
            limits: SiteLimits {
                pages: if mode == Mode::Page { 1 } else { options.max_pages as usize },
                depth: options.max_depth,
                page_bytes: usize::try_from(megabytes(options.max_page_mb)).unwrap_or(usize::MAX),
                bytes: megabytes(options.max_total_mb),
                time: Duration::from_secs(u64::from(options.max_minutes) * 60),
            },
            pace: Pace::default(),
            known: known.collect(),
        })
    }

    /// Reads the pages that come and stores them in pieces, until the crawl ends.
    async fn take(&mut self, mut events: mpsc::Receiver<CrawlEvent>) -> Result<(), AppError> {
        let mut reading = FuturesUnordered::new();
        let mut is_open = true;
        while is_open || !reading.is_empty() {
            let piece_due = self.waits_since.map(|since| since + PIECE_WITHIN);
            let due = async {
                match piece_due {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                event = events.recv(), if is_open && reading.len() < READ_AT_ONCE => match event {
                    None => is_open = false,
                    Some(CrawlEvent::Fetching { url, found }) => {
                        self.baton.syncs().update(self.id, |progress| {
                            progress.current = Some(url.to_string());
                            progress.found = progress.found.max(found as u64);
                        });
                        self.tell_now_and_then().await?;
                    }
                    Some(CrawlEvent::Page(report)) => reading.push(self.read(*report)),
                },
                Some(entry) = reading.next(), if !reading.is_empty() => self.keep(entry?).await?,
                () = due => self.store().await?,
            }
        }
        self.store().await
    }

    /// Reads a page where there is something to read, beside the crawl.
    fn read(&self, report: PageReport) -> impl Future<Output = Result<Entry, AppError>> + use<'b> {
        let before = self.rows.get(&report.key).cloned();
        let kept = Kept { baton: self.baton, source_id: self.id.to_string(), before, now: self.baton.now() };
        async move { kept.entry(report).await }
    }

    async fn keep(&mut self, entry: Entry) -> Result<(), AppError> {
        self.note(&entry);
        self.waits_since.get_or_insert_with(Instant::now);
        self.waiting.push(entry);
        if self.waiting.len() >= PIECE_PAGES { self.store().await } else { self.tell_now_and_then().await }
    }

    /// Counts what became of a page.
    fn note(&mut self, entry: &Entry) {
        let key = &entry.page.key;
        if entry.change == Change::Unchanged && self.touched.contains(key) {
            return;
        }
        let report = &mut self.report;
        let count = match entry.change {
            Change::Added => &mut report.added,
            Change::Changed => &mut report.changed,
            Change::Unchanged => &mut report.unchanged,
            Change::Missing => &mut report.missing,
            Change::Removed => &mut report.removed,
            Change::Failed => &mut report.failed,
            Change::Skipped => &mut report.skipped,
        };
        *count += 1;
        self.baton.syncs().update(self.id, |progress| match entry.change {
            Change::Added | Change::Changed => progress.fetched += 1,
            Change::Unchanged => progress.unchanged += 1,
            Change::Failed => progress.failed += 1,
            Change::Missing | Change::Removed | Change::Skipped => progress.skipped += 1,
        });
        self.is_changed |= entry.documents.is_some();
        self.touched.insert(key.clone());
        if let Some(links) = &entry.links {
            self.links_changed |= self.links.get(key) != Some(links);
            self.links.insert(key.clone(), links.clone());
        }
        if entry.change == Change::Removed {
            self.rows.remove(key);
            self.links.remove(key);
        } else {
            self.rows.insert(key.clone(), entry.page.clone());
        }
    }

    /// Stores what waits: the piece first, then in one commit the rows and that there is one piece more.
    async fn store(&mut self) -> Result<(), AppError> {
        self.waits_since = None;
        if self.waiting.is_empty() {
            return Ok(());
        }
        let entries = std::mem::take(&mut self.waiting);
        write_piece(self.baton, self.workspace_id, self.id, self.run, &entries).await?;
        let mut unit = self.baton.store().write().await?;
        let mut source = unit.source(self.workspace_id, self.id).await?.ok_or(AppError::NotFound)?;
        let (gone, there): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.change == Change::Removed);
        let there: Vec<_> = there.into_iter().map(|entry| entry.page).collect();
        let gone: Vec<_> = gone.into_iter().map(|entry| entry.page.key).collect();
        unit.put_source_pages(self.workspace_id, self.id, &there).await?;
        unit.delete_source_pages(self.workspace_id, self.id, &gone).await?;
        self.run.pieces += 1;
        if let Some(web) = &mut source.web {
            web.run = Some(self.run);
        }
        unit.update_source(self.workspace_id, &source).await?;
        unit.commit(quietly()).await?;
        tell(self.baton, self.workspace_id, &source, None);
        Ok(())
    }

    async fn tell_now_and_then(&mut self) -> Result<(), AppError> {
        if self.told_at.is_some_and(|at| at.elapsed() < TELL_EVERY) {
            return Ok(());
        }
        self.told_at = Some(Instant::now());
        let source = self.baton.store().read().await?.source(self.workspace_id, self.id).await?;
        tell(self.baton, self.workspace_id, &source.ok_or(AppError::NotFound)?, None);
        Ok(())
    }

    /// The source was deleted meanwhile; so is what this sync kept, the piece included that was being stored.
    async fn clear(&self) {
        let run = SyncRun { pieces: self.run.pieces + 1, ..self.run };
        remove_run(self.baton, self.workspace_id, self.id, run).await;
        remove_kept(self.baton, self.workspace_id, self.id).await;
    }

    async fn conclude(mut self, crawled: Result<CrawlEnd, CrawlError>) -> Result<(), AppError> {
        self.baton.syncs().update(self.id, |progress| {
            progress.current = None;
            progress.is_finishing = true;
        });
        let source = assemble(&mut self, crawled).await;
        match source {
            Ok(source) => {
                remove_run(self.baton, self.workspace_id, self.id, self.run).await;
                self.baton.syncs().end(self.id);
                tell(self.baton, self.workspace_id, &source, None);
                Ok(())
            }
            Err(AppError::NotFound) => {
                self.clear().await;
                Err(AppError::NotFound)
            }
            Err(error) => Err(error),
        }
    }
}

async fn rows(baton: &Baton, workspace_id: WorkspaceId, id: SourceId) -> Result<HashMap<String, SourcePage>, AppError> {
    let mut rows = HashMap::new();
    let mut after: Option<String> = None;
    loop {
        let mut unit = baton.store().read().await?;
        let some = unit.source_pages(workspace_id, id, after.as_deref(), None, ROWS_AT_ONCE).await?;
        drop(unit);
        let Some(last) = some.last() else { return Ok(rows) };
        after = Some(last.key.clone());
        rows.extend(some.into_iter().map(|page| (page.key.clone(), page)));
    }
}
