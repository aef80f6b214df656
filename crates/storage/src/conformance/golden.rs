//! Golden questions, trainings, and what is known of answers.

use std::sync::Arc;

use baton_domain::golden::{
    Calibration, Expectation, GoldenQuestion, GoldenResult, GoldenSummary, Observed, RankedDocument, ReadAs, Training,
    TrainingState,
};
use baton_domain::ids::{AgentId, GoldenQuestionId, SnapshotId, SourceId, TrainingId};
use baton_domain::turn::TurnOutcome;

use crate::conformance::world::{World, at};
use crate::{
    AskedQuestion, KnowledgeRow, KnowledgeState, RatingRow, Store, StoreError, TurnConfidence, TurnEnd, quietly,
};

pub(crate) fn question(world: &World, text: &str, ms: i64) -> GoldenQuestion {
    GoldenQuestion {
        id: GoldenQuestionId(world.id()),
        agent_id: world.agent_id,
        question: text.into(),
        expect: Expectation::Document {
            source_id: Some(SourceId(world.id())),
            document_key: Some("grüße".into()),
            url: None,
            title: Some("Grüße 🙂".into()),
        },
        created_at: at(ms),
        changed_at: at(ms),
    }
}

pub(crate) fn training(world: &World, ms: i64) -> Training {
    Training {
        id: TrainingId(world.id()),
        agent_id: world.agent_id,
        snapshot_id: SnapshotId(world.id()),
        at: at(ms),
        documents: 3,
        passages: 40,
        state: TrainingState::Published,
        published_at: Some(at(ms)),
        golden: None,
    }
}

fn result(question: &GoldenQuestion) -> GoldenResult {
    let observed = Observed {
        read_as: ReadAs::Question,
        raw_confidence: 0.123_456_789,
        is_supported: true,
        documents: vec![RankedDocument {
            source_id: "s".into(),
            document_key: "k".into(),
            title: "T".into(),
            url: None,
        }],
        has_expected: true,
        place: Some(1),
        is_cited: true,
    };
    GoldenResult::judge(question, observed, 0.123_456_789, 0.5)
}

/// Golden questions come oldest first, change, and go.
pub async fn golden_questions_are_added_changed_and_deleted(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let (second, first) = (question(&world, "Second?", 2), question(&world, "First?", 1));
    let mut unit = world.write().await;
    unit.insert_golden_question(world.workspace_id, &second).await.unwrap();
    unit.insert_golden_question(world.workspace_id, &first).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    let listed = world.read().await.golden_questions(world.workspace_id, world.agent_id).await.unwrap();
    assert_eq!(listed, [first.clone(), second.clone()]);
    let changed = GoldenQuestion { expect: Expectation::HandOff, question: "1st?".into(), changed_at: at(9), ..first };
    let mut unit = world.write().await;
    unit.update_golden_question(world.workspace_id, &changed).await.unwrap();
    assert!(unit.delete_golden_question(world.workspace_id, second.id).await.unwrap());
    assert!(!unit.delete_golden_question(world.workspace_id, second.id).await.unwrap());
    unit.commit(quietly()).await.unwrap();
    let mut unit = world.read().await;
    assert_eq!(unit.golden_question(world.workspace_id, changed.id).await.unwrap(), Some(changed));
    assert_eq!(unit.golden_question(world.workspace_id, second.id).await.unwrap(), None);
    drop(unit);
    let mut unit = world.write().await;
    unit.insert_golden_question(world.workspace_id, &second).await.unwrap();
    let again = unit.insert_golden_question(world.workspace_id, &second).await;
    assert!(matches!(again, Err(StoreError::Taken { .. })), "{again:?}");
}

/// A training keeps what it came to, and what golden questions came to when they are asked again.
pub async fn trainings_are_kept_with_their_results(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let here = world.workspace_id;
    let asked = question(&world, "Why?", 0);
    let results = [result(&asked)];
    let first = training(&world, 1);
    let refused = Training {
        state: TrainingState::Refused,
        published_at: None,
        golden: Some(GoldenSummary::of(&results, &[], at(2))),
        ..training(&world, 2)
    };
    let mut unit = world.write().await;
    unit.insert_training(here, &first, &[]).await.unwrap();
    unit.insert_training(here, &refused, &results).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    let mut unit = world.read().await;
    assert_eq!(unit.trainings(here, world.agent_id).await.unwrap(), [refused.clone(), first.clone()]);
    assert_eq!(unit.training(here, first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(unit.training(here, TrainingId(world.id())).await.unwrap(), None);
    assert_eq!(unit.golden_results(here, refused.id).await.unwrap(), results);
    assert_eq!(unit.golden_results(here, first.id).await.unwrap(), []);
    drop(unit);
    let summary = GoldenSummary::of(&results, &[], at(3));
    let mut unit = world.write().await;
    unit.note_published(here, refused.id, at(4)).await.unwrap();
    unit.put_golden_results(here, first.id, &summary, &results).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    let mut unit = world.read().await;
    let published = Training { state: TrainingState::Published, published_at: Some(at(4)), ..refused };
    let with_results = Training { golden: Some(summary), ..first };
    assert_eq!(unit.trainings(here, world.agent_id).await.unwrap(), [published, with_results.clone()]);
    assert_eq!(unit.golden_results(here, with_results.id).await.unwrap(), results);
}

/// Old trainings are forgotten, but never the one whose snapshot answers.
pub async fn old_trainings_are_forgotten_but_the_one_in_use(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let all: Vec<Training> = (0..6).map(|ms| training(&world, ms)).collect();
    let other = world.another_agent(at(0)).await;
    let elsewhere = Training { agent_id: other.id, ..training(&world, 0) };
    let mut unit = world.write().await;
    for training in all.iter().chain([&elsewhere]) {
        unit.insert_training(world.workspace_id, training, &[]).await.unwrap();
    }
    let knowledge = KnowledgeRow {
        state: KnowledgeState::WentBack,
        snapshot_id: Some(all[1].snapshot_id),
        documents: 3,
        passages: 40,
        trained_at: Some(at(9)),
    };
    unit.update_knowledge(world.workspace_id, world.agent_id, &knowledge).await.unwrap();
    unit.trim_trainings(world.workspace_id, world.agent_id, 2).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    let mut unit = world.read().await;
    let left = unit.trainings(world.workspace_id, world.agent_id).await.unwrap();
    assert_eq!(left, [all[5].clone(), all[4].clone(), all[1].clone()]);
    assert_eq!(unit.trainings(world.workspace_id, other.id).await.unwrap(), [elsewhere]);
    let stored = unit.agent(world.workspace_id, world.agent_id).await.unwrap().unwrap();
    assert_eq!(stored.knowledge, knowledge);
}

/// A calibration is stored with its agent, and nothing else of the agent changes.
pub async fn a_calibration_is_stored_with_its_agent(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let before = world.read().await.agent_anywhere(world.agent_id).await.unwrap().unwrap();
    let calibration = Calibration { shift: -0.123_456_789, golden: 3, ratings: 9, fitted_at: Some(at(5)) };
    let mut unit = world.write().await;
    unit.update_calibration(world.workspace_id, world.agent_id, &calibration).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    let after = world.read().await.agent_anywhere(world.agent_id).await.unwrap().unwrap();
    assert_eq!(after, crate::AgentRow { calibration, ..before });
}

/// Turns that were questions are counted, latest first, with what visitors thought of their answers.
pub async fn asked_questions_know_how_sure_they_were_and_how_they_were_rated(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let (here, agent_id) = (world.workspace_id, world.agent_id);
    let mut turns = Vec::new();
    for (ms, raw) in [(1, Some(0.25)), (2, None), (3, Some(0.75)), (4, Some(1.0 / 3.0))] {
        let turn = world.open_turn(at(ms)).await;
        let end = TurnEnd {
            outcome: TurnOutcome::Answered,
            at: at(ms),
            features: serde_json::Value::Null,
            decision: serde_json::Value::Null,
            confidence: raw.map(|raw| TurnConfidence { raw, shifted: 0.5 }),
        };
        let mut unit = world.write().await;
        unit.end_turn(here, turn.id, &end).await.unwrap();
        unit.commit(quietly()).await.unwrap();
        turns.push(turn);
    }
    let rating = |turn: usize, is_right, ms| RatingRow {
        agent_id,
        conversation_id: turns[turn].conversation_id,
        message_seq: 3,
        turn_id: turns[turn].id,
        is_right,
        at: at(ms),
    };
    let mut unit = world.write().await;
    for rating in [rating(0, true, 10), rating(2, true, 11), rating(2, false, 12), rating(3, true, 13)] {
        unit.put_rating(here, &rating).await.unwrap();
    }
    unit.delete_rating(here, turns[3].conversation_id, 3).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    let asked = |raw_confidence: f64, rated| AskedQuestion { raw_confidence, rated };
    let mut unit = world.read().await;
    let all = [asked(0.333_333, None), asked(0.75, Some(false)), asked(0.25, Some(true))];
    assert_eq!(unit.asked_questions(here, agent_id, at(0), 10).await.unwrap(), all);
    assert_eq!(unit.asked_questions(here, agent_id, at(3), 10).await.unwrap(), all[..2]);
    assert_eq!(unit.asked_questions(here, agent_id, at(0), 1).await.unwrap(), all[..1]);
    assert_eq!(unit.rated_answers(here, agent_id, 10).await.unwrap(), all[1..]);
    assert_eq!(unit.rated_answers(here, agent_id, 1).await.unwrap(), all[1..2]);
}

/// Nothing of another workspace is found or changed.
pub async fn golden_questions_of_another_workspace_are_left_alone(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let (here, agent_id) = (world.workspace_id, world.agent_id);
    let there = world.beside().await.workspace_id;
    let (asked, trained) = (question(&world, "Secret?", 0), training(&world, 0));
    let results = [result(&asked)];
    let turn = world.open_turn(at(1)).await;
    let end = TurnEnd {
        outcome: TurnOutcome::Answered,
        at: at(1),
        features: serde_json::Value::Null,
        decision: serde_json::Value::Null,
        confidence: Some(TurnConfidence { raw: 0.5, shifted: 0.5 }),
    };
    let rating = RatingRow {
        agent_id,
        conversation_id: turn.conversation_id,
        message_seq: 1,
        turn_id: turn.id,
        is_right: true,
        at: at(2),
    };
    let mut unit = world.write().await;
    unit.insert_golden_question(here, &asked).await.unwrap();
    unit.insert_training(here, &trained, &results).await.unwrap();
    unit.end_turn(here, turn.id, &end).await.unwrap();
    unit.put_rating(here, &rating).await.unwrap();
    // From here on everything is done in another workspace's name.
    let changed = GoldenQuestion { question: "Taken".into(), ..asked.clone() };
    unit.update_golden_question(there, &changed).await.unwrap();
    assert!(!unit.delete_golden_question(there, asked.id).await.unwrap());
    unit.note_published(there, trained.id, at(9)).await.unwrap();
    unit.put_golden_results(there, trained.id, &GoldenSummary::default(), &[]).await.unwrap();
    unit.trim_trainings(there, agent_id, 0).await.unwrap();
    unit.delete_rating(there, turn.conversation_id, 1).await.unwrap();
    unit.update_calibration(there, agent_id, &Calibration { shift: 1.0, ..Calibration::default() }).await.unwrap();
    unit.commit(quietly()).await.unwrap();
    let mut unit = world.read().await;
    assert_eq!(unit.golden_questions(there, agent_id).await.unwrap(), []);
    assert_eq!(unit.golden_question(there, asked.id).await.unwrap(), None);
    assert_eq!(unit.trainings(there, agent_id).await.unwrap(), []);
    assert_eq!(unit.training(there, trained.id).await.unwrap(), None);
    assert_eq!(unit.golden_results(there, trained.id).await.unwrap(), []);
    assert_eq!(unit.asked_questions(there, agent_id, at(0), 10).await.unwrap(), []);
    assert_eq!(unit.rated_answers(there, agent_id, 10).await.unwrap(), []);
    assert_eq!(unit.golden_questions(here, agent_id).await.unwrap(), [asked]);
    assert_eq!(unit.trainings(here, agent_id).await.unwrap(), std::slice::from_ref(&trained));
    assert_eq!(unit.golden_results(here, trained.id).await.unwrap(), results);
    assert_eq!(unit.rated_answers(here, agent_id, 10).await.unwrap().len(), 1);
    let stored = unit.agent(here, agent_id).await.unwrap().unwrap();
    assert_eq!(stored.calibration, Calibration::default());
    let unknown = AgentId(world.id());
    assert_eq!(unit.golden_questions(here, unknown).await.unwrap(), []);
}
