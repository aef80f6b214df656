//! One takeover that races one answer, watched from both sides.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;

use crate::calls;
use crate::checker::{self, Succession};
use crate::client::Member;
use crate::http::Connection;
use crate::identity::Identity;
use crate::log::{Entry, Event, OpenedConversation, Owner};
use crate::race::Options;
use crate::seeded::Seeded;
use crate::setup::{Installation, QUESTION};
use crate::sse::Frame;
use crate::stream::EventStream;

/// How long a single step may take.
const STEP_WITHIN: Duration = Duration::from_secs(20);
/// Between setting the scene and the question, so that a takeover can come before it.
const LEAD: Duration = Duration::from_millis(60);
/// How long is listened after the answer would have ended and the takeover was acknowledged.
const QUIET: Duration = Duration::from_millis(250);

/// When the takeover was acknowledged, as seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// Before the question was in the log.
    BeforeQuestion,
    /// After the question, before any word of the answer was shown.
    BeforeWords,
    /// After the first words, before the answer was in the log: its words were shown and then withdrawn.
    MidStream,
    /// After the answer was in the log.
    AfterAnswer,
    /// After the AI had given up on an answer.
    WithoutAnswer,
}

/// What one trial came to.
#[derive(Debug)]
pub(super) struct Trial {
    pub(super) moment: Moment,
    /// AI messages in the log after the takeover.
    pub(super) late_messages: usize,
    /// Pieces and signs of work of the AI that either side received after the takeover was acknowledged.
    pub(super) late_tokens: usize,
    /// Each of them.
    pub(super) late: Vec<Late>,
    /// Those of them that a client would have shown: it drops what is of an older epoch than it knows of.
    pub(super) late_shown: usize,
    /// The same, before it.
    pub(super) tokens_in_time: usize,
    pub(super) gaps: usize,
    pub(super) view_differences: usize,
    pub(super) wrong_owner: bool,
    /// From sending the takeover to its acknowledgement.
    pub(super) takeover: Duration,
    /// From sending the takeover until the visitor's stream said that somebody joined.
    pub(super) joined: Option<Duration>,
}

/// A place where one trial after the other is run: a member with an open inbox, and connections.
#[derive(Debug)]
pub(super) struct Lane {
    address: SocketAddr,
    agent_id: String,
    open_session: Vec<u8>,
    member: Member,
    visitor_calls: Connection,
    member_calls: Connection,
    inbox: EventStream,
    stream_id: String,
    feed: Succession,
}

#[derive(Deserialize)]
struct Session {
    visitor_token: String,
}

#[derive(Deserialize)]
struct Sent {
    conversation_id: String,
}

#[derive(Deserialize)]
struct Hello {
    stream_id: String,
}

impl Lane {
    pub(super) async fn open(installation: &Installation, member: &Member) -> Result<Self> {
        let address = installation.server.address();
        let feed = installation.api.feed(member).await?;
        let mut inbox = EventStream::open(address, &calls::inbox_path(feed), &member.identity).await?;
        let hello: Hello = inbox.wait_for("hello", STEP_WITHIN).await?.json()?;
        Ok(Self {
            address,
            agent_id: installation.agent_id.clone(),
            open_session: calls::open_session(&installation.agent_id, installation.ticket()),
            member: member.clone(),
            visitor_calls: Connection::open(address).await?,
            member_calls: Connection::open(address).await?,
            inbox,
            stream_id: hello.stream_id,
            feed: Succession::after(feed),
        })
    }

    /// How often a change was missing or came twice on the inbox's stream.
    pub(super) fn feed_gaps(&self) -> usize {
        self.feed.gaps + self.feed.repeats
    }

    pub(super) async fn trial(&mut self, number: u64, options: &Options) -> Result<Trial> {
        let mut numbers = Seeded::new(options.seed, number);
        let session: Session =
            self.visitor_calls.exchange(&self.open_session, STEP_WITHIN).await?.accepted()?.json()?;
        let visitor = Identity::visitor(&session.visitor_token);
        let (id, mut scene) = self.set_scene(&visitor, &mut numbers).await?;
        let look = calls::look_at(&self.member.identity, &self.stream_id, Some(&id));
        self.member_calls.exchange(&look, STEP_WITHIN).await?.accepted()?;

        let offset = numbers.microseconds(options.offset_from_ms * 1_000, options.offset_to_ms * 1_000);
        let ask_at = Instant::now() + LEAD;
        let timing = Timing {
            ask_at,
            take_at: shifted(ask_at, offset),
            answer_over_at: ask_at + Duration::from_millis(options.stream_ms) + QUIET,
        };
        let question = calls::send_message(&visitor, &self.agent_id, Some(&id), &numbers.client_id(), QUESTION);
        let taking = tokio::time::timeout(STEP_WITHIN, self.race(&mut scene, &timing, &question, &id)).await;
        let taken = taking.context("the race did not end in time")??;

        let read = calls::read_conversation(&self.member.identity, &id);
        let opened: OpenedConversation = self.member_calls.exchange(&read, STEP_WITHIN).await?.accepted()?.json()?;
        scene.catch_up(opened.entries.len()).await?;
        Ok(self.judge(&scene, &taken, &opened))
    }

    /// A thread in which the AI has said hello, and the visitor's stream on it.
    async fn set_scene(&mut self, visitor: &Identity, numbers: &mut Seeded) -> Result<(String, Scene)> {
        let hello = calls::send_message(visitor, &self.agent_id, None, &numbers.client_id(), "hello");
        let sent: Sent = self.visitor_calls.exchange(&hello, STEP_WITHIN).await?.accepted()?.json()?;
        let id = sent.conversation_id;
        let thread = EventStream::open(self.address, &calls::events_path(&id, 0), visitor).await?;
        let mut scene = Scene::new(&id, thread);
        let greeted = async {
            while !scene.seen.iter().any(|entry| matches!(entry.event, Event::AiMessage { .. })) {
                let frame = scene.thread.next().await?;
                scene.on_thread(&frame, Instant::now())?;
            }
            Ok::<_, anyhow::Error>(())
        };
        tokio::time::timeout(STEP_WITHIN, greeted).await.context("nobody said hello to the visitor")??;
        scene.tokens_in_time = 0;
        Ok((id, scene))
    }

    /// The race itself: both streams are read while the question and the takeover go out at their moments.
    async fn race(&mut self, scene: &mut Scene, timing: &Timing, question: &[u8], id: &str) -> Result<Taken> {
        let take_over = calls::take_over(&self.member.identity, id);
        let Self { visitor_calls, member_calls, inbox, feed, .. } = self;
        let (mut asked, mut stored, mut sent_at, mut taken) = (false, false, None, None::<Taken>);
        loop {
            let over_at = taken.as_ref().map(|taken| timing.answer_over_at.max(taken.acknowledged_at + QUIET));
            tokio::select! {
                biased;
                frame = scene.thread.next() => scene.on_thread(&frame?, Instant::now())?,
                frame = inbox.next() => scene.on_inbox(&frame?, feed, Instant::now())?,
                response = member_calls.response(), if sent_at.is_some() && taken.is_none() => {
                    let acknowledged_at = Instant::now();
                    let acted: Acted = response?.accepted().context("the takeover was refused")?.json()?;
                    // What lies in the sockets now was sent before the acknowledgement was: it is in time.
                    for frame in scene.thread.drain()? {
                        scene.on_thread(&frame, acknowledged_at)?;
                    }
                    for frame in inbox.drain()? {
                        scene.on_inbox(&frame, feed, acknowledged_at)?;
                    }
                    scene.acknowledged = Some(Acknowledged { at: acknowledged_at, epoch: acted.summary.epoch });
                    let sent_at = sent_at.unwrap_or(acknowledged_at);
                    taken = Some(Taken { sent_at, acknowledged_at });
                }
                response = visitor_calls.response(), if asked && !stored => {
                    response?.accepted().context("the question was refused")?;
                    stored = true;
                }
                () = tokio::time::sleep_until(timing.ask_at.into()), if !asked => {
                    visitor_calls.send(question).await?;
                    asked = true;
                }
                () = tokio::time::sleep_until(timing.take_at.into()), if sent_at.is_none() => {
                    sent_at = Some(Instant::now());
                    member_calls.send(&take_over).await?;
                }
                () = sleep_until(over_at), if stored && over_at.is_some() => break,
            }
        }
        taken.context("the takeover was not acknowledged")
    }

    fn judge(&self, scene: &Scene, taken: &Taken, opened: &OpenedConversation) -> Trial {
        let log = &opened.entries;
        let owner = Owner::Member(self.member.id.clone());
        let owned = checker::owner(log).as_ref() == Some(&owner) && Owner::from(&opened.summary.owner) == owner;
        Trial {
            moment: moment(log, scene.tokens_in_time),
            late_messages: checker::ai_messages_after_takeover(log).max(checker::ai_messages_out_of_turn(log)),
            late_tokens: scene.late.len(),
            late_shown: scene.late.iter().filter(|late| late.is_shown).count(),
            late: scene.late.clone(),
            tokens_in_time: scene.tokens_in_time,
            gaps: checker::gaps(log) + usize::from(opened.summary.seq != log.len() as u64),
            view_differences: checker::view_differences(log, &scene.seen) + log.len().abs_diff(scene.seen.len()),
            wrong_owner: !owned || checker::takers(log) != [self.member.id.as_str()],
            takeover: taken.acknowledged_at.saturating_duration_since(taken.sent_at),
            joined: scene.joined_at.map(|at| at.saturating_duration_since(taken.sent_at)),
        }
    }
}

/// When the takeover happened, from the log and from whether words of the answer were shown before it.
fn moment(log: &[Entry], tokens: usize) -> Moment {
    let before: Vec<_> =
        log.iter().map(|entry| &entry.event).take_while(|event| !matches!(event, Event::TakenOver { .. })).collect();
    // The first is the greeting, the second the question.
    let asked = before.iter().filter(|event| matches!(event, Event::VisitorMessage { .. })).count() > 1;
    let answers = before
        .iter()
        .filter(|event| matches!(event, Event::AiMessage { kind: crate::log::AiKind::Answer, .. }))
        .count();
    let replies = before.iter().filter(|event| matches!(event, Event::AiMessage { .. })).count();
    let handed_off = before.iter().any(|event| matches!(event, Event::HandoffRequested {}));
    match (asked, answers, tokens) {
        (false, ..) => Moment::BeforeQuestion,
        (true, 1.., _) => Moment::AfterAnswer,
        (true, 0, _) if replies > 1 || handed_off => Moment::WithoutAnswer,
        (true, 0, 0) => Moment::BeforeWords,
        (true, 0, _) => Moment::MidStream,
    }
}

/// The planned moments of a race.
#[derive(Debug)]
struct Timing {
    ask_at: Instant,
    take_at: Instant,
    answer_over_at: Instant,
}

/// An acknowledged takeover.
#[derive(Debug)]
struct Taken {
    sent_at: Instant,
    acknowledged_at: Instant,
}

/// What both streams have carried.
#[derive(Debug)]
struct Scene {
    conversation_id: String,
    thread: EventStream,
    seen: Vec<Entry>,
    acknowledged: Option<Acknowledged>,
    /// Pieces of an answer shown before.
    tokens_in_time: usize,
    /// Pieces of an answer, or signs of work on one, that came after.
    late: Vec<Late>,
    joined_at: Option<Instant>,
}

impl Scene {
    fn new(conversation_id: &str, thread: EventStream) -> Self {
        Self {
            conversation_id: conversation_id.to_owned(),
            thread,
            seen: Vec::new(),
            acknowledged: None,
            tokens_in_time: 0,
            late: Vec::new(),
            joined_at: None,
        }
    }

    /// Waits until the visitor's stream has shown as many entries as the log has; if it never does, that is a difference.
    async fn catch_up(&mut self, entries: usize) -> Result<()> {
        let caught_up = async {
            while self.seen.len() < entries {
                let frame = self.thread.next().await?;
                self.on_thread(&frame, Instant::now())?;
            }
            Ok(())
        };
        tokio::time::timeout(STEP_WITHIN, caught_up).await.unwrap_or(Ok(()))
    }

    fn on_thread(&mut self, frame: &Frame, at: Instant) -> Result<()> {
        match frame.event.as_str() {
            "entry" => {
                let entry: Entry = frame.json().context("the visitor's stream carries something else")?;
                ensure!(frame.id == Some(entry.seq), "an entry's frame has another number");
                if matches!(entry.event, Event::TakenOver { .. }) {
                    self.joined_at = Some(at);
                }
                self.seen.push(entry);
            }
            "delta" | "progress" => self.on_work(Side::Visitor, frame, at)?,
            "bye" => bail!("the visitor's stream was ended: {}", frame.data),
            _ => {}
        }
        Ok(())
    }

    fn on_inbox(&mut self, frame: &Frame, feed: &mut Succession, at: Instant) -> Result<()> {
        match frame.event.as_str() {
            "change" => {
                feed.take(frame.id.context("a change without a number")?);
            }
            "delta" | "progress" if frame.data.contains(&self.conversation_id) => {
                self.on_work(Side::Operator, frame, at)?;
            }
            "bye" | "reset" => bail!("the inbox's stream was ended: {} {}", frame.event, frame.data),
            _ => {}
        }
        Ok(())
    }

    /// A piece of an answer, or a sign of work on one, reached a side.
    fn on_work(&mut self, side: Side, frame: &Frame, at: Instant) -> Result<()> {
        let Some(acknowledged) = &self.acknowledged else {
            self.tokens_in_time += usize::from(frame.event == "delta");
            return Ok(());
        };
        let Work { epoch } = frame.json().context("a piece of an answer without an epoch")?;
        let is_shown = match side {
            // The visitor learns of the takeover from the thread itself.
            Side::Visitor => self.joined_at.is_none(),
            Side::Operator => epoch >= acknowledged.epoch,
        };
        let after = at - acknowledged.at;
        let description =
            format!("{} to the {side:?}, {after:?} after the acknowledgement: {}", frame.event, frame.data);
        self.late.push(Late { side, is_shown, after, description });
        Ok(())
    }
}

/// Who watches a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Visitor,
    Operator,
}

/// A piece of an answer, or a sign of work on one, that came after the takeover was acknowledged.
#[derive(Clone, Debug)]
pub(super) struct Late {
    pub(super) side: Side,
    is_shown: bool,
    pub(super) after: Duration,
    pub(super) description: String,
}

/// What pieces and signs of work have in common.
#[derive(Deserialize)]
struct Work {
    epoch: u64,
}

/// The acknowledgement of a takeover.
#[derive(Clone, Copy, Debug)]
struct Acknowledged {
    at: Instant,
    epoch: u64,
}

#[derive(Deserialize)]
struct Acted {
    summary: ActedSummary,
}

#[derive(Deserialize)]
struct ActedSummary {
    epoch: u64,
}

fn shifted(at: Instant, micros: i64) -> Instant {
    let by = Duration::from_micros(micros.unsigned_abs());
    if micros < 0 { at - by } else { at + by }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::AiKind;

    fn log(events: &[Event]) -> Vec<Entry> {
        events.iter().cloned().zip(1..).map(|(event, seq)| Entry { seq, event }).collect()
    }

    #[test]
    fn the_moment_of_a_takeover_is_read_from_the_log() {
        let visitor = || Event::VisitorMessage { client_id: "c".into(), text: "t".into() };
        let ai = |kind| Event::AiMessage { turn_id: "t".into(), kind, text: String::new() };
        let taken = || Event::TakenOver { member_id: "m".into() };
        let greeted = [Event::ConversationStarted {}, visitor(), ai(AiKind::SmallTalk)];
        let with = |rest: &[Event]| log(&[&greeted, rest].concat());
        let turn = || Event::TurnOpened { turn_id: "u".into() };
        assert_eq!(moment(&with(&[taken(), visitor()]), 0), Moment::BeforeQuestion);
        assert_eq!(moment(&with(&[visitor(), turn(), taken()]), 0), Moment::BeforeWords);
        assert_eq!(moment(&with(&[visitor(), turn(), taken()]), 3), Moment::MidStream);
        assert_eq!(moment(&with(&[visitor(), turn(), ai(AiKind::Answer), taken()]), 3), Moment::AfterAnswer);
        assert_eq!(moment(&with(&[visitor(), turn(), ai(AiKind::Abstain), taken()]), 0), Moment::WithoutAnswer);
        assert_eq!(moment(&with(&[visitor(), turn(), Event::HandoffRequested {}, taken()]), 0), Moment::WithoutAnswer);
    }

    #[test]
    fn moments_before_the_question_are_possible() {
        let at = Instant::now() + LEAD;
        assert_eq!(at - shifted(at, -50_000), Duration::from_millis(50));
        assert_eq!(shifted(at, 1_000) - at, Duration::from_millis(1));
        assert!(Duration::from_millis(50) < LEAD);
    }
}
