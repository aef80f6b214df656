//! An agent's settings: everything the owner decides, with the bounds of each value.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::ModelSettings;
use crate::policy::{HandoffMode, NobodyThere, Policy};
use crate::text::Origin;

/// Longest text an owner may set for a line or a label, in characters.
const LINE_CHARS_MAX: usize = 500;
const INSTRUCTIONS_CHARS_MAX: usize = 4_000;
const SUGGESTIONS_MAX: usize = 6;
const ACTIONS_MAX: usize = 8;
const FIELDS_MAX: usize = 10;
const ORIGINS_MAX: usize = 100;

/// The line said when the conversation passes to the team (H4).
pub const DEFAULT_ANNOUNCEMENT: &str = "Let me connect you with our team. They'll have the full conversation so far.";

/// Everything the owner decides about an agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct AgentSettings {
    /// First line the visitor reads.
    pub welcome: String,
    /// Questions offered before the first message.
    pub suggestions: Vec<String>,
    /// Brand colour, `#rrggbb`.
    pub accent_color: String,
    /// Corner of the page the launcher sits in.
    pub position: Position,
    /// Sites the widget may be shown on (W3).
    pub allowed_origins: Vec<Origin>,
    /// How the agent should behave; used by language models only.
    pub instructions: String,
    /// Which language model writes the answers (A2).
    pub model: ModelSettings,
    /// When a person is brought in.
    pub handoff: HandoffSettings,
    /// Lowest confidence at which to answer, 0 to 1 (A3).
    pub answer_threshold: f64,
    /// An answer less sure than this, 0 to 1, comes with the offer of a person.
    pub offer_person_below: f64,
    /// A training after which a golden question fails that passed before is not published (K7).
    pub refuse_worse_training: bool,
    /// When the AI speaks again after a close (H9).
    pub ai_resumes: AiResumes,
    /// How long after the last activity a visitor continues the same thread, minutes (H9).
    pub session_window_minutes: u32,
    /// How long the AI waits for more messages before it answers them together, milliseconds (A5).
    pub burst_wait_ms: u32,
    /// By when every message is followed by an answer, a line or a person, seconds (A9).
    pub answer_deadline_seconds: u32,
    /// Buttons the visitor can press.
    pub actions: Vec<Action>,
}

impl Default for AgentSettings {
    fn default() -> Self {
        Self {
            welcome: "Hi! Ask me anything about our product. Answers come from our docs.".into(),
            suggestions: Vec::new(),
            accent_color: "#3b55d9".into(),
            position: Position::Right,
            allowed_origins: Vec::new(),
            instructions: String::new(),
            model: ModelSettings::default(),
            handoff: HandoffSettings::default(),
            answer_threshold: 0.5,
            offer_person_below: 0.7,
            refuse_worse_training: false,
            ai_resumes: AiResumes::AfterClose,
            session_window_minutes: 24 * 60,
            burst_wait_ms: 600,
            answer_deadline_seconds: 30,
            actions: vec![Action {
                action_id: "talk-to-a-human".into(),
                label: "Talk to a human".into(),
                fields: Vec::new(),
            }],
        }
    }
}

/// When and how a person is brought in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct HandoffSettings {
    /// Whether Baton hands off by itself (H2).
    pub mode: HandoffMode,
    /// After how many failed answers in a row (H1).
    pub no_answer_after: u32,
    /// What happens when the AI wants a person and nobody is there (H3).
    pub nobody_there: NobodyThere,
    /// How the handoff is announced (H4).
    pub announcement: Announcement,
    /// The words of the announcement.
    pub announcement_text: String,
}

impl Default for HandoffSettings {
    fn default() -> Self {
        Self {
            mode: HandoffMode::Auto,
            no_answer_after: 1,
            nobody_there: NobodyThere::Suppress,
            announcement: Announcement::Named,
            announcement_text: DEFAULT_ANNOUNCEMENT.into(),
        }
    }
}

/// How a handoff is announced (H4). Who wrote a message is always said, in every mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Announcement {
    /// A line at the handoff, and a note with the person's name when they join.
    Named,
    /// A line at the handoff, and a note without a name.
    Brief,
    /// No line when the AI hands off by itself. Somebody who asked is always told.
    Silent,
}

/// When the AI speaks again after a close (H9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AiResumes {
    /// It answers the next question.
    AfterClose,
    /// The next question waits for a person, who may hand it to the AI.
    Manual,
    /// The next question waits for a person.
    Never,
}

/// Corner of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// Bottom right.
    Right,
    /// Bottom left.
    Left,
}

/// A button that brings in a person, with the fields to fill in first (H1 `action`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Names the action in the API: lower-case letters, digits and hyphens.
    pub action_id: String,
    /// What the button says.
    pub label: String,
    /// What the visitor fills in.
    #[serde(default)]
    pub fields: Vec<Field>,
}

/// One field of an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Names the field in the API.
    pub name: String,
    /// What the visitor reads.
    pub label: String,
    /// What may be typed.
    pub kind: FieldKind,
    /// Whether it must be filled in.
    #[serde(default)]
    pub required: bool,
}

/// What may be typed into a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// One line.
    Text,
    /// Several lines.
    LongText,
    /// An e-mail address.
    Email,
}

/// A value a visitor filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldValue {
    /// The field's name.
    pub name: String,
    /// Its label at that time.
    pub label: String,
    /// What was filled in.
    pub value: String,
}

/// One value that cannot be, said beside its field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The setting or field, as in the API: `handoff.no_answer_after`.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl FieldError {
    fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

impl AgentSettings {
    /// Everything wrong with these settings; empty when they can be saved.
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut line = |field: &str, text: &str, chars_max: usize| {
            if text.chars().count() > chars_max {
                errors.push(FieldError::new(field, format!("At most {chars_max} characters.")));
            }
        };
        line("welcome", &self.welcome, LINE_CHARS_MAX);
        line("instructions", &self.instructions, INSTRUCTIONS_CHARS_MAX);
        line("handoff.announcement_text", &self.handoff.announcement_text, LINE_CHARS_MAX);
        for (index, suggestion) in self.suggestions.iter().enumerate() {
            line(&format!("suggestions.{index}"), suggestion, LINE_CHARS_MAX);
        }
        if self.handoff.announcement_text.trim().is_empty() {
            errors.push(FieldError::new(
                "handoff.announcement_text",
                "Say something: visitors read this when a person is brought in.",
            ));
        }
        if self.suggestions.len() > SUGGESTIONS_MAX {
            errors.push(FieldError::new("suggestions", format!("At most {SUGGESTIONS_MAX} suggested questions.")));
        }
        if !is_color(&self.accent_color) {
            errors.push(FieldError::new("accent_color", "A colour looks like #3b55d9."));
        }
        if self.allowed_origins.len() > ORIGINS_MAX {
            errors.push(FieldError::new("allowed_origins", format!("At most {ORIGINS_MAX} sites.")));
        }
        if !(0.0..=1.0).contains(&self.answer_threshold) {
            errors.push(FieldError::new("answer_threshold", "Between 0 and 1."));
        }
        if !(0.0..=1.0).contains(&self.offer_person_below) {
            errors.push(FieldError::new("offer_person_below", "Between 0 and 1."));
        }
        for (field, value, range) in [
            ("handoff.no_answer_after", self.handoff.no_answer_after, 1..=10),
            ("session_window_minutes", self.session_window_minutes, 1..=60 * 24 * 90),
            ("burst_wait_ms", self.burst_wait_ms, 0..=10_000),
            ("answer_deadline_seconds", self.answer_deadline_seconds, 5..=300),
        ] {
            if !range.contains(&value) {
                errors.push(FieldError::new(field, format!("Between {} and {}.", range.start(), range.end())));
            }
        }
        self.model.errors(&mut errors);
        self.action_errors(&mut errors);
        errors
    }

    fn action_errors(&self, errors: &mut Vec<FieldError>) {
        if self.actions.len() > ACTIONS_MAX {
            errors.push(FieldError::new("actions", format!("At most {ACTIONS_MAX} buttons.")));
        }
        for (index, action) in self.actions.iter().enumerate() {
            let at = format!("actions.{index}");
            if !is_name(&action.action_id) {
                errors.push(FieldError::new(format!("{at}.action_id"), "Lower-case letters, digits and hyphens."));
            }
            if self.actions[..index].iter().any(|other| other.action_id == action.action_id) {
                errors.push(FieldError::new(format!("{at}.action_id"), "Another button has this id."));
            }
            if action.label.trim().is_empty() || action.label.chars().count() > LINE_CHARS_MAX {
                errors.push(FieldError::new(
                    format!("{at}.label"),
                    format!("Between 1 and {LINE_CHARS_MAX} characters."),
                ));
            }
            if action.fields.len() > FIELDS_MAX {
                errors.push(FieldError::new(format!("{at}.fields"), format!("At most {FIELDS_MAX} fields.")));
            }
            for (place, field) in action.fields.iter().enumerate() {
                if !is_name(&field.name) || action.fields[..place].iter().any(|other| other.name == field.name) {
                    errors.push(FieldError::new(
                        format!("{at}.fields.{place}.name"),
                        "Lower-case letters, digits and hyphens, and no other field with the same name.",
                    ));
                }
                if field.label.trim().is_empty() {
                    errors.push(FieldError::new(format!("{at}.fields.{place}.label"), "Say what to fill in."));
                }
            }
        }
    }

    /// The part of the settings that the handoff policy decides from.
    #[must_use]
    pub fn policy(&self) -> Policy {
        Policy {
            mode: self.handoff.mode,
            no_answer_after: self.handoff.no_answer_after,
            nobody_there: self.handoff.nobody_there,
            offer_person_below: self.offer_person_below,
        }
    }

    /// The action with this id.
    #[must_use]
    pub fn action(&self, action_id: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.action_id == action_id)
    }

    /// How long the AI waits for more messages.
    #[must_use]
    pub fn burst_wait(&self) -> Duration {
        Duration::from_millis(u64::from(self.burst_wait_ms))
    }

    /// By when a message is followed by an answer, a line or a person.
    #[must_use]
    pub fn answer_deadline(&self) -> Duration {
        Duration::from_secs(u64::from(self.answer_deadline_seconds))
    }

    /// How long after the last activity a visitor continues the same thread.
    #[must_use]
    pub fn session_window(&self) -> Duration {
        Duration::from_secs(u64::from(self.session_window_minutes) * 60)
    }
}

impl Action {
    /// Checks what a visitor filled in; the errors name the fields.
    pub fn fill(&self, mut value_of: impl FnMut(&str) -> Option<String>) -> Result<Vec<FieldValue>, Vec<FieldError>> {
        let mut values = Vec::new();
        let mut errors = Vec::new();
        for field in &self.fields {
            let value = value_of(&field.name).unwrap_or_default().trim().to_owned();
            if value.is_empty() {
                if field.required {
                    errors.push(FieldError::new(&field.name, "Please fill this in."));
                }
                continue;
            }
            let chars_max = match field.kind {
                FieldKind::Text | FieldKind::Email => LINE_CHARS_MAX,
                FieldKind::LongText => crate::text::MESSAGE_CHARS_MAX,
            };
            if value.chars().count() > chars_max {
                errors.push(FieldError::new(&field.name, format!("At most {chars_max} characters.")));
            } else if field.kind == FieldKind::Email && !is_email(&value) {
                errors.push(FieldError::new(&field.name, "An e-mail address looks like name@example.com."));
            } else {
                values.push(FieldValue { name: field.name.clone(), label: field.label.clone(), value });
            }
        }
        if errors.is_empty() { Ok(values) } else { Err(errors) }
    }
}

/// Whether a text has the shape of an e-mail address. Only sending a mail can tell whether it is one.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else {
        return false;
    };
    !local.is_empty()
        && text.len() <= 254
        && !text.contains(char::is_whitespace)
        && !local.contains('@')
        && host.split('.').count() >= 2
        && host.split('.').all(|label| !label.is_empty())
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_can_be_saved() {
        assert_eq!(AgentSettings::default().errors(), []);
    }

    #[test]
    fn stored_settings_of_an_older_release_still_load() {
        let settings: AgentSettings = serde_json::from_str(r#"{"welcome":"Hello"}"#).unwrap();
        assert_eq!(settings.welcome, "Hello");
        assert_eq!(settings.handoff, HandoffSettings::default());
    }

    #[test]
    fn every_value_out_of_bounds_is_named() {
        let mut settings =
            AgentSettings { accent_color: "red".into(), answer_threshold: 1.5, ..AgentSettings::default() };
        settings.handoff.no_answer_after = 0;
        settings.actions.push(Action { action_id: "talk-to-a-human".into(), label: " ".into(), fields: Vec::new() });
        let fields: Vec<_> = settings.errors().into_iter().map(|error| error.field).collect();
        assert_eq!(
            fields,
            ["accent_color", "answer_threshold", "handoff.no_answer_after", "actions.1.action_id", "actions.1.label"]
        );
    }

    #[test]
    fn fields_are_checked_one_by_one() {
        let action = Action {
            action_id: "order".into(),
            label: "Ask about an order".into(),
            fields: vec![
                Field { name: "email".into(), label: "E-mail".into(), kind: FieldKind::Email, required: true },
                Field { name: "order".into(), label: "Order".into(), kind: FieldKind::Text, required: false },
            ],
        };
        let fill = |email: &str, order: &str| {
            action.fill(|name| Some(if name == "email" { email.to_owned() } else { order.to_owned() }))
        };
        assert_eq!(fill("ada@example.com", " ").unwrap().len(), 1);
        assert_eq!(fill("", "1").unwrap_err()[0].field, "email");
        assert_eq!(fill("ada@", "1").unwrap_err()[0].field, "email");
    }

    #[test]
    fn email_shapes() {
        for good in ["a@b.co", "first.last+tag@sub.example.org"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.co", "a b@c.de", "a@b..co", "a@@b.co"] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
