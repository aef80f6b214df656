//! Trainings that were: what each came to, and going back to one whose snapshot is kept (K4, K7).

use baton_domain::conversation::Refusal;
use baton_domain::golden::{GoldenResult, Training, TrainingState};
use baton_domain::ids::{AgentId, SnapshotId, TrainingId, WorkspaceId};
use baton_storage::{AgentRow, JobKind, KnowledgeRow, KnowledgeState};

use crate::agents::tell;
use crate::golden::exam::judged_again;
use crate::{AppError, Baton};

/// Published snapshots that stay on the disk with their embeddings, the one in use among them.
const SNAPSHOTS_KEPT: usize = 3;

/// Trainings that are listed.
pub(crate) const TRAININGS_KEPT: u32 = 20;

/// A training, and what can be done with it.
#[derive(Clone, Debug)]
pub struct TrainingView {
    /// What it came to.
    pub training: Training,
    /// Whether questions are answered from its snapshot.
    pub is_in_use: bool,
    /// Whether its snapshot is still there, so that it can be published.
    pub is_kept: bool,
}

/// An agent's trainings, latest first.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such agent.
pub async fn trainings(
    baton: &Baton,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
) -> Result<Vec<TrainingView>, AppError> {
    let mut unit = baton.store().read().await?;
    let agent = unit.agent(workspace_id, agent_id).await?.ok_or(AppError::NotFound)?;
    let trainings = unit.trainings(workspace_id, agent_id).await?;
    Ok(trainings.into_iter().map(|training| view(baton, &agent, training)).collect())
}

/// A training with the result of each golden question, under the settings of now.
///
/// # Errors
/// [`AppError::NotFound`] if the agent has no such training.
pub async fn training(
    baton: &Baton,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
    id: TrainingId,
) -> Result<(TrainingView, Vec<GoldenResult>), AppError> {
    let mut unit = baton.store().read().await?;
    let agent = unit.agent(workspace_id, agent_id).await?.ok_or(AppError::NotFound)?;
    let training = unit.training(workspace_id, id).await?.filter(|training| training.agent_id == agent_id);
    let training = training.ok_or(AppError::NotFound)?;
    let results = unit.golden_results(workspace_id, id).await?;
    let results = judged_again(&results, agent.calibration.shift, agent.settings.answer_threshold);
    Ok((view(baton, &agent, training), results))
}

fn view(baton: &Baton, agent: &AgentRow, training: Training) -> TrainingView {
    TrainingView {
        is_in_use: agent.knowledge.snapshot_id == Some(training.snapshot_id),
        is_kept: baton.snapshots().path(agent.id, training.snapshot_id).is_dir(),
        training,
    }
}

/// Publishes the snapshot of a training that was refused, or of an earlier one: one pointer moves in one commit (K4).
/// Sources that were deleted since are not cited from it either. The next training publishes the docs as they are then.
///
/// # Errors
/// [`AppError::NotFound`] if the agent has no such training; [`AppError::Refused`] if its snapshot is not kept any more.
pub async fn publish_training(
    baton: &Baton,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
    id: TrainingId,
) -> Result<TrainingView, AppError> {
    // A training that ends at this moment removes old snapshots: this one must not vanish under the pointer.
    let _changing = baton.snapshots().changing().await;
    let mut unit = baton.store().write().await?;
    let agent = unit.agent(workspace_id, agent_id).await?.ok_or(AppError::NotFound)?;
    let training = unit.training(workspace_id, id).await?.filter(|training| training.agent_id == agent_id);
    let training = training.ok_or(AppError::NotFound)?;
    if !baton.snapshots().path(agent_id, training.snapshot_id).is_dir() {
        let why = "This training is too long ago: its index is not kept any more. Train again instead.";
        return Err(AppError::Refused(Refusal::NotPossible(why)));
    }
    let is_latest = unit.trainings(workspace_id, agent_id).await?.first().is_some_and(|latest| latest.id == id);
    let now = baton.now();
    let state = match (training.passages, is_latest) {
        (0, _) => KnowledgeState::Empty,
        (_, true) => KnowledgeState::Ready,
        (_, false) => KnowledgeState::WentBack,
    };
    let knowledge = KnowledgeRow {
        state,
        snapshot_id: Some(training.snapshot_id),
        documents: training.documents,
        passages: training.passages,
        trained_at: Some(now),
    };
    unit.update_knowledge(workspace_id, agent_id, &knowledge).await?;
    unit.note_published(workspace_id, id, now).await?;
    unit.enqueue_job(baton.fresh(), workspace_id, JobKind::Calibrate(agent_id), now).await?;
    let job_baton = baton.clone();
    unit.commit(Box::new(move || job_baton.jobs_due().notify_one())).await?;
    baton.forget_agent(agent_id);
    tell(baton, workspace_id, agent_id);
    let training = Training { state: TrainingState::Published, published_at: Some(now), ..training };
    Ok(view(baton, &AgentRow { knowledge, ..agent }, training))
}

/// The snapshots that stay: the one in use, the last ones that were published, and the last that was refused.
fn kept_snapshots(in_use: Option<SnapshotId>, trainings: &[Training]) -> Vec<SnapshotId> {
    let mut published: Vec<_> = trainings.iter().filter(|training| training.published_at.is_some()).collect();
    published.sort_by_key(|training| std::cmp::Reverse((training.published_at, training.at, training.id)));
    let last = published.into_iter().map(|training| training.snapshot_id).filter(|id| Some(*id) != in_use);
    let others = SNAPSHOTS_KEPT - usize::from(in_use.is_some());
    // Refused ones come first in the list only until something newer was trained.
    let refused = trainings.first().filter(|training| training.state == TrainingState::Refused);
    in_use.into_iter().chain(last.take(others)).chain(refused.map(|training| training.snapshot_id)).collect()
}

/// Removes an agent's snapshots that are not kept. For trainings alone: they know that no other snapshot is being built.
pub(crate) async fn tidy(baton: &Baton, workspace_id: WorkspaceId, agent_id: AgentId) -> Result<(), AppError> {
    let _changing = baton.snapshots().changing().await;
    let mut unit = baton.store().read().await?;
    let Some(agent) = unit.agent(workspace_id, agent_id).await? else { return Ok(()) };
    let trainings = unit.trainings(workspace_id, agent_id).await?;
    drop(unit);
    baton.snapshots().keep_only(agent_id, &kept_snapshots(agent.knowledge.snapshot_id, &trainings));
    Ok(())
}

#[cfg(test)]
mod tests {
    use baton_domain::golden::{Training, TrainingState};
    use baton_domain::ids::{AgentId, SnapshotId, TrainingId};
    use baton_domain::time::Timestamp;
    use uuid::Uuid;

    use crate::golden::trainings::kept_snapshots;

    fn training(number: u128, published_at: Option<i64>) -> Training {
        Training {
            id: TrainingId(Uuid::from_u128(number)),
            agent_id: AgentId(Uuid::nil()),
            snapshot_id: SnapshotId(Uuid::from_u128(number)),
            at: Timestamp(i64::try_from(number).expect("small")),
            documents: 1,
            passages: 1,
            state: if published_at.is_some() { TrainingState::Published } else { TrainingState::Refused },
            published_at: published_at.map(Timestamp),
            golden: None,
        }
    }

    fn kept(in_use: Option<u128>, trainings: &[Training]) -> Vec<u128> {
        let in_use = in_use.map(|number| SnapshotId(Uuid::from_u128(number)));
        kept_snapshots(in_use, trainings).iter().map(|id| id.0.as_u128()).collect()
    }

    #[test]
    fn k4_the_last_three_published_snapshots_are_kept_and_the_last_refused_one() {
        let all: Vec<_> = [5, 4, 3, 2, 1].map(|number| training(number, Some(number as i64))).into();
        assert_eq!(kept(Some(5), &all), [5, 4, 3]);
        assert_eq!(kept(Some(3), &all), [3, 5, 4], "after going back");
        let refused = [training(7, None), training(6, None), training(5, Some(5)), training(4, Some(4))];
        assert_eq!(kept(Some(5), &refused), [5, 4, 7]);
        assert_eq!(kept(None, &[]), Vec::<u128>::new());
    }
}
