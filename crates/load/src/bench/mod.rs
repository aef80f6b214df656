//! How fast, how many, how much: the goals of the performance bar, beside a peer on the same machine.

mod burst;
mod chat;
mod first_words;
mod flood;
mod held;
mod idle;
mod latency;
mod peer;
mod start;
mod sustained;

use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;

use crate::bench::chat::Replies;
use crate::bench::peer::Peer;
use crate::process::{Launch, require_binary};
use crate::report::{Figures, say};

/// One measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Delivery between visitors and operators at a low rate.
    Latency,
    /// The highest rate at which delivery stays quick.
    Sustained,
    /// As many messages as the server takes.
    Flood,
    /// Many visitors write in the same moment.
    Burst,
    /// Memory of idle visitors.
    Idle,
    /// Start, idle memory, sizes.
    Start,
    /// What is added to a model's own time until its first words.
    FirstWords,
}

/// Sizes of the measurements.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Measure only these.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Part::Latency, Part::Sustained, Part::Flood, Part::Burst, Part::Idle, Part::Start, Part::FirstWords])]
    only: Vec<Part>,
    /// Where the results go, one JSON file each.
    #[arg(long, default_value = "target/bench")]
    out: PathBuf,
    /// A folder outside the repository that holds the peer's `sio/node_modules`; they are installed if they are missing.
    #[arg(long, env = "PEERS")]
    peer: Option<PathBuf>,
    /// The folder with the peer's `server.mjs`, `load.mjs` and `idle.mjs`; by default `sio` in the peer's folder.
    #[arg(long)]
    peer_scripts: Option<PathBuf>,
    /// Runs of each side in a comparison, alternating.
    #[arg(long, default_value_t = 3)]
    pairs: usize,
    /// Messages of visitors per second when latency is measured.
    #[arg(long, default_value_t = 10.0)]
    rate: f64,
    /// Length of a latency run, seconds.
    #[arg(long, default_value_t = 6.0)]
    seconds: f64,
    /// Length of a step of the sustained rate, seconds.
    #[arg(long, default_value_t = 10.0)]
    step_seconds: f64,
    /// How often a step is tried before it counts as failed: other work on the machine should not decide.
    #[arg(long, default_value_t = 3)]
    attempts: usize,
    /// Highest rate that is tried.
    #[arg(long, default_value_t = 12_800.0)]
    rate_max: f64,
    /// Whether the operator answers when the sustained rate is measured; the peer's load always does.
    #[arg(long, value_enum, default_value_t = Replies::ToEach)]
    replies: Replies,
    /// Seconds of flooding.
    #[arg(long, default_value_t = 5.0)]
    flood_seconds: f64,
    /// Sizes of the bursts.
    #[arg(long, value_delimiter = ',', default_values_t = [200, 1_000])]
    burst: Vec<usize>,
    /// Idle visitors.
    #[arg(long, default_value_t = 5_000)]
    idle: usize,
    /// How long they are idle before memory is read, seconds.
    #[arg(long, default_value_t = 10)]
    idle_seconds: u64,
    /// Starts on a fresh folder.
    #[arg(long, default_value_t = 5)]
    starts: usize,
    /// Seed of all randomness.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What every measurement works with.
#[derive(Debug)]
struct Bench {
    launch: Launch,
    options: Options,
    peer: Option<Peer>,
}

/// Runs the measurements; false if something was lost.
///
/// # Errors
/// If a measurement could not be made.
pub(crate) async fn run(binary: PathBuf, arguments: Vec<String>, options: Options) -> Result<bool> {
    require_binary(&binary)?;
    let peer = match &options.peer {
        Some(folder) => Some(Peer::prepare(folder, options.peer_scripts.as_deref()).await?),
        None => {
            say("no peer: give --peer FOLDER to measure socket.io with better-sqlite3 beside");
            None
        }
    };
    let launch = Launch { binary, arguments, environment: Vec::new() };
    let bench = Bench { launch, options, peer };
    let mut figures = Figures::default().add("seed", bench.options.seed);
    let mut lost = 0;
    for part in &bench.options.only {
        let (added, missing) = match part {
            Part::Latency => latency::measure(&bench, figures).await?,
            Part::Sustained => (sustained::measure(&bench, figures).await?, 0),
            Part::Flood => flood::measure(&bench, figures).await?,
            Part::Burst => burst::measure(&bench, figures).await?,
            Part::Idle => (idle::measure(&bench, figures).await?, 0),
            Part::Start => (start::measure(&bench, figures).await?, 0),
            Part::FirstWords => (first_words::measure(&bench, figures).await?, 0),
        };
        figures = added;
        lost += missing;
    }
    say(figures.add("lost", lost).line());
    Ok(lost == 0)
}
