//! The crawl of a site: what to fetch comes from [`frontier`](self), the pages go out one by one, and nothing is kept here.
//!
//! One task drives a crawl. It keeps a few requests going, takes in what each page links to, and hands every page on through a bounded
//! channel: whoever reads slowly slows the crawl down. Nothing is decided by time but the limits on it.

mod address;
mod content;
mod frontier;
mod links;
mod listing;
mod plan;
mod robots;
mod visit;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

pub use crate::crawl::address::{page_key, parse_address};
pub use crate::crawl::content::ContentKind;
pub use crate::crawl::plan::{
    Content, CrawlEnd, CrawlError, CrawlEvent, CrawlPlan, Ended, KnownPage, Mode, Outcome, Pace, PageProblem,
    PageReport, SiteLimits, Skipped,
};

use crate::crawl::address::{Scope, are_spellings};
use crate::crawl::frontier::{FoundBy, Frontier, Target};
use crate::crawl::robots::{NoRobots, Robots};
use crate::crawl::visit::{Seen, Visit, Visited, visit};
use crate::{FetchError, Fetcher};

/// Most files that list pages, and the most bytes of one.
const LISTINGS_MAX: usize = 50;
const LISTING_BYTES_MAX: usize = 20 * 1024 * 1024;

/// Requests to one page of the plan: pages that turn out to hold nothing must not keep a crawl going for ever.
const REQUESTS_PER_PAGE: usize = 4;
const REQUESTS_MORE: usize = 100;

/// Redirects in a row that are followed.
const REDIRECTS_MAX: u32 = 5;

/// Failures in a row after which a site counts as down.
const FAILURES_MAX: u32 = 20;

/// How long a site is left alone that says it has too much to do, if it does not say how long, and at most.
const PAUSE: Duration = Duration::from_secs(2);
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// Crawls a site. Pages go to `events` as they come; who drops the other end ends the crawl.
///
/// # Errors
/// [`CrawlError`] if it cannot begin; nothing was reported then.
pub async fn crawl(
    fetcher: &Fetcher,
    plan: CrawlPlan,
    stop: &CancellationToken,
    events: mpsc::Sender<CrawlEvent>,
) -> Result<CrawlEnd, CrawlError> {
    let began = Instant::now();
    let start = Start::open(fetcher, &plan).await?;
    let requests_max = plan.limits.pages.saturating_mul(REQUESTS_PER_PAGE).saturating_add(REQUESTS_MORE);
    let mut run = Run {
        fetcher,
        frontier: Frontier::new(plan.limits.depth, requests_max),
        scope: start.scope,
        robots: start.robots,
        events,
        hashes: plan
            .known
            .iter()
            .filter(|(_, page)| !page.content_hash.is_empty())
            .map(|(key, page)| (page.content_hash.clone(), key.clone()))
            .collect(),
        plan: &plan,
        pages: 0,
        bytes: 0,
        failures: 0,
        paused_until: None,
    };
    if plan.mode == Mode::Site {
        run.take_listings(start.listing, stop).await;
    }
    let ended = match run.take(start.page).await {
        Some(ended) => ended,
        None => run.drive(began, stop).await,
    };
    Ok(CrawlEnd {
        ended,
        found: run.frontier.found(),
        outside: run.frontier.outside,
        prefix: run.scope.prefix().to_owned(),
    })
}

/// The first page, and what it says about the rest.
struct Start {
    scope: Scope,
    robots: Robots,
    page: Option<(Target, Visited)>,
    listing: Option<(Url, Bytes)>,
}

impl Start {
    async fn open(fetcher: &Fetcher, plan: &CrawlPlan) -> Result<Self, CrawlError> {
        let mut url = plan.start.clone();
        let mut robots = Self::robots(fetcher, &url).await?;
        for redirects in 0..=REDIRECTS_MAX {
            if !robots.allows(&url) {
                return Err(CrawlError::Disallowed);
            }
            let key = page_key(&url);
            let target = Target { key: key.clone(), url: url.clone(), depth: 0, redirects, attempt: 0 };
            let known = plan.known.get(&key);
            let conditions = known.map(|page| page.conditions.clone()).unwrap_or_default();
            let seen = known.map(|page| page.content_hash.clone()).unwrap_or_default();
            let visited =
                visit(fetcher, target.url.clone(), conditions, seen, plan.limits.page_bytes.max(LISTING_BYTES_MAX))
                    .await;
            match visited.visit {
                Visit::Redirect(next) => {
                    let is_elsewhere = !are_neighbours(&url, &next);
                    if is_elsewhere && plan.mode == Mode::Site {
                        return Err(CrawlError::Elsewhere(next));
                    }
                    if next.origin() != url.origin() {
                        robots = Self::robots(fetcher, &next).await?;
                    }
                    url = address::without_noise(&next);
                }
                // One page that was there is missing like any other; a site without its start is not one.
                Visit::Missing { .. } if plan.mode == Mode::Page && plan.known.contains_key(&key) => {
                    let scope = Scope::new(&url, None);
                    return Ok(Self { scope, robots, page: Some((target, visited)), listing: None });
                }
                Visit::Missing { .. } => return Err(CrawlError::Start(PageProblem::Status(404))),
                Visit::Failed { problem, .. } => return Err(CrawlError::Start(problem)),
                Visit::Listing(bytes) if plan.mode == Mode::Site => {
                    let scope = Scope::new(&url, Some(plan.path_prefix.as_deref().unwrap_or("/")));
                    return Ok(Self { scope, robots, page: None, listing: Some((url, bytes)) });
                }
                Visit::Listing(_) => return Err(CrawlError::Kind("a sitemap".to_owned())),
                Visit::Kind(kind) => return Err(CrawlError::Kind(kind)),
                Visit::Seen(_) | Visit::Unchanged => {
                    let is_list = url.path().ends_with("/llms.txt");
                    let prefix = plan.path_prefix.as_deref().or(is_list.then_some("/"));
                    let scope = Scope::new(&url, prefix);
                    return Ok(Self { scope, robots, page: Some((target, visited)), listing: None });
                }
            }
        }
        Err(CrawlError::Start(PageProblem::Fetch(FetchError::Redirects)))
    }

    async fn robots(fetcher: &Fetcher, url: &Url) -> Result<Robots, CrawlError> {
        Robots::fetch(fetcher, url).await.map_err(|problem| match problem {
            NoRobots::Status(status) => CrawlError::Robots(PageProblem::Status(status)),
            NoRobots::Fetch(error) => CrawlError::Start(PageProblem::Fetch(error)),
        })
    }
}

/// Whether a redirect stays with the site that the owner named: the same host, with or without `www.`.
fn are_neighbours(one: &Url, other: &Url) -> bool {
    let bare = |url: &Url| url.host_str().map(|host| host.strip_prefix("www.").unwrap_or(host).to_owned());
    bare(one) == bare(other)
}

struct Run<'p> {
    fetcher: &'p Fetcher,
    plan: &'p CrawlPlan,
    frontier: Frontier,
    scope: Scope,
    robots: Robots,
    events: mpsc::Sender<CrawlEvent>,
    /// Who had which content first.
    hashes: HashMap<String, String>,
    pages: usize,
    bytes: u64,
    failures: u32,
    paused_until: Option<Instant>,
}

impl Run<'_> {
    /// Takes in what the site lists: the list that the owner named, or those that it has at the usual places.
    async fn take_listings(&mut self, given: Option<(Url, Bytes)>, stop: &CancellationToken) {
        let is_given = given.is_some();
        let mut waiting = Vec::new();
        let mut listed = 0;
        if let Some((url, bytes)) = given {
            listed += self.take_listing(&url, &bytes, &mut waiting);
        } else {
            waiting = self.robots.sitemaps();
            if waiting.is_empty() {
                waiting.extend(self.plan.start.join("/sitemap.xml"));
            }
        }
        let mut fetched = HashSet::new();
        while let Some(url) = waiting.pop() {
            if !fetched.insert(url.clone()) {
                continue;
            }
            if fetched.len() > LISTINGS_MAX || stop.is_cancelled() {
                break;
            }
            // A sitemap may lie anywhere; the pages that it lists may not.
            let Ok(page) = self.fetcher.get(&url, LISTING_BYTES_MAX).await else { continue };
            let unpacked = body_of_listing(page.body).await;
            if page.status == 200 && listing::is_sitemap(&unpacked) {
                listed += self.take_listing(&page.url, &unpacked, &mut waiting);
            }
        }
        if listed == 0 && !is_given {
            self.take_llms_txt().await;
        }
    }

    fn take_listing(&mut self, url: &Url, bytes: &[u8], waiting: &mut Vec<Url>) -> usize {
        let sitemap = listing::read_sitemap(bytes, url);
        waiting.extend(sitemap.sitemaps);
        sitemap.pages.iter().filter(|page| self.frontier.offer(&self.scope, page, 1, FoundBy::Listing)).count()
    }

    async fn take_llms_txt(&mut self) {
        let Ok(url) = self.plan.start.join("/llms.txt") else { return };
        if !self.robots.allows(&url) || page_key(&url) == page_key(&self.plan.start) {
            return;
        }
        let Ok(page) = self.fetcher.get(&url, LISTING_BYTES_MAX).await else { return };
        let content_type = page.headers.get(reqwest::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_text = content_type.is_none_or(|kind| kind.starts_with("text/") && !kind.starts_with("text/html"));
        if page.status == 200 && is_text {
            for link in links::read_markdown(&String::from_utf8_lossy(&page.body), &page.url).links {
                self.frontier.offer(&self.scope, &link, 1, FoundBy::Listing);
            }
        }
    }

    /// Fetches what waits until nothing does.
    async fn drive(&mut self, began: Instant, stop: &CancellationToken) -> Ended {
        let delay = self.robots.delay();
        let at_once = if delay.is_some() { 1 } else { self.plan.pace.at_once.max(1) };
        let deadline = began + self.plan.limits.time;
        let mut going = FuturesUnordered::new();
        let mut next_at: Option<Instant> = None;
        loop {
            while going.len() < at_once && self.pages + going.len() < self.plan.limits.pages {
                let wait = self.paused_until.max(next_at).filter(|at| *at > Instant::now());
                if wait.is_some() && !going.is_empty() {
                    break;
                }
                let Some(target) = self.frontier.next() else { break };
                if let Some(ended) = self.prepare(&target).await {
                    match ended {
                        Prepared::Done => continue,
                        Prepared::End(ended) => return ended,
                    }
                }
                if let Some(at) = wait {
                    tokio::select! {
                        () = tokio::time::sleep_until(at.min(deadline)) => {}
                        () = stop.cancelled() => return Ended::Stopped,
                    }
                }
                next_at = delay.map(|delay| Instant::now() + delay);
                going.push(self.begin(target));
            }
            let done = tokio::select! {
                biased;
                () = stop.cancelled() => return Ended::Stopped,
                () = tokio::time::sleep_until(deadline) => return Ended::Time,
                done = going.next() => done,
            };
            match done {
                Some(done) => {
                    if let Some(ended) = self.take(Some(done)).await {
                        return ended;
                    }
                }
                None if self.frontier.is_cut || self.frontier.waiting() > 0 => return Ended::Pages,
                None => return Ended::Whole,
            }
        }
    }

    /// What needs no request: pages done before an interruption, and those that robots.txt keeps us from.
    async fn prepare(&mut self, target: &Target) -> Option<Prepared> {
        if let Some(known) = self.plan.known.get(&target.key)
            && known.is_done
        {
            self.pages += usize::from(!known.content_hash.is_empty());
            for link in &known.links {
                self.frontier.offer(&self.scope, link, target.depth + 1, FoundBy::Link);
            }
            return Some(Prepared::Done);
        }
        let event = if self.robots.allows(&target.url) {
            CrawlEvent::Fetching { url: target.url.clone(), found: self.frontier.found() }
        } else {
            self.report(target, Outcome::Skipped(Skipped::Robots), Some(Vec::new()))
        };
        let is_allowed = matches!(event, CrawlEvent::Fetching { .. });
        if self.events.send(event).await.is_err() {
            return Some(Prepared::End(Ended::Stopped));
        }
        (!is_allowed).then_some(Prepared::Done)
    }

    fn begin(&self, target: Target) -> impl Future<Output = (Target, Visited)> + use<> {
        let known = self.plan.known.get(&target.key);
        let conditions = known.map(|page| page.conditions.clone()).unwrap_or_default();
        let seen = known.map(|page| page.content_hash.clone()).unwrap_or_default();
        let (fetcher, bytes) = (self.fetcher.clone(), self.plan.limits.page_bytes);
        async move {
            let visited = visit(&fetcher, target.url.clone(), conditions, seen, bytes).await;
            (target, visited)
        }
    }

    /// Takes in what came of a page and hands it on; says how the crawl ends, if it does.
    async fn take(&mut self, page: Option<(Target, Visited)>) -> Option<Ended> {
        let (target, visited) = page?;
        self.bytes = self.bytes.saturating_add(visited.bytes);
        // The start is not in the frontier yet.
        if !self.frontier.has_seen(&target.key) {
            self.frontier.push_front(target.clone());
            let _ = self.frontier.next();
        }
        let (outcome, links) = match visited.visit {
            Visit::Redirect(next) => match self.redirect(&target, next) {
                Some(outcome) => (outcome, None),
                None => return None,
            },
            Visit::Failed { problem, retry_after } => {
                self.failures += 1;
                if problem.may_pass() && target.attempt == 0 && self.failures <= FAILURES_MAX {
                    self.paused_until = Some(Instant::now() + retry_after.unwrap_or(PAUSE).min(PAUSE_MAX));
                    self.frontier.again(Target { attempt: 1, ..target });
                    return None;
                }
                (Outcome::Failed(problem), None)
            }
            Visit::Missing { for_good } => (Outcome::Missing { for_good }, Some(Vec::new())),
            Visit::Kind(content_type) => (Outcome::Skipped(Skipped::Kind { content_type }), Some(Vec::new())),
            Visit::Listing(_) => {
                (Outcome::Skipped(Skipped::Kind { content_type: "a sitemap".to_owned() }), Some(Vec::new()))
            }
            Visit::Unchanged => {
                self.pages += 1;
                (Outcome::Unchanged, None)
            }
            Visit::Seen(seen) => {
                let Seen { content, links, canonical, is_hidden } = *seen;
                (self.content(&target, content, canonical, is_hidden), Some(links))
            }
        };
        if !matches!(outcome, Outcome::Failed(_)) {
            self.failures = 0;
        }
        if self.plan.mode == Mode::Site {
            let known = self.plan.known.get(&target.key).map(|page| page.links.as_slice()).unwrap_or_default();
            for link in links.as_deref().unwrap_or(known) {
                self.frontier.offer(&self.scope, link, target.depth + 1, FoundBy::Link);
            }
        }
        // What leads elsewhere is of no use to the next crawl.
        let links = links.map(|links| links.into_iter().filter(|link| self.scope.admit(link).is_some()).collect());
        let event = self.report(&target, outcome, links);
        if self.events.send(event).await.is_err() {
            return Some(Ended::Stopped);
        }
        if self.bytes > self.plan.limits.bytes {
            return Some(Ended::Bytes);
        }
        (self.failures > FAILURES_MAX).then_some(Ended::Down)
    }

    fn redirect(&mut self, target: &Target, next: Url) -> Option<Outcome> {
        let Some(url) = self.scope.admit(&next) else {
            return Some(Outcome::Skipped(Skipped::Elsewhere { url: next }));
        };
        if target.redirects >= REDIRECTS_MAX {
            return Some(Outcome::Failed(PageProblem::Fetch(FetchError::Redirects)));
        }
        let key = page_key(&url);
        if key == target.key {
            // A redirect to another spelling of the same page.
            if url == target.url {
                return Some(Outcome::Failed(PageProblem::Fetch(FetchError::Redirects)));
            }
            self.frontier.again(Target { url, redirects: target.redirects + 1, ..target.clone() });
            return None;
        }
        let redirects = target.redirects + 1;
        self.frontier.push_front(Target { key, url, depth: target.depth, redirects, attempt: 0 });
        // Only pages that were there before need to be told that they are gone.
        self.plan.known.contains_key(&target.key).then_some(Outcome::Moved)
    }

    fn content(&mut self, target: &Target, content: Content, canonical: Option<Url>, is_hidden: bool) -> Outcome {
        if is_hidden {
            let Content { conditions, content_hash, .. } = content;
            return Outcome::Skipped(Skipped::NoIndex { conditions, content_hash });
        }
        if self.plan.mode == Mode::Site {
            let own = canonical.and_then(|url| self.scope.admit(&url)).filter(|url| are_spellings(url, &target.url));
            if let Some(url) = own.filter(|url| page_key(url) != target.key) {
                let depth = target.depth;
                self.frontier.push_front(Target {
                    key: page_key(&url),
                    url: url.clone(),
                    depth,
                    redirects: 0,
                    attempt: 0,
                });
                return Outcome::Skipped(Skipped::Duplicate { of: url.into() });
            }
            let first = self.hashes.entry(content.content_hash.clone()).or_insert_with(|| target.key.clone());
            if *first != target.key {
                return Outcome::Skipped(Skipped::Duplicate { of: first.clone() });
            }
        }
        self.pages += 1;
        Outcome::Content(content)
    }

    fn report(&self, target: &Target, outcome: Outcome, links: Option<Vec<Url>>) -> CrawlEvent {
        let (key, url, found) = (target.key.clone(), target.url.clone(), self.frontier.found());
        CrawlEvent::Page(Box::new(PageReport { key, url, outcome, links, found }))
    }
}

enum Prepared {
    Done,
    End(Ended),
}

async fn body_of_listing(bytes: Bytes) -> Bytes {
    let unpacked = tokio::task::spawn_blocking(move || crate::body::unpack_file(bytes.into(), LISTING_BYTES_MAX)).await;
    match unpacked {
        Ok(Ok(bytes)) => bytes.into(),
        Ok(Err(_)) | Err(_) => Bytes::new(),
    }
}
