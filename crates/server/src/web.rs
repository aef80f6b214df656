//! The front ends' files, inside the binary. Debug builds read them from the disk, so that a rebuilt page needs no rebuilt server.

use baton_api::WebFiles;
use baton_api::pages::WebFile;
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/widget/dist"]
#[allow_missing = true]
struct Widget;

#[derive(RustEmbed)]
#[folder = "../../web/dashboard/dist"]
#[allow_missing = true]
struct Dashboard;

/// The front ends' files.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Embedded;

impl WebFiles for Embedded {
    fn get(&self, path: &str) -> Option<WebFile> {
        let file = match path.split_once('/')? {
            ("widget", path) => Widget::get(path),
            ("dashboard", path) => Dashboard::get(path),
            _ => None,
        };
        file.map(web_file)
    }
}

pub(crate) fn web_file(file: EmbeddedFile) -> WebFile {
    let mime = file.metadata.mimetype();
    let text = mime.starts_with("text/") || mime == "application/javascript";
    let charset = if text { "; charset=utf-8" } else { "" };
    WebFile {
        mime: format!("{mime}{charset}"),
        etag: file.metadata.sha256_hash()[..16].iter().map(|byte| format!("{byte:02x}")).collect(),
        bytes: file.data,
    }
}
