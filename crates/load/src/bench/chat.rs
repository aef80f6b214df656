//! Visitors write on schedule, an operator answers each message, and every latency counts from when a message was due.
//!
//! Open loop: a server that falls behind does not slow the visitors down, it only looks as slow as it is.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::bench::held::Held;
use crate::calls;
use crate::client::Member;
use crate::http::Connection;
use crate::identity::Identity;
use crate::log::{Entry, Event, FeedItem};
use crate::report::say;
use crate::seeded::Seeded;
use crate::setup::Installation;
use crate::sse::Frame;
use crate::stats::{Latencies, per_second};
use crate::stream::{About, Resuming};

/// Length of a message, bytes.
const BODY_BYTES: usize = 200;
/// How long is waited for what is still under way when the schedule is over; the peer's load does the same.
const STRAGGLE: Duration = Duration::from_millis(1_500);
/// How long one call may take.
const CALL_WITHIN: Duration = Duration::from_secs(10);
/// How late our own schedule may be, milliseconds; beyond it the machine is too busy to measure.
pub(super) const PACING_P99_MS: f64 = 5.0;
/// Between the last preparation and the first message.
const LEAD: Duration = Duration::from_millis(200);

/// Whether the operator answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Replies {
    /// Each message, at once.
    ToEach,
    /// No message.
    None,
}

/// What is to be sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    /// Messages of all visitors together, per second.
    pub(super) rate: f64,
    /// For how long.
    pub(super) seconds: f64,
    /// Whether the operator answers.
    pub(super) replies: Replies,
    /// Makes client ids unique over runs on one server.
    pub(super) seed: u64,
}

impl Plan {
    fn messages(&self) -> usize {
        (self.rate * self.seconds).round() as usize
    }
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) sent: usize,
    pub(super) refused: usize,
    /// How often the server ended a stream, which then came again with its cursor.
    pub(super) reopened: usize,
    /// Tasks that could not go on.
    pub(super) broken: usize,
    /// Acknowledged to the visitor, from when it was due.
    pub(super) acknowledged: Latencies,
    /// Shown to the operator, from when it was due.
    pub(super) to_operator: Latencies,
    /// Replies shown to the visitor, from when the operator wrote them.
    pub(super) to_visitor: Latencies,
    /// How late our own schedule was.
    pub(super) pacing: Latencies,
    /// Processor time of the server, as a share of one processor.
    pub(super) server_load: f64,
    /// The same of this program.
    pub(super) own_load: f64,
}

impl Outcome {
    /// Messages and replies that had not arrived when waiting ended.
    pub(super) fn undelivered(&self, replies: Replies) -> usize {
        let missing = self.sent.saturating_sub(self.to_operator.len());
        match replies {
            Replies::ToEach => missing + self.sent.saturating_sub(self.to_visitor.len()),
            Replies::None => missing,
        }
    }
}

/// Something that happened to message number so-and-so.
#[derive(Debug)]
enum Mark {
    Paced(Duration),
    Acknowledged(Duration),
    Refused,
    ToOperator(Duration),
    ToVisitor(Duration),
    Reopened,
}

/// What all tasks of a run share.
#[derive(Debug)]
struct Board {
    first: Instant,
    interval: Duration,
    /// When the reply to each message was written.
    replied: Vec<OnceLock<Instant>>,
    marks: mpsc::UnboundedSender<Mark>,
}

impl Board {
    fn due(&self, number: usize) -> Instant {
        self.first + self.interval.mul_f64(number as f64)
    }

    fn mark(&self, mark: Mark) {
        let _ = self.marks.send(mark);
    }

    async fn next(&self, stream: &mut Resuming) -> Result<Frame> {
        let before = stream.reopened();
        let frame = stream.next().await;
        (before..stream.reopened()).for_each(|_| self.mark(Mark::Reopened));
        frame
    }
}

/// Runs a plan over conversations that the first of the operators has.
///
/// # Errors
/// If the streams cannot be opened or the server is gone.
pub(super) async fn run(
    installation: &Installation,
    held: &[Held],
    operators: &[Member],
    plan: Plan,
) -> Result<Outcome> {
    let (marks, mut marked) = mpsc::unbounded_channel();
    let messages = plan.messages();
    let mut parts = Parts::open(installation, held, operators).await?;
    let first = Instant::now() + LEAD;
    let interval = Duration::from_secs_f64(1.0 / plan.rate);
    let replied = (0..messages).map(|_| OnceLock::new()).collect();
    let board = Arc::new(Board { first, interval, replied, marks });

    let mut tasks = JoinSet::new();
    let visitors = parts.visitors(held, &board, &installation.agent_id, plan, &mut tasks);
    let desks = parts.desks(held, &operators[0].identity, &board, plan, &mut tasks);
    let desk_of = held.iter().enumerate().map(|(at, held)| (held.conversation_id.clone(), at)).collect();
    parts.watch(&board, desk_of, desks, plan.replies, &mut tasks);
    let (server_before, own_before) = (installation.server.processor_time()?, crate::process::own_processor_time()?);
    let pacer = {
        let board = Arc::clone(&board);
        tokio::task::spawn_blocking(move || pace(&board, messages, &visitors))
    };

    let mut outcome = Outcome { sent: messages, ..Outcome::default() };
    let over_at = board.due(messages) + STRAGGLE;
    let expected_replies = if plan.replies == Replies::ToEach { messages } else { 0 };
    while outcome.to_operator.len() < messages
        || outcome.to_visitor.len() < expected_replies
        || outcome.acknowledged.len() + outcome.refused < messages
    {
        tokio::select! {
            mark = marked.recv() => mark.iter().for_each(|mark| outcome.add(mark)),
            Some(ended) = tasks.join_next() => {
                // Whoever only writes is done when the schedule is.
                if !matches!(ended, Ok(Ok(()))) {
                    outcome.broken += 1;
                    say(format!("a client gave up: {ended:?}"));
                }
            }
            () = tokio::time::sleep_until(over_at.into()) => break,
        }
    }
    let took = first.elapsed();
    let share = |before: Duration, now: Duration| now.saturating_sub(before).as_secs_f64() / took.as_secs_f64();
    outcome.server_load = share(server_before, installation.server.processor_time()?);
    outcome.own_load = share(own_before, crate::process::own_processor_time()?);
    pacer.await.context("the schedule broke")?;
    tasks.shutdown().await;
    Ok(outcome)
}

impl Outcome {
    fn add(&mut self, mark: &Mark) {
        match mark {
            Mark::Paced(late) => self.pacing.record(*late),
            Mark::Acknowledged(latency) => self.acknowledged.record(*latency),
            Mark::Refused => self.refused += 1,
            Mark::ToOperator(latency) => self.to_operator.record(*latency),
            Mark::ToVisitor(latency) => self.to_visitor.record(*latency),
            Mark::Reopened => self.reopened += 1,
        }
    }

    /// Messages and replies stored per second of the plan.
    pub(super) fn stored_per_second(&self, plan: Plan) -> f64 {
        per_second(self.acknowledged.len() + self.to_visitor.len(), Duration::from_secs_f64(plan.seconds))
    }
}

/// On a thread of its own, because a runtime's timers are a millisecond coarse.
fn pace(board: &Board, messages: usize, visitors: &[mpsc::UnboundedSender<usize>]) {
    for number in 0..messages {
        let due = board.due(number);
        if let Some(wait) = due.checked_duration_since(Instant::now()) {
            std::thread::sleep(wait);
        }
        board.mark(Mark::Paced(due.elapsed()));
        if visitors[number % visitors.len()].send(number).is_err() {
            return;
        }
    }
}

/// The connections of a run, opened before its clock starts.
#[derive(Debug)]
struct Parts {
    writing: Vec<Connection>,
    reading: Vec<Resuming>,
    replying: Vec<Connection>,
    inboxes: Vec<Resuming>,
}

impl Parts {
    async fn open(installation: &Installation, held: &[Held], operators: &[Member]) -> Result<Self> {
        let address = installation.server.address();
        let mut parts = Self { writing: Vec::new(), reading: Vec::new(), replying: Vec::new(), inboxes: Vec::new() };
        for held in held {
            parts.writing.push(Connection::open(address).await?);
            parts.replying.push(Connection::open(address).await?);
            let cursor = installation.api.conversation(&operators[0], &held.conversation_id).await?.summary.seq;
            let about = About::Thread { conversation_id: held.conversation_id.clone() };
            parts.reading.push(Resuming::open(address, &held.visitor, about, cursor).await?);
        }
        for operator in operators {
            let feed = installation.api.feed(operator).await?;
            parts.inboxes.push(Resuming::open(address, &operator.identity, About::Inbox, feed).await?);
        }
        Ok(parts)
    }

    /// One task per visitor that writes what it is told, one message after the other, and one that reads.
    fn visitors(
        &mut self,
        held: &[Held],
        board: &Arc<Board>,
        agent_id: &str,
        plan: Plan,
        tasks: &mut JoinSet<Result<()>>,
    ) -> Vec<mpsc::UnboundedSender<usize>> {
        let mut visitors = Vec::with_capacity(held.len());
        for (at, (held, mut connection)) in held.iter().cloned().zip(self.writing.drain(..)).enumerate() {
            let (sender, mut numbers) = mpsc::unbounded_channel();
            visitors.push(sender);
            let (board, agent_id) = (Arc::clone(board), agent_id.to_owned());
            let mut ids = Seeded::new(plan.seed, at as u64);
            tasks.spawn(async move {
                while let Some(number) = numbers.recv().await {
                    let (id, text) = (ids.client_id(), body('m', number));
                    let request =
                        calls::send_message(&held.visitor, &agent_id, Some(&held.conversation_id), &id, &text);
                    match connection.exchange(&request, CALL_WITHIN).await {
                        Ok(response) if response.status == 200 => {
                            board.mark(Mark::Acknowledged(board.due(number).elapsed()));
                        }
                        Ok(_) | Err(_) => board.mark(Mark::Refused),
                    }
                }
                Ok(())
            });
        }
        for mut stream in self.reading.drain(..) {
            let board = Arc::clone(board);
            tasks.spawn(async move {
                loop {
                    let frame = board.next(&mut stream).await?;
                    if frame.event != "entry" {
                        continue;
                    }
                    if let Event::MemberMessage { text, .. } = &frame.json::<Entry>()?.event
                        && let Some(written) =
                            number_in(text, 'r').and_then(|number| board.replied.get(number)?.get().copied())
                    {
                        board.mark(Mark::ToVisitor(written.elapsed()));
                    }
                }
            });
        }
        visitors
    }

    /// One task per conversation that writes the operator's replies in order.
    fn desks(
        &mut self,
        held: &[Held],
        operator: &Identity,
        board: &Arc<Board>,
        plan: Plan,
        tasks: &mut JoinSet<Result<()>>,
    ) -> Vec<mpsc::UnboundedSender<usize>> {
        let mut desks = Vec::with_capacity(held.len());
        for (at, (held, mut connection)) in held.iter().cloned().zip(self.replying.drain(..)).enumerate() {
            let (sender, mut numbers) = mpsc::unbounded_channel();
            desks.push(sender);
            let (board, operator) = (Arc::clone(board), operator.clone());
            let mut ids = Seeded::new(plan.seed, 1_000_000 + at as u64);
            tasks.spawn(async move {
                while let Some(number) = numbers.recv().await {
                    let request = calls::reply(&operator, &held.conversation_id, &ids.client_id(), &body('r', number));
                    match connection.exchange(&request, CALL_WITHIN).await {
                        Ok(response) if response.status == 200 => {}
                        Ok(_) | Err(_) => board.mark(Mark::Refused),
                    }
                }
                Ok(())
            });
        }
        desks
    }

    /// The first inbox is timed and answers, the others only read, as in the peer's load.
    fn watch(
        &mut self,
        board: &Arc<Board>,
        desk_of: HashMap<String, usize>,
        desks: Vec<mpsc::UnboundedSender<usize>>,
        replies: Replies,
        tasks: &mut JoinSet<Result<()>>,
    ) {
        let mut inboxes = self.inboxes.drain(..);
        if let Some(mut inbox) = inboxes.next() {
            let board = Arc::clone(board);
            tasks.spawn(async move {
                loop {
                    let frame = board.next(&mut inbox).await?;
                    if frame.event != "change" {
                        continue;
                    }
                    let item: FeedItem = frame.json()?;
                    for number in item.entries.iter().filter_map(message_number) {
                        board.mark(Mark::ToOperator(board.due(number).elapsed()));
                        if replies == Replies::ToEach
                            && let Some(desk) = desk_of.get(&item.conversation_id)
                            && let Some(written) = board.replied.get(number)
                        {
                            let _ = written.set(Instant::now());
                            let _ = desks[*desk].send(number);
                        }
                    }
                }
            });
        }
        for mut inbox in inboxes {
            let board = Arc::clone(board);
            tasks.spawn(async move {
                loop {
                    board.next(&mut inbox).await?;
                }
            });
        }
    }
}

fn message_number(entry: &Entry) -> Option<usize> {
    match &entry.event {
        Event::VisitorMessage { text, .. } => number_in(text, 'm'),
        _ => None,
    }
}

/// A text of the usual length that carries a number.
fn body(kind: char, number: usize) -> String {
    format!("{:x<BODY_BYTES$}", format!("{kind}={number} "))
}

/// The number that a text of this kind carries.
fn number_in(text: &str, kind: char) -> Option<usize> {
    text.strip_prefix(kind)?.strip_prefix('=')?.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_the_usual_length_and_carry_their_number() {
        for number in [0, 7, 123_456] {
            assert_eq!(body('m', number).len(), BODY_BYTES);
            assert_eq!(number_in(&body('m', number), 'm'), Some(number));
            assert_eq!(number_in(&body('m', number), 'r'), None);
        }
        assert_eq!(number_in("hello", 'm'), None);
    }

    #[test]
    fn the_schedule_does_not_drift() {
        let (marks, _marked) = mpsc::unbounded_channel();
        let first = Instant::now();
        let board = Board { first, interval: Duration::from_secs_f64(1.0 / 3.0), replied: Vec::new(), marks };
        let error = (board.due(3_000) - first).abs_diff(Duration::from_secs(1_000));
        assert!(error < Duration::from_micros(10), "{error:?}");
    }

    #[test]
    fn what_has_not_arrived_is_counted_on_both_ways() {
        let mut outcome = Outcome { sent: 2, ..Outcome::default() };
        outcome.to_operator.record(Duration::ZERO);
        assert_eq!((outcome.undelivered(Replies::None), outcome.undelivered(Replies::ToEach)), (1, 3));
        let plan = Plan { rate: 10.0, seconds: 0.25, replies: Replies::None, seed: 0 };
        assert_eq!(plan.messages(), 3);
    }
}
