//! What is kept of a sync: of each page, and in the end of all.

use std::collections::{HashMap, HashSet};

use baton_domain::source::{
    Missed, PageCounts, PageState, Source, SourceError, SourcePage, SourceState, SyncEnd, SyncReport,
};
use baton_domain::time::Timestamp;
use baton_fetch::{Content, CrawlEnd, CrawlError, Ended, Outcome, PageReport, Skipped};
use baton_knowledge::DocumentPassages;

use crate::knowledge::sources::{enqueue_training, read_documents, write_documents};
use crate::knowledge::web::add::enqueue_sync;
use crate::knowledge::web::files::{Change, Entry, read_pieces, write_links};
use crate::knowledge::web::read::{ReadPage, page_of, request};
use crate::knowledge::web::sync::Sync;
use crate::{AppError, Baton, ReadFailure};

/// What is needed to tell what became of a page.
pub(super) struct Kept<'b> {
    pub(super) baton: &'b Baton,
    pub(super) source_id: String,
    /// The page as it was.
    pub(super) before: Option<SourcePage>,
    pub(super) now: Timestamp,
}

impl Kept<'_> {
    /// What became of a page; one that changed is read.
    ///
    /// # Errors
    /// When nothing can be read now; the sync goes on later.
    pub(super) async fn entry(self, report: PageReport) -> Result<Entry, AppError> {
        let PageReport { key, url, outcome, links, .. } = report;
        let Self { baton, source_id, before, now } = self;
        let answered = before.as_ref().is_some_and(SourcePage::answers);
        let is_new = before.is_none();
        let mut page = before.unwrap_or_else(|| blank(&key, now));
        page.url = url.to_string();
        page.fetched_at = now;
        // Whoever had text and has none now takes it from the answers.
        let taken = answered.then(Vec::new);
        let (change, documents) = match outcome {
            Outcome::Content(content) => {
                let before = page.text_hash.clone();
                let documents = read(baton, &source_id, &mut page, url, content).await?;
                match (documents, page.text_hash.as_str()) {
                    (None, _) => (Change::Failed, taken),
                    (Some(_), text) if text == before => (Change::Unchanged, None),
                    (Some(documents), _) if answered => (Change::Changed, Some(documents)),
                    (Some(documents), _) => (Change::Added, Some(documents)),
                }
            }
            Outcome::Unchanged => {
                // Something kept it away for a while, and it is what it was.
                if matches!(page.state, PageState::Failed | PageState::Missing) && answered {
                    page.found(PageState::Read);
                }
                let change = match page.state {
                    PageState::Failed => Change::Failed,
                    PageState::Skipped => Change::Skipped,
                    PageState::Read | PageState::Missing => Change::Unchanged,
                };
                (change, None)
            }
            Outcome::Skipped(why) => {
                skip(&mut page, why);
                (Change::Skipped, taken)
            }
            Outcome::Missing { for_good } if !is_new && page.state != PageState::Skipped => {
                let missed = if for_good { Missed::Gone } else { Missed::NotFound };
                if page.miss(missed, now) { (Change::Removed, taken) } else { (Change::Missing, None) }
            }
            Outcome::Missing { .. } => {
                page.found(PageState::Skipped);
                page.error = Some(error("A page links here, but there is no page.", "Correct the link."));
                (Change::Skipped, None)
            }
            Outcome::Moved => (Change::Removed, taken),
            Outcome::Failed(problem) => {
                page.found(PageState::Failed);
                page.error = Some(error(&problem.cause(), problem.fix()));
                (Change::Failed, None)
            }
        };
        let links = links.map(|links| links.into_iter().map(String::from).collect());
        Ok(Entry { page, links, documents, change })
    }
}

fn error(cause: &str, fix: &str) -> SourceError {
    SourceError { cause: cause.to_owned(), fix: fix.to_owned() }
}

fn blank(key: &str, now: Timestamp) -> SourcePage {
    SourcePage {
        key: key.to_owned(),
        url: String::new(),
        title: None,
        state: PageState::Read,
        error: None,
        format: None,
        etag: None,
        last_modified: None,
        content_hash: String::new(),
        text_hash: String::new(),
        bytes: 0,
        passages: 0,
        fetched_at: now,
        missing_since: None,
        missing_syncs: 0,
    }
}

/// Reads what a page is now; `None` if it cannot be read, with the reason in the page.
async fn read(
    baton: &Baton,
    source_id: &str,
    page: &mut SourcePage,
    url: url::Url,
    content: Content,
) -> Result<Option<Vec<DocumentPassages>>, AppError> {
    page.etag.clone_from(&content.conditions.etag);
    page.last_modified.clone_from(&content.conditions.last_modified);
    page.content_hash.clone_from(&content.content_hash);
    page.bytes = content.bytes.len() as u64;
    let request = request(source_id, &page.key, &url, &content);
    match baton.reader().read(content.bytes.to_vec(), request).await {
        Ok(read) => {
            let read = ReadPage::from(read);
            page.found(PageState::Read);
            page.title = Some(read.title);
            page.format = Some(read.format);
            page.text_hash = read.text_hash;
            page.passages = read.documents.iter().map(|document| document.passages.len() as u64).sum();
            Ok(Some(read.documents))
        }
        Err(ReadFailure::Unavailable(why)) => Err(AppError::Internal(why)),
        Err(ReadFailure::Source(error)) => {
            page.found(PageState::Failed);
            page.error = Some(error);
            page.text_hash = String::new();
            page.passages = 0;
            Ok(None)
        }
    }
}

fn skip(page: &mut SourcePage, why: Skipped) {
    page.found(PageState::Skipped);
    page.etag = None;
    page.last_modified = None;
    page.content_hash = String::new();
    page.text_hash = String::new();
    page.passages = 0;
    let (cause, fix) = match why {
        Skipped::Robots => (
            "The site's robots.txt keeps Baton away from this page.".to_owned(),
            "Allow the user agent “Baton” there if the page should answer questions.",
        ),
        Skipped::NoIndex { conditions, content_hash } => {
            page.etag = conditions.etag;
            page.last_modified = conditions.last_modified;
            page.content_hash = content_hash;
            ("The page asks not to be found (noindex).".to_owned(), "Remove that if the page should answer questions.")
        }
        Skipped::Kind { content_type } => {
            (format!("It is {content_type}, not a text."), "Nothing, unless its text should answer questions.")
        }
        Skipped::Duplicate { of } => (format!("It is the same page as {of}."), "Nothing: that page answers."),
        Skipped::Elsewhere { url } => {
            (format!("It leads to another site, {url}."), "Add that address if it should answer questions.")
        }
    };
    page.error = Some(error(&cause, fix));
}

/// Puts a sync together: what is missing, what answers now, and when the next one is due. One commit makes it so.
pub(super) async fn assemble(sync: &mut Sync<'_>, crawled: Result<CrawlEnd, CrawlError>) -> Result<Source, AppError> {
    let now = sync.baton.now();
    let missed =
        if matches!(&crawled, Ok(end) if end.ended == Ended::Whole) { unlinked(sync, now) } else { Vec::new() };
    let removed: Vec<_> = missed.iter().filter(|(_, leaves)| *leaves).map(|(page, _)| page.key.clone()).collect();
    let kept: Vec<_> = missed.into_iter().filter(|(_, leaves)| !leaves).map(|(page, _)| page).collect();
    conclude_report(&mut sync.report, &crawled, &sync.rows);
    if sync.is_changed || !removed.is_empty() {
        rewrite_documents(sync, &removed).await?;
    }
    if sync.links_changed || !removed.is_empty() {
        write_links(sync.baton, sync.workspace_id, sync.id, &sync.links).await?;
    }

    let mut unit = sync.baton.store().write().await?;
    let mut source = unit.source(sync.workspace_id, sync.id).await?.ok_or(AppError::NotFound)?;
    unit.put_source_pages(sync.workspace_id, sync.id, &kept).await?;
    unit.delete_source_pages(sync.workspace_id, sync.id, &removed).await?;
    let answering = || sync.rows.values().filter(|page| page.answers());
    source.documents = answering().count() as u64;
    source.passages = answering().map(|page| page.passages).sum();
    source.bytes = answering().map(|page| page.bytes).sum();
    source.format = answering().next().and_then(|page| page.format.clone());
    if let Some(web) = &mut source.web {
        web.run = None;
        web.pages = counts(&sync.rows);
        web.last = Some(sync.report.clone());
        if crawled.is_ok() {
            web.last_synced_at = Some(now);
        }
        web.next_sync_at = web.sync_every.after(now);
    }
    let is_published = matches!(source.state, SourceState::Ready { .. } | SourceState::Indexing);
    let is_changed = sync.is_changed || !removed.is_empty();
    if source.passages == 0 {
        source.state = SourceState::Failed { error: why_nothing(&sync.report, &sync.rows) };
    } else if is_changed || !is_published {
        source.state = SourceState::Indexing;
    }
    if is_changed || (source.passages > 0 && !is_published) {
        enqueue_training(sync.baton, unit.as_mut(), sync.workspace_id, source.agent_id).await?;
    }
    enqueue_sync(sync.baton, unit.as_mut(), sync.workspace_id, &source).await?;
    unit.update_source(sync.workspace_id, &source).await?;
    let job_baton = sync.baton.clone();
    unit.commit(Box::new(move || job_baton.jobs_due().notify_one())).await?;
    Ok(source)
}

/// Pages that nothing led to in a whole crawl, each with whether it leaves now.
fn unlinked(sync: &mut Sync<'_>, now: Timestamp) -> Vec<(SourcePage, bool)> {
    let keys: Vec<_> = sync.rows.keys().filter(|key| !sync.touched.contains(*key)).cloned().collect();
    let mut missed = Vec::with_capacity(keys.len());
    for key in keys {
        let Some(mut page) = sync.rows.remove(&key) else { continue };
        // What answers nothing is not worth a grace.
        let leaves = page.miss(Missed::Unlinked, now) || !page.answers();
        if leaves {
            sync.links.remove(&key);
            sync.report.removed += u64::from(page.answers());
        } else {
            sync.report.missing += 1;
            sync.rows.insert(key, page.clone());
        }
        missed.push((page, leaves));
    }
    missed
}

/// The documents that were there, with those that are new in place of older ones and without those that are gone.
async fn rewrite_documents(sync: &Sync<'_>, removed: &[String]) -> Result<(), AppError> {
    let mut fresh: HashMap<String, Vec<DocumentPassages>> = HashMap::new();
    for entry in read_pieces(sync.baton, sync.workspace_id, sync.id, sync.run).await? {
        if let Some(documents) = entry.documents {
            fresh.insert(entry.page.key, documents);
        }
    }
    let removed: HashSet<_> = removed.iter().map(String::as_str).collect();
    let mut documents = match read_documents(sync.baton, sync.workspace_id, sync.id).await {
        Ok(documents) => documents,
        Err(AppError::Files(object_store::Error::NotFound { .. })) => Vec::new(),
        Err(error) => return Err(error),
    };
    documents.retain(|document| {
        let page = page_of(&document.key);
        !fresh.contains_key(page) && !removed.contains(page)
    });
    documents.extend(fresh.into_values().flatten());
    documents.sort_by(|a, b| a.key.cmp(&b.key));
    write_documents(sync.baton, sync.workspace_id, sync.id, &documents).await
}

fn counts(rows: &HashMap<String, SourcePage>) -> PageCounts {
    let mut counts = PageCounts::default();
    for page in rows.values() {
        let count = match page.state {
            PageState::Read => &mut counts.read,
            PageState::Skipped => &mut counts.skipped,
            PageState::Missing => &mut counts.missing,
            PageState::Failed => &mut counts.failed,
        };
        *count += 1;
    }
    counts
}

fn conclude_report(
    report: &mut SyncReport,
    crawled: &Result<CrawlEnd, CrawlError>,
    rows: &HashMap<String, SourcePage>,
) {
    let end = match crawled {
        Ok(end) => end,
        Err(why) => {
            report.ended = SyncEnd::Failed;
            report.error = Some(error(&why.cause(), why.fix()));
            return;
        }
    };
    report.ended = match end.ended {
        Ended::Whole => SyncEnd::Whole,
        Ended::Pages => SyncEnd::PagesLimit,
        Ended::Bytes => SyncEnd::BytesLimit,
        Ended::Time => SyncEnd::TimeLimit,
        Ended::Stopped => SyncEnd::Stopped,
        Ended::Down => SyncEnd::SiteDown,
    };
    let left_out = |what: &str| error(what, "Raise the limit of this source, or add a smaller part of the site.");
    report.warnings.extend(match end.ended {
        Ended::Whole => None,
        Ended::Pages => Some(left_out("There are more pages than the limit of this source.")),
        Ended::Bytes => Some(left_out("There is more text than the limit of this source.")),
        Ended::Time => Some(left_out("Fetching took longer than the limit of this source.")),
        Ended::Stopped => Some(error("Fetching was stopped before it was done.", "Sync again for the rest.")),
        Ended::Down => Some(error("The site stopped answering.", "Sync again once it is up.")),
    });
    let read = rows.values().filter(|page| page.answers()).count();
    if read <= 1 && end.outside > 0 && end.prefix != "/" {
        let links = end.outside;
        report.warnings.push(error(
            &format!("{links} links lead to pages of the site outside of {}.", end.prefix),
            "Give an address further up, or set the path prefix.",
        ));
    }
}

/// Why a source has nothing to answer from: what the first page came to says most.
fn why_nothing(report: &SyncReport, rows: &HashMap<String, SourcePage>) -> SourceError {
    let of_page = || {
        let mut pages: Vec<_> = rows.values().filter(|page| page.error.is_some()).collect();
        pages.sort_by_key(|page| (page.state != PageState::Failed, page.key.len()));
        pages.first().and_then(|page| page.error.clone())
    };
    if report.removed > 0 && rows.is_empty() {
        return error("What was there is not there any more.", "If it moved, add its new address.");
    }
    report.error.clone().or_else(of_page).unwrap_or_else(|| {
        error("No text was found there to answer from.", "Check that the pages hold text without running scripts.")
    })
}
