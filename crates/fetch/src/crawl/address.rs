//! One page, one address: what is the same page, and which addresses belong to a site.

use url::Url;

use crate::FetchError;

/// Longest address that is followed, bytes.
const ADDRESS_BYTES_MAX: usize = 2_000;
/// Most parts of a path, and how often one of them may stand in it: deeper ones grow out of broken relative links.
const SEGMENTS_MAX: usize = 20;
const SEGMENT_REPEATS_MAX: usize = 3;

/// Parameters that say where a visitor came from, not what is shown.
const TRACKING: [&str; 14] = [
    "gclid", "dclid", "gbraid", "wbraid", "fbclid", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "_ga", "_gl",
    "_hsenc", "_hsmi",
];

/// Endings of what is no text to answer from; they are not even asked for.
const ENDINGS_REFUSED: [&str; 53] = [
    "7z", "avi", "avif", "bin", "bmp", "bz2", "css", "deb", "dmg", "doc", "docx", "eot", "epub", "exe", "gif", "gz",
    "ico", "img", "iso", "jar", "jpeg", "jpg", "js", "json", "map", "mjs", "mkv", "mov", "mp3", "mp4", "mpeg", "msi",
    "odt", "ogg", "otf", "png", "ppt", "pptx", "rar", "rpm", "rss", "svg", "tar", "tgz", "ttf", "wav", "wasm", "webm",
    "webp", "woff", "woff2", "xz", "zip",
];

/// Reads an address as people write it: `docs.example.com` is meant with `https`.
///
/// # Errors
/// [`FetchError::Address`] if it is none.
pub fn parse_address(text: &str) -> Result<Url, FetchError> {
    let text = text.trim();
    if text.is_empty() || text.len() > ADDRESS_BYTES_MAX || text.contains(char::is_whitespace) {
        return Err(FetchError::Address);
    }
    let given = Url::parse(text).ok();
    // `localhost:8000` reads as a scheme, which it is not meant to be.
    let is_host = |url: &Url| url.cannot_be_a_base() && url.path().starts_with(|c: char| c.is_ascii_digit());
    let url = match given {
        Some(url) if !is_host(&url) => url,
        None if text.contains("://") => return Err(FetchError::Address),
        _ => Url::parse(&format!("https://{text}")).map_err(|_| FetchError::Address)?,
    };
    Ok(without_noise(&url))
}

/// The address without what does not change the page: fragment and tracking parameters.
pub(crate) fn without_noise(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    let Some(query) = url.query() else { return url };
    let tracks = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
        pair.is_empty() || name.starts_with("utm_") || TRACKING.contains(&name.as_str())
    };
    let kept: Vec<_> = query.split('&').filter(|pair| !tracks(pair)).collect();
    let kept = (!kept.is_empty()).then(|| kept.join("&"));
    url.set_query(kept.as_deref());
    url
}

/// What names a page: two addresses with one key are the same page.
#[must_use]
pub fn page_key(url: &Url) -> String {
    let url = without_noise(url);
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{host}{port}{}{query}", without_index(url.path()))
}

fn without_index(path: &str) -> &str {
    ["index.html", "index.htm"]
        .iter()
        .find_map(|name| path.strip_suffix(name).filter(|rest| rest.ends_with('/')))
        .unwrap_or(path)
}

/// Whether two addresses of a site are spellings of one page: `/a`, `/a/`, `/a.html`, `/a?sort=up`.
pub(crate) fn are_spellings(one: &Url, other: &Url) -> bool {
    let bare = |url: &Url| {
        let path = without_index(url.path()).trim_end_matches('/').to_ascii_lowercase();
        path.strip_suffix(".html").map_or(path.clone(), str::to_owned)
    };
    bare(one) == bare(other)
}

/// The pages that belong to a site: one host, below one path.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    start: Url,
    prefix: String,
}

impl Scope {
    /// The site that begins at an address: everything below its path, or below `prefix` if one is given.
    pub(crate) fn new(start: &Url, prefix: Option<&str>) -> Self {
        let path = start.path();
        let last = path.rsplit('/').next().unwrap_or_default();
        let prefix = match prefix.map(str::trim).filter(|prefix| !prefix.is_empty()) {
            Some(prefix) if prefix.starts_with('/') => prefix.to_owned(),
            Some(prefix) => format!("/{prefix}"),
            // A file: what lies beside it belongs to it.
            None if last.contains('.') => path[..path.len() - last.len()].to_owned(),
            None => path.to_owned(),
        };
        Self { start: start.clone(), prefix }
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether it is on the site's host, whatever its path.
    pub(crate) fn is_same_host(&self, url: &Url) -> bool {
        let is_web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.username().is_empty();
        is_web(url)
            && url.host_str() == self.start.host_str()
            && (url.port() == self.start.port()) // A port that is the scheme's own is none.
            && url.password().is_none()
    }

    fn has(&self, url: &Url) -> bool {
        let Some(rest) = url.path().strip_prefix(&self.prefix) else {
            return self.prefix.strip_suffix('/') == Some(url.path());
        };
        self.is_same_host(url) && (self.prefix.ends_with('/') || rest.is_empty() || rest.starts_with('/'))
    }

    /// The address under which a page of the site is fetched; `None` if it does not belong to it or holds no text.
    pub(crate) fn admit(&self, url: &Url) -> Option<Url> {
        if !self.has(url) || !self.is_same_host(url) {
            return None;
        }
        let mut url = without_noise(url);
        if url.scheme() != self.start.scheme() {
            url.set_scheme(self.start.scheme()).ok()?;
        }
        let path = url.path();
        let ending = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending);
        let ending = ending.unwrap_or_default().to_ascii_lowercase();
        let fits = url.as_str().len() <= ADDRESS_BYTES_MAX && !ENDINGS_REFUSED.contains(&ending.as_str());
        (fits && !runs_away(path)).then_some(url)
    }
}

/// A path that repeats itself grows out of a relative link that leads to the page it is on.
fn runs_away(path: &str) -> bool {
    let segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    segments.len() > SEGMENTS_MAX
        || segments.iter().any(|one| segments.iter().filter(|other| one == *other).count() > SEGMENT_REPEATS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("an address")
    }

    #[test]
    fn k1_spellings_of_one_page_have_one_key() {
        let key = page_key(&url("https://docs.example.com/a/"));
        for same in [
            "https://docs.example.com/a/#part",
            "https://docs.example.com/a/index.html",
            "https://docs.example.com:443/a/?utm_source=mail&gclid=1",
            "https://DOCS.example.com/b/../a/",
            "http://docs.example.com/a/?",
        ] {
            assert_eq!(page_key(&url(same)), key, "{same}");
        }
        for other in ["https://docs.example.com/a", "https://docs.example.com/a/?page=2", "https://example.com/a/"] {
            assert_ne!(page_key(&url(other)), key, "{other}");
        }
    }

    #[test]
    fn k1_addresses_are_read_as_people_write_them() {
        for (text, meant) in [
            ("docs.example.com", "https://docs.example.com/"),
            (" http://docs.example.com/a#b ", "http://docs.example.com/a"),
            ("localhost:8000/guide", "https://localhost:8000/guide"),
            ("example.com/a?utm_medium=x&b=1", "https://example.com/a?b=1"),
        ] {
            assert_eq!(parse_address(text).map(String::from).as_deref(), Ok(meant), "{text}");
        }
        for text in ["", "   ", "two words", "https://", "http://[::", "https:///"] {
            assert!(parse_address(text).is_err(), "{text}");
        }
        assert_eq!(
            parse_address("ftp://example.com").expect("parses").scheme(),
            "ftp",
            "the fetcher says what is wrong"
        );
    }

    #[test]
    fn k1_a_site_is_one_host_below_one_path() {
        let scope = Scope::new(&url("https://docs.example.com/guide/start.html"), None);
        for (text, admitted) in [
            ("https://docs.example.com/guide/a", true),
            ("http://docs.example.com/guide/a", true),
            ("https://docs.example.com/guide", true),
            ("https://docs.example.com/guides", false),
            ("https://docs.example.com/blog", false),
            ("https://docs.example.com:8443/guide/a", false),
            ("https://www.example.com/guide/a", false),
            ("https://docs.example.com.evil.example/guide/a", false),
            ("https://docs.example.com@evil.example/guide/a", false),
            ("https://user@docs.example.com/guide/a", false),
            ("mailto:docs@example.com", false),
            ("https://docs.example.com/guide/logo.PNG", false),
            ("https://docs.example.com/guide/a/b/a/b/a/b/a/b", false),
        ] {
            assert_eq!(scope.admit(&url(text)).is_some(), admitted, "{text}");
        }
        assert_eq!(Scope::new(&url("https://e.example/docs"), None).prefix(), "/docs");
        assert_eq!(Scope::new(&url("https://e.example/docs/intro"), Some("docs")).prefix(), "/docs");
        assert!(are_spellings(&url("https://e.example/a.html"), &url("https://e.example/A/?x=1")));
    }
}
