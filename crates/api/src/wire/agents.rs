//! Agents, their knowledge, and trying them out.

use baton_app::agents::{Tried, Written};
use baton_domain::agent::AgentSettings;
use baton_domain::conversation::{Citation, ReplyKind};
use baton_domain::ids::AgentId;
use baton_domain::policy::{HandoffReason, PolicyAction};
use baton_domain::source::Source as DomainSource;
use baton_domain::text::Origin;
use baton_domain::time::Timestamp;
use baton_storage::{AgentRow, KnowledgeState};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::wire::models::Spend;

/// An AI agent.
#[derive(Debug, Serialize, ToSchema)]
pub struct Agent {
    /// Identity.
    pub id: AgentId,
    /// Its name.
    pub name: String,
    /// Everything the owner decides.
    pub settings: AgentSettings,
    /// What it answers from.
    pub knowledge: Knowledge,
    /// The tag that puts the widget on a page.
    pub snippet: String,
}

/// What an agent answers from.
#[derive(Debug, Serialize, ToSchema)]
pub struct Knowledge {
    /// `empty`, `training`, `ready` or `failed`.
    pub state: KnowledgeStatus,
    /// How many sources it has.
    pub sources: u64,
    /// Documents in the published snapshot.
    pub documents: u64,
    /// Passages in it.
    pub passages: u64,
    /// When it was published.
    pub trained_at: Option<Timestamp>,
    /// Why the last training failed.
    pub error: Option<String>,
    /// Whether passages are found by their meaning too.
    pub meaning: Meaning,
}

/// Whether passages are found by their meaning too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// There is no embedder: only words are searched.
    Off,
    /// The embeddings are being made; words are searched until they are there.
    Preparing,
    /// Words and meaning are searched.
    Ready,
}

impl From<baton_app::knowledge::Meaning> for Meaning {
    fn from(meaning: baton_app::knowledge::Meaning) -> Self {
        match meaning {
            baton_app::knowledge::Meaning::Off => Self::Off,
            baton_app::knowledge::Meaning::Preparing => Self::Preparing,
            baton_app::knowledge::Meaning::Ready => Self::Ready,
        }
    }
}

/// Where an agent's knowledge stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KnowledgeStatus {
    /// Nothing to answer from.
    Empty,
    /// Sources are being read, or one that was deleted is being forgotten.
    Training,
    /// Questions are answered.
    Ready,
    /// The last training failed.
    Failed,
}

impl Agent {
    pub(crate) fn new(
        row: &AgentRow,
        sources: &[DomainSource],
        training: bool,
        meaning: Meaning,
        public_url: &str,
    ) -> Self {
        let (state, error) = match &row.knowledge.state {
            _ if training => (KnowledgeStatus::Training, None),
            KnowledgeState::Empty => (KnowledgeStatus::Empty, None),
            KnowledgeState::Ready | KnowledgeState::WentBack => (KnowledgeStatus::Ready, None),
            KnowledgeState::Failed { error } => (KnowledgeStatus::Failed, Some(error.clone())),
        };
        Self {
            id: row.id,
            name: row.name.clone(),
            settings: row.settings.clone(),
            knowledge: Knowledge {
                state,
                sources: sources.len() as u64,
                documents: row.knowledge.documents,
                passages: row.knowledge.passages,
                trained_at: row.knowledge.trained_at,
                error,
                meaning,
            },
            snippet: format!("<script async src=\"{public_url}/widget.js\" data-agent-id=\"{}\"></script>", row.id),
        }
    }
}

/// All agents.
#[derive(Debug, Serialize, ToSchema)]
pub struct Agents {
    /// Oldest first.
    pub agents: Vec<Agent>,
}

/// Makes an agent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateAgent {
    /// Its name.
    pub name: String,
}

/// Changes an agent: a name, and any of the settings. What is not named stays; objects are merged.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeAgent {
    /// Another name.
    #[serde(default)]
    pub name: Option<String>,
    /// Settings to change.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub settings: serde_json::Map<String, Value>,
}

/// A site.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllowOrigin {
    /// The site, such as `https://www.example.com`.
    pub origin: String,
}

/// Sites that tried to show the widget and may not.
#[derive(Debug, Serialize, ToSchema)]
pub struct BlockedOrigins {
    /// Latest first.
    pub blocked: Vec<BlockedOrigin>,
}

/// A site that tried to show the widget and may not.
#[derive(Debug, Serialize, ToSchema)]
pub struct BlockedOrigin {
    /// The site.
    pub origin: Origin,
    /// How often.
    pub times: u64,
    /// When last.
    pub last_at: Timestamp,
}

/// Asks the agent, without a conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The question.
    pub question: String,
}

/// What the agent would say, and what the policy would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct AskAnswer {
    /// What kind of message it would be.
    pub kind: ReplyKind,
    /// Its text.
    pub text: String,
    /// The passages it stands on.
    pub citations: Vec<Citation>,
    /// Calibrated probability that it is right, 0 to 1.
    pub confidence: Option<f64>,
    /// What the policy would do.
    pub would: Would,
    /// What was found, best first.
    pub passages: Vec<FoundPassage>,
    /// Who wrote the text.
    pub written_by: WrittenBy,
    /// What a language model's part in it cost, whether or not its words were used.
    pub spend: Option<Spend>,
}

/// Who wrote the text of an answer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WrittenBy {
    /// Nobody: a fixed text.
    Fixed,
    /// The documents' own sentences.
    Documents,
    /// A language model, from the documents.
    Model {
        /// Its name.
        name: String,
    },
    /// The documents' own sentences, because the language model gave no usable answer.
    DocumentsInstead {
        /// Why it did not.
        why: String,
    },
}

impl From<Written> for WrittenBy {
    fn from(written: Written) -> Self {
        match written {
            Written::Nobody => Self::Fixed,
            Written::Documents => Self::Documents,
            Written::Model(name) => Self::Model { name },
            Written::DocumentsInstead(why) => Self::DocumentsInstead { why },
        }
    }
}

/// What the policy would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct Would {
    /// What.
    pub action: PolicyAction,
    /// The reason, if a person is wanted.
    pub reason: Option<HandoffReason>,
    /// Why, in a sentence.
    pub why: String,
}

/// A passage that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundPassage {
    /// Id of its source: with the key, what a golden question expects.
    pub source_id: String,
    /// What names its document within the source.
    pub document_key: String,
    /// Title of its document.
    pub title: String,
    /// The headings above it.
    pub heading_path: Vec<String>,
    /// Its text.
    pub text: String,
    /// How well it matched, 0 to 1.
    pub score: f64,
}

impl From<Tried> for AskAnswer {
    fn from(tried: Tried) -> Self {
        let Tried { reply, decision, passages, written, spend } = tried;
        Self {
            written_by: written.into(),
            spend: spend.map(Spend::from),
            kind: reply.kind,
            text: reply.text,
            citations: reply.citations,
            confidence: reply.confidence,
            would: Would { action: decision.action, reason: decision.reason, why: decision.why },
            passages: passages
                .into_iter()
                .map(|found| FoundPassage {
                    source_id: found.source_id,
                    document_key: found.document_key,
                    title: found.title,
                    heading_path: found.heading_path,
                    text: found.text,
                    score: found.score,
                })
                .collect(),
        }
    }
}
