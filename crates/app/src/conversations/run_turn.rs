//! One turn of the AI: read what is unanswered, answer it or not, ask the policy, store what follows (A1-A9, H1).
//!
//! Whatever happens, a turn ends: with an answer, an abstention, a handoff, a line that says so, or because something newer took its place.
//! If this node dies in the middle, the lease runs out and another claims the turn; nothing was said before the commit.

use std::sync::Arc;
use std::time::Duration;

use baton_answer::intent::{Intent, classify};
use baton_answer::{Progress, Question, Turn as Said, Who};
use baton_domain::conversation::{Command, Entry, Event, Reply};
use baton_domain::policy::{self, Decision, Features, Finding, PolicyAction};
use baton_domain::turn::{TURN_ATTEMPTS_MAX, TURN_LEASE, Turn, TurnOutcome};
use baton_realtime::{Phase, Signal, Topic};
use baton_storage::{AgentRow, StoreError, Stored, TurnConfidence, TurnEnd, quietly};
use serde_json::{Value, json};

use crate::conversations::answering::answer;
use crate::conversations::commit::{Step, Taken, commit_and_settle, is_superseded};
use crate::conversations::mood::frustration;
use crate::conversations::thread::all_entries;
use crate::{AppError, Baton};

/// What the AI takes into account at most, messages.
const HISTORY_MAX: usize = 20;

/// Kept back from the deadline for storing what the turn came to.
const RESERVE: Duration = Duration::from_secs(2);

/// How often a lost race is tried again.
const ATTEMPTS_MAX: u32 = 50;

/// Works on a claimed turn until it has ended or is somebody else's.
pub async fn run_turn(baton: &Baton, turn: Turn) {
    let stopped = baton.running().begin(&turn);
    let work = async {
        let hold = hold(baton, &turn);
        tokio::select! {
            result = work_on(baton, &turn) => result,
            () = hold => Ok(()),
        }
    };
    let result = tokio::select! {
        result = work => result,
        // Superseded, and its row ended with whatever superseded it.
        () = stopped.cancelled() => Ok(()),
        () = baton.shutdown().cancelled() => give_back(baton, &turn).await,
    };
    baton.running().end(turn.conversation_id, turn.id);
    if let Err(error) = result {
        tracing::error!(turn.id = %turn.id, turn.attempts = turn.attempts, error = &error as &dyn std::error::Error, "a turn failed");
    }
}

/// Renews the lease for as long as the work takes.
async fn hold(baton: &Baton, turn: &Turn) {
    loop {
        tokio::time::sleep(TURN_LEASE / 3).await;
        let renewed = async {
            let mut unit = baton.store().write().await?;
            unit.renew_turn(turn.workspace_id, turn.id, baton.now().after(TURN_LEASE)).await?;
            unit.commit(quietly()).await
        };
        if let Err(error) = renewed.await {
            tracing::warn!(turn.id = %turn.id, error = &error as &dyn std::error::Error, "cannot hold a turn longer");
        }
    }
}

/// Lets go of a turn that this node will not finish, so that the next start or another node goes on at once.
async fn give_back(baton: &Baton, turn: &Turn) -> Result<(), AppError> {
    let mut unit = baton.store().write().await?;
    unit.renew_turn(turn.workspace_id, turn.id, baton.now()).await?;
    Ok(unit.commit(quietly()).await?)
}

async fn work_on(baton: &Baton, turn: &Turn) -> Result<(), AppError> {
    let mut unit = baton.store().read().await?;
    let stored = unit.conversation(turn.workspace_id, turn.conversation_id).await?.ok_or(AppError::NotFound)?;
    let is_current = stored.state.epoch == turn.epoch && stored.state.open_turn() == Some(turn.id);
    let entries = if is_current { all_entries(unit.as_mut(), &stored).await? } else { Vec::new() };
    drop(unit);
    if !is_current {
        return supersede(baton, turn).await;
    }
    let agent = baton.agent(turn.workspace_id, turn.agent_id).await?;
    let question = question(&stored, &entries);
    let found = if asks_for_person(&question) {
        Found { reply: None, finding: Finding::Asked, frustration: 0.0, features: Value::Null, sure: None }
    } else {
        find(baton, turn, &agent, &question).await
    };
    conclude(baton, turn, &agent, found).await
}

/// What a turn found, before the policy.
struct Found {
    reply: Option<Reply>,
    finding: Finding,
    /// How frustrated the visitor is, 0 to 1.
    frustration: f64,
    features: Value,
    /// How sure the docs' answer is, if it was a question to them.
    sure: Option<TurnConfidence>,
}

impl Found {
    fn broken(why: &str) -> Self {
        Self { reply: None, finding: Finding::Broken, frustration: 0.0, features: json!({ "broken": why }), sure: None }
    }
}

/// Answers within the turn's time. Too late, too often tried, or an error: the policy decides what the visitor gets instead.
async fn find(baton: &Baton, turn: &Turn, agent: &AgentRow, question: &Question) -> Found {
    let now = baton.now();
    let left = Duration::from_millis(u64::try_from(turn.deadline_at.0 - now.0).unwrap_or(0)).saturating_sub(RESERVE);
    if left.is_zero() || turn.attempts > TURN_ATTEMPTS_MAX {
        return Found::broken("out of time or attempts");
    }
    let topic = Topic::Conversation(turn.conversation_id);
    let mut sink = |progress: Progress| {
        baton.running().note(turn, &progress);
        baton.hub().publish(topic, &Arc::new(signal(turn, progress)));
    };
    match tokio::time::timeout(left, answer(baton, agent, question, left, &mut sink)).await {
        Ok(Ok(answered)) => Found {
            reply: Some(answered.reply),
            finding: answered.finding,
            frustration: frustration(baton, question).await,
            features: answered.features,
            sure: answered.sure,
        },
        Ok(Err(error)) => {
            tracing::error!(turn.id = %turn.id, error = &error as &dyn std::error::Error, "answering failed");
            Found::broken("answering failed")
        }
        Err(_) => Found::broken("out of time"),
    }
}

fn signal(turn: &Turn, progress: Progress) -> Signal {
    let (conversation_id, turn_id, epoch) = (turn.conversation_id, turn.id, turn.epoch);
    let doing = |phase, title| Signal::Progress { conversation_id, turn_id, epoch, phase, title };
    match progress {
        Progress::Searching | Progress::Restart => doing(Phase::Searching, None),
        Progress::Reading { title } => doing(Phase::Reading, Some(title)),
        Progress::Writing => doing(Phase::Writing, None),
        Progress::Delta { offset, text } => {
            Signal::Delta { conversation_id, turn_id, epoch, offset: offset as u64, text }
        }
    }
}

/// Stores what the turn came to, unless something newer took its place: the fence is in the same transaction (H7).
async fn conclude(baton: &Baton, turn: &Turn, agent: &AgentRow, found: Found) -> Result<(), AppError> {
    for _ in 0..ATTEMPTS_MAX {
        let mut unit = baton.store().write().await?;
        let stored = unit.conversation(turn.workspace_id, turn.conversation_id).await?.ok_or(AppError::NotFound)?;
        let features = Features {
            finding: found.finding.clone(),
            failed_answers: stored.state.failed_answers(),
            someone_there: baton.people().someone_there(baton, turn.workspace_id).await?,
            frustration: found.frustration,
        };
        let decision = policy::decide(&agent.settings.policy(), &features);
        let end = TurnEnd {
            outcome: outcome(&decision, &found),
            at: baton.now(),
            features: json!({ "policy": features, "answer": found.features }),
            decision: serde_json::to_value(&decision).unwrap_or_default(),
            confidence: found.sure,
        };
        let command =
            Command::ConcludeTurn { turn_id: turn.id, epoch: turn.epoch, reply: found.reply.clone(), decision };
        match Step::take(baton, unit.as_mut(), stored, command, None, Some((turn.id, end))).await {
            Ok(Taken::Nothing(_)) => return Ok(()),
            Ok(Taken::Step(step)) => {
                let (_, then, muted) = step.finish(baton);
                commit_and_settle(unit, then, muted.as_slice()).await?;
                return Ok(());
            }
            Err(AppError::Store(StoreError::Conflict)) => {}
            Err(error) if is_superseded(&error) => {
                drop(unit);
                return supersede(baton, turn).await;
            }
            Err(error) => return Err(error),
        }
    }
    Err(AppError::Store(StoreError::Conflict))
}

fn outcome(decision: &Decision, found: &Found) -> TurnOutcome {
    match decision.action {
        PolicyAction::HandOff => TurnOutcome::HandedOff,
        PolicyAction::Answer | PolicyAction::AnswerAndOffer => TurnOutcome::Answered,
        PolicyAction::Suppress if matches!(found.finding, Finding::Answered { .. }) => TurnOutcome::Answered,
        PolicyAction::PointToButton => TurnOutcome::Abstained,
        PolicyAction::Abstain | PolicyAction::Suppress if found.reply.is_some() => TurnOutcome::Abstained,
        PolicyAction::Abstain | PolicyAction::Suppress => TurnOutcome::Failed,
    }
}

async fn supersede(baton: &Baton, turn: &Turn) -> Result<(), AppError> {
    let end = TurnEnd {
        outcome: TurnOutcome::Superseded,
        at: baton.now(),
        features: Value::Null,
        decision: Value::Null,
        confidence: None,
    };
    let mut unit = baton.store().write().await?;
    unit.end_turn(turn.workspace_id, turn.id, &end).await?;
    Ok(unit.commit(quietly()).await?)
}

/// Everything that nobody has followed, and what was said before since the start or the last close (A2, A5).
fn question(stored: &Stored, entries: &[Entry]) -> Question {
    let from = stored.state.unanswered.unwrap_or(stored.state.seq);
    let mut question = Question::default();
    for entry in entries.iter().filter(|entry| entry.seq > stored.state.context_after) {
        let (who, text) = match &entry.event {
            Event::VisitorMessage { text, .. } if entry.seq >= from => {
                question.burst.push(text.clone());
                continue;
            }
            Event::VisitorMessage { text, .. } => (Who::Visitor, text),
            Event::AiMessage { text, .. } => (Who::Ai, text),
            Event::MemberMessage { text, .. } => (Who::Member, text),
            _ => continue,
        };
        question.history.push(Said { who, text: text.clone() });
    }
    let surplus = question.history.len().saturating_sub(HISTORY_MAX);
    question.history.drain(..surplus);
    question
}

/// In manual mode an ask can be part of a burst.
fn asks_for_person(question: &Question) -> bool {
    question.burst.iter().any(|text| matches!(classify(text), Intent::AsksForPerson { .. }))
}
