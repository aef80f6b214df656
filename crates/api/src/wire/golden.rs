//! Golden questions, trainings, and what an answer threshold does.

use baton_app::golden as cases;
use baton_domain::golden::{
    Calibration, Expectation, GOLDEN_QUESTIONS_MAX, GoldenChange, GoldenQuestion as DomainQuestion, GoldenResult,
    GoldenSummary, TrainingState,
};
use baton_domain::ids::{GoldenQuestionId, TrainingId};
use baton_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A question of which the owner says what is to come of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct GoldenQuestion {
    /// Identity.
    pub id: GoldenQuestionId,
    /// What is asked.
    pub question: String,
    /// What is to come of it.
    pub expect: Expectation,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// What came of it last on the docs in use, under the threshold of now; `null` if it was not asked since it was changed.
    pub last: Option<GoldenResult>,
}

impl GoldenQuestion {
    pub(crate) fn new(question: DomainQuestion, results: &[GoldenResult]) -> Self {
        let last = results.iter().find(|result| result.question_id == question.id).cloned();
        let DomainQuestion { id, question, expect, created_at, changed_at, .. } = question;
        Self { id, question, expect, created_at, changed_at, last }
    }
}

/// An agent's golden questions.
#[derive(Debug, Serialize, ToSchema)]
pub struct GoldenQuestions {
    /// Oldest first.
    pub questions: Vec<GoldenQuestion>,
    /// How many passed last.
    pub passed: u32,
    /// How many of them were asked of the docs in use.
    pub asked: u32,
    /// When they were asked last; `null` if never.
    pub asked_at: Option<Timestamp>,
    /// The most that there can be.
    pub limit: u32,
}

impl From<cases::Asked> for GoldenQuestions {
    fn from(asked: cases::Asked) -> Self {
        let cases::Asked { questions, results, training } = asked;
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self {
            passed: count(results.iter().filter(|result| result.passed).count()),
            asked: count(results.len()),
            asked_at: training.and_then(|training| training.golden).map(|golden| golden.asked_at),
            limit: count(GOLDEN_QUESTIONS_MAX),
            questions: questions.into_iter().map(|question| GoldenQuestion::new(question, &results)).collect(),
        }
    }
}

/// Adds a golden question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddGoldenQuestion {
    /// What is asked.
    pub question: String,
    /// What is to come of it.
    pub expect: Expectation,
}

/// Changes a golden question. What is not named stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeGoldenQuestion {
    /// Another question.
    #[serde(default)]
    pub question: Option<String>,
    /// Another expectation.
    #[serde(default)]
    pub expect: Option<Expectation>,
}

/// Adds many golden questions.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportGoldenQuestions {
    /// CSV with a header, or one JSON object a line: `question`, and `expect` (a title, a file or an address) or `must_hand_off`.
    pub text: String,
}

/// What an import changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportedGoldenQuestions {
    /// New questions.
    pub added: u32,
    /// Questions that were there and expect something else now.
    pub changed: u32,
    /// Questions that were there as they are.
    pub unchanged: u32,
}

impl From<cases::Imported> for ImportedGoldenQuestions {
    fn from(imported: cases::Imported) -> Self {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self { added: count(imported.added), changed: count(imported.changed), unchanged: count(imported.unchanged) }
    }
}

/// What asking all golden questions came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct GoldenRun {
    /// How many passed.
    pub passed: u32,
    /// How many were asked.
    pub total: u32,
    /// Those that pass now and failed when they were asked before.
    pub better: Vec<GoldenChange>,
    /// Those that fail now and passed before.
    pub worse: Vec<GoldenChange>,
    /// When they were asked.
    pub asked_at: Timestamp,
    /// One for each question, oldest question first.
    pub results: Vec<GoldenResult>,
}

impl From<(GoldenSummary, Vec<GoldenResult>)> for GoldenRun {
    fn from((summary, results): (GoldenSummary, Vec<GoldenResult>)) -> Self {
        let GoldenSummary { passed, total, better, worse, asked_at } = summary;
        Self { passed, total, better, worse, asked_at, results }
    }
}

/// A training whose snapshot was published or refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct Training {
    /// Identity.
    pub id: TrainingId,
    /// When it was trained.
    pub at: Timestamp,
    /// Documents in its snapshot.
    pub documents: u64,
    /// Passages in it.
    pub passages: u64,
    /// Whether it was published or refused.
    pub state: TrainingState,
    /// When it was published last; `null` if it never was.
    pub published_at: Option<Timestamp>,
    /// What the golden questions came to; `null` if there were none.
    pub golden: Option<GoldenSummary>,
    /// Whether questions are answered from it.
    pub in_use: bool,
    /// Whether its snapshot is still there, so that it can be published.
    pub kept: bool,
}

impl From<cases::TrainingView> for Training {
    fn from(view: cases::TrainingView) -> Self {
        let training = view.training;
        Self {
            id: training.id,
            at: training.at,
            documents: training.documents,
            passages: training.passages,
            state: training.state,
            published_at: training.published_at,
            golden: training.golden,
            in_use: view.is_in_use,
            kept: view.is_kept,
        }
    }
}

/// An agent's trainings.
#[derive(Debug, Serialize, ToSchema)]
pub struct Trainings {
    /// Latest first.
    pub trainings: Vec<Training>,
}

/// A training with what each golden question came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrainingDetails {
    /// The training.
    pub training: Training,
    /// One for each question, under the threshold of now.
    pub results: Vec<GoldenResult>,
}

/// What answer thresholds do.
#[derive(Debug, Serialize, ToSchema)]
pub struct Coverage {
    /// Whose questions the figures stand on.
    pub basis: CoverageBasis,
    /// How many questions.
    pub questions: u32,
    /// From when on visitors' questions were counted.
    pub since: Timestamp,
    /// What the figures do not say, in a sentence; `null` if they are of this agent's visitors.
    pub note: Option<String>,
    /// How this agent's confidence is moved by golden questions and ratings.
    pub calibration: Calibration,
    /// What the saved threshold does.
    pub current: CoveragePoint,
    /// One for each threshold in steps of 0.05, lowest first.
    pub points: Vec<CoveragePoint>,
}

/// Whose questions figures stand on.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CoverageBasis {
    /// Those of this agent's visitors.
    Visitors,
    /// Its golden questions: few visitors have asked yet.
    GoldenQuestions,
    /// Public question sets: there is nothing of this agent yet.
    PublicSets,
}

/// What one threshold does.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoveragePoint {
    /// The threshold.
    pub threshold: f64,
    /// The share of questions that is answered, 0 to 1.
    pub answered: f64,
    /// The share that goes to people, 0 to 1.
    pub to_people: f64,
    /// The share of the answers that is right as far as their confidence says; `null` if nothing is answered.
    pub expected_right: Option<f64>,
    /// The same as golden questions and ratings say; `null` if none of them is answered.
    pub measured: Option<MeasuredRight>,
    /// In a sentence: "At 0.90: 71 % answered, 29 % to people".
    pub sentence: String,
}

/// Answers of which it is known whether they were right.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeasuredRight {
    /// How many are known.
    pub known: u32,
    /// The share of them that was right, 0 to 1.
    pub right: f64,
}

impl From<cases::Coverage> for Coverage {
    fn from(coverage: cases::Coverage) -> Self {
        let cases::Coverage { basis, questions, since, note, calibration, current, points } = coverage;
        Self {
            basis: match basis {
                cases::Basis::Visitors => CoverageBasis::Visitors,
                cases::Basis::GoldenQuestions => CoverageBasis::GoldenQuestions,
                cases::Basis::PublicSets => CoverageBasis::PublicSets,
            },
            questions,
            since,
            note,
            calibration,
            current: current.into(),
            points: points.into_iter().map(CoveragePoint::from).collect(),
        }
    }
}

impl From<cases::Point> for CoveragePoint {
    fn from(point: cases::Point) -> Self {
        let cases::Point { threshold, answered, expected_right, measured, sentence } = point;
        let measured = measured.map(|measured| MeasuredRight { known: measured.known, right: measured.right });
        Self { threshold, answered, to_people: 1.0 - answered, expected_right, measured, sentence }
    }
}
