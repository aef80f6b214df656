//! Sources: what an agent answers from, how far their reading is, and what they parsed into.

use baton_app::knowledge::{PassageView, QuestionAnswer, SyncProgress};
use baton_domain::ids::{AgentId, SourceId};
use baton_domain::source::{
    PageCounts, PageState, SiteOptions, Source as DomainSource, SourceError, SourceKind, SourcePage as DomainPage,
    SourceState, SyncEvery, SyncReport, WebSource,
};
use baton_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something the owner added.
#[derive(Debug, Serialize, ToSchema)]
pub struct Source {
    /// Identity.
    pub id: SourceId,
    /// The agent that answers from it.
    pub agent_id: AgentId,
    /// File name or title.
    pub name: String,
    /// Where it came from.
    pub kind: SourceKind,
    /// What it was read as, once known.
    pub format: Option<String>,
    /// Where reading stands.
    pub state: SourceStatus,
    /// How far the training is.
    pub progress: Option<Progress>,
    /// Why it could not be read, and what to do.
    pub error: Option<SourceError>,
    /// Documents in it.
    pub documents: u64,
    /// Passages in it.
    pub passages: u64,
    /// Size, bytes.
    pub bytes: u64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last published.
    pub synced_at: Option<Timestamp>,
    /// What it is fetched from; only pages and sites have it.
    pub web: Option<Web>,
}

/// What a page or a site is fetched from, and where that stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Web {
    /// Where to begin.
    pub url: String,
    /// How much is fetched.
    pub options: SiteOptions,
    /// How often.
    pub sync_every: SyncEvery,
    /// When the next sync is due by the schedule.
    pub next_sync_at: Option<Timestamp>,
    /// When the last sync ended well.
    pub last_synced_at: Option<Timestamp>,
    /// The sync that waits or is under way.
    pub sync: Option<Sync>,
    /// What the last sync came to. A source that is ready and has failed pages in it is ready with warnings.
    pub last_sync: Option<SyncReport>,
    /// The pages by state.
    pub pages: PageCounts,
}

/// A sync that waits or is under way.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sync {
    /// Where it stands.
    pub phase: SyncPhase,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// Pages found so far.
    pub found: u64,
    /// Pages that came with new content.
    pub fetched: u64,
    /// Pages that are as they were.
    pub unchanged: u64,
    /// Pages that could not be fetched or read.
    pub failed: u64,
    /// Pages left out by somebody's will, or not there.
    pub skipped: u64,
    /// The page that is being fetched.
    pub current: Option<String>,
}

/// Where a sync stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncPhase {
    /// It waits for its turn, or goes on after an interruption.
    Waiting,
    /// Pages are being fetched.
    Fetching,
    /// What was read is being put together.
    Finishing,
}

impl Web {
    fn new(web: WebSource, progress: Option<SyncProgress>) -> Self {
        let waits = web.asked_at.is_some() || web.run.is_some();
        let sync = match progress {
            Some(progress) => Some(Sync {
                phase: if progress.is_finishing { SyncPhase::Finishing } else { SyncPhase::Fetching },
                started_at: Some(progress.started_at),
                found: progress.found.max(progress.done()),
                fetched: progress.fetched,
                unchanged: progress.unchanged,
                failed: progress.failed,
                skipped: progress.skipped,
                current: progress.current,
            }),
            None => waits.then(|| Sync {
                phase: SyncPhase::Waiting,
                started_at: web.run.map(|run| run.started_at),
                found: 0,
                fetched: 0,
                unchanged: 0,
                failed: 0,
                skipped: 0,
                current: None,
            }),
        };
        Self {
            url: web.url,
            options: web.options,
            sync_every: web.sync_every,
            next_sync_at: web.next_sync_at,
            last_synced_at: web.last_synced_at,
            sync,
            last_sync: web.last,
            pages: web.pages,
        }
    }
}

/// Where the reading of a source stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceStatus {
    /// Waits for its turn.
    Queued,
    /// Is being parsed.
    Reading,
    /// Is being put into the next snapshot.
    Indexing,
    /// Answers questions.
    Ready,
    /// Could not be read.
    Failed,
}

/// How far something is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Progress {
    /// Steps done.
    pub done: u64,
    /// Steps in all.
    pub total: u64,
}

impl Source {
    /// `sync` is how far the sync of the source is, if this node works on one.
    pub(crate) fn new(source: DomainSource, progress: Option<(u64, u64)>, sync: Option<SyncProgress>) -> Self {
        let progress = sync.as_ref().map(|sync| (sync.done(), sync.found.max(sync.done()))).or(progress);
        let (state, synced_at, error) = match source.state {
            SourceState::Queued => (SourceStatus::Queued, None, None),
            SourceState::Reading => (SourceStatus::Reading, None, None),
            SourceState::Indexing => (SourceStatus::Indexing, None, None),
            SourceState::Ready { synced_at } => (SourceStatus::Ready, Some(synced_at), None),
            SourceState::Failed { error } => (SourceStatus::Failed, None, Some(error)),
        };
        Self {
            id: source.id,
            agent_id: source.agent_id,
            name: source.name,
            kind: source.kind,
            format: source.format,
            state,
            progress: progress.map(|(done, total)| Progress { done, total }),
            error,
            documents: source.documents,
            passages: source.passages,
            bytes: source.bytes,
            created_at: source.created_at,
            synced_at,
            web: source.web.map(|web| Web::new(web, sync)),
        }
    }
}

/// Sources.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sources {
    /// Oldest first.
    pub sources: Vec<Source>,
}

/// A source and what it parsed into.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceDetail {
    /// The source.
    pub source: Source,
    /// Its documents.
    pub documents: Vec<Document>,
    /// The first of its pages, as `pages` lists them; only pages and sites have any.
    pub pages: Vec<SourcePage>,
    /// Where the next pages begin, for `pages`.
    pub pages_next: Option<String>,
}

/// Pages of a source.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourcePages {
    /// By address.
    pub pages: Vec<SourcePage>,
    /// Where the next ones begin.
    pub next: Option<String>,
}

/// A page of a source.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourcePage {
    /// Names it within its source.
    pub id: String,
    /// Its address.
    pub url: String,
    /// Its title, once read.
    pub title: Option<String>,
    /// What became of it.
    pub state: PageState,
    /// Why it is not read, and what to do.
    pub error: Option<SourceError>,
    /// What it was read as.
    pub format: Option<String>,
    /// Passages that answer from it. A page that failed or is missing still answers from what it was.
    pub passages: u64,
    /// Size, bytes.
    pub bytes: u64,
    /// When it was last asked for.
    pub fetched_at: Timestamp,
    /// Since when it is missing.
    pub missing_since: Option<Timestamp>,
}

impl From<DomainPage> for SourcePage {
    fn from(page: DomainPage) -> Self {
        Self {
            id: page.key,
            url: page.url,
            title: page.title,
            state: page.state,
            error: page.error,
            format: page.format,
            passages: page.passages,
            bytes: page.bytes,
            fetched_at: page.fetched_at,
            missing_since: page.missing_since,
        }
    }
}

/// A document.
#[derive(Debug, Serialize, ToSchema)]
pub struct Document {
    /// Names it within its source.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: Option<String>,
    /// Passages in it.
    pub passages: u64,
}

/// A page or a site, by its address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPage {
    /// The address, as in a browser; `https://` may be left out.
    pub url: String,
    /// What to call it; its address if absent.
    #[serde(default)]
    pub title: Option<String>,
    /// How often to fetch it again.
    #[serde(default)]
    pub sync_every: SyncEvery,
}

/// A site, by the address where it begins: a page, a sitemap, or an llms.txt.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddSite {
    /// The address, as in a browser; `https://` may be left out.
    pub url: String,
    /// What to call it; its address if absent.
    #[serde(default)]
    pub title: Option<String>,
    /// How often to fetch it again.
    #[serde(default)]
    pub sync_every: SyncEvery,
    /// How much of it; what is absent has its default.
    #[serde(default)]
    pub options: SiteOptions,
}

/// Changes a source. What is not named stays; `options` are given whole, and what is absent in them has its default.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeSource {
    /// Another name.
    #[serde(default)]
    pub name: Option<String>,
    /// How often to fetch it again.
    #[serde(default)]
    pub sync_every: Option<SyncEvery>,
    /// How much of it, from the next sync on.
    #[serde(default)]
    pub options: Option<SiteOptions>,
}

/// Text typed in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddText {
    /// Its title.
    pub title: String,
    /// The text; Markdown.
    pub text: String,
}

/// Pairs typed in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPairs {
    /// What they are about.
    pub title: String,
    /// The pairs.
    pub pairs: Vec<Pair>,
}

/// A question with its answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
}

impl From<Pair> for QuestionAnswer {
    fn from(pair: Pair) -> Self {
        Self { question: pair.question, answer: pair.answer }
    }
}

/// Passages of a source.
#[derive(Debug, Serialize, ToSchema)]
pub struct Passages {
    /// In order.
    pub passages: Vec<Passage>,
    /// Where the next page begins.
    pub next: Option<u64>,
}

/// A passage.
#[derive(Debug, Serialize, ToSchema)]
pub struct Passage {
    /// Identity.
    pub id: String,
    /// Title of its document.
    pub document_title: String,
    /// Address of its document.
    pub url: Option<String>,
    /// The headings above it.
    pub heading_path: Vec<String>,
    /// Its text.
    pub text: String,
}

impl From<PassageView> for Passage {
    fn from(view: PassageView) -> Self {
        Self {
            id: view.id,
            document_title: view.document_title,
            url: view.url,
            heading_path: view.heading_path,
            text: view.text,
        }
    }
}
