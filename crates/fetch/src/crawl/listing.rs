//! Lists of pages that a site gives: sitemaps, indexes of sitemaps, and llms.txt.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;
use url::Url;

/// Most addresses taken from one list.
const ENTRIES_MAX: usize = 50_000;

/// What a sitemap lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sitemap {
    pub(crate) pages: Vec<Url>,
    pub(crate) sitemaps: Vec<Url>,
}

/// Whether a file is a sitemap in XML.
pub(crate) fn is_sitemap(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2_048)]);
    head.contains("<urlset") || head.contains("<sitemapindex")
}

/// Reads a sitemap, or an index of sitemaps. What is broken is left out; what came before counts.
pub(crate) fn read_sitemap(bytes: &[u8], url: &Url) -> Sitemap {
    let mut reader = Reader::from_reader(bytes);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_dangling_amp = true;
    let mut sitemap = Sitemap::default();
    let mut is_index = false;
    let mut location: Option<String> = None;
    let mut buffer = Vec::new();
    while sitemap.pages.len() + sitemap.sitemaps.len() < ENTRIES_MAX {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(tag)) => match tag.local_name().as_ref() {
                "sitemap" => is_index = true,
                "url" => is_index = false,
                "loc" => location = Some(String::new()),
                _ => {}
            },
            Ok(Event::Text(text)) => {
                if let Some(location) = &mut location {
                    location.push_str(&text.xml10_content());
                }
            }
            Ok(Event::CData(text)) => {
                if let Some(location) = &mut location {
                    location.push_str(&text.xml10_content());
                }
            }
            Ok(Event::GeneralRef(reference)) => {
                if let Some(location) = &mut location {
                    match reference.resolve_char_ref() {
                        Ok(Some(c)) => location.push(c),
                        _ => location.push_str(resolve_predefined_entity(&reference.xml10_content()).unwrap_or("")),
                    }
                }
            }
            Ok(Event::End(tag)) if tag.local_name().as_ref() == "loc" => {
                let found = location.take().and_then(|text| url.join(text.trim()).ok());
                if is_index { sitemap.sitemaps.extend(found) } else { sitemap.pages.extend(found) }
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    sitemap
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<String>, Vec<String>) {
        let sitemap = read_sitemap(text.as_bytes(), &Url::parse("https://e.example/sitemap.xml").expect("an address"));
        let texts = |urls: Vec<Url>| urls.into_iter().map(String::from).collect();
        (texts(sitemap.pages), texts(sitemap.sitemaps))
    }

    #[test]
    fn k1_sitemaps_and_their_indexes_are_read() {
        let pages = r#"<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://x">
            <url><loc> https://e.example/a?b=1&amp;c=2 </loc><lastmod>2026-01-01</lastmod><image:image><image:title>t</image:title></image:image></url>
            <url><loc><![CDATA[https://e.example/b]]></loc></url><url><loc>/c&#x2F;d</loc></url></urlset>"#;
        assert_eq!(
            read(pages),
            (
                vec![
                    "https://e.example/a?b=1&c=2".into(),
                    "https://e.example/b".into(),
                    "https://e.example/c/d".into()
                ],
                vec![]
            )
        );
        let index = "<sitemapindex><sitemap><loc>https://e.example/one.xml.gz</loc></sitemap></sitemapindex>";
        assert_eq!(read(index), (vec![], vec!["https://e.example/one.xml.gz".to_owned()]));
    }

    #[test]
    fn t44_a_hostile_sitemap_gives_what_is_sound() {
        let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><urlset><url><loc>https://e.example/&b;x</loc></url><url><loc>https://e.example/y</loc>"#;
        assert_eq!(read(bomb).0, ["https://e.example/x", "https://e.example/y"]);
        assert_eq!(
            read("<urlset><url><loc>https://e.example/a</loc></url><url><loc"),
            (vec!["https://e.example/a".to_owned()], vec![])
        );
        assert_eq!(read("not xml at all"), (vec![], vec![]));
    }
}
