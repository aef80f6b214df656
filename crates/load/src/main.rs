//! `baton-load`: races, crashes and load against the real `baton` binary over loopback HTTP.
//!
//! It knows nothing of Baton but its HTTP API: what it finds, a user could find.
//! Each command makes an installation in a temporary folder, prints what it found, ends with one line of `name=value`, and
//! exits with 1 if a promise was broken.
//! Nothing leaves the machine, and everything it starts ends with it.

mod bench;
mod calls;
mod chaos;
mod checker;
mod client;
mod http;
mod identity;
mod log;
mod model;
mod process;
mod race;
mod report;
mod seeded;
mod setup;
mod sse;
mod stats;
mod stream;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

use crate::report::say;

/// Races, crashes and load against a real Baton server on this machine.
#[derive(Debug, Parser)]
#[command(name = "baton-load")]
struct Cli {
    /// The server's binary.
    #[arg(long, global = true, default_value = "target/release/baton")]
    binary: PathBuf,
    /// An argument for `baton serve`; may be given many times. By default the limits per visitor and address are lifted,
    /// because here one machine plays thousands.
    #[arg(long, global = true, default_values_t = ["--without-limits".to_owned()], allow_hyphen_values = true)]
    server_argument: Vec<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Takeovers race answers that are being written, and each other.
    Race(race::Options),
    /// The server is killed under load, again and again.
    Chaos(chaos::Options),
    /// Latency, rate, burst, memory, start and sizes, beside a peer if there is one.
    Bench(bench::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    // One thread: the generator shares the machine with the server, and what it reads first came first.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    let done = runtime.block_on(async {
        tokio::select! {
            done = run(cli) => done,
            // Dropping the run kills what it started and removes its folders.
            interrupted = interrupted() => interrupted.and(Err(anyhow::anyhow!("interrupted"))),
        }
    });
    runtime.shutdown_background();
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            say("a promise was broken");
            ExitCode::FAILURE
        }
        Err(error) => failed(&error),
    }
}

async fn run(cli: Cli) -> Result<bool> {
    let binary = std::path::absolute(&cli.binary)?;
    match cli.command {
        Command::Race(options) => race::run(binary, cli.server_argument, options).await,
        Command::Chaos(options) => chaos::run(binary, cli.server_argument, options).await,
        Command::Bench(options) => bench::run(binary, cli.server_argument, options).await,
    }
}

/// Waits until somebody wants this to end.
async fn interrupted() -> Result<()> {
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => Ok(pressed?),
        _ = terminated.recv() => Ok(()),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    say(format!("the run failed: {error:#}"));
    ExitCode::FAILURE
}
