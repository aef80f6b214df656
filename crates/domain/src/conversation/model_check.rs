//! Every interleaving of a small world: a visitor, two members, nodes that crash, dawdle and lose their leases.
//!
//! The properties are those of H7, H8, A9 and I9.
//! Two worlds with a fault each show that the properties can fail.

mod moment;
mod world;

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use stateright::{Checker, HasDiscoveries, Model, Property};

use crate::agent::AgentSettings;
use crate::conversation::Owner;
use crate::conversation::model_check::moment::{Deed, Desk, Moment, Node, RowState};
use crate::conversation::model_check::world::{Bounds, Desks, Fence, Leases, World};
use crate::turn::{TURN_ATTEMPTS_MAX, TurnOutcome};

const SILENT: &str = "h7: the AI speaks only while it has the conversation";
const IN_TURN: &str = "h7: the AI speaks only in its open turn";
const AFTER_ACK: &str = "h7: after an acknowledged takeover nothing of an older epoch is said";
const ENDS_ONCE: &str = "i9: a turn ends at most once";
const CLAIMS: &str = "i9: a turn is claimed again only after a crash or a pause";
const ONE_OWNER: &str = "h8: whoever is told that they have the conversation has it";
const FOLLOWED: &str = "a9: when nobody is about to do anything, the AI owes no answer";
const ENDS_WELL: &str = "a9: in the end the AI owes no answer";

#[test]
fn h7_h8_a9_hold_in_every_interleaving() {
    let world = world(Bounds {
        messages: 3,
        deeds: 3,
        crashes: 2,
        pauses: 1,
        nodes: 2,
        someone_there: true,
        desks: Desks::OneStep,
    });
    holds(world, 50_000);
}

#[test]
fn h8_holds_when_members_race() {
    let world = world(Bounds {
        messages: 3,
        deeds: 3,
        crashes: 0,
        pauses: 0,
        nodes: 1,
        someone_there: true,
        desks: Desks::TwoSteps,
    });
    holds(world, 10_000);
}

#[test]
fn a9_holds_when_nobody_is_there() {
    let world = world(Bounds {
        messages: 2,
        deeds: 2,
        crashes: 2,
        pauses: 1,
        nodes: 2,
        someone_there: false,
        desks: Desks::OneStep,
    });
    holds(world, 10_000);
}

#[test]
fn without_the_fence_the_ai_talks_over_a_person() {
    let mut world = world(small());
    world.fence = Fence::Missing;
    for property in [SILENT, IN_TURN, AFTER_ACK, ENDS_ONCE] {
        fails(world.clone(), property);
    }
}

#[test]
fn without_leases_a_crash_leaves_a_visitor_without_an_answer() {
    let mut world = world(small());
    world.leases = Leases::Missing;
    for property in [FOLLOWED, ENDS_WELL] {
        fails(world.clone(), property);
    }
}

/// The checker takes moments for the same that it knows by the same: they must lead to the same.
#[test]
fn what_the_checker_forgets_makes_no_difference() {
    let world = world(small());
    let mut moments: HashSet<String> = HashSet::new();
    let mut leads_to: HashMap<u64, BTreeSet<u64>> = HashMap::new();
    let mut waiting: VecDeque<Moment> = world.init_states().into();
    while let Some(moment) = waiting.pop_front() {
        if !moments.insert(format!("{moment:?}")) {
            continue;
        }
        let next = world.next_states(&moment);
        let leads: BTreeSet<u64> = next.iter().map(known_by).collect();
        let first = leads_to.entry(known_by(&moment)).or_insert_with(|| leads.clone());
        assert_eq!(*first, leads, "{moment:#?}");
        waiting.extend(next.into_iter().filter(|moment| world.within_boundary(moment)));
    }
    assert!(moments.len() > 2 * leads_to.len(), "{} moments, {} known", moments.len(), leads_to.len());
}

fn small() -> Bounds {
    Bounds { messages: 2, deeds: 2, crashes: 1, pauses: 0, nodes: 2, someone_there: true, desks: Desks::OneStep }
}

fn world(bounds: Bounds) -> World {
    World { bounds, fence: Fence::CompareAndSet, leases: Leases::RunOut, settings: AgentSettings::default() }
}

/// Explores a world to its end.
///
/// The least number of states guards against a world in which nothing happens.
fn holds(world: World, states_min: usize) {
    let threads = available_parallelism().map_or(1, NonZeroUsize::get);
    let checker = world.checker().threads(threads).spawn_bfs().join();
    let (states, steps) = (checker.unique_state_count(), checker.max_depth());
    println!("{states} states, reached in {} ways, {steps} steps deep", checker.state_count());
    checker.assert_properties();
    assert!(states >= states_min, "only {states} states");
}

/// Looks for a counterexample and shows it.
fn fails(world: World, property: &'static str) {
    let found = HasDiscoveries::AnyOf(BTreeSet::from([property]));
    let checker = world.checker().finish_when(found).spawn_bfs().join();
    let path = checker.assert_any_discovery(property);
    println!("not so: {property}: {:?}", path.into_actions());
}

fn known_by(moment: &Moment) -> u64 {
    let mut hasher = DefaultHasher::new();
    moment.hash(&mut hasher);
    hasher.finish()
}

/// What is checked in every world.
fn properties(world: &World) -> Vec<Property<World>> {
    let mut properties = vec![
        Property::<World>::always(SILENT, |_, moment| !moment.wrong.spoke_under_another_owner),
        Property::<World>::always(IN_TURN, |_, moment| !moment.wrong.spoke_outside_its_turn),
        Property::<World>::always(AFTER_ACK, |_, moment| !moment.wrong.spoke_after_an_acknowledged_takeover),
        Property::<World>::always(ENDS_ONCE, |_, moment| !moment.wrong.ended_a_turn_twice),
        Property::<World>::always(CLAIMS, |world, moment| {
            moment.turns.iter().all(|row| row.attempts <= world.claims_max())
        }),
        Property::<World>::always(ONE_OWNER, |_, moment| !moment.wrong.acknowledged_a_takeover_that_was_none),
        Property::<World>::always(FOLLOWED, |world, moment| !world.at_rest(moment) || followed(moment)),
        Property::<World>::eventually(ENDS_WELL, |world, moment| {
            moment.left.messages == 0 && world.at_rest(moment) && followed(moment)
        }),
        // What makes the checks above worth something does happen.
        Property::<World>::sometimes("a member takes over while a node writes", |_, moment| {
            let taken = matches!(moment.stored.owner, Owner::Member { .. });
            taken && writing(moment).any(|(_, epoch)| epoch < moment.stored.epoch)
        }),
        Property::<World>::sometimes("a burst supersedes a turn while a node writes", |_, moment| {
            writing(moment).any(|(turn, epoch)| {
                moment.turns[turn].state == RowState::Ended(TurnOutcome::Superseded) && epoch == moment.stored.epoch
            })
        }),
        Property::<World>::sometimes("the AI gets a conversation back and writes again", |_, moment| {
            writing(moment).any(|(_, epoch)| {
                epoch == moment.stored.epoch && epoch > moment.acknowledged && moment.acknowledged > 0
            })
        }),
    ];
    if world.bounds.crashes > 1 {
        properties.push(Property::<World>::sometimes("a turn is tried as often as it may be", |_, moment| {
            moment.turns.iter().any(|row| row.attempts >= TURN_ATTEMPTS_MAX)
        }));
    }
    if world.bounds.desks == Desks::TwoSteps {
        properties.push(Property::<World>::sometimes("two members take over at once", |_, moment| {
            let takes = |desk: &Desk| match desk {
                Desk::Deciding { deed: Deed::TakeOver, seq } => Some(*seq),
                Desk::Deciding { .. } | Desk::Idle => None,
            };
            let [dana, sam] = moment.desks.each_ref().map(takes);
            dana.is_some() && dana == sam
        }));
    }
    properties
}

fn followed(moment: &Moment) -> bool {
    !matches!(moment.stored.owner, Owner::Ai { .. }) || moment.stored.unanswered.is_none()
}

fn writing(moment: &Moment) -> impl Iterator<Item = (usize, u64)> {
    moment.nodes.iter().filter_map(|node| match node {
        Node::Writing { turn, epoch, .. } => Some((*turn, *epoch)),
        Node::Idle | Node::Claimed { .. } => None,
    })
}
