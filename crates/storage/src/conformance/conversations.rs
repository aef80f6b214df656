//! Conversations and their logs: the fence, client ids, one open conversation.

use std::sync::Arc;

use baton_domain::conversation::{ActionTaken, Event};
use baton_domain::ids::{ClientId, ConversationId};
use tokio::task::JoinSet;

use crate::conformance::world::{Step, World, at, closed, reopened, said, started};
use crate::{Store, StoreError, Stored, quietly};

/// What was stored is what is found: state, row and log.
pub async fn a_begun_conversation_is_found(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let visitor_id = world.visitor().await;
    let mut unit = world.read().await;
    assert_eq!(unit.latest_conversation(world.workspace_id, world.agent_id, visitor_id).await.unwrap(), None);
    assert_eq!(unit.conversations_of_visitor(world.workspace_id, visitor_id).await.unwrap(), 0);
    drop(unit);
    let client_id = world.client_id();
    let step = Step::on(
        &world.empty(world.agent_id, visitor_id, at(0)),
        vec![started(), said(client_id, "“Grüße” 🙂\nzweite Zeile")],
        at(4),
    );
    let mut unit = world.write().await;
    assert_eq!(unit.begin_conversation(step.append(Some(client_id))).await.unwrap(), 1);
    unit.commit(quietly()).await.unwrap();
    let id = step.after.state.id;
    let mut unit = world.read().await;
    assert_eq!(unit.conversation(world.workspace_id, id).await.unwrap(), Some(step.after.clone()));
    let latest = unit.latest_conversation(world.workspace_id, world.agent_id, visitor_id).await.unwrap();
    assert_eq!(latest, Some(step.after));
    assert_eq!(unit.conversations_of_visitor(world.workspace_id, visitor_id).await.unwrap(), 1);
    assert_eq!(unit.entries(world.workspace_id, id, 0, 10).await.unwrap(), step.entries);
    let found = unit.entry_of_client(world.workspace_id, id, client_id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&step.entries[1]));
    assert_eq!(unit.entry_of_client(world.workspace_id, id, world.client_id()).await.unwrap(), None);
    let unknown = ConversationId(world.id());
    assert_eq!(unit.conversation(world.workspace_id, unknown).await.unwrap(), None);
    assert_eq!(unit.entries(world.workspace_id, unknown, 0, 10).await.unwrap(), []);
}

/// Entries come by number, after a number, as many as asked for.
pub async fn entries_come_in_order_and_in_pages(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let mut stored = world.begun().await;
    for n in 0..9 {
        stored = world.add(&stored, vec![said(world.client_id(), &format!("{n}"))], at(n)).await.unwrap();
    }
    let id = stored.state.id;
    let mut unit = world.read().await;
    let mut numbers = async |after, limit| {
        let entries = unit.entries(world.workspace_id, id, after, limit).await.unwrap();
        entries.iter().map(|entry| entry.seq).collect::<Vec<_>>()
    };
    assert_eq!(numbers(0, 100).await, (1..=10).collect::<Vec<_>>());
    assert_eq!(numbers(3, 4).await, [4, 5, 6, 7]);
    assert_eq!(numbers(10, 4).await, Vec::<u64>::new());
    // A cursor from outside may be any number.
    assert_eq!(numbers(u64::MAX, 4).await, Vec::<u64>::new());
}

/// However many entries one append has, they are stored in order.
pub async fn an_append_of_many_entries_is_stored_whole(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let mut stored = world.begun().await;
    for count in 1..=11 {
        let events: Vec<_> = (0..count).map(|n| said(world.client_id(), &format!("{n} of {count}"))).collect();
        let step = Step::on(&stored, events, at(count));
        let mut unit = world.write().await;
        let last = Event::clone(&step.entries[step.entries.len() - 1].event);
        let Event::VisitorMessage { client_id, .. } = last else { panic!("not a message") };
        unit.append(step.append(Some(client_id))).await.unwrap();
        unit.commit(quietly()).await.unwrap();
        let mut unit = world.read().await;
        let entries = unit.entries(world.workspace_id, stored.state.id, stored.state.seq, 100).await.unwrap();
        assert_eq!(entries, step.entries);
        let found = unit.entry_of_client(world.workspace_id, stored.state.id, client_id).await.unwrap();
        assert_eq!(found.as_ref(), step.entries.last());
        stored = step.after;
    }
}

/// Whoever decided on an older state has to decide again.
pub async fn an_append_to_an_older_state_conflicts(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let old = world.begun().await;
    let new = world.add(&old, vec![said(world.client_id(), "first")], at(1)).await.unwrap();
    let lost = world.add(&old, vec![said(world.client_id(), "second")], at(2)).await;
    assert!(matches!(lost, Err(StoreError::Conflict)), "{lost:?}");
    // Nor is one that was never stored appended to.
    let never = world.empty(world.agent_id, world.visitor().await, at(0));
    let lost = world.add(&never, vec![started()], at(2)).await;
    assert!(matches!(lost, Err(StoreError::Conflict)), "{lost:?}");
    assert_eq!(world.conversation(old.state.id).await, new);
    assert_eq!(world.entries(old.state.id).await.len(), 2);
    assert_eq!(world.feed().await, 2);
}

/// The owner epoch is part of the fence, not only the number of the last entry (H7).
pub async fn an_append_of_an_older_epoch_conflicts(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let stored = world.begun().await;
    let mut other = stored.clone();
    other.state.epoch += 1;
    let lost = world.add(&other, vec![said(world.client_id(), "late")], at(1)).await;
    assert!(matches!(lost, Err(StoreError::Conflict)), "{lost:?}");
    assert_eq!(world.conversation(stored.state.id).await, stored);
}

/// A client id names one entry of a conversation, for ever; in another conversation it means nothing.
pub async fn a_client_id_is_used_once_in_a_conversation(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let first = world.begun().await;
    let client_id = world.client_id();
    let send = async |stored: &Stored, text: &str| {
        let step = Step::on(stored, vec![said(client_id, text)], at(1));
        let mut unit = world.write().await;
        unit.append(step.append(Some(client_id))).await?;
        unit.commit(quietly()).await?;
        Ok::<_, StoreError>(step)
    };
    let sent = send(&first, "once").await.unwrap();
    let again = send(&sent.after, "twice").await;
    assert!(matches!(again, Err(StoreError::Conflict)));
    assert_eq!(world.conversation(first.state.id).await, sent.after);
    let found = world.read().await.entry_of_client(world.workspace_id, first.state.id, client_id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&sent.entries[0]));
    let elsewhere = world.begun().await;
    send(&elsewhere, "here too").await.unwrap();
    assert_eq!(world.feed().await, 4);
}

/// A button press has a client id too, though no message carries it.
pub async fn a_client_id_without_a_message_belongs_to_the_first_entry(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let stored = world.begun().await;
    let client_id = world.client_id();
    let action = ActionTaken { action_id: "call-me".into(), label: "Call me".into(), fields: Vec::new() };
    let Event::HandoffRequested { handoff_id, reason, evidence, turn_id, someone_there, .. } = world.handed_off()
    else {
        panic!("not a handoff")
    };
    let handoff =
        Event::HandoffRequested { handoff_id, reason, evidence, turn_id, action: Some(action), someone_there };
    let step = Step::on(&stored, vec![handoff, said(world.client_id(), "and this")], at(1));
    let mut unit = world.write().await;
    unit.append(step.append(Some(client_id))).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    let found = world.read().await.entry_of_client(world.workspace_id, stored.state.id, client_id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&step.entries[0]));
}

/// At most one conversation of a visitor with an agent is open, whichever way a second would open (H10).
pub async fn a_visitor_has_one_open_conversation_with_an_agent(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let visitor_id = world.visitor().await;
    let first = world.begin(world.agent_id, visitor_id, at(0)).await;
    let begin = async || {
        let step = Step::on(&world.empty(world.agent_id, visitor_id, at(1)), vec![started()], at(1));
        let mut unit = world.write().await;
        unit.begin_conversation(step.append(None)).await?;
        unit.commit(quietly()).await?;
        Ok::<_, StoreError>(step.after)
    };
    for event in [None, Some(world.handed_off()), Some(world.taken_by(&world.member))] {
        if let Some(event) = event {
            let now = world.conversation(first.state.id).await;
            world.add(&now, vec![event], at(1)).await.unwrap();
        }
        assert!(matches!(begin().await, Err(StoreError::Conflict)));
    }
    // With another agent it is another matter.
    let other = world.another_agent(at(1)).await;
    world.begin(other.id, visitor_id, at(1)).await;
    let now = world.conversation(first.state.id).await;
    let first = world.add(&now, vec![closed()], at(2)).await.unwrap();
    let second = begin().await.unwrap();
    let reopen = world.add(&first, vec![reopened()], at(3)).await;
    assert!(matches!(reopen, Err(StoreError::Conflict)), "{reopen:?}");
    world.add(&second, vec![closed()], at(4)).await.unwrap();
    world.add(&first, vec![reopened()], at(5)).await.unwrap();
    let count = world.read().await.conversations_of_visitor(world.workspace_id, visitor_id).await.unwrap();
    assert_eq!(count, 3);
}

/// However many begin at once, one does.
pub async fn one_of_many_racing_beginnings_wins(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let visitor_id = world.visitor().await;
    let mut tabs = JoinSet::new();
    for _ in 0..32 {
        let world = Arc::clone(&world);
        tabs.spawn(async move {
            let step = Step::on(&world.empty(world.agent_id, visitor_id, at(0)), vec![started()], at(0));
            let mut unit = world.write().await;
            match unit.begin_conversation(step.append(None)).await {
                Ok(_) => {
                    unit.commit(quietly()).await.unwrap();
                    Some(step.after.state.id)
                }
                Err(StoreError::Conflict) => None,
                Err(error) => panic!("{error}"),
            }
        });
    }
    let winners: Vec<_> = tabs.join_all().await.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    let mut unit = world.read().await;
    let latest = unit.latest_conversation(world.workspace_id, world.agent_id, visitor_id).await.unwrap();
    assert_eq!(latest.map(|stored| stored.state.id), winners.first().copied());
    assert_eq!(unit.conversations_of_visitor(world.workspace_id, visitor_id).await.unwrap(), 1);
    assert_eq!(unit.feed(world.workspace_id).await.unwrap(), 1);
}

/// The latest conversation is the open one, and otherwise the one where anything was last said.
pub async fn the_open_conversation_is_the_latest(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let visitor_id = world.visitor().await;
    let latest = async || {
        let mut unit = world.read().await;
        let stored = unit.latest_conversation(world.workspace_id, world.agent_id, visitor_id).await.unwrap();
        stored.unwrap().state.id
    };
    let first = world.begin(world.agent_id, visitor_id, at(0)).await;
    let first = world.add(&first, vec![closed()], at(1)).await.unwrap();
    let second = world.begin(world.agent_id, visitor_id, at(2)).await;
    assert_eq!(latest().await, second.state.id);
    let second = world.add(&second, vec![closed()], at(30)).await.unwrap();
    assert_eq!(latest().await, second.state.id);
    // Reopened by a clock that runs behind: open counts more than late.
    world.add(&first, vec![reopened()], at(20)).await.unwrap();
    assert_eq!(latest().await, first.state.id);
}

/// Writers of one conversation that load, decide and append again when they lose store everything once, without gaps.
pub async fn racing_appends_lose_nothing(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let id = world.begun().await.state.id;
    let mut writers = JoinSet::new();
    for _ in 0..32 {
        let world = Arc::clone(&world);
        writers.spawn(async move {
            let mut sent = Vec::new();
            for _ in 0..5 {
                let client_id = world.client_id();
                // Loaded in a unit of its own, so that there is a race to lose.
                loop {
                    let stored = world.conversation(id).await;
                    let step = Step::on(&stored, vec![said(client_id, "hello")], at(1));
                    let mut unit = world.write().await;
                    match unit.append(step.append(Some(client_id))).await {
                        Ok(_) => break unit.commit(quietly()).await.unwrap(),
                        Err(StoreError::Conflict) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
                sent.push(client_id);
            }
            sent
        });
    }
    let mut sent: Vec<ClientId> = writers.join_all().await.into_iter().flatten().collect();
    let entries = world.entries(id).await;
    let numbers: Vec<_> = entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(numbers, (1..=161).collect::<Vec<_>>());
    let mut stored: Vec<_> = entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::VisitorMessage { client_id, .. } => Some(*client_id),
            _ => None,
        })
        .collect();
    sent.sort();
    stored.sort();
    assert_eq!(stored, sent);
    // The state is what the log says.
    let found = world.conversation(id).await;
    let mut folded = Stored { state: found.state.clone(), summary: found.summary.clone() };
    folded.state.seq = 0;
    for entry in &entries {
        folded.state.apply(entry);
    }
    assert_eq!(folded.state.seq, found.state.seq);
    assert_eq!(found.summary.last_visitor_seq, 161);
}

/// The same message sent many times at once is stored once, and everybody finds the same entry.
pub async fn a_repeated_message_is_stored_once_under_races(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let id = world.begun().await.state.id;
    let client_id = world.client_id();
    let mut senders = JoinSet::new();
    for _ in 0..32 {
        let world = Arc::clone(&world);
        senders.spawn(async move {
            let stored = world.conversation(id).await;
            let step = Step::on(&stored, vec![said(client_id, "only once")], at(1));
            let mut unit = world.write().await;
            match unit.append(step.append(Some(client_id))).await {
                Ok(_) => unit.commit(quietly()).await.unwrap(),
                Err(StoreError::Conflict) => drop(unit),
                Err(error) => panic!("{error}"),
            }
            let entry = world.read().await.entry_of_client(world.workspace_id, id, client_id).await.unwrap();
            entry.unwrap().seq
        });
    }
    assert!(senders.join_all().await.into_iter().all(|seq| seq == 2));
    assert_eq!(world.entries(id).await.len(), 2);
}
