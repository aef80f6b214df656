//! The scripted model as a program: `scripted-model --listen 127.0.0.1:11500 --script grounded`.

use std::net::SocketAddr;

use baton_scripted_model::{Script, ScriptedModel};
use clap::Parser;
use tokio::net::TcpListener;

/// A chat completions server that does what a script says.
#[derive(Parser)]
struct Options {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// What to do: grounded, plain, slow:PIECES:PAUSE, says:WORDS, refuses, fails:STATUS, fails-times:STATUS:TIMES,
    /// fails-saying:STATUS:WORDS, hangs, rate-limited:SECONDS, rate-limited-once:SECONDS, rate-limited-until:SECONDS, html-page,
    /// cut-in-character, cut-in-json, cut-in-event, fails-midway, filtered, ends-early, ends-twice, empty, silent, never-ends,
    /// stalls, drip:PAUSE, wrong-schema, huge-token:BYTES, bad-utf8, counts-nothing, lies, half-lies, plain-lies, obeys, echoes,
    /// unknown-passages, mixed-passages, wrong-passages, foreign-links, wrong-language, ignores-streaming.
    /// A request whose model is one of these overrides it.
    #[arg(long, default_value = "grounded")]
    script: Script,
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let options = Options::parse();
    let server = ScriptedModel::listen(TcpListener::bind(options.listen).await?, options.script)?;
    announce(&server);
    server.serve().await
}

/// Says where it listens, for whoever started it.
#[expect(clippy::print_stdout, reason = "the one line that a caller reads")]
fn announce(server: &ScriptedModel) {
    println!("{}", server.base_url());
}
