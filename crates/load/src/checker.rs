//! The promises, as functions over what was recorded. Pure.

use std::collections::{HashMap, HashSet};

use crate::log::{Entry, Event, Owner};

/// How many places there are where a number does not follow the one before; the first has to be 1.
pub(crate) fn gaps(entries: &[Entry]) -> usize {
    entries.iter().zip(1..).filter(|(entry, expected)| entry.seq != *expected).count()
}

/// Who has the conversation after its last entry; `None` before the first.
pub(crate) fn owner(entries: &[Entry]) -> Option<Owner> {
    entries.iter().rev().find_map(|entry| entry.event.owner_after())
}

/// Messages of the AI that stand where the log says that somebody else had the conversation (H7).
pub(crate) fn ai_messages_out_of_turn(entries: &[Entry]) -> usize {
    let mut owner = None;
    let mut found = 0;
    for entry in entries {
        if matches!(entry.event, Event::AiMessage { .. }) && owner != Some(Owner::Ai) {
            found += 1;
        }
        owner = entry.event.owner_after().or(owner);
    }
    found
}

/// Messages of the AI after the first takeover of a log in which nobody gave the conversation back.
pub(crate) fn ai_messages_after_takeover(entries: &[Entry]) -> usize {
    let after = entries.iter().skip_while(|entry| !matches!(entry.event, Event::TakenOver { .. }));
    after.filter(|entry| matches!(entry.event, Event::AiMessage { .. })).count()
}

/// Who took the conversation over, in order.
pub(crate) fn takers(entries: &[Entry]) -> Vec<&str> {
    let takers = entries.iter().filter_map(|entry| match &entry.event {
        Event::TakenOver { member_id } => Some(member_id.as_str()),
        _ => None,
    });
    takers.collect()
}

/// Turns that the AI opened and that never ended: neither with a message, nor by a newer turn, nor by a change of owner (I9).
pub(crate) fn turns_without_end(entries: &[Entry]) -> usize {
    let mut open: Option<&str> = None;
    for entry in entries {
        match &entry.event {
            Event::TurnOpened { turn_id } => open = Some(turn_id),
            Event::AiMessage { turn_id, .. } if open == Some(turn_id) => open = None,
            Event::HandoffSuppressed {} | Event::SystemLine {} => {}
            event if event.owner_after().is_some() => open = None,
            _ => {}
        }
    }
    usize::from(open.is_some())
}

/// Client ids that stand in the log more than once.
pub(crate) fn repeated_client_ids(entries: &[Entry]) -> usize {
    let mut seen = HashSet::new();
    entries.iter().filter_map(|entry| entry.event.client_id()).filter(|id| !seen.insert(*id)).count()
}

/// What became of the messages that one sender sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// Acknowledged and in the log.
    pub(crate) stored: usize,
    /// Acknowledged, but not in the log.
    pub(crate) lost: usize,
    /// In the log more than once.
    pub(crate) duplicated: usize,
    /// In the log before one that was acknowledged earlier.
    pub(crate) reordered: usize,
    /// In the log with another text than was sent.
    pub(crate) altered: usize,
}

/// A message that was acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    /// The id under which it was sent.
    pub(crate) client_id: String,
    /// What was sent.
    pub(crate) text: String,
}

/// What became of acknowledged messages, given in the order in which they were sent, each after the one before was acknowledged.
pub(crate) fn delivery(acknowledged: &[Acknowledged], entries: &[Entry]) -> Delivery {
    let mut places: HashMap<&str, Vec<(u64, &str)>> = HashMap::new();
    for entry in entries {
        if let Event::VisitorMessage { client_id, text } | Event::MemberMessage { client_id, text, .. } = &entry.event {
            places.entry(client_id).or_default().push((entry.seq, text));
        }
    }
    let mut delivery = Delivery::default();
    let mut last = 0;
    for message in acknowledged {
        let Some(found) = places.get(message.client_id.as_str()) else {
            delivery.lost += 1;
            continue;
        };
        delivery.stored += 1;
        delivery.duplicated += found.len() - 1;
        delivery.altered += found.iter().filter(|(_, text)| *text != message.text).count();
        let (seq, _) = found[0];
        delivery.reordered += usize::from(seq < last);
        last = last.max(seq);
    }
    delivery
}

/// Numbers that have to come one after the other, each once, over any number of reconnects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Succession {
    /// The last number.
    pub(crate) last: u64,
    /// How often a number was skipped.
    pub(crate) gaps: usize,
    /// How often a number came again.
    pub(crate) repeats: usize,
}

impl Succession {
    /// Begins after this number.
    pub(crate) fn after(last: u64) -> Self {
        Self { last, ..Self::default() }
    }

    /// Takes the next number; true if it is new.
    pub(crate) fn take(&mut self, number: u64) -> bool {
        if number <= self.last {
            self.repeats += 1;
            return false;
        }
        self.gaps += usize::from(number != self.last + 1);
        self.last = number;
        true
    }
}

/// Places where what a visitor's stream carried differs from the log, as far as both go.
pub(crate) fn view_differences(log: &[Entry], seen: &[Entry]) -> usize {
    let differing = log.iter().zip(seen).filter(|(logged, seen)| {
        // The visitor's view of an AI message has other citations, but the same words.
        logged.seq != seen.seq || logged.event.seen_by_visitor() != seen.event
    });
    differing.count() + seen.len().saturating_sub(log.len())
}

#[cfg(test)]
mod tests;
