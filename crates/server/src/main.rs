//! `baton`, the one program: configuration, wiring, embedded web files, subcommands.

mod ask;
mod cli;
mod config;
mod data_folder;
mod demo;
mod embedder;
mod eval;
mod golden;
mod http;
mod ingest;
mod outgoing;
mod serve;
mod web;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Before anything starts a thread or opens a file: this process reads hostile files.
    if matches!(cli.command, Command::Read) {
        return baton_reader::child::run(baton_reader::limits::MEMORY_BYTES);
    }
    // One TLS implementation for everything that goes out, chosen before anything can ask for one.
    rustls::crypto::ring::default_provider().install_default().expect("nothing has chosen a provider before");
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&anyhow::Error::from(error).context("cannot start")),
    };
    let done = runtime.block_on(async {
        match cli.command {
            Command::Serve(options) => serve::run(&options).await,
            Command::Demo(options) => demo::run(&options).await,
            Command::Ingest(options) => ingest::run(&options).await,
            Command::Ask(options) => ask::run(&options).await,
            Command::Eval(options) => eval::run(&options).await,
            Command::Openapi => cli::print_openapi(),
            Command::Read => anyhow::bail!("reading has a process of its own"),
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

/// One line: what failed and what to change.
#[expect(clippy::print_stderr, reason = "this is what the person at the console reads")]
fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("baton: {error:#}");
    ExitCode::FAILURE
}
