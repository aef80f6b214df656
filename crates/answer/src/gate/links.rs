//! Links: only addresses that the cited sources are registered with may stand in an answer.

use baton_knowledge::Passage;

/// A text without foreign links.
#[derive(Debug)]
pub(super) struct Stripped {
    pub(super) text: String,
    /// Whether it held an address that stands in none of the passages: the writer made it up.
    pub(super) invented: bool,
}

/// What stands in place of an address that a passage mentions but that is no registered link.
const ELIDED: &str = "…";

/// Takes links apart: the text of a Markdown link stays, its target goes unless it is registered; a bare address that is
/// not registered is elided.
///
/// Code is never a link, so an address in code may stand if a passage has it letter by letter.
pub(super) fn strip_links<'p>(
    text: &str,
    is_code: bool,
    passages: &(impl Iterator<Item = &'p Passage> + Clone),
) -> Stripped {
    let registered = |address: &str| {
        let address = bare(address);
        passages.clone().filter_map(|passage| passage.url.as_deref()).any(|url| is_web(url) && bare(url) == address)
    };
    let quoted = |address: &str| passages.clone().any(|passage| passage.text.contains(address));
    let mut out = String::with_capacity(text.len());
    let mut invented = false;
    let mut in_code = is_code;
    let mut rest = text;
    while !rest.is_empty() {
        if !in_code && let Some(link) = markdown_link(rest) {
            let is_image = link.is_image;
            if !is_image && registered(link.target) {
                out.push_str(&format!("[{}]({})", plain(link.label), link.target));
            } else if !is_image {
                out.push_str(&strip_links(link.label, false, passages).text);
            }
            rest = &rest[link.length..];
            continue;
        }
        if let Some(length) = address_at(rest, out.chars().next_back()) {
            let address = &rest[..length];
            // A host with a path but no scheme is text that renderers leave alone; quoted, it may stand.
            let no_link = in_code || is_host_with_path(&address.to_ascii_lowercase());
            if registered(address) || (no_link && quoted(address)) {
                out.push_str(address);
            } else {
                invented |= !quoted(address);
                out.push_str(ELIDED);
            }
            rest = &rest[length..];
            continue;
        }
        let c = rest.chars().next().expect("the rest is not empty");
        in_code ^= c == '`' && !is_code;
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    Stripped { text: out, invented }
}

struct MarkdownLink<'t> {
    label: &'t str,
    target: &'t str,
    length: usize,
    is_image: bool,
}

/// `[label](target "title")`, `![alt](target)`, `[label][reference]` with a reference that is no number, `[label]: target`.
fn markdown_link(text: &str) -> Option<MarkdownLink<'_>> {
    let is_image = text.starts_with("![");
    let open = usize::from(is_image);
    let inside = text.get(open..)?.strip_prefix('[')?;
    let close = closing(inside, '[', ']')?;
    let label = &inside[..close];
    let after = &inside[close + 1..];
    let consumed = open + 1 + close + 1;
    if let Some(target) = after.strip_prefix('(') {
        let end = closing(target, '(', ')')?;
        let address = target[..end].trim().trim_start_matches('<');
        let address = address.split([' ', '\t', '\n', '>']).next().unwrap_or_default();
        return Some(MarkdownLink { label, target: address, length: consumed + 1 + end + 1, is_image });
    }
    let names_reference =
        after.strip_prefix('[').and_then(|reference| reference.find(']').map(|end| &reference[..end]));
    if let Some(reference) = names_reference.filter(|reference| !reference.bytes().all(|byte| byte.is_ascii_digit())) {
        return Some(MarkdownLink { label, target: "", length: consumed + reference.len() + 2, is_image });
    }
    is_image.then_some(MarkdownLink { label, target: "", length: consumed, is_image })
}

/// Where a bracket closes, counting nested ones; labels and targets are short.
fn closing(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices().take(600) {
        if c == '\n' && open == '[' {
            return None;
        } else if c == open {
            depth += 1;
        } else if c == close {
            if depth == 0 {
                return Some(at);
            }
            depth -= 1;
        }
    }
    None
}

/// The length of an address that begins here: `scheme://`, `scheme:` of the dangerous ones, `www.`, or `//host`.
fn address_at(text: &str, before: Option<char>) -> Option<usize> {
    if before.is_some_and(char::is_alphanumeric) || !text.starts_with(|c: char| c.is_alphanumeric() || c == '/') {
        return None;
    }
    let end =
        text.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`' | '|' | '\\' | '^' | '{' | '}'));
    let word = &text[..end.unwrap_or(text.len())];
    let lower = word.to_ascii_lowercase();
    let scheme = lower.find(':').filter(|at| {
        *at >= 2 && lower[..*at].bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    });
    let has_scheme = scheme.is_some_and(|at| {
        lower[at..].starts_with("://")
            || (matches!(&lower[..at], "javascript" | "data" | "vbscript" | "file" | "blob") && lower.len() > at + 1)
            || (matches!(&lower[..at], "http" | "https") && lower.len() > at + 1)
    });
    let has_host = lower.starts_with("www.") && lower.len() > 4;
    let relative = lower.starts_with("//") && lower.len() > 2 && lower[2..].contains('.');
    let path = is_host_with_path(&lower);
    if !(has_scheme || has_host || relative || path) {
        return None;
    }
    let trimmed = word.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '…', '»', '”', '’']);
    let trimmed = if trimmed.contains('(') { trimmed } else { trimmed.trim_end_matches(')') };
    let trimmed = if trimmed.contains('[') { trimmed } else { trimmed.trim_end_matches(']') };
    // A marker that touches the address is no part of it.
    let trimmed = trimmed.find('[').map_or(trimmed, |at| &trimmed[..at]);
    (!trimmed.is_empty()).then_some(trimmed.len())
}

/// `example.com/page` and `example.com?x=1`: a host with something after it reads as an address.
fn is_host_with_path(word: &str) -> bool {
    let Some(end) = word.find(['/', '?', '#']) else { return false };
    let host = &word[..end];
    let Some((name, top)) = host.rsplit_once('.') else { return false };
    !name.is_empty()
        && (2..=24).contains(&top.len())
        && top.bytes().all(|byte| byte.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
        && word.len() > end + 1
}

/// An address without fragment, trailing slash and scheme, for comparison.
fn bare(address: &str) -> String {
    let address = address.split('#').next().unwrap_or_default();
    let address = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or(address);
    let (host, path) = address.split_at(address.find('/').unwrap_or(address.len()));
    format!("{}{}", host.to_ascii_lowercase(), path.trim_end_matches('/'))
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// A link label without brackets that could open another link.
fn plain(label: &str) -> String {
    label.chars().filter(|c| !matches!(c, '[' | ']' | '(' | ')' | '<' | '>')).collect()
}
