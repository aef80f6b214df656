//! The process that reads: it limits itself, then answers one file after the other until nobody asks any more.

use std::fs::File;
use std::io::{self, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use baton_app::{ReadDocuments, ReadRequest};
use baton_domain::source::SourceError;
use baton_knowledge::{ReadError, read_limits};
use serde::{Deserialize, Serialize};

use crate::failure::Ending;
use crate::frame;
use crate::limits::{ANSWER_BYTES, STACK_BYTES};
use crate::parse::parse;

/// The subcommand under which the program reads. It is for the program itself.
pub const SUBCOMMAND: &str = "__read";

/// Largest request without its file, in bytes.
pub(crate) const REQUEST_BYTES: usize = 64 * 1024;
/// Largest file, in bytes; a little more than any format allows, so that the format says what is wrong.
pub(crate) const FILE_BYTES: usize = read_limits::MAX_BYTES + 1024 * 1024;

/// What a child is asked. The bytes of the file follow in a message of their own.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Question {
    pub(crate) request: ReadRequest,
    /// How much processor time the file may take, in seconds.
    pub(crate) cpu_seconds: u64,
}

/// What a child answers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    Read(ReadDocuments),
    Failed(SourceError),
}

/// Reads files until the pipe is closed.
///
/// `memory_bytes` is the most address space; see [`crate::limits::MEMORY_BYTES`].
pub fn run(memory_bytes: u64) -> ExitCode {
    // A message of the library that fails may quote the file, so only the place is told.
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        say(&format!("reading failed at {place}"));
    }));
    let answers = match limit(memory_bytes).and_then(|()| answers()) {
        Ok(answers) => answers,
        Err(error) => {
            say(&format!("cannot limit itself: {error}"));
            return ExitCode::FAILURE;
        }
    };
    // A thread of its own has a stack whose size does not depend on where the program was started.
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || serve(answers));
    match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

#[expect(clippy::print_stderr, reason = "this is the log of the child, which the server bounds")]
fn say(line: &str) {
    eprintln!("{line}");
}

fn serve(mut answers: File) -> io::Result<()> {
    let mut questions = BufReader::new(io::stdin().lock());
    while let Some(question) = frame::read(&mut questions, REQUEST_BYTES)? {
        let question: Question = serde_json::from_slice(&question).map_err(io::Error::other)?;
        let Some(bytes) = frame::read(&mut questions, FILE_BYTES)? else { return Ok(()) };
        limit_processor(question.cpu_seconds)?;
        let answer = match catch_unwind(AssertUnwindSafe(|| parse(&bytes, &question.request))) {
            Ok(Ok(documents)) => Answer::Read(documents),
            Ok(Err(error)) => Answer::Failed(error),
            Err(_) => Answer::Failed(Ending::Fault.error()),
        };
        drop(bytes);
        let mut message = serde_json::to_vec(&answer).map_err(io::Error::other)?;
        if message.len() > ANSWER_BYTES {
            let error = ReadError::TooComplex;
            let error = SourceError { cause: error.cause(), fix: error.fix() };
            message = serde_json::to_vec(&Answer::Failed(error)).map_err(io::Error::other)?;
        }
        frame::write(&mut answers, &message)?;
    }
    Ok(())
}

/// Where answers go. What a library prints goes to the log instead of between them.
#[cfg(unix)]
fn answers() -> io::Result<File> {
    let answers = rustix::io::dup(rustix::stdio::stdout())?;
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    Ok(File::from(answers))
}

#[cfg(unix)]
fn limit(memory_bytes: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let both = |most: u64| Rlimit { current: Some(most), maximum: Some(most) };
    setrlimit(Resource::Core, both(0))?;
    // It writes to pipes only.
    setrlimit(Resource::Fsize, both(0))?;
    setrlimit(Resource::Nofile, both(crate::limits::OPEN_FILES))?;
    #[cfg(target_os = "linux")]
    {
        setrlimit(Resource::As, both(memory_bytes))?;
        // The server may be killed without a word; a child that is busy would go on for nobody.
        rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    }
    let _ = memory_bytes;
    Ok(())
}

/// The processor time of this file: what was used already, and so many seconds more.
#[cfg(unix)]
fn limit_processor(seconds: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use rustix::time::{ClockId, clock_gettime};

    let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0);
    let maximum = getrlimit(Resource::Cpu).maximum;
    let current = Some((used + seconds + 1).min(maximum.unwrap_or(u64::MAX)));
    Ok(setrlimit(Resource::Cpu, Rlimit { current, maximum })?)
}

#[cfg(not(unix))]
fn answers() -> io::Result<File> {
    Err(io::Error::other("reading in a child process needs a Unix system"))
}

#[cfg(not(unix))]
fn limit(_memory_bytes: u64) -> io::Result<()> {
    Err(io::Error::other("reading in a child process needs a Unix system"))
}

#[cfg(not(unix))]
fn limit_processor(_seconds: u64) -> io::Result<()> {
    Ok(())
}
