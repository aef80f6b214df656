//! Random walks through a conversation: any command at any time, by anybody, under settings that change.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use crate::agent::{AgentSettings, AiResumes, Announcement, FieldValue};
use crate::conversation::{
    ActionTaken, Citation, Command, Context, Conversation, Entry, Event, FreshIds, Outcome, Person, Rating, Reading,
    Refusal, Reply, ReplyKind, Side, decide,
};
use crate::ids::{AgentId, ClientId, ConversationId, HandoffId, MemberId, TurnId, VisitorId, WorkspaceId};
use crate::policy::{Decision, HandoffMode, HandoffReason, NobodyThere, PolicyAction};
use crate::text::{MessageText, Page};
use crate::time::Timestamp;

/// Stands in everything that a visitor may not see.
pub(super) const SECRET: &str = "for-the-team-only";

/// Longest walk, steps.
const STEPS_MAX: usize = 60;

/// One command, what came of it, and the world it was decided in.
#[derive(Debug)]
pub(super) struct Moment {
    pub(super) before: Conversation,
    pub(super) command: Command,
    pub(super) result: Result<Vec<Event>, Refusal>,
    pub(super) entries: Vec<Entry>,
    pub(super) after: Conversation,
    world: World,
}

impl Moment {
    /// What the decision knew of the world.
    pub(super) fn ctx(&self) -> Context<'_> {
        self.world.ctx()
    }
}

/// A whole walk.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) born: Conversation,
    pub(super) moments: Vec<Moment>,
    pub(super) log: Vec<Entry>,
    pub(super) state: Conversation,
}

impl Walk {
    /// Every entry, with the state before it and after it.
    pub(super) fn each_entry(&self, mut visit: impl FnMut(&Conversation, &Entry, &Conversation)) {
        let mut before = self.born.clone();
        for entry in &self.log {
            let mut after = before.clone();
            after.apply(entry);
            visit(&before, entry, &after);
            before = after;
        }
    }
}

/// Walks of any length; nine in ten begin as a conversation does.
pub(super) fn walks() -> impl Strategy<Value = Walk> {
    (prop::bool::weighted(0.9), settings(), any::<bool>(), vec(step(), 1..STEPS_MAX)).prop_map(
        |(begins, settings, someone_there, steps)| {
            let mut walker = Walker::new(settings, someone_there);
            if begins {
                walker.act(start());
            }
            for step in steps {
                walker.step(step);
            }
            walker.walk
        },
    )
}

#[derive(Clone, Debug)]
enum Step {
    Wait {
        ms: i64,
    },
    Availability {
        someone_there: bool,
    },
    Settings(Box<AgentSettings>),
    Act(Command),
    /// Ends a turn that may be long over, perhaps with an epoch that was never its own.
    Conclude {
        turns_ago: usize,
        epoch_off: i64,
        reply: Option<Reply>,
        decision: Decision,
    },
}

#[derive(Clone, Debug)]
struct World {
    now: Timestamp,
    someone_there: bool,
    settings: AgentSettings,
    fresh: FreshIds,
}

impl World {
    fn ctx(&self) -> Context<'_> {
        Context { now: self.now, someone_there: self.someone_there, settings: &self.settings, fresh: self.fresh }
    }
}

struct Walker {
    walk: Walk,
    world: World,
    turns: Vec<(TurnId, u64)>,
    ids: u128,
}

impl Walker {
    fn new(settings: AgentSettings, someone_there: bool) -> Self {
        let id = Uuid::from_u128(1);
        let now = Timestamp(1_000_000_000);
        let born = Conversation::new(ConversationId(id), WorkspaceId(id), AgentId(id), VisitorId(id), now);
        Self {
            walk: Walk { state: born.clone(), born, moments: Vec::new(), log: Vec::new() },
            world: World { now, someone_there, settings, fresh: fresh(1_000) },
            turns: Vec::new(),
            ids: 1_000,
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Wait { ms } => self.world.now.0 += ms,
            Step::Availability { someone_there } => self.world.someone_there = someone_there,
            Step::Settings(settings) => self.world.settings = *settings,
            Step::Act(command) => self.act(command),
            Step::Conclude { turns_ago, epoch_off, reply, decision } => {
                let turn = self.turns.iter().rev().nth(turns_ago);
                let (turn_id, epoch) = turn.copied().unwrap_or((TurnId(Uuid::from_u128(404)), 1));
                self.act(Command::ConcludeTurn {
                    turn_id,
                    epoch: epoch.saturating_add_signed(epoch_off),
                    reply,
                    decision,
                });
            }
        }
    }

    fn act(&mut self, command: Command) {
        self.ids += 2;
        self.world.fresh = fresh(self.ids);
        let state = &mut self.walk.state;
        let before = state.clone();
        let result = decide(state, command.clone(), &self.world.ctx());
        let entries = match &result {
            Ok(events) => state.append(events.clone(), self.world.now),
            Err(_) => Vec::new(),
        };
        for entry in &entries {
            if let Event::TurnOpened { turn_id } = entry.event {
                self.turns.push((turn_id, state.epoch));
            }
        }
        self.walk.log.extend(entries.iter().cloned());
        self.walk.moments.push(Moment {
            before,
            command,
            result,
            entries,
            after: state.clone(),
            world: self.world.clone(),
        });
    }
}

fn fresh(id: u128) -> FreshIds {
    FreshIds { turn_id: TurnId(Uuid::from_u128(id)), handoff_id: HandoffId(Uuid::from_u128(id + 1)) }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        // Mostly around the minute after which a waiting visitor is told again; at times the clock is set back.
        3 => prop_oneof![0_i64..=1, Just(59_999), Just(60_000), 0_i64..400_000, -100_000_i64..0]
            .prop_map(|ms| Step::Wait { ms }),
        1 => any::<bool>().prop_map(|someone_there| Step::Availability { someone_there }),
        1 => settings().prop_map(|settings| Step::Settings(Box::new(settings))),
        20 => command().prop_map(Step::Act),
        10 => conclude(),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        1 => Just(start()),
        10 => visitor_writes(),
        3 => press_action(),
        3 => member().prop_map(|member| Command::TakeOver { member }),
        3 => (member(), any::<u128>()).prop_map(|(member, id)| Command::MemberWrites {
            member,
            client_id: ClientId(Uuid::from_u128(id)),
            text: text("here you are"),
        }),
        2 => (member(), member()).prop_map(|(to, by)| Command::Assign { to, by }),
        2 => member().prop_map(|by| Command::ReturnToQueue { by }),
        8 => member().prop_map(|by| Command::ReturnToAi { by }),
        2 => (option::of(member()), select(vec![Outcome::Solved, Outcome::NotSolved, Outcome::Spam, Outcome::Lapsed]))
            .prop_map(|(by, outcome)| Command::Close { by, outcome }),
        1 => member().prop_map(|by| Command::Reopen { by }),
        2 => (select(vec![Side::Visitor, Side::Team]), 0_u64..80).prop_map(|(by, up_to)| Command::See { by, up_to }),
        1 => (0_u64..80, option::of(select(vec![Rating::Up, Rating::Down])), option::of(Just("good".to_owned())))
            .prop_map(|(message_seq, rating, comment)| Command::Rate { message_seq, rating, comment }),
        1 => Just(Command::VisitPage { page: page() }),
    ]
}

fn start() -> Command {
    Command::Start {
        page: Some(page()),
        trail: vec![page(), page()],
        referrer: Some(SECRET.to_owned()),
        locale: Some("de-AT".to_owned()),
        user_agent: Some(SECRET.to_owned()),
        previous_conversation_id: None,
    }
}

fn visitor_writes() -> impl Strategy<Value = Command> {
    let reading = prop_oneof![
        1 => Just(Reading::SmallTalk),
        1 => evidence().prop_map(|evidence| Reading::AsksForPerson { evidence }),
        2 => Just(Reading::Question),
    ];
    (any::<u128>(), 1_usize..40, reading).prop_map(|(id, words, reading)| Command::VisitorWrites {
        client_id: ClientId(Uuid::from_u128(id)),
        text: text(&"how do I export? ".repeat(words)),
        reading,
    })
}

fn press_action() -> impl Strategy<Value = Command> {
    option::of(select(vec!["name", "email", "order"])).prop_map(|field| Command::PressAction {
        action: ActionTaken {
            action_id: "talk-to-a-human".to_owned(),
            label: "Talk to a human".to_owned(),
            fields: field
                .map(|name| FieldValue { name: name.to_owned(), label: name.to_owned(), value: "Ada".to_owned() })
                .into_iter()
                .collect(),
        },
    })
}

/// Any reply with any decision: a runner that mixes them up must not break the rules either.
fn conclude() -> impl Strategy<Value = Step> {
    let turns_ago = prop_oneof![4 => Just(0_usize), 1 => 0_usize..5];
    let epoch_off = prop_oneof![8 => Just(0_i64), 1 => -2_i64..3];
    (turns_ago, epoch_off, option::weighted(0.8, reply()), decision())
        .prop_map(|(turns_ago, epoch_off, reply, decision)| Step::Conclude { turns_ago, epoch_off, reply, decision })
}

fn reply() -> impl Strategy<Value = Reply> {
    let kind = prop_oneof![
        2 => Just(ReplyKind::Answer),
        1 => Just(ReplyKind::SmallTalk),
        3 => Just(ReplyKind::Abstain),
    ];
    (kind, option::of(hundredths()), vec(citation(), 0..3)).prop_map(|(kind, confidence, citations)| Reply {
        kind,
        text: "Export it under Settings [1].".to_owned(),
        citations,
        confidence,
    })
}

fn citation() -> impl Strategy<Value = Citation> {
    (1_u32..4, option::of(Just("https://docs.example/#export".to_owned())), hundredths()).prop_map(
        |(index, url, score)| Citation {
            index,
            title: "Exporting".to_owned(),
            url,
            source_name: "docs".to_owned(),
            heading_path: vec!["Data".to_owned()],
            quote: "Under Settings".to_owned(),
            passage_id: "p1".to_owned(),
            score,
        },
    )
}

fn decision() -> impl Strategy<Value = Decision> {
    let action = prop_oneof![
        3 => Just(PolicyAction::Answer),
        1 => Just(PolicyAction::AnswerAndOffer),
        4 => Just(PolicyAction::Abstain),
        3 => Just(PolicyAction::HandOff),
        1 => Just(PolicyAction::Suppress),
        1 => Just(PolicyAction::PointToButton),
    ];
    let reason =
        select(vec![Some(HandoffReason::Asked), Some(HandoffReason::NoAnswer), Some(HandoffReason::ModelDown), None]);
    (action, reason, evidence()).prop_map(|(action, reason, why)| Decision { action, reason, why })
}

fn settings() -> impl Strategy<Value = AgentSettings> {
    (
        select(vec![HandoffMode::Auto, HandoffMode::Manual]),
        1_u32..4,
        select(vec![NobodyThere::Suppress, NobodyThere::Queue]),
        select(vec![Announcement::Named, Announcement::Brief, Announcement::Silent]),
        select(vec![AiResumes::AfterClose, AiResumes::Manual, AiResumes::Never]),
        any::<bool>(),
    )
        .prop_map(|(mode, no_answer_after, nobody_there, announcement, ai_resumes, has_buttons)| {
            let mut settings = AgentSettings::default();
            settings.handoff.mode = mode;
            settings.handoff.no_answer_after = no_answer_after;
            settings.handoff.nobody_there = nobody_there;
            settings.handoff.announcement = announcement;
            settings.ai_resumes = ai_resumes;
            if !has_buttons {
                settings.actions.clear();
            }
            settings
        })
}

fn member() -> impl Strategy<Value = Person> {
    (0_usize..3).prop_map(|index| Person {
        id: MemberId(Uuid::from_u128(10 + index as u128)),
        name: ["Dana", "Sam", "Ines"][index].to_owned(),
    })
}

fn evidence() -> impl Strategy<Value = String> {
    prop_oneof![4 => Just(SECRET.to_owned()), 1 => Just(String::new())]
}

fn hundredths() -> impl Strategy<Value = f64> {
    (0_u32..=100).prop_map(|hundredths| f64::from(hundredths) / 100.0)
}

fn page() -> Page {
    Page::parse(&format!("https://a.example/{SECRET}"), Some("Pricing")).unwrap()
}

fn text(text: &str) -> MessageText {
    MessageText::parse(text).unwrap()
}
