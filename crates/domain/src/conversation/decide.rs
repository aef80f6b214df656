//! Which events follow from a state and a command. Pure and total: it changes nothing and always answers.

use std::time::Duration;

use crate::agent::{AiResumes, Announcement};
use crate::conversation::{
    ActionTaken, By, Command, Context, Conversation, Event, Line, Owner, Person, Reading, Refusal, ReopenedTo, Reply,
    ReplyKind, Side, TakenFrom,
};
use crate::ids::{ClientId, TurnId};
use crate::policy::{self, Decision, Features, Finding, HandoffReason, NobodyThere, PolicyAction};
use crate::text::MessageText;
use crate::time::Timestamp;

/// While a visitor waits, a message gets a line saying so, but not more often than this.
pub const HOLDING_EVERY: Duration = Duration::from_secs(60);

const NOBODY_THERE: &str =
    "No one is online right now. Your conversation is with our team: they'll see all of it and reply here.";
const HOLDING: &str = "Thanks, we've added this. Our team has the full conversation and will reply here.";
const AFTER_CLOSE: &str = "You're welcome. Write here any time if you need anything else.";
const STILL_CLOSED: &str = "Thanks. Write here any time if you need anything else.";
const FAILED: &str = "Something went wrong on our side, and I couldn't answer that. Please try again in a moment.";
const NO_HUMAN_LINE: &str = "You'd like to talk to a person.";

/// What follows from `command`. An empty list means that it holds already.
pub fn decide(state: &Conversation, command: Command, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    if state.seq == 0 && !matches!(command, Command::Start { .. }) {
        return Err(Refusal::NotPossible("the conversation has not begun yet"));
    }
    match command {
        Command::Start { page, trail, referrer, locale, user_agent, previous_conversation_id } => {
            if state.seq > 0 {
                return Err(Refusal::NotPossible("the conversation has begun already"));
            }
            Ok(vec![Event::ConversationStarted { page, trail, referrer, locale, user_agent, previous_conversation_id }])
        }
        Command::VisitorWrites { client_id, text, reading } => {
            Ok(visitor_writes(state, client_id, &text, &reading, ctx))
        }
        Command::PressAction { action } => Ok(press_action(state, action, ctx)),
        Command::ConcludeTurn { turn_id, epoch, reply, decision } => {
            conclude_turn(state, turn_id, epoch, reply, decision, ctx)
        }
        Command::TakeOver { member } => take_over(state, &member, ctx),
        Command::MemberWrites { member, client_id, text } => member_writes(state, member, client_id, text, ctx),
        Command::Assign { to, by } => assign(state, to, by, ctx),
        Command::ReturnToQueue { by } => return_to_queue(state, by, ctx),
        Command::ReturnToAi { by } => return_to_ai(state, by, ctx),
        Command::Close { by, outcome } => Ok(match state.owner {
            Owner::Closed { .. } => Vec::new(),
            Owner::Ai { .. } | Owner::Queue { .. } | Owner::Member { .. } => {
                vec![Event::Closed { by: by.map_or(By::System, by_member), outcome }]
            }
        }),
        Command::Reopen { by } => match state.owner {
            Owner::Closed { .. } => Ok(vec![Event::Reopened { by: by_member(by), to: ReopenedTo::Member }]),
            Owner::Ai { .. } | Owner::Queue { .. } | Owner::Member { .. } => {
                Err(Refusal::NotPossible("This conversation is open. Take it over instead."))
            }
        },
        Command::See { by, up_to } => {
            let up_to = up_to.min(state.seq);
            let before = match by {
                Side::Visitor => state.seen_by_visitor,
                Side::Team => state.seen_by_team,
            };
            Ok(if up_to > before { vec![Event::Seen { by, up_to }] } else { Vec::new() })
        }
        Command::Rate { message_seq, rating, comment } => {
            if !(1..=state.seq).contains(&message_seq) {
                return Err(Refusal::NotPossible("there is no such message to rate"));
            }
            Ok(vec![Event::Rated { message_seq, rating, comment }])
        }
        Command::VisitPage { page } => {
            Ok(if state.is_closed() { Vec::new() } else { vec![Event::PageVisited { page }] })
        }
    }
}

/// A visitor's message is always accepted once the conversation has begun; what follows it depends on who has the conversation.
fn visitor_writes(
    state: &Conversation,
    client_id: ClientId,
    text: &MessageText,
    reading: &Reading,
    ctx: &Context<'_>,
) -> Vec<Event> {
    let message = Event::VisitorMessage { client_id, text: text.as_str().to_owned() };
    let mut events = Vec::new();
    match &state.owner {
        Owner::Ai { .. } => {
            events.push(message);
            ai_follows(&mut events, state.open_turn(), reading, ctx);
        }
        Owner::Queue { told_at, .. } => {
            events.push(message);
            events.extend(repeated(reading));
            events.extend(holding_line(*told_at, ctx));
        }
        Owner::Member { .. } => events.push(message),
        Owner::Closed { handoff, .. } => {
            let waits_for_person = ctx.settings.ai_resumes != AiResumes::AfterClose && handoff.is_some();
            match reading {
                // "Thanks" after a close wakes nobody (H9).
                Reading::SmallTalk => {
                    events.push(message);
                    events.push(line(Line::Closed, if waits_for_person { STILL_CLOSED } else { AFTER_CLOSE }));
                }
                Reading::AsksForPerson { .. } | Reading::Question if waits_for_person => {
                    events.push(Event::Reopened { by: By::Visitor, to: ReopenedTo::Queue });
                    events.push(message);
                    events.extend(repeated(reading));
                    events.push(line(Line::Holding, HOLDING));
                }
                Reading::AsksForPerson { .. } | Reading::Question => {
                    events.push(Event::Reopened { by: By::Visitor, to: ReopenedTo::Ai });
                    events.push(message);
                    ai_follows(&mut events, None, reading, ctx);
                }
            }
        }
    }
    events
}

/// What follows a message while the AI has the conversation: a person if the visitor asks for one, otherwise a turn.
fn ai_follows(events: &mut Vec<Event>, open_turn: Option<TurnId>, reading: &Reading, ctx: &Context<'_>) {
    let Reading::AsksForPerson { evidence } = reading else {
        events.push(Event::TurnOpened { turn_id: ctx.fresh.turn_id });
        return;
    };
    let features =
        Features { finding: Finding::Asked, failed_answers: 0, someone_there: ctx.someone_there, frustration: 0.0 };
    let decision = policy::decide(&ctx.settings.policy(), &features);
    match (decision.action, decision.reason) {
        (PolicyAction::HandOff, Some(reason)) => hand_off(events, reason, evidence.clone(), None, None, ctx),
        // Earlier messages of the burst still want their answer; its end brings the line about the button.
        _ if open_turn.is_some() => events.push(Event::TurnOpened { turn_id: ctx.fresh.turn_id }),
        _ => events.push(use_button(ctx)),
    }
}

fn press_action(state: &Conversation, action: ActionTaken, ctx: &Context<'_>) -> Vec<Event> {
    let evidence = format!("pressed “{}”", action.label);
    match &state.owner {
        Owner::Queue { told_at, .. } => {
            let mut events =
                vec![Event::HandoffRepeated { reason: HandoffReason::Action, evidence, action: Some(action) }];
            events.extend(holding_line(*told_at, ctx));
            events
        }
        Owner::Member { .. } => {
            vec![Event::HandoffRepeated { reason: HandoffReason::Action, evidence, action: Some(action) }]
        }
        Owner::Ai { .. } | Owner::Closed { .. } => {
            let mut events = Vec::new();
            if state.is_closed() {
                events.push(Event::Reopened { by: By::Visitor, to: ReopenedTo::Ai });
            }
            hand_off(&mut events, HandoffReason::Action, evidence, None, Some(action), ctx);
            events
        }
    }
}

fn conclude_turn(
    state: &Conversation,
    turn_id: TurnId,
    epoch: u64,
    reply: Option<Reply>,
    decision: Decision,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    // The fence of H7: whatever was begun under another owner, or before a newer message, is never said.
    if state.epoch != epoch || state.open_turn() != Some(turn_id) {
        return Err(Refusal::Superseded);
    }
    let mut events = Vec::new();
    let says = |reply: Option<Reply>, offers_person: bool| reply.map(|reply| ai_message(turn_id, reply, offers_person));
    match (decision.action, decision.reason) {
        (PolicyAction::HandOff, Some(reason)) => {
            events.extend(says(reply.filter(|reply| reply.kind == ReplyKind::Abstain), false));
            let answered = !events.is_empty();
            hand_off(&mut events, reason, decision.why, Some(turn_id), None, ctx);
            // A silent handoff may add nothing to an abstention, but it may not be all that follows a message (A9).
            if !answered && !events.iter().any(|event| matches!(event, Event::SystemLine { .. })) {
                events.push(line(Line::Holding, HOLDING));
            }
        }
        (PolicyAction::PointToButton, _) => {
            // What else the burst asked is answered too (A5).
            events.extend(says(reply.filter(|reply| reply.kind != ReplyKind::Abstain), false));
            events.push(use_button(ctx));
        }
        (PolicyAction::Suppress, Some(reason)) => {
            events.push(says(reply, false).unwrap_or_else(|| line(Line::Failed, FAILED)));
            events.push(Event::HandoffSuppressed { reason, evidence: decision.why, turn_id: Some(turn_id) });
        }
        (PolicyAction::Abstain | PolicyAction::AnswerAndOffer, _) => {
            // A person is offered only where one would be brought in (H3).
            let offered = ctx.someone_there || ctx.settings.handoff.nobody_there == NobodyThere::Queue;
            events.push(says(reply, offered).unwrap_or_else(|| line(Line::Failed, FAILED)));
        }
        (PolicyAction::Answer | PolicyAction::HandOff | PolicyAction::Suppress, _) => {
            events.push(says(reply, false).unwrap_or_else(|| line(Line::Failed, FAILED)));
        }
    }
    Ok(events)
}

fn take_over(state: &Conversation, member: &Person, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let taken = |from, handoff_id| Event::TakenOver {
        member_id: member.id,
        member_name: member.name.clone(),
        from,
        handoff_id,
    };
    match &state.owner {
        Owner::Ai { .. } => Ok(vec![taken(TakenFrom::Ai, ctx.fresh.handoff_id)]),
        Owner::Queue { handoff_id, .. } => Ok(vec![taken(TakenFrom::Queue, *handoff_id)]),
        Owner::Member { member_id, .. } if *member_id == member.id => Ok(Vec::new()),
        Owner::Member { member_id, name, since, .. } => {
            Err(Refusal::AlreadyTaken { member_id: *member_id, name: name.clone(), since: *since })
        }
        Owner::Closed { .. } => Err(Refusal::NotPossible("This conversation is closed. Reopen it to take it over.")),
    }
}

fn member_writes(
    state: &Conversation,
    member: Person,
    client_id: ClientId,
    text: MessageText,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let mut events = if state.is_closed() {
        vec![Event::Reopened { by: by_member(member.clone()), to: ReopenedTo::Member }]
    } else {
        take_over(state, &member, ctx)?
    };
    events.push(Event::MemberMessage { member_id: member.id, member_name: member.name, client_id, text: text.into() });
    Ok(events)
}

fn assign(state: &Conversation, to: Person, by: Person, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    match &state.owner {
        Owner::Member { member_id, .. } if *member_id == to.id => Ok(Vec::new()),
        Owner::Closed { .. } => Err(Refusal::NotPossible("This conversation is closed. Reopen it to assign it.")),
        Owner::Ai { .. } | Owner::Queue { .. } | Owner::Member { .. } => {
            let handoff_id = state.handoff().map_or(ctx.fresh.handoff_id, |(id, _)| id);
            Ok(vec![Event::Assigned {
                member_id: to.id,
                member_name: to.name,
                by_member_id: by.id,
                by_name: by.name,
                handoff_id,
            }])
        }
    }
}

fn return_to_queue(state: &Conversation, by: Person, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    match &state.owner {
        Owner::Queue { .. } => Ok(Vec::new()),
        Owner::Member { .. } => {
            let mut events = vec![Event::ReturnedToQueue { by_member_id: by.id, by_name: by.name }];
            // Whatever nobody has followed yet waits for the next person, and its writer is told so (A9).
            if state.unanswered.is_some() {
                events.extend(holding_line(None, ctx));
            }
            Ok(events)
        }
        Owner::Ai { .. } => Err(Refusal::NotPossible("The AI has this conversation. Take it over or assign it.")),
        Owner::Closed { .. } => Err(Refusal::NotPossible("This conversation is closed.")),
    }
}

fn return_to_ai(state: &Conversation, by: Person, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    match &state.owner {
        Owner::Ai { .. } => Ok(Vec::new()),
        Owner::Queue { .. } | Owner::Member { .. } => {
            let mut events = vec![Event::ReturnedToAi { by_member_id: by.id, by_name: by.name }];
            // Whatever nobody has followed yet is answered now.
            if state.unanswered.is_some() {
                events.push(Event::TurnOpened { turn_id: ctx.fresh.turn_id });
            }
            Ok(events)
        }
        Owner::Closed { .. } => Err(Refusal::NotPossible("This conversation is closed.")),
    }
}

/// The handoff and its line: one step, so that neither can be without the other (H4).
fn hand_off(
    events: &mut Vec<Event>,
    reason: HandoffReason,
    evidence: String,
    turn_id: Option<TurnId>,
    action: Option<ActionTaken>,
    ctx: &Context<'_>,
) {
    events.push(Event::HandoffRequested {
        handoff_id: ctx.fresh.handoff_id,
        reason,
        evidence: if evidence.is_empty() { NO_HUMAN_LINE.to_owned() } else { evidence },
        turn_id,
        action,
        someone_there: ctx.someone_there,
    });
    events.extend(handoff_line(reason, ctx));
}

/// The line said at a handoff. Silence is only for handoffs that the visitor did not ask for.
fn handoff_line(reason: HandoffReason, ctx: &Context<'_>) -> Option<Event> {
    let asked = matches!(reason, HandoffReason::Asked | HandoffReason::Action);
    if !ctx.someone_there {
        return Some(line(Line::NobodyThere, NOBODY_THERE));
    }
    match ctx.settings.handoff.announcement {
        Announcement::Silent if !asked => None,
        Announcement::Named | Announcement::Brief | Announcement::Silent => {
            Some(line(Line::Handoff, &ctx.settings.handoff.announcement_text))
        }
    }
}

/// The line said to somebody who waits and writes, unless they were told so a moment ago (A9).
fn holding_line(told_at: Option<Timestamp>, ctx: &Context<'_>) -> Option<Event> {
    let due = told_at.is_none_or(|told_at| ctx.now.since(told_at) >= HOLDING_EVERY);
    due.then(|| line(Line::Holding, HOLDING))
}

/// The note that the visitor asked again: the same handoff, more urgent (H10).
fn repeated(reading: &Reading) -> Option<Event> {
    match reading {
        Reading::AsksForPerson { evidence } => {
            Some(Event::HandoffRepeated { reason: HandoffReason::Asked, evidence: evidence.clone(), action: None })
        }
        Reading::SmallTalk | Reading::Question => None,
    }
}

fn use_button(ctx: &Context<'_>) -> Event {
    let text = ctx.settings.actions.first().map_or_else(
        || "I can't bring in a person here. I can keep looking in our docs for you.".to_owned(),
        |action| format!("To talk to a person, use the “{}” button below.", action.label),
    );
    line(Line::UseButton, &text)
}

fn ai_message(turn_id: TurnId, reply: Reply, offers_person: bool) -> Event {
    let Reply { kind, text, citations, confidence } = reply;
    Event::AiMessage {
        turn_id,
        kind,
        text,
        citations,
        confidence,
        offers_person: offers_person && kind == ReplyKind::Abstain,
    }
}

fn line(line: Line, text: &str) -> Event {
    Event::SystemLine { line, text: text.to_owned() }
}

fn by_member(person: Person) -> By {
    By::Member { member_id: person.id, name: person.name }
}
