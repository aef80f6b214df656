//! Asking golden questions of a snapshot, through the code that answers visitors.

use std::collections::BTreeSet;
use std::sync::Arc;

use baton_answer::confidence::shift::shifted;
use baton_answer::intent::{Intent, classify};
use baton_answer::{AnswerContext, AnswerSettings, Considered, Outcome, Question, Response, respond};
use baton_domain::golden::{
    Calibration, GoldenQuestion, GoldenResult, Named, Observed, RANKED_MAX, RankedDocument, ReadAs, Training,
};
use baton_knowledge::{Embedder, Snapshot};
use baton_storage::AgentRow;
use tokio_util::sync::CancellationToken;

use crate::golden::calibration::{RATINGS_MAX, fitted};
use crate::knowledge::{deleted_since, open_snapshot};
use crate::{AppError, Baton};

/// A question with what was found for it.
#[derive(Clone, Debug)]
pub struct Found {
    /// What was asked.
    pub question: GoldenQuestion,
    /// What was found.
    pub observed: Observed,
}

/// The results of all golden questions of an agent, and how they and its ratings move its confidence.
#[derive(Clone, Debug)]
pub(crate) struct Exam {
    /// One for each question.
    pub results: Vec<GoldenResult>,
    /// What the results were judged with.
    pub calibration: Calibration,
}

impl Exam {
    /// Earlier results, judged as these are: what is left of a difference comes from the documents.
    pub(crate) fn judge_again(&self, threshold: f64, results: &[GoldenResult]) -> Vec<GoldenResult> {
        judged_again(results, self.calibration.shift, threshold)
    }
}

/// Results under the shift and the threshold of now.
pub(super) fn judged_again(results: &[GoldenResult], shift: f64, threshold: f64) -> Vec<GoldenResult> {
    results.iter().map(|result| result.again(shifted(result.observed.raw_confidence, shift), threshold)).collect()
}

/// Asks an agent's golden questions of a snapshot and judges what comes.
pub(crate) async fn examine(
    baton: &Baton,
    agent: &AgentRow,
    snapshot: &Snapshot,
    questions: &[GoldenQuestion],
) -> Result<Exam, AppError> {
    let gone = deleted_since(baton, agent, snapshot).await?;
    let found = ask_all(snapshot, baton.embedder(), &gone, questions, baton.shutdown()).await?;
    let ratings = baton.store().read().await?.rated_answers(agent.workspace_id, agent.id, RATINGS_MAX).await?;
    let threshold = agent.settings.answer_threshold;
    let raw: Vec<GoldenResult> = found
        .into_iter()
        .map(|Found { question, observed }| {
            let confidence = observed.raw_confidence;
            GoldenResult::judge(&question, observed, confidence, threshold)
        })
        .collect();
    let calibration = fitted(baton, &raw, &ratings);
    Ok(Exam { results: judged_again(&raw, calibration.shift, threshold), calibration })
}

/// What the same questions came to on the snapshot in use: as stored, and asked of it where they are newer than its training.
pub(crate) async fn baseline(
    baton: &Baton,
    agent: &AgentRow,
    questions: &[GoldenQuestion],
) -> Result<Vec<GoldenResult>, AppError> {
    let Some(snapshot_id) = agent.knowledge.snapshot_id else { return Ok(Vec::new()) };
    let mut unit = baton.store().read().await?;
    let trainings: Vec<Training> = unit.trainings(agent.workspace_id, agent.id).await?;
    let mut results = match trainings.iter().find(|training| training.snapshot_id == snapshot_id) {
        Some(training) => unit.golden_results(agent.workspace_id, training.id).await?,
        None => Vec::new(),
    };
    drop(unit);
    let is_known = |question: &GoldenQuestion| {
        results.iter().any(|result| {
            (result.question_id, &result.question, &result.expect)
                == (question.id, &question.question, &question.expect)
        })
    };
    let newer: Vec<GoldenQuestion> = questions.iter().filter(|question| !is_known(question)).cloned().collect();
    if newer.is_empty() {
        return Ok(results);
    }
    let path = baton.snapshots().path(agent.id, snapshot_id);
    let vectors = baton.snapshots().vectors_path(agent.id, snapshot_id);
    // A snapshot that cannot be opened any more compares with nothing; the one that was just built is better than it.
    let Ok(Ok(snapshot)) = tokio::task::spawn_blocking(move || open_snapshot(&path, &vectors)).await else {
        return Ok(results);
    };
    results.extend(examine(baton, agent, &snapshot, &newer).await?.results);
    Ok(results)
}

/// Asks questions of a snapshot and says what was found, before any threshold. `gone` are sources that nothing may be said from.
///
/// # Errors
/// When the snapshot cannot be searched, or `stop` was cancelled.
pub async fn ask_all(
    snapshot: &Snapshot,
    embedder: Option<Arc<dyn Embedder>>,
    gone: &BTreeSet<Arc<str>>,
    questions: &[GoldenQuestion],
    stop: &CancellationToken,
) -> Result<Vec<Found>, AppError> {
    let named: Vec<Named<'_>> = named(snapshot, gone);
    let ctx = AnswerContext {
        snapshot: snapshot.clone(),
        embedder,
        model: None,
        // Everything is answered that can be: the threshold is for whoever judges.
        settings: AnswerSettings { threshold: 0.0, shift: 0.0, ..AnswerSettings::default() },
        nonce: String::new(),
    };
    let mut found = Vec::with_capacity(questions.len());
    for question in questions {
        if stop.is_cancelled() {
            return Err(AppError::Internal("shutting down"));
        }
        let response = respond(&ctx, &Question::new(&question.question), &mut |_| {}).await.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot ask golden questions");
            AppError::Internal("the knowledge of this agent cannot be searched")
        })?;
        found.push(Found { question: question.clone(), observed: observe(question, &named, gone, response) });
    }
    Ok(found)
}

/// The documents of a snapshot, as expectations name them.
pub(super) fn named<'a>(snapshot: &'a Snapshot, gone: &BTreeSet<Arc<str>>) -> Vec<Named<'a>> {
    let sources = snapshot.sources();
    let document = |entry: &'a baton_knowledge::DocumentEntry| {
        let source = sources.get(entry.source as usize)?;
        let (key, title, url) = (entry.key.as_str(), entry.title.as_str(), entry.url.as_deref());
        (!gone.contains(&source.id)).then_some(Named {
            source_id: &source.id,
            source_name: &source.name,
            key,
            title,
            url,
        })
    };
    snapshot.documents().iter().filter_map(document).collect()
}

fn observe(question: &GoldenQuestion, named: &[Named<'_>], gone: &BTreeSet<Arc<str>>, response: Response) -> Observed {
    let expected = question.expect.among(named);
    let is_expected = |found: &Considered| {
        expected.iter().any(|named| (named.source_id, named.key) == (&*found.source_id, &*found.document_key))
    };
    let read_as = match (classify(&question.question), &response.outcome) {
        (Intent::AsksForPerson { .. }, _) => ReadAs::AskForPerson,
        (_, Outcome::SmallTalk { .. }) => ReadAs::SmallTalk,
        _ => ReadAs::Question,
    };
    let Response { outcome, considered, raw_confidence, .. } = response;
    let (mut is_supported, mut is_cited) = (false, false);
    if let Outcome::Answer { citations, .. } = &outcome {
        let cited = |id: &str| considered.iter().find(|found| found.passage_id == id);
        let cited: Vec<_> = citations.iter().map(|citation| cited(&citation.passage_id)).collect();
        // What stands on a source that is gone is not sent, nor is what cannot be traced while one is.
        let is_gone =
            |found: &Option<&Considered>| found.map_or(!gone.is_empty(), |found| gone.contains(&*found.source_id));
        is_supported = !cited.iter().any(is_gone);
        is_cited = is_supported && cited.iter().flatten().any(|found| is_expected(found));
    }
    let mut ranked: Vec<&Considered> = Vec::new();
    for found in considered.iter().filter(|found| !gone.contains(&*found.source_id)) {
        if !ranked
            .iter()
            .any(|other| (&other.source_id, &other.document_key) == (&found.source_id, &found.document_key))
        {
            ranked.push(found);
        }
    }
    let place = ranked.iter().position(|found| is_expected(found));
    let documents = ranked.iter().take(RANKED_MAX).map(|found| {
        let entry =
            named.iter().find(|named| (named.source_id, named.key) == (&*found.source_id, &*found.document_key));
        RankedDocument {
            source_id: found.source_id.clone(),
            document_key: found.document_key.clone(),
            title: found.title.clone(),
            url: entry.and_then(|named| named.url).map(str::to_owned),
        }
    });
    Observed {
        read_as,
        raw_confidence: if matches!(outcome, Outcome::Answer { .. }) && !is_supported { 0.0 } else { raw_confidence },
        is_supported,
        documents: documents.collect(),
        has_expected: !expected.is_empty(),
        place: place.and_then(|place| u32::try_from(place + 1).ok()),
        is_cited,
    }
}
