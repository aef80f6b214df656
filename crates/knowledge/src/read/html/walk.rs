//! From the tree of a page to blocks.

use dom_query::NodeRef;

use crate::document::{BlockKind, DocumentBuilder};
use crate::read::Body;
use crate::read::markdown::row_text;

/// Elements whose text nobody reads on the page, or that are not about its subject.
const SKIPPED: &[&str] = &[
    "head", "script", "style", "noscript", "template", "nav", "footer", "svg", "math", "button", "input", "select",
    "textarea", "iframe", "object", "embed", "canvas", "dialog", "audio", "video", "img", "picture", "map", "datalist",
];

/// ARIA roles of the same kind.
const SKIPPED_ROLES: &[&str] =
    &["navigation", "search", "banner", "contentinfo", "dialog", "menu", "menubar", "tablist"];

/// Classes by which documentation generators mark permalinks, line numbers and text for screen readers.
const SKIPPED_CLASSES: &[&str] = &[
    "headerlink",
    "hash-link",
    "anchor-link",
    "header-anchor",
    "sr-only",
    "visually-hidden",
    "screen-reader-text",
    "linenos",
    "gutter",
    "line-numbers",
    "breadcrumb",
    "breadcrumbs",
    "toc",
    "table-of-contents",
];

/// How the ids begin that guessing the content puts on its parts; the page does not have them.
const GUESS_ID: &str = "readability-";

/// Elements that stand on lines of their own.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "details",
    "div",
    "dl",
    "fieldset",
    "figcaption",
    "figure",
    "form",
    "header",
    "hgroup",
    "hr",
    "html",
    "legend",
    "main",
    "p",
    "section",
    "summary",
    "caption",
    "tbody",
    "thead",
    "tfoot",
    "td",
    "th",
];

/// Collects blocks while it goes down a tree, whose depth the parser has bounded.
pub(super) struct Walker<'a> {
    builder: &'a mut DocumentBuilder,
    body: Body,
    inline: String,
    /// The next number of each open list; `None` for a bulleted one.
    lists: Vec<Option<u64>>,
    /// The marker of the open list item, until its first text is kept.
    item: Option<String>,
    /// The id of the nearest element that opened since the last heading, which generators put on a wrapping section.
    section_id: Option<String>,
    top_headings: Vec<String>,
}

impl<'a> Walker<'a> {
    pub(super) fn new(builder: &'a mut DocumentBuilder, body: Body) -> Self {
        Self {
            builder,
            body,
            inline: String::new(),
            lists: Vec::new(),
            item: None,
            section_id: None,
            top_headings: Vec::new(),
        }
    }

    /// Keeps what is left; returns the only heading of level 1, if there is exactly one.
    pub(super) fn finish(mut self) -> Option<String> {
        self.flush();
        match self.top_headings.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        }
    }

    pub(super) fn visit(&mut self, node: &NodeRef<'_>) {
        if node.is_text() {
            self.push_text(&node.text());
            return;
        }
        let Some(name) = node.node_name() else {
            self.visit_children(node);
            return;
        };
        if is_skipped(node, &name) {
            return;
        }
        match name.as_ref() {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.visit_heading(node, &name),
            "br" => self.inline.push('\n'),
            "pre" => {
                self.flush();
                self.builder.push(BlockKind::Code, &code_text(node));
            }
            "code" | "kbd" | "samp" if !node.text().contains(['\n', '`']) => {
                self.inline.push('`');
                self.push_text(node.text().trim());
                self.inline.push('`');
            }
            "ul" | "menu" => self.visit_list(node, None),
            "ol" => {
                let first = node.attr("start").and_then(|start| start.trim().parse().ok()).unwrap_or(1);
                self.visit_list(node, Some(first));
            }
            "li" => self.visit_item(node),
            "table" => self.visit_table(node),
            "dt" => {
                self.flush();
                self.visit_children(node);
                if !self.inline.trim().is_empty() && !self.inline.trim_end().ends_with([':', '?', '.']) {
                    self.inline.truncate(self.inline.trim_end().len());
                    self.inline.push_str(": ");
                } else {
                    self.flush();
                }
            }
            "dd" => {
                self.visit_children(node);
                self.flush();
            }
            name if BLOCKS.contains(&name) => {
                self.flush();
                if matches!(name, "section" | "div" | "article") {
                    let id = node.id_attr().filter(|id| !id.starts_with(GUESS_ID)).map(|id| id.to_string());
                    self.section_id = id.or(self.section_id.take());
                }
                self.visit_children(node);
                self.flush();
            }
            _ => self.visit_children(node),
        }
    }

    fn visit_children(&mut self, node: &NodeRef<'_>) {
        for child in node.children_it(false) {
            self.visit(&child);
        }
    }

    /// Appends text with its white space collapsed, as a browser shows it.
    fn push_text(&mut self, text: &str) {
        let mut words = text.split_whitespace();
        let Some(first) = words.next() else {
            self.push_space();
            return;
        };
        if text.starts_with(char::is_whitespace) {
            self.push_space();
        }
        self.inline.push_str(first);
        for word in words {
            self.inline.push(' ');
            self.inline.push_str(word);
        }
        if text.ends_with(char::is_whitespace) {
            self.inline.push(' ');
        }
    }

    fn push_space(&mut self) {
        if !self.inline.is_empty() && !self.inline.ends_with(char::is_whitespace) {
            self.inline.push(' ');
        }
    }

    fn visit_heading(&mut self, node: &NodeRef<'_>, name: &str) {
        self.flush();
        let own = node.id_attr().or_else(|| {
            let inner = node.descendants_it().filter(NodeRef::is_element);
            inner.map(|inner| inner.id_attr().or_else(|| inner.attr("name"))).find(Option::is_some).flatten()
        });
        let wrapping = self.section_id.take();
        let anchor = own.map(|id| id.to_string()).or(wrapping).filter(|id| !id.trim().is_empty());
        self.visit_children(node);
        let text = std::mem::take(&mut self.inline);
        let text = text.trim().trim_end_matches(['¶', '#', '§']).trim_end();
        let level = name.as_bytes().get(1).map_or(1, |digit| digit - b'0');
        if level == 1 && !text.is_empty() {
            self.top_headings.push(text.to_owned());
        }
        self.builder.push(self.body.heading(level, anchor), text);
    }

    fn visit_list(&mut self, node: &NodeRef<'_>, first: Option<u64>) {
        self.flush();
        self.lists.push(first);
        self.visit_children(node);
        self.flush();
        self.lists.pop();
        self.item = None;
    }

    fn visit_item(&mut self, node: &NodeRef<'_>) {
        self.flush();
        self.item = Some(match self.lists.last_mut() {
            Some(Some(number)) => {
                let marker = format!("{number}. ");
                *number = number.saturating_add(1);
                marker
            }
            _ => "- ".to_owned(),
        });
        self.visit_children(node);
        self.flush();
        self.item = None;
    }

    /// Rows become lines of `column: value`; a table that only lays out the page is read like any other element.
    fn visit_table(&mut self, table: &NodeRef<'_>) {
        self.flush();
        let rows = rows(table);
        let is_layout = table.attr("role").is_some_and(|role| matches!(role.as_ref(), "presentation" | "none"))
            || rows.iter().all(|row| row.len() < 2)
            || table.descendants_it().any(|inner| {
                inner.node_name().is_some_and(|name| matches!(name.as_ref(), "table" | "pre" | "h1" | "h2" | "h3"))
            });
        if is_layout {
            for row in table.children_it(false) {
                self.visit_children(&row);
                self.flush();
            }
            return;
        }
        let is_header =
            |row: &[NodeRef<'_>]| row.iter().all(|cell| cell.node_name().is_some_and(|name| name.as_ref() == "th"));
        let mut header: Vec<String> = Vec::new();
        for row in &rows {
            let cells: Vec<String> = row.iter().map(|cell| self.cell_text(cell)).collect();
            if is_header(row) && header.is_empty() {
                header = cells;
            } else {
                self.builder.push(BlockKind::TableRow, &row_text(&header, &cells));
            }
        }
    }

    fn cell_text(&mut self, cell: &NodeRef<'_>) -> String {
        let mut parts = Vec::new();
        for text in cell.descendants_it().filter(NodeRef::is_text) {
            let skipped = text
                .ancestors_it(None)
                .take_while(|above| above.id != cell.id)
                .any(|above| above.node_name().is_some_and(|name| is_skipped(&above, &name)));
            if !skipped {
                parts.push(text.text().to_string());
            }
        }
        parts.concat().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Keeps the text read so far as a paragraph or a list item.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.inline);
        for part in text.split("\n\n").map(str::trim).filter(|part| !part.is_empty()) {
            if self.lists.is_empty() {
                self.builder.push(self.body.prose(), part);
            } else {
                let depth = u8::try_from(self.lists.len() - 1).unwrap_or(u8::MAX);
                let marker = self.item.take().unwrap_or_default();
                self.builder.push(BlockKind::ListItem { depth }, &format!("{marker}{part}"));
            }
        }
    }
}

fn is_skipped(node: &NodeRef<'_>, name: &str) -> bool {
    SKIPPED.contains(&name)
        || node.has_attr("hidden")
        || node.attr("aria-hidden").is_some_and(|value| value.as_ref() == "true")
        || node.attr("role").is_some_and(|role| SKIPPED_ROLES.contains(&role.as_ref()))
        || node
            .class()
            .is_some_and(|classes| classes.split_ascii_whitespace().any(|class| SKIPPED_CLASSES.contains(&class)))
}

/// The text of a code block without line numbers.
fn code_text(node: &NodeRef<'_>) -> String {
    let mut text = String::new();
    for inner in node.descendants_it() {
        let name = inner.node_name();
        if name.as_deref() == Some("br") {
            text.push('\n');
        } else if inner.is_text() {
            let skipped = inner
                .ancestors_it(None)
                .take_while(|above| above.id != node.id)
                .any(|above| above.node_name().is_some_and(|name| is_skipped(&above, &name)));
            if !skipped {
                text.push_str(&inner.text());
            }
        }
    }
    text
}

/// The cells of each row of a table, not of tables inside it.
fn rows<'t>(table: &NodeRef<'t>) -> Vec<Vec<NodeRef<'t>>> {
    let named =
        |node: &NodeRef<'_>, names: &[&str]| node.node_name().is_some_and(|name| names.contains(&name.as_ref()));
    let mut rows = Vec::new();
    for child in table.children_it(false) {
        let found: Vec<NodeRef<'t>> = if named(&child, &["tr"]) {
            vec![child]
        } else if named(&child, &["thead", "tbody", "tfoot"]) {
            child.children_it(false).filter(|row| named(row, &["tr"])).collect()
        } else {
            Vec::new()
        };
        rows.extend(found.iter().map(|row| row.children_it(false).filter(|cell| named(cell, &["td", "th"])).collect()));
    }
    rows
}
