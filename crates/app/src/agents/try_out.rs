//! Asking an agent without a conversation: what it would say, and what the policy would do and why (K6).

use std::time::Duration;

use baton_answer::{Considered, Origin, Question};
use baton_domain::conversation::Reply;
use baton_domain::ids::{AgentId, WorkspaceId};
use baton_domain::policy::{self, Decision, Features, Finding};

use crate::conversations::answering::answer;
use crate::conversations::mood::frustration;
use crate::models::Spend;
use crate::{AppError, Baton};

/// Longest a try may take.
const WITHIN: Duration = Duration::from_secs(60);

/// What a question would come to.
#[derive(Clone, Debug)]
pub struct Tried {
    /// What the AI would say.
    pub reply: Reply,
    /// What the policy would do.
    pub decision: Decision,
    /// What was found, best first.
    pub passages: Vec<Found>,
    /// Who wrote it.
    pub written: Written,
    /// What a model's part in it cost.
    pub spend: Option<Spend>,
}

/// Who wrote the text of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// Nobody: a fixed text.
    Nobody,
    /// The documents' own sentences.
    Documents,
    /// The model of this name.
    Model(String),
    /// The documents' own sentences, because the model failed in this way.
    DocumentsInstead(String),
}

impl From<Origin> for Written {
    fn from(origin: Origin) -> Self {
        match origin {
            Origin::Fixed => Self::Nobody,
            Origin::Extractive => Self::Documents,
            Origin::Model { name } => Self::Model(name),
            Origin::FallbackExtractive { error } => Self::DocumentsInstead(error),
        }
    }
}

/// A passage that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Id of its source.
    pub source_id: String,
    /// Title of its document.
    pub title: String,
    /// Key of its document within its source.
    pub document_key: String,
    /// The headings above it.
    pub heading_path: Vec<String>,
    /// Its text.
    pub text: String,
    /// How well it matched, 0 to 1.
    pub score: f64,
}

/// Asks an agent as if a visitor's first message were this question.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such agent.
pub async fn ask(baton: &Baton, workspace_id: WorkspaceId, id: AgentId, question: &str) -> Result<Tried, AppError> {
    let agent = baton.agent(workspace_id, id).await?;
    let answered = answer(baton, &agent, &Question::new(question), WITHIN, &mut |_| {}).await?;
    let asks = matches!(baton_answer::intent::classify(question), baton_answer::intent::Intent::AsksForPerson { .. });
    let finding = if asks { Finding::Asked } else { answered.finding };
    let frustration = frustration(baton, &Question::new(question)).await;
    let someone_there = baton.people().someone_there(baton, workspace_id).await?;
    let decision =
        policy::decide(&agent.settings.policy(), &Features { finding, failed_answers: 0, someone_there, frustration });
    let passages = answered.considered.into_iter().map(Found::from).collect();
    let (written, spend) = (answered.origin.into(), answered.spend);
    Ok(Tried { reply: answered.reply, decision, passages, written, spend })
}

impl From<Considered> for Found {
    fn from(found: Considered) -> Self {
        Self {
            source_id: found.source_id,
            title: found.title,
            document_key: found.document_key,
            heading_path: found.heading_path,
            text: found.text,
            score: f64::from(found.score),
        }
    }
}
