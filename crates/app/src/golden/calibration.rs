//! How sure an agent may be, from its own evidence: golden questions and visitors' ratings (A3, A8).

use baton_answer::confidence::shift::{Outcome, fit};
use baton_domain::golden::{Calibration, GoldenResult};
use baton_domain::ids::{AgentId, WorkspaceId};
use baton_storage::{AskedQuestion, quietly};

use crate::{AppError, Baton};

/// The latest ratings that are looked at: what visitors thought of docs of long ago says little.
pub(super) const RATINGS_MAX: u32 = 500;

/// Fits an agent's shift to what is known by now, and stores it. A job: nobody waits for it.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such agent.
pub async fn calibrate(baton: &Baton, workspace_id: WorkspaceId, agent_id: AgentId) -> Result<(), AppError> {
    let mut unit = baton.store().read().await?;
    let agent = unit.agent(workspace_id, agent_id).await?.ok_or(AppError::NotFound)?;
    let trainings = unit.trainings(workspace_id, agent_id).await?;
    let published = trainings.iter().find(|training| Some(training.snapshot_id) == agent.knowledge.snapshot_id);
    let results = match published {
        Some(training) => unit.golden_results(workspace_id, training.id).await?,
        None => Vec::new(),
    };
    let ratings = unit.rated_answers(workspace_id, agent_id, RATINGS_MAX).await?;
    drop(unit);
    let calibration = fitted(baton, &results, &ratings);
    if calibration == (Calibration { fitted_at: calibration.fitted_at, ..agent.calibration }) {
        return Ok(());
    }
    let mut unit = baton.store().write().await?;
    unit.update_calibration(workspace_id, agent_id, &calibration).await?;
    unit.commit(quietly()).await?;
    baton.forget_agent(agent_id);
    Ok(())
}

/// The shift that follows from golden questions and ratings.
pub(super) fn fitted(baton: &Baton, results: &[GoldenResult], ratings: &[AskedQuestion]) -> Calibration {
    let golden: Vec<Outcome> = results
        .iter()
        .filter_map(|result| {
            let right = result.was_right()?;
            Some(Outcome { raw_confidence: result.observed.raw_confidence, right })
        })
        .collect();
    let rated: Vec<Outcome> = ratings
        .iter()
        .filter_map(|asked| Some(Outcome { raw_confidence: asked.raw_confidence, right: asked.rated? }))
        .collect();
    let count = |outcomes: &[Outcome]| u32::try_from(outcomes.len()).unwrap_or(u32::MAX);
    let (golden_count, ratings) = (count(&golden), count(&rated));
    let all: Vec<Outcome> = golden.into_iter().chain(rated).collect();
    Calibration { shift: fit(&all), golden: golden_count, ratings, fitted_at: Some(baton.now()) }
}
