//! Crashes under load: the server is killed again and again, and what it acknowledged must be there, once and in order
//! (G-R2, G-R8, I3, I4, I6, I9).

mod operator;
mod probe;
mod verify;
mod visitor;
mod world;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::calls;
use crate::chaos::operator::{Desks, Inbox, Written};
use crate::chaos::probe::End;
use crate::chaos::visitor::{Sent, Shown, TalksTo, Thread, lock};
use crate::chaos::world::World;
use crate::checker;
use crate::http::Connection;
use crate::model::Model;
use crate::process::{Launch, require_binary};
use crate::report::{Figures, say};
use crate::seeded::Seeded;
use crate::setup::{ANSWER, Installation};
use crate::stats::{Latencies, milliseconds};

/// How long a single step of the set-up may take.
const STEP_WITHIN: Duration = Duration::from_secs(20);
/// Places at which replies are written.
const DESKS: usize = 8;
/// By when after a restart every question must have ended (G-R8).
const SETTLED_WITHIN: Duration = Duration::from_secs(30);
/// How long before a kill the probes ask, at most: about as long as an answer takes.
const PROBE_LEAD_MS_MAX: u64 = 250;
/// How long clients may take to finish what they are at.
const FINISH_WITHIN: Duration = Duration::from_secs(120);

/// Sizes of a run.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// How often the server is killed.
    #[arg(long, default_value_t = 100)]
    cycles: usize,
    /// Visitors who write; every other one talks to the AI.
    #[arg(long, default_value_t = 64)]
    visitors: usize,
    /// Visitors who ask one question shortly before each kill.
    #[arg(long, default_value_t = 4)]
    probes: usize,
    /// Share of acknowledgements that a client pretends not to have seen.
    #[arg(long, default_value_t = 0.3)]
    drop_share: f64,
    /// Earliest kill, milliseconds after the server is back.
    #[arg(long, default_value_t = 50)]
    kill_from_ms: u64,
    /// Latest kill, milliseconds after the server is back.
    #[arg(long, default_value_t = 2_000)]
    kill_to_ms: u64,
    /// After one kill in so many, the next waits until all questions have ended.
    #[arg(long, default_value_t = 10)]
    calm_every: usize,
    /// Longest a restart may take until the first 200, milliseconds.
    #[arg(long, default_value_t = 2_000)]
    restart_within_ms: u64,
    /// Seed of all randomness. What is killed when also depends on the machine.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What the killing came to.
#[derive(Debug, Default)]
struct Kills {
    restarts: Latencies,
    /// From the restart until all questions had ended, in calm cycles.
    calmed: Latencies,
    probes: usize,
    answered: usize,
    abstained: usize,
    handed_off: usize,
    failed_visibly: usize,
    stranded: usize,
}

impl Kills {
    fn add(&mut self, end: End) {
        let counter = match end {
            End::Answered => &mut self.answered,
            End::Abstained => &mut self.abstained,
            End::HandedOff => &mut self.handed_off,
            End::FailedVisibly => &mut self.failed_visibly,
        };
        *counter += 1;
    }
}

/// What the clients remember.
#[derive(Debug)]
struct Memory {
    threads: Vec<Thread>,
    sent: Vec<Sent>,
    shown: Vec<Arc<Mutex<Shown>>>,
    written: Written,
    inbox: Arc<Mutex<Inbox>>,
}

#[derive(Deserialize)]
struct Begun {
    conversation_id: String,
}

/// Runs the crashes; false if a promise broke.
///
/// # Errors
/// If the run could not be made.
pub(crate) async fn run(binary: PathBuf, arguments: Vec<String>, options: Options) -> Result<bool> {
    require_binary(&binary)?;
    ensure!(options.visitors >= 2 && options.calm_every > 0, "chaos needs at least two visitors and some calm");
    let model = Model::start(&ANSWER.join(" "), Duration::from_millis(200)).await?;
    let launch = Launch { binary, arguments, environment: model.environment() };
    let installation = Installation::new(launch, json!({ "answer_threshold": 0.0 })).await?;
    let threads = begin_threads(&installation, &options).await?;
    let (address, address_now) = watch::channel(installation.server.address());
    let (stop, stopping) = watch::channel(false);
    let world = World { address: address_now, stopping, agent_id: installation.agent_id.as_str().into() };

    let mut clients = Clients::start(&installation, &threads, &world, &options).await?;
    let (installation, kills) = kill(installation, &world, &address, &options).await?;
    let _ = stop.send(true);
    let (memory, settled) = clients.finish(&installation, threads).await?;

    let verdict = verify::verify(&installation, &memory).await?;
    installation.server.kill().await?;
    let sent = |field: fn(&Sent) -> usize| memory.sent.iter().map(field).sum::<usize>();
    let inbox = lock(&memory.inbox);
    let restart_max = kills.restarts.quantile(1.0).unwrap_or_default();
    let figures = Figures::default()
        .add("seed", options.seed)
        .add("kills", kills.restarts.len())
        .add("acknowledged", verdict.acknowledged)
        .add("lost", verdict.delivery.lost)
        .add("duplicated", verdict.delivery.duplicated)
        .add("reordered", verdict.delivery.reordered)
        .add("altered", verdict.delivery.altered)
        .add("changed_results", sent(|sent| sent.changed_results))
        .add("repeated_client_ids", verdict.repeated_client_ids)
        .add("log_gaps", verdict.gaps)
        .add("view_differences", verdict.view_differences)
        .add("shown_twice", verdict.shown_twice)
        .add("feed_gaps", inbox.numbers.gaps)
        .add("feed_repeats", inbox.numbers.repeats)
        .add("feed_behind", verdict.feed_behind)
        .add("inbox_resets", inbox.resets)
        .add("inbox_unreadable", inbox.unreadable)
        .add("ai_out_of_turn", verdict.ai_out_of_turn)
        .add("stranded", kills.stranded + verdict.turns_without_end)
        .add("probes", kills.probes)
        .add("probes_answered", kills.answered)
        .add("probes_abstained", kills.abstained)
        .add("probes_handed_off", kills.handed_off)
        .add("probes_failed_visibly", kills.failed_visibly)
        .add("dropped_responses", sent(|sent| sent.dropped) + memory.written.dropped)
        .add("broken_attempts", sent(|sent| sent.broken))
        .add("server_errors", sent(|sent| sent.server_errors))
        .add("inbox_opened", inbox.opened)
        .number("restart_p50_ms", kills.restarts.quantile(0.5).map(milliseconds))
        .number("restart_max_ms", Some(milliseconds(restart_max)))
        .number("calmed_p50_ms", kills.calmed.quantile(0.5).map(milliseconds))
        .number("calmed_max_ms", kills.calmed.quantile(1.0).map(milliseconds))
        .add("settled", settled);
    let in_time = restart_max <= Duration::from_millis(options.restart_within_ms);
    if !in_time {
        say(format!("a restart took longer than {} ms", options.restart_within_ms));
    }
    let feed_kept = inbox.numbers.gaps + inbox.numbers.repeats + inbox.unreadable == 0;
    let kept = verdict.kept()
        && feed_kept
        && settled
        && in_time
        && kills.stranded == 0
        && sent(|sent| sent.changed_results) == 0;
    say(figures.line());
    Ok(kept)
}

/// Every visitor has a thread; every other one is taken over by the operator.
async fn begin_threads(installation: &Installation, options: &Options) -> Result<Vec<Thread>> {
    let mut connection = Connection::open(installation.server.address()).await?;
    let mut numbers = Seeded::new(options.seed, u64::MAX);
    let mut threads = Vec::with_capacity(options.visitors);
    for (number, visitor) in installation.visitors(options.visitors).await?.into_iter().enumerate() {
        let hello = calls::send_message(&visitor.identity, &installation.agent_id, None, &numbers.client_id(), "hello");
        let begun: Begun = connection.exchange(&hello, STEP_WITHIN).await?.accepted()?.json()?;
        let talks_to = if number % 2 == 0 { TalksTo::Operator } else { TalksTo::Ai };
        if talks_to == TalksTo::Operator {
            let take_over = calls::take_over(&installation.owner.identity, &begun.conversation_id);
            connection.exchange(&take_over, STEP_WITHIN).await?.accepted()?;
        }
        threads.push(Thread { number, visitor: visitor.identity, conversation_id: begun.conversation_id, talks_to });
    }
    Ok(threads)
}

/// The running clients.
#[derive(Debug)]
struct Clients {
    senders: JoinSet<(usize, Result<Sent>)>,
    writers: JoinSet<Result<Written>>,
    watchers: JoinSet<()>,
    shown: Vec<Arc<Mutex<Shown>>>,
    inbox: Arc<Mutex<Inbox>>,
    unwritten: Arc<AtomicUsize>,
}

impl Clients {
    async fn start(installation: &Installation, threads: &[Thread], world: &World, options: &Options) -> Result<Self> {
        let feed = installation.api.feed(&installation.owner).await?;
        let inbox = Arc::new(Mutex::new(Inbox { numbers: checker::Succession::after(feed), ..Inbox::default() }));
        let held = threads.iter().filter(|thread| thread.talks_to == TalksTo::Operator);
        let held: Vec<_> = held.map(|thread| thread.conversation_id.clone()).collect();
        let (desks, receivers) = Desks::new(&held, DESKS);
        let unwritten = desks.unwritten();
        let member = &installation.owner.identity;
        let (mut senders, mut writers, mut watchers) = (JoinSet::new(), JoinSet::new(), JoinSet::new());
        watchers.spawn(operator::watch(member.clone(), world.clone(), Arc::clone(&inbox), desks));
        for (number, desk) in receivers.into_iter().enumerate() {
            let numbers = Seeded::new(options.seed, 10_000 + number as u64);
            let (unwritten, member) = (Arc::clone(&unwritten), member.clone());
            writers.spawn(operator::write(desk, unwritten, member, world.clone(), numbers, options.drop_share));
        }
        let mut shown = Vec::with_capacity(threads.len());
        for thread in threads {
            let seen = Arc::new(Mutex::new(Shown::default()));
            watchers.spawn(visitor::watch(thread.clone(), world.clone(), Arc::clone(&seen)));
            shown.push(seen);
            let (thread, world, drop_share) = (thread.clone(), world.clone(), options.drop_share);
            let numbers = Seeded::new(options.seed, thread.number as u64);
            senders.spawn(async move { (thread.number, visitor::write(thread, world, numbers, drop_share).await) });
        }
        Ok(Self { senders, writers, watchers, shown, inbox, unwritten })
    }

    /// Lets everybody finish, waits until nothing moves any more, and returns what they remember and whether it came to rest
    /// in time.
    async fn finish(&mut self, installation: &Installation, threads: Vec<Thread>) -> Result<(Memory, bool)> {
        let mut sent: Vec<_> = (0..threads.len()).map(|_| Sent::default()).collect();
        let senders = async {
            while let Some(done) = self.senders.join_next().await {
                let (number, result) = done?;
                sent[number] = result.with_context(|| format!("visitor {number}"))?;
            }
            Ok::<_, anyhow::Error>(())
        };
        tokio::time::timeout(FINISH_WITHIN, senders).await.context("visitors did not finish")??;
        let settled = tokio::time::timeout(SETTLED_WITHIN, self.settle(installation, &threads)).await;
        // Once the inbox's watcher is gone, nobody puts anything on the desks any more.
        self.watchers.shutdown().await;
        let mut written = Written::default();
        let writers = async {
            while let Some(done) = self.writers.join_next().await {
                let desk = done?.context("the operator")?;
                written.dropped += desk.dropped;
                written.acknowledged.extend(desk.acknowledged);
            }
            Ok::<_, anyhow::Error>(())
        };
        tokio::time::timeout(FINISH_WITHIN, writers).await.context("the operator did not finish")??;
        let settled = match settled {
            Ok(rest) => rest.map(|()| true)?,
            Err(_elapsed) => false,
        };
        let memory =
            Memory { threads, sent, shown: std::mem::take(&mut self.shown), written, inbox: Arc::clone(&self.inbox) };
        Ok((memory, settled))
    }

    /// Waits until all replies are written, all turns have ended, and every stream has shown all there is.
    async fn settle(&self, installation: &Installation, threads: &[Thread]) -> Result<()> {
        loop {
            let turns: usize = self.shown.iter().map(|shown| checker::turns_without_end(&lock(shown).entries)).sum();
            let feed = installation.api.feed(&installation.owner).await?;
            let caught_up = lock(&self.inbox).numbers.last == feed;
            if caught_up
                && turns == 0
                && self.unwritten.load(Ordering::SeqCst) == 0
                && self.all_shown(installation, threads).await?
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn all_shown(&self, installation: &Installation, threads: &[Thread]) -> Result<bool> {
        for (thread, shown) in threads.iter().zip(&self.shown) {
            let opened = installation.api.conversation(&installation.owner, &thread.conversation_id).await?;
            if lock(shown).numbers.last != opened.summary.seq {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The kills.
async fn kill(
    mut installation: Installation,
    world: &World,
    address: &watch::Sender<std::net::SocketAddr>,
    options: &Options,
) -> Result<(Installation, Kills)> {
    let mut numbers = Seeded::new(options.seed, 20_000);
    let mut kills = Kills::default();
    let mut probes = JoinSet::new();
    for cycle in 0..options.cycles {
        let wait = numbers.milliseconds(options.kill_from_ms, options.kill_to_ms);
        let kill_at = Instant::now() + wait;
        for (number, visitor) in installation.visitors(options.probes).await?.into_iter().enumerate() {
            let lead = numbers.milliseconds(0, PROBE_LEAD_MS_MAX);
            let numbers = Seeded::new(options.seed, 30_000 + (cycle * options.probes + number) as u64);
            let world = world.clone();
            kills.probes += 1;
            probes.spawn(async move {
                tokio::time::sleep_until((kill_at - lead.min(wait)).into()).await;
                probe::ask(visitor.identity, world, numbers).await
            });
        }
        tokio::time::sleep_until(kill_at.into()).await;
        let (back, took) = installation.restart().await?;
        installation = back;
        let restarted_at = Instant::now();
        kills.restarts.record(took);
        let _ = address.send(installation.server.address());
        while let Some(end) = probes.try_join_next() {
            kills.add(end??);
        }
        let last = cycle + 1 == options.cycles;
        if last || (cycle + 1).is_multiple_of(options.calm_every) {
            let ended = tokio::time::timeout_at((restarted_at + SETTLED_WITHIN).into(), async {
                while let Some(end) = probes.join_next().await {
                    kills.add(end??);
                }
                Ok::<_, anyhow::Error>(())
            });
            if let Ok(ended) = ended.await {
                ended?;
                kills.calmed.record(restarted_at.elapsed());
            } else {
                kills.stranded += probes.len();
                probes.shutdown().await;
            }
            say(format!("{} kills, {} questions in flight, {} left waiting", cycle + 1, kills.probes, kills.stranded));
        }
    }
    Ok((installation, kills))
}
