//! What is to be crawled, what comes of it, and why it may not begin.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use url::Url;

use crate::crawl::content::ContentKind;
use crate::{Conditions, FetchError};

/// How much of a site is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The one page.
    Page,
    /// The page, what the site lists, and what they link to.
    Site,
}

/// How much a crawl may fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SiteLimits {
    /// Pages with content.
    pub pages: usize,
    /// Links away from the start.
    pub depth: u32,
    /// Bytes of one page.
    pub page_bytes: usize,
    /// Bytes of all.
    pub bytes: u64,
    /// Time.
    pub time: Duration,
}

/// How fast a site is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Requests at a time; one, if the site asks for a pause between them.
    pub at_once: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self { at_once: 4 }
    }
}

/// A page that was fetched in an earlier crawl, or earlier in this one.
#[derive(Clone, Debug, Default)]
pub struct KnownPage {
    /// What it was, so that it is not sent again.
    pub conditions: Conditions,
    /// Digest of its content.
    pub content_hash: String,
    /// The pages it linked to.
    pub links: Vec<Url>,
    /// Whether it was fetched in this crawl, before an interruption: its links are followed, it is not fetched.
    pub is_done: bool,
}

/// What is to be crawled.
#[derive(Debug)]
pub struct CrawlPlan {
    /// Where to begin: a page, a sitemap, or an llms.txt.
    pub start: Url,
    /// How much.
    pub mode: Mode,
    /// The path below which pages belong to the site, if not that of the start.
    pub path_prefix: Option<String>,
    /// How much at most.
    pub limits: SiteLimits,
    /// How fast.
    pub pace: Pace,
    /// Pages of earlier crawls, by [`page_key`].
    pub known: HashMap<String, KnownPage>,
}

/// What happens in a crawl.
#[derive(Debug)]
pub enum CrawlEvent {
    /// A page is being fetched.
    Fetching {
        /// Its address.
        url: Url,
        /// Pages found so far.
        found: usize,
    },
    /// A page was fetched, or could not be.
    Page(Box<PageReport>),
}

/// What became of a page.
#[derive(Debug)]
pub struct PageReport {
    /// What names it; see [`page_key`].
    pub key: String,
    /// Its address.
    pub url: Url,
    /// What came.
    pub outcome: Outcome,
    /// The pages it links to; `None` where they are as before.
    pub links: Option<Vec<Url>>,
    /// Pages found so far.
    pub found: usize,
}

/// What came of a page.
#[derive(Debug)]
pub enum Outcome {
    /// Content.
    Content(Content),
    /// The same as the last time.
    Unchanged,
    /// Nothing to answer from, by somebody's will.
    Skipped(Skipped),
    /// It leads to another page of the site now.
    Moved,
    /// Not there.
    Missing {
        /// Whether the site says that it will not come back.
        for_good: bool,
    },
    /// It could not be fetched this time.
    Failed(PageProblem),
}

/// The content of a page.
#[derive(Clone, Debug)]
pub struct Content {
    /// What it is made of.
    pub kind: ContentKind,
    /// The content; text whose server names another encoding is in UTF-8 with a mark in front.
    pub bytes: Bytes,
    /// SHA-256 of what was sent, hex.
    pub content_hash: String,
    /// What to send the next time, so that it is not sent again.
    pub conditions: Conditions,
}

/// Why a page holds nothing to answer from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Skipped {
    /// The site's robots.txt keeps crawlers away.
    Robots,
    /// The page asks not to be found.
    NoIndex {
        /// What to send the next time.
        conditions: Conditions,
        /// SHA-256 of what was sent, hex.
        content_hash: String,
    },
    /// It is not made of text.
    Kind {
        /// What it is made of.
        content_type: String,
    },
    /// Another page has the same content, or is the one that this one names as its own address.
    Duplicate {
        /// The other page.
        of: String,
    },
    /// It leads to another site.
    Elsewhere {
        /// Where.
        url: Url,
    },
}

/// Why a page could not be fetched this time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageProblem {
    /// The site answered with an error.
    Status(u16),
    /// There was no answer.
    Fetch(FetchError),
}

impl PageProblem {
    /// What happened, as a sentence.
    #[must_use]
    pub fn cause(&self) -> String {
        match self {
            Self::Status(401 | 407) => "The page wants a sign-in.".to_owned(),
            Self::Status(403 | 451) => "The site refuses to show the page to Baton.".to_owned(),
            Self::Status(429) => "The site says that it is asked too often.".to_owned(),
            Self::Status(status) if *status >= 500 => format!("The site failed with status {status}."),
            Self::Status(404 | 410) => "The page is not there.".to_owned(),
            Self::Status(status) => format!("The site answered with status {status}."),
            Self::Fetch(error) => error.cause(),
        }
    }

    /// What the owner can do, as a sentence.
    #[must_use]
    pub fn fix(&self) -> &'static str {
        match self {
            Self::Status(401 | 407) => "Make the page public, or upload it as a file.",
            Self::Status(403 | 451) => "Allow the user agent “Baton” on the site, or upload the page as a file.",
            Self::Status(404 | 410) => "Check the address.",
            Self::Status(_) => "Try again later.",
            Self::Fetch(error) => error.fix(),
        }
    }

    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Status(status) => *status == 429 || *status >= 500,
            Self::Fetch(error) => error.may_pass(),
        }
    }
}

/// How a crawl ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrawlEnd {
    /// Why.
    pub ended: Ended,
    /// Pages found.
    pub found: usize,
    /// Links to the same host that do not belong to the site.
    pub outside: u64,
    /// The path below which pages belong to the site.
    pub prefix: String,
}

/// Why a crawl ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Everything was fetched.
    Whole,
    /// There are more pages than may be fetched, or they lie deeper.
    Pages,
    /// There are more bytes.
    Bytes,
    /// It took too long.
    Time,
    /// Somebody stopped it.
    Stopped,
    /// The site stopped answering.
    Down,
}

/// Why a crawl could not begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CrawlError {
    /// The site's robots.txt cannot be read, so nobody knows what it allows.
    Robots(PageProblem),
    /// The site's robots.txt keeps crawlers away from the start.
    Disallowed,
    /// The start leads to another site.
    Elsewhere(Url),
    /// The start cannot be fetched.
    Start(PageProblem),
    /// The start is made of something that is not read.
    Kind(String),
}

impl CrawlError {
    /// What happened, as a sentence.
    #[must_use]
    pub fn cause(&self) -> String {
        match self {
            Self::Robots(problem) => format!("The site's robots.txt cannot be read. {}", problem.cause()),
            Self::Disallowed => "The site's robots.txt does not allow Baton to read this address.".to_owned(),
            Self::Elsewhere(url) => format!("The address leads to another site, {url}."),
            Self::Start(problem) => problem.cause(),
            Self::Kind(kind) => format!("What is at the address is {kind}, which cannot be read."),
        }
    }

    /// What the owner can do, as a sentence.
    #[must_use]
    pub fn fix(&self) -> &'static str {
        match self {
            Self::Robots(problem) => problem.fix(),
            Self::Disallowed => "Allow the user agent “Baton” in the site's robots.txt, or upload the pages as files.",
            Self::Elsewhere(_) => "Add that address instead.",
            Self::Start(problem) => problem.fix(),
            Self::Kind(_) => "Give the address of a web page, a sitemap, or a text.",
        }
    }
}
