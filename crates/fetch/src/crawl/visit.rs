//! One request for one page, and what it says.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header;
use sha2::{Digest, Sha256};
use url::Url;

use crate::crawl::links::{self, Directives};
use crate::crawl::{Content, ContentKind, LISTING_BYTES_MAX, PageProblem, content, listing};
use crate::{Answer, Conditions, Fetcher};

/// What came of a request.
pub(crate) struct Visited {
    pub(crate) visit: Visit,
    /// Bytes that were read.
    pub(crate) bytes: u64,
}

pub(crate) enum Visit {
    Redirect(Url),
    Unchanged,
    Missing {
        for_good: bool,
    },
    Failed {
        problem: PageProblem,
        retry_after: Option<Duration>,
    },
    /// Nothing that can be read; what it is.
    Kind(String),
    /// A list of pages.
    Listing(Bytes),
    Seen(Box<Seen>),
}

/// A page and what it says to a crawler.
pub(crate) struct Seen {
    pub(crate) content: Content,
    pub(crate) links: Vec<Url>,
    pub(crate) canonical: Option<Url>,
    /// Whether it asks not to be found.
    pub(crate) is_hidden: bool,
}

/// Asks for a page. `seen` is the digest of its content the last time.
pub(crate) async fn visit(fetcher: &Fetcher, url: Url, conditions: Conditions, seen: String, limit: usize) -> Visited {
    let answer = match fetcher.once(&url, &conditions).await {
        Ok(answer) => answer,
        Err(error) => return failed(PageProblem::Fetch(error), None),
    };
    match answer.redirect() {
        Ok(None) => {}
        Ok(Some(next)) => return without_body(Visit::Redirect(next)),
        Err(error) => return failed(PageProblem::Fetch(error), None),
    }
    match answer.status() {
        200 | 203 => read(answer, url, seen, limit).await,
        304 if conditions != Conditions::default() => without_body(Visit::Unchanged),
        404 => without_body(Visit::Missing { for_good: false }),
        410 => without_body(Visit::Missing { for_good: true }),
        status => {
            let retry_after = answer.header(header::RETRY_AFTER).and_then(|text| text.trim().parse().ok());
            failed(PageProblem::Status(status), retry_after.map(Duration::from_secs))
        }
    }
}

fn failed(problem: PageProblem, retry_after: Option<Duration>) -> Visited {
    without_body(Visit::Failed { problem, retry_after })
}

fn without_body(visit: Visit) -> Visited {
    Visited { visit, bytes: 0 }
}

async fn read(answer: Answer, url: Url, seen: String, limit: usize) -> Visited {
    let content_type = answer.header(header::CONTENT_TYPE).map(str::to_owned);
    let kind = content::kind(content_type.as_deref(), &url);
    if kind.is_none() && !may_be_listing(content_type.as_deref(), &url) {
        return without_body(Visit::Kind(content_type.unwrap_or_default()));
    }
    let text = |name| answer.header(name).map(str::to_owned);
    let conditions = Conditions { etag: text(header::ETAG), last_modified: text(header::LAST_MODIFIED) };
    let said = answer.headers().get_all("x-robots-tag").iter().filter_map(|value| value.to_str().ok());
    let directives = said.map(Directives::read).fold(Directives::default(), Directives::and);
    let bytes = match answer.body(limit).await {
        Ok(bytes) => bytes,
        Err(error) => return failed(PageProblem::Fetch(error), None),
    };
    let read = bytes.len() as u64;
    // Digest, decoding and links want the processor; other pages come in meanwhile.
    let visit = tokio::task::spawn_blocking(move || {
        let Some(kind) = kind else {
            return match crate::body::unpack_file(bytes.into(), LISTING_BYTES_MAX) {
                Ok(unpacked) if listing::is_sitemap(&unpacked) => Visit::Listing(unpacked.into()),
                _ => Visit::Kind(content_type.unwrap_or_default()),
            };
        };
        look(bytes, kind, &url, content_type.as_deref(), conditions, directives, &seen)
    });
    Visited { visit: visit.await.unwrap_or_else(|_| Visit::Kind("damaged".to_owned())), bytes: read }
}

fn may_be_listing(content_type: Option<&str>, url: &Url) -> bool {
    let path = url.path();
    content_type.is_some_and(|kind| kind.contains("xml") || kind.contains("gzip"))
        || path.ends_with(".xml")
        || path.ends_with(".xml.gz")
}

fn look(
    bytes: Bytes,
    kind: ContentKind,
    url: &Url,
    content_type: Option<&str>,
    conditions: Conditions,
    directives: Directives,
    seen: &str,
) -> Visit {
    if matches!(kind, ContentKind::Html | ContentKind::Text) && listing::is_sitemap(&bytes) {
        return Visit::Listing(bytes);
    }
    let content_hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if content_hash == seen {
        return Visit::Unchanged;
    }
    let bytes = match content::to_utf8(&bytes, content_type) {
        Some(text) if kind != ContentKind::Pdf => text.into(),
        _ => bytes,
    };
    let signs = match kind {
        ContentKind::Html => links::read_html(&String::from_utf8_lossy(&bytes), url),
        ContentKind::Markdown | ContentKind::Text => links::read_markdown(&String::from_utf8_lossy(&bytes), url),
        ContentKind::Pdf => links::Signs::default(),
    };
    let directives = directives.and(signs.directives);
    Visit::Seen(Box::new(Seen {
        links: if directives.nofollow { Vec::new() } else { signs.links },
        canonical: signs.canonical,
        is_hidden: directives.noindex,
        content: Content { kind, bytes, content_hash, conditions },
    }))
}
