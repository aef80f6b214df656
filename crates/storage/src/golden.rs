//! Golden questions, trainings, and what is known of the answers that were given.

use async_trait::async_trait;
use baton_domain::golden::{GoldenQuestion, GoldenResult, GoldenSummary, Training};
use baton_domain::ids::{AgentId, ConversationId, GoldenQuestionId, TrainingId, TurnId, WorkspaceId};
use baton_domain::time::Timestamp;

use crate::StoreError;

/// A visitor's rating of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RatingRow {
    /// The agent that answered.
    pub agent_id: AgentId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Which message.
    pub message_seq: u64,
    /// The turn it came from, which knows how sure it was.
    pub turn_id: TurnId,
    /// Whether the visitor found it right.
    pub is_right: bool,
    /// When.
    pub at: Timestamp,
}

/// A visitor's question to the docs, as far as numbers are made of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AskedQuestion {
    /// How sure the answer was before the agent's own shift, 0 to 1.
    pub raw_confidence: f64,
    /// Whether the visitor found the answer right; `None` if it was not rated, or not answered.
    pub rated: Option<bool>,
}

/// What can be read of golden questions and trainings.
#[async_trait]
pub trait GoldenReads {
    /// An agent's golden questions, oldest first.
    async fn golden_questions(
        &mut self,
        workspace_id: WorkspaceId,
        agent_id: AgentId,
    ) -> Result<Vec<GoldenQuestion>, StoreError>;

    /// A golden question.
    async fn golden_question(
        &mut self,
        workspace_id: WorkspaceId,
        id: GoldenQuestionId,
    ) -> Result<Option<GoldenQuestion>, StoreError>;

    /// An agent's trainings, latest first.
    async fn trainings(&mut self, workspace_id: WorkspaceId, agent_id: AgentId) -> Result<Vec<Training>, StoreError>;

    /// A training.
    async fn training(&mut self, workspace_id: WorkspaceId, id: TrainingId) -> Result<Option<Training>, StoreError>;

    /// What each golden question came to on a training's snapshot; empty if none was asked.
    async fn golden_results(
        &mut self,
        workspace_id: WorkspaceId,
        training_id: TrainingId,
    ) -> Result<Vec<GoldenResult>, StoreError>;

    /// Questions that visitors asked an agent since a time, latest first. Small talk and asks for a person are none.
    async fn asked_questions(
        &mut self,
        workspace_id: WorkspaceId,
        agent_id: AgentId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<AskedQuestion>, StoreError>;

    /// Answers of an agent that visitors rated, latest first.
    async fn rated_answers(
        &mut self,
        workspace_id: WorkspaceId,
        agent_id: AgentId,
        limit: u32,
    ) -> Result<Vec<AskedQuestion>, StoreError>;
}

/// What can be changed about golden questions and trainings.
#[async_trait]
pub trait GoldenWrites {
    /// Stores a new golden question.
    async fn insert_golden_question(
        &mut self,
        workspace_id: WorkspaceId,
        question: &GoldenQuestion,
    ) -> Result<(), StoreError>;

    /// Stores what a golden question asks and expects now.
    async fn update_golden_question(
        &mut self,
        workspace_id: WorkspaceId,
        question: &GoldenQuestion,
    ) -> Result<(), StoreError>;

    /// Removes a golden question; whether there was one.
    async fn delete_golden_question(
        &mut self,
        workspace_id: WorkspaceId,
        id: GoldenQuestionId,
    ) -> Result<bool, StoreError>;

    /// Stores a training with what each golden question came to.
    async fn insert_training(
        &mut self,
        workspace_id: WorkspaceId,
        training: &Training,
        results: &[GoldenResult],
    ) -> Result<(), StoreError>;

    /// A training's snapshot is published now.
    async fn note_published(
        &mut self,
        workspace_id: WorkspaceId,
        id: TrainingId,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Replaces what the golden questions came to: they were asked again.
    async fn put_golden_results(
        &mut self,
        workspace_id: WorkspaceId,
        id: TrainingId,
        summary: &GoldenSummary,
        results: &[GoldenResult],
    ) -> Result<(), StoreError>;

    /// Forgets an agent's trainings but the latest ones and the one whose snapshot answers.
    async fn trim_trainings(
        &mut self,
        workspace_id: WorkspaceId,
        agent_id: AgentId,
        keep: u32,
    ) -> Result<(), StoreError>;

    /// Stores a rating in place of an earlier one of the same answer.
    async fn put_rating(&mut self, workspace_id: WorkspaceId, rating: &RatingRow) -> Result<(), StoreError>;

    /// Forgets a rating that was taken back.
    async fn delete_rating(
        &mut self,
        workspace_id: WorkspaceId,
        conversation_id: ConversationId,
        message_seq: u64,
    ) -> Result<(), StoreError>;
}
