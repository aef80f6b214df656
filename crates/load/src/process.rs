//! The real `baton` binary as a child process: started, watched and killed by its own process id only.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinSet;

use crate::http::{Connection, request};
use crate::identity::Identity;

/// How long a server may take until it says where it listens.
const START_WITHIN: Duration = Duration::from_secs(60);
/// How long a killed process may take to be gone.
const GONE_WITHIN: Duration = Duration::from_secs(10);
/// How long a server that listens may take until it answers.
const ALIVE_WITHIN: Duration = Duration::from_secs(30);
/// Clock ticks per second in `/proc`; Linux has used this for user space since 2.4.
const TICKS_PER_SECOND: u64 = 100;

/// How a server is started.
#[derive(Clone, Debug)]
pub(crate) struct Launch {
    /// The binary.
    pub(crate) binary: PathBuf,
    /// Arguments after `serve`.
    pub(crate) arguments: Vec<String>,
    /// Environment variables besides the inherited ones.
    pub(crate) environment: Vec<(String, OsString)>,
}

/// A running server. Killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    setup_token: Option<String>,
    started: Instant,
    /// Keeps reading what the server prints, so that it never waits for us.
    pumps: JoinSet<()>,
}

impl Server {
    /// Starts a server on a data folder and waits until it says where it listens.
    ///
    /// What it writes to its error output is appended to `log`.
    ///
    /// # Errors
    /// If it ends or says nothing in time; the message has the end of the log.
    pub(crate) async fn start(launch: &Launch, data_dir: &Path, log: &Path) -> Result<Self> {
        let fresh = !data_dir.exists();
        let started = Instant::now();
        let errors = std::fs::OpenOptions::new().create(true).append(true).open(log)?;
        let mut child = Command::new(&launch.binary)
            .arg("serve")
            .arg("--data-dir")
            .arg(data_dir)
            .args(["--listen", "127.0.0.1:0"])
            .args(&launch.arguments)
            // A configuration file where we happen to be is none of the server's business.
            .current_dir(log.parent().unwrap_or(Path::new("/")))
            .envs(launch.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", launch.binary.display()))?;
        let stdout = child.stdout.take().expect("the output is piped");
        let mut lines = BufReader::new(stdout).lines();
        let said = tokio::time::timeout(START_WITHIN, read_greeting(&mut lines, fresh)).await;
        let (address, setup_token) = match said {
            Ok(Ok(said)) => said,
            Ok(Err(error)) => return Err(error.context(tail(log))),
            Err(_) => bail!("the server did not say where it listens; {}", tail(log)),
        };
        let mut pumps = JoinSet::new();
        pumps.spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { child, address, setup_token, started, pumps })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The one-time token of the first sign-up, if the server printed one.
    pub(crate) fn setup_token(&self) -> Option<&str> {
        self.setup_token.as_deref()
    }

    /// Its process id.
    ///
    /// # Errors
    /// If it has ended.
    pub(crate) fn id(&self) -> Result<u32> {
        self.child.id().context("the server has ended")
    }

    /// Waits for the first 200 of `/livez`; returns the time since the process was started.
    ///
    /// # Errors
    /// If there is none in time.
    pub(crate) async fn wait_until_alive(&self) -> Result<Duration> {
        let ask = request("GET", "/livez", &Identity::nobody(), None);
        tokio::time::timeout(ALIVE_WITHIN, async {
            loop {
                let answer = async { Connection::open(self.address).await?.exchange(&ask, ALIVE_WITHIN).await }.await;
                match answer {
                    Ok(response) if response.status == 200 => return self.started.elapsed(),
                    _ => tokio::time::sleep(Duration::from_millis(1)).await,
                }
            }
        })
        .await
        .context("the server listens, but /livez does not answer 200")
    }

    /// Kills it with SIGKILL and waits until it is gone.
    ///
    /// # Errors
    /// If it is not gone in time.
    pub(crate) async fn kill(mut self) -> Result<()> {
        self.child.start_kill()?;
        tokio::time::timeout(GONE_WITHIN, self.child.wait())
            .await
            .context("the server was killed but is not gone")??;
        self.pumps.abort_all();
        Ok(())
    }

    /// Processor time used so far, by all its threads.
    ///
    /// # Errors
    /// If it has ended.
    pub(crate) fn processor_time(&self) -> Result<Duration> {
        processor_time(&self.id()?.to_string())
    }

    /// Resident memory, in kB.
    ///
    /// # Errors
    /// If it has ended.
    pub(crate) fn resident_kb(&self) -> Result<u64> {
        resident_kb(self.id()?)
    }

    /// Proportional memory, in kB: pages shared with other processes count by their share.
    ///
    /// # Errors
    /// If it has ended.
    pub(crate) fn proportional_kb(&self) -> Result<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.id()?))?;
        field(&text, "Pss:").context("no Pss in smaps_rollup")
    }
}

/// Resident memory of a process, in kB.
///
/// # Errors
/// If there is no such process.
pub(crate) fn resident_kb(id: u32) -> Result<u64> {
    let text = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    field(&text, "VmRSS:").context("no VmRSS in status")
}

/// Processor time that this program has used so far.
///
/// # Errors
/// If `/proc` cannot be read.
pub(crate) fn own_processor_time() -> Result<Duration> {
    processor_time("self")
}

/// How many files a process of ours may have open.
///
/// # Errors
/// If `/proc` cannot be read.
pub(crate) fn open_files_max() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/self/limits")?;
    let line = text.lines().find_map(|line| line.strip_prefix("Max open files")).context("no limit of open files")?;
    let soft = line.split_whitespace().next().context("no soft limit")?;
    Ok(if soft == "unlimited" { u64::MAX } else { soft.parse()? })
}

fn processor_time(process: &str) -> Result<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    ticks(&text).map(|ticks| Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND)).context("cannot read stat")
}

/// User and system time from a `stat` line. The name in brackets may hold spaces.
fn ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}

fn field(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

/// Reads where the server listens, and the set-up token, which is printed for a fresh folder only.
async fn read_greeting(lines: &mut Lines<BufReader<ChildStdout>>, fresh: bool) -> Result<(SocketAddr, Option<String>)> {
    let (mut address, mut token) = (None, None);
    while let Some(line) = lines.next_line().await? {
        token = token.or_else(|| setup_token_in(&line));
        address = address.or_else(|| address_in(&line));
        if let Some(address) = address
            && (token.is_some() || !fresh)
        {
            return Ok((address, token));
        }
    }
    bail!("the server ended before it said where it listens")
}

fn address_in(line: &str) -> Option<SocketAddr> {
    line.split_once("listening on http://")?.1.split([' ', '/']).next()?.parse().ok()
}

fn setup_token_in(line: &str) -> Option<String> {
    let token = line.split_once("/setup#")?.1.split_whitespace().next()?;
    (!token.is_empty()).then(|| token.to_owned())
}

/// The last lines of a log.
fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().rev().take(8).collect();
    format!("its last words were: {}", lines.into_iter().rev().collect::<Vec<_>>().join("\n"))
}

/// Checks that a binary is there.
///
/// # Errors
/// If it is not; the message says how to build it.
pub(crate) fn require_binary(binary: &Path) -> Result<()> {
    ensure!(
        binary.is_file(),
        "there is no {}; build it with `cargo build --release -p baton-server`",
        binary.display()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greeting_names_the_address_and_the_set_up_link() {
        assert_eq!(address_in("listening on http://127.0.0.1:4711"), "127.0.0.1:4711".parse().ok());
        assert_eq!(address_in("Baton: listening on http://127.0.0.1:4711/ now"), "127.0.0.1:4711".parse().ok());
        assert_eq!(address_in("127.0.0.1:4711"), None);
        assert_eq!(setup_token_in("Set up: http://127.0.0.1:1/setup#abc-1 (once)").as_deref(), Some("abc-1"));
        assert_eq!(setup_token_in("http://127.0.0.1:1/setup# "), None);
    }

    #[test]
    fn processor_time_is_read_behind_any_name() {
        let stat = "42 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 120 30 0 0 20";
        assert_eq!(ticks(stat), Some(150));
        assert_eq!(ticks("nonsense"), None);
    }

    #[test]
    fn fields_of_proc() {
        assert_eq!(field("Name:\tx\nVmRSS:\t   1234 kB\n", "VmRSS:"), Some(1234));
        assert!(open_files_max().unwrap() > 0);
        assert!(resident_kb(std::process::id()).unwrap() > 0);
    }
}
