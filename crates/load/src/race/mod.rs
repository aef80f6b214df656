//! Races between takeovers and answers, and between takeovers (G-R1, G-R7, H7, H8).

mod owners;
mod trial;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::json;
use tokio::task::JoinSet;

use crate::model::Model;
use crate::process::{Launch, require_binary};
use crate::race::trial::{Lane, Moment, Side, Trial};
use crate::report::{Figures, say};
use crate::setup::{ANSWER, Installation};
use crate::stats::{Latencies, milliseconds, per_second};

/// Members whose streams watch the trials. Few, because each stream is told about all of them.
const WATCHERS: usize = 4;
/// Least share of trials in which the takeover must hit an answer that is being written; below it the run proves nothing.
const MID_STREAM_MIN: f64 = 0.2;
/// Failed trials, and late words, that are described.
const SHOWN_MAX: usize = 10;

/// Sizes of a race.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Takeovers that race an answer.
    #[arg(long, default_value_t = 10_000)]
    trials: usize,
    /// Trials at a time.
    #[arg(long, default_value_t = 48)]
    lanes: usize,
    /// How long the scripted model writes on one answer, milliseconds.
    #[arg(long, default_value_t = 200)]
    stream_ms: u64,
    /// Earliest takeover, milliseconds after the question was sent; negative is before it.
    #[arg(long, default_value_t = -50, allow_negative_numbers = true)]
    offset_from_ms: i64,
    /// Latest takeover, milliseconds after the question was sent.
    #[arg(long, default_value_t = 250)]
    offset_to_ms: i64,
    /// Conversations that all operators take over at once.
    #[arg(long, default_value_t = 200)]
    owner_races: usize,
    /// Operators in each of these races.
    #[arg(long, default_value_t = 50)]
    operators: usize,
    /// Seed of all randomness.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What all trials came to.
#[derive(Debug, Default)]
struct Outcome {
    trials: usize,
    before_question: usize,
    before_words: usize,
    mid_stream: usize,
    after_answer: usize,
    without_answer: usize,
    late_messages: usize,
    late_tokens: usize,
    tokens_in_time: usize,
    gaps: usize,
    view_differences: usize,
    wrong_owners: usize,
    takeover: Latencies,
    joined: Latencies,
    feed_gaps: usize,
    failures: Vec<String>,
    late_shown: usize,
    late_trials: usize,
    late_to_visitor: usize,
    late_by: Latencies,
    /// What came late, described; the first few.
    late: Vec<String>,
}

impl Outcome {
    fn add(&mut self, trial: &Trial) {
        self.trials += 1;
        let moment = match trial.moment {
            Moment::BeforeQuestion => &mut self.before_question,
            Moment::BeforeWords => &mut self.before_words,
            Moment::MidStream => &mut self.mid_stream,
            Moment::AfterAnswer => &mut self.after_answer,
            Moment::WithoutAnswer => &mut self.without_answer,
        };
        *moment += 1;
        self.late_messages += trial.late_messages;
        self.late_tokens += trial.late_tokens;
        self.tokens_in_time += trial.tokens_in_time;
        self.late_shown += trial.late_shown;
        self.late_trials += usize::from(trial.late_tokens > 0);
        for late in &trial.late {
            self.late_to_visitor += usize::from(late.side == Side::Visitor);
            self.late_by.record(late.after);
            if self.late.len() < SHOWN_MAX {
                self.late.push(late.description.clone());
            }
        }
        self.gaps += trial.gaps;
        self.view_differences += trial.view_differences;
        self.wrong_owners += usize::from(trial.wrong_owner);
        self.takeover.record(trial.takeover);
        if let Some(joined) = trial.joined {
            self.joined.record(joined);
        }
    }

    fn broken(&self) -> bool {
        self.late_messages + self.late_tokens + self.gaps + self.view_differences + self.wrong_owners + self.feed_gaps
            > 0
            || !self.failures.is_empty()
    }
}

/// Runs the races; false if a promise broke.
///
/// # Errors
/// If the races could not be run.
pub(crate) async fn run(binary: PathBuf, arguments: Vec<String>, options: Options) -> Result<bool> {
    require_binary(&binary)?;
    ensure!(options.lanes > 0 && options.operators > 1, "a race needs lanes and at least two operators");
    ensure!(options.offset_from_ms < options.offset_to_ms, "the takeover's earliest moment is not before its latest");
    let model = Model::start(&ANSWER.join(" "), Duration::from_millis(options.stream_ms)).await?;
    let launch = Launch { binary, arguments, environment: model.environment() };
    let settings = json!({ "answer_threshold": 0.0 });
    let installation = Arc::new(Installation::new(launch, settings).await?);

    let mut figures = Figures::default().add("seed", options.seed);
    let outcome = takeovers(&installation, &options).await?;
    let total = outcome.trials.max(1) as f64;
    figures = figures
        .add("trials", outcome.trials)
        .add("late_messages", outcome.late_messages)
        .add("late_tokens", outcome.late_tokens)
        .add("late_shown", outcome.late_shown)
        .add("late_trials", outcome.late_trials)
        .add("late_to_visitor", outcome.late_to_visitor)
        .number("late_by_p50_ms", outcome.late_by.quantile(0.5).map(milliseconds))
        .number("late_by_max_ms", outcome.late_by.quantile(1.0).map(milliseconds))
        .add("tokens_in_time", outcome.tokens_in_time)
        .add("taken_before_question", outcome.before_question)
        .add("taken_before_words", outcome.before_words)
        .add("taken_mid_stream", outcome.mid_stream)
        .add("answered_before", outcome.after_answer)
        .add("without_answer", outcome.without_answer)
        .number("mid_stream_share", Some(outcome.mid_stream as f64 / total))
        .add("log_gaps", outcome.gaps)
        .add("view_differences", outcome.view_differences)
        .add("wrong_owners", outcome.wrong_owners)
        .add("feed_gaps", outcome.feed_gaps)
        .add("failed_trials", outcome.failures.len())
        .number("takeover_p50_ms", outcome.takeover.quantile(0.5).map(milliseconds))
        .number("takeover_p99_ms", outcome.takeover.quantile(0.99).map(milliseconds))
        .number("joined_p50_ms", outcome.joined.quantile(0.5).map(milliseconds))
        .number("joined_p99_ms", outcome.joined.quantile(0.99).map(milliseconds));
    for failure in outcome.failures.iter().take(SHOWN_MAX) {
        say(format!("a trial failed: {failure}"));
    }
    for late in &outcome.late {
        say(format!("late: {late}"));
    }

    let owners = owners::race(&installation, options.owner_races, options.operators, options.seed).await?;
    figures = figures
        .add("owner_races", owners.races)
        .add("operators", options.operators)
        .add("winners_exactly_one", owners.exactly_one)
        .add("losers_told_the_winner", owners.losers_told)
        .add("losers", owners.losers)
        .add("logs_agree", owners.logs_agree)
        .number("sent_within_p99_ms", owners.sent_within.quantile(0.99).map(milliseconds))
        .number("all_told_p99_ms", owners.all_told.quantile(0.99).map(milliseconds));

    if let Some(installation) = Arc::into_inner(installation) {
        installation.server.kill().await?;
    }
    let raced = options.trials == 0 || outcome.mid_stream as f64 / total >= MID_STREAM_MIN;
    if !raced {
        say("too few takeovers hit an answer that was being written: the run proves nothing");
    }
    say(figures.line());
    Ok(raced && !outcome.broken() && owners.kept())
}

/// Part one: one takeover and one answer at a time per lane.
async fn takeovers(installation: &Arc<Installation>, options: &Options) -> Result<Outcome> {
    let watchers = Arc::new(installation.operators(WATCHERS).await?);
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let (results, mut finished) = tokio::sync::mpsc::unbounded_channel();
    let mut lanes = JoinSet::new();
    for number in 0..options.lanes.min(options.trials) {
        let (installation, watchers) = (Arc::clone(installation), Arc::clone(&watchers));
        let (next, options, results) = (Arc::clone(&next), options.clone(), results.clone());
        lanes.spawn(async move {
            let member = &watchers[number % WATCHERS];
            let mut lane = Lane::open(&installation, member).await?;
            loop {
                let trial = next.fetch_add(1, Ordering::Relaxed);
                if trial >= options.trials {
                    return Ok::<_, anyhow::Error>(lane.feed_gaps());
                }
                let result = lane.trial(trial as u64, &options).await;
                if result.is_err() {
                    lane = Lane::open(&installation, member).await?;
                }
                let _ = results.send(result);
            }
        });
    }
    drop(results);
    let mut outcome = Outcome::default();
    while let Some(result) = finished.recv().await {
        match result {
            Ok(trial) => outcome.add(&trial),
            Err(error) => outcome.failures.push(format!("{error:#}")),
        }
        if outcome.trials > 0 && outcome.trials.is_multiple_of(1_000) {
            let rate = per_second(outcome.trials, started.elapsed());
            say(format!("{} trials, {rate:.0} per second, {} mid-stream", outcome.trials, outcome.mid_stream));
        }
    }
    while let Some(lane) = lanes.join_next().await {
        match lane? {
            Ok(gaps) => outcome.feed_gaps += gaps,
            Err(error) => outcome.failures.push(format!("a lane ended: {error:#}")),
        }
    }
    Ok(outcome)
}
