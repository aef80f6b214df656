//! Sources that are fetched from the web: what is to be fetched, how often, and what became of each page (K1, K2).

use serde::{Deserialize, Serialize};

use crate::agent::FieldError;
use crate::source::SourceError;
use crate::time::Timestamp;

/// Pages that are missing stay for this long after they were missed first, so that a slip of the site costs no answers.
pub const MISSING_GRACE_MS: i64 = 24 * 60 * 60 * 1_000;
/// A page leaves once it was missing in this many syncs running.
pub const MISSING_SYNCS: u32 = 2;

/// How much of a site is fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SiteOptions {
    /// Pages at most, 1 to 10,000.
    pub max_pages: u32,
    /// Links away from the start at most, 0 to 50.
    pub max_depth: u32,
    /// Megabytes of one page at most, 1 to 20.
    pub max_page_mb: u32,
    /// Megabytes of all pages at most, 1 to 2,000.
    pub max_total_mb: u32,
    /// Minutes that one sync may take, 1 to 240.
    pub max_minutes: u32,
    /// The path below which pages belong to the site; that of its address if absent.
    pub path_prefix: Option<String>,
}

impl Default for SiteOptions {
    fn default() -> Self {
        Self { max_pages: 2_000, max_depth: 10, max_page_mb: 5, max_total_mb: 200, max_minutes: 30, path_prefix: None }
    }
}

impl SiteOptions {
    /// Every value that is out of its bounds.
    ///
    /// # Errors
    /// One for each such value, under its name in the API.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let bounds = [
            ("max_pages", self.max_pages, 1, 10_000),
            ("max_depth", self.max_depth, 0, 50),
            ("max_page_mb", self.max_page_mb, 1, 20),
            ("max_total_mb", self.max_total_mb, 1, 2_000),
            ("max_minutes", self.max_minutes, 1, 240),
        ];
        let out = bounds.iter().filter(|(_, value, least, most)| value < least || value > most);
        let mut errors: Vec<_> = out
            .map(|(name, _, least, most)| FieldError {
                field: format!("options.{name}"),
                message: format!("Between {least} and {most}."),
            })
            .collect();
        if self.path_prefix.as_deref().is_some_and(|prefix| !prefix.starts_with('/') || prefix.len() > 500) {
            errors.push(FieldError {
                field: "options.path_prefix".to_owned(),
                message: "A path that begins with a slash, such as /docs/.".to_owned(),
            });
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// How often a source is fetched again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SyncEvery {
    /// Only when somebody says so.
    #[default]
    Off,
    /// Every hour.
    Hourly,
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every thirty days.
    Monthly,
}

impl SyncEvery {
    /// When the next sync is due after one at `at`; `None` if none is.
    #[must_use]
    pub fn after(self, at: Timestamp) -> Option<Timestamp> {
        let hours = match self {
            Self::Off => return None,
            Self::Hourly => 1,
            Self::Daily => 24,
            Self::Weekly => 24 * 7,
            Self::Monthly => 24 * 30,
        };
        Some(at.after(std::time::Duration::from_secs(hours * 60 * 60)))
    }
}

/// What a source is fetched from, and where that stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebSource {
    /// Where to begin.
    pub url: String,
    /// How much.
    pub options: SiteOptions,
    /// How often.
    pub sync_every: SyncEvery,
    /// When the next sync is due by the schedule.
    pub next_sync_at: Option<Timestamp>,
    /// When a sync was asked for that has not begun.
    pub asked_at: Option<Timestamp>,
    /// The sync that is under way.
    pub run: Option<SyncRun>,
    /// When the last sync ended well.
    pub last_synced_at: Option<Timestamp>,
    /// What the last sync came to.
    pub last: Option<SyncReport>,
    /// The pages by state.
    pub pages: PageCounts,
}

/// A sync that is under way. It is stored, so that an interrupted one goes on where it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncRun {
    /// When it began; names it within its source.
    pub started_at: Timestamp,
    /// How many pieces of it are stored.
    pub pieces: u32,
}

/// Pages by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct PageCounts {
    /// Answer questions.
    pub read: u64,
    /// Left out by somebody's will.
    pub skipped: u64,
    /// Not there any more; their last content still answers for a time.
    pub missing: u64,
    /// Could not be fetched or read the last time; their last content still answers.
    pub failed: u64,
}

/// What a sync came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct SyncReport {
    /// Pages that are new.
    pub added: u64,
    /// Pages whose text changed.
    pub changed: u64,
    /// Pages that are as they were.
    pub unchanged: u64,
    /// Pages that are not there any more and are kept for a time.
    pub missing: u64,
    /// Pages that were removed.
    pub removed: u64,
    /// Pages that could not be fetched or read.
    pub failed: u64,
    /// Pages left out by somebody's will.
    pub skipped: u64,
    /// How it ended.
    pub ended: SyncEnd,
    /// Why nothing was fetched, if so.
    pub error: Option<SourceError>,
    /// What the owner should know although it went well.
    pub warnings: Vec<SourceError>,
}

/// How a sync ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SyncEnd {
    /// Everything was fetched.
    #[default]
    Whole,
    /// There are more pages than the limits allow.
    PagesLimit,
    /// There are more bytes.
    BytesLimit,
    /// It took too long.
    TimeLimit,
    /// A member stopped it.
    Stopped,
    /// The site stopped answering.
    SiteDown,
    /// It could not begin.
    Failed,
}

/// What became of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PageState {
    /// Its text answers questions.
    Read,
    /// It is left out by somebody's will: robots.txt, noindex, another page with the same content, not a text.
    Skipped,
    /// It is not there any more, or nothing links to it; its last content still answers for a time.
    Missing,
    /// It could not be fetched or read the last time; its last content, if there is any, still answers.
    Failed,
}

/// A page of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePage {
    /// What names it within its source, whatever its spelling.
    pub key: String,
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
    /// What its server calls this version of it.
    pub etag: Option<String>,
    /// When its server says that it changed.
    pub last_modified: Option<String>,
    /// SHA-256 of what was sent, hex; empty if nothing was kept.
    pub content_hash: String,
    /// Digest of the text that was read from it; empty if none was.
    pub text_hash: String,
    /// Size of what was sent, bytes.
    pub bytes: u64,
    /// Passages that answer from it.
    pub passages: u64,
    /// When it was last asked for.
    pub fetched_at: Timestamp,
    /// When it was first missing, if it is.
    pub missing_since: Option<Timestamp>,
    /// In how many syncs running it was missing.
    pub missing_syncs: u32,
}

impl SourcePage {
    /// Whether its text is part of what answers.
    #[must_use]
    pub fn answers(&self) -> bool {
        !self.text_hash.is_empty()
    }

    /// Notes that the page is missing; whether it is time to remove it.
    ///
    /// A page that its server denies leaves when it is missing twice running. One that nothing links to any more is likely there
    /// still, so it stays for a day besides.
    pub fn miss(&mut self, why: Missed, now: Timestamp) -> bool {
        self.state = PageState::Missing;
        self.missing_syncs = self.missing_syncs.saturating_add(1);
        let since = *self.missing_since.get_or_insert(now);
        let (cause, fix) = match why {
            Missed::Gone => return true,
            Missed::NotFound => ("The page is not there any more.", "If it moved, link to its new address."),
            Missed::Unlinked => {
                ("No page of the site links to this page any more.", "Link to it, or list it in the sitemap.")
            }
        };
        self.error = Some(SourceError { cause: cause.to_owned(), fix: fix.to_owned() });
        let old = why == Missed::NotFound || now.0.saturating_sub(since.0) >= MISSING_GRACE_MS;
        self.missing_syncs >= MISSING_SYNCS && old
    }

    /// Notes that the page is there.
    pub fn found(&mut self, state: PageState) {
        self.state = state;
        self.error = None;
        self.missing_since = None;
        self.missing_syncs = 0;
    }
}

/// How a page is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    /// The site says that it will not come back.
    Gone,
    /// The site does not have it.
    NotFound,
    /// Nothing links to it.
    Unlinked,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> SourcePage {
        SourcePage {
            key: "e.example/a".into(),
            url: "https://e.example/a".into(),
            title: None,
            state: PageState::Read,
            error: None,
            format: None,
            etag: None,
            last_modified: None,
            content_hash: "00".into(),
            text_hash: "11".into(),
            bytes: 1,
            passages: 1,
            fetched_at: Timestamp(0),
            missing_since: None,
            missing_syncs: 0,
        }
    }

    #[test]
    fn k2_a_missing_page_leaves_after_its_grace() {
        let hour = 60 * 60 * 1_000;
        assert!(page().miss(Missed::Gone, Timestamp(0)), "the site says so itself");

        let mut denied = page();
        assert!(!denied.miss(Missed::NotFound, Timestamp(0)));
        assert!(denied.miss(Missed::NotFound, Timestamp(hour)));

        let mut unlinked = page();
        for (at, leaves) in [(0, false), (hour, false), (23 * hour, false), (24 * hour, true)] {
            assert_eq!(unlinked.miss(Missed::Unlinked, Timestamp(at)), leaves, "{at}");
        }

        let mut back = page();
        back.miss(Missed::NotFound, Timestamp(0));
        back.found(PageState::Read);
        assert_eq!(back, page());
        assert!(!back.miss(Missed::NotFound, Timestamp(100 * hour)), "the count begins anew");
    }

    #[test]
    fn k1_limits_have_bounds() {
        assert_eq!(SiteOptions::default().check(), Ok(()));
        let wrong =
            SiteOptions { max_pages: 0, max_minutes: 500, path_prefix: Some("docs".into()), ..SiteOptions::default() };
        let fields: Vec<_> = wrong.check().expect_err("out of bounds").into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["options.max_pages", "options.max_minutes", "options.path_prefix"]);
    }

    #[test]
    fn k2_a_schedule_says_when_the_next_sync_is_due() {
        assert_eq!(SyncEvery::Off.after(Timestamp(5)), None);
        assert_eq!(SyncEvery::Daily.after(Timestamp(5)), Some(Timestamp(5 + 24 * 60 * 60 * 1_000)));
    }

    #[test]
    fn a_stored_source_of_an_older_release_is_read() {
        let stored = r#"{"url":"https://e.example/"}"#;
        let web: WebSource = serde_json::from_str(stored).expect("defaults fill the rest");
        assert_eq!((web.url.as_str(), web.sync_every), ("https://e.example/", SyncEvery::Off));
    }
}
