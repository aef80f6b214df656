//! What a page is made of, as its server says.

use encoding_rs::{Encoding, UTF_8};
use url::Url;

/// A kind of content that can be answered from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentKind {
    /// A web page.
    Html,
    /// Markdown.
    Markdown,
    /// Plain text.
    Text,
    /// A PDF file.
    Pdf,
}

/// The kind that a `content-type` names; `None` for what is not read.
pub(crate) fn kind(content_type: Option<&str>, url: &Url) -> Option<ContentKind> {
    let ending = url.path().rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending);
    let is_markdown =
        ending.is_some_and(|ending| matches!(ending.to_ascii_lowercase().as_str(), "md" | "markdown" | "mdx"));
    let essence = content_type.unwrap_or("text/html").split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "text/html" | "application/xhtml+xml" | "" => Some(ContentKind::Html),
        "text/markdown" | "text/x-markdown" => Some(ContentKind::Markdown),
        "text/plain" | "application/octet-stream" | "binary/octet-stream" if is_markdown => Some(ContentKind::Markdown),
        "text/plain" => Some(ContentKind::Text),
        "application/pdf" | "application/x-pdf" => Some(ContentKind::Pdf),
        _ => None,
    }
}

/// The text in UTF-8 if the server says that it is in another encoding; as it is else. The mark in front says so to whoever reads it next.
pub(crate) fn to_utf8(bytes: &[u8], content_type: Option<&str>) -> Option<Vec<u8>> {
    let (_, rest) = content_type?.split_once(';')?;
    let charset = rest.split(';').find_map(|part| part.trim().strip_prefix_ignoring_case("charset="))?;
    let encoding = Encoding::for_label_no_replacement(charset.trim_matches(['"', '\'', ' ']).as_bytes())?;
    if encoding == UTF_8 || Encoding::for_bom(bytes).is_some() {
        return None;
    }
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    // The server is wrong about it: the page's own word counts.
    (!had_errors).then(|| [b"\xef\xbb\xbf", text.as_bytes()].concat())
}

trait StripIgnoringCase {
    fn strip_prefix_ignoring_case(&self, prefix: &str) -> Option<&str>;
}

impl StripIgnoringCase for str {
    fn strip_prefix_ignoring_case(&self, prefix: &str) -> Option<&str> {
        let head = self.get(..prefix.len())?;
        head.eq_ignore_ascii_case(prefix).then(|| &self[prefix.len()..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k1_only_text_is_taken() {
        let of = |content_type, path: &str| {
            kind(content_type, &Url::parse("https://e.example").and_then(|url| url.join(path)).expect("an address"))
        };
        assert_eq!(of(Some("text/html; charset=utf-8"), "/a"), Some(ContentKind::Html));
        assert_eq!(of(None, "/a"), Some(ContentKind::Html));
        assert_eq!(of(Some("text/plain"), "/a.md"), Some(ContentKind::Markdown));
        assert_eq!(of(Some("application/octet-stream"), "/a.md"), Some(ContentKind::Markdown));
        assert_eq!(of(Some("TEXT/PLAIN"), "/a.txt"), Some(ContentKind::Text));
        assert_eq!(of(Some("application/pdf"), "/a"), Some(ContentKind::Pdf));
        for other in ["image/png", "application/json", "application/octet-stream", "video/mp4", "text/css"] {
            assert_eq!(of(Some(other), "/a"), None, "{other}");
        }
    }

    #[test]
    fn k1_the_charset_of_the_server_counts() {
        let shift_jis = b"\x93\xfa\x96\x7b";
        let text = to_utf8(shift_jis, Some("text/html; Charset=\"Shift_JIS\"")).expect("another encoding");
        assert_eq!(text, [b"\xef\xbb\xbf", "日本".as_bytes()].concat());
        assert_eq!(to_utf8(b"abc", Some("text/html; charset=utf-8")), None);
        assert_eq!(to_utf8(b"abc", Some("text/html")), None);
        assert_eq!(to_utf8(b"\xff\xff\xff", Some("text/html; charset=shift_jis")), None, "the server is wrong");
    }
}
