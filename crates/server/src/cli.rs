//! What can be typed after `baton`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// AI support with human handoff: answers from your docs, and a person when one is needed.
#[derive(Debug, Parser)]
#[command(name = "baton", version, about, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs Baton.
    Serve(ServeOptions),
    /// Runs Baton with a demo website, a demo team, and the user guides as its docs.
    Demo(DemoOptions),
    /// Adds files, pages and sites to an agent's knowledge.
    Ingest(IngestOptions),
    /// Asks an agent a question.
    Ask(AskOptions),
    /// Says how good the answers are, on questions whose answers are known.
    Eval(EvalOptions),
    /// Prints the document that describes the HTTP API.
    #[command(hide = true)]
    Openapi,
    /// Reads documents for another process of Baton, within limits.
    #[command(name = baton_reader::child::SUBCOMMAND, hide = true)]
    Read,
}

/// Where everything is, and where to listen.
#[derive(Args, Clone, Debug)]
pub(crate) struct ServeOptions {
    /// The folder in which everything is kept.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data_dir: Option<PathBuf>,
    /// The address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// The address under which browsers reach Baton.
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// The configuration file; `baton.toml` in this folder is read if it is there.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Lifts the limits on how often one visitor or address may do something. For load tests on one machine only.
    #[arg(long, hide = true)]
    pub(crate) without_limits: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct DemoOptions {
    #[command(flatten)]
    pub(crate) serve: ServeOptions,
    /// The address and port of the demo website.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    pub(crate) site_listen: SocketAddr,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct IngestOptions {
    /// Files and folders; of folders, every file that can be read. Addresses that begin with `http` are fetched.
    #[arg(required = true, value_name = "PATH OR URL")]
    pub(crate) what: Vec<String>,
    /// Takes each address as the beginning of a site, and fetches what it lists and links to.
    #[arg(long)]
    pub(crate) site: bool,
    /// With `--site`, the most pages of a site.
    #[arg(long, value_name = "NUMBER", requires = "site")]
    pub(crate) max_pages: Option<u32>,
    /// The agent's name; a new agent is made if none has it. Needed when there are several agents.
    #[arg(long, value_name = "NAME")]
    pub(crate) agent: Option<String>,
    #[command(flatten)]
    pub(crate) at: DataOptions,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct AskOptions {
    /// The question.
    #[arg(required = true)]
    pub(crate) question: String,
    /// The agent's name. Needed when there are several agents.
    #[arg(long, value_name = "NAME")]
    pub(crate) agent: Option<String>,
    /// Prints the whole answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) at: DataOptions,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct EvalOptions {
    #[command(subcommand)]
    pub(crate) what: EvalCommand,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum EvalCommand {
    /// Asks knowledge bases their questions.
    DocsQa {
        /// A folder with `docs.jsonl` and `questions.jsonl`, or a folder of such folders.
        folder: PathBuf,
        /// Where to write what was found and decided for each question, one JSON object a line.
        #[arg(long, value_name = "FILE")]
        predictions: Option<PathBuf>,
        /// Where to write the figures as JSON.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        /// Where to write the figures as a page with diagrams.
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
        /// The lowest confidence at which to answer, 0 to 1.
        #[arg(long, default_value_t = baton_answer::DEFAULT_THRESHOLD)]
        threshold: f64,
        /// A file in which embeddings are kept between runs: making them takes minutes, asking takes seconds.
        #[arg(long, value_name = "FILE")]
        embeddings: Option<PathBuf>,
    },
    /// Asks golden questions and fails if one of them does: of a folder of docs, or of an agent.
    Golden(GoldenOptions),
    /// Says which messages ask for a person.
    Intent {
        /// A file with one JSON object a line: `id`, `text`, `label` (1 asks, 0 does not, null cannot be told).
        file: PathBuf,
        /// Where to write what was decided for each message, one JSON object a line.
        #[arg(long, value_name = "FILE")]
        predictions: Option<PathBuf>,
    },
}

#[derive(Args, Clone, Debug)]
pub(crate) struct GoldenOptions {
    /// A folder of docs. Without one, an agent's own docs and golden questions are asked.
    #[arg(requires = "questions", conflicts_with_all = ["agent", "data_dir"])]
    pub(crate) folder: Option<PathBuf>,
    /// The questions for a folder: CSV with a header, or one JSON object a line, with `question`, and `expect` or `must_hand_off`.
    #[arg(long, value_name = "FILE", requires = "folder")]
    pub(crate) questions: Option<PathBuf>,
    /// The lowest confidence at which to answer, 0 to 1; for an agent, its own if none is given.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) threshold: Option<f64>,
    /// Where to write the results as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// The agent's name. Needed when there are several agents.
    #[arg(long, value_name = "NAME")]
    pub(crate) agent: Option<String>,
    #[command(flatten)]
    pub(crate) at: DataOptions,
}

/// Where everything is.
#[derive(Args, Clone, Debug)]
pub(crate) struct DataOptions {
    /// The folder in which everything is kept.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data_dir: Option<PathBuf>,
    /// The configuration file; `baton.toml` in this folder is read if it is there.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

impl DataOptions {
    pub(crate) fn as_serve(&self) -> ServeOptions {
        ServeOptions {
            data_dir: self.data_dir.clone(),
            listen: None,
            public_url: None,
            config: self.config.clone(),
            without_limits: false,
        }
    }
}

/// Prints the document that describes the HTTP API.
#[expect(clippy::print_stdout, reason = "printing is what the command is for")]
pub(crate) fn print_openapi() -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(&baton_api::openapi_document())?);
    Ok(())
}
