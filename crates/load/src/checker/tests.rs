//! Each check must see the fault that it is for.

use super::*;
use crate::log::AiKind;

fn log(events: impl IntoIterator<Item = Event>) -> Vec<Entry> {
    events.into_iter().zip(1..).map(|(event, seq)| Entry { seq, event }).collect()
}

fn started() -> Event {
    Event::ConversationStarted {}
}

fn visitor(id: &str) -> Event {
    Event::VisitorMessage { client_id: id.into(), text: format!("text of {id}") }
}

fn opened(turn: &str) -> Event {
    Event::TurnOpened { turn_id: turn.into() }
}

fn answered(turn: &str) -> Event {
    Event::AiMessage { turn_id: turn.into(), kind: AiKind::Answer, text: "an answer".into() }
}

fn taken(member: &str) -> Event {
    Event::TakenOver { member_id: member.into() }
}

fn sent(ids: &[&str]) -> Vec<Acknowledged> {
    ids.iter().map(|id| Acknowledged { client_id: (*id).into(), text: format!("text of {id}") }).collect()
}

#[test]
fn a_log_counts_from_one_without_gaps() {
    let mut entries = log([started(), visitor("a"), opened("t")]);
    assert_eq!(gaps(&entries), 0);
    entries.remove(1);
    assert_eq!(gaps(&entries), 1);
    assert_eq!(gaps(&log([started()])[1..]), 0);
    assert_eq!(gaps(&[Entry { seq: 2, event: started() }]), 1);
}

#[test]
fn h7_an_answer_after_a_takeover_is_late() {
    let before = log([started(), visitor("a"), opened("t"), answered("t"), taken("m")]);
    assert_eq!((ai_messages_after_takeover(&before), ai_messages_out_of_turn(&before)), (0, 0));
    let after = log([started(), visitor("a"), opened("t"), taken("m"), answered("t")]);
    assert_eq!((ai_messages_after_takeover(&after), ai_messages_out_of_turn(&after)), (1, 1));
}

#[test]
fn h7_the_ai_may_speak_when_it_has_the_conversation_again() {
    let entries = log([started(), taken("m"), Event::ReturnedToAi {}, answered("t")]);
    assert_eq!(ai_messages_out_of_turn(&entries), 0);
    let entries = log([started(), Event::HandoffRequested {}, answered("t")]);
    assert_eq!(ai_messages_out_of_turn(&entries), 1);
    let entries = log([started(), Event::Closed {}, answered("t")]);
    assert_eq!(ai_messages_out_of_turn(&entries), 1);
}

#[test]
fn the_last_change_says_who_has_it() {
    assert_eq!(owner(&[]), None);
    let entries = log([started(), taken("m"), visitor("a")]);
    assert_eq!((owner(&entries), takers(&entries)), (Some(Owner::Member("m".into())), vec!["m"]));
    assert_eq!(owner(&log([started(), taken("m"), Event::ReturnedToQueue {}])), Some(Owner::Queue));
}

#[test]
fn i9_a_turn_ends_with_a_message_a_newer_turn_or_a_change_of_owner() {
    for end in [answered("t"), taken("m"), Event::HandoffRequested {}, Event::Closed {}] {
        let entries = log([started(), visitor("a"), opened("t"), end.clone()]);
        assert_eq!(turns_without_end(&entries), 0, "{end:?}");
    }
    for nothing in [visitor("b"), answered("another"), Event::HandoffSuppressed {}, Event::Seen {}] {
        let entries = log([started(), visitor("a"), opened("t"), nothing.clone()]);
        assert_eq!(turns_without_end(&entries), 1, "{nothing:?}");
    }
    assert_eq!(turns_without_end(&log([opened("t"), opened("u"), answered("u")])), 0);
    assert_eq!(turns_without_end(&log([opened("t"), opened("u"), answered("t")])), 1);
}

#[test]
fn i3_what_was_acknowledged_is_there_once_and_in_order() {
    let whole = log([started(), visitor("a"), visitor("b"), visitor("c")]);
    assert_eq!(delivery(&sent(&["a", "b", "c"]), &whole), Delivery { stored: 3, ..Delivery::default() });
    // A message that was never acknowledged may be there or not.
    assert_eq!(delivery(&sent(&["a", "c"]), &whole), Delivery { stored: 2, ..Delivery::default() });
}

#[test]
fn i3_each_way_to_fail_is_seen() {
    let lost = log([started(), visitor("a")]);
    assert_eq!(delivery(&sent(&["a", "b"]), &lost), Delivery { stored: 1, lost: 1, ..Delivery::default() });
    let twice = log([started(), visitor("a"), visitor("a")]);
    assert_eq!(delivery(&sent(&["a"]), &twice), Delivery { stored: 1, duplicated: 1, ..Delivery::default() });
    assert_eq!(repeated_client_ids(&twice), 1);
    let swapped = log([started(), visitor("b"), visitor("a")]);
    assert_eq!(delivery(&sent(&["a", "b"]), &swapped), Delivery { stored: 2, reordered: 1, ..Delivery::default() });
    let other = log([Event::VisitorMessage { client_id: "a".into(), text: "other".into() }]);
    assert_eq!(delivery(&sent(&["a"]), &other), Delivery { stored: 1, altered: 1, ..Delivery::default() });
}

#[test]
fn i6_a_stream_has_no_gap_and_no_repeat() {
    let mut feed = Succession::after(4);
    assert!(feed.take(5) && feed.take(6) && !feed.take(6) && feed.take(9));
    assert_eq!(feed, Succession { last: 9, gaps: 1, repeats: 1 });
}

#[test]
fn i4_the_visitor_sees_the_same_log() {
    let entries = log([started(), Event::HandoffSuppressed {}, visitor("a")]);
    let mut seen = log([started(), Event::Hidden, visitor("a")]);
    assert_eq!(view_differences(&entries, &seen), 0);
    assert_eq!(view_differences(&entries, &seen[..2]), 0);
    seen[1].event = Event::HandoffSuppressed {};
    assert_eq!(view_differences(&entries, &seen), 1);
    assert_eq!(view_differences(&entries[..2], &log([started(), Event::Hidden, visitor("a")])), 1);
}
