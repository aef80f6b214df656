//! The user guides, rendered as pages of the demo site: what the demo agent answers from, and what its citations open.

use std::collections::HashMap;

use anyhow::Context;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../docs"]
#[include = "guide/*.md"]
#[include = "reference/*.md"]
struct Files;

/// A guide as a web page.
#[derive(Clone, Debug)]
pub(super) struct Guide {
    /// File name of the page, such as `handoff.html`.
    pub(super) name: String,
    /// The page.
    pub(super) html: String,
}

/// All guides, by name.
pub(super) fn all(site_url: &str) -> anyhow::Result<Vec<Guide>> {
    let mut guides = Vec::new();
    for path in Files::iter() {
        let file = Files::get(&path).with_context(|| format!("{path} is not embedded"))?;
        let markdown = std::str::from_utf8(&file.data).with_context(|| format!("{path} is not UTF-8"))?;
        let stem = path.rsplit('/').next().and_then(|name| name.strip_suffix(".md")).unwrap_or(&path);
        guides.push(render(stem, markdown, site_url));
    }
    guides.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(guides)
}

fn render(stem: &str, markdown: &str, site_url: &str) -> Guide {
    let options = Options::ENABLE_TABLES;
    let mut events: Vec<Event<'_>> = Parser::new_ext(markdown, options).map(link_to_page).collect();
    let title = name_headings(&mut events).unwrap_or_else(|| stem.to_owned());
    let mut body = String::new();
    html::push_html(&mut body, events.into_iter());
    let name = format!("{stem}.html");
    let page_title = escape(&title);
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{page_title}</title>\n<link rel=\"canonical\" href=\"{site_url}/guides/{name}\">\n<link rel=\"icon\" href=\"../favicon.svg\">\n\
         <link rel=\"stylesheet\" href=\"../style.css\">\n</head>\n<body class=\"guide\">\n<main class=\"guide\">\n<article>\n{body}</article>\n\
         <p><a href=\"../help.html\">All help</a></p>\n</main>\n<!--baton:widget-->\n</body>\n</html>\n"
    );
    Guide { name, html }
}

/// Links between guides lead to their pages.
fn link_to_page(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Start(Tag::Link { link_type, dest_url, title, id })
            if !dest_url.contains("://") && dest_url.contains(".md") =>
        {
            let page = dest_url.rsplit('/').next().unwrap_or_default().replace(".md", ".html");
            Event::Start(Tag::Link { link_type, dest_url: CowStr::from(page), title, id })
        }
        event => event,
    }
}

/// Gives every heading an id, so that a citation opens at it, and returns the text of the first one.
fn name_headings(events: &mut [Event<'_>]) -> Option<String> {
    let mut title = None;
    let mut used: HashMap<String, u32> = HashMap::new();
    for start in 0..events.len() {
        let Event::Start(Tag::Heading { level, .. }) = &events[start] else { continue };
        let level = *level;
        let inside = events[start + 1..].iter().take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
        let text: String = inside
            .filter_map(|event| match event {
                Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
                _ => None,
            })
            .collect();
        if level == HeadingLevel::H1 && title.is_none() {
            title = Some(text.clone());
        }
        let slug = slug(&text);
        let count = used.entry(slug.clone()).or_default();
        *count += 1;
        let unique = if *count == 1 { slug } else { format!("{slug}-{count}") };
        if let Event::Start(Tag::Heading { id, .. }) = &mut events[start] {
            *id = Some(CowStr::from(unique));
        }
    }
    title
}

fn slug(text: &str) -> String {
    let words = text.to_lowercase();
    let parts: Vec<_> = words.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    parts.join("-")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guide_becomes_a_page_that_citations_can_open() {
        let guide = render(
            "inbox",
            "# The inbox\n\n## How do I *reply*?\n\nSee [handoff](handoff.md).\n\n## How do I reply?\n",
            "http://site",
        );
        assert_eq!(guide.name, "inbox.html");
        for part in [
            "id=\"how-do-i-reply\"",
            "id=\"how-do-i-reply-2\"",
            "href=\"handoff.html\"",
            "href=\"http://site/guides/inbox.html\"",
        ] {
            assert!(guide.html.contains(part), "{part} in {}", guide.html);
        }
    }

    #[test]
    fn every_guide_has_a_title() {
        let guides = all("http://site").unwrap();
        assert!(guides.len() > 10);
        assert!(guides.iter().all(|guide| guide.html.contains("<h1 id=")), "each begins with a heading");
    }
}
