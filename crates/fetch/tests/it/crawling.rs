//! The crawl against a website on loopback (K1).

use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;
use std::time::Duration;

use baton_fetch::{
    CrawlEnd, CrawlError, CrawlEvent, CrawlPlan, Ended, FetchConfig, Fetcher, KnownPage, Mode, Outcome, Pace,
    PageReport, SiteLimits, Skipped, crawl,
};
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::guard::with_tls;
use crate::site::{Reply, Site};

fn plan(site: &Site, path: &str) -> CrawlPlan {
    CrawlPlan {
        start: site.url(path),
        mode: Mode::Site,
        path_prefix: None,
        limits: SiteLimits {
            pages: 500,
            depth: 10,
            page_bytes: 1 << 20,
            bytes: 50 << 20,
            time: Duration::from_secs(30),
        },
        pace: Pace::default(),
        known: HashMap::new(),
    }
}

async fn run(plan: CrawlPlan) -> (Result<CrawlEnd, CrawlError>, Vec<PageReport>) {
    with_tls();
    let config = FetchConfig { allow: vec!["127.0.0.0/8".parse().unwrap()], ..FetchConfig::default() };
    let fetcher = Fetcher::new(&config).unwrap();
    let (to, mut events) = mpsc::channel(8);
    let stop = CancellationToken::new();
    let crawling = crawl(&fetcher, plan, &stop, to);
    let listening = async {
        let mut pages = Vec::new();
        while let Some(event) = events.recv().await {
            if let CrawlEvent::Page(report) = event {
                pages.push(*report);
            }
        }
        pages
    };
    tokio::join!(crawling, listening)
}

/// What came of each page, by path.
fn outcomes(reports: &[PageReport]) -> BTreeMap<String, &'static str> {
    let of = |report: &PageReport| match &report.outcome {
        Outcome::Content(_) => "content",
        Outcome::Unchanged => "unchanged",
        Outcome::Skipped(Skipped::Robots) => "robots",
        Outcome::Skipped(Skipped::NoIndex { .. }) => "noindex",
        Outcome::Skipped(Skipped::Kind { .. }) => "kind",
        Outcome::Skipped(Skipped::Duplicate { .. }) => "duplicate",
        Outcome::Skipped(Skipped::Elsewhere { .. }) => "elsewhere",
        Outcome::Moved => "moved",
        Outcome::Missing { for_good: false } => "missing",
        Outcome::Missing { for_good: true } => "gone",
        Outcome::Failed(_) => "failed",
    };
    reports.iter().map(|report| (report.url[url::Position::BeforePath..].to_owned(), of(report))).collect()
}

fn expect(reports: &[PageReport], expected: &[(&str, &str)]) {
    let found = outcomes(reports);
    let found: Vec<_> = found.iter().map(|(path, outcome)| (path.as_str(), *outcome)).collect();
    assert_eq!(found, expected);
    assert_eq!(found.len(), reports.len(), "each page is told of once");
}

#[tokio::test]
async fn k1_links_are_followed_within_the_site() {
    let site = Site::start().await;
    site.put("/robots.txt", Reply::new("text/plain", "User-agent: *\nDisallow: /private/\n"));
    site.put(
        "/docs/",
        Reply::html(
            "<a href='a'>a</a><a href='/docs/b#x'>b</a><a href='private'>p</a><a href='/blog/'>blog</a>
            <a href='https://elsewhere.example/docs/c'>c</a><a href='loop/'>loop</a><a href='pic.png'>pic</a><a href='data'>data</a>",
        ),
    );
    site.put("/docs/a", Reply::html("<a href='.'>home</a><a href='b?utm_source=a'>b</a><a href='deep'>d</a>"));
    site.put("/docs/b", Reply::html("<base href='/docs/based/'><a href='c'>c</a> b"));
    site.put("/docs/based/c", Reply::html("based c"));
    site.put(
        "/docs/deep",
        Reply::html(
            "deep <a href='/private/x'>not ours</a><a href='gone'>g</a><a href='lost'>l</a><a href='broken'>x</a>",
        ),
    );
    site.put("/docs/private", Reply::html("<meta name=robots content='noindex'><a href='from-hidden'>x</a>"));
    site.put("/docs/from-hidden", Reply::html("hidden no more").with("x-robots-tag", "nofollow"));
    site.put("/docs/loop/", Reply::redirect("/docs/loop/2"));
    site.put("/docs/loop/2", Reply::redirect("/docs/loop/"));
    site.put("/docs/data", Reply::new("application/json", "{}"));
    site.put("/docs/gone", Reply::status(410));
    site.put("/docs/broken", Reply::status(500));
    let (end, reports) = run(plan(&site, "/docs/")).await;
    expect(
        &reports,
        &[
            ("/docs/", "content"),
            ("/docs/a", "content"),
            ("/docs/b", "content"),
            ("/docs/based/c", "content"),
            ("/docs/broken", "failed"),
            ("/docs/data", "kind"),
            ("/docs/deep", "content"),
            ("/docs/from-hidden", "content"),
            ("/docs/gone", "gone"),
            ("/docs/lost", "missing"),
            ("/docs/private", "noindex"),
        ],
    );
    let end = end.unwrap();
    assert_eq!((end.ended, end.prefix.as_str()), (Ended::Whole, "/docs/"));
    assert!(end.outside >= 1, "links to the blog are counted");
    let asked = site.asked();
    for path in ["/blog/", "/private/x", "/docs/pic.png"] {
        assert!(!asked.iter().any(|one| one == path), "{path}");
    }
    assert_eq!(asked.iter().filter(|path| *path == "/docs/broken").count(), 2, "what may pass is tried once more");
}

#[tokio::test]
async fn k1_robots_txt_is_kept() {
    let site = Site::start().await;
    site.put(
        "/robots.txt",
        Reply::new("text/plain", "User-agent: Baton\nDisallow: /docs/secret\n\nUser-agent: *\nDisallow: /\n"),
    );
    site.put("/docs/", Reply::html("<a href='secret/a'>s</a><a href='open'>o</a>"));
    site.put("/docs/open", Reply::html("open"));
    let (_, reports) = run(plan(&site, "/docs/")).await;
    expect(&reports, &[("/docs/", "content"), ("/docs/open", "content"), ("/docs/secret/a", "robots")]);
    assert!(!site.asked().iter().any(|path| path.contains("secret")));

    assert_eq!(run(plan(&site, "/docs/secret/")).await.0, Err(CrawlError::Disallowed));
    site.put("/robots.txt", Reply::status(503));
    assert!(matches!(run(plan(&site, "/docs/")).await.0, Err(CrawlError::Robots(_))), "not now");
    site.put("/robots.txt", Reply::status(403));
    assert!(run(plan(&site, "/docs/")).await.0.is_ok(), "no rules");
}

#[tokio::test]
async fn k1_sitemaps_are_found_and_followed() {
    let site = Site::start().await;
    let of = |path: &str| format!("<loc>{}</loc>", site.url(path));
    site.put("/robots.txt", Reply::new("text/plain", format!("Sitemap: {}\n", site.url("/maps/index.xml"))));
    let index = format!(
        "<sitemapindex><sitemap>{}</sitemap><sitemap>{}</sitemap></sitemapindex>",
        of("/maps/one.xml.gz"),
        of("/maps/index.xml")
    );
    site.put("/maps/index.xml", Reply::new("application/xml", index));
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    write!(packed, "<urlset><url>{}</url><url><loc>https://elsewhere.example/</loc></url></urlset>", of("/island"))
        .unwrap();
    site.put("/maps/one.xml.gz", Reply::new("application/gzip", packed.finish().unwrap()));
    site.put("/", Reply::html("home"));
    site.put("/island", Reply::html("linked from nowhere"));
    let (_, reports) = run(plan(&site, "/")).await;
    expect(&reports, &[("/", "content"), ("/island", "content")]);

    // A sitemap as the start, and the usual place without robots.txt.
    let (_, reports) = run(plan(&site, "/maps/one.xml.gz")).await;
    expect(&reports, &[("/island", "content")]);
    site.put("/robots.txt", Reply::status(404));
    site.put("/sitemap.xml", Reply::new("text/xml", format!("<urlset><url>{}</url></urlset>", of("/island"))));
    let (_, reports) = run(plan(&site, "/")).await;
    expect(&reports, &[("/", "content"), ("/island", "content")]);
}

#[tokio::test]
async fn k1_llms_txt_lists_pages() {
    let site = Site::start().await;
    site.put("/", Reply::html("home"));
    site.put(
        "/llms.txt",
        Reply::new("text/plain", "# Docs\n- [One](/one.md)\n- [Else](https://elsewhere.example/x)\n"),
    );
    site.put("/one.md", Reply::new("text/markdown", "# One\n\n[Two](two.md)\n"));
    site.put("/two.md", Reply::new("text/plain", "# Two\n"));
    let (_, reports) = run(plan(&site, "/")).await;
    expect(&reports, &[("/", "content"), ("/one.md", "content"), ("/two.md", "content")]);
    let (_, reports) = run(plan(&site, "/llms.txt")).await;
    expect(&reports, &[("/llms.txt", "content"), ("/one.md", "content"), ("/two.md", "content")]);
}

#[tokio::test]
async fn k1_one_page_under_many_addresses_is_one_page() {
    let site = Site::start().await;
    site.put("/", Reply::html("<a href='/a?session=1'>1</a><a href='/a'>2</a><a href='/copy'>3</a><a href='/old'>4</a><a href='/away'>5</a>"));
    let page = Reply::html("<link rel=canonical href='/a'>the page");
    site.put("/a", page.clone());
    site.put("/a?session=1", page.clone());
    site.put("/copy", page);
    site.put("/old", Reply::redirect("/new"));
    site.put("/new", Reply::html("new"));
    site.put("/away", Reply::redirect("https://elsewhere.example/"));
    let (_, reports) = run(plan(&site, "/")).await;
    expect(
        &reports,
        &[
            ("/", "content"),
            ("/a", "content"),
            ("/a?session=1", "duplicate"),
            ("/away", "elsewhere"),
            ("/copy", "duplicate"),
            ("/new", "content"),
        ],
    );
}

#[tokio::test]
async fn k1_t44_endless_sites_end() {
    let site = Site::start().await;
    site.make_endless();
    let endless = CrawlPlan { limits: SiteLimits { pages: 100, ..plan(&site, "/").limits }, ..plan(&site, "/") };
    let (end, reports) = run(endless).await;
    assert_eq!(end.unwrap().ended, Ended::Pages);
    assert_eq!(reports.len(), 100);
    let little = CrawlPlan { limits: SiteLimits { bytes: 2_000, ..plan(&site, "/").limits }, ..plan(&site, "/") };
    let (end, reports) = run(little).await;
    assert_eq!(end.unwrap().ended, Ended::Bytes);
    assert!(reports.len() < 40, "{}", reports.len());
    let shallow = CrawlPlan { limits: SiteLimits { depth: 2, ..plan(&site, "/").limits }, ..plan(&site, "/") };
    let (end, reports) = run(shallow).await;
    assert_eq!((end.unwrap().ended, reports.len()), (Ended::Pages, 7));
    let short =
        CrawlPlan { limits: SiteLimits { time: Duration::ZERO, ..plan(&site, "/").limits }, ..plan(&site, "/") };
    assert_eq!(run(short).await.0.unwrap().ended, Ended::Time);
}

#[tokio::test]
async fn k2_unchanged_pages_are_not_sent_again() {
    let site = Site::start().await;
    site.put("/", Reply::html("<a href='/a'>a</a><a href='/b'>b</a>").with("etag", "\"1\""));
    site.put("/a", Reply::html("a <a href='/c'>c</a>").with("last-modified", "Tue, 01 Sep 2026 10:00:00 GMT"));
    site.put("/b", Reply::html("b"));
    site.put("/c", Reply::html("c").with("etag", "W/\"c\""));
    let (_, first) = run(plan(&site, "/")).await;
    assert_eq!(site.bodies(), 4);
    let known = || {
        let known = first.iter().map(|report| {
            let Outcome::Content(content) = &report.outcome else { panic!("{report:?}") };
            let page = KnownPage {
                conditions: content.conditions.clone(),
                content_hash: content.content_hash.clone(),
                links: report.links.clone().unwrap_or_default(),
                is_done: false,
            };
            (report.key.clone(), page)
        });
        known.collect::<HashMap<_, _>>()
    };
    let (end, second) = run(CrawlPlan { known: known(), ..plan(&site, "/") }).await;
    assert_eq!(end.unwrap().ended, Ended::Whole);
    expect(&second, &[("/", "unchanged"), ("/a", "unchanged"), ("/b", "unchanged"), ("/c", "unchanged")]);
    assert_eq!(site.bodies(), 1, "only the page without a validator is sent, and it is the same");

    // Interrupted: what was done is not asked for again, and what it links to is.
    site.asked();
    let mut interrupted = known();
    interrupted.remove(&first.iter().find(|report| report.url.path() == "/c").unwrap().key);
    interrupted.values_mut().for_each(|page| page.is_done = page.links.len() != 2);
    let (_, rest) = run(CrawlPlan { known: interrupted, ..plan(&site, "/") }).await;
    expect(&rest, &[("/", "unchanged"), ("/c", "content")]);
    assert_eq!(site.asked().iter().filter(|path| *path == "/a" || *path == "/b").count(), 0);
}

#[tokio::test]
async fn k1_a_site_that_is_down_or_elsewhere_says_so() {
    let site = Site::start().await;
    let start = |path| plan(&site, path);
    assert!(matches!(run(start("/")).await.0, Err(CrawlError::Start(_))), "404");
    site.put("/pdf", Reply::new("image/png", "x"));
    assert!(matches!(run(start("/pdf")).await.0, Err(CrawlError::Kind(_))));
    site.put("/away", Reply::redirect("https://elsewhere.example/"));
    assert!(matches!(run(start("/away")).await.0, Err(CrawlError::Elsewhere(_))));
    let many: String = (0..60).map(|n| format!("<a href='/down{n}'>x</a>")).collect();
    site.put("/", Reply::html(many));
    for n in 0..60 {
        site.put(&format!("/down{n}"), Reply::status(400));
    }
    let (end, reports) = run(start("/")).await;
    assert_eq!(end.unwrap().ended, Ended::Down);
    assert!(reports.len() < 40);
}
