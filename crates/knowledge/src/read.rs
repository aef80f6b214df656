//! From the bytes of a file to documents.

mod decode;
mod docx;
mod error;
mod html;
mod markdown;
mod pairs;
mod records;
mod table;
#[cfg(test)]
mod tests;
mod text;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use crate::read::error::{ReadError, UnsupportedKind};
pub use crate::read::markdown::row_text;

use crate::document::{BlockKind, Document, DocumentBuilder, clean_prose, clip_chars, hex};

/// What a file may be made of. Each is checked before the work that it bounds.
pub mod limits {
    /// Largest file, in bytes.
    pub const MAX_BYTES: usize = 20 * 1024 * 1024;
    /// Most documents in one file (rows, lines, pairs).
    pub const MAX_DOCUMENTS: usize = 20_000;
    /// Most blocks (paragraphs, list items, rows, headings) in one document, which bounds its passages too.
    pub const MAX_BLOCKS: usize = 50_000;
    /// Deepest nesting of HTML elements or Markdown containers.
    pub const MAX_DEPTH: usize = 256;
    /// Most nodes in the tree of an HTML page.
    pub const MAX_HTML_NODES: usize = 500_000;
    /// Most attributes of an HTML tag.
    pub const MAX_ATTRIBUTES: usize = 1_000;
    /// Largest HTML page, in bytes, whose main content is guessed; a larger one is read whole.
    pub const MAX_GUESSED_BYTES: usize = 512 * 1024;
    /// Longest title and heading, in characters; longer ones are cut.
    pub const MAX_HEADING_CHARS: usize = 300;
    /// Longest key of a document, in characters; longer ones are cut and made distinct.
    pub const MAX_KEY_CHARS: usize = 200;
    /// Most bytes of text and structure in a file that is packed, such as a DOCX, once unpacked.
    pub const MAX_UNPACKED_BYTES: usize = 64 * 1024 * 1024;
    /// Most files packed into one.
    pub const MAX_PACKED_FILES: usize = 10_000;
    /// Most columns of a table file.
    pub const MAX_COLUMNS: usize = 200;
}

/// How the bytes of a source are to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Markdown with GitHub's tables, notes and task lists, and front matter.
    Markdown,
    /// A web page, of which the main content is read.
    Html,
    /// Plain text.
    Text,
    /// A table; a column of questions and one of answers make pairs, other rows documents of their own.
    Csv,
    /// One JSON object a line (or one array of them): `{id?, title?, text, url?, section?}`.
    Jsonl,
    /// A JSON array of `{question, answer}`.
    QuestionsAnswers,
    /// A Word document.
    Docx,
    /// A PDF. [`read`] does not read it: its parser stands in a crate of its own.
    Pdf,
}

/// What is known about a file besides its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadOptions {
    /// The name the file was uploaded under. Never used as a path; it helps to tell the format and the title.
    pub file_name: String,
    /// The format, when the caller knows it.
    pub format: Option<Format>,
    /// The title to use for a file that is one document.
    pub title: Option<String>,
}

/// Reads a file into documents, at least one and each with text.
///
/// The format follows from the content and the extension of the name. Text that is not UTF-8 is decoded by its byte
/// order mark, by the charset that an HTML page declares, or as Windows-1252; never into garbage.
///
/// # Errors
/// [`ReadError`] says what is wrong and what to do about it, in words for the owner of the source.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<Vec<Document>, ReadError> {
    let documents = match content(bytes, options)? {
        Content::Docx => vec![docx::read(bytes, &Fallback::new(options))?],
        Content::Pdf => return Err(ReadError::NoText),
        Content::Text(format, text) => read_text(&text, format, &Fallback::new(options))?,
    };
    finish(documents)
}

fn read_text(text: &str, format: Format, fallback: &Fallback) -> Result<Vec<Document>, ReadError> {
    match format {
        Format::Markdown => Ok(vec![markdown::read(text, fallback)?]),
        Format::Html => Ok(vec![html::read(text, fallback)?]),
        Format::Text | Format::Docx | Format::Pdf => Ok(vec![text::read(text, fallback)?]),
        Format::Csv => table::read(text),
        Format::Jsonl => records::read(text),
        Format::QuestionsAnswers => pairs::read(text),
    }
}

/// What the bytes of a file are.
enum Content {
    Docx,
    Pdf,
    Text(Format, String),
}

fn content(bytes: &[u8], options: &ReadOptions) -> Result<Content, ReadError> {
    if bytes.len() > limits::MAX_BYTES {
        return Err(ReadError::TooLarge { bytes: bytes.len() });
    }
    if decode::is_pdf(bytes) {
        return Ok(Content::Pdf);
    }
    if docx::is_docx(bytes)? {
        return Ok(Content::Docx);
    }
    let text = decode::decode(bytes)?;
    if text.trim().is_empty() {
        return Err(ReadError::Empty);
    }
    let format = options.format.unwrap_or_else(|| decode::detect_format(&options.file_name, &text));
    Ok(Content::Text(format, text))
}

/// The format that [`read`] takes a file for.
///
/// # Errors
/// The same as [`read`], as far as they come before the content is parsed.
pub fn format_of(bytes: &[u8], options: &ReadOptions) -> Result<Format, ReadError> {
    Ok(match content(bytes, options)? {
        Content::Docx => Format::Docx,
        Content::Pdf => Format::Pdf,
        Content::Text(format, _) => format,
    })
}

/// Makes the document of a file whose blocks were found elsewhere, each with the number of its page.
///
/// # Errors
/// The same as [`read`] for a document without text or with too much of it.
pub fn read_blocks(
    options: &ReadOptions,
    title: Option<&str>,
    blocks: impl IntoIterator<Item = (u32, BlockKind, String)>,
) -> Result<Vec<Document>, ReadError> {
    let fallback = Fallback::new(options);
    let mut builder = fallback.builder();
    builder.set_title(fallback.title(title));
    for (page, kind, text) in blocks {
        builder.set_page(page);
        builder.push(kind, &compose(&text));
        if builder.blocks().len() > limits::MAX_BLOCKS {
            return Err(ReadError::TooComplex);
        }
    }
    finish(vec![builder.finish()])
}

/// Text in composed Unicode, which all searching relies on.
fn compose(text: &str) -> std::borrow::Cow<'_, str> {
    icu_normalizer::ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

impl Format {
    /// The format's name, as stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Text => "text",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::QuestionsAnswers => "qa",
            Self::Docx => "docx",
            Self::Pdf => "pdf",
        }
    }
}

/// What names a document whose content does not.
#[derive(Debug)]
pub(crate) struct Fallback {
    /// Set by the caller, before anything the content says.
    given_title: Option<String>,
    /// The name of the file in words, or a plain word.
    file_title: String,
    key: String,
}

impl Fallback {
    fn new(options: &ReadOptions) -> Self {
        let name = options.file_name.rsplit(['/', '\\']).next().unwrap_or("");
        let name: String = name.chars().filter(|c| !c.is_control()).collect();
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
        let words = clean_prose(&stem.replace(['_', '-'], " "));
        let given_title = options.title.as_deref().map(clean_title).filter(|title| !title.is_empty());
        Self {
            given_title,
            file_title: if words.is_empty() { "Untitled".to_owned() } else { clean_title(&words) },
            key: if name.is_empty() { "document".to_owned() } else { name },
        }
    }

    /// A builder with the key of the file; the title is settled by [`Fallback::title`].
    fn builder(&self) -> DocumentBuilder {
        Document::builder(self.key.clone(), String::new())
    }

    /// The title given by the caller, else the one found in the content, else the name of the file.
    fn title(&self, found: Option<&str>) -> String {
        let found = found.map(clean_title).filter(|title| !title.is_empty());
        self.given_title.clone().or(found).unwrap_or_else(|| self.file_title.clone())
    }
}

/// A title: one line, cut to the limit.
fn clean_title(text: &str) -> String {
    clip_chars(&clean_prose(&text.replace(['\n', '\r'], " ")), limits::MAX_HEADING_CHARS).to_owned()
}

/// Drops documents without text, makes keys distinct, and checks what only shows at the end.
fn finish(documents: Vec<Document>) -> Result<Vec<Document>, ReadError> {
    let mut documents: Vec<Document> = documents.into_iter().filter(|document| !document.blocks().is_empty()).collect();
    if documents.is_empty() {
        return Err(ReadError::NoText);
    }
    if documents.len() > limits::MAX_DOCUMENTS {
        return Err(ReadError::TooManyDocuments);
    }
    let mut seen: HashMap<String, u32> = HashMap::new();
    for document in &mut documents {
        if document.blocks().len() > limits::MAX_BLOCKS {
            return Err(ReadError::TooComplex);
        }
        let key = clip_chars(document.key(), limits::MAX_KEY_CHARS).to_owned();
        let mut candidate = key.clone();
        while seen.contains_key(&candidate) {
            let count = seen.entry(key.clone()).or_insert(1);
            *count += 1;
            candidate = format!("{key}#{count}");
        }
        seen.insert(candidate.clone(), 1);
        document.set_key(candidate);
    }
    Ok(documents)
}

/// An address that may be shown as a link.
fn web_url(text: &str) -> Option<String> {
    let url = url::Url::parse(text.trim()).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.into())
}

/// What the text that is being read belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// A document of its own.
    Document,
    /// The answer of a pair, whose headings must not part it from its question.
    Answer,
}

impl Body {
    fn prose(self) -> BlockKind {
        match self {
            Self::Document => BlockKind::Paragraph,
            Self::Answer => BlockKind::Answer,
        }
    }

    fn heading(self, level: u8, anchor: Option<String>) -> BlockKind {
        match self {
            Self::Document => BlockKind::Heading { level, anchor },
            Self::Answer => BlockKind::Answer,
        }
    }
}

/// Appends the text of a record, which may be HTML, Markdown or plain.
fn push_body(builder: &mut DocumentBuilder, text: &str, body: Body) -> Result<(), ReadError> {
    if decode::looks_like_html(text) {
        html::push_fragment(builder, text, body)
    } else if decode::looks_like_markdown(text) {
        markdown::push(builder, text, body).map(|_| ())
    } else {
        text::push(builder, text, body);
        Ok(())
    }
}

/// A document for one question with its answer; `None` when either has no visible character.
fn pair(key: String, question: &str, answer: &str, url: Option<String>) -> Result<Option<Document>, ReadError> {
    let title = clean_title(question);
    if title.is_empty() {
        return Ok(None);
    }
    let mut builder = Document::builder(key, title).url(url);
    builder.push(BlockKind::Question, question);
    let asked = builder.blocks().len();
    push_body(&mut builder, answer, Body::Answer)?;
    Ok((builder.blocks().len() > asked).then(|| builder.finish()))
}

/// A key for an entry without an id: from its content, so that it stays the same when entries are added before it.
fn content_key(prefix: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    format!("{prefix}-{}", hex(&hash.finalize()[..8]))
}
