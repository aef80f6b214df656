//! The one way in which a conversation changes: load, decide, append, commit, tell.

use std::sync::Arc;
use std::time::Duration;

use baton_domain::agent::AgentSettings;
use baton_domain::conversation::{Command, Context, Conversation, Entry, Event, Place, Refusal, Summary, decide};
use baton_domain::ids::{ClientId, ConversationId, TurnId, WorkspaceId};
use baton_domain::time::Timestamp;
use baton_domain::turn::{Turn, TurnState};
use baton_realtime::{Committed, Muted, Signal, Topic};
use baton_storage::{Append, OnCommit, StoreError, Stored, TurnEnd, WriteUnit, quietly};

use crate::conversations::rated::note_ratings;
use crate::{AppError, Baton};

/// How often a lost race is tried again before giving up. Each loss means that somebody else made progress.
const ATTEMPTS_MAX: u32 = 50;

/// What a command came to.
#[derive(Clone, Debug)]
pub struct Acted {
    /// The state after it.
    pub state: Conversation,
    /// The row of the inbox after it.
    pub summary: Summary,
    /// What was added to the log; empty if it held already.
    pub entries: Vec<Entry>,
}

/// Applies a command to a stored conversation.
pub(crate) async fn act_on(
    baton: &Baton,
    workspace_id: WorkspaceId,
    id: ConversationId,
    client_id: Option<ClientId>,
    command: impl Fn(&Stored) -> Command + Send + Sync,
) -> Result<Acted, AppError> {
    for _ in 0..ATTEMPTS_MAX {
        let mut unit = baton.store().write().await?;
        let stored = unit.conversation(workspace_id, id).await?.ok_or(AppError::NotFound)?;
        let command = command(&stored);
        match Step::take(baton, unit.as_mut(), stored, command, client_id, None).await {
            Ok(Taken::Nothing(acted)) => {
                // What made it hold may be of the same group and not be on disk yet: answer only once it is.
                unit.commit(quietly()).await?;
                return Ok(acted);
            }
            Ok(Taken::Step(step)) => {
                let (acted, then, muted) = step.finish(baton);
                commit_and_settle(unit, then, muted.as_slice()).await?;
                return Ok(acted);
            }
            Err(AppError::Store(StoreError::Conflict)) => {
                drop(unit);
                if let Some(client_id) = client_id
                    && let Some(acted) = first_result(baton, workspace_id, id, client_id).await?
                {
                    return Ok(acted);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Err(AppError::Store(StoreError::Conflict))
}

/// Commits a change, and waits until the AI's words that were on their way when the owner changed are written (H7).
pub(crate) async fn commit_and_settle(
    unit: Box<dyn WriteUnit>,
    then: OnCommit,
    mutes: &[Muted],
) -> Result<(), AppError> {
    unit.commit(then).await?;
    for muted in mutes {
        muted.settled().await;
    }
    Ok(())
}

/// What a message with this client id came to when it was sent first.
pub(crate) async fn first_result(
    baton: &Baton,
    workspace_id: WorkspaceId,
    id: ConversationId,
    client_id: ClientId,
) -> Result<Option<Acted>, AppError> {
    let mut unit = baton.store().read().await?;
    let Some(entry) = unit.entry_of_client(workspace_id, id, client_id).await? else { return Ok(None) };
    let Some(Stored { state, summary }) = unit.conversation(workspace_id, id).await? else { return Ok(None) };
    Ok(Some(Acted { state, summary, entries: vec![entry] }))
}

/// What taking a step came to.
pub(crate) enum Taken {
    /// It held already.
    Nothing(Acted),
    /// Written in the unit, not committed yet.
    Step(Step),
}

/// A command's events, written in a unit of work that is not committed yet.
pub(crate) struct Step {
    acted: Acted,
    feed: u64,
    before: Option<Place>,
    muted: Option<Muted>,
    turn_due_at: Option<Timestamp>,
}

impl Step {
    /// Decides, and writes what follows: entries, row, turns. `end` is the turn that the command concludes.
    pub(crate) async fn take(
        baton: &Baton,
        unit: &mut dyn WriteUnit,
        stored: Stored,
        command: Command,
        client_id: Option<ClientId>,
        end: Option<(TurnId, TurnEnd)>,
    ) -> Result<Taken, AppError> {
        let Stored { state: before, summary } = stored;
        let agent = baton.agent(before.workspace_id, before.agent_id).await?;
        let someone_there = baton.people().someone_there(baton, before.workspace_id).await?;
        let now = baton.now();
        let ctx = Context { now, someone_there, settings: &agent.settings, fresh: baton.fresh_ids() };
        let events = decide(&before, command, &ctx)?;
        if events.is_empty() {
            return Ok(Taken::Nothing(Acted { state: before, summary, entries: Vec::new() }));
        }
        let mut state = before.clone();
        let entries = state.append(events, now);
        // Silence what the AI is streaming before the change of owner reaches the disk, not after (H7).
        let muted = (state.epoch != before.epoch).then(|| baton.hub().mute(state.id));
        let mut summary = summary;
        let was = (before.seq > 0).then_some(summary.place);
        summary.apply(&entries, &state);
        summary.agent_name.clone_from(&agent.name);
        let append = Append { before: &before, state: &state, summary: &summary, entries: &entries, client_id };
        let feed = if before.seq == 0 { unit.begin_conversation(append).await? } else { unit.append(append).await? };
        note_ratings(baton, unit, &state, &entries).await?;
        let turn_due_at = write_turns(unit, &before, &state, &entries, &agent.settings, now, end).await?;
        Ok(Taken::Step(Self { acted: Acted { state, summary, entries }, feed, before: was, muted, turn_due_at }))
    }

    /// What happens once the unit is committed: watchers are told, superseded work stops, new work begins.
    /// The mute is to be held until then, and dropped after the commit has been acknowledged inside.
    pub(crate) fn finish(self, baton: &Baton) -> (Acted, OnCommit, Option<Muted>) {
        let Self { acted, feed, before, muted, turn_due_at } = self;
        let baton = baton.clone();
        let Acted { state, summary, entries } = acted.clone();
        let then = Box::new(move || {
            baton.running().keep_only(state.id, state.open_turn());
            let committed = Committed::new(state.workspace_id, feed, entries, summary, before);
            let signal = Arc::new(Signal::Committed(Box::new(committed)));
            baton.hub().publish(Topic::Conversation(state.id), &signal);
            baton.hub().publish(Topic::Inbox(state.workspace_id), &signal);
            if turn_due_at.is_some() {
                baton.turns_due().notify_one();
            }
        });
        (acted, then, muted)
    }
}

async fn write_turns(
    unit: &mut dyn WriteUnit,
    before: &Conversation,
    state: &Conversation,
    entries: &[Entry],
    settings: &AgentSettings,
    now: Timestamp,
    end: Option<(TurnId, TurnEnd)>,
) -> Result<Option<Timestamp>, AppError> {
    if let Some((turn_id, end)) = end {
        unit.end_turn(state.workspace_id, turn_id, &end).await?;
    }
    if before.open_turn().is_some() && state.open_turn().is_none() {
        unit.supersede_turns(state.workspace_id, state.id, now).await?;
    }
    let opened = entries.iter().any(|entry| matches!(entry.event, Event::TurnOpened { .. }));
    let Some(turn_id) = state.open_turn().filter(|_| opened) else { return Ok(None) };
    // A person who gave the conversation back has waited enough: only a visitor's burst is waited for.
    let by_visitor = entries.iter().any(|entry| matches!(entry.event, Event::VisitorMessage { .. }));
    let due_at = now.after(if by_visitor { settings.burst_wait() } else { Duration::ZERO });
    let turn = Turn {
        id: turn_id,
        workspace_id: state.workspace_id,
        agent_id: state.agent_id,
        conversation_id: state.id,
        epoch: state.epoch,
        state: TurnState::Pending,
        due_at,
        deadline_at: now.after(settings.answer_deadline()),
        attempts: 0,
    };
    unit.open_turn(&turn).await?;
    Ok(Some(due_at))
}

/// A refusal that means that somebody else was faster.
pub(crate) fn is_superseded(error: &AppError) -> bool {
    matches!(error, AppError::Refused(Refusal::Superseded))
}
