//! What a site allows crawlers (RFC 9309).

use std::time::Duration;

use texting_robots::Robot;
use url::Url;

use crate::{FetchError, Fetcher};

/// The name by which sites allow or refuse us.
const NAME: &str = "Baton";
/// Most bytes of a robots.txt, and the longest pause between two pages that one can ask for.
const BYTES_MAX: usize = 512 * 1024;
const DELAY_MAX: Duration = Duration::from_secs(10);

/// What a site allows.
pub(crate) struct Robots {
    rules: Option<Robot>,
}

impl std::fmt::Debug for Robots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Robots").field("any", &self.rules.is_some()).finish()
    }
}

/// Why a site cannot be crawled now: its robots.txt is there but cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoRobots {
    Status(u16),
    Fetch(FetchError),
}

impl Robots {
    /// Reads a robots.txt.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        Self { rules: Robot::new(NAME, &bytes[..bytes.len().min(BYTES_MAX)]).ok() }
    }

    /// Asks a site: none means that all is allowed, one that fails means that nothing is, for now.
    pub(crate) async fn fetch(fetcher: &Fetcher, site: &Url) -> Result<Self, NoRobots> {
        let url = site.join("/robots.txt").map_err(|_| NoRobots::Fetch(FetchError::Address))?;
        match fetcher.get(&url, BYTES_MAX).await {
            Ok(page) if page.status == 200 => Ok(Self::read(&page.body)),
            Ok(page) if page.status == 429 || page.status >= 500 => Err(NoRobots::Status(page.status)),
            Ok(_) | Err(FetchError::Redirects | FetchError::LostRedirect) => Ok(Self { rules: None }),
            // A robots.txt of megabytes is no robots.txt.
            Err(FetchError::TooLarge { .. } | FetchError::Encoding) => Ok(Self { rules: None }),
            Err(error) => Err(NoRobots::Fetch(error)),
        }
    }

    pub(crate) fn allows(&self, url: &Url) -> bool {
        self.rules.as_ref().is_none_or(|rules| rules.allowed(url.as_str()))
    }

    /// The pause between two pages that the site asks for.
    pub(crate) fn delay(&self) -> Option<Duration> {
        let seconds = self.rules.as_ref()?.delay.filter(|seconds| seconds.is_finite() && *seconds > 0.0)?;
        Some(Duration::try_from_secs_f32(seconds).unwrap_or(DELAY_MAX).min(DELAY_MAX))
    }

    pub(crate) fn sitemaps(&self) -> Vec<Url> {
        let listed = self.rules.iter().flat_map(|rules| &rules.sitemaps);
        listed.filter_map(|text| Url::parse(text).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k1_robots_txt_is_kept() {
        let robots = Robots::read(
            b"User-agent: *\nDisallow: /\n\nUser-agent: baton\nDisallow: /private\nAllow: /private/open\nDisallow: /*?print=\nCrawl-delay: 900\n\nSitemap: https://e.example/sitemap.xml\n",
        );
        let allows = |path: &str| {
            robots.allows(&Url::parse("https://e.example").and_then(|url| url.join(path)).expect("an address"))
        };
        assert!(allows("/") && allows("/docs/a") && allows("/private/open/b"));
        assert!(!allows("/private/a") && !allows("/docs?print=1"));
        assert_eq!(robots.delay(), Some(DELAY_MAX));
        assert_eq!(robots.sitemaps().len(), 1);
        assert!(
            !Robots::read(b"User-agent: *\nDisallow: /\n")
                .allows(&Url::parse("https://e.example/").expect("an address"))
        );
    }

    #[test]
    fn t44_what_is_no_robots_txt_harms_nobody() {
        for bytes in [
            &b""[..],
            b"\xff\xfe\x00\x00",
            b"<!doctype html><html></html>",
            &[b'a'; 100_000],
            b"Disallow: /\nUser-agent",
        ] {
            let _ = Robots::read(bytes).allows(&Url::parse("https://e.example/").expect("an address"));
        }
    }
}
