//! What holds after any sequence of commands whatsoever.
//!
//! Each property walks 256 random conversations; `PROPTEST_CASES` asks for more.

mod walk;

use std::collections::HashSet;
use std::mem::discriminant;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::conversation::properties::walk::{SECRET, Walk, walks};
use crate::conversation::{
    Command, Conversation, Entry, Event, HOLDING_EVERY, Line, Owner, OwnerView, Place, Refusal, ReopenedTo, ReplyKind,
    Summary, decide, visitor_view,
};

proptest! {
    #[test]
    fn decide_is_a_function_that_changes_nothing(walk in walks()) {
        for moment in &walk.moments {
            let state = moment.before.clone();
            let again = decide(&state, moment.command.clone(), &moment.ctx());
            prop_assert_eq!(&again, &moment.result);
            prop_assert_eq!(&state, &moment.before);
            if moment.result.is_err() {
                prop_assert_eq!(&moment.after, &moment.before);
            }
        }
    }

    #[test]
    fn the_state_follows_from_the_log(walk in walks()) {
        let mut replayed = walk.born.clone();
        for entry in &walk.log {
            replayed.apply(entry);
        }
        prop_assert_eq!(&replayed, &walk.state);
    }

    #[test]
    fn the_state_says_what_the_log_says(walk in walks()) {
        let last = |is: fn(&Event) -> bool| walk.log.iter().rfind(|entry| is(&entry.event));
        let state = &walk.state;

        // What the AI takes into account starts at the last close (A2).
        let closed = last(|event| matches!(event, Event::Closed { .. }));
        prop_assert_eq!(state.context_after, closed.map_or(0, |entry| entry.seq));

        let said = last(|event| {
            !matches!(event, Event::Seen { .. } | Event::Rated { .. } | Event::PageVisited { .. })
        });
        prop_assert_eq!(state.active_at, said.map_or(walk.born.active_at, |entry| entry.at));

        let passed = last(passes_to_another).map_or(0, |entry| entry.seq);
        let wrote = last(|event| matches!(event, Event::MemberMessage { .. })).map_or(0, |entry| entry.seq);
        let passed_at = walk.log.iter().find(|entry| entry.seq == passed).map(|entry| entry.at);
        match &state.owner {
            Owner::Ai { .. } => {}
            Owner::Queue { since, .. } | Owner::Closed { at: since, .. } => prop_assert_eq!(Some(*since), passed_at),
            Owner::Member { since, spoken, .. } => {
                prop_assert_eq!(Some(*since), passed_at);
                prop_assert_eq!(*spoken, wrote > passed);
            }
        }

        let follows = last(|event| match event {
            Event::AiMessage { .. } | Event::MemberMessage { .. } | Event::Closed { .. } => true,
            Event::SystemLine { line, .. } => *line != Line::Holding,
            _ => false,
        });
        let followed = follows.map_or(0, |entry| entry.seq);
        let open = walk.log.iter().find(|entry| entry.seq > followed && is_message(&entry.event));
        prop_assert_eq!(state.unanswered, open.map(|entry| entry.seq));
    }

    #[test]
    fn i4_numbers_have_no_gaps_and_the_start_is_first(walk in walks()) {
        for (index, entry) in walk.log.iter().enumerate() {
            prop_assert_eq!(entry.seq, index as u64 + 1);
            let starts = matches!(entry.event, Event::ConversationStarted { .. });
            prop_assert_eq!(starts, entry.seq == 1);
            prop_assert!(!matches!(entry.event, Event::Hidden), "stored: {:?}", entry);
        }
        prop_assert_eq!(walk.state.seq, walk.log.len() as u64);
    }

    #[test]
    fn i5_the_epoch_rises_with_each_change_of_owner_and_never_else(walk in walks()) {
        let mut failed = None;
        walk.each_entry(|before, entry, after| {
            let changed = who(before) != who(after);
            assert_eq!(changed, passes_to_another(&entry.event), "{entry:?}");
            if after.epoch != before.epoch + u64::from(changed) {
                failed = Some(entry.clone());
            }
        });
        prop_assert_eq!(failed, None);
    }

    #[test]
    fn h7_the_ai_speaks_only_in_its_open_turn(walk in walks()) {
        let mut failed = None;
        let mut opened_in = None;
        let mut answered = HashSet::new();
        walk.each_entry(|before, entry, after| match &entry.event {
            Event::TurnOpened { turn_id } => {
                opened_in = Some((*turn_id, before.epoch));
                if after.open_turn() != Some(*turn_id) {
                    failed = Some(entry.clone());
                }
            }
            Event::AiMessage { turn_id, .. } => {
                let open = before.open_turn() == Some(*turn_id) && opened_in == Some((*turn_id, before.epoch));
                if !open || !answered.insert(*turn_id) {
                    failed = Some(entry.clone());
                }
            }
            _ => {}
        });
        prop_assert_eq!(failed, None);
    }

    #[test]
    fn h7_whatever_was_begun_before_is_refused(walk in walks()) {
        for moment in &walk.moments {
            if let Command::ConcludeTurn { turn_id, epoch, .. } = &moment.command {
                let current = moment.before.open_turn() == Some(*turn_id) && moment.before.epoch == *epoch;
                match &moment.result {
                    Ok(_) => prop_assert!(current),
                    Err(refusal) if moment.before.seq > 0 => {
                        prop_assert!(!current);
                        prop_assert_eq!(refusal, &Refusal::Superseded);
                    }
                    Err(_) => {}
                }
                prop_assert!(moment.result.is_err() || moment.after.open_turn().is_none(), "a turn ends once");
            }
        }
    }

    #[test]
    fn h10_there_is_one_open_handoff(walk in walks()) {
        let mut open = false;
        for entry in &walk.log {
            match &entry.event {
                Event::HandoffRequested { evidence, .. } => {
                    prop_assert!(!open, "a second handoff: {:?}", entry);
                    prop_assert!(!evidence.is_empty());
                    open = true;
                }
                Event::ReturnedToAi { .. } | Event::Reopened { to: ReopenedTo::Ai, .. } => open = false,
                _ => {}
            }
        }
    }

    #[test]
    fn h10_people_join_the_handoff_under_way(walk in walks()) {
        let mut failed = None;
        walk.each_entry(|before, entry, after| {
            let named = match &entry.event {
                Event::TakenOver { handoff_id, .. }
                | Event::Assigned { handoff_id, .. }
                | Event::HandoffRequested { handoff_id, .. } => *handoff_id,
                _ => return,
            };
            let known = before.handoff().map_or(named, |(id, _)| id);
            if named != known || after.handoff().map(|(id, _)| id) != Some(named) {
                failed = Some(entry.clone());
            }
        });
        prop_assert_eq!(failed, None);
    }

    #[test]
    fn a9_nobody_meets_silence(walk in walks()) {
        let mut log = Vec::new();
        for moment in &walk.moments {
            log.extend(moment.entries.iter().cloned());
            no_silence(&log, &moment.after)?;
        }
    }

    #[test]
    fn h3_a_person_is_offered_only_with_an_abstention_and_only_if_one_can_come(walk in walks()) {
        for moment in &walk.moments {
            for entry in &moment.entries {
                if let Event::AiMessage { offers_person: true, .. } = entry.event {
                    let ctx = moment.ctx();
                    let queued = ctx.settings.handoff.nobody_there == crate::policy::NobodyThere::Queue;
                    prop_assert!(ctx.someone_there || queued);
                    prop_assert_eq!(who(&moment.after), Place::Live);
                }
            }
        }
    }

    #[test]
    fn i22_the_row_folds_step_by_step_as_at_once(walk in walks()) {
        let mut row = Summary::new(&walk.born);
        for moment in &walk.moments {
            row.apply(&moment.entries, &moment.after);
            agrees(&row, &moment.after)?;
        }
        let mut at_once = Summary::new(&walk.born);
        at_once.apply(&walk.log, &walk.state);
        prop_assert_eq!(&row, &at_once);

        let asks = |event: &Event| matches!(event, Event::HandoffRequested { .. } | Event::HandoffRepeated { .. });
        let wrote = walk.log.iter().rfind(|entry| is_message(&entry.event) || asks(&entry.event));
        prop_assert_eq!(row.last_visitor_seq, wrote.map_or(0, |entry| entry.seq));
        let said = walk.log.iter().rev().find_map(|entry| Some((entry.seq, words_that_tell(&entry.event)?)));
        let (seq, text) = said.unwrap_or_default();
        prop_assert_eq!(row.last_message.as_ref().map_or(0, |last| last.seq), seq);
        let excerpt = row.last_message.map(|last| last.text).unwrap_or_default();
        prop_assert_eq!(excerpt, text.chars().take(160).collect::<String>());
    }

    #[test]
    fn every_value_survives_json(walk in walks()) {
        for entry in &walk.log {
            let json = serde_json::to_string(entry).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Entry>(&json).unwrap(), entry);
        }
        let json = serde_json::to_string(&walk.state).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Conversation>(&json).unwrap(), &walk.state);
        let mut row = Summary::new(&walk.born);
        row.apply(&walk.log, &walk.state);
        let json = serde_json::to_string(&row).unwrap();
        prop_assert_eq!(serde_json::from_str::<Summary>(&json).unwrap(), row);
    }

    #[test]
    fn the_visitor_sees_all_that_was_said_and_nothing_of_the_team(walk in walks()) {
        for entry in &walk.log {
            let seen = visitor_view(entry);
            prop_assert_eq!((seen.seq, seen.at), (entry.seq, entry.at));
            let json = serde_json::to_string(&seen).unwrap();
            prop_assert!(!json.contains(SECRET), "leaked: {}", json);
            match (&entry.event, &seen.event) {
                (Event::AiMessage { text: said, .. }, Event::AiMessage { text, citations, .. }) => {
                    prop_assert_eq!(said, text);
                    prop_assert!(citations.iter().all(|citation| citation.score == 0.0));
                }
                (
                    Event::VisitorMessage { .. } | Event::MemberMessage { .. } | Event::SystemLine { .. },
                    same,
                ) => prop_assert_eq!(&entry.event, same),
                _ => {}
            }
            // Seen twice is seen once: the view of the view is the same.
            prop_assert_eq!(&visitor_view(&seen), &seen);
        }
    }

    #[test]
    fn h8_asking_twice_is_asking_once(walk in walks()) {
        for moment in &walk.moments {
            let settles = match &moment.command {
                Command::TakeOver { .. }
                | Command::Assign { .. }
                | Command::ReturnToQueue { .. }
                | Command::ReturnToAi { .. }
                | Command::Close { .. } => true,
                Command::See { up_to, .. } => *up_to <= moment.before.seq,
                Command::Start { .. }
                | Command::VisitorWrites { .. }
                | Command::PressAction { .. }
                | Command::ConcludeTurn { .. }
                | Command::MemberWrites { .. }
                | Command::Reopen { .. }
                | Command::Rate { .. }
                | Command::VisitPage { .. } => false,
            };
            if settles && moment.result.is_ok() {
                let again = decide(&moment.after, moment.command.clone(), &moment.ctx());
                prop_assert_eq!(again, Ok(Vec::new()), "{:?}", moment.command);
            }
        }
    }

    #[test]
    fn seen_marks_only_move_forward_and_stay_within_the_log(walk in walks()) {
        let mut failed = None;
        walk.each_entry(|before, entry, after| {
            let forward = after.seen_by_visitor >= before.seen_by_visitor && after.seen_by_team >= before.seen_by_team;
            if !forward || after.seen_by_visitor > after.seq || after.seen_by_team > after.seq {
                failed = Some(entry.clone());
            }
        });
        prop_assert_eq!(failed, None);
    }
}

/// The properties above are empty if walks never get anywhere: these get everywhere.
#[test]
fn walks_reach_every_event_and_every_owner() {
    const WALKS: usize = 200;
    const EVENTS: usize = 18;
    const OWNERS: usize = 4;
    /// Answers, small talk, abstentions with and without the offer of a person.
    const REPLIES: usize = 4;
    const REFUSALS: usize = 3;
    let mut runner = TestRunner::deterministic();
    let strategy = walks();
    let mut events = HashSet::new();
    let mut owners = HashSet::new();
    let mut refusals = HashSet::new();
    let mut replies = HashSet::new();
    for _ in 0..WALKS {
        let walk: Walk = strategy.new_tree(&mut runner).unwrap().current();
        events.extend(walk.log.iter().map(|entry| discriminant(&entry.event)));
        owners.extend(walk.moments.iter().map(|moment| discriminant(&moment.after.owner)));
        replies.extend(walk.log.iter().filter_map(|entry| match entry.event {
            Event::AiMessage { kind, offers_person, .. } => Some((kind, offers_person)),
            _ => None,
        }));
        refusals.extend(walk.moments.iter().filter_map(|moment| moment.result.as_ref().err()).map(discriminant));
    }
    assert_eq!((events.len(), owners.len()), (EVENTS, OWNERS));
    assert_eq!((replies.len(), refusals.len()), (REPLIES, REFUSALS));
}

/// What was said, by anybody.
/// What somebody said that is not said in every conversation.
fn words_that_tell(event: &Event) -> Option<&str> {
    match event {
        Event::AiMessage { kind: ReplyKind::Abstain, .. } => None,
        Event::VisitorMessage { text, .. } | Event::AiMessage { text, .. } | Event::MemberMessage { text, .. } => {
            Some(text)
        }
        _ => None,
    }
}

fn is_message(event: &Event) -> bool {
    matches!(event, Event::VisitorMessage { .. })
}

fn passes_to_another(event: &Event) -> bool {
    matches!(
        event,
        Event::HandoffRequested { .. }
            | Event::TakenOver { .. }
            | Event::Assigned { .. }
            | Event::ReturnedToQueue { .. }
            | Event::ReturnedToAi { .. }
            | Event::Closed { .. }
            | Event::Reopened { .. }
    )
}

/// The owner without what may change while it stays the owner.
fn who(state: &Conversation) -> Place {
    Place::of(&state.owner)
}

/// A9: whatever is unanswered is being answered, or its writer was told that a person will come: since, or a moment before.
fn no_silence(log: &[Entry], state: &Conversation) -> Result<(), TestCaseError> {
    match &state.owner {
        Owner::Ai { turn, .. } => prop_assert_eq!(turn.is_some(), state.unanswered.is_some()),
        Owner::Queue { .. } => {
            let Some(unanswered) = state.unanswered else {
                return Ok(());
            };
            let lines = lines_of_this_wait(log);
            for entry in log.iter().filter(|entry| entry.seq >= unanswered) {
                if matches!(entry.event, Event::VisitorMessage { .. }) {
                    let told = lines.iter().any(|line| told_of(line, entry));
                    prop_assert!(told, "nothing was said to {:?}", entry);
                }
            }
        }
        Owner::Member { .. } => {}
        Owner::Closed { .. } => prop_assert_eq!(state.unanswered, None),
    }
    Ok(())
}

fn told_of(line: &Entry, message: &Entry) -> bool {
    line.seq > message.seq || message.at.since(line.at) < HOLDING_EVERY
}

/// What Baton said since the conversation came into the queue.
fn lines_of_this_wait(log: &[Entry]) -> Vec<&Entry> {
    let since_queued = log.iter().rev().take_while(|entry| {
        !matches!(
            entry.event,
            Event::HandoffRequested { .. }
                | Event::ReturnedToQueue { .. }
                | Event::Reopened { to: ReopenedTo::Queue, .. }
        )
    });
    since_queued.filter(|entry| matches!(entry.event, Event::SystemLine { .. })).collect()
}

/// The row says what the state says, and whoever waits or is helped has a reason.
fn agrees(row: &Summary, state: &Conversation) -> Result<(), TestCaseError> {
    prop_assert_eq!((row.seq, row.epoch, row.place), (state.seq, state.epoch, Place::of(&state.owner)));
    match (&row.owner, &state.owner) {
        (OwnerView::Ai, Owner::Ai { .. }) => {}
        (OwnerView::Queue { since, reason }, Owner::Queue { since: at, reason: why, .. }) => {
            prop_assert_eq!((since, reason), (at, why));
        }
        (
            OwnerView::Member { member_id, since, spoken, .. },
            Owner::Member { member_id: id, since: at, spoken: wrote, .. },
        ) => prop_assert_eq!((member_id, since, spoken), (id, at, wrote)),
        (OwnerView::Closed { at, outcome, .. }, Owner::Closed { at: when, outcome: how, .. }) => {
            prop_assert_eq!((at, outcome), (when, how));
        }
        (view, owner) => return Err(TestCaseError::fail(format!("{view:?} is not {owner:?}"))),
    }
    prop_assert!(state.handoff().is_none() || row.handoff.is_some(), "nobody can say why: {:?}", state.owner);
    Ok(())
}
