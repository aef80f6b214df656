//! What can be wrong with a file, and what its owner can do about it.

use crate::read::limits::{MAX_BYTES, MAX_COLUMNS, MAX_DEPTH, MAX_DOCUMENTS, MAX_UNPACKED_BYTES};

/// A kind of file that is recognised but not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnsupportedKind {
    /// A word processor file other than DOCX: ODT, RTF.
    WordProcessor,
    /// A document of an office program in the form before 2007, or one with a password: DOC, XLS, PPT, locked DOCX.
    OldOffice,
    /// A spreadsheet file: XLSX, ODS.
    Spreadsheet,
    /// A presentation file: PPTX, ODP.
    Presentation,
    /// An electronic book.
    Book,
    /// A picture.
    Image,
    /// Sound or video.
    Media,
    /// A compressed file or an archive.
    Archive,
    /// An executable program or library.
    Program,
    /// A database file.
    Database,
}

impl UnsupportedKind {
    fn name(self) -> &'static str {
        match self {
            Self::WordProcessor => "a word processor document that is not a DOCX",
            Self::OldOffice => "an old office document or one with a password",
            Self::Spreadsheet => "a spreadsheet",
            Self::Presentation => "a presentation",
            Self::Book => "an electronic book",
            Self::Image => "a picture",
            Self::Media => "a sound or video file",
            Self::Archive => "an archive",
            Self::Program => "a program",
            Self::Database => "a database file",
        }
    }

    fn fix(self) -> &'static str {
        match self {
            Self::WordProcessor => "Save it as DOCX or PDF and upload that, or paste its text.",
            Self::OldOffice => "Open it, save it as DOCX or PDF without a password, and upload that.",
            Self::Presentation | Self::Book => "Export it as PDF or HTML and upload that, or paste its text.",
            Self::Spreadsheet => "Save the sheet as CSV and upload that.",
            Self::Image | Self::Media => "Upload a file with the text itself, or paste the text.",
            Self::Archive => "Unpack it and upload the files inside.",
            Self::Program | Self::Database => {
                "Upload the documentation as PDF, DOCX, HTML, Markdown, plain text, CSV or JSONL."
            }
        }
    }
}

/// Why a file cannot be read, in words for its owner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.cause())]
pub enum ReadError {
    /// The file has no visible character.
    Empty,
    /// The file is larger than [`MAX_BYTES`].
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
    },
    /// The file is of a kind that is not read.
    Unsupported {
        /// The kind.
        kind: UnsupportedKind,
    },
    /// The file holds data rather than text.
    Binary,
    /// The text is in an encoding that cannot be told.
    Encoding,
    /// Elements are nested deeper than [`MAX_DEPTH`].
    TooDeep,
    /// More documents than [`MAX_DOCUMENTS`].
    TooManyDocuments,
    /// More blocks or elements than one document may have.
    TooComplex,
    /// A table with more columns than [`MAX_COLUMNS`].
    TooManyColumns,
    /// The file is locked with a password.
    Protected {
        /// What the file is, in words.
        format: &'static str,
    },
    /// The file is of a known format but not whole.
    Damaged {
        /// What the file is, in words.
        format: &'static str,
    },
    /// A PDF whose pages are pictures, as a scanner makes them.
    Scanned,
    /// More pages than can be read at once.
    TooManyPages {
        /// Most pages.
        max: usize,
    },
    /// What is packed in the file is larger than [`MAX_UNPACKED_BYTES`].
    UnpacksTooLarge,
    /// The file was understood but holds no text, such as a page that is filled in by a script.
    NoText,
    /// A line or record is not what the format asks for.
    Malformed {
        /// The format, in words.
        format: &'static str,
        /// The number of the line or record, from 1.
        line: usize,
        /// What is wrong there.
        problem: &'static str,
    },
}

impl ReadError {
    /// What is wrong, as a sentence.
    pub fn cause(&self) -> String {
        match self {
            Self::Empty => "The file is empty.".to_owned(),
            Self::TooLarge { bytes } => {
                format!("The file has {} MB; at most {} MB can be read.", megabytes(*bytes), megabytes(MAX_BYTES))
            }
            Self::Unsupported { kind } => format!("This is {}, which cannot be read.", kind.name()),
            Self::Binary => "The file holds data, not text.".to_owned(),
            Self::Encoding => "The text is in an encoding that could not be recognised.".to_owned(),
            Self::TooDeep => format!("Its elements are nested more than {MAX_DEPTH} levels deep."),
            Self::TooManyDocuments => format!("The file has more than {MAX_DOCUMENTS} entries."),
            Self::TooComplex => "The document has too many parts.".to_owned(),
            Self::TooManyColumns => format!("The table has more than {MAX_COLUMNS} columns."),
            Self::Protected { format } => format!("The {format} is protected with a password."),
            Self::Damaged { format } => format!("The {format} is damaged and cannot be read."),
            Self::Scanned => "The PDF has only pictures of text, such as a scan, and no text itself.".to_owned(),
            Self::TooManyPages { max } => format!("The document has more than {max} pages."),
            Self::UnpacksTooLarge => {
                format!("The file unpacks to more than {} MB.", megabytes(MAX_UNPACKED_BYTES))
            }
            Self::NoText => "No text was found in the file.".to_owned(),
            Self::Malformed { format, line, problem } => format!("This is not valid {format}: entry {line} {problem}."),
        }
    }

    /// What the owner can do about it, as a sentence.
    pub fn fix(&self) -> String {
        match self {
            Self::Empty => "Check that the right file was chosen and that it was saved.".to_owned(),
            Self::TooLarge { .. } | Self::TooManyDocuments | Self::TooComplex | Self::TooManyPages { .. } => {
                "Split it into several files and upload those.".to_owned()
            }
            Self::Unsupported { kind } => kind.fix().to_owned(),
            Self::Binary => "Upload PDF, DOCX, HTML, Markdown, plain text, CSV or JSONL.".to_owned(),
            Self::Encoding => "Save the file with UTF-8 encoding and upload it again.".to_owned(),
            Self::TooDeep => "Upload a simpler export of the page, such as Markdown or plain text.".to_owned(),
            Self::TooManyColumns => "Keep the columns that visitors ask about and upload it again.".to_owned(),
            Self::Protected { .. } => "Save it without a password and upload that.".to_owned(),
            Self::Damaged { .. } => "Open it, save it again, and upload that.".to_owned(),
            Self::Scanned => {
                "Run it through text recognition (OCR) and upload the PDF with text that it makes.".to_owned()
            }
            Self::UnpacksTooLarge => "Leave out large pictures and attachments, or save it as plain text.".to_owned(),
            Self::NoText => {
                "If the page is filled in by a script or is a scan, export its text and upload that.".to_owned()
            }
            Self::Malformed { line, .. } => format!("Correct entry {line} and upload the file again."),
        }
    }
}

/// Megabytes, rounded up.
fn megabytes(bytes: usize) -> usize {
    bytes.div_ceil(1024 * 1024)
}
