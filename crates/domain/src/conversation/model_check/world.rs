//! The world around one conversation: a store, nodes that work on turns, members at their desks, a visitor.
//!
//! Everything goes through `decide`, and through a store that works as the real one must:
//! an append is committed only if the conversation has not moved on since it was loaded, the rows of the turns change in the same commit, and a lease that runs out frees its turn.
//! Loading and committing are steps of their own, so that anything can happen between them.

use stateright::{Model, Property};
use uuid::Uuid;

use crate::agent::AgentSettings;
use crate::conversation::model_check::moment::{Deed, Desk, Found, Left, Moment, NOW, Node, RowState, Wrong, turn_id};
use crate::conversation::model_check::properties;
use crate::conversation::{
    Command, Context, Conversation, Event, FreshIds, Outcome, Owner, Person, Reading, Refusal, Reply, ReplyKind, decide,
};
use crate::ids::{AgentId, ClientId, ConversationId, HandoffId, MemberId, VisitorId, WorkspaceId};
use crate::policy::{self, Features, Finding};
use crate::text::MessageText;
use crate::turn::TURN_ATTEMPTS_MAX;

const MEMBERS: [&str; 2] = ["Dana", "Sam"];

/// What may happen, and how often.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    pub(super) messages: u8,
    pub(super) deeds: u8,
    pub(super) crashes: u8,
    /// How often a node is so slow that its lease runs out while it works.
    pub(super) pauses: u8,
    pub(super) nodes: usize,
    pub(super) someone_there: bool,
    pub(super) desks: Desks,
}

/// How members decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Desks {
    /// Loading and committing are one step: all that the nodes can tell, as a member who comes too late decides again.
    OneStep,
    /// Anything can happen between the two.
    TwoSteps,
}

/// What an append of a node is checked against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fence {
    /// The conversation must be where it was when the node loaded it.
    CompareAndSet,
    /// Nothing: what was decided is written.
    Missing,
}

/// What becomes of a turn whose node died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leases {
    /// Another node gets it.
    RunOut,
    /// It is held for ever.
    Missing,
}

/// A world of given bounds; the faults show that the properties can fail.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) bounds: Bounds,
    pub(super) fence: Fence,
    pub(super) leases: Leases,
    pub(super) settings: AgentSettings,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Action {
    Ask,
    AskForPerson,
    Claim { node: usize, turn: usize },
    Load { node: usize, finding: Found },
    Commit { node: usize },
    Crash { node: usize },
    LeaseRunsOut { turn: usize },
    Consider { member: usize, deed: Deed },
    Do { member: usize },
}

impl Model for World {
    type State = Moment;
    type Action = Action;

    fn init_states(&self) -> Vec<Moment> {
        let id = Uuid::from_u128(1);
        let mut stored = Conversation::new(ConversationId(id), WorkspaceId(id), AgentId(id), VisitorId(id), NOW);
        let start = Command::Start {
            page: None,
            trail: Vec::new(),
            referrer: None,
            locale: None,
            user_agent: None,
            previous_conversation_id: None,
        };
        let events = self.decide(&stored, 0, start).expect("an empty conversation can begin");
        stored.append(events, NOW);
        vec![Moment {
            stored,
            turns: Vec::new(),
            nodes: vec![Node::Idle; self.bounds.nodes],
            desks: [Desk::Idle, Desk::Idle],
            left: Left {
                messages: self.bounds.messages,
                deeds: self.bounds.deeds,
                crashes: self.bounds.crashes,
                pauses: self.bounds.pauses,
            },
            acknowledged: 0,
            wrong: Wrong::default(),
        }]
    }

    fn actions(&self, moment: &Moment, actions: &mut Vec<Action>) {
        if moment.left.messages > 0 {
            actions.extend([Action::Ask, Action::AskForPerson]);
        }
        self.actions_of_nodes(moment, actions);
        for (member, desk) in moment.desks.iter().enumerate() {
            match desk {
                Desk::Idle if moment.left.deeds > 0 => actions.extend(
                    [Deed::TakeOver, Deed::Write, Deed::ReturnToAi, Deed::ReturnToQueue, Deed::Close]
                        .map(|deed| Action::Consider { member, deed }),
                ),
                Desk::Idle => {}
                Desk::Deciding { .. } => actions.push(Action::Do { member }),
            }
        }
    }

    fn next_state(&self, last: &Moment, action: Action) -> Option<Moment> {
        let mut next = last.clone();
        match action {
            Action::Ask => self.visitor_writes(&mut next, Reading::Question),
            Action::AskForPerson => {
                self.visitor_writes(&mut next, Reading::AsksForPerson { evidence: "a person".to_owned() });
            }
            Action::Claim { node, turn } => {
                next.turns[turn].state = RowState::Leased;
                next.turns[turn].attempts += 1;
                next.nodes[node] = Node::Claimed { turn };
            }
            Action::Load { node, finding } => self.load(&mut next, node, finding),
            Action::Commit { node } => self.commit(&mut next, node),
            Action::Crash { node } => {
                next.left.crashes -= 1;
                next.nodes[node] = Node::Idle;
            }
            Action::LeaseRunsOut { turn } => {
                if next.held(turn) {
                    next.left.pauses -= 1;
                }
                next.turns[turn].state = RowState::Pending;
            }
            Action::Consider { member, deed } => {
                // What is refused or holds already changes nothing.
                let events = self.decide(&next.stored, next.turns.len(), command(member, deed));
                events.ok().filter(|events| !events.is_empty())?;
                next.left.deeds -= 1;
                next.desks[member] = Desk::Deciding { deed, seq: next.stored.seq };
                if self.bounds.desks == Desks::OneStep {
                    self.do_deed(&mut next, member);
                }
            }
            Action::Do { member } => self.do_deed(&mut next, member),
        }
        next.nodes.sort();
        Some(next)
    }

    /// Claims without end would make a world without end; one too many is enough to be seen.
    fn within_boundary(&self, moment: &Moment) -> bool {
        moment.turns.iter().all(|row| row.attempts <= self.claims_max() + 1)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties(self)
    }
}

impl World {
    fn actions_of_nodes(&self, moment: &Moment, actions: &mut Vec<Action>) {
        let mut before = None;
        for (node, doing) in moment.nodes.iter().enumerate() {
            // Two idle nodes are one choice.
            if before == Some(doing) {
                continue;
            }
            before = Some(doing);
            match doing {
                Node::Idle => actions.extend(moment.pending().map(|turn| Action::Claim { node, turn })),
                Node::Claimed { turn } if moment.turns[*turn].attempts >= TURN_ATTEMPTS_MAX => {
                    actions.push(Action::Load { node, finding: Found::GaveUp });
                }
                Node::Claimed { .. } => {
                    actions.extend([Found::Answer, Found::NoAnswer].map(|finding| Action::Load { node, finding }));
                }
                Node::Writing { .. } => actions.push(Action::Commit { node }),
            }
            if *doing != Node::Idle && moment.left.crashes > 0 {
                actions.push(Action::Crash { node });
            }
        }
        if self.leases == Leases::RunOut {
            let out = moment.leased().filter(|turn| !moment.held(*turn) || moment.left.pauses > 0);
            actions.extend(out.map(|turn| Action::LeaseRunsOut { turn }));
        }
    }

    /// How often a turn may be claimed: once, and once more for everything that can go wrong.
    pub(super) fn claims_max(&self) -> u32 {
        1 + u32::from(self.bounds.crashes) + u32::from(self.bounds.pauses)
    }

    /// Whether everybody has finished what they began; only the visitor and the members may begin something.
    pub(super) fn at_rest(&self, moment: &Moment) -> bool {
        moment.at_rest() && (self.leases == Leases::Missing || moment.leased().next().is_none())
    }

    fn visitor_writes(&self, next: &mut Moment, reading: Reading) {
        next.left.messages -= 1;
        let command = Command::VisitorWrites {
            client_id: ClientId(Uuid::from_u128(u128::from(next.left.messages))),
            text: MessageText::parse("how do I export?").unwrap(),
            reading,
        };
        let events = self.decide(&next.stored, next.turns.len(), command);
        next.append(events.expect("a visitor's message is always accepted"), None);
    }

    fn load(&self, next: &mut Moment, node: usize, finding: Found) {
        let Node::Claimed { turn } = next.nodes[node] else {
            unreachable!("only a claimed turn is loaded");
        };
        next.nodes[node] = match self.conclude(&next.stored, next, turn, finding) {
            Ok(_) => Node::Writing { turn, seq: next.stored.seq, epoch: next.stored.epoch, finding },
            Err(_) => Node::Idle,
        };
    }

    fn commit(&self, next: &mut Moment, node: usize) {
        let Node::Writing { turn, seq, finding, .. } = next.nodes[node] else {
            unreachable!("only what was written is committed");
        };
        if self.fence == Fence::CompareAndSet && next.stored.seq != seq {
            next.nodes[node] = Node::Claimed { turn };
            return;
        }
        // Without the fence the node writes what it decided when its turn was open.
        let mut then = next.stored.clone();
        if self.fence == Fence::Missing {
            then.epoch = next.turns[turn].epoch;
            then.owner = Owner::Ai { turn: Some(turn_id(turn)), failed_answers: 0 };
        }
        let events = self.conclude(&then, next, turn, finding);
        next.append(events.expect("decided before, and nothing has changed"), Some((turn, finding)));
        next.nodes[node] = Node::Idle;
    }

    fn do_deed(&self, next: &mut Moment, member: usize) {
        let Desk::Deciding { deed, seq } = next.desks[member] else {
            unreachable!("only what was considered is done");
        };
        next.desks[member] = Desk::Idle;
        let decided = self.decide(&next.stored, next.turns.len(), command(member, deed));
        let Ok(events) = decided else {
            return;
        };
        if next.stored.seq != seq && !events.is_empty() {
            // Moved on: decide again.
            next.desks[member] = Desk::Deciding { deed, seq: next.stored.seq };
            return;
        }
        next.append(events, None);
        if matches!(deed, Deed::TakeOver | Deed::Write) {
            next.acknowledged = next.stored.epoch;
            let mine = matches!(&next.stored.owner, Owner::Member { member_id, .. } if *member_id == person(member).id);
            next.wrong.acknowledged_a_takeover_that_was_none |= !mine;
        }
    }

    fn conclude(&self, state: &Conversation, moment: &Moment, turn: usize, finding: Found) -> Decided {
        let (found, kind) = match finding {
            Found::Answer => (Finding::Answered { confidence: 0.9 }, Some(ReplyKind::Answer)),
            Found::NoAnswer => (Finding::NoAnswer { confidence: 0.2 }, Some(ReplyKind::Abstain)),
            Found::GaveUp => (Finding::Broken, None),
        };
        let features = Features {
            finding: found,
            failed_answers: state.failed_answers(),
            someone_there: self.bounds.someone_there,
            frustration: 0.0,
        };
        let command = Command::ConcludeTurn {
            turn_id: turn_id(turn),
            epoch: moment.turns[turn].epoch,
            reply: kind.map(|kind| Reply {
                kind,
                text: "Under Settings.".to_owned(),
                citations: Vec::new(),
                confidence: None,
            }),
            decision: policy::decide(&self.settings.policy(), &features),
        };
        self.decide(state, moment.turns.len(), command)
    }

    fn decide(&self, state: &Conversation, turns: usize, command: Command) -> Decided {
        let ctx = Context {
            now: NOW,
            someone_there: self.bounds.someone_there,
            settings: &self.settings,
            fresh: FreshIds {
                turn_id: turn_id(turns),
                handoff_id: HandoffId(Uuid::from_u128(u128::from(state.epoch))),
            },
        };
        decide(state, command, &ctx)
    }
}

type Decided = Result<Vec<Event>, Refusal>;

fn command(member: usize, deed: Deed) -> Command {
    let person = person(member);
    match deed {
        Deed::TakeOver => Command::TakeOver { member: person },
        Deed::Write => Command::MemberWrites {
            member: person,
            client_id: ClientId(Uuid::from_u128(9)),
            text: MessageText::parse("hello").unwrap(),
        },
        Deed::ReturnToAi => Command::ReturnToAi { by: person },
        Deed::ReturnToQueue => Command::ReturnToQueue { by: person },
        Deed::Close => Command::Close { by: Some(person), outcome: Outcome::Solved },
    }
}

fn person(member: usize) -> Person {
    Person { id: MemberId(Uuid::from_u128(member as u128)), name: MEMBERS[member].to_owned() }
}
