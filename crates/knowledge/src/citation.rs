//! The link under which a quote is found.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::passage::Passage;

/// The longest beginning of a quote, in characters, that goes into a text fragment.
///
/// Browsers search for the text, so a few words are enough and a longer text breaks on the smallest difference.
const MAX_FRAGMENT_CHARS: usize = 80;

/// What a text directive keeps as it is; the minus, the comma and the ampersand have a meaning there.
const TEXT_DIRECTIVE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// The link that opens the document of `passage` at the right spot.
///
/// That is the document's address with the anchor of the passage's heading if it has one, else with a text fragment
/// that makes the browser scroll to the beginning of `quote`.
/// `None` when the document has no address or it is not an absolute `http` or `https` one.
pub fn citation_url(passage: &Passage, quote: &str) -> Option<String> {
    let mut url = Url::parse(passage.url.as_deref()?).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    if let Some(anchor) = passage.anchor.as_deref().filter(|anchor| !anchor.is_empty()) {
        url.set_fragment(Some(anchor));
        return Some(url.into());
    }
    let text = fragment_text(quote);
    if text.is_empty() {
        return Some(url.into());
    }
    let element = url.fragment().and_then(|fragment| fragment.split(":~:").next()).unwrap_or("").to_owned();
    url.set_fragment(None);
    Some(format!("{url}#{element}:~:text={}", utf8_percent_encode(text, TEXT_DIRECTIVE)))
}

/// The beginning of the quote, up to the end of its first line or a few words.
fn fragment_text(quote: &str) -> &str {
    let line = quote.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("");
    let line = strip_marker(line);
    match line.char_indices().nth(MAX_FRAGMENT_CHARS) {
        None => line,
        Some((limit, _)) => {
            let cut = line[..limit].rfind(char::is_whitespace).unwrap_or(limit);
            line[..cut].trim_end()
        }
    }
}

/// A line of a list without its `- ` or `1. `.
pub(crate) fn strip_marker(line: &str) -> &str {
    let trimmed = line.trim_start();
    if let Some(rest) = trimmed.strip_prefix("- ") {
        return rest.trim_start();
    }
    let digits = trimmed.len() - trimmed.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    match trimmed[digits..].strip_prefix(". ") {
        Some(rest) if digits > 0 => rest.trim_start(),
        _ => trimmed,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;
    use url::Url;

    use super::citation_url;
    use crate::passage::{Passage, PassageId};

    fn passage(url: Option<&str>, anchor: Option<&str>) -> Passage {
        Passage {
            id: PassageId::from_stored("0"),
            document_key: "refunds".to_owned(),
            document_title: "Refunds".to_owned(),
            url: url.map(str::to_owned),
            anchor: anchor.map(str::to_owned),
            heading_path: Vec::new(),
            text: String::new(),
            start: 0,
            end: 0,
            sentences: Vec::new(),
        }
    }

    fn link(url: &str, anchor: Option<&str>, quote: &str) -> String {
        citation_url(&passage(Some(url), anchor), quote).unwrap_or_else(|| "none".to_owned())
    }

    #[test]
    fn k5_the_anchor_of_the_heading_comes_first() {
        assert_snapshot!(link("https://docs.example.com/refunds", Some("how-long"), "Refunds take a week."),
            @"https://docs.example.com/refunds#how-long");
        assert_snapshot!(link("https://docs.example.com/refunds#old", Some("größe 2"), ""),
            @"https://docs.example.com/refunds#gr%C3%B6%C3%9Fe%202");
    }

    #[test]
    fn k5_without_an_anchor_the_browser_searches_the_text() {
        assert_snapshot!(link("https://docs.example.com/a?b=c", None, "1. Self-service, at 5 & 6 o'clock\nnext line"),
            @"https://docs.example.com/a?b=c#:~:text=Self%2Dservice%2C%20at%205%20%26%206%20o'clock");
        assert_snapshot!(link("https://docs.example.com/a#part", None, "Überblick"),
            @"https://docs.example.com/a#part:~:text=%C3%9Cberblick");
        let long = "word ".repeat(40);
        assert_snapshot!(link("https://docs.example.com/", None, &long),
            @"https://docs.example.com/#:~:text=word%20word%20word%20word%20word%20word%20word%20word%20word%20word%20word%20word%20word%20word%20word%20word");
    }

    #[test]
    fn k3_only_web_addresses_become_links() {
        assert_eq!(citation_url(&passage(None, Some("a")), "x"), None);
        for url in
            ["javascript:alert(1)", "docs/refunds", "file:///etc/passwd", "//example.com", "", "data:text/html,x"]
        {
            assert_eq!(link(url, None, "x"), "none", "{url}");
        }
    }

    proptest! {
        #[test]
        fn every_link_is_one_web_address(path in "[ -~]{0,20}", anchor in proptest::option::of(".{0,20}"), quote in "(?s).{0,200}") {
            let Some(link) = citation_url(&passage(Some(&format!("https://example.com/{path}")), anchor.as_deref()), &quote) else {
                return Ok(());
            };
            prop_assert!(link.is_ascii() && !link.contains(char::is_whitespace));
            let parsed = Url::parse(&link).expect("a link parses");
            prop_assert_eq!(parsed.host_str(), Some("example.com"));
        }
    }
}
