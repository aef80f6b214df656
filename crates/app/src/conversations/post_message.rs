//! A visitor writes or presses a button: the thread they continue is found or begun, and the message is in it, once.

use baton_domain::agent::FieldError;
use baton_domain::conversation::{ActionTaken, Command, Conversation, Entry, Event, Outcome, Owner, Reading, Summary};
use baton_domain::ids::{ClientId, ConversationId};
use baton_domain::text::{MessageText, Page, cut};
use baton_domain::time::Timestamp;
use baton_storage::{AgentRow, OnCommit, StoreError, Stored, Visitor, WriteUnit};

use crate::conversations::commit::{Acted, Step, Taken, commit_and_settle, first_result};
use crate::{AppError, Baton};

/// Pages before the current one that are kept when a thread begins.
const TRAIL_MAX: usize = 20;

/// How often a lost race is tried again.
const ATTEMPTS_MAX: u32 = 50;

/// What the widget knows of the visitor when they write.
#[derive(Clone, Debug, Default)]
pub struct Arrival {
    /// The thread they look at, if they have one. It must be theirs; which one is continued is decided here.
    pub conversation_id: Option<ConversationId>,
    /// The page they are on.
    pub page: Option<Page>,
    /// The pages before, oldest first.
    pub trail: Vec<Page>,
    /// Where they came to the site from.
    pub referrer: Option<String>,
    /// Their language.
    pub locale: Option<String>,
    /// Their browser, as it calls itself.
    pub user_agent: Option<String>,
}

/// A message that is in the log.
#[derive(Clone, Debug)]
pub struct Posted {
    /// The thread it is in.
    pub conversation_id: ConversationId,
    /// What the commit added; on a repeated message, that message's entry.
    pub entries: Vec<Entry>,
    /// Number of the last of them.
    pub cursor: u64,
}

/// A visitor writes.
///
/// # Errors
/// [`AppError::ClientIdReused`] if the id was used for another text, [`AppError::UnknownConversation`] if the thread they look at is not theirs.
pub async fn post_message(
    baton: &Baton,
    visitor: &Visitor,
    client_id: ClientId,
    text: MessageText,
    arrival: Arrival,
) -> Result<Posted, AppError> {
    let reading = read(&text);
    let command = || Command::VisitorWrites { client_id, text: text.clone(), reading: reading.clone() };
    let posted = arrive(baton, visitor, client_id, arrival, &command).await?;
    let same = posted.entries.iter().all(|entry| match &entry.event {
        Event::VisitorMessage { client_id: sent, text: stored } => *sent != client_id || stored == text.as_str(),
        _ => true,
    });
    if same { Ok(posted) } else { Err(AppError::ClientIdReused) }
}

/// A visitor presses a button that brings in a person.
///
/// # Errors
/// [`AppError::NotFound`] if the agent has no such button, [`AppError::Invalid`] naming the fields that cannot be,
/// [`AppError::UnknownConversation`] if the thread they look at is not theirs.
pub async fn press_action(
    baton: &Baton,
    visitor: &Visitor,
    client_id: ClientId,
    action_id: &str,
    value_of: impl FnMut(&str) -> Option<String>,
    arrival: Arrival,
) -> Result<Posted, AppError> {
    let agent = baton.agent(visitor.workspace_id, visitor.agent_id).await?;
    let action = agent.settings.action(action_id).ok_or(AppError::NotFound)?;
    let fields = action.fill(value_of).map_err(|errors: Vec<FieldError>| AppError::Invalid(errors))?;
    let taken = ActionTaken { action_id: action.action_id.clone(), label: action.label.clone(), fields };
    arrive(baton, visitor, client_id, arrival, &|| Command::PressAction { action: taken.clone() }).await
}

/// What kind of message a text is.
fn read(text: &MessageText) -> Reading {
    match baton_answer::intent::classify(text.as_str()) {
        baton_answer::intent::Intent::SmallTalk { .. } => Reading::SmallTalk,
        baton_answer::intent::Intent::AsksForPerson { evidence } => {
            Reading::AsksForPerson { evidence: format!("wrote “{}”", cut(&evidence, 200)) }
        }
        baton_answer::intent::Intent::Question => Reading::Question,
    }
}

async fn arrive(
    baton: &Baton,
    visitor: &Visitor,
    client_id: ClientId,
    arrival: Arrival,
    command: &(dyn Fn() -> Command + Send + Sync),
) -> Result<Posted, AppError> {
    let agent = baton.agent(visitor.workspace_id, visitor.agent_id).await?;
    for _ in 0..ATTEMPTS_MAX {
        let mut unit = baton.store().write().await?;
        let latest = unit.latest_conversation(visitor.workspace_id, visitor.agent_id, visitor.id).await?;
        let latest_id = latest.as_ref().map(|stored| stored.state.id);
        if let Some(named) = arrival.conversation_id.filter(|named| latest_id != Some(*named)) {
            let stored = unit.conversation(visitor.workspace_id, named).await?;
            stored.filter(|stored| stored.state.visitor_id == visitor.id).ok_or(AppError::UnknownConversation)?;
        }
        match deliver(baton, unit.as_mut(), visitor, &agent, latest, client_id, &arrival, command).await {
            Ok((acted, thens, mutes)) => {
                commit_and_settle(unit, Box::new(move || thens.into_iter().for_each(|then| then())), &mutes).await?;
                return Ok(posted(acted));
            }
            Err(AppError::Store(StoreError::Conflict)) => {
                drop(unit);
                // Sent before: say again what came of it.
                if let Some(id) = latest_id
                    && let Some(acted) = first_result(baton, visitor.workspace_id, id, client_id).await?
                {
                    return Ok(posted(acted));
                }
            }
            Err(error) => return Err(error),
        }
    }
    Err(AppError::Store(StoreError::Conflict))
}

fn posted(acted: Acted) -> Posted {
    Posted {
        conversation_id: acted.state.id,
        cursor: acted.entries.last().map_or(acted.state.seq, |entry| entry.seq),
        entries: acted.entries,
    }
}

type Delivered = (Acted, Vec<OnCommit>, Vec<baton_realtime::Muted>);

/// Continues the visitor's thread, or begins one, and applies the command to it.
#[expect(clippy::too_many_arguments, reason = "one caller; they are the parts of one delivery")]
async fn deliver(
    baton: &Baton,
    unit: &mut dyn WriteUnit,
    visitor: &Visitor,
    agent: &AgentRow,
    latest: Option<Stored>,
    client_id: ClientId,
    arrival: &Arrival,
    command: &(dyn Fn() -> Command + Send + Sync),
) -> Result<Delivered, AppError> {
    let now = baton.now();
    let (mut thens, mut mutes) = (Vec::new(), Vec::new());
    let mut step = |taken: Taken| match taken {
        Taken::Nothing(acted) => acted,
        Taken::Step(step) => {
            let (acted, then, muted) = step.finish(baton);
            thens.push(then);
            mutes.extend(muted);
            acted
        }
    };
    let continued = match latest {
        Some(stored) if continues(&stored.state, agent, now) => stored,
        before => {
            let previous_conversation_id = before.as_ref().map(|stored| stored.state.id);
            // One open thread per visitor and agent (H10): the one they left long ago ends here.
            if let Some(stale) = before.filter(|stored| !stored.state.is_closed()) {
                let close = Command::Close { by: None, outcome: Outcome::Lapsed };
                step(Step::take(baton, unit, stale, close, None, None).await?);
            }
            let state = Conversation::new(baton.fresh(), visitor.workspace_id, visitor.agent_id, visitor.id, now);
            let summary = Summary::new(&state);
            let start = start_command(arrival, previous_conversation_id);
            let begun = step(Step::take(baton, unit, Stored { state, summary }, start, None, None).await?);
            Stored { state: begun.state, summary: begun.summary }
        }
    };
    let moved = arrival
        .page
        .clone()
        .filter(|page| continued.summary.page.as_ref() != Some(page) && !continued.state.is_closed());
    let continued = match moved {
        None => continued,
        Some(page) => {
            let acted = step(Step::take(baton, unit, continued, Command::VisitPage { page }, None, None).await?);
            Stored { state: acted.state, summary: acted.summary }
        }
    };
    let acted = step(Step::take(baton, unit, continued, command(), Some(client_id), None).await?);
    Ok((acted, thens, mutes))
}

/// Whether a visitor who writes now goes on with this thread (H9).
/// A thread that a person has, or that waits for one, is always continued: it is theirs to end.
pub(crate) fn continues(state: &Conversation, agent: &AgentRow, now: Timestamp) -> bool {
    match state.owner {
        Owner::Queue { .. } | Owner::Member { .. } => true,
        Owner::Ai { .. } | Owner::Closed { .. } => now.since(state.active_at) <= agent.settings.session_window(),
    }
}

fn start_command(arrival: &Arrival, previous_conversation_id: Option<ConversationId>) -> Command {
    let trail = &arrival.trail[arrival.trail.len().saturating_sub(TRAIL_MAX)..];
    Command::Start {
        page: arrival.page.clone(),
        trail: trail.to_vec(),
        referrer: arrival.referrer.as_deref().map(|referrer| cut(referrer, 2_000)),
        locale: arrival.locale.as_deref().map(|locale| cut(locale, 35)),
        user_agent: arrival.user_agent.as_deref().map(|agent| cut(agent, 400)),
        previous_conversation_id,
    }
}
