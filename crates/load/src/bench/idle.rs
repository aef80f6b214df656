//! Goal 5: what a visitor costs who has the chat open and says nothing.

use std::time::Duration;

use anyhow::{Result, ensure};
use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::json;

use crate::bench::Bench;
use crate::bench::held::{self, Held};
use crate::calls;
use crate::process::open_files_max;
use crate::report::{Figures, Table, cell, say, write_json};
use crate::setup::Installation;
use crate::stream::EventStream;

/// Streams that are opened at a time.
const AT_ONCE: usize = 50;
/// Files that both sides need besides the streams.
const OTHER_FILES: u64 = 200;
/// Streams that are opened and closed before memory is read for the first time.
const WARM_UP: usize = 100;
/// How long a stream may take to greet.
const HELLO_WITHIN: Duration = Duration::from_secs(30);

/// Measures.
pub(super) async fn measure(bench: &Bench, figures: Figures) -> Result<Figures> {
    let options = &bench.options;
    let (count, files) = (options.idle, open_files_max()?);
    ensure!(
        files >= count as u64 + OTHER_FILES,
        "{count} streams need {} open files, but the limit is {files}; raise it with `ulimit -n`, or use --idle",
        count as u64 + OTHER_FILES
    );
    let installation = Installation::new(bench.launch.clone(), json!({})).await?;
    say(format!("beginning {count} conversations"));
    let held = held::begin(&installation, count, options.seed).await?;
    held::at_rest(&installation).await?;
    // A fresh process: memory that the preparation left free in the old one would hide what streams need.
    let (installation, _) = installation.restart().await?;
    drop(open(&installation, &held[..WARM_UP.min(count)]).await?);
    held::at_rest(&installation).await?;
    let before = installation.server.resident_kb()?;
    let streams = open(&installation, &held).await?;
    tokio::time::sleep(Duration::from_secs(options.idle_seconds)).await;
    let after = installation.server.resident_kb()?;
    let per_stream = after.saturating_sub(before) as f64 / count as f64;
    drop(streams);
    installation.server.kill().await?;

    let peer = match &bench.peer {
        Some(peer) => {
            let server = peer.start().await?;
            let per_connection = server.idle(count).await?;
            server.stop().await?;
            Some(per_connection)
        }
        None => None,
    };
    let ratio = peer.map(|peer| per_stream / peer);
    let mut table =
        Table::new(&["idle visitors", "Baton, kB each", "socket.io, kB each", "ratio", "Baton before/after, kB"]);
    table.row(&[count.to_string(), cell(Some(per_stream)), cell(peer), cell(ratio), format!("{before} / {after}")]);
    say(table.text());
    let found = json!({ "streams": count, "before_kb": before, "after_kb": after, "per_stream_kb": per_stream, "peer_per_connection_kb": peer });
    write_json(&options.out, "idle", &found)?;
    Ok(figures
        .add("idle_streams", count)
        .number("idle_kb_each", Some(per_stream))
        .number("idle_peer_kb_each", peer)
        .number("idle_ratio", ratio))
}

async fn open(installation: &Installation, held: &[Held]) -> Result<Vec<EventStream>> {
    let address = installation.server.address();
    let opened = held.iter().map(|held| async move {
        // From far ahead of the log: an idle visitor has everything.
        let mut stream =
            EventStream::open(address, &calls::events_path(&held.conversation_id, 1_000_000), &held.visitor).await?;
        stream.wait_for("hello", HELLO_WITHIN).await?;
        Ok::<_, anyhow::Error>(stream)
    });
    futures::stream::iter(opened).buffered(AT_ONCE).try_collect().await
}
