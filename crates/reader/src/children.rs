//! The children of the server: as many as may read at once, started when needed and ended when idle.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use baton_app::{DocumentReader, ReadDocuments, ReadFailure, ReadRequest};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::child::{Answer, FILE_BYTES, SUBCOMMAND};
use crate::failure::Ending;
use crate::limits::{CHILDREN, FILES_OF_A_CHILD, IDLE, TIME, time_for};
use crate::worker::Worker;

/// How children are started, and what they may take.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The program to start.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Most children at a time.
    pub children: usize,
    /// Longest time for a small file.
    pub time: Duration,
    /// How long a child waits for something to read.
    pub idle: Duration,
}

impl Settings {
    /// Children of the program that runs now.
    #[must_use]
    pub fn of_this_program() -> Self {
        Self {
            program: this_program(),
            arguments: vec![SUBCOMMAND.to_owned()],
            children: CHILDREN,
            time: TIME,
            idle: IDLE,
        }
    }
}

/// The program that runs, also after a newer one was put into its place.
fn this_program() -> PathBuf {
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() { running } else { std::env::current_exe().unwrap_or(running) }
}

/// Reads in child processes.
#[derive(Clone, Debug)]
pub struct ChildReader {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    settings: Settings,
    places: Semaphore,
    idle: Mutex<IdleWorkers>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

#[derive(Debug, Default)]
struct IdleWorkers {
    workers: Vec<Worker>,
    is_watched: bool,
}

impl ChildReader {
    /// A reader without children yet; the first file starts one.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let places = Semaphore::new(settings.children.max(1));
        let inner = Inner {
            settings,
            places,
            idle: Mutex::default(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Ends the children that wait, and waits until they are gone.
    pub async fn close(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        let workers = std::mem::take(&mut self.inner.idle().workers);
        for worker in workers {
            worker.end().await;
        }
        self.inner.tasks.wait().await;
    }
}

#[async_trait]
impl DocumentReader for ChildReader {
    async fn read(&self, bytes: Vec<u8>, request: ReadRequest) -> Result<ReadDocuments, ReadFailure> {
        // More than a child takes; the format says so in its own words.
        let bytes = if bytes.len() > FILE_BYTES { bytes[..FILE_BYTES].to_vec() } else { bytes };
        let inner = &self.inner;
        let _place = inner.places.acquire().await.map_err(|_| ReadFailure::Unavailable("the reader is closed"))?;
        let limit = time_for(inner.settings.time, bytes.len());
        let mut worker = match inner.idle_worker() {
            Some(worker) => worker,
            None => inner.start()?,
        };
        loop {
            let is_fresh = worker.files == 0;
            let answer = timeout(limit, worker.ask(&bytes, &request, limit.as_secs())).await;
            match answer {
                Ok(Ok(answer)) => {
                    inner.keep(worker);
                    return match answer {
                        Answer::Read(documents) => Ok(documents),
                        Answer::Failed(error) => Err(ReadFailure::Source(error)),
                    };
                }
                Err(_) => {
                    worker.end().await;
                    return Err(ReadFailure::Source(Ending::Time(limit).error()));
                }
                Ok(Err(_)) => {
                    let ending = worker.end().await;
                    if is_fresh {
                        return Err(ReadFailure::Source(ending.error()));
                    }
                    // What earlier files left behind may be the reason, so this one is tried once by itself.
                    worker = inner.start()?;
                }
            }
        }
    }
}

impl Inner {
    fn idle(&self) -> MutexGuard<'_, IdleWorkers> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn idle_worker(&self) -> Option<Worker> {
        let mut idle = self.idle();
        while let Some(mut worker) = idle.workers.pop() {
            if worker.is_alive() {
                return Some(worker);
            }
        }
        None
    }

    fn start(&self) -> Result<Worker, ReadFailure> {
        let Settings { program, arguments, .. } = &self.settings;
        Worker::start(program, arguments, &self.tasks).map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot start a process that reads documents");
            ReadFailure::Unavailable("no process that reads documents can be started")
        })
    }

    /// Puts a worker aside for the next file.
    fn keep(self: &Arc<Self>, mut worker: Worker) {
        if worker.files >= FILES_OF_A_CHILD || self.stop.is_cancelled() {
            self.tasks.spawn(worker.end());
            return;
        }
        worker.idle_since = Instant::now();
        let mut idle = self.idle();
        idle.workers.push(worker);
        if !std::mem::replace(&mut idle.is_watched, true) {
            self.tasks.spawn(Arc::clone(self).end_idle());
        }
    }

    /// Ends the workers that have waited long enough, until there is none left.
    async fn end_idle(self: Arc<Self>) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(self.settings.idle / 2) => {}
                () = self.stop.cancelled() => return,
            }
            let (ended, is_done) = {
                let mut idle = self.idle();
                let (ended, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut idle.workers)
                    .into_iter()
                    .partition(|worker| worker.idle_since.elapsed() >= self.settings.idle);
                idle.workers = kept;
                idle.is_watched = !idle.workers.is_empty();
                (ended, !idle.is_watched)
            };
            for worker in ended {
                worker.end().await;
            }
            if is_done {
                return;
            }
        }
    }
}
