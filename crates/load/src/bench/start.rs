//! Goal 7: how quickly it starts, what it costs when idle, and how large it is.

use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::bench::Bench;
use crate::http::{Connection, request};
use crate::identity::Identity;
use crate::process::Server;
use crate::report::{Figures, Table, cell, say, write_json};
use crate::setup::Installation;
use crate::stats::{median, milliseconds};

/// How long a server is left alone before its memory is read.
const IDLE: Duration = Duration::from_secs(10);
/// How long one call may take.
const CALL_WITHIN: Duration = Duration::from_secs(10);

/// Measures.
pub(super) async fn measure(bench: &Bench, figures: Figures) -> Result<Figures> {
    let options = &bench.options;
    let mut starts = Vec::with_capacity(options.starts);
    let mut idle = None;
    for number in 0..options.starts {
        let folder = tempfile::Builder::new().prefix("baton-load-").tempdir()?;
        let server =
            Server::start(&bench.launch, &folder.path().join("data"), &folder.path().join("server.log")).await?;
        starts.push(milliseconds(server.wait_until_alive().await?));
        if number + 1 == options.starts {
            tokio::time::sleep(IDLE).await;
            idle = Some(server.proportional_kb()? as f64 / 1_024.0);
        }
        server.kill().await?;
    }
    let binary = std::fs::metadata(&bench.launch.binary)?.len() as f64 / (1_024.0 * 1_024.0);
    let installation = Installation::new(bench.launch.clone(), json!({})).await?;
    let widget = transferred(&installation, "/widget.js").await?.1;
    let (frame, frame_files) = frame_bytes(&installation).await?;
    installation.server.kill().await?;

    let mut table = Table::new(&["start and sizes", "value"]);
    let row = |table: &mut Table, name: &str, value: String| table.row(&[name.to_owned(), value]);
    row(&mut table, "start on a fresh folder to the first 200, ms, median", cell(median(&starts)));
    row(&mut table, "memory when idle, MiB (proportional)", cell(idle));
    row(&mut table, "binary, MiB", cell(Some(binary)));
    row(&mut table, "widget.js on the wire, bytes", widget.to_string());
    row(&mut table, "chat frame on the wire, bytes", frame.to_string());
    say(table.text());
    let found = json!({
        "starts_ms": starts, "idle_mib": idle, "binary_mib": binary, "widget_bytes": widget, "frame_bytes": frame, "frame_files": frame_files,
    });
    write_json(&options.out, "start", &found)?;
    Ok(figures
        .number("start_ms", median(&starts))
        .number("idle_mib", idle)
        .number("binary_mib", Some(binary))
        .add("widget_bytes", widget)
        .add("frame_bytes", frame))
}

/// A file as a browser gets it: its text, asked for uncompressed, and its size on the wire, asked for with gzip.
async fn transferred(installation: &Installation, path: &str) -> Result<(String, usize)> {
    let mut connection = Connection::open(installation.server.address()).await?;
    let plain = connection
        .exchange(&request("GET", path, &Identity::nobody(), None), CALL_WITHIN)
        .await?
        .accepted()
        .context(path.to_owned())?;
    let packed =
        connection.exchange(&request("GET", path, &Identity::browser(), None), CALL_WITHIN).await?.accepted()?;
    Ok((String::from_utf8_lossy(&plain.body).into_owned(), packed.body.len()))
}

/// The frame's document and every file that it names.
async fn frame_bytes(installation: &Installation) -> Result<(usize, Vec<(String, usize)>)> {
    let path = format!("/widget/frame/{}", installation.agent_id);
    let (document, bytes) = transferred(installation, &path).await?;
    let mut files = vec![("document".to_owned(), bytes)];
    for file in files_named_in(&document) {
        let (_, bytes) = transferred(installation, &file).await?;
        files.push((file, bytes));
    }
    Ok((files.iter().map(|(_, bytes)| bytes).sum(), files))
}

/// The scripts and styles that a document loads from our own server.
fn files_named_in(document: &str) -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    for part in document.split(['"', '\'']).filter(|part| part.starts_with("/widget/assets/")) {
        if !files.iter().any(|file| file == part) {
            files.push(part.to_owned());
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_documents_files_are_counted_once() {
        let document = r#"<link href="/widget/assets/a.css"><script src='/widget/assets/b.js'></script><link rel=preload href="/widget/assets/b.js">
            <a href="https://elsewhere.example/widget/assets/c.js">"#;
        assert_eq!(files_named_in(document), ["/widget/assets/a.css", "/widget/assets/b.js"]);
    }
}
