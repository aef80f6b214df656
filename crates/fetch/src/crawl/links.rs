//! What a page says to a crawler: its links, its own address, and whether it wants to be found.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::{LocalName, local_name};
use url::Url;

/// Most links of one page that are followed.
const LINKS_MAX: usize = 2_000;
/// How much is read between two looks at the clock, bytes. A tag with very many attributes takes quadratic time.
const STEP_BYTES: usize = 4 * 1024;
const TIME_MAX: Duration = Duration::from_secs(1);

/// What a page says to a crawler.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Signs {
    pub(crate) links: Vec<Url>,
    pub(crate) canonical: Option<Url>,
    pub(crate) directives: Directives,
}

/// Whether a page wants to be found, and its links followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Directives {
    pub(crate) noindex: bool,
    pub(crate) nofollow: bool,
}

impl Directives {
    /// Reads `noindex, nofollow`, as pages and headers say it; a header may name a crawler before it.
    pub(crate) fn read(text: &str) -> Self {
        let mut directives = Self::default();
        let mut for_us = true;
        for word in text.split(',') {
            let word = word.trim().to_ascii_lowercase();
            let word = match word.split_once(':') {
                Some((name, rest)) if !name.starts_with("unavailable") && !name.starts_with("max-") => {
                    for_us = name.trim() == "baton";
                    rest.trim().to_owned()
                }
                _ => word,
            };
            if for_us {
                directives.noindex |= matches!(word.as_str(), "noindex" | "none");
                directives.nofollow |= matches!(word.as_str(), "nofollow" | "none");
            }
        }
        directives
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self { noindex: self.noindex || other.noindex, nofollow: self.nofollow || other.nofollow }
    }
}

/// Reads a page of HTML. Its tags are looked at one after the other; no tree is built.
pub(crate) fn read_html(text: &str, url: &Url) -> Signs {
    let tokenizer = Tokenizer::new(Reader::default(), TokenizerOpts::default());
    let began = Instant::now();
    let input = BufferQueue::default();
    let mut rest = text;
    while !rest.is_empty() && began.elapsed() < TIME_MAX {
        let (step, after) = rest.split_at(rest.ceil_char_boundary(STEP_BYTES));
        input.push_back(StrTendril::from(step));
        let _ = tokenizer.feed(&input);
        rest = after;
    }
    tokenizer.end();
    tokenizer.sink.found.into_inner().resolve(url)
}

/// Reads the links of a Markdown text.
pub(crate) fn read_markdown(text: &str, url: &Url) -> Signs {
    let targets = text.match_indices("](").filter_map(|(at, _)| {
        let rest = &text[at + 2..];
        let end = rest.find([')', ' ', '\n'])?;
        url.join(rest[..end].trim_matches(['<', '>'])).ok()
    });
    Signs { links: unique(targets), ..Signs::default() }
}

#[derive(Default)]
struct Reader {
    found: RefCell<Found>,
}

#[derive(Default)]
struct Found {
    base: Option<String>,
    hrefs: Vec<String>,
    canonical: Option<String>,
    directives: Directives,
}

impl Found {
    fn resolve(self, url: &Url) -> Signs {
        let base = self.base.and_then(|base| url.join(base.trim()).ok()).unwrap_or_else(|| url.clone());
        let links = unique(self.hrefs.iter().filter_map(|href| base.join(href.trim()).ok()));
        let canonical = self.canonical.and_then(|href| base.join(href.trim()).ok());
        Signs { links, canonical, directives: self.directives }
    }
}

fn unique(links: impl Iterator<Item = Url>) -> Vec<Url> {
    let mut seen = std::collections::HashSet::new();
    links
        .filter(|link| matches!(link.scheme(), "http" | "https"))
        .map(|link| crate::crawl::address::without_noise(&link))
        .filter(|link| seen.insert(link.clone()))
        .take(LINKS_MAX)
        .collect()
}

fn value(tag: &Tag, name: &LocalName) -> Option<String> {
    tag.attrs.iter().find(|attribute| attribute.name.local == *name).map(|attribute| attribute.value.to_string())
}

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else { return TokenSinkResult::Continue };
        if tag.kind != TagKind::StartTag {
            return TokenSinkResult::Continue;
        }
        let mut found = self.found.borrow_mut();
        let rel = |tag: &Tag, word: &str| {
            value(tag, &local_name!("rel"))
                .is_some_and(|rel| rel.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(word)))
        };
        match &tag.name {
            name if (*name == local_name!("a") || *name == local_name!("area"))
                && found.hrefs.len() < LINKS_MAX * 4
                && !rel(&tag, "nofollow") =>
            {
                found.hrefs.extend(value(&tag, &local_name!("href")));
            }
            name if *name == local_name!("base") && found.base.is_none() => {
                found.base = value(&tag, &local_name!("href"));
            }
            name if *name == local_name!("link") && rel(&tag, "canonical") && found.canonical.is_none() => {
                found.canonical = value(&tag, &local_name!("href"));
            }
            name if *name == local_name!("meta") => {
                let names_us = value(&tag, &local_name!("name"))
                    .is_some_and(|name| name.eq_ignore_ascii_case("robots") || name.eq_ignore_ascii_case("baton"));
                if names_us && let Some(content) = value(&tag, &local_name!("content")) {
                    found.directives = found.directives.and(Directives::read(&content));
                }
            }
            name if *name == local_name!("script") => return TokenSinkResult::RawData(RawKind::ScriptData),
            name if *name == local_name!("title") || *name == local_name!("textarea") => {
                return TokenSinkResult::RawData(RawKind::Rcdata);
            }
            name if *name == local_name!("style") || *name == local_name!("iframe") || *name == local_name!("xmp") => {
                return TokenSinkResult::RawData(RawKind::Rawtext);
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(html: &str) -> Signs {
        read_html(html, &Url::parse("https://docs.example.com/guide/a").expect("an address"))
    }

    fn links(html: &str) -> Vec<String> {
        signs(html).links.into_iter().map(String::from).collect()
    }

    #[test]
    fn k1_links_are_resolved_against_the_base() {
        assert_eq!(
            links(
                r##"<a href="b">B</a><A HREF=/c>C</A><a href="?x=1&amp;y=2">D</a><a href="#part">same</a><a href="mailto:a@b">m</a><a>no</a><area href=' e '>"##
            ),
            [
                "https://docs.example.com/guide/b",
                "https://docs.example.com/c",
                "https://docs.example.com/guide/a?x=1&y=2",
                "https://docs.example.com/guide/a",
                "https://docs.example.com/guide/e",
            ]
        );
        assert_eq!(
            links(r#"<base href="/other/"><base href="/third/"><a href="b">B</a>"#),
            ["https://docs.example.com/other/b"]
        );
    }

    #[test]
    fn k1_what_is_no_tag_is_no_link() {
        let html = r#"<script>"<a href='/in-script'>"</script><!-- <a href="/in-comment"> --><style><a href="/in-style"></style>
            <textarea><a href="/in-textarea"></textarea><a href="/real">x</a><a rel="nofollow ugc" href="/spam">x</a>"#;
        assert_eq!(links(html), ["https://docs.example.com/real"]);
    }

    #[test]
    fn k1_what_a_page_wants_is_read() {
        let html =
            r#"<head><meta name="Robots" content="NOINDEX, follow"><link rel="Canonical" href="/guide/a/"></head>"#;
        let signs = signs(html);
        assert_eq!(signs.directives, Directives { noindex: true, nofollow: false });
        assert_eq!(signs.canonical.map(String::from).as_deref(), Some("https://docs.example.com/guide/a/"));
        for (header, noindex, nofollow) in [
            ("noindex", true, false),
            ("none", true, true),
            ("otherbot: noindex, nofollow", false, false),
            ("baton: noindex", true, false),
            ("otherbot: noindex, baton: nofollow", false, true),
            ("max-snippet:10, noindex", true, false),
            ("all", false, false),
        ] {
            assert_eq!(Directives::read(header), Directives { noindex, nofollow }, "{header}");
        }
    }

    #[test]
    fn k1_markdown_has_links_too() {
        let text = "# Docs\n\n- [Start](start.md): how to begin\n- [API](https://docs.example.com/api \"title\")\n[x](";
        let url = Url::parse("https://docs.example.com/llms.txt").expect("an address");
        let links: Vec<_> = read_markdown(text, &url).links.into_iter().map(String::from).collect();
        assert_eq!(links, ["https://docs.example.com/start.md", "https://docs.example.com/api"]);
    }

    #[test]
    fn t44_a_tag_without_end_costs_bounded_time() {
        let crowded: String = std::iter::once("<a ".to_owned()).chain((0..400_000).map(|n| format!("a{n} "))).collect();
        let began = Instant::now();
        assert_eq!(links(&crowded), Vec::<String>::new());
        assert!(began.elapsed() < Duration::from_secs(20));
    }
}
