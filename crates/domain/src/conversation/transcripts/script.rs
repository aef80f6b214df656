//! Plays a script line by line and prints what the log says.
//!
//! | line | what happens |
//! | --- | --- |
//! | `set ai_resumes never` | a setting of the handoff or of the agent has this value from here on |
//! | `nobody is there`, `someone is there` | availability of the team; somebody is there at first |
//! | `30 s later` | time passes |
//! | `visitor: how do I export?` | the visitor writes a question |
//! | `visitor chats: thanks` | … small talk |
//! | `visitor asks: a person please` | … that they want a person |
//! | `visitor presses talk-to-a-human name=Ada` | a button with its fields |
//! | `visitor opens https://a.example/`, `visitor sees 4`, `visitor rates 4 up`, `visitor arrives` | |
//! | `ai answers 0.8`, `ai abstains 0.2`, `ai chats`, `ai breaks`, `ai hears an ask`, `ai hears an ask, answers 0.8` | the open turn ends with this finding, which goes through the policy |
//! | `turn 1 answers 0.8` | the same for a turn that may be over, in the epoch it was opened in |
//! | `dana takes over`, `dana: hello`, `dana assigns sam`, `dana returns to queue`, `dana returns to ai`, `dana closes solved`, `dana reopens`, `baton closes lapsed`, `team sees 4` | |
//! | `inbox shows` | nothing; prints the row of the inbox |
//!
//! An entry is printed as number, epoch, owner after it, and the event in words.

use std::fmt::Write as _;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use uuid::Uuid;

use crate::agent::{AgentSettings, FieldValue};
use crate::conversation::{
    ActionTaken, By, Command, Context, Conversation, Entry, Event, FreshIds, Owner, OwnerView, Person, Reading,
    Refusal, Reply, ReplyKind, Side, Summary, decide,
};
use crate::ids::{AgentId, ClientId, ConversationId, HandoffId, MemberId, TurnId, VisitorId, WorkspaceId};
use crate::policy::{self, Features, Finding};
use crate::text::{MessageText, Page, cut};
use crate::time::Timestamp;

/// How much of a line of Baton's own is printed, characters.
const LINE_CHARS_MAX: usize = 40;

/// Plays a script in a conversation that has begun.
pub(super) fn play(script: &str) -> String {
    let mut stage = Stage::new();
    stage.run(start()).expect("an empty conversation can begin");
    stage.play(script)
}

/// Plays a script in a conversation that has not begun.
pub(super) fn play_from_nothing(script: &str) -> String {
    Stage::new().play(script)
}

struct Stage {
    state: Conversation,
    summary: Summary,
    settings: AgentSettings,
    someone_there: bool,
    now: Timestamp,
    /// Every turn that was opened, with its epoch; scripts call the first one `turn 1`.
    turns: Vec<(TurnId, u64)>,
    handoffs: Vec<HandoffId>,
    ids: u128,
}

impl Stage {
    fn new() -> Self {
        let id = Uuid::from_u128(1);
        let now = Timestamp(1_000_000);
        let state = Conversation::new(ConversationId(id), WorkspaceId(id), AgentId(id), VisitorId(id), now);
        Self {
            summary: Summary::new(&state),
            state,
            settings: AgentSettings::default(),
            someone_there: true,
            now,
            turns: Vec::new(),
            handoffs: Vec::new(),
            ids: 100,
        }
    }

    fn play(mut self, script: &str) -> String {
        let mut out = String::new();
        for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
            writeln!(out, "{line}").unwrap();
            if line == "inbox shows" {
                writeln!(out, "      {}", self.row()).unwrap();
                continue;
            }
            if self.circumstance(line) {
                continue;
            }
            let command = self.command(line).unwrap_or_else(|| panic!("no such line: {line}"));
            match self.run(command) {
                Ok(entries) if entries.is_empty() => writeln!(out, "      nothing").unwrap(),
                Ok(entries) => out.extend(entries),
                Err(refusal) => writeln!(out, "      refused: {refusal}").unwrap(),
            }
        }
        out
    }

    /// Lines that change the world around the conversation.
    fn circumstance(&mut self, line: &str) -> bool {
        match line {
            "nobody is there" => self.someone_there = false,
            "someone is there" => self.someone_there = true,
            _ => {
                if let Some(setting) = line.strip_prefix("set ") {
                    let (name, value) = setting.split_once(' ').expect("a setting and its value");
                    self.set(name, value);
                } else if let Some(seconds) = line.strip_suffix(" s later") {
                    self.now.0 += seconds.parse::<i64>().expect("seconds") * 1_000;
                } else {
                    return false;
                }
            }
        }
        true
    }

    fn set(&mut self, name: &str, value: &str) {
        let value = value.parse::<u32>().map_or_else(|_| json!(value), |number| json!(number));
        let mut settings = serde_json::to_value(&self.settings).unwrap();
        match name {
            "actions" => settings["actions"] = json!([]),
            "ai_resumes" => settings["ai_resumes"] = value,
            handoff => settings["handoff"][handoff] = value,
        }
        self.settings = serde_json::from_value(settings).expect("a setting that exists");
    }

    fn command(&mut self, line: &str) -> Option<Command> {
        if let Some((who, text)) = line.split_once(": ") {
            return Some(self.message(who, text));
        }
        let words: Vec<&str> = line.split(' ').collect();
        Some(match *words.as_slice() {
            ["visitor", "arrives"] => start(),
            ["visitor", "presses", action, ref fields @ ..] => {
                Command::PressAction { action: self.press(action, fields) }
            }
            ["visitor", "opens", url] => Command::VisitPage { page: Page::parse(url, None).expect("a web address") },
            [side @ ("visitor" | "team"), "sees", up_to] => {
                Command::See { by: parsed::<Side>(side), up_to: up_to.parse().expect("a number") }
            }
            ["visitor", "rates", message_seq, rating] => Command::Rate {
                message_seq: message_seq.parse().expect("a number"),
                rating: (rating != "back").then(|| parsed(rating)),
                comment: None,
            },
            ["ai", ref how @ ..] => {
                let turn_id = self.state.open_turn().expect("an open turn");
                self.conclude(turn_id, self.state.epoch, how)
            }
            ["turn", number, ref how @ ..] => {
                let (turn_id, epoch) = self.turns[number.parse::<usize>().expect("a number") - 1];
                self.conclude(turn_id, epoch, how)
            }
            ["baton", "closes", outcome] => Command::Close { by: None, outcome: parsed(outcome) },
            [name, "closes", outcome] => Command::Close { by: Some(person(name)), outcome: parsed(outcome) },
            [name, "takes", "over"] => Command::TakeOver { member: person(name) },
            [name, "assigns", to] => Command::Assign { to: person(to), by: person(name) },
            [name, "returns", "to", "queue"] => Command::ReturnToQueue { by: person(name) },
            [name, "returns", "to", "ai"] => Command::ReturnToAi { by: person(name) },
            [name, "reopens"] => Command::Reopen { by: person(name) },
            _ => return None,
        })
    }

    fn message(&mut self, who: &str, text: &str) -> Command {
        let client_id = ClientId(self.fresh());
        let reading = match who {
            "visitor" => Reading::Question,
            "visitor chats" => Reading::SmallTalk,
            "visitor asks" => Reading::AsksForPerson { evidence: text.to_owned() },
            member => {
                return Command::MemberWrites {
                    member: person(member),
                    client_id,
                    text: MessageText::parse(text).unwrap(),
                };
            }
        };
        Command::VisitorWrites { client_id, text: MessageText::parse(text).unwrap(), reading }
    }

    fn press(&self, action_id: &str, fields: &[&str]) -> ActionTaken {
        let action = self.settings.action(action_id).expect("a button of the agent");
        let field = |field: &&str| {
            let (name, value) = field.split_once('=').expect("name=value");
            FieldValue { name: name.to_owned(), label: name.to_owned(), value: value.to_owned() }
        };
        ActionTaken {
            action_id: action.action_id.clone(),
            label: action.label.clone(),
            fields: fields.iter().map(field).collect(),
        }
    }

    /// What a turn runner makes of a finding: a reply if there is one, and the policy's decision.
    fn conclude(&self, turn_id: TurnId, epoch: u64, how: &[&str]) -> Command {
        let confidence = |text: &str| text.parse::<f64>().expect("a confidence");
        let (finding, reply) = match *how {
            ["answers", found] => {
                let confidence = confidence(found);
                (Finding::Answered { confidence }, Some((ReplyKind::Answer, Some(confidence))))
            }
            ["abstains", found] => {
                let confidence = confidence(found);
                (Finding::NoAnswer { confidence }, Some((ReplyKind::Abstain, Some(confidence))))
            }
            ["chats"] => (Finding::SmallTalk, Some((ReplyKind::SmallTalk, None))),
            ["breaks"] => (Finding::Broken, None),
            ["hears", "an", "ask"] => (Finding::Asked, None),
            ["hears", "an", "ask,", "answers", found] => {
                (Finding::Asked, Some((ReplyKind::Answer, Some(confidence(found)))))
            }
            _ => panic!("no such end of a turn: {how:?}"),
        };
        let features = Features {
            finding,
            failed_answers: self.state.failed_answers(),
            someone_there: self.someone_there,
            frustration: 0.0,
        };
        Command::ConcludeTurn {
            turn_id,
            epoch,
            reply: reply.map(|(kind, confidence)| Reply {
                kind,
                text: "…".to_owned(),
                citations: Vec::new(),
                confidence,
            }),
            decision: policy::decide(&self.settings.policy(), &features),
        }
    }

    /// Decides and appends; returns the new entries in words.
    fn run(&mut self, command: Command) -> Result<Vec<String>, Refusal> {
        let fresh = FreshIds { turn_id: TurnId(self.fresh()), handoff_id: HandoffId(self.fresh()) };
        let ctx = Context { now: self.now, someone_there: self.someone_there, settings: &self.settings, fresh };
        let events = decide(&self.state, command, &ctx)?;
        // One by one, so that each line shows the owner right after its entry.
        Ok(events
            .into_iter()
            .map(|event| {
                let entries = self.state.append(vec![event], self.now);
                self.summary.apply(&entries, &self.state);
                self.printed(&entries[0])
            })
            .collect())
    }

    fn fresh(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u128(self.ids)
    }

    fn printed(&mut self, entry: &Entry) -> String {
        if let Event::TurnOpened { turn_id } = entry.event {
            self.turns.push((turn_id, self.state.epoch));
        }
        let words = self.words(&entry.event);
        let owner = match &self.state.owner {
            Owner::Ai { turn: None, .. } => "ai".to_owned(),
            Owner::Ai { turn: Some(turn), .. } => format!("ai, turn {}", self.turn(*turn)),
            Owner::Queue { reason, .. } => format!("queue ({})", name(reason)),
            Owner::Member { name: who, reason, .. } => format!("{who} ({})", name(reason)),
            Owner::Closed { .. } => "closed".to_owned(),
        };
        format!("{:>4} e{} {owner:<18} {words}\n", entry.seq, self.state.epoch)
    }

    fn words(&mut self, event: &Event) -> String {
        match event {
            Event::ConversationStarted { .. } => "conversation started".to_owned(),
            Event::VisitorMessage { text, .. } => format!("visitor: {text}"),
            Event::TurnOpened { turn_id } => format!("turn {} opened", self.turn(*turn_id)),
            Event::AiMessage { turn_id, kind, confidence, offers_person, .. } => {
                let confidence = confidence.map_or_else(String::new, |confidence| format!(" {confidence:.2}"));
                let offer = if *offers_person { ", offers a person" } else { "" };
                format!("ai: {}{confidence} to turn {}{offer}", name(kind), self.turn(*turn_id))
            }
            Event::MemberMessage { member_name, text, .. } => format!("{member_name}: {text}"),
            Event::SystemLine { line, text } => format!("line {}: {}…", name(line), cut(text, LINE_CHARS_MAX)),
            Event::HandoffRequested { handoff_id, reason, evidence, turn_id, action, someone_there } => {
                let number = self.handoff(*handoff_id);
                let turn = turn_id.map_or_else(String::new, |id| format!(" in turn {}", self.turn(id)));
                let there = if *someone_there { "someone there" } else { "nobody there" };
                format!(
                    "handoff {number} requested{turn}, {}: {evidence}{}; {there}",
                    name(reason),
                    filled(action.as_ref())
                )
            }
            Event::HandoffSuppressed { reason, evidence, .. } => {
                format!("handoff suppressed, {}: {evidence}", name(reason))
            }
            Event::HandoffRepeated { reason, evidence, action } => {
                format!("handoff repeated, {}: {evidence}{}", name(reason), filled(action.as_ref()))
            }
            Event::TakenOver { member_name, from, handoff_id, .. } => {
                format!("{member_name} took over from {}, handoff {}", name(from), self.handoff(*handoff_id))
            }
            Event::Assigned { member_name, by_name, handoff_id, .. } => {
                format!("{by_name} assigned {member_name}, handoff {}", self.handoff(*handoff_id))
            }
            Event::ReturnedToQueue { by_name, .. } => format!("{by_name} returned it to the queue"),
            Event::ReturnedToAi { by_name, .. } => format!("{by_name} returned it to the ai"),
            Event::Closed { by, outcome } => format!("closed by {}: {}", who(by), name(outcome)),
            Event::Reopened { by, to } => format!("reopened by {}, to {}", who(by), name(to)),
            Event::Seen { by, up_to } => format!("{} saw {up_to}", name(by)),
            Event::Rated { message_seq, rating, .. } => format!(
                "visitor rated {message_seq}: {}",
                rating.map_or_else(|| "taken back".to_owned(), |rating| name(&rating))
            ),
            Event::PageVisited { page } => format!("visitor opened {}", page.url),
            Event::Hidden => "hidden".to_owned(),
        }
    }

    fn row(&self) -> String {
        let Summary { visitor, place, owner, handoff, last_message, page, .. } = &self.summary;
        let mut row = format!("{}, {}", place.name(), visitor.label);
        if let OwnerView::Closed { by_name: Some(who), .. } = owner {
            write!(row, "; closed by {who}").unwrap();
        }
        if let Some(note) = handoff {
            let seconds = self.now.since(note.at).as_secs();
            write!(row, "; {} {seconds} s ago: {}", name(&note.reason), note.evidence).unwrap();
        }
        if let Some(last) = last_message {
            write!(row, "; {} said: {}", name(&last.author), cut(&last.text, LINE_CHARS_MAX)).unwrap();
        }
        if let Some(page) = page {
            write!(row, "; on {}", page.url).unwrap();
        }
        row
    }

    fn turn(&self, id: TurnId) -> usize {
        let found = self.turns.iter().position(|(turn, _)| *turn == id);
        found.expect("the log opened the turn before it speaks of it") + 1
    }

    fn handoff(&mut self, id: HandoffId) -> usize {
        let known = self.handoffs.iter().position(|handoff| *handoff == id);
        known.unwrap_or_else(|| {
            self.handoffs.push(id);
            self.handoffs.len() - 1
        }) + 1
    }
}

fn start() -> Command {
    Command::Start {
        page: None,
        trail: Vec::new(),
        referrer: None,
        locale: None,
        user_agent: None,
        previous_conversation_id: None,
    }
}

fn person(name: &str) -> Person {
    let (number, name) = match name {
        "dana" => (11, "Dana"),
        "sam" => (12, "Sam"),
        "ines" => (13, "Ines"),
        other => panic!("nobody is called {other}"),
    };
    Person { id: MemberId(Uuid::from_u128(number)), name: name.to_owned() }
}

fn who(by: &By) -> &str {
    match by {
        By::Visitor => "the visitor",
        By::Member { name, .. } => name,
        By::System => "baton",
    }
}

fn filled(action: Option<&ActionTaken>) -> String {
    let fields = action.iter().flat_map(|action| &action.fields);
    fields.fold(String::new(), |text, field| format!("{text} {}={}", field.name, field.value))
}

/// The name an enum has in JSON, which is its name everywhere.
fn name(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap();
    value.as_str().expect("an enum without fields").to_owned()
}

fn parsed<T: DeserializeOwned>(name: &str) -> T {
    serde_json::from_value(json!(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}
