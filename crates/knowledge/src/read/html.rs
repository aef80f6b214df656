//! Web pages: the main content, its headings with their anchors, the title and the canonical address.

mod main_content;
mod tags;
mod tree;
mod walk;

use dom_query::Document as Tree;

use crate::document::{Document, DocumentBuilder};
use crate::read::error::ReadError;
use crate::read::html::main_content::MainContent;
use crate::read::html::walk::Walker;
use crate::read::{Body, Fallback, web_url};

pub(super) fn read(text: &str, fallback: &Fallback) -> Result<Document, ReadError> {
    let page = tree::parse(text)?;
    let url = canonical_url(&page);
    let page_title = page_title(&page);
    let content = main_content::find(&page, text.len())?;
    let mut builder = fallback.builder();
    let first_heading = match &content {
        MainContent::Landmark(node) => walk(&mut builder, node, Body::Document),
        MainContent::Guessed(tree) => walk(&mut builder, &tree.root(), Body::Document),
        MainContent::Page(node) => walk(&mut builder, node, Body::Document),
    };
    builder.set_title(fallback.title(first_heading.or(page_title).as_deref()));
    builder.set_url(url);
    Ok(builder.finish())
}

/// Appends the blocks of a piece of HTML, such as one inside Markdown.
pub(super) fn push_fragment(builder: &mut DocumentBuilder, text: &str, body: Body) -> Result<(), ReadError> {
    let tree = tree::parse(text)?;
    let root = tree.tree.root();
    walk(builder, &root, body);
    Ok(())
}

/// Appends the blocks below `node`; returns the text of the only topmost heading, if there is exactly one.
fn walk(builder: &mut DocumentBuilder, node: &dom_query::NodeRef<'_>, body: Body) -> Option<String> {
    let mut walker = Walker::new(builder, body);
    walker.visit(node);
    walker.finish()
}

fn canonical_url(page: &Tree) -> Option<String> {
    let attribute = |selector: &str, name: &str| page.select_single(selector).attr(name).map(|value| value.to_string());
    let links = [("link[rel='canonical']", "href"), ("meta[property='og:url']", "content")];
    links.iter().find_map(|(selector, name)| web_url(&attribute(selector, name)?))
}

/// The title of the page without the name of the site, which pages put before or after a separator.
fn page_title(page: &Tree) -> Option<String> {
    let title = page.select_single("title").text();
    let title = title.trim();
    let site = page.select_single("meta[property='og:site_name']").attr("content");
    for separator in [" | ", " - ", " – ", " — ", " · ", " :: ", " » "] {
        if let Some((name, rest)) = title.rsplit_once(separator) {
            let is_site = site.as_deref().is_some_and(|site| rest.trim() == site.trim());
            if is_site || rest.split_whitespace().count() <= 3 && name.split_whitespace().count() >= 2 {
                return Some(name.trim().to_owned());
            }
        }
    }
    (!title.is_empty()).then(|| title.to_owned())
}
