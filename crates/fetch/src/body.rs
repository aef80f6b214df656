//! Unpacking what came, never beyond a limit.

use std::io::{self, Read};

use crate::FetchError;

/// Unpacks content that was sent under `encoding`, a value of `content-encoding`.
///
/// # Errors
/// [`FetchError::TooLarge`] as soon as more than `limit` bytes come out, [`FetchError::Encoding`] for what cannot be unpacked.
pub(crate) fn unpack(bytes: Vec<u8>, encoding: &str, limit: usize) -> Result<Vec<u8>, FetchError> {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(bytes),
        "gzip" | "x-gzip" => bounded(flate2::read::MultiGzDecoder::new(bytes.as_slice()), limit),
        "deflate" => bounded(flate2::read::ZlibDecoder::new(bytes.as_slice()), limit),
        "br" => bounded(brotli_decompressor::Decompressor::new(bytes.as_slice(), 8 * 1024), limit),
        _ => Err(FetchError::Encoding),
    }
}

/// Unpacks a file that is packed itself, such as `sitemap.xml.gz`; anything else stays as it is.
pub(crate) fn unpack_file(bytes: Vec<u8>, limit: usize) -> Result<Vec<u8>, FetchError> {
    if bytes.starts_with(b"\x1f\x8b") { unpack(bytes, "gzip", limit) } else { Ok(bytes) }
}

fn bounded(unpacked: impl Read, limit: usize) -> Result<Vec<u8>, FetchError> {
    let mut out = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    match unpacked.take(most).read_to_end(&mut out) {
        Ok(_) if out.len() > limit => Err(FetchError::TooLarge { limit }),
        Ok(_) => Ok(out),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(FetchError::Broken),
        Err(_) => Err(FetchError::Encoding),
    }
}
