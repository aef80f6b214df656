//! Golden questions, trainings, and what is known of the answers that were given.

use async_trait::async_trait;
use baton_domain::golden::{GoldenQuestion, GoldenResult, GoldenSummary, Training};
use baton_domain::ids::{AgentId, ConversationId, GoldenQuestionId, TrainingId, WorkspaceId};
use baton_domain::time::Timestamp;
use baton_storage::{AskedQuestion, GoldenReads, GoldenWrites, RatingRow, StoreError};

use crate::connection::{Row, SqlConnection, json, name, opt_json, values};
use crate::unit::SqlUnit;

#[async_trait]
impl<C: SqlConnection> GoldenReads for SqlUnit<C> {
    async fn golden_questions(
        &mut self,
        workspace_id: WorkspaceId,
        agent_id: AgentId,
    ) -> Result<Vec<GoldenQuestion>, StoreError> {
        self.all(
            "select id, agent_id, question, expect, created_at, changed_at
            from golden_question
            where agent_id = $1
            and workspace_id = $2
            order by created_at, id",
            values![agent_id, workspace_id],
            question,
        )
        .await
    }

    async fn golden_question(
        &mut self,
        workspace_id: WorkspaceId,
        id: GoldenQuestionId,
    ) -> Result<Option<GoldenQuestion>, StoreError> {
        self.first(
            "select id, agent_id, question, expect, created_at, changed_at
            from golden_question
            where id = $1
            and workspace_id = $2",
            values![id, workspace_id],
            question,
        )
        .await
    }

    async fn trainings(&mut self, workspace_id: WorkspaceId, agent_id: AgentId) -> Result<Vec<Training>, StoreError> {
        self.all(
            "select id, agent_id, snapshot_id, at, documents, passages, state, published_at, golden
            from training
            where agent_id = $1
            and workspace_id = $2
            order by at desc, id desc",
            values![agent_id, workspace_id],
            training,
        )
        .await
    }

    async fn training(&mut self, workspace_id: WorkspaceId, id: TrainingId) -> Result<Option<Training>, StoreError> {
        self.first(
            "select id, agent_id, snapshot_id, at, documents, passages, state, published_at, golden
            from training
            where id = $1
            and workspace_id = $2",
            values![id, workspace_id],
            training,
        )
        .await
    }

    async fn golden_results(
        &mut self,
        workspace_id: WorkspaceId,
        training_id: TrainingId,
    ) -> Result<Vec<GoldenResult>, StoreError> {
        let results = self
            .first(
                "select golden_results
                from training
                where id = $1
                and workspace_id = $2",
                values![training_id, workspace_id],
                |row| row.of("training").opt_json(0, "golden_results"),
            )
            .await?;
        Ok(results.flatten().unwrap_or_default())
    }

    async fn asked_questions(
        &mut self,
        workspace_id: WorkspaceId,
        agent_id: AgentId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<AskedQuestion>, StoreError> {
        self.all(ASKED, values![agent_id, workspace_id, since, limit], asked).await
    }

    async fn rated_answers(
        &mut self,
        workspace_id: WorkspaceId,
        agent_id: AgentId,
        limit: u32,
    ) -> Result<Vec<AskedQuestion>, StoreError> {
        self.all(RATED, values![agent_id, workspace_id, limit], asked).await
    }
}

pub(crate) const ASKED: &str = "select t.confidence_raw, r.is_right
    from turn t
    left join answer_rating r on r.turn_id = t.id and r.workspace_id = t.workspace_id
    where t.agent_id = $1
    and t.workspace_id = $2
    and t.confidence_raw is not null
    and t.ended_at >= $3
    order by t.ended_at desc
    limit $4";

pub(crate) const RATED: &str = "select t.confidence_raw, r.is_right
    from answer_rating r
    join turn t on t.id = r.turn_id
    where r.agent_id = $1
    and r.workspace_id = $2
    and t.confidence_raw is not null
    order by r.at desc
    limit $3";

#[async_trait]
impl<C: SqlConnection> GoldenWrites for SqlUnit<C> {
    async fn insert_golden_question(
        &mut self,
        workspace_id: WorkspaceId,
        question: &GoldenQuestion,
    ) -> Result<(), StoreError> {
        self.insert(
            "the golden question",
            "insert into golden_question (id, workspace_id, agent_id, question, expect, created_at, changed_at)
            values ($1, $2, $3, $4, $5, $6, $7)",
            values![
                question.id,
                workspace_id,
                question.agent_id,
                question.question.as_str(),
                json(&question.expect)?,
                question.created_at,
                question.changed_at,
            ],
        )
        .await
    }

    async fn update_golden_question(
        &mut self,
        workspace_id: WorkspaceId,
        question: &GoldenQuestion,
    ) -> Result<(), StoreError> {
        self.execute(
            "update golden_question
            set question = $1, expect = $2, changed_at = $3
            where id = $4
            and workspace_id = $5",
            values![
                question.question.as_str(),
                json(&question.expect)?,
                question.changed_at,
                question.id,
                workspace_id,
            ],
        )
        .await?;
        Ok(())
    }

    async fn delete_golden_question(
        &mut self,
        workspace_id: WorkspaceId,
        id: GoldenQuestionId,
    ) -> Result<bool, StoreError> {
        let deleted = self
            .execute(
                "delete from golden_question
                where id = $1
                and workspace_id = $2",
                values![id, workspace_id],
            )
            .await?;
        Ok(deleted > 0)
    }

    async fn insert_training(
        &mut self,
        workspace_id: WorkspaceId,
        training: &Training,
        results: &[GoldenResult],
    ) -> Result<(), StoreError> {
        let results = (!results.is_empty()).then_some(results);
        self.insert(
            "the training",
            "insert into training
            (id, workspace_id, agent_id, snapshot_id, at, documents, passages, state, published_at, golden, golden_results)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            values![
                training.id,
                workspace_id,
                training.agent_id,
                training.snapshot_id,
                training.at,
                training.documents,
                training.passages,
                name(training.state)?,
                training.published_at,
                opt_json(training.golden.as_ref())?,
                opt_json(results.as_ref())?,
            ],
        )
        .await
    }

    async fn note_published(
        &mut self,
        workspace_id: WorkspaceId,
        id: TrainingId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute(
            "update training
            set state = 'published', published_at = $1
            where id = $2
            and workspace_id = $3",
            values![at, id, workspace_id],
        )
        .await?;
        Ok(())
    }

    async fn put_golden_results(
        &mut self,
        workspace_id: WorkspaceId,
        id: TrainingId,
        summary: &GoldenSummary,
        results: &[GoldenResult],
    ) -> Result<(), StoreError> {
        self.execute(
            "update training
            set golden = $1, golden_results = $2
            where id = $3
            and workspace_id = $4",
            values![json(summary)?, json(&results)?, id, workspace_id],
        )
        .await?;
        Ok(())
    }

    async fn trim_trainings(
        &mut self,
        workspace_id: WorkspaceId,
        agent_id: AgentId,
        keep: u32,
    ) -> Result<(), StoreError> {
        self.execute(
            "delete from training
            where agent_id = $1
            and workspace_id = $2
            and id not in (
                select id
                from training
                where agent_id = $1
                and workspace_id = $2
                order by at desc, id desc
                limit $3
            )
            and not exists (
                select 1
                from agent
                where agent.id = $1
                and agent.snapshot_id = training.snapshot_id
            )",
            values![agent_id, workspace_id, keep],
        )
        .await?;
        Ok(())
    }

    async fn put_rating(&mut self, workspace_id: WorkspaceId, rating: &RatingRow) -> Result<(), StoreError> {
        self.execute(
            "insert into answer_rating (conversation_id, message_seq, workspace_id, agent_id, turn_id, is_right, at)
            select $1, $2, workspace_id, id, $5, $6, $7
            from agent
            where workspace_id = $3
            and id = $4
            on conflict (conversation_id, message_seq) do update
            set is_right = excluded.is_right, at = excluded.at",
            values![
                rating.conversation_id,
                rating.message_seq,
                workspace_id,
                rating.agent_id,
                rating.turn_id,
                rating.is_right,
                rating.at,
            ],
        )
        .await?;
        Ok(())
    }

    async fn delete_rating(
        &mut self,
        workspace_id: WorkspaceId,
        conversation_id: ConversationId,
        message_seq: u64,
    ) -> Result<(), StoreError> {
        self.execute(
            "delete from answer_rating
            where conversation_id = $1
            and message_seq = $2
            and workspace_id = $3",
            values![conversation_id, message_seq, workspace_id],
        )
        .await?;
        Ok(())
    }
}

fn question(row: &Row) -> Result<GoldenQuestion, StoreError> {
    let row = row.of("golden_question");
    Ok(GoldenQuestion {
        id: row.id(0, "id")?,
        agent_id: row.id(1, "agent_id")?,
        question: row.text(2, "question")?,
        expect: row.json(3, "expect")?,
        created_at: row.time(4, "created_at")?,
        changed_at: row.time(5, "changed_at")?,
    })
}

fn training(row: &Row) -> Result<Training, StoreError> {
    let row = row.of("training");
    Ok(Training {
        id: row.id(0, "id")?,
        agent_id: row.id(1, "agent_id")?,
        snapshot_id: row.id(2, "snapshot_id")?,
        at: row.time(3, "at")?,
        documents: row.number(4, "documents")?,
        passages: row.number(5, "passages")?,
        state: row.name(6, "state")?,
        published_at: row.opt_time(7, "published_at")?,
        golden: row.opt_json(8, "golden")?,
    })
}

fn asked(row: &Row) -> Result<AskedQuestion, StoreError> {
    let row = row.of("turn");
    Ok(AskedQuestion { raw_confidence: row.share(0, "confidence_raw")?, rated: row.opt_flag(1, "is_right")? })
}
