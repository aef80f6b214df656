//! Golden questions: what an owner expects of a question, and what came of it (K7).
//!
//! Asking is the application's; judging is a pure function of what was found, so that a stored result can be judged again under
//! another threshold, and two trainings can be compared by their documents alone.

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, GoldenQuestionId, SnapshotId, SourceId, TrainingId};
use crate::time::Timestamp;

#[cfg(test)]
mod tests;

/// Most golden questions of one agent: each training asks all of them.
pub const GOLDEN_QUESTIONS_MAX: usize = 500;

/// Documents that a result lists.
pub const RANKED_MAX: usize = 5;

/// What is to come of a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Expectation {
    /// It is answered from this document.
    /// Named in as many ways as are known: the source and its key tell it for sure; where that source is gone, because its file was
    /// added anew, the address does, and then the title.
    Document {
        /// The source it is of.
        #[serde(default)]
        source_id: Option<SourceId>,
        /// What names it within its source.
        #[serde(default)]
        document_key: Option<String>,
        /// Its address.
        #[serde(default)]
        url: Option<String>,
        /// Its title, or the name of its file.
        #[serde(default)]
        title: Option<String>,
    },
    /// The docs must not answer it: a person does.
    HandOff,
}

/// A question of which the owner says what is to come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoldenQuestion {
    /// Identity.
    pub id: GoldenQuestionId,
    /// The agent it is asked.
    pub agent_id: AgentId,
    /// What is asked.
    pub question: String,
    /// What is to come of it.
    pub expect: Expectation,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// A document as it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RankedDocument {
    /// Its source.
    pub source_id: String,
    /// What names it within its source.
    pub document_key: String,
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: Option<String>,
}

/// A document of a knowledge base, as far as an expectation can name it.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// Its source.
    pub source_id: &'a str,
    /// The name that the owner gave the source: of a file, its name.
    pub source_name: &'a str,
    /// What names it within its source.
    pub key: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its address.
    pub url: Option<&'a str>,
}

impl Expectation {
    /// The documents that are meant: those that the surest way names that names any.
    #[must_use]
    pub fn among<'a>(&self, documents: &[Named<'a>]) -> Vec<Named<'a>> {
        let Self::Document { source_id, document_key, url, title } = self else { return Vec::new() };
        let source_id = source_id.map(|id| id.to_string());
        let by_key = |named: &Named<'_>| {
            source_id.as_deref() == Some(named.source_id) && document_key.as_deref() == Some(named.key)
        };
        let by_url =
            |named: &Named<'_>| url.as_deref().zip(named.url).is_some_and(|(a, b)| plain_url(a) == plain_url(b));
        let by_title = |named: &Named<'_>| title.as_deref().is_some_and(|title| same_words(title, named.title));
        // Who writes questions by hand names the file.
        let by_file = |named: &Named<'_>| title.as_deref().is_some_and(|title| title.trim() == named.source_name);
        let ways: [&dyn Fn(&Named<'_>) -> bool; 4] = [&by_key, &by_url, &by_title, &by_file];
        let found = |way: &&dyn Fn(&Named<'_>) -> bool| -> Vec<Named<'a>> {
            documents.iter().filter(|named| way(named)).copied().collect()
        };
        ways.iter().map(found).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// Whether a document is expected but none is named.
    #[must_use]
    pub fn names_nothing(&self) -> bool {
        match self {
            Self::HandOff => false,
            Self::Document { source_id, document_key, url, title } => {
                let has = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
                !(has(url) || has(title) || (source_id.is_some() && has(document_key)))
            }
        }
    }
}

/// An address without what does not name the page.
fn plain_url(url: &str) -> &str {
    let url = url.split('#').next().unwrap_or(url).trim();
    let url = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or(url);
    url.trim_end_matches('/')
}

fn same_words(a: &str, b: &str) -> bool {
    let words = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    words(a) == words(b)
}

/// What a question was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReadAs {
    /// A question to the docs.
    Question,
    /// Small talk, which needs no docs.
    SmallTalk,
    /// An ask for a person, which brings one in.
    AskForPerson,
}

/// What asking found, before any decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Observed {
    /// What the question was taken for.
    pub read_as: ReadAs,
    /// The confidence before the agent's own shift, 0 to 1.
    pub raw_confidence: f64,
    /// Whether the docs' own sentences make an answer that may be sent.
    pub is_supported: bool,
    /// The documents found, best first, at most [`RANKED_MAX`].
    pub documents: Vec<RankedDocument>,
    /// Whether the docs have the expected document at all.
    pub has_expected: bool,
    /// The place of the expected document among those found, from 1.
    pub place: Option<u32>,
    /// Whether the answer cites it.
    pub is_cited: bool,
}

/// What came of a golden question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoldenResult {
    /// Which question.
    pub question_id: GoldenQuestionId,
    /// What was asked.
    pub question: String,
    /// What was to come of it.
    pub expect: Expectation,
    /// Whether it did.
    pub passed: bool,
    /// Whether a visitor would get an answer.
    pub would_answer: bool,
    /// How sure the answer is, 0 to 1.
    pub confidence: f64,
    /// Why it did not pass, in a sentence.
    pub why: Option<String>,
    /// What was found.
    pub observed: Observed,
}

impl GoldenResult {
    /// Judges what was found. `confidence` is the agent's own, with its shift; `threshold` its answer threshold.
    #[must_use]
    pub fn judge(question: &GoldenQuestion, observed: Observed, confidence: f64, threshold: f64) -> Self {
        let (id, asked, expect) = (question.id, question.question.clone(), question.expect.clone());
        Self::judged(id, asked, expect, observed, confidence, threshold)
    }

    /// The same find under another threshold or another shift.
    #[must_use]
    pub fn again(&self, confidence: f64, threshold: f64) -> Self {
        let Self { question_id, question, expect, observed, .. } = self.clone();
        Self::judged(question_id, question, expect, observed, confidence, threshold)
    }

    fn judged(
        question_id: GoldenQuestionId,
        question: String,
        expect: Expectation,
        observed: Observed,
        confidence: f64,
        threshold: f64,
    ) -> Self {
        let is_question = observed.read_as == ReadAs::Question;
        let would_answer = is_question && observed.is_supported && confidence >= threshold;
        let why = match &expect {
            Expectation::HandOff => would_answer.then(|| must_not_answer(&observed, confidence)),
            Expectation::Document { .. } => why_not(&observed, confidence, threshold),
        };
        Self { question_id, question, expect, passed: why.is_none(), would_answer, confidence, why, observed }
    }

    /// Whether the evidence was for a right answer; `None` where the confidence says nothing about it.
    /// The confidence is the probability that a right document is among the first five found, so that is what is counted.
    #[must_use]
    pub fn was_right(&self) -> Option<bool> {
        match self.expect {
            _ if self.observed.read_as != ReadAs::Question || self.observed.raw_confidence <= 0.0 => None,
            Expectation::HandOff => Some(false),
            // The docs have lost the page: that says nothing about how sure Baton should be.
            Expectation::Document { .. } if !self.observed.has_expected => None,
            Expectation::Document { .. } => {
                let is_near = self.observed.place.is_some_and(|place| place as usize <= RANKED_MAX);
                Some(self.observed.is_cited || is_near)
            }
        }
    }
}

fn must_not_answer(observed: &Observed, confidence: f64) -> String {
    let from = observed.documents.first().map(|first| format!(" from “{}”", first.title)).unwrap_or_default();
    format!("Answered{from} at {confidence:.2}, although it must hand off.")
}

/// Why a question is not answered from the expected document; `None` if it is.
fn why_not(observed: &Observed, confidence: f64, threshold: f64) -> Option<String> {
    let first = observed.documents.first().map(|first| first.title.as_str()).unwrap_or_default();
    Some(match observed {
        Observed { read_as: ReadAs::SmallTalk, .. } => "Taken for small talk, not for a question.".into(),
        Observed { read_as: ReadAs::AskForPerson, .. } => "Taken for an ask for a person, which brings one in.".into(),
        Observed { has_expected: false, .. } => "The expected page is not in the docs.".into(),
        Observed { documents, .. } if documents.is_empty() => "Nothing was found.".into(),
        Observed { place: None, is_cited: false, .. } => {
            format!("The expected page was not found; “{first}” was.")
        }
        Observed { place, is_cited: false, .. } if *place != Some(1) => {
            format!("The expected page is {}; “{first}” is first.", ordinal(place.unwrap_or_default()))
        }
        _ if confidence < threshold => {
            format!("Found, but below the threshold: {confidence:.2} < {threshold:.2}.")
        }
        Observed { is_supported: false, .. } => "Found, but no sentence of it answers.".into(),
        Observed { is_cited: false, .. } => "Found first, but the answer does not cite it.".into(),
        Observed { .. } => return None,
    })
}

fn ordinal(place: u32) -> String {
    match place {
        1 => "first".into(),
        2 => "second".into(),
        3 => "third".into(),
        4 => "fourth".into(),
        5 => "fifth".into(),
        other => format!("number {other}"),
    }
}

/// What a training came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TrainingState {
    /// Its snapshot was published.
    Published,
    /// Golden questions got worse, and the owner had asked not to publish then.
    Refused,
}

/// A golden question whose result differs between two trainings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoldenChange {
    /// Which.
    pub question_id: GoldenQuestionId,
    /// What is asked.
    pub question: String,
    /// Why it fails now, or failed before, in a sentence.
    pub why: Option<String>,
}

/// What the golden questions came to on a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoldenSummary {
    /// How many passed.
    pub passed: u32,
    /// How many were asked.
    pub total: u32,
    /// Those that pass now and failed on the snapshot that was published before.
    pub better: Vec<GoldenChange>,
    /// Those that fail now and passed on it.
    pub worse: Vec<GoldenChange>,
    /// When they were asked.
    pub asked_at: Timestamp,
}

impl GoldenSummary {
    /// Counts, and compares with the results before: of the questions that are the same in both.
    #[must_use]
    pub fn of(results: &[GoldenResult], before: &[GoldenResult], asked_at: Timestamp) -> Self {
        let (mut better, mut worse) = (Vec::new(), Vec::new());
        for result in results {
            let same = |old: &&GoldenResult| {
                (old.question_id, &old.question, &old.expect) == (result.question_id, &result.question, &result.expect)
            };
            let Some(old) = before.iter().find(same) else { continue };
            let change = |why: &Option<String>| GoldenChange {
                question_id: result.question_id,
                question: result.question.clone(),
                why: why.clone(),
            };
            match (old.passed, result.passed) {
                (false, true) => better.push(change(&old.why)),
                (true, false) => worse.push(change(&result.why)),
                (true, true) | (false, false) => {}
            }
        }
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let passed = count(results.iter().filter(|result| result.passed).count());
        Self { passed, total: count(results.len()), better, worse, asked_at }
    }
}

/// One training whose snapshot was published or refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Training {
    /// Identity.
    pub id: TrainingId,
    /// The agent that was trained.
    pub agent_id: AgentId,
    /// What was built.
    pub snapshot_id: SnapshotId,
    /// When.
    pub at: Timestamp,
    /// Documents in it.
    pub documents: u64,
    /// Passages in it.
    pub passages: u64,
    /// Whether it was published.
    pub state: TrainingState,
    /// When it was published last; `None` if it never was.
    pub published_at: Option<Timestamp>,
    /// What the golden questions came to; `None` if there were none.
    pub golden: Option<GoldenSummary>,
}

/// How an agent's confidence is moved, from its own evidence (A3, A8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Calibration {
    /// What is added to the log-odds of every confidence.
    pub shift: f64,
    /// Golden questions that it was fitted from.
    pub golden: u32,
    /// Visitors' ratings that it was fitted from.
    pub ratings: u32,
    /// When it was fitted; `None` if it never was.
    pub fitted_at: Option<Timestamp>,
}
