//! One child process, as the server sees it.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use baton_app::ReadRequest;
use tokio::io::{AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use crate::child::{Answer, Question};
use crate::failure::Ending;
use crate::frame;
use crate::limits::ANSWER_BYTES;

/// How much of what a child writes to its log is kept, in bytes.
const LAST_WORDS_BYTES: usize = 2_048;

/// The end of what a child wrote to its log.
type LastWords = Arc<Mutex<VecDeque<u8>>>;

/// A child that waits or reads.
#[derive(Debug)]
pub(crate) struct Worker {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    last_words: LastWords,
    listener: tokio::task::JoinHandle<()>,
    /// How many files it has been asked to read.
    pub(crate) files: u32,
    /// Since when it has nothing to do.
    pub(crate) idle_since: Instant,
}

impl Worker {
    /// Starts a child. It dies with this value, and with this process.
    pub(crate) fn start(program: &Path, arguments: &[String], tasks: &TaskTracker) -> io::Result<Self> {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // Its own group, so that what it starts ends with it, and Ctrl+C reaches the server alone.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn()?;
        let (Some(questions), Some(answers), Some(log)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(io::Error::other("a child without pipes"));
        };
        let last_words = LastWords::default();
        let listener = tasks.spawn(listen(log, Arc::clone(&last_words)));
        let (answers, idle_since) = (BufReader::new(answers), Instant::now());
        Ok(Self { child, questions, answers, last_words, listener, files: 0, idle_since })
    }

    /// Whether it still runs.
    pub(crate) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks for a file. An error says that the child is of no use any more.
    pub(crate) async fn ask(&mut self, bytes: &[u8], request: &ReadRequest, cpu_seconds: u64) -> io::Result<Answer> {
        self.files += 1;
        let question = Question { request: request.clone(), cpu_seconds };
        let question = serde_json::to_vec(&question).map_err(io::Error::other)?;
        frame::send(&mut self.questions, &question).await?;
        frame::send(&mut self.questions, bytes).await?;
        let answer = frame::receive(&mut self.answers, ANSWER_BYTES).await?;
        serde_json::from_slice(&answer).map_err(io::Error::other)
    }

    /// Kills it and whatever it has started, and waits until it is gone.
    pub(crate) async fn end(mut self) -> Ending {
        #[cfg(unix)]
        if let Some(pid) = self.child.id().and_then(|id| rustix::process::Pid::from_raw(i32::try_from(id).ok()?)) {
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
        let _ = self.child.start_kill();
        let status = self.child.wait().await;
        let _ = self.listener.await;
        let words = self.last_words.lock().unwrap_or_else(PoisonError::into_inner);
        let words: Vec<u8> = words.iter().copied().collect();
        let words = String::from_utf8_lossy(&words);
        if !words.trim().is_empty() {
            tracing::warn!(status = ?status.ok(), log = words.trim(), "a process that reads documents ended");
        }
        Ending::of(&words)
    }
}

/// Takes in what a child writes, so that it never waits for somebody to do so, and keeps the end of it.
async fn listen(mut log: ChildStderr, last_words: LastWords) {
    let mut chunk = [0; 1_024];
    while let Ok(read @ 1..) = log.read(&mut chunk).await {
        let mut kept = last_words.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(&chunk[..read]);
        let surplus = kept.len().saturating_sub(LAST_WORDS_BYTES);
        kept.drain(..surplus);
    }
}
