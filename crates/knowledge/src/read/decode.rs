//! From bytes to text, and from text to its format.

use encoding_rs::{Encoding, ISO_2022_JP, UTF_16BE, UTF_16LE, WINDOWS_1252};
use icu_normalizer::ComposingNormalizerBorrowed;

use crate::read::Format;
use crate::read::error::{ReadError, UnsupportedKind};

/// How far from the beginning an HTML page is searched for its charset, in bytes.
const CHARSET_SEARCH_BYTES: usize = 2_048;
/// How much of a text is looked at to tell its format, in bytes.
const FORMAT_SAMPLE_BYTES: usize = 16 * 1024;
/// Text with more control characters than one in this many characters is data.
const CHARS_PER_CONTROL: usize = 200;
/// A text guessed to be Windows-1252 with more than one accented character in this many is another encoding.
const CHARS_PER_ACCENT: usize = 4;

/// Decodes a file into composed Unicode text.
pub(crate) fn decode(bytes: &[u8]) -> Result<String, ReadError> {
    if let Some(kind) = unsupported(bytes) {
        return Err(ReadError::Unsupported { kind });
    }
    let text = to_text(bytes)?;
    let controls = text.chars().filter(|c| c.is_control() && !c.is_whitespace()).count();
    if controls > 0 && controls * CHARS_PER_CONTROL > text.chars().count() {
        return Err(ReadError::Binary);
    }
    Ok(ComposingNormalizerBorrowed::new_nfc().normalize(&text).into_owned())
}

fn to_text(bytes: &[u8]) -> Result<String, ReadError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(&bytes[mark..]);
        return Ok(text.into_owned());
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return Ok(encoding.decode_without_bom_handling(bytes).0.into_owned());
    }
    let declared = declared_charset(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) if declared != Some(ISO_2022_JP) => return Ok(text.to_owned()),
        _ => {}
    }
    if let Some(encoding) = declared {
        let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
        if !had_errors {
            return Ok(text.into_owned());
        }
    }
    if let Some(text) = nearly_utf8(bytes) {
        return Ok(text);
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    let accents = text.chars().filter(|c| !c.is_ascii()).count();
    if accents * CHARS_PER_ACCENT > text.chars().count() {
        return Err(if bytes.contains(&0) { ReadError::Binary } else { ReadError::Encoding });
    }
    Ok(text.into_owned())
}

/// UTF-16 text without a byte order mark: nearly every other byte of Western text is zero.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4_096) & !1];
    if sample.len() < 4 {
        return None;
    }
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), sample.len() / 2);
    if odd * 10 >= half * 7 && even == 0 {
        Some(UTF_16LE)
    } else if even * 10 >= half * 7 && odd == 0 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// UTF-8 with a few broken sequences, such as a text that was cut in the middle of a character.
fn nearly_utf8(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let broken = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    let whole = text.chars().filter(|c| !c.is_ascii()).count() - broken;
    (whole > broken * 4).then(|| text.replace(char::REPLACEMENT_CHARACTER, ""))
}

/// The charset that an HTML page declares.
fn declared_charset(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes[..bytes.len().min(CHARSET_SEARCH_BYTES)].to_ascii_lowercase();
    let head = String::from_utf8_lossy(&head);
    let mut rest = head.as_ref();
    while let Some(at) = rest.find("<meta") {
        let tag = &rest[at..];
        let tag = &tag[..tag.find('>').unwrap_or(tag.len())];
        if let Some((_, value)) = tag.split_once("charset=") {
            let value = value.trim_start_matches(['"', '\'', ' ']);
            let label = value.split(['"', '\'', ' ', ';', '/', '>']).next().unwrap_or("");
            return Encoding::for_label_no_replacement(label.as_bytes());
        }
        rest = &rest[at + 5..];
    }
    None
}

/// Whether a file is a PDF. One may begin with a few bytes of junk.
pub(crate) fn is_pdf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"%PDF-")
        || bytes[..bytes.len().min(1_024)]
            .windows(7)
            .any(|window| window.starts_with(b"%PDF-1.") || window.starts_with(b"%PDF-2."))
}

/// Kinds of files that are recognised by how they begin.
fn unsupported(bytes: &[u8]) -> Option<UnsupportedKind> {
    use UnsupportedKind as Kind;
    const SIGNATURES: &[(&[u8], UnsupportedKind)] = &[
        (b"{\\rtf", Kind::WordProcessor),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind::OldOffice),
        (b"\x89PNG\r\n\x1a\n", Kind::Image),
        (b"\xff\xd8\xff", Kind::Image),
        (b"GIF87a", Kind::Image),
        (b"GIF89a", Kind::Image),
        (b"II*\0", Kind::Image),
        (b"MM\0*", Kind::Image),
        (b"8BPS", Kind::Image),
        (b"OggS", Kind::Media),
        (b"ID3", Kind::Media),
        (b"fLaC", Kind::Media),
        (b"\x1a\x45\xdf\xa3", Kind::Media),
        (b"\x1f\x8b", Kind::Archive),
        (b"BZh", Kind::Archive),
        (b"\xfd7zXZ\0", Kind::Archive),
        (b"7z\xbc\xaf\x27\x1c", Kind::Archive),
        (b"Rar!\x1a\x07", Kind::Archive),
        (b"\x28\xb5\x2f\xfd", Kind::Archive),
        (b"\x7fELF", Kind::Program),
        (b"\xca\xfe\xba\xbe", Kind::Program),
        (b"\xcf\xfa\xed\xfe", Kind::Program),
        (b"\0asm", Kind::Program),
        (b"SQLite format 3\0", Kind::Database),
    ];
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Some(packed(bytes));
    }
    if bytes.starts_with(b"MZ") && bytes.contains(&0) {
        return Some(Kind::Program);
    }
    let container = bytes.get(4..12).unwrap_or_default();
    if container.starts_with(b"ftyp") {
        let picture = [&b"heic"[..], b"avif", b"mif1"].iter().any(|brand| container.ends_with(brand));
        return Some(if picture { Kind::Image } else { Kind::Media });
    }
    if bytes.starts_with(b"RIFF") {
        return Some(if bytes.get(8..12) == Some(b"WEBP") { Kind::Image } else { Kind::Media });
    }
    SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature)).map(|(_, kind)| *kind)
}

/// What a zip file is, by the names of its first entries. Nothing is unpacked.
fn packed(bytes: &[u8]) -> UnsupportedKind {
    let head = &bytes[..bytes.len().min(8 * 1024)];
    let has = |name: &[u8]| head.windows(name.len()).any(|window| window == name);
    if has(b"word/") || has(b"opendocument.text") {
        UnsupportedKind::WordProcessor
    } else if has(b"xl/") || has(b"opendocument.spreadsheet") {
        UnsupportedKind::Spreadsheet
    } else if has(b"ppt/") || has(b"opendocument.presentation") {
        UnsupportedKind::Presentation
    } else if has(b"epub") {
        UnsupportedKind::Book
    } else {
        UnsupportedKind::Archive
    }
}

/// Tells the format by the extension of the name, and by the content where the extension says little.
pub(crate) fn detect_format(file_name: &str, text: &str) -> Format {
    let extension = file_name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    match extension.as_str() {
        "md" | "markdown" | "mdx" | "mkd" | "mdown" => Format::Markdown,
        "html" | "htm" | "xhtml" | "shtml" => Format::Html,
        "csv" | "tsv" => Format::Csv,
        "jsonl" | "ndjson" => Format::Jsonl,
        "json" => json_format(text),
        _ => detect_by_content(text),
    }
}

fn detect_by_content(text: &str) -> Format {
    let start = text.trim_start();
    if looks_like_html(start) {
        Format::Html
    } else if start.starts_with('{') && start.lines().next().is_some_and(is_json_object) || start.starts_with("[{") {
        json_format(start)
    } else if looks_like_markdown(start) {
        Format::Markdown
    } else {
        Format::Text
    }
}

fn is_json_object(line: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(line).is_ok_and(|value| value.is_object())
}

/// An array whose first object has a question is a list of pairs; anything else in JSON is records.
fn json_format(text: &str) -> Format {
    let sample = &text[..text.floor_char_boundary(FORMAT_SAMPLE_BYTES)];
    let first = sample.split('}').next().unwrap_or("");
    let is_array = sample.trim_start().starts_with('[');
    if is_array && first.contains("\"question\"") && first.contains("\"answer\"") {
        Format::QuestionsAnswers
    } else {
        Format::Jsonl
    }
}

/// Whether a text is an HTML page or fragment: it begins with a tag that pages begin with.
pub(crate) fn looks_like_html(text: &str) -> bool {
    const OPENINGS: &[&str] = &[
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<div",
        "<p>",
        "<p ",
        "<h1",
        "<h2",
        "<h3",
        "<ul",
        "<ol",
        "<table",
        "<article",
        "<main",
        "<section",
        "<span",
        "<strong",
        "<b>",
        "<a ",
        "<br",
    ];
    let start = text.trim_start();
    let start =
        start.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")).map_or(start, |(_, rest)| rest.trim_start());
    let head = start[..start.floor_char_boundary(16)].to_ascii_lowercase();
    OPENINGS.iter().any(|opening| head.starts_with(opening)) && start.contains("</")
        || head.starts_with("<!doctype html")
}

/// Whether a text uses Markdown's headings, fences, tables, links, bold type or front matter.
pub(crate) fn looks_like_markdown(text: &str) -> bool {
    let sample = &text[..text.floor_char_boundary(FORMAT_SAMPLE_BYTES)];
    sample.starts_with("---\n") || sample.lines().any(is_markdown_line)
}

fn is_markdown_line(line: &str) -> bool {
    let hashes = line.len() - line.trim_start_matches('#').len();
    let is_heading = (1..=6).contains(&hashes) && line[hashes..].starts_with(' ');
    let has_bold = line.split_once("**").and_then(|(_, rest)| rest.split_once("**")).is_some_and(|(bold, _)| {
        bold.starts_with(|c: char| !c.is_whitespace()) && bold.ends_with(|c: char| !c.is_whitespace())
    });
    is_heading
        || has_bold
        || ["```", "|--", "| --", "|:--", "| :--"].iter().any(|start| line.starts_with(start))
        || line.contains("](http")
}
