//! The packed file: its parts by name, each unpacked only when asked for and within limits.
//!
//! Nothing is written anywhere, a part that is not asked for is never unpacked, and what is packed inside a part stays
//! packed. So a name that leads out of a folder, a file packed a thousand times over or inside itself does nothing.

use std::io::{Cursor, Read as _};

use encoding_rs::{Encoding, UTF_8};
use zip::ZipArchive;
use zip::result::ZipError;

use crate::read::docx::FORMAT;
use crate::read::error::ReadError;
use crate::read::limits::{MAX_PACKED_FILES, MAX_UNPACKED_BYTES};

/// How far from its end a packed file is searched for the record that counts its files, in bytes.
const TAIL_BYTES: usize = 22 + 65_535;

pub(super) struct Package<'b> {
    archive: ZipArchive<Cursor<&'b [u8]>>,
    /// How many bytes may still be unpacked.
    left: usize,
}

/// Whether a file begins as a packed one does.
pub(super) fn looks_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

impl<'b> Package<'b> {
    pub(super) fn open(bytes: &'b [u8]) -> Result<Self, ReadError> {
        // Before the list of files is read into memory.
        if stated_files(bytes) > MAX_PACKED_FILES {
            return Err(ReadError::TooComplex);
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
        if archive.len() > MAX_PACKED_FILES {
            return Err(ReadError::TooComplex);
        }
        Ok(Self { archive, left: MAX_UNPACKED_BYTES })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.archive.index_for_name(name).is_some()
    }

    /// The text of a part; `None` if there is no such part.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<String>, ReadError> {
        let file = match self.archive.by_name(name) {
            Ok(file) => file,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(ZipError::InvalidPassword) => return Err(ReadError::Protected { format: FORMAT }),
            Err(_) => return Err(damaged()),
        };
        if file.encrypted() {
            return Err(ReadError::Protected { format: FORMAT });
        }
        let mut bytes = Vec::new();
        // What the file states about its size may be a lie, so what comes is counted.
        file.take(self.left as u64 + 1).read_to_end(&mut bytes).map_err(|_| damaged())?;
        self.left = self.left.checked_sub(bytes.len()).ok_or(ReadError::UnpacksTooLarge)?;
        let (encoding, mark) = Encoding::for_bom(&bytes).unwrap_or((UTF_8, 0));
        Ok(Some(encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned()))
    }
}

pub(super) fn damaged() -> ReadError {
    ReadError::Damaged { format: FORMAT }
}

/// How many files the record at the end counts, 0 if it is not there.
fn stated_files(bytes: &[u8]) -> usize {
    const RECORD: &[u8] = b"PK\x05\x06";
    let tail = &bytes[bytes.len().saturating_sub(TAIL_BYTES)..];
    let record = tail.windows(RECORD.len()).rposition(|window| window == RECORD);
    let count = record.and_then(|at| tail.get(at + 10..at + 12));
    count.map_or(0, |count| usize::from(u16::from_le_bytes([count[0], count[1]])))
}
