//! From a question to what the AI would say and what the policy makes of it. Stores nothing and tells nobody.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use baton_answer::{
    AnswerContext, AnswerSettings, Considered, Deadlines, Origin, Outcome, Progress, Question, Response, Usage,
};
use baton_domain::conversation::{Citation, Reply, ReplyKind};
use baton_domain::policy::Finding;
use baton_storage::{AgentRow, TurnConfidence};
use uuid::Uuid;

use crate::knowledge::deleted_since;
use crate::models::{Spend, pick};
use crate::{AppError, Baton};

/// Said when the docs do not answer.
const ABSTAIN: &str = "I couldn't find this in our docs. I'd rather not guess.";

/// What a question came to.
pub(crate) struct Answered {
    /// What the AI would say.
    pub reply: Reply,
    /// For the policy.
    pub finding: Finding,
    /// Everything it was made from, for the record.
    pub features: serde_json::Value,
    /// What was found, best first.
    pub considered: Vec<Considered>,
    /// Who wrote it.
    pub origin: Origin,
    /// What a model's part in it cost, whether or not its words were used.
    pub spend: Option<Spend>,
    /// How sure the docs' answer is, if it was a question to them.
    pub sure: Option<TurnConfidence>,
}

/// Answers a question from an agent's published knowledge.
pub(crate) async fn answer(
    baton: &Baton,
    agent: &AgentRow,
    question: &Question,
    within: Duration,
    sink: &mut (dyn FnMut(Progress) + Send),
) -> Result<Answered, AppError> {
    let Some(snapshot_id) = agent.knowledge.snapshot_id else { return Ok(without_knowledge(question)) };
    let snapshot = baton.snapshots().get(agent.id, snapshot_id).await?;
    let deleted = deleted_since(baton, agent, &snapshot).await?;
    let model = pick(baton, agent).await?;
    let ctx = AnswerContext {
        embedder: baton.embedder(),
        snapshot: (*snapshot).clone(),
        model: model.clone(),
        settings: AnswerSettings {
            threshold: agent.settings.answer_threshold,
            shift: agent.calibration.shift,
            instructions: agent.settings.instructions.clone(),
            deadlines: deadlines(within),
        },
        nonce: baton.fresh::<Uuid>().simple().to_string(),
    };
    // Until the next training the words may come from a source that is gone: they are shown once that is ruled out.
    let mut quiet = |progress: Progress| match progress {
        Progress::Searching | Progress::Writing => sink(progress),
        Progress::Reading { .. } | Progress::Delta { .. } | Progress::Restart => {}
    };
    let sink: &mut (dyn FnMut(Progress) + Send) = if deleted.is_empty() { sink } else { &mut quiet };
    let response = baton_answer::respond(&ctx, question, sink).await.map_err(|error| {
        tracing::error!(agent.id = %agent.id, error = &error as &dyn std::error::Error, "cannot search");
        AppError::Internal("the knowledge of this agent cannot be searched")
    })?;
    let spend = model
        .filter(|_| response.usage != Usage::default())
        .map(|model| baton.models().parts.prices.spend(model.name(), response.usage));
    Ok(answered(response, &deleted, spend))
}

/// Small talk needs no docs; everything else cannot be answered without them.
fn without_knowledge(question: &Question) -> Answered {
    let asked = question.asked();
    if let baton_answer::intent::Intent::SmallTalk { about } = baton_answer::intent::classify(&asked) {
        let text = baton_answer::intent::reply(about, &asked).to_owned();
        let reply = Reply { kind: ReplyKind::SmallTalk, text, citations: Vec::new(), confidence: None };
        return Answered {
            reply,
            finding: Finding::SmallTalk,
            features: serde_json::Value::Null,
            considered: Vec::new(),
            origin: Origin::Fixed,
            spend: None,
            sure: None,
        };
    }
    Answered {
        reply: abstain(0.0),
        finding: Finding::NoAnswer { confidence: 0.0 },
        features: serde_json::Value::Null,
        considered: Vec::new(),
        origin: Origin::Fixed,
        spend: None,
        sure: Some(TurnConfidence { raw: 0.0, shifted: 0.0 }),
    }
}

/// A model gets most of the turn's time; the rest is for what follows when it fails.
fn deadlines(within: Duration) -> Deadlines {
    let usual = Deadlines::default();
    let within_ms = u64::try_from(within.as_millis()).unwrap_or(u64::MAX);
    let total_ms = usual.total_ms.min(within_ms / 10 * 7);
    Deadlines { total_ms, first_text_ms: usual.first_text_ms.min(total_ms), ..usual }
}

/// Nothing that stands on a source deleted after the snapshot was published is said or listed (I21).
fn answered(mut response: Response, deleted: &BTreeSet<Arc<str>>, spend: Option<Spend>) -> Answered {
    let mut features = serde_json::to_value(&response).unwrap_or_default();
    features["spend"] = serde_json::to_value(&spend).unwrap_or_default();
    let cites_deleted = cites_any_of(&response, deleted);
    let confidence = if cites_deleted { 0.0 } else { response.confidence };
    let raw = if cites_deleted { 0.0 } else { response.raw_confidence };
    let is_question = !matches!(response.outcome, Outcome::SmallTalk { .. });
    let sure = is_question.then_some(TurnConfidence { raw, shifted: confidence });
    response.considered.retain(|found| !deleted.contains(found.source_id.as_str()));
    let (reply, finding) = match response.outcome {
        Outcome::SmallTalk { text, .. } => {
            (Reply { kind: ReplyKind::SmallTalk, text, citations: Vec::new(), confidence: None }, Finding::SmallTalk)
        }
        Outcome::Answer { text, citations } if !cites_deleted => {
            let citations = citations.into_iter().map(cited).collect();
            let reply = Reply { kind: ReplyKind::Answer, text, citations, confidence: Some(confidence) };
            (reply, Finding::Answered { confidence })
        }
        Outcome::Answer { .. } | Outcome::Abstain { .. } => (abstain(confidence), Finding::NoAnswer { confidence }),
    };
    Answered { reply, finding, features, considered: response.considered, origin: response.origin, spend, sure }
}

fn abstain(confidence: f64) -> Reply {
    Reply { kind: ReplyKind::Abstain, text: ABSTAIN.to_owned(), citations: Vec::new(), confidence: Some(confidence) }
}

fn cites_any_of(response: &Response, sources: &BTreeSet<Arc<str>>) -> bool {
    let Outcome::Answer { citations, .. } = &response.outcome else { return false };
    if sources.is_empty() {
        return false;
    }
    let source_of = |passage_id: &str| {
        response.considered.iter().find(|found| found.passage_id == passage_id).map(|found| found.source_id.as_str())
    };
    citations.iter().any(|citation| source_of(&citation.passage_id).is_none_or(|id| sources.contains(id)))
}

fn cited(citation: baton_answer::Citation) -> Citation {
    Citation {
        index: u32::try_from(citation.index).unwrap_or(u32::MAX),
        title: citation.title,
        url: citation.url,
        source_name: citation.source_name,
        heading_path: citation.heading_path,
        quote: citation.quote,
        passage_id: citation.passage_id,
        score: f64::from(citation.score),
    }
}
