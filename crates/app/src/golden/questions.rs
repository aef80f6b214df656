//! Listing, adding, changing and asking golden questions.

use std::collections::BTreeSet;
use std::sync::Arc;

use baton_domain::conversation::Refusal;
use baton_domain::golden::{Expectation, GOLDEN_QUESTIONS_MAX, GoldenQuestion, GoldenResult, GoldenSummary, Training};
use baton_domain::ids::{AgentId, GoldenQuestionId, WorkspaceId};
use baton_knowledge::Snapshot;
use baton_storage::{AgentRow, quietly};

use crate::golden::exam::{Exam, examine, judged_again, named};
use crate::golden::import::{NewGolden, errors_of, parse_questions, too_many};
use crate::knowledge::deleted_since;
use crate::{AppError, Baton};

/// Golden questions with what they came to last on the snapshot in use, under the settings of now.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The questions, oldest first.
    pub questions: Vec<GoldenQuestion>,
    /// What they came to; fewer than the questions where some were never asked.
    pub results: Vec<GoldenResult>,
    /// The training whose snapshot is in use.
    pub training: Option<Training>,
}

/// What an import changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// New questions.
    pub added: usize,
    /// Questions that were there and expect something else now.
    pub changed: usize,
    /// Questions that were there as they are.
    pub unchanged: usize,
}

/// An agent's golden questions with their last results.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such agent.
pub async fn list(baton: &Baton, workspace_id: WorkspaceId, agent_id: AgentId) -> Result<Asked, AppError> {
    let mut unit = baton.store().read().await?;
    let agent = unit.agent(workspace_id, agent_id).await?.ok_or(AppError::NotFound)?;
    let questions = unit.golden_questions(workspace_id, agent_id).await?;
    let trainings = unit.trainings(workspace_id, agent_id).await?;
    let training = trainings.into_iter().find(|training| Some(training.snapshot_id) == agent.knowledge.snapshot_id);
    let stored = match &training {
        Some(training) => unit.golden_results(workspace_id, training.id).await?,
        None => Vec::new(),
    };
    let mut results = judged_again(&stored, agent.calibration.shift, agent.settings.answer_threshold);
    results.retain(|result| {
        questions.iter().any(|question| {
            (question.id, &question.question, &question.expect)
                == (result.question_id, &result.question, &result.expect)
        })
    });
    Ok(Asked { questions, results, training })
}

/// Adds a golden question. A document that is named in one way is stored with all others, if the docs have it.
///
/// # Errors
/// [`AppError::Invalid`] naming what cannot be.
pub async fn add(
    baton: &Baton,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
    new: NewGolden,
) -> Result<GoldenQuestion, AppError> {
    let agent = baton.agent(workspace_id, agent_id).await?;
    let new = checked(baton, &agent, new).await?;
    let mut unit = baton.store().write().await?;
    let there = unit.golden_questions(workspace_id, agent_id).await?;
    if there.len() >= GOLDEN_QUESTIONS_MAX {
        return Err(too_many());
    }
    if there.iter().any(|other| same(&other.question, &new.question)) {
        return Err(already_there());
    }
    let question = made(baton, agent_id, new);
    unit.insert_golden_question(workspace_id, &question).await?;
    unit.commit(quietly()).await?;
    Ok(question)
}

/// Changes what a golden question asks or expects.
///
/// # Errors
/// [`AppError::Invalid`] naming what cannot be; [`AppError::NotFound`] if the agent has no such question.
pub async fn edit(
    baton: &Baton,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
    id: GoldenQuestionId,
    question: Option<String>,
    expect: Option<Expectation>,
) -> Result<GoldenQuestion, AppError> {
    let agent = baton.agent(workspace_id, agent_id).await?;
    let there = of_agent(baton, workspace_id, agent_id, id).await?;
    let new = NewGolden {
        question: question.unwrap_or_else(|| there.question.clone()),
        expect: expect.unwrap_or_else(|| there.expect.clone()),
    };
    let new = checked(baton, &agent, new).await?;
    let mut unit = baton.store().write().await?;
    let others = unit.golden_questions(workspace_id, agent_id).await?;
    if !others.iter().any(|other| other.id == id) {
        return Err(AppError::NotFound);
    }
    if others.iter().any(|other| other.id != id && same(&other.question, &new.question)) {
        return Err(already_there());
    }
    let question = GoldenQuestion { question: new.question, expect: new.expect, changed_at: baton.now(), ..there };
    unit.update_golden_question(workspace_id, &question).await?;
    unit.commit(quietly()).await?;
    Ok(question)
}

/// Removes a golden question.
///
/// # Errors
/// [`AppError::NotFound`] if the agent has no such question.
pub async fn delete(
    baton: &Baton,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
    id: GoldenQuestionId,
) -> Result<(), AppError> {
    of_agent(baton, workspace_id, agent_id, id).await?;
    let mut unit = baton.store().write().await?;
    unit.delete_golden_question(workspace_id, id).await?;
    Ok(unit.commit(quietly()).await?)
}

/// Adds many questions from CSV or JSONL; those that are there expect afterwards what the text says. All of them or none.
///
/// # Errors
/// [`AppError::Invalid`] naming every line that cannot be read.
pub async fn import(
    baton: &Baton,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
    text: &str,
) -> Result<Imported, AppError> {
    let agent = baton.agent(workspace_id, agent_id).await?;
    let mut wanted = Vec::new();
    for new in parse_questions(text)? {
        wanted.push(NewGolden { expect: completed(baton, &agent, new.expect).await?, question: new.question });
    }
    let mut unit = baton.store().write().await?;
    let mut there = unit.golden_questions(workspace_id, agent_id).await?;
    let mut imported = Imported::default();
    for new in wanted {
        let is_full = there.len() >= GOLDEN_QUESTIONS_MAX;
        let known = there.iter_mut().find(|other| same(&other.question, &new.question));
        match known {
            Some(known) if known.expect == new.expect => imported.unchanged += 1,
            Some(known) => {
                known.expect = new.expect;
                known.changed_at = baton.now();
                unit.update_golden_question(workspace_id, known).await?;
                imported.changed += 1;
            }
            None if is_full => return Err(too_many()),
            None => {
                let question = made(baton, agent_id, new);
                unit.insert_golden_question(workspace_id, &question).await?;
                there.push(question);
                imported.added += 1;
            }
        }
    }
    unit.commit(quietly()).await?;
    Ok(imported)
}

/// Asks all golden questions of the snapshot in use, and keeps what they came to with its training.
/// Better and worse are told against the results that were kept before.
///
/// # Errors
/// [`AppError::Refused`] if nothing was published yet, or there is no question.
pub async fn run(
    baton: &Baton,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
) -> Result<(GoldenSummary, Vec<GoldenResult>), AppError> {
    let (before, agent, exam) = examined(baton, workspace_id, agent_id).await?;
    let summary = GoldenSummary::of(&exam.results, &before.results, baton.now());
    let mut unit = baton.store().write().await?;
    if let Some(training) = before.training {
        // What the training itself made better and worse stays known.
        let trained = training.golden.unwrap_or_default();
        let kept = GoldenSummary { better: trained.better, worse: trained.worse, ..summary.clone() };
        unit.put_golden_results(workspace_id, training.id, &kept, &exam.results).await?;
    }
    unit.update_calibration(workspace_id, agent.id, &exam.calibration).await?;
    unit.commit(quietly()).await?;
    baton.forget_agent(agent_id);
    Ok((summary, exam.results))
}

/// Asks all golden questions of the snapshot in use and keeps nothing, under the agent's threshold or another.
///
/// # Errors
/// As [`run`].
pub async fn try_run(
    baton: &Baton,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
    threshold: Option<f64>,
) -> Result<Vec<GoldenResult>, AppError> {
    let (_, agent, exam) = examined(baton, workspace_id, agent_id).await?;
    Ok(exam.judge_again(threshold.unwrap_or(agent.settings.answer_threshold), &exam.results))
}

/// The questions with their results before, and what they come to now.
async fn examined(
    baton: &Baton,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
) -> Result<(Asked, Arc<AgentRow>, Exam), AppError> {
    let before = list(baton, workspace_id, agent_id).await?;
    if before.questions.is_empty() {
        return Err(AppError::Refused(Refusal::NotPossible("There is no golden question yet.")));
    }
    let agent = baton.agent(workspace_id, agent_id).await?;
    let Some(snapshot_id) = before.training.as_ref().map(|training| training.snapshot_id) else {
        return Err(AppError::Refused(Refusal::NotPossible("There are no docs to ask yet. Add some and train.")));
    };
    let snapshot = baton.snapshots().get(agent_id, snapshot_id).await?;
    let exam = examine(baton, &agent, &snapshot, &before.questions).await?;
    Ok((before, agent, exam))
}

async fn of_agent(
    baton: &Baton,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
    id: GoldenQuestionId,
) -> Result<GoldenQuestion, AppError> {
    let question = baton.store().read().await?.golden_question(workspace_id, id).await?;
    question.filter(|question| question.agent_id == agent_id).ok_or(AppError::NotFound)
}

async fn checked(baton: &Baton, agent: &AgentRow, new: NewGolden) -> Result<NewGolden, AppError> {
    let errors = errors_of(&new);
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors));
    }
    Ok(NewGolden { question: new.question.trim().to_owned(), expect: completed(baton, agent, new.expect).await? })
}

fn made(baton: &Baton, agent_id: AgentId, new: NewGolden) -> GoldenQuestion {
    let now = baton.now();
    GoldenQuestion {
        id: baton.fresh(),
        agent_id,
        question: new.question,
        expect: new.expect,
        created_at: now,
        changed_at: now,
    }
}

fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

fn already_there() -> AppError {
    AppError::invalid("question", "This question is there already.")
}

/// The expectation with everything that the snapshot in use knows of the document, so that it is found again when one way fails.
async fn completed(baton: &Baton, agent: &AgentRow, expect: Expectation) -> Result<Expectation, AppError> {
    let Some(snapshot_id) = agent.knowledge.snapshot_id else { return Ok(expect) };
    let snapshot = baton.snapshots().get(agent.id, snapshot_id).await?;
    let gone = deleted_since(baton, agent, &snapshot).await?;
    Ok(complete(&snapshot, &gone, expect))
}

fn complete(snapshot: &Snapshot, gone: &BTreeSet<Arc<str>>, expect: Expectation) -> Expectation {
    let named = named(snapshot, gone);
    let meant = expect.among(&named);
    let [only] = meant.as_slice() else { return expect };
    match expect {
        Expectation::HandOff => Expectation::HandOff,
        Expectation::Document { url, title, .. } => Expectation::Document {
            source_id: only.source_id.parse().ok(),
            document_key: Some(only.key.to_owned()),
            url: url.or_else(|| only.url.map(str::to_owned)),
            title: title.or_else(|| Some(only.title.to_owned())),
        },
    }
}
