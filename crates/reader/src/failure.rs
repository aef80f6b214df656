//! What the owner of a file is told when its reader did not come to an end.

use std::time::Duration;

use baton_domain::source::SourceError;

/// How a reading ended that has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It took longer than this.
    Time(Duration),
    /// It wanted more memory than it may have.
    Memory,
    /// It went too deep.
    Stack,
    /// It failed in another way.
    Fault,
}

impl Ending {
    /// Tells the ending of a child by what it wrote last.
    pub(crate) fn of(last_words: &str) -> Self {
        if last_words.contains("memory allocation") || last_words.contains("capacity overflow") {
            Self::Memory
        } else if last_words.contains("overflowed its stack") {
            Self::Stack
        } else {
            Self::Fault
        }
    }

    pub(crate) fn error(self) -> SourceError {
        let (cause, fix) = match self {
            Self::Time(limit) => (
                format!("Reading the file took longer than {} seconds.", limit.as_secs()),
                "Split it into smaller files, or save it as plain text, and upload that.",
            ),
            Self::Memory => (
                "Reading the file needs more memory than it may have.".to_owned(),
                "Split it into smaller files, or save it as plain text, and upload that.",
            ),
            Self::Stack => (
                "The file is nested too deep to be read.".to_owned(),
                "Save it in a simpler format, such as Markdown or plain text, and upload that.",
            ),
            Self::Fault => (
                "The file could not be read.".to_owned(),
                "Save it again, or as plain text or Markdown, and upload that.",
            ),
        };
        SourceError { cause, fix: fix.to_owned() }
    }
}
